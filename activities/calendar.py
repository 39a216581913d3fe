"""Activity: fetch calendar and settings of a school as a snapshot, so that no replay depends on a library or a table."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.contracts import Omstandighedenvraag
from activities.kalenders import omstandigheden
from domain.kader import Omstandigheden


class CalendarActivities:
    """Reads only; may be repeated without end."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession]) -> None:
        self._sessies = sessies

    @activity.defn
    async def haal_omstandigheden(self, vraag: Omstandighedenvraag) -> Omstandigheden:
        """The snapshot on which the dates of this school are computed from now on."""
        return await omstandigheden(self._sessies, vraag.school_id, vraag.nu)
