"""What putting a version on record costs, on a real PostgreSQL that writes to disk as in production."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bench.meten import WACHTTIJD, Cijfer, Maat, Paar, Taak, vergelijk_rondes
from bench.zaak import leef, omstandigheden
from cli.demo_gegevens import laad
from domain.catalogus import CATALOGUS
from domain.vastlegging import Vastlegging
from domain.verzendvenster import verzendmoment
from runtime.postgres import EmbeddedPostgres
from storage.db import maak_engine
from storage.db import sessies as maak_sessies
from storage.migrate import upgrade
from storage.record import leg_vast

Sessies = async_sessionmaker[AsyncSession]
_LEEG = "transactie zonder inhoud"


async def vastleggen(maat: Maat) -> AsyncIterator[Cijfer]:
    """Each step of a year in a transaction of its own, and the same year delivered once more."""
    # Made beforehand, and each year for another traject: a version that is there already would be another measurement.
    jaren = [list(islice(leef(f"t-meting-{nummer}"), maat.stappen)) for nummer in range(maat.herhalingen + 1)]
    stappen = len(jaren[0])
    async with _database() as sessies:
        leeg = _leeg(sessies)
        await _vast(sessies, iter(jaren[:1]))(1)  # the first use of every statement is not what is measured
        await leeg(stappen)
        for paar in (
            Paar("vastleggen", "één versie vastleggen", _LEEG),
            Paar("nog_eens", "dezelfde versie nog eens", _LEEG),
        ):
            vast = _vast(sessies, iter(jaren[1:]))
            yield await vergelijk_rondes(paar, vast, stappen, leeg, stappen, maat, WACHTTIJD)


def _vast(sessies: Sessies, jaren: Iterator[list[Vastlegging]]) -> Taak:
    async def taak(_keer: int) -> None:
        for vastlegging in next(jaren):
            async with sessies.begin() as session:
                await leg_vast(session, vastlegging, CATALOGUS, _moment)

    return taak


def _leeg(sessies: Sessies) -> Taak:
    async def taak(keer: int) -> None:
        for _ in range(keer):
            async with sessies.begin() as session:
                await session.execute(text("SELECT 1"))  # without any statement no transaction begins at all

    return taak


def _moment(nu: datetime, _school_id: str) -> datetime:
    return verzendmoment(omstandigheden().kalender, nu)


@asynccontextmanager
async def _database() -> AsyncIterator[Sessies]:
    """A database of our own with the current tables and the people of the demo; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="routewacht-meting-") as map_:
        server = EmbeddedPostgres(Path(map_), elsewhere=(Path(tempfile.gettempdir()),))
        try:
            url = server.start()
            upgrade(url)
            engine = maak_engine(url)
            try:
                sessies = maak_sessies(engine)
                async with sessies.begin() as session:
                    await laad(session)
                yield sessies
            finally:
                await engine.dispose()
        finally:
            server.erase()
