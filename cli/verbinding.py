"""What commands stand on: settings, the database, Temporal. Imported inside commands, because it takes a second to load."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.bij_demo import wijs_op_demo
from cli.uitvoer import VERKEERD_GEBRUIK, Mislukt, Probleem
from runtime.logging import stel_logging_in
from runtime.settings import Settings, leg_uit
from storage.db import maak_engine, sessies

if TYPE_CHECKING:
    from temporalio.client import Client

TEMPORAL_WACHT = timedelta(seconds=10)
Sessies = async_sessionmaker[AsyncSession]
T = TypeVar("T")


def instellingen() -> Settings:
    """The settings from the environment, with the database. Raises Mislukt (2) with a sentence for each that is wrong."""
    try:
        settings = Settings()
    except ValidationError as fout:
        zinnen = leg_uit(fout).splitlines()
        raise Mislukt(VERKEERD_GEBRUIK, *(Probleem("instelling", zin) for zin in zinnen), *wijs_op_demo()) from None
    if settings.database_url is None:
        zin = "De instelling ROUTEWACHT_DATABASE_URL ontbreekt en heeft geen standaardwaarde."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("instelling", zin), *wijs_op_demo())
    return settings


def database_url(settings: Settings) -> str:
    """The address of the database. Raises Mislukt (2) when it is not one of PostgreSQL."""
    from sqlalchemy.exc import ArgumentError

    from storage.db import psycopg_url

    assert settings.database_url is not None
    try:
        psycopg_url(settings.database_url)
    except (ArgumentError, ValueError):
        zin = "De instelling ROUTEWACHT_DATABASE_URL is geen adres van een PostgreSQL-database."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("instelling", zin)) from None
    return settings.database_url


@asynccontextmanager
async def database(settings: Settings, *, verbindingen: int = 2) -> AsyncIterator[Sessies]:
    """Sessions on the database for the time of one command."""
    engine = maak_engine(database_url(settings), verbindingen=verbindingen)
    try:
        yield sessies(engine)
    finally:
        await engine.dispose()


async def temporal(settings: Settings) -> "Client":
    """A connection to Temporal for the time of one command. Raises TemporalOnbereikbaar."""
    from runtime.temporal import connect

    return await connect(settings, settings.sleutelring(), wachttijd=TEMPORAL_WACHT, rol="cli")


def draai(werk: Coroutine[Any, Any, T]) -> T:
    """Run one command. What libraries log goes to stderr and only when something is wrong."""
    if not logging.getLogger().handlers:
        stel_logging_in(als_json=False, niveau="ERROR", stroom=sys.stderr)
    return asyncio.run(werk)
