"""What the pages load is ours or vendored, unchanged, with its licence, and from nowhere else."""

import hashlib
import json
import re

import pytest

from api.pages.basis import STATISCH

VENDOR = STATISCH / "vendor"
LIJST = json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("deel", LIJST, ids=lambda deel: deel["name"])
def test_a_vendored_file_is_as_it_was_published(deel: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / deel["file"]).read_bytes()).hexdigest() == deel["sha256"]
    assert (VENDOR / deel["license_file"]).stat().st_size > 0


def test_every_vendored_file_is_on_the_list() -> None:
    bekend = {deel[soort] for deel in LIJST for soort in ("file", "license_file")} | {"vendor.json"}
    assert {pad.name for pad in VENDOR.iterdir()} == bekend


def test_nothing_is_loaded_from_elsewhere() -> None:
    for pad in [*STATISCH.rglob("*.css"), *STATISCH.parent.glob("templates/**/*.html")]:
        tekst = pad.read_text(encoding="utf-8")
        for adres in re.findall(r"(?:url\(|src=|href=|@import )[\"']?(https?:[^\"')\s]+|//[^\"')\s]+)", tekst):
            pytest.fail(f"{pad.name}: {adres}")
