"""The relay: offers acts again that were written in the journal but never acknowledged by a workflow."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.errors import Weigering
from runtime.klok import Klok
from runtime.stoppen import moet_stoppen
from storage.journal import open_opdrachten
from workflows.aanbod import Aanbieder, NuNietBereikbaar

_log = structlog.get_logger(__name__)
_LIMIET = 50


async def relay_eenmaal(
    sessies: async_sessionmaker[AsyncSession], aanbieder: Aanbieder, klok: Klok, *, ouder_dan: datetime
) -> int:
    """Offer what is older than `ouder_dan`; returns how many acts got an answer, be it a refusal."""
    async with sessies.begin() as session:
        regels = await open_opdrachten(session, ouder_dan=ouder_dan, limiet=_LIMIET, nu=klok.nu())
    beantwoord = 0
    wachten: set[str] = set()
    for regel in regels:
        if regel.traject_id in wachten:
            continue  # in the order they came: what follows on an act that still waits, waits as well
        try:
            await aanbieder.bied_aan(regel, klok.nu())
        except Weigering as weigering:
            _log.info("relayed_command_refused", traject_id=regel.traject_id, code=weigering.code)
        except NuNietBereikbaar:
            # One case that does not answer must not keep the others waiting; a server that is away ends this round.
            _log.warning("relayed_command_waits", traject_id=regel.traject_id, attempts=regel.pogingen)
            wachten.add(regel.traject_id)
            if not await aanbieder.server_antwoordt():
                return beantwoord
            continue
        except Exception as fout:
            _log.error("relayed_command_failed", traject_id=regel.traject_id, error=type(fout).__name__)
            wachten.add(regel.traject_id)
            continue
        beantwoord += 1
    return beantwoord


async def relay(
    sessies: async_sessionmaker[AsyncSession], aanbieder: Aanbieder, klok: Klok, *, elke: timedelta
) -> None:
    """Until cancelled, every `elke` (real time). A database that is away is waited for."""
    while not moet_stoppen():
        try:
            ouder_dan = klok.nu() - elke * klok.schaal.factor
            await relay_eenmaal(sessies, aanbieder, klok, ouder_dan=ouder_dan)
        except Exception as fout:
            _log.warning("relay_waits", error=type(fout).__name__)
        await asyncio.sleep(elke.total_seconds())
