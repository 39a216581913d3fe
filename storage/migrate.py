"""Brings a database to the tables this version of Routewacht needs, and back. Alembic, from the package itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import URL

from storage.db import psycopg_url
from storage.metadata import METADATA

_MAP = Path(__file__).parent / "migrations"
_SLOT = 7_305_116_402  # any number; the same for every process that migrates


def upgrade(url: str | URL, revision: str = "head") -> None:
    """Migrate up. Safe to call from several processes at once: the later one waits and then finds nothing to do."""
    with _alleen_ik(url) as (config, _):
        command.upgrade(config, revision)


def downgrade(url: str | URL, revision: str) -> None:
    """Migrate down to `revision` ("base" removes everything, data included)."""
    with _alleen_ik(url) as (config, _):
        command.downgrade(config, revision)


def current(url: str | URL) -> str | None:
    """The revision the database is at; None when it was never migrated."""
    with _verbinding(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def nieuwe(url: str | URL, naam: str, datum: str) -> None:
    """For developers: write a new migration file from the difference with the tables in code. `datum` as 2026_11_23."""
    with _alleen_ik(url) as (config, _):
        command.revision(config, message=naam, rev_id=f"{datum}_{naam}", autogenerate=True)


def afwijkingen(url: str | URL) -> list[object]:
    """What the database and the tables in code disagree about; empty when all is well."""
    with _verbinding(url) as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


@contextmanager
def _verbinding(url: str | URL) -> Iterator[Connection]:
    engine = create_engine(psycopg_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def _alleen_ik(url: str | URL) -> Iterator[tuple[Config, Connection]]:
    with _verbinding(url) as connection:
        # Held by the session, so it spans the transactions of all migrations; waiting for it has no limit on purpose.
        connection.execute(text("SELECT pg_advisory_lock(:slot)"), {"slot": _SLOT})
        connection.commit()
        config = Config()
        config.set_main_option("script_location", str(_MAP).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.set_main_option("file_template", "%%(rev)s")
        config.attributes["connection"] = connection
        try:
            yield config, connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:slot)"), {"slot": _SLOT})
            connection.commit()
