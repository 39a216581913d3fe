"""The connection: limits that hold, and errors that say nothing about anybody."""

import asyncio
import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storage.db import psycopg_url
from tests.storage.zaken import bevolk, persoon

Sessies = async_sessionmaker[AsyncSession]


async def test_an_error_does_not_quote_what_is_in_a_row(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        with pytest.raises(IntegrityError) as fout:
            await persoon(session, "zonder", voornaam=None, email="IB@proef.test")
    alles = "".join(traceback.format_exception(fout.value)).lower()
    assert "voornaam" in alles
    assert "failing row" not in alles
    assert "ib@" not in alles.replace('email="ib@proef.test"', "")


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
