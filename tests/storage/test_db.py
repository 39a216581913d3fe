"""The connection: limits that hold, and errors that say nothing about anybody."""

import asyncio
import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storage.db import psycopg_url

Sessies = async_sessionmaker[AsyncSession]


GEHEIM = {"id": "wie-o-wie", "email": "geheim@proef.test"}
# A key that is there already is quoted by PostgreSQL, and of a row that lacks something the whole row.
DUBBEL = "INSERT INTO persoon (id, voornaam, achternaam, email) VALUES (:id, 'A', 'B', :email), (:id, 'A', 'B', :email)"
ONVOLLEDIG = "INSERT INTO persoon (id, voornaam, achternaam, email) VALUES (:id, NULL, 'B', :email)"


@pytest.mark.parametrize(("sql", "wat"), [(DUBBEL, "pk_persoon"), (ONVOLLEDIG, "voornaam")])
async def test_an_error_does_not_quote_what_is_in_a_row(db: Sessies, sql: str, wat: str) -> None:
    async with db() as session:
        with pytest.raises(IntegrityError) as fout:
            await session.execute(text(sql), GEHEIM)
    alles = "".join(traceback.format_exception(fout.value)).lower()
    assert wat in alles
    assert not any(woord in alles for woord in ("key (", "failing row", *GEHEIM.values()))


async def test_waiting_for_a_lock_has_an_end(db: Sessies) -> None:
    async with db() as een, db() as ander:
        await een.execute(text("LOCK TABLE persoon"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            await asyncio.wait_for(ander.execute(text("SELECT * FROM persoon")), timeout=20)


def test_only_postgresql_and_always_our_driver() -> None:
    assert psycopg_url("postgresql://u:p@h/d").drivername == "postgresql+psycopg"
    assert psycopg_url("postgresql+psycopg2://u:p@h/d").drivername == "postgresql+psycopg"
    with pytest.raises(ValueError, match="PostgreSQL"):
        psycopg_url("sqlite:///x.db")
