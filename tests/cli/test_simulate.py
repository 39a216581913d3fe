"""`routewacht simulate` and `routewacht route check`: facts, not layout."""

from pathlib import Path
from typing import Any

import pytest

from runtime.route_files import routemap
from tests.cli.conftest import Draai, document

SCENARIO = """
gezag: {gezagdragers: [ouder1], leerling_id: leerling}
handelingen:
  - {op: 2026-09-08, doe: rond_af, sjabloon: gesprek_ouders}
  - {op: 2026-09-09, doe: rond_af, sjabloon: overleg_ib}
  - {op: 2026-09-09, doe: rond_af, sjabloon: dossiernotitie}
  - {op: 2026-09-10, doe: neem_besluit, sjabloon: vervolg_signaal, met: {uitkomst: onderzoek}}
  - {op: 2026-09-11, doe: rond_af, sjabloon: plan}
  - {op: 2027-09-01, doe: meld_stilstand}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    pad = tmp_path / "scenario.yaml"
    pad.write_text(SCENARIO, encoding="utf-8")
    return pad


def speel(draai: Draai, *extra: str | Path) -> Any:
    uitkomst = draai("simulate", "--start", "2026-09-01", "--tot", "2027-07-31", "--json", *extra)
    assert uitkomst.exit_code == 0, uitkomst.output
    return document(uitkomst)


def feiten(verloop: Any, soort: str) -> list[tuple[str, str]]:
    return [(dag["datum"], g["zin"]) for dag in verloop["dagen"] for g in dag["gebeurtenissen"] if g["soort"] == soort]


def test_zonder_scenario_loopt_het_vast_en_komt_het_bij_een_mens(draai: Draai) -> None:
    verloop = speel(draai)
    assert verloop["einde"]["stap"] == "signaal"
    assert verloop["einde"]["stagnatie_bij"] == "regievoerder"
    [eerste, *_] = feiten(verloop, "stagnatie_vastgesteld")
    assert "2026-09-22" < eerste[0] < "2026-12-18"
    spoed = [m for dag in verloop["dagen"] for m in dag["meldingen"] if m["spoed"]]
    assert {m["rol"] for m in spoed} >= {"regievoerder"}


def test_een_scenario_gebeurt_op_zijn_dagen(draai: Draai, scenario: Path) -> None:
    verloop = speel(draai, "--scenario", scenario)
    assert feiten(verloop, "besluit_genomen") == [
        ("2026-09-10", "Besloten: Er is onderzoek en triage nodig. De regie ligt bij de intern begeleider.")
    ]
    geweigerd = [(dag["datum"], w["sjabloon"]) for dag in verloop["dagen"] for w in dag["geweigerd"]]
    assert geweigerd == [("2026-09-11", "plan")]
    assert verloop["overgeslagen"] == 1
    assert all(dag["datum"] <= "2027-07-31" for dag in verloop["dagen"])


def test_een_andere_regio_heeft_andere_vakanties(draai: Draai) -> None:
    """Five school days from 5 October: in Noord the autumn holiday of 2026 begins a week earlier than in Zuid."""

    def gesprek(regio: str) -> str:
        uit = draai("simulate", "--start", "2026-10-05", "--tot", "2026-10-06", "--regio", regio, "--json")
        zinnen = [zin for _, zin in feiten(document(uit), "afspraak_geopend")]
        return next(zin for zin in zinnen if "Gesprek met ouders" in zin)

    assert "maandag 19 oktober 2026" in gesprek("noord")
    assert "maandag 12 oktober 2026" in gesprek("zuid")


def test_voor_mensen_staat_elke_gebeurtenis_er_een_keer(draai: Draai, scenario: Path) -> None:
    uitkomst = draai("simulate", "--start", "2026-09-01", "--tot", "2026-10-01", "--scenario", scenario)
    assert uitkomst.exit_code == 0
    assert "Donderdag 10 september 2026" in uitkomst.stdout
    assert uitkomst.stdout.count("Gedaan: Gesprek met ouders over de zorg.") == 1
    assert "Geweigerd: De afspraak 'plan' staat dan niet open." in uitkomst.stdout
    assert "1 handeling is niet gespeeld, want na de laatste dag." in uitkomst.stdout
    assert uitkomst.stdout.count("dat dit die dag klaar moest zijn: Gesprek met ouders") == 1
    assert "Bericht aan leerkracht (vandaag): Gesprek met ouders" not in uitkomst.stdout


@pytest.mark.parametrize(
    ("tekst", "zin"),
    [
        ("handelingen: [", "Het scenario is geen leesbare YAML (regel 1)."),
        ("handelingen: [{op: morgen, doe: rond_af, sjabloon: x}]", "'handelingen.0.op' is geen datum."),
        ("handelingen: [{op: 2026-09-01, doe: dansen}]", "'handelingen.0.doe' heeft een waarde die niet bestaat."),
        ("handelingen: [{op: 2026-09-01, doe: rond_af}]", "bij 'rond_af' hoort wel sjabloon"),
        ("handeling: []", "'handeling' hoort hier niet."),
        ("handelingen: [{op: 2026-08-01, doe: meld_stilstand}]", "ligt vóór het begin"),
    ],
)
def test_een_scenario_met_een_fout_zegt_wat(draai: Draai, tmp_path: Path, tekst: str, zin: str) -> None:
    pad = tmp_path / "fout.yaml"
    pad.write_text(tekst, encoding="utf-8")
    uitkomst = draai("simulate", "--start", "2026-09-01", "--tot", "2026-10-01", "--scenario", pad)
    assert uitkomst.exit_code == 2
    assert zin in uitkomst.stderr


def test_een_onbekende_route_en_een_kalender_die_er_nog_niet_is(draai: Draai) -> None:
    uitkomst = draai("simulate", "--route", "nergens", "--start", "2026-09-01", "--tot", "2026-10-01")
    assert uitkomst.exit_code == 2
    assert "Kies uit: midden_groningen" in uitkomst.stderr
    later = draai("simulate", "--start", "2035-09-01", "--tot", "2035-10-01")
    assert later.exit_code == 1
    assert "De schoolvakanties van schooljaar 2034-2035 zijn niet bekend." in later.stderr


def test_een_goede_route_klopt_en_een_foute_toont_alles(draai: Draai, tmp_path: Path) -> None:
    tekst = (routemap() / "midden_groningen.v1.yaml").read_text(encoding="utf-8")
    goed, fout = tmp_path / "goed.yaml", tmp_path / "fout.yaml"
    goed.write_text(tekst, encoding="utf-8")
    fout.write_text(tekst.replace("rol: leerkracht", "rol: meester"), encoding="utf-8")
    assert document(draai("route", "check", goed, "--json"))["route"] == "midden_groningen"
    uitkomst = draai("route", "check", fout)
    assert uitkomst.exit_code == 1
    assert uitkomst.stderr.count("'meester'") == tekst.count("rol: leerkracht")
    assert "fout.yaml, regel " in uitkomst.stderr
    assert document(draai("route", "check", fout, "--json"))["fouten"][0]["remedie"] == "Bedoelde u 'mentor'?"
