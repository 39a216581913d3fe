"""Two sites for the tests of the api: one with the real Temporal, shared, and one without."""

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.client import Client

from runtime.devserver import DevServer
from tests.support.servers import throwaway_database
from tests.support.site import Site, site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def levend(postgres_url: str, migrated_template: str, dev_server: DevServer) -> AsyncIterator[Site]:
    """With the real Temporal and our own workers. Shared: each test begins trajecten of its own."""
    client = await Client.connect(dev_server.address, namespace="demo")
    with throwaway_database(postgres_url, migrated_template) as url:
        async with site(url, client) as s:
            yield s


@pytest_asyncio.fixture(loop_scope="session")
async def stil(migrated_database_url: str) -> AsyncIterator[Site]:
    """Temporal is away; the inbox listens."""
    async with site(migrated_database_url, None, postvak=True) as s:
        yield s
