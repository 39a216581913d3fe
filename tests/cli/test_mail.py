"""`routewacht mail`: the list of held mail, and deciding about it, with everything written down."""

import asyncio

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from storage.db import maak_engine, sessies
from storage.mail_tables import MailRij, MailStap
from tests.cli.conftest import Draai, document
from tests.storage.test_outbox import dringend, leg, neem
from tests.storage.zaken import Verhaal


@pytest_asyncio.fixture(loop_scope="session")
async def aangehouden(migrated_database_url: str, omgeving: pytest.MonkeyPatch) -> str:
    """One mail to the ib-er of which nobody knows whether it arrived."""
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    engine = maak_engine(migrated_database_url)
    db = sessies(engine)
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    assert await neem(db, mail)
    assert await neem(db, mail) is None
    await engine.dispose()
    return mail


def stand(url: str) -> tuple[str | None, list[tuple[str, str | None, str | None]]]:
    async def lees() -> tuple[str | None, list[tuple[str, str | None, str | None]]]:
        engine = maak_engine(url)
        async with sessies(engine)() as session:
            status = await session.scalar(select(MailRij.status))
            stappen = [(s.soort, s.door_persoon_id, s.door_rol) for s in await session.scalars(select(MailStap))]
            assert await session.scalar(select(func.count()).select_from(MailRij)) == 1
        await engine.dispose()
        return status, stappen

    return asyncio.run(lees())


@pytest.mark.parametrize(
    ("commando", "status", "soort"),
    [
        ("opnieuw", "queued", "opnieuw"),
        ("laat-vallen", "vervallen", "laten_vallen"),
        ("aangekomen", "sent", "aangekomen"),
    ],
)
async def test_een_mens_beslist_en_het_wordt_opgeschreven(
    draai: Draai, migrated_database_url: str, aangehouden: str, commando: str, status: str, soort: str
) -> None:
    lijst = await asyncio.to_thread(draai, "mail", "lijst")
    assert aangehouden in lijst.stdout
    assert "aangehouden" in lijst.stdout
    assert "Proef" not in lijst.stdout  # no names on a terminal
    [regel] = document(await asyncio.to_thread(draai, "mail", "lijst", "--json"))["mails"]
    assert (regel["mail_id"], regel["persoon_id"], regel["hangt"]) == (aangehouden, "ib", False)
    geweigerd = await asyncio.to_thread(draai, "mail", commando, aangehouden, "--als", "casemanager:casemanager")
    assert geweigerd.exit_code == 1
    assert "mag over deze mail niet beslissen" in geweigerd.stderr
    gedaan = await asyncio.to_thread(draai, "mail", commando, aangehouden, "--als", "directie:directie")
    assert gedaan.exit_code == 0, gedaan.output
    nu = await asyncio.to_thread(stand, migrated_database_url)
    assert nu == (status, [("aangehouden", None, None), (soort, "directie", "directie")])
    nogmaals = await asyncio.to_thread(draai, "mail", commando, aangehouden, "--als", "directie:directie", "--json")
    assert (nogmaals.exit_code, document(nogmaals)["code"]) == (1, "mail_niet_aangehouden")
    assert "Van elke mail is bekend" in (await asyncio.to_thread(draai, "mail", "lijst")).stdout
