"""Folding a timeline: facts in, state out, and a timeline with a hole is never trusted."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.handelingen import RondAf
from domain.progress import Uitslag, progress
from domain.roles import Rol
from domain.traject import COMMANDOS_ONTHOUDEN, Traject
from domain.verloop import TijdlijnOnvolledig, vouw, vouw_alles
from tests.support.zaak import Zaak


def een_verhaal() -> Zaak:
    zaak = Zaak()
    zaak.naar_uitvoering()
    zaak.tot(date(2026, 12, 24))
    return zaak


VERHAAL = een_verhaal()


def test_de_tijdlijn_is_de_stand() -> None:
    assert vouw_alles(VERHAAL.gebeurtenissen) == VERHAAL.traject
    assert Traject.model_validate_json(VERHAAL.traject.model_dump_json()) == VERHAAL.traject


@given(st.integers(0, len(VERHAAL.gebeurtenissen) - 1))
def test_elk_begin_van_een_tijdlijn_is_een_stand_van_toen(tot: int) -> None:
    stand = vouw_alles(VERHAAL.gebeurtenissen[: tot + 1])
    assert stand.versie == tot + 1
    for gebeurtenis in VERHAAL.gebeurtenissen[tot + 1 :]:
        stand = vouw(stand, gebeurtenis)
    assert stand == VERHAAL.traject


@given(st.integers(0, len(VERHAAL.gebeurtenissen) - 2))
def test_een_tijdlijn_met_een_gat_wordt_geweigerd(weg: int) -> None:
    alle = VERHAAL.gebeurtenissen
    with pytest.raises(TijdlijnOnvolledig):
        vouw_alles(alle[:weg] + alle[weg + 1 :])
    with pytest.raises(TijdlijnOnvolledig):
        vouw_alles([*alle[: weg + 1], alle[weg], *alle[weg + 1 :]])


def test_zonder_begin_geen_stand() -> None:
    with pytest.raises(TijdlijnOnvolledig):
        vouw_alles([])
    with pytest.raises(TijdlijnOnvolledig):
        vouw(None, VERHAAL.gebeurtenissen[1])


def test_onbekende_velden_van_een_nieuwere_versie_storen_niet() -> None:
    ruw = VERHAAL.traject.model_dump(mode="json") | {"iets_nieuws": 1}
    assert Traject.model_validate(ruw) == VERHAAL.traject


def test_een_herhaald_commando_doet_niets_ook_niet_na_lange_tijd() -> None:
    zaak = Zaak()
    opdracht = zaak.opdracht(Rol.LEERKRACHT, RondAf(afspraak_id=zaak.open("gesprek_ouders").id))
    zaak.geef(opdracht)
    zaak.tot(date(2027, 3, 1))
    assert progress(zaak.kader, zaak.traject, opdracht, zaak.nu) == Uitslag(zaak.traject, (), ())


def test_de_laatste_vijfhonderd_commandos_reizen_mee() -> None:
    zaak = Zaak()
    for beurt in range(COMMANDOS_ONTHOUDEN + 20):
        zaak.ligt_stil() if zaak.traject.stagnatie is None else zaak.over_stagnatie("in_beweging")
        assert len(zaak.traject.commandos) == min(beurt + 1, COMMANDOS_ONTHOUDEN)
    assert zaak.traject.commandos[-1] == f"c-{COMMANDOS_ONTHOUDEN + 20}"


def test_wat_klaar_is_blijft_alleen_in_de_stap_bewaard() -> None:
    assert not [a for a in VERHAAL.traject.afspraken if a.stap not in {None, "extra_ondersteuning"}]
