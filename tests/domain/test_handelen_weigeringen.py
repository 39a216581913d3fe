"""Every refusal there is, provoked by the act a person would do, and each says what is wrong and what to do."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from domain.consent import Antwoord, Doel, Vorm
from domain.errors import WEIGERINGEN, NietTeWissen, TrajectOnbekend, Weigering
from domain.handelingen import DraagOver, GeefRegieTerug, LegToestemmingVast, NeemBesluit, RondAf, StelUit, Uitstelreden
from domain.roles import Rol
from tests.support.beloften import weigering_is_te_begrijpen
from tests.support.zaak import Zaak, proefkader

TRIAGE = {"leervraag": "complex", "leefvraag": "complex", "problematiek": "meervoudig"}


def _dicht() -> Zaak:
    zaak = Zaak(frame=proefkader())
    zaak.besluit("interventies", "basis", leervraag="complex", leefvraag="geen")
    return zaak


def _rond_af(zaak: Zaak, afspraak_id: str, op: date | None = None, gezien: int | None = None) -> None:
    zaak.doe(Rol.IB, RondAf(afspraak_id=afspraak_id, op=op), gezien=gezien)


def _stel_uit(zaak: Zaak, tot: date) -> None:
    zaak.stel_uit("gesprek_ouders", tot)


def _drie_keer_uitstellen() -> None:
    zaak = Zaak()
    for dag in (9, 10, 11):
        _stel_uit(zaak, date(2026, 9, dag))


def _verouderd() -> None:
    zaak = Zaak()
    gezien = zaak.traject.versie
    zaak.doe(Rol.IB, DraagOver(afspraak_id=zaak.open("gesprek_ouders").id, rol=Rol.DIRECTIE))
    _rond_af(zaak, zaak.open("gesprek_ouders").id, gezien=gezien)


def _al_gedaan() -> None:
    zaak = Zaak()
    gesprek = zaak.open("gesprek_ouders").id
    zaak.rond_af("gesprek_ouders")
    _rond_af(zaak, gesprek)


def _al_weg() -> None:
    zaak = Zaak()
    gesprek = zaak.open("gesprek_ouders").id
    zaak.naar_koo()
    _rond_af(zaak, gesprek)


def _twee_keer_stil() -> None:
    zaak = Zaak()
    zaak.ligt_stil()
    zaak.ligt_stil()


def _mdo_twee_keer() -> None:
    zaak = Zaak()
    zaak.ligt_stil()
    zaak.over_stagnatie("mdo")
    zaak.over_stagnatie("mdo")


def _zonder_toestemming() -> None:
    zaak = Zaak()
    zaak.naar_triage()
    zaak.rond_af("onderzoek_onderwijs")
    zaak.rond_af("bespreking_ouders")
    zaak.besluit("triage", "plan_van_aanpak", antwoorden=TRIAGE)


def _vragen(kenmerken: dict[str, str]) -> None:
    zaak = Zaak()
    zaak.naar_triage()
    zaak.besluit("triage", "extra_ondersteuning", antwoorden=kenmerken)


def _vreemde() -> None:
    Zaak().doe(
        Rol.IB,
        LegToestemmingVast(
            doel=Doel.DELEN_KOO, persoon_id="p-vreemd", antwoord=Antwoord.GEGEVEN, vorm=Vorm.SCHRIFTELIJK
        ),
    )


GEVALLEN: dict[str, tuple[str, str, Callable[[], object]]] = {
    "onbekende afspraak": ("afspraak_onbekend", "afspraak_id", lambda: _rond_af(Zaak(), "a99")),
    "geen nummer": ("afspraak_onbekend", "afspraak_id", lambda: _rond_af(Zaak(), "a²")),
    "eindeloos nummer": ("afspraak_onbekend", "afspraak_id", lambda: _rond_af(Zaak(), "a" + "9" * 5000)),
    "onbekende stap": ("stap_onbekend", "stap", lambda: _dicht().heropen("bestaat_niet")),
    "verkeerde rol": ("verkeerde_rol", "rol", lambda: Zaak().rond_af("gesprek_ouders", Rol.OUDERS)),
    "gesloten": ("traject_gesloten", "traject_id", lambda: _dicht().ligt_stil()),
    "loopt nog": ("traject_loopt", "traject_id", lambda: Zaak().heropen()),
    "gewijzigd": ("verouderd", "gezien_versie", _verouderd),
    "al gedaan": ("verouderd", "gezien_versie", _al_gedaan),
    "stap is voorbij": ("verouderd", "gezien_versie", _al_weg),
    "onbekende uitkomst": ("uitkomst_onbekend", "uitkomst", lambda: Zaak().besluit("vervolg_signaal", "weg")),
    "besluit afvinken": ("past_niet", "soort", lambda: Zaak().rond_af("vervolg_signaal")),
    "besluiten over een taak": ("past_niet", "soort", lambda: Zaak().besluit("gesprek_ouders", "ja")),
    "overdragen aan ouders": (
        "past_niet",
        "rol",
        lambda: Zaak().doe(Rol.IB, DraagOver(afspraak_id="a1", rol=Rol.OUDERS)),
    ),
    "intrekken wat er niet is": (
        "past_niet",
        "antwoord",
        lambda: Zaak().toestemming(Doel.ONDERZOEK, Antwoord.INGETROKKEN),
    ),
    "geen toestemming": ("toestemming_ontbreekt", "uitkomst", _zonder_toestemming),
    "eerst het gesprek": (
        "voorwaarde_ontbreekt",
        "uitkomst",
        lambda: Zaak().besluit("vervolg_signaal", "koo_meedenken"),
    ),
    "predicaat klopt niet": (
        "voorwaarde_ontbreekt",
        "uitkomst",
        lambda: Zaak(frame=proefkader()).besluit("interventies", "basis", leervraag="complex", leefvraag="complex"),
    ),
    "vraag niet beantwoord": ("gegeven_ontbreekt", "kenmerken.leervraag", lambda: _vragen({})),
    "antwoord bestaat niet": (
        "gegeven_ontbreekt",
        "kenmerken.leefvraag",
        lambda: _vragen({**TRIAGE, "leefvraag": "misschien"}),
    ),
    "gegeven dat er niet bij hoort": ("gegeven_ontbreekt", "kenmerken", lambda: _vragen({**TRIAGE, "kleur": "rood"})),
    "niet iedereen was erbij": (
        "aanwezige_ontbreekt",
        "aanwezig",
        lambda: Zaak(frame=proefkader()).rond_af("overleg", None, Rol.OUDERS),
    ),
    "in de toekomst": ("datum_ongeldig", "op", lambda: _rond_af(Zaak(), "a2", date(2026, 9, 2))),
    "voor het begin": ("datum_ongeldig", "op", lambda: _rond_af(Zaak(), "a2", date(2026, 8, 31))),
    "uitstel naar eerder": ("datum_ongeldig", "tot", lambda: _stel_uit(Zaak(), date(2026, 9, 8))),
    "uitstel tot ooit": ("datum_ongeldig", "tot", lambda: _stel_uit(Zaak(), date.max)),
    "uitstel te lang": ("datum_ongeldig", "tot", lambda: _stel_uit(Zaak(), date(2026, 10, 7))),
    "uitstel naar zaterdag": ("datum_ongeldig", "tot", lambda: _stel_uit(Zaak(), date(2026, 9, 12))),
    "uitstel op": ("uitstel_op", "tot", _drie_keer_uitstellen),
    "persoon tekent niet": ("persoon_onbekend", "persoon_id", _vreemde),
    "regie niet overgenomen": (
        "regie_blijft",
        "rol",
        lambda: Zaak().doe(Rol.REGIEVOERDER, GeefRegieTerug()),
    ),
    "overdragen zonder toestemming": (
        "toestemming_ontbreekt",
        "rol",
        lambda: Zaak().doe(Rol.IB, DraagOver(afspraak_id="a1", rol=Rol.KOO)),
    ),
    "al gemeld": ("al_gemeld", "oorzaak", _twee_keer_stil),
    "al afgesproken": ("al_gemeld", "uitkomst", _mdo_twee_keer),
}


@pytest.mark.parametrize(("code", "veld", "doe"), GEVALLEN.values(), ids=GEVALLEN.keys())
def test_een_weigering_zegt_wat_er_is_en_wat_te_doen(code: str, veld: str, doe: Callable[[], object]) -> None:
    with pytest.raises(Weigering) as fout:
        doe()
    assert (fout.value.code, fout.value.veld) == (code, veld)
    weigering_is_te_begrijpen(fout.value)


def test_elke_weigering_is_uitgelokt() -> None:
    niet_van_de_kern = {TrajectOnbekend.code, NietTeWissen.code}  # of the gate, and of erasing
    assert set(WEIGERINGEN) - {code for code, _, _ in GEVALLEN.values()} == niet_van_de_kern
    # The site adds refusals of its own; here it is about those of the core.
    van_de_kern = [k for k in Weigering.__subclasses__() if k.__module__ == "domain.errors"]
    assert len(WEIGERINGEN) == len(van_de_kern), "elke code is van een soort"


def test_uitstellen_tot_de_grens_mag() -> None:
    zaak = Zaak()
    zaak.stel_uit("gesprek_ouders", date(2026, 10, 6))
    gesprek = zaak.open("gesprek_ouders")
    assert (gesprek.streefdatum, gesprek.uitgesteld) == (date(2026, 10, 6), 1)
    assert gesprek.uitleg == "uitgesteld tot dinsdag 6 oktober 2026 (op verzoek ouders)"
    assert gesprek.uiterste > gesprek.streefdatum


def test_uitstellen_over_een_vakantie_telt_schoolweken() -> None:
    zaak = Zaak(Zaak().nu.replace(month=12, day=8))
    gesprek = zaak.open("gesprek_ouders")
    tot = date(2027, 1, 26)
    zaak.doe(Rol.IB, StelUit(afspraak_id=gesprek.id, tot=tot, reden=Uitstelreden.ZIEKTE_MEDEWERKER))
    assert tot - gesprek.streefdatum == timedelta(weeks=6), "vier schoolweken en twee weken kerst"


def test_niets_half_gedaan() -> None:
    """An act that is refused late, after its checks on rights, leaves the very same state."""
    zaak = Zaak()
    zaak.naar_triage()
    voor = zaak.traject.model_dump_json()
    besluit = NeemBesluit(
        afspraak_id=zaak.open("triage").id, uitkomst="enkelvoudige_hulp", kenmerken={**TRIAGE}, aanwezig=()
    )
    with pytest.raises(Weigering):
        zaak.doe(Rol.IB, besluit)
    assert zaak.traject.model_dump_json() == voor
