"""Local time in the Netherlands. Every function takes the moment as an argument; nothing here reads a clock."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

# Made once, at import: inside a workflow the module is passed through, and only a ready-made object works there.
AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_DAGEN = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MAANDEN = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
_VROEGST_MINUTEN, _LAATST_MINUTEN = 60, 360


def lokale_datum(moment: datetime) -> date:
    """The date on the wall in Amsterdam at that instant. Raises ValueError for a moment without a time zone."""
    if moment.utcoffset() is None:
        raise ValueError("Een moment zonder tijdzone heeft geen lokale datum.")
    return moment.astimezone(AMSTERDAM).date()


def om_acht(datum: date) -> datetime:
    """08:00 on the wall in Amsterdam on that date, summer and winter alike. Subtract in UTC, never from this value."""
    return datetime.combine(datum, time(8), AMSTERDAM)


def wekmoment(datum: date, sleutel: str) -> datetime:
    """The instant (UTC) in the night before 08:00 on `datum` at which a sleeper with this key wakes up.

    The key spreads sleepers over the night; one key always gets the same distance to 08:00, one to six hours of
    elapsed time. So the wall clock shows 01:00-07:00, also in both nights in which the clocks change, and a later
    date always gives a later instant.
    """
    getal = int.from_bytes(sha256(sleutel.encode()).digest()[:8])
    minuten = _VROEGST_MINUTEN + getal % (_LAATST_MINUTEN - _VROEGST_MINUTEN + 1)
    # Two datetimes of one zone subtract by wall clock; in UTC a minute is a minute.
    return om_acht(datum).astimezone(UTC) - timedelta(minutes=minuten)


def in_woorden(datum: date) -> str:
    """For people: "maandag 23 november 2026". Own tables, because the locale of a server is anyone's guess."""
    return f"{_DAGEN[datum.weekday()]} {datum.day} {_MAANDEN[datum.month - 1]} {datum.year}"
