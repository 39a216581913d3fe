"""Activity: look whether everything of one samenwerkingsverband still runs, and make it somebody's task when not."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.contracts import Controleopdracht, Controleuitslag
from domain.bewaking import Bevinding, Controle, Meting, Stand, beoordeel
from storage.watch import Vraag, bewaarde, meet, van_swv, zonder_eigenaar
from storage.watch_tasks import werk_bij

_log = structlog.get_logger(__name__)
_VOORVOEGSEL = "traject/"


class ControleActivities:
    """Safe to repeat: one open task for each kind of problem, one mail a day."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession]) -> None:
        self._sessies = sessies

    @activity.defn
    async def controleer(self, opdracht: Controleopdracht) -> Controleuitslag:
        """Everything the watch knows how to check, from the tables alone."""
        echt = opdracht.schaal.echt(opdracht.nu)
        async with self._sessies.begin() as session:
            vraag = Vraag(opdracht.schaal, echt, opdracht.swv_id)
            metingen = [*await meet(session, vraag), await zonder_eigenaar(session, vraag)]
            vast = await _vastgelopen(session, opdracht.swv_id, echt)
            bevindingen = [beoordeel(m) for m in (*metingen, *([vast] if vast else []))]
            gedaan = await werk_bij(session, opdracht.swv_id, bevindingen, opdracht.nu)
        _meld(opdracht.swv_id, bevindingen)
        return Controleuitslag(geopend=len(gedaan.geopend), gesloten=len(gedaan.gesloten))


async def _vastgelopen(session: AsyncSession, swv_id: str, echt: datetime) -> Meting | None:
    """What Temporal reports, as the watchman last wrote it down; None when it never did."""
    gemeten = (await bewaarde(session, echt)).get(Controle.VASTGELOPEN)
    if gemeten is None:
        return None
    ids = [i.removeprefix(_VOORVOEGSEL) for i in gemeten[0].voorbeelden]
    van_ons = await van_swv(session, ids, swv_id)
    return Meting(controle=Controle.VASTGELOPEN, aantal=len(van_ons), voorbeelden=tuple(van_ons))


def _meld(swv_id: str, bevindingen: list[Bevinding]) -> None:
    for bevinding in bevindingen:
        if bevinding.stand is not Stand.GOED:
            _log.warning(
                "watch_found", swv_id=swv_id, check=bevinding.controle, state=bevinding.stand, count=bevinding.aantal
            )
