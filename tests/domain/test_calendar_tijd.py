"""Local time: a wake-up or an 08:00 that is an hour off reaches people in the wrong part of the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.tijd import AMSTERDAM, in_woorden, lokale_datum, om_acht, wekmoment

DATUMS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
# The dates on whose night the clock goes forward (March) or back (October).
KLOK_VERZET = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26)]


def test_lokale_datum_is_die_van_amsterdam() -> None:
    assert lokale_datum(datetime(2026, 11, 22, 22, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert lokale_datum(datetime(2026, 11, 22, 23, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert lokale_datum(datetime(2026, 6, 30, 22, 0, tzinfo=UTC)) == date(2026, 7, 1)


def test_lokale_datum_weigert_een_moment_zonder_zone() -> None:
    with pytest.raises(ValueError, match="tijdzone"):
        lokale_datum(datetime(2026, 11, 22, 12, 0))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("datum", "uur_utc"),
    [
        (date(2026, 3, 28), 7),
        (date(2026, 3, 29), 6),
        (date(2026, 10, 24), 6),
        (date(2026, 10, 25), 7),
        (date(2028, 2, 29), 7),
        (date(2026, 12, 31), 7),
    ],
)
def test_om_acht_is_acht_uur_op_de_klok(datum: date, uur_utc: int) -> None:
    moment = om_acht(datum)
    assert (moment.hour, moment.minute, lokale_datum(moment)) == (8, 0, datum)
    assert moment.astimezone(UTC) == datetime(datum.year, datum.month, datum.day, uur_utc, tzinfo=UTC)


@given(DATUMS, st.text(max_size=40))
@example(date(2026, 3, 29), "traject-1")
@example(date(2026, 10, 25), "traject-1")
def test_wekmoment_valt_in_de_nacht_en_is_altijd_hetzelfde(datum: date, sleutel: str) -> None:
    moment = wekmoment(datum, sleutel)
    lokaal = moment.astimezone(AMSTERDAM)
    assert lokaal.date() == datum
    assert 1 <= lokaal.hour + lokaal.minute / 60 <= 7
    assert moment == wekmoment(datum, sleutel)


@pytest.mark.parametrize("datum", KLOK_VERZET)
def test_wekmoment_blijft_in_de_nacht_waarin_de_klok_verzet_wordt(datum: date) -> None:
    for n in range(2000):
        lokaal = wekmoment(datum, f"traject-{n}").astimezone(AMSTERDAM)
        assert lokaal.date() == datum
        assert 1 <= lokaal.hour + lokaal.minute / 60 <= 7


def _uren_voor_acht(datum: date, sleutel: str) -> timedelta:
    return om_acht(datum).astimezone(UTC) - wekmoment(datum, sleutel)


@given(DATUMS, st.text(max_size=40))
def test_een_latere_datum_wekt_later(datum: date, sleutel: str) -> None:
    assert wekmoment(datum, sleutel) < wekmoment(datum + timedelta(days=1), sleutel)


@pytest.mark.parametrize("datum", KLOK_VERZET)
def test_het_verzetten_van_de_klok_maakt_de_afstand_tot_acht_uur_niet_korter_of_langer(datum: date) -> None:
    # Enough keys to have some that wake before the clock changes at 02:00 or 03:00.
    for n in range(100):
        assert _uren_voor_acht(datum, f"traject-{n}") == _uren_voor_acht(date(2026, 11, 23), f"traject-{n}")


def test_sleutels_verspreiden_zich_over_de_nacht() -> None:
    per_uur = [wekmoment(date(2026, 11, 23), f"traject-{n}").astimezone(AMSTERDAM).hour for n in range(1000)]
    assert all(per_uur.count(uur) > 100 for uur in range(2, 7))


@pytest.mark.parametrize(
    ("datum", "woorden"),
    [
        (date(2026, 11, 23), "maandag 23 november 2026"),
        (date(2028, 2, 29), "dinsdag 29 februari 2028"),
        (date(2027, 8, 1), "zondag 1 augustus 2027"),
    ],
)
def test_in_woorden(datum: date, woorden: str) -> None:
    assert in_woorden(datum) == woorden
