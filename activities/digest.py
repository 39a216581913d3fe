"""Activity: gather what waits into one mail per person, on a morning that is a school day for that person."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.contracts import Ochtend
from activities.kalenders import kalender_van
from domain.dagen import Kalender
from domain.verzendvenster import verzendmoment
from storage.digest import maak_overzichten
from storage.schools import lees_school, scholen_van_swv


class DigestActivities:
    """Safe to repeat: one mail per person and morning, by a unique key."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession]) -> None:
        self._sessies = sessies

    @activity.defn
    async def maak_overzichten(self, ochtend: Ochtend) -> list[str]:
        """Ids of the mails of this morning that still have to leave.

        Somebody who belongs to no school gets mail on a day that is a school day for at least one school of the swv. A
        morning that is carried out too late (the worker was down) makes none: the messages wait for the next one.
        """
        async with self._sessies.begin() as session:
            kalenders: dict[str, Kalender] = {}
            for school_id in await scholen_van_swv(session, ochtend.swv_id):
                kalenders[school_id] = kalender_van(await lees_school(session, school_id), ochtend.nu)

            mag = {school_id: verzendmoment(k, ochtend.nu) == ochtend.nu for school_id, k in kalenders.items()}

            def mag_nu(school_id: str | None, _vandaag: date) -> bool:
                return mag[school_id] if school_id in mag else any(mag.values())

            return await maak_overzichten(session, ochtend.swv_id, ochtend.nu, mag_nu)
