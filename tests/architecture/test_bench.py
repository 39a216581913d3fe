"""`make bench` keeps working when the core, the messages or the tables change. Nothing here says how long anything takes."""

import ast
import json
import subprocess
import sys

from tests.architecture.boom import ROOT, ontleed, python_bestanden

CIJFERS = {
    *("stap", "wekmoment", "schooljaar", "zes_schoolweken"),
    *("invoer_versleuteld", "invoer_bytes", "record_versleuteld", "record_bytes"),
    *("vastleggen", "nog_eens"),
}


def test_a_quick_run_gives_every_figure() -> None:
    gedraaid = subprocess.run(
        [sys.executable, "-m", "bench", "--snel", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert gedraaid.returncode == 0, gedraaid.stderr
    # Scripts read standard output as one document; the progress bar is for a screen only.
    uitkomst = json.loads(gedraaid.stdout)
    assert gedraaid.stderr == ""
    assert set(uitkomst["cijfers"]) == CIJFERS
    for naam, c in uitkomst["cijfers"].items():
        assert 0 < c["van"] <= c["verhouding"] <= c["tot"], naam
    assert uitkomst["machine"]["kernen"] >= 1
    # Sizes do not depend on the machine: packing must win from what encryption adds.
    assert uitkomst["cijfers"]["invoer_bytes"]["verhouding"] < 1


def test_an_unknown_option_is_refused_in_dutch() -> None:
    gedraaid = subprocess.run(
        [sys.executable, "-m", "bench", "--langzaam"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert gedraaid.returncode == 2
    assert "--langzaam bestaat niet" in gedraaid.stderr


def test_bench_needs_no_tests() -> None:
    """It measures the product as it is shipped, from a checkout without the tests."""
    for bestand in python_bestanden("bench"):
        modules = {k.module or "" for k in ast.walk(ontleed(bestand)) if isinstance(k, ast.ImportFrom)}
        modules |= {n.name for k in ast.walk(ontleed(bestand)) if isinstance(k, ast.Import) for n in k.names}
        assert not [m for m in modules if m.split(".")[0] == "tests"], bestand.name
