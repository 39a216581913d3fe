"""Activity: gather what waits into one mail per person, on a morning that is a school day for that person."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.contracts import Ochtend
from activities.kalenders import kalender_van
from domain.dagen import Kalender, is_schooldag
from storage.digest import maak_overzichten
from storage.schools import lees_school, scholen_van_swv


class DigestActivities:
    """Safe to repeat: one mail per person and morning, by a unique key."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession]) -> None:
        self._sessies = sessies

    @activity.defn
    async def maak_overzichten(self, ochtend: Ochtend) -> list[str]:
        """Ids of the mails of this morning that still have to leave.

        Somebody who belongs to no school gets mail on a day that is a school day for at least one school of the swv.
        """
        async with self._sessies.begin() as session:
            kalenders: dict[str, Kalender] = {}
            for school_id in await scholen_van_swv(session, ochtend.swv_id):
                kalenders[school_id] = kalender_van(await lees_school(session, school_id), ochtend.nu)

            def schooldag(school_id: str | None, dag: date) -> bool:
                if school_id in kalenders:
                    return is_schooldag(kalenders[school_id], dag)
                return any(is_schooldag(k, dag) for k in kalenders.values())

            return await maak_overzichten(session, ochtend.swv_id, ochtend.nu, schooldag)
