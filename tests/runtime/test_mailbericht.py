from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.sjabloon import Sjabloon
from runtime.mailbericht import (
    ONDERWERPEN,
    Groep,
    Mailcontext,
    Regel,
    SpoedContext,
    WeekoverzichtContext,
    bouw_bericht,
    lees_context,
    naar_html,
    naar_tekst,
    onderwerp_van,
)
from tests.support.mailproeven import CONTEXTEN, MOMENT, SPOED, URL, bouw, escalatie, lees, regel

elke_mail = pytest.mark.parametrize("context", CONTEXTEN, ids=lambda c: c.sjabloon.value)


class Lezer(HTMLParser):
    """What a person reads and can click, without what is hidden."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.koppen: list[str] = []
        self.tabellen: list[str | None] = []
        self.taal: str | None = None
        self.bronnen: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        eigenschappen = dict(attrs)
        if tag == "a":
            self.links.append(eigenschappen["href"] or "")
        if tag in ("h1", "h2"):
            self.koppen.append(tag)
        if tag == "table":
            self.tabellen.append(eigenschappen.get("role"))
        if tag == "html":
            self.taal = eigenschappen.get("lang")
        if tag in ("img", "link", "script", "iframe", "form", "object"):
            self.bronnen.append(tag)


def test_elk_sjabloon_heeft_een_proef_en_een_onderwerp() -> None:
    assert {context.sjabloon for context in CONTEXTEN} == set(Sjabloon) == set(ONDERWERPEN)


@elke_mail
def test_een_mail_zoals_de_ontvanger_hem_leest(context: Mailcontext) -> None:
    mail = lees(bouw(context))
    assert mail["Subject"] == onderwerp_van(context)
    assert mail["To"] == "ib@school.test"
    assert mail["From"] == "Routewacht <routewacht@swv.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == MOMENT
    tekst, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert tekst is not None
    assert html is not None
    assert tekst.get_content().replace("\r\n", "\n") == naar_tekst(context)
    assert html.get_content().replace("\r\n", "\n") == naar_html(context)


@elke_mail
def test_tekst_en_html_verwijzen_naar_dezelfde_paginas(context: Mailcontext) -> None:
    html = Lezer(naar_html(context))
    in_tekst = re.findall(r"https?://\S+", naar_tekst(context))
    assert html.links
    assert set(html.links) == set(in_tekst)


@elke_mail
def test_html_is_toegankelijk_en_haalt_niets_van_buiten(context: Mailcontext) -> None:
    html = Lezer(naar_html(context))
    assert html.taal == "nl"
    assert html.koppen.count("h1") == 1
    assert set(html.tabellen) == {"presentation"}
    assert html.bronnen == []


@elke_mail
def test_de_mail_is_zuiver_ascii_met_korte_regels(context: Mailcontext) -> None:
    """So no relay on the way has a reason to rewrite it."""
    inhoud = bouw(context).inhoud
    assert inhoud.isascii()
    assert max(map(len, inhoud.split(b"\r\n"))) <= 78


@elke_mail
def test_dezelfde_mail_is_byte_voor_byte_dezelfde(context: Mailcontext) -> None:
    een, ander = bouw(context), bouw(context, sleutel="afspraak/2/ib")
    assert bouw(context) == een
    assert ander.message_id != een.message_id
    assert re.fullmatch(r"<[0-9a-f]{40}@swv\.test>", een.message_id)


def test_wat_iemand_typte_blijft_tekst() -> None:
    context = SpoedContext(
        voornaam="<b>M</b>", regel=regel("<script>x</script> & =?utf-8?q?x=0D=0ABcc=3A_a=40b.test?=")
    )
    html = naar_html(context)
    assert "<script>" not in html
    assert "<b>M</b>" not in html
    mail = lees(bouw(context))
    assert "Bcc" not in mail
    assert mail["Subject"] == ONDERWERPEN[Sjabloon.SPOED]
    assert b"=?" not in bouw(context).inhoud.partition(b"\r\n\r\n")[0]


@given(st.text(max_size=80))
def test_geen_enkele_titel_komt_in_een_kop_of_op_een_eigen_regel(titel: str) -> None:
    try:
        context = SpoedContext(voornaam="M", regel=regel(titel))
    except ValidationError:
        return  # refused before it can get into a mail
    bericht = bouw(context)
    assert bericht.inhoud.partition(b"\r\n\r\n")[0] == bouw(SPOED).inhoud.partition(b"\r\n\r\n")[0]
    assert len(naar_tekst(context).splitlines()) == len(naar_tekst(SPOED).splitlines())


@pytest.mark.parametrize(
    "fout",
    [
        {"titel": "een\nBel dit nummer"},
        {"titel": ""},
        {"titel": "x" * 301},
        {"traject_code": "Jan de Vries"},
        {"url": "javascript:alert(1)"},
        {"url": 'https://x.test/"onclick="x'},
        {"leerling": "Jan"},
    ],
)
def test_een_regel_houdt_vast_aan_zijn_vorm(fout: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Regel.model_validate({**regel().model_dump(), **fout})


def test_stagnatiepunt_bemiddelt_en_beslist_niet() -> None:
    neutraal, regie = naar_tekst(escalatie("stagnatiepunt")), naar_tekst(escalatie("regievoerder"))
    assert "onafhankelijk" in neutraal
    assert "beslis je niet" in neutraal
    assert "regie overnemen" in regie
    assert "regie overnemen" not in neutraal


def test_zwijgen_is_geen_toestemming() -> None:
    tekst = naar_tekst(CONTEXTEN[4])
    assert "Geen antwoord is geen toestemming." in tekst
    for keuze in ("Ja, ik geef toestemming.", "Nee, ik geef geen toestemming.", "Ik wil er eerst over praten."):
        assert keuze in tekst


def test_samenvatting_telt_goed() -> None:
    een = WeekoverzichtContext(
        voornaam="M", datum="d", regels_url=f"{URL}over", groepen=(Groep(titel="Vandaag", regels=(regel(),)),)
    )
    assert een.samenvatting == "Er staat één ding voor je klaar."
    drie = een.model_copy(
        update={
            "groepen": (Groep(titel="Te laat", regels=(regel(),)), Groep(titel="Vandaag", regels=(regel(), regel())))
        }
    )
    assert drie.samenvatting == "Er staan 3 dingen voor je klaar: 1 te laat en 2 voor vandaag."


def test_een_leeg_weekoverzicht_bestaat_niet() -> None:
    with pytest.raises(ValidationError):
        WeekoverzichtContext(voornaam="M", datum="d", regels_url=f"{URL}over", groepen=())


@elke_mail
def test_de_outbox_kan_de_mail_later_bouwen(context: Mailcontext) -> None:
    terug = lees_context(context.sjabloon.value, context.model_dump(mode="json"))
    assert terug == context


def test_een_moment_zonder_tijdzone_wordt_geweigerd() -> None:
    with pytest.raises(ValueError, match="tijdzone"):
        bouw_bericht(
            SPOED,
            ontvanger="ib@school.test",
            sleutel="s",
            datum=MOMENT.replace(tzinfo=None),
            afzender="routewacht@swv.test",
            domein="swv.test",
        )
