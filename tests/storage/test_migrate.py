"""The migrations make exactly the tables of the code, and can be undone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import CheckConstraint, NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from storage.metadata import METADATA
from storage.migrate import afwijkingen, current, downgrade, upgrade


def test_up_down_up_leaves_the_tables_of_the_code(database_url: str) -> None:
    assert current(database_url) is None
    upgrade(database_url)
    assert afwijkingen(database_url) == []
    hoofd = current(database_url)
    assert hoofd is not None
    downgrade(database_url, "base")
    engine = create_engine(database_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'tijdlijn%'")) == 0
    upgrade(database_url)
    assert (current(database_url), afwijkingen(database_url)) == (hoofd, [])


def test_check_constraints_are_the_same_too(database_url: str) -> None:
    # compare_metadata looks at neither checks nor triggers.
    upgrade(database_url)
    inspecteur = inspect(create_engine(database_url, poolclass=NullPool))
    for tabel in METADATA.sorted_tables:
        bedoeld = {str(c.name) for c in tabel.constraints if isinstance(c, CheckConstraint)}
        assert {c["name"] for c in inspecteur.get_check_constraints(tabel.name)} == bedoeld, tabel.name


def test_two_processes_that_start_together_migrate_once(database_url: str) -> None:
    with ThreadPoolExecutor(2) as beiden:
        list(beiden.map(upgrade, [database_url, database_url]))
    assert afwijkingen(database_url) == []


@pytest.mark.parametrize(
    "sql", ["UPDATE tijdlijn SET soort = 'x'", "DELETE FROM tijdlijn", "TRUNCATE tijdlijn", "TRUNCATE tijdlijn CASCADE"]
)
def test_the_timeline_refuses_everything_but_adding(migrated_database_url: str, sql: str) -> None:
    engine = create_engine(migrated_database_url, poolclass=NullPool)
    rij = "INSERT INTO tijdlijn (traject_id, nr, epoch, op, door_rol, soort, feit) VALUES ('t', 1, 1, now(), 'ib', 's', '{}')"
    with engine.begin() as connection:
        connection.execute(text(rij))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(sql))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT soort FROM tijdlijn")) == "s"
