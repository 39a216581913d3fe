"""What code calls a source is written down as one, and nothing in the project points to a machine."""

import re
from collections.abc import Iterator

import pytest
import yaml

from domain.instellingen import STANDAARD, Herkomst
from tests.architecture.boom import PACKAGES, PYPROJECT, ROOT, projectbestanden, python_bestanden

BRONNEN = ROOT / "docs" / "bronnen.md"
SLEUTEL = re.compile(r"\b(?:[EWTAK]-\d{2}|P\d{1,2}|[TAK]\d{0,2}|R-[a-z_]+)\b")
LABELS = {"wet", "praktijk", "route", "eigen keuze"}
RIJ = re.compile(r"^\| `([^`]+)` \| (.+) \| (.+) \| ([a-z ]+) \|$", re.MULTILINE)
VERWIJZING = re.compile(r"bronnen\.md[,:]?\s+(.+)")
# A clear key may also stand alone in a comment or a text, as in "(E-05)".
LOSSE_SLEUTEL = re.compile(r"\b(?:[EW]-\d{2}|P\d{1,2}|T\d{1,2})\b(?!:)")

# Put together here, so that this file does not contain what it looks for.
MACHINEPAD = re.compile(r"(?<![\w.])/(?:root|work|farm|tmp|home)/[a-z]")
REGISTRIES = [
    "".join(delen) for delen in (("pypi", ".org"), ("python", "hosted"), ("npmjs", ".org"), ("/opt/", "pypi"))
]


def rijen() -> dict[str, tuple[str, str, str]]:
    """Key → statement, source, label."""
    return {sleutel: (zin, bron, label) for sleutel, zin, bron, label in RIJ.findall(BRONNEN.read_text())}


def verwezen() -> Iterator[tuple[str, str]]:
    """Every key that code names, with the place where it stands."""
    for pad in python_bestanden(*PACKAGES):
        for nr, regel in enumerate(pad.read_text().splitlines(), start=1):
            plaats = f"{pad.relative_to(ROOT)}:{nr}"
            if verwijzing := VERWIJZING.search(regel):
                yield from ((sleutel, plaats) for sleutel in SLEUTEL.findall(verwijzing[1]))
            if pad.is_relative_to(ROOT / "domain"):
                yield from ((sleutel, plaats) for sleutel in LOSSE_SLEUTEL.findall(regel))


def test_every_source_that_code_names_exists() -> None:
    bekend = rijen()
    ontbreekt = [f"{plaats}: {sleutel}" for sleutel, plaats in verwezen() if sleutel not in bekend]
    assert ontbreekt == []


def test_the_check_finds_the_keys_in_code() -> None:
    assert {"P12", "T", "T1", "T2", "T3", "E-01", "E-09"} <= {sleutel for sleutel, _ in verwezen()}


@pytest.mark.parametrize("naam", STANDAARD)
def test_every_setting_has_a_source_with_the_same_label(naam: str) -> None:
    """A number of our own must never be shown as law."""
    _, _, label = rijen()[STANDAARD[naam].bron]
    verwacht = {Herkomst.WET: "wet", Herkomst.ROUTE: "route", Herkomst.EIGEN_KEUZE: "eigen keuze"}
    assert label == verwacht[STANDAARD[naam].herkomst]


def test_every_route_has_a_source() -> None:
    for pad in (ROOT / "domain" / "routes").glob("*.yaml"):
        assert f"R-{yaml.safe_load(pad.read_text())['route']}" in rijen(), pad.name


def test_every_row_is_whole() -> None:
    tekst = BRONNEN.read_text()
    sleutels = re.findall(r"^\| `([^`]+)`", tekst, re.MULTILINE)
    assert len(sleutels) == len(set(sleutels)), "een sleutel staat er twee keer"
    assert set(sleutels) == set(rijen()), "een rij heeft niet precies vier kolommen"
    for sleutel, (_, bron, label) in rijen().items():
        assert label in LABELS, sleutel
        # Our own choices have no source; everything else has an address that anybody can open, or says what it is.
        assert (label == "eigen keuze") == (bron == "—"), sleutel


def test_no_file_names_a_machine() -> None:
    gevonden = []
    for pad in projectbestanden():
        try:
            tekst = pad.read_text()
        except UnicodeDecodeError:
            continue
        for nr, regel in enumerate(tekst.splitlines(), start=1):
            if MACHINEPAD.search(regel) or any(host in regel for host in REGISTRIES):
                gevonden.append(f"{pad.relative_to(ROOT)}:{nr}")
    assert gevonden == []


@pytest.mark.parametrize("naam", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_address(naam: str) -> None:
    tekst = (ROOT / naam).read_text()
    assert "://" not in tekst
    assert "--index-url" not in tekst
    blokken = [blok for blok in re.split(r"^(?=\S)", tekst, flags=re.MULTILINE) if blok.strip() and blok[0] != "#"]
    zonder = [blok.split("==")[0] for blok in blokken if "--hash=sha256:" not in blok]
    assert blokken
    assert zonder == []


@pytest.mark.parametrize("naam", ["requirements.lock", "requirements-dev.lock"])
def test_locks_follow_pyproject(naam: str) -> None:
    """A version that was raised in one place only would install something else than was tested."""
    vast = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / naam).read_text(), re.MULTILINE))
    extra = PYPROJECT["project"]["optional-dependencies"]
    gevraagd = PYPROJECT["project"]["dependencies"] + extra["demo"] + (extra["dev"] if "dev" in naam else [])
    for regel in gevraagd:
        pakket, _, versie = re.sub(r"\[.*?\]", "", regel).partition("==")
        pakket = re.split(r"[><~]", pakket)[0]
        assert pakket in vast, regel
        assert not versie or vast[pakket] == versie, regel
