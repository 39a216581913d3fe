"""What the language of a route learned for version 2: answers, signals, conditional requirements, and a proof that keeps up."""

from pathlib import Path

import pytest

from domain.roles import Rol
from domain.route import Regieregel
from domain.route_bewijs import bereikbaar
from domain.route_check import RouteFouten, compileer
from domain.route_tekst import lees
from domain.route_vorm import controleer
from runtime.route_files import routemap

DATA = Path(__file__).parent / "data"
V2 = (routemap() / "midden_groningen.v2.yaml").read_text(encoding="utf-8")


def zinnen(oud: str, nieuw: str) -> list[str]:
    assert oud in V2
    with pytest.raises(RouteFouten) as gevangen:
        compileer(V2.replace(oud, nieuw, 1), "proef.yaml")
    return [f.zin for f in gevangen.value.errors]


@pytest.mark.parametrize(
    ("oud", "nieuw", "zin"),
    [
        ("leervraag: [geen, enk", "leervraag: [geeen, enk", "'geeen' is geen antwoord op 'leervraag'."),
        ("leervraag: [geen, enk", "leervraag: [geen, geen, enk", "Het antwoord 'geen' staat er al."),
        (
            "  leervraag: [geen, enkelvoudig, complex]",
            "  leervraag: [geen]",
            "Op 'leervraag' is maar een antwoord mogelijk.",
        ),
        ("- rollen: [koo]", "- rollen: [koo, ib]", "De rol 'ib' staat er al."),
        ("- rollen: [koo]", "- rollen: [systeem]", "Routewacht geeft zelf geen signaal."),
        (
            "rollen: [leerkracht, ib, directie]",
            "rollen: [ib, directie]",
            "De rol 'leerkracht' leidt de eerste stap, maar mag geen signaal geven.",
        ),
        ("als: meervoudig_of_multi}", "als: meervoudig}", "De voorwaarde 'meervoudig' bestaat niet."),
        (
            "{afspraak: crisisafspraken, als: meervoudig_of_multi}",
            "{afspraak: crisisafspraken}",
            "De afspraak 'crisisafspraken' is er alleen als 'meervoudig_of_multi' geldt.",
        ),
        (
            "problematiek: [multi], regie: casemanager}",
            "problematiek: [meervoudig, multi], regie: casemanager}",
            "De regie bij 'enkelvoudig' en 'enkelvoudig' staat er al.",
        ),
        (
            "problematiek: [niet_bepaald, meervoudig, multi], regie",
            "problematiek: [niet_bepaald, meervoudig], regie",
            "Er staat niet wie de regie heeft bij leervraag 'geen' en leefvraag 'complex' en problematiek 'multi'.",
        ),
        (
            "vragen: [leervraag, leefvraag, problematiek]",
            "vragen: [leervraag, leefvraag]",
            "Geen enkel besluit vraagt naar de leervraag en de leefvraag en de problematiek; de tabel doet dan niets.",
        ),
    ],
)
def test_the_compiler_says_what_is_wrong(oud: str, nieuw: str, zin: str) -> None:
    assert zin in zinnen(oud, nieuw)


def test_a_road_that_parents_can_close_is_found_among_many_states() -> None:
    """Merging states that cannot be told apart must not hide that a traject gets stuck."""
    dicht = zinnen("            - {predicaat: zonder_gemeente}", "            - {predicaat: geen_leefvraag}")
    assert any("loopt vast" in zin and "onderzoek_en_triage" in zin for zin in dicht)


@pytest.mark.parametrize("naam", ["proefroute.v1", "fout_vast"])
def test_the_two_ways_to_prove_agree(naam: str) -> None:
    route = controleer(lees((DATA / f"{naam}.yaml").read_text(encoding="utf-8")).data).route
    assert route is not None
    ruim, zuinig = bereikbaar(route, zuinig=False), bereikbaar(route, zuinig=True)
    assert zuinig.toestanden <= ruim.toestanden
    assert (zuinig.geslaagd, zuinig.aan_zet) == (ruim.geslaagd, ruim.aan_zet)
    assert {t.stap for t in zuinig.vast} == {t.stap for t in ruim.vast}


def test_version_1_is_proven_with_every_single_state() -> None:
    route = compileer((routemap() / "midden_groningen.v1.yaml").read_text(encoding="utf-8"), "v1")
    assert bereikbaar(route).toestanden == bereikbaar(route, zuinig=False).toestanden
    assert bereikbaar(route, zuinig=True).geslaagd


def test_a_row_of_the_regie_without_a_kind_of_problem_holds_for_all() -> None:
    rij = Regieregel(leervraag="complex", leefvraag="complex", regie=Rol.CASEMANAGER)
    antwoorden = {"leervraag": "complex", "leefvraag": "complex"}
    assert rij.past(antwoorden)
    assert rij.past({**antwoorden, "problematiek": "multi"})
    assert not rij.past({**antwoorden, "leervraag": "enkelvoudig"})
    smal = rij.model_copy(update={"problematiek": ("multi",)})
    assert not smal.past(antwoorden)
    assert smal.past({**antwoorden, "problematiek": "multi"})
