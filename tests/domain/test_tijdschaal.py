from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.tijdschaal import KlokBuitenBereik, Tijdschaal

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MICRO = timedelta(microseconds=1)
KAAL = datetime(2026, 1, 1)  # noqa: DTZ001 - what must be refused, and what hypothesis wants as a bound
momenten = st.datetimes(
    KAAL - timedelta(days=2000), KAAL + timedelta(days=3000), timezones=st.sampled_from([UTC, AMSTERDAM])
)
# Within the speeds a demo may want: a school year in a day up to one in a minute.
schalen = st.builds(
    Tijdschaal,
    factor=st.floats(1, 500_000),
    echt_anker=st.datetimes(KAAL, KAAL + timedelta(days=365), timezones=st.just(UTC)),
    schijn_anker=momenten,
)
kort = st.timedeltas(timedelta(0), timedelta(hours=1))


def test_zonder_ankers_verandert_er_niets() -> None:
    moment = datetime(2026, 11, 30, 8, tzinfo=AMSTERDAM)
    schaal = Tijdschaal()
    assert schaal.is_echt
    assert schaal.schijn(moment) is moment
    assert schaal.echt(moment) is moment
    assert schaal.duur(timedelta(weeks=6)) == timedelta(weeks=6)


@given(schalen, kort, kort)
def test_de_klok_loopt_nooit_terug(schaal: Tijdschaal, verder: timedelta, nog_verder: timedelta) -> None:
    assert schaal.echt_anker is not None
    eerst = schaal.echt_anker + verder
    assert schaal.schijn(eerst) <= schaal.schijn(eerst + nog_verder)


@given(schalen, kort)
def test_heen_en_terug_is_hetzelfde_moment(schaal: Tijdschaal, verder: timedelta) -> None:
    assert schaal.echt_anker is not None
    echt = schaal.echt_anker + verder
    assert abs(schaal.echt(schaal.schijn(echt)) - echt) <= MICRO
    schijn = schaal.schijn(echt)
    assert abs(schaal.schijn(schaal.echt(schijn)) - schijn) <= MICRO * (schaal.factor + 1)


@given(schalen, kort, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_een_timer_gaat_af_als_de_klok_zover_is(schaal: Tijdschaal, verder: timedelta, wacht: timedelta) -> None:
    """What a workflow does: sleep `duur(due - now)`; then the clock of the cases must show `due`."""
    assert schaal.echt_anker is not None
    echt = schaal.echt_anker + verder
    wakker = echt + schaal.duur(wacht)
    assert abs(schaal.schijn(wakker) - (schaal.schijn(echt) + wacht)) <= MICRO * (schaal.factor + 1)


def test_over_de_zomertijd_heen_tellen_echte_uren() -> None:
    """28 March 12:00 to 29 March 12:00 in Amsterdam is 23 hours, not 24."""
    schaal = Tijdschaal(
        factor=23,
        echt_anker=datetime(2026, 9, 1, 12, tzinfo=UTC),
        schijn_anker=datetime(2026, 3, 28, 12, tzinfo=AMSTERDAM),
    )
    een_uur_later = schaal.schijn(datetime(2026, 9, 1, 13, tzinfo=UTC))
    assert een_uur_later.astimezone(AMSTERDAM).isoformat() == "2026-03-29T12:00:00+02:00"
    assert schaal.echt(datetime(2026, 3, 29, 12, tzinfo=AMSTERDAM)) == datetime(2026, 9, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "fout",
    [
        {"factor": 0},
        {"factor": -1},
        {"factor": float("inf")},
        {"factor": 2_000_000, "echt_anker": "2026-01-01T00:00:00Z", "schijn_anker": "2026-01-01T00:00:00Z"},
        {"factor": 2, "echt_anker": "2026-01-01T00:00:00Z", "schijn_anker": "9998-01-01T00:00:00Z"},
        {"factor": 2, "echt_anker": "0001-01-01T00:00:00+02:00", "schijn_anker": "2026-01-01T00:00:00Z"},
        {"factor": 60},
        {"echt_anker": datetime(2026, 1, 1, tzinfo=UTC)},
        {"schijn_anker": datetime(2026, 1, 1, tzinfo=UTC)},
        {"echt_anker": KAAL, "schijn_anker": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_een_halve_schaal_bestaat_niet(fout: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Tijdschaal.model_validate(fout)


def test_een_verschoven_klok_is_niet_echt() -> None:
    anker = datetime(2026, 1, 1, tzinfo=UTC)
    assert not Tijdschaal(echt_anker=anker, schijn_anker=anker + timedelta(days=1)).is_echt


@pytest.mark.parametrize("richting", ["schijn", "echt"])
def test_een_moment_zonder_tijdzone_wordt_geweigerd(richting: str) -> None:
    with pytest.raises(ValueError, match="tijdzone"):
        getattr(Tijdschaal(), richting)(KAAL)


def test_a_clock_that_ran_out_of_dates_says_so() -> None:
    """The fastest demo reaches the year 9999 within a week."""
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    schaal = Tijdschaal(factor=432_000, echt_anker=begin, schijn_anker=begin)
    assert schaal.schijn(begin + timedelta(days=6)).year > 9000
    with pytest.raises(KlokBuitenBereik, match="laatste datum die bestaat"):
        schaal.schijn(begin + timedelta(days=8))
    traag = Tijdschaal(factor=1e-9, echt_anker=begin, schijn_anker=begin)
    with pytest.raises(KlokBuitenBereik):
        traag.echt(begin + timedelta(days=8))
