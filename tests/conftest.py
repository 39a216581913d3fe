"""Servers shared by all tests. Each starts only when a test asks for it.

Always give a test Worker an explicit `build_id`: without one the SDK hashes the bytecode of every loaded module.
"""

from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
import pytest_asyncio
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment

from runtime.devserver import DevServer
from runtime.postgres import create_database
from tests.support.servers import seal, throwaway_database, throwaway_postgres, time_skipping_program

# How long one example takes says nothing on a busy machine.
hypothesis.settings.register_profile("routewacht", deadline=None)
hypothesis.settings.load_profile("routewacht")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own. The URL fits sync and async engines."""
    with throwaway_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A fresh, empty database."""
    with throwaway_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """Name of a database that went through all migrations, to be copied only."""
    from storage.migrate import upgrade

    name = "migrated"
    upgrade(create_database(postgres_url, name).render_as_string(hide_password=False))
    seal(postgres_url, name)
    return name


@pytest.fixture
def migrated_database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A fresh database with the current tables and no rows."""
    with throwaway_database(postgres_url, migrated_template) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dev_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    """The real Temporal server, with namespaces "default" and "demo"."""
    with DevServer(tmp_path_factory.mktemp("temporal"), namespaces=("default", "demo")) as server:
        await server.ready()
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def time_skipping_env(request: pytest.FixtureRequest) -> AsyncIterator[WorkflowEnvironment]:
    """The time-skipping server: one clock for all its workflows, so one server per module: what one module leaves
    unfinished would hold the clock of the next.

    It speaks the plain data converter unless parametrised indirectly with another. Usually
    `with_converter(time_skipping_env.client, converter)` is what a test needs: that starts no second server.
    """
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=time_skipping_program(),
        data_converter=getattr(request, "param", DataConverter.default),
    ) as environment:
        yield environment
