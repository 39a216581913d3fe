"""A whole Routewacht on the real Temporal server, fresh for every test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from runtime.devserver import DevServer
from tests.support.omgeving import Omgeving
from tests.support.replay_leven import leven
from tests.support.servers import plain_client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def dev_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    """A server of their own for each module: whatever other tests left running on the shared one would take tasks here."""
    with DevServer(tmp_path_factory.mktemp("temporal"), namespaces=("default", "demo")) as server:
        await server.ready()
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def o(dev_server: DevServer, migrated_database_url: str) -> AsyncIterator[Omgeving]:
    """In the namespace demo, because only there a test can set the clock."""
    async with leven(migrated_database_url, await plain_client(dev_server.address, "demo")) as omgeving:
        yield omgeving
