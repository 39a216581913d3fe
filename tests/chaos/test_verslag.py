"""The report names only what exists."""

from pathlib import Path

from tests.chaos.invarianten import INVARIANTEN
from tests.chaos.mutaties import MUTATIES, past
from tests.chaos.schrijven import schrijf
from tests.chaos.verslag import Rij

TESTS = Path(__file__).resolve().parents[1]


def _bestaat(naam: str) -> bool:
    bestand, _, test = naam.partition("::")
    pad = TESTS / bestand
    return pad.is_file() and (test == "*" or f"def {test.partition('[')[0]}(" in pad.read_text())


def test_each_promise_has_a_guard_or_says_why_not() -> None:
    assert len(INVARIANTEN) == 12
    for belofte in INVARIANTEN:
        assert belofte.bewakers or belofte.nog_niet, belofte.belofte
        assert [naam for naam in belofte.bewakers if not _bestaat(naam)] == []


def test_each_mutation_still_fits_the_code_and_names_a_test() -> None:
    """Code that moved takes its mutation along; one that changes nothing would prove nothing."""
    assert [m.wat for m in MUTATIES if not past(m)] == []
    assert [m.test for m in MUTATIES if not _bestaat(m.test.removeprefix("tests/"))] == []


def test_the_report_counts_what_the_rows_say(tmp_path: Path) -> None:
    rijen = [
        Rij(4, "relay verbreekt", "M", "test_a", keer=3, uitslag="goed"),
        Rij(1, "worker", "U", "test_b", keer=2, dubbel=1, hersteld=2.04, uitslag="FAALT"),
    ]
    schrijf(tmp_path / "verslag.md", rijen)
    tekst = (tmp_path / "verslag.md").read_text()
    assert "2 rows, 5 faults, 0 lost, 1 twice, 1 rows that failed" in tekst
    assert tekst.index("| 1 | worker | 2 | 0 | 1 | 2.0 |") < tekst.index("| 4 | relay verbreekt | 3 | 0 | 0 |")
