"""Help and mistakes: everything a person reads is Dutch, and every mistake has its exit code."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from cli.bij_demo import DEMO
from cli.demo import _DATA
from cli.handelen import HANDELINGEN, OPTIES
from cli.main import app
from domain.handelingen import VAN_DE_POORT
from runtime.postgres import EmbeddedPostgres
from storage.migrate import upgrade
from tests.cli.conftest import SLEUTELS, Draai, document
from tests.support.servers import ELSEWHERE, UNSAFE_BUT_FAST

ENGELS = (
    "Usage", "Options", "Arguments", "Commands", "required", "default", "Show this message", "[OPTIONS]", "COMMAND",
    "Error", "Missing", "Invalid", "No such", "Try '",
)  # fmt: skip


def alle_commandos() -> Iterator[tuple[str, ...]]:
    def onder(groep: object, pad: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield pad
        for naam, commando in getattr(groep, "commands", {}).items():
            if naam != "demo":
                yield from onder(commando, (*pad, *(("T",) if pad == ("traject", "act") else ()), naam))

    yield from onder(typer.main.get_command(app), ())


@pytest.mark.parametrize("pad", list(alle_commandos()), ids=" ".join)
def test_de_uitleg_is_nederlands(draai: Draai, pad: tuple[str, ...]) -> None:
    uitkomst = draai(*pad, "--help")
    assert uitkomst.exit_code == 0
    assert "Gebruik:" in uitkomst.stdout
    assert not [woord for woord in ENGELS if woord in uitkomst.stdout]


@pytest.mark.parametrize(
    ("argumenten", "zin"),
    [
        (["trajct"], "De opdracht 'trajct' bestaat niet. Bedoelde u 'traject'?"),
        (["xyz"], "De opdracht 'xyz' bestaat niet."),
        (["--foo"], "De optie --foo bestaat niet."),
        (["traject", "list", "--foo"], "De optie --foo bestaat niet."),
        (["traject", "start"], "De optie --leerling ontbreekt."),
        (["traject", "show"], "Het argument TRAJECT ontbreekt."),
        (["traject", "show", "a", "b"], "Dit hoort hier niet: b."),
        (["traject", "list", "--school"], "Achter --school hoort een waarde."),
        (["traject", "list", "--status", "weg"], "De waarde bij --status klopt niet."),
        (["traject", "list", "--hoogstens", "nul"], "De waarde bij --hoogstens klopt niet."),
        (["people", "import", "/bestaat/niet.csv"], "Bij BESTAND.csv: dit bestand is er niet."),
        (["people", "import", "/"], "Bij BESTAND.csv: dit is een map, geen bestand."),
        (["simulate", "--start", "1 mei", "--tot", "2027-01-01"], "Bij --start: Schrijf een datum als 2026-09-01."),
        (["traject", "start", "--leerling", "l", "--als", "ib"], "Bij --als: Schrijf een persoon en een rol"),
        (["traject", "start", "--leerling", "l", "--als", "p:baas"], "Bij --als: Deze rol bestaat niet."),
        (["traject", "act", "t"], "Er ontbreekt een handeling."),
        (["traject", "act", "t", "vink_af"], "De opdracht 'vink_af' bestaat niet."),
        (["traject", "act", "t", "rond_af", "--als", "p:ib"], "De optie --afspraak ontbreekt."),
        (
            ["traject", "act", "t", "rond_af", "--als", "p:ib", "--afspraak", "a1", "--op", "gisteren"],
            "--op is geen datum.",
        ),
        (
            ["traject", "act", "t", "stel_uit", "--als", "p:ib", "--afspraak", "a", "--tot", "2026-09-01", "--reden", "x"],
            "--reden heeft een waarde die niet bestaat.",
        ),
        (
            ["traject", "act", "t", "neem_besluit", "--als", "p:ib", "--afspraak", "a", "--uitkomst", "x", "--kenmerk", "y"],
            "Schrijf een kenmerk als VRAAG=ANTWOORD",
        ),
    ],
)  # fmt: skip
def test_een_vergissing_krijgt_een_nederlandse_zin_en_code_2(
    draai: Draai, omgeving: pytest.MonkeyPatch, argumenten: list[str], zin: str
) -> None:
    uitkomst = draai(*argumenten)
    assert uitkomst.exit_code == 2
    assert zin in uitkomst.stderr
    assert uitkomst.stdout == ""
    assert not [woord for woord in ENGELS if woord in uitkomst.stderr]


def test_elk_veld_van_elke_handeling_heeft_een_optie() -> None:
    velden = {veld for klasse, _ in HANDELINGEN for veld in klasse.model_fields} - {"soort"}
    assert velden - VAN_DE_POORT == set(OPTIES), "wat de poort invult, vraagt het commando niet"
    assert len({optie.vlag for optie in OPTIES.values()}) == len(OPTIES)


def test_instellingen_die_ontbreken_staan_er_allemaal_zonder_traceback(
    draai: Draai, monkeypatch: pytest.MonkeyPatch
) -> None:
    for naam in ("ROUTEWACHT_SLEUTELS", "ROUTEWACHT_DATABASE_URL", "DATABASE_URL"):
        monkeypatch.delenv(naam, raising=False)
    monkeypatch.setenv("ROUTEWACHT_SMTP_PORT", "poort")
    for commando in (["worker"], ["api"], ["migrate"], ["traject", "list"]):
        uitkomst = draai(*commando)
        assert uitkomst.exit_code == 2
        assert "De instelling ROUTEWACHT_SLEUTELS ontbreekt" in uitkomst.stderr
        assert "De instelling ROUTEWACHT_SMTP_PORT moet een geheel getal zijn." in uitkomst.stderr
    monkeypatch.setenv("ROUTEWACHT_SLEUTELS", "x")
    monkeypatch.delenv("ROUTEWACHT_SMTP_PORT")
    assert draai("migrate").exit_code == 2


def test_zonder_database_url_zegt_hij_dat(draai: Draai, omgeving: pytest.MonkeyPatch) -> None:
    omgeving.delenv("ROUTEWACHT_DATABASE_URL")
    uitkomst = draai("migrate")
    assert uitkomst.exit_code == 2
    assert "ROUTEWACHT_DATABASE_URL ontbreekt" in uitkomst.stderr


def test_een_andere_soort_database_is_verkeerd_gebruik(draai: Draai, omgeving: pytest.MonkeyPatch) -> None:
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", "sqlite:///x.db")
    assert draai("traject", "list").exit_code == 2


@pytest.mark.parametrize(
    "commando", [["migrate"], ["traject", "list"], ["traject", "show", "t-1"], ["worker"], ["api"]]
)
def test_een_database_die_niet_antwoordt_is_code_3_en_verraadt_niets(
    draai: Draai, omgeving: pytest.MonkeyPatch, commando: list[str]
) -> None:
    uitkomst = draai(*commando)
    assert uitkomst.exit_code == 3
    assert "De database is niet bereikbaar." in uitkomst.stderr
    assert "geheim-wachtwoord" not in uitkomst.output


def test_met_json_is_ook_een_fout_een_document(draai: Draai, omgeving: pytest.MonkeyPatch) -> None:
    uitkomst = draai("traject", "list", "--json")
    assert uitkomst.exit_code == 3
    assert uitkomst.stderr == ""
    assert document(uitkomst)["code"] == "database_niet_bereikbaar"


def test_uitleg_laadt_niets_zwaars() -> None:
    """`--help` answers at once: no Temporal, database or web framework is loaded for it."""
    script = (
        "import sys; from cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "zwaar = {'temporalio', 'sqlalchemy', 'fastapi', 'holidays', 'alembic'} & set(sys.modules)\n"
        "sys.exit(f'geladen: {zwaar}' if zwaar else 0)"
    )
    uitkomst = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert uitkomst.returncode == 0, uitkomst.stderr


def test_naast_een_demo_zegt_hij_hoe_je_daar_kijkt(draai: Draai, omgeving: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Followed to the letter it works: in the shell, without a password on the screen."""
    assert _DATA == DEMO
    server = EmbeddedPostgres(tmp_path / DEMO / "postgres", settings=UNSAFE_BUT_FAST, elsewhere=ELSEWHERE)
    omgeving.chdir(tmp_path)
    for naam in ("ROUTEWACHT_DATABASE_URL", "ROUTEWACHT_SLEUTELS"):
        omgeving.delenv(naam)
    try:
        upgrade(server.start().render_as_string(hide_password=False))
        (tmp_path / DEMO / "sleutels").write_text(SLEUTELS)
        uitkomst = draai("traject", "list")
        assert uitkomst.exit_code == 2
        assert "In deze map draait een demo." in uitkomst.stderr
        wachtwoord = (tmp_path / DEMO / "postgres" / "postgres.wachtwoord").read_text()
        assert wachtwoord not in uitkomst.output
        regels = [r.strip() for r in uitkomst.stderr.splitlines() if r.strip().startswith("export ")]
        routewacht = Path(sys.executable).parent / "routewacht"
        gevolgd = subprocess.run(
            ["sh", "-ec", "; ".join([*regels, f"'{routewacht}' traject list --json"])],
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert gevolgd.returncode == 0, gevolgd.stderr
        assert json.loads(gevolgd.stdout)["totaal"] == 0
    finally:
        server.erase()
    assert "draait een demo" not in draai("traject", "list").stderr
