"""Nothing leaves at night, in a weekend or in a holiday; what waits, leaves at eight on the first morning of school."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dagen import is_schooldag
from domain.tijd import AMSTERDAM, lokale_datum
from domain.verzendvenster import BEGIN, EINDE, verzendmoment, volgende_ochtend
from tests.support.zaak import kalender

MOMENTEN = st.datetimes(datetime(2025, 9, 1), datetime(2029, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


def m(tekst: str) -> datetime:
    return datetime.fromisoformat(tekst).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("nu", "wanneer"),
    [
        ("2026-09-01T10:00", "2026-09-01T10:00"),
        ("2026-09-01T07:30", "2026-09-01T07:30"),
        ("2026-09-01T07:29", "2026-09-01T08:00"),
        ("2026-09-01T17:59", "2026-09-01T17:59"),
        ("2026-09-01T18:00", "2026-09-02T08:00"),
        ("2026-09-04T20:00", "2026-09-07T08:00"),
        ("2026-10-09T18:30", "2026-10-19T08:00"),
        ("2026-12-25T10:00", "2027-01-04T08:00"),
        ("2027-04-23T18:00", "2027-05-03T08:00"),
        ("2027-10-29T18:00", "2027-11-01T08:00"),
        ("2027-07-12T09:00", "2027-08-23T08:00"),
    ],
    ids=[
        "overdag",
        "vanaf half acht",
        "te vroeg",
        "net op tijd",
        "na zessen",
        "weekend",
        "herfst",
        "kerst",
        "mei",
        "wintertijd",
        "zomer",
    ],
)
def test_wanneer_iets_weg_mag(nu: str, wanneer: str) -> None:
    assert verzendmoment(kalender(), m(nu)) == m(wanneer)


@given(MOMENTEN)
def test_altijd_op_een_schooldag_overdag_en_nooit_eerder_dan_nu(nu: datetime) -> None:
    moment = verzendmoment(kalender(), nu)
    assert moment >= nu
    assert is_schooldag(kalender(), lokale_datum(moment))
    assert BEGIN <= moment.astimezone(AMSTERDAM).time() < EINDE
    assert verzendmoment(kalender(), moment) == moment


@given(MOMENTEN)
def test_de_ochtend_van_het_overzicht_is_acht_uur_op_een_werkdag_en_altijd_later(nu: datetime) -> None:
    ochtend = volgende_ochtend(nu)
    lokaal = ochtend.astimezone(AMSTERDAM)
    assert ochtend > nu
    assert (lokaal.hour, lokaal.minute) == (8, 0)
    assert lokaal.weekday() < 5
    assert ochtend - nu <= timedelta(days=3, hours=1)
    assert volgende_ochtend(ochtend) > ochtend


def test_geen_moment_zonder_tijdzone() -> None:
    with pytest.raises(ValueError, match="tijdzone"):
        verzendmoment(kalender(), datetime(2026, 9, 1, 10))  # noqa: DTZ001
