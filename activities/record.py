"""Activity: put one version of a traject on record, in one SQL transaction."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.kalenders import omstandigheden
from domain.catalogus import Catalogus
from domain.vastlegging import Vastgelegd, Vastlegging
from domain.verzendvenster import verzendmoment
from storage.record import leg_vast


class RecordActivities:
    """Safe to run twice: guarded by (epoch, version) and by the unique keys of timeline and outbox."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession], catalogus: Catalogus) -> None:
        self._sessies, self._catalogus = sessies, catalogus

    @activity.defn
    async def record(self, vastlegging: Vastlegging) -> Vastgelegd:
        """Timeline, read model and outbox together, or nothing. Gives back the urgent mails that still have to leave."""
        # Only an urgent mail needs to know when it may leave.
        spoed = any(melding.spoed for melding in vastlegging.meldingen)
        school = await omstandigheden(self._sessies, vastlegging.traject.school_id, vastlegging.nu) if spoed else None

        def moment(nu: datetime, school_id: str) -> datetime:
            assert school is not None
            return verzendmoment(school.kalender, nu)

        async with self._sessies.begin() as session:
            return await leg_vast(session, vastlegging, self._catalogus, moment)
