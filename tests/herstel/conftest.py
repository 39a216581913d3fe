"""A fresh installation for each drill."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.herstel import Drill, drill
from tests.support.spelen import START


@pytest_asyncio.fixture(loop_scope="session")
async def d(tmp_path: Path, postgres_url: str, migrated_database_url: str) -> AsyncIterator[Drill]:
    """Up, with people and no trajecten, on 1 September."""
    async with drill(tmp_path, postgres_url, migrated_database_url, START) as klaar:
        yield klaar
