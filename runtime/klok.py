"""The clock for the site and for activities. Workflows use `workflow.now()`; the domain gets `now` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.tijdschaal import Tijdschaal


class Klok:
    """Tells the moment on the clock of the cases (UTC): the real one, unless the demo gives an accelerated scale."""

    def __init__(self, schaal: Tijdschaal | None = None) -> None:
        self.schaal = schaal or Tijdschaal()

    def nu(self) -> datetime:
        """The present moment, aware, in UTC, on the clock of the cases."""
        return self.schaal.schijn(datetime.now(UTC))


class VasteKlok(Klok):
    """A clock for tests that stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self.verzet(moment)

    def nu(self) -> datetime:
        """The moment this clock was last set to, in UTC."""
        return self._moment

    def verzet(self, moment: datetime) -> None:
        """Set the clock, forward or back; raises `ValueError` for a moment without time zone."""
        if moment.tzinfo is None:
            raise ValueError("een moment zonder tijdzone is niet toegestaan")
        self._moment = moment.astimezone(UTC)
