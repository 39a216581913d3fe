"""Engine and sessions on a fresh, migrated database."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from storage.db import maak_engine, sessies


@pytest_asyncio.fixture(loop_scope="session")
async def engine(migrated_database_url: str) -> AsyncIterator[AsyncEngine]:
    """As the application makes it."""
    engine = maak_engine(migrated_database_url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def db(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """`async with db.begin() as session` is one transaction."""
    return sessies(engine)
