"""States as they were written down under each schema: a case that slept for years must still be read as it was.

The files are never changed. A new schema adds one; a change that cannot read an old one needs an upcast in domain/traject.py.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.traject import SCHEMA, Traject

MAP = Path(__file__).parent / "staten"


def _lees(nummer: int) -> dict[str, Any]:
    gelezen: dict[str, Any] = json.loads((MAP / f"schema_{nummer}.json").read_text())
    return gelezen


def _omvat(nieuw: Any, oud: Any) -> bool:
    """Everything that was there is there, with the same value; fields that came later may be added."""
    if isinstance(oud, dict):
        return isinstance(nieuw, dict) and all(
            sleutel in nieuw and _omvat(nieuw[sleutel], oud[sleutel]) for sleutel in oud
        )
    if isinstance(oud, list):
        return len(nieuw) == len(oud) and all(_omvat(n, o) for n, o in zip(nieuw, oud, strict=True))
    return bool(nieuw == oud)


def test_every_schema_there_has_been_is_kept() -> None:
    assert {p.name for p in MAP.iterdir()} == {f"schema_{nummer}.json" for nummer in range(1, SCHEMA + 1)}


@pytest.mark.parametrize("nummer", range(1, SCHEMA + 1))
def test_a_state_of_any_schema_is_read_without_loss(nummer: int) -> None:
    oud = _lees(nummer)
    assert oud["stagnatie"]
    assert oud["toestemmingen"]
    assert len(oud["afspraken"]) > 5
    assert _omvat(Traject.model_validate(oud).model_dump(mode="json"), oud)


def test_what_a_later_version_added_does_not_stop_this_one() -> None:
    """After a rollback: fields this code does not know are passed over."""
    later = {**_lees(SCHEMA), "iets_nieuws": {"a": 1}}
    assert Traject.model_validate(later) == Traject.model_validate(_lees(SCHEMA))
