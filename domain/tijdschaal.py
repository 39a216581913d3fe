"""The relation between the clock on the wall (*echt*) and the clock the cases live by (*schijn*).

This is the one place where the clock of the demo is accelerated. Everywhere else a moment is simply a moment. Only the
demo builds a scale that is not the identity, and workflows accept such a scale only in the namespace "demo": a real
case must never see a school year pass in minutes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.errors import RoutewachtFout

# Ten school years in an hour; what is faster has no use, and soon no dates either.
_SNELST = 1_000_000
_JAREN = range(1970, 2201)


class KlokBuitenBereik(RoutewachtFout, ValueError):
    """The scale leads to a moment that no calendar has: it ran too fast for too long."""

    def __init__(self) -> None:
        super().__init__(
            "De versnelde klok is voorbij de laatste datum die bestaat. Laat hem later beginnen of rustiger lopen."
        )


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("een moment zonder tijdzone is niet toegestaan")
    # Arithmetic between two moments of one zone counts hours on the wall and is wrong across a change to summer time.
    return moment.astimezone(UTC)


class Tijdschaal(BaseModel):
    """A linear clock: at `echt_anker` it shows `schijn_anker`, and from there runs `factor` times as fast.

    Without anchors (the default) it is the identity. Raises `ValidationError` for an anchor without time zone, for one
    anchor without the other or outside the years 1970 to 2200, for a factor that is not positive or above a million, and
    for a factor other than 1 without anchors (that would say how fast, but not from when).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    factor: float = Field(default=1.0, gt=0, le=_SNELST, allow_inf_nan=False)
    echt_anker: datetime | None = None
    schijn_anker: datetime | None = None

    @field_validator("echt_anker", "schijn_anker")
    @classmethod
    def _anker_in_utc(cls, anker: datetime | None) -> datetime | None:
        if anker is None:
            return None
        if anker.year not in _JAREN:
            raise ValueError(f"een anker ligt in de jaren {_JAREN[0]} tot en met {_JAREN[-1]}")
        return _in_utc(anker)

    @model_validator(mode="after")
    def _ankers_horen_bij_elkaar(self) -> Self:
        if (self.echt_anker is None) != (self.schijn_anker is None):
            raise ValueError("geef beide ankers of geen van beide")
        if self.echt_anker is None and self.factor != 1.0:
            raise ValueError("een versnelde klok heeft een begin nodig: geef beide ankers")
        return self

    @property
    def is_echt(self) -> bool:
        """True when this scale changes nothing: the only kind that may be used outside the demo."""
        return self.factor == 1.0 and self.echt_anker is None

    def schijn(self, echt: datetime) -> datetime:
        """What the clock of the cases shows at the real moment `echt` (UTC, unless the scale is the identity).

        Raises KlokBuitenBereik when that is no date any more.
        """
        if self.echt_anker is None or self.schijn_anker is None:
            _in_utc(echt)
            return echt
        try:
            return self.schijn_anker + (_in_utc(echt) - self.echt_anker) * self.factor
        except OverflowError:
            raise KlokBuitenBereik from None

    def echt(self, schijn: datetime) -> datetime:
        """The real moment at which the clock of the cases shows `schijn`; the inverse of `schijn()`.

        Both directions round to a microsecond, so one microsecond of real time is `factor` microseconds of the other.
        Raises KlokBuitenBereik when that is no date any more.
        """
        if self.echt_anker is None or self.schijn_anker is None:
            _in_utc(schijn)
            return schijn
        try:
            return self.echt_anker + (_in_utc(schijn) - self.schijn_anker) / self.factor
        except OverflowError:
            raise KlokBuitenBereik from None

    def duur(self, schijnduur: timedelta) -> timedelta:
        """How long a span on the clock of the cases really takes: what a timer has to be set to."""
        return schijnduur / self.factor
