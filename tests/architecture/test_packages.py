"""One list of packages, four readers: a package that one tool does not know is not checked, or not shipped."""

from tests.architecture.boom import PACKAGES, PYPROJECT, ROOT

TOOL = PYPROJECT["tool"]
NIET_IN_HET_PAKKET = {"tests", "bench", "scripts"}


def test_the_four_readers_name_the_same_packages() -> None:
    lezers = {
        "import-linter": TOOL["importlinter"]["root_packages"],
        "mypy": TOOL["mypy"]["packages"],
        "ruff": TOOL["ruff"]["lint"]["isort"]["known-first-party"],
    }
    for naam, lijst in lezers.items():
        assert sorted(lijst) == sorted(PACKAGES), naam


def test_every_package_in_the_root_is_on_the_list() -> None:
    in_de_wortel = {p.parent.name for p in ROOT.glob("*/__init__.py")} - NIET_IN_HET_PAKKET
    assert in_de_wortel == set(PACKAGES)


def test_every_package_has_a_place_in_the_layers() -> None:
    (lagen,) = [c for c in TOOL["importlinter"]["contracts"] if c["type"] == "layers"]
    geplaatst = [naam.strip() for laag in lagen["layers"] for naam in laag.split("|")]
    assert sorted(geplaatst) == sorted(PACKAGES)


def test_init_files_are_empty() -> None:
    """No re-exports: one name for one thing, and no work at import."""
    vol = [p for naam in PACKAGES for p in (ROOT / naam).rglob("__init__.py") if p.read_text().strip()]
    assert vol == []
