"""The clock of the demo: made here, kept in a file, set again after a pause. The only place where time is accelerated.

A scale goes into the input of every workflow of the demo; workflows refuse one outside the namespace "demo", and settings
of a real installation refuse that namespace. So production cannot switch this on, not even by mistake.
"""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from temporalio.client import Client

from domain.dagen import Regio, schooljaar_grenzen, schooljaar_van
from domain.tijd import AMSTERDAM
from domain.tijdschaal import Tijdschaal
from runtime.kalenderbron import KalenderNietGepubliceerd, haal_kalender
from runtime.klok import Klok

OPENING = datetime(2027, 1, 18, 7, 40, tzinfo=AMSTERDAM)
_DAG_SECONDEN = 86_400
# So far ahead may a case of the demo promise something; it needs a school calendar for all of that time.
_VOORUIT = timedelta(weeks=26)


def maak_schaal(schijn: datetime, seconden_per_dag: float | None) -> Tijdschaal:
    """A clock that shows `schijn` now and passes a day in so many seconds; None: at the real speed."""
    factor = 1.0 if seconden_per_dag is None else _DAG_SECONDEN / seconden_per_dag
    return Tijdschaal(factor=factor, echt_anker=datetime.now(UTC), schijn_anker=schijn)


def einde() -> datetime:
    """How far the demo clock may run fast: half a year before the published school holidays end.

    Beyond that not every date can be computed any more, and trajecten could not go on.
    """
    return laatste_moment() - _VOORUIT


def laatste_moment() -> datetime:
    """The end of the last school year of which all holidays are published."""
    jaar = schooljaar_van(OPENING.date())
    with suppress(KalenderNietGepubliceerd):
        while True:
            haal_kalender(Regio.NOORD, jaar, 1)
            jaar += 1
    return datetime.combine(schooljaar_grenzen(jaar)[0], time(0), AMSTERDAM)


class Klokbestand:
    """Remembers what the demo clock showed, so that a pause costs no time on it."""

    def __init__(self, pad: Path) -> None:
        self._pad = pad

    def lees(self) -> datetime | None:
        """What the clock last showed; None for a first start, and for a file that says nothing usable."""
        try:
            moment = datetime.fromisoformat(json.loads(self._pad.read_text())["schijn"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return moment if moment.tzinfo and moment >= OPENING else None

    def schrijf(self, klok: Klok) -> None:
        """Replaces the file in one step, so that a killed demo never finds half of it."""
        tijdelijk = self._pad.with_suffix(".nieuw")
        tijdelijk.write_text(json.dumps({"schijn": klok.nu().isoformat()}))
        os.replace(tijdelijk, self._pad)


async def zet_klokken(client: Client, schaal: Tijdschaal) -> int:
    """Tells every running workflow what the clock shows, before any worker starts. Returns how many there are.

    While the demo was away the server's timers went on; the workflows look at their clock first, and see that no time has
    passed.
    """
    aantal = 0
    async for gevonden in client.list_workflows("ExecutionStatus = 'Running'"):
        await client.get_workflow_handle(gevonden.id, run_id=gevonden.run_id).signal("klok", schaal)
        aantal += 1
    return aantal


def hervat_op(bewaard: datetime | None, laatste_feit: datetime | None) -> datetime:
    """Where the clock goes on: never before anything that was already recorded."""
    kandidaten = [m for m in (bewaard, laatste_feit) if m is not None]
    return max(kandidaten) + timedelta(milliseconds=1) if kandidaten else OPENING
