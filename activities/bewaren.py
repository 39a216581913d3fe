"""Activities of the retention run: announce, list what is due, destroy one."""

from datetime import datetime

import structlog
from temporalio import activity

from activities.contracts import Contract
from activities.wissen import Wisser
from domain.errors import Weigering
from storage.bewaren import kondig_aan, te_vernietigen

SYSTEEM = "systeem"
_log = structlog.get_logger(__name__)


class Bewaarronde(Contract):
    """One round for one samenwerkingsverband, on this clock."""

    swv_id: str
    nu: datetime


class Vernietigopdracht(Contract):
    """Destroy this one; it was announced, its waiting time is over, and nobody holds it."""

    traject_id: str
    nu: datetime


class BewaarActivities:
    """Safe to repeat: an announcement is made once, and a destruction goes on where it stopped."""

    def __init__(self, wisser: Wisser) -> None:
        self._wisser = wisser

    @activity.defn
    async def kondig_aan(self, ronde: Bewaarronde) -> int:
        """Put in the register what has been kept long enough. Returns how many came in."""
        async with self._wisser.sessies.begin() as session:
            nieuw, ingetrokken = await kondig_aan(session, ronde.swv_id, ronde.nu)
        _log.info("retention_announced", swv_id=ronde.swv_id, announced=nieuw, withdrawn=ingetrokken)
        return nieuw

    @activity.defn
    async def te_vernietigen(self, ronde: Bewaarronde) -> list[str]:
        """Ids of the trajecten whose turn it is."""
        async with self._wisser.sessies() as session:
            return await te_vernietigen(session, ronde.swv_id, ronde.nu)

    @activity.defn
    async def vernietig(self, opdracht: Vernietigopdracht) -> bool:
        """False for one that may not go now: reopened, or an act waits. The next round looks at it again."""
        try:
            await self._wisser.wis(opdracht.traject_id, door=SYSTEEM, nu=opdracht.nu)
        except Weigering as weigering:
            _log.warning("retention_refused", traject_id=opdracht.traject_id, code=weigering.code)
            return False
        return True
