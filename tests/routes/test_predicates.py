"""The conditions a route may name: an answer that was not given is a no, and a consent that was not given too."""

from datetime import date

import pytest

from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep
from domain.predicates import PREDICATEN, geldt
from domain.roles import Rol
from domain.route import EXTRA_WAARDEN, KENMERK_WAARDEN, Kenmerk
from domain.traject import Toestemming, Traject, Verwijzing

DAG = date(2026, 11, 23)


def traject(
    kenmerken: dict[str, str] | None = None,
    antwoorden: dict[Doel, Antwoord] | None = None,
    groep: Leeftijdsgroep = Leeftijdsgroep.ONDER_12,
) -> Traject:
    return Traject(
        traject_id="t",
        swv_id="s",
        school_id="c",
        leerling_id="l",
        route=Verwijzing(route="r", versie=1, hash="h"),
        gezag=Gezag(gezagdragers=("o",), leerling_id="l", leeftijdsgroep=groep),
        gestart_op=DAG,
        stap="x",
        stap_sinds=DAG,
        regie_bij=Rol.IB,
        stil_sinds=DAG,
        kenmerken=kenmerken or {},
        toestemmingen={
            d: Toestemming(doel=d, gevraagd_op=DAG, antwoorden={"o": a}) for d, a in (antwoorden or {}).items()
        },
    )


@pytest.mark.parametrize(
    ("naam", "kenmerk", "waar"),
    [
        ("leefvraag_aanwezig", "leefvraag", {"enkelvoudig", "complex"}),
        ("leefvraag_complex", "leefvraag", {"complex"}),
        ("geen_leefvraag", "leefvraag", {"geen"}),
        ("leervraag_aanwezig", "leervraag", {"enkelvoudig", "complex"}),
        ("geen_leervraag", "leervraag", {"geen"}),
        ("leervraag_complex", "leervraag", {"complex"}),
        ("enkelvoudig", "problematiek", {"enkelvoudig"}),
        ("meervoudig_of_multi", "problematiek", {"meervoudig", "multi"}),
        ("niet_enkelvoudig", "problematiek", {"niet_bepaald", "meervoudig", "multi"}),
    ],
)
def test_een_voorwaarde_volgt_het_antwoord(naam: str, kenmerk: str, waar: set[str]) -> None:
    alle = {**KENMERK_WAARDEN[Kenmerk(kenmerk)], **EXTRA_WAARDEN.get(Kenmerk(kenmerk), {})}
    assert {w for w in alle if geldt(naam, traject({kenmerk: w}))} == waar
    assert not geldt(naam, traject())
    assert PREDICATEN[naam].kenmerken == {kenmerk}


@pytest.mark.parametrize(
    ("naam", "doel"),
    [
        ("koo_mag_meedoen", Doel.DELEN_KOO),
        ("jgz_mag_meedoen", Doel.DELEN_JGZ),
        ("sociaal_team_mag_meedoen", Doel.DELEN_SOCIAAL_TEAM),
    ],
)
def test_alleen_een_gegeven_toestemming_telt(naam: str, doel: Doel) -> None:
    assert {a for a in Antwoord if geldt(naam, traject(antwoorden={doel: a}))} == {Antwoord.GEGEVEN}
    assert not geldt(naam, traject())
    assert not geldt(naam, traject(antwoorden={Doel.TLV_AANVRAAG: Antwoord.GEGEVEN}))


def test_zonder_de_gemeente_is_er_geen_leefvraag_of_geen_toestemming() -> None:
    ja, nee = {Doel.DELEN_SOCIAAL_TEAM: Antwoord.GEGEVEN}, {Doel.DELEN_SOCIAAL_TEAM: Antwoord.INGETROKKEN}
    for antwoorden in ({}, nee, {Doel.DELEN_JGZ: Antwoord.GEGEVEN}):
        assert geldt("sociaal_team_doet_niet_mee", traject(antwoorden=antwoorden))
        assert geldt("zonder_gemeente", traject({"leefvraag": "complex"}, antwoorden))
    assert not geldt("sociaal_team_doet_niet_mee", traject(antwoorden=ja))
    assert not geldt("zonder_gemeente", traject({"leefvraag": "complex"}, ja))
    assert geldt("zonder_gemeente", traject({"leefvraag": "geen"}, ja))


def test_vanaf_twaalf_hoort_de_leerling_erbij() -> None:
    groepen = {g for g in Leeftijdsgroep if geldt("leerling_vanaf_12", traject(groep=g))}
    assert groepen == set(Leeftijdsgroep) - {Leeftijdsgroep.ONDER_12}


def test_elke_voorwaarde_legt_zichzelf_uit_en_zegt_waar_ze_naar_kijkt() -> None:
    for naam, predicaat in PREDICATEN.items():
        assert predicaat.naam == naam
        assert len(predicaat.uitleg) > 10
        assert predicaat.kenmerken or predicaat.doelen or predicaat.leeftijd


def test_een_onbekende_voorwaarde_is_een_fout() -> None:
    with pytest.raises(KeyError):
        geldt("bestaat_niet", traject())
