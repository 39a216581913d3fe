"""What is installed is complete, and nothing else: a template or migration that stays behind is missed at a school."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.boom import PACKAGES, ROOT, projectbestanden

# One of each kind the product cannot do without.
ONMISBAAR = {
    "routes": "domain/routes/*.yaml",
    "migrations": "storage/migrations/versions/*.py",
    "templates of pages": "api/templates/**/*.html",
    "templates of mails": "runtime/templates/**/*.html",
    "static files": "api/static/**/*.css",
}


@pytest.fixture(scope="module")
def inhoud(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built by hatchling as it is installed here, without network."""
    doel = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(doel)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = doel.glob("routewacht-*.whl")
    with zipfile.ZipFile(wheel) as bestand:
        return set(bestand.namelist())


def test_every_file_of_our_packages_is_in(inhoud: set[str]) -> None:
    relatief = [p.relative_to(ROOT) for p in projectbestanden()]
    van_ons = {p.as_posix() for p in relatief if p.parts[0] in PACKAGES}
    assert van_ons - inhoud == set()


@pytest.mark.parametrize("soort", ONMISBAAR)
def test_every_kind_of_file_is_in(soort: str, inhoud: set[str]) -> None:
    gevonden = {p.relative_to(ROOT).as_posix() for p in ROOT.glob(ONMISBAAR[soort])}
    assert gevonden
    assert gevonden <= inhoud


def test_nothing_else_is_in(inhoud: set[str]) -> None:
    wortels = {Path(naam).parts[0] for naam in inhoud}
    (gegevens,) = [w for w in wortels if w.endswith(".dist-info")]
    assert wortels - {gegevens} == set(PACKAGES)


def test_the_licence_and_the_command_are_in(inhoud: set[str]) -> None:
    namen = {"/".join(Path(naam).parts[1:]) for naam in inhoud if ".dist-info/" in naam}
    assert {"licenses/LICENSE", "entry_points.txt"} <= namen
