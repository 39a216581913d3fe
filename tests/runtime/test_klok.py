from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.tijdschaal import Tijdschaal
from runtime.klok import Klok, VasteKlok


def test_de_gewone_klok_loopt_gelijk() -> None:
    voor = datetime.now(UTC)
    nu = Klok().nu()
    assert voor <= nu <= datetime.now(UTC)
    assert nu.tzinfo is UTC


def test_de_klok_van_de_demo_begint_waar_de_demo_begint() -> None:
    """A thousand times as fast, so the minute this test may take at most is less than a day there."""
    begin = datetime(2026, 8, 1, 6, tzinfo=UTC)
    klok = Klok(Tijdschaal(factor=1000, echt_anker=datetime.now(UTC), schijn_anker=begin))
    assert begin <= klok.nu() < begin + timedelta(days=1)
    assert klok.nu() < klok.nu()


def test_de_vaste_klok_staat_stil_tot_iemand_hem_verzet() -> None:
    klok = VasteKlok(datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("Europe/Amsterdam")))
    assert klok.nu() == klok.nu() == datetime(2026, 11, 30, 7, tzinfo=UTC)
    klok.verzet(klok.nu() + timedelta(weeks=6))
    assert klok.nu() == datetime(2027, 1, 11, 7, tzinfo=UTC)
    with pytest.raises(ValueError, match="tijdzone"):
        klok.verzet(klok.nu().replace(tzinfo=None))
