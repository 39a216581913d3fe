"""Living with real cases on the real server: a clean namespace around a test, jumps in time, and waiting for the tables."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from temporalio.client import Client, WorkflowHandle

from domain.traject import Traject
from domain.verloop import vouw_alles
from storage.case_tables import TrajectRij
from storage.mail_tables import MailRij
from tests.support.omgeving import Omgeving, Zaakdraad, omgeving
from tests.support.spelen import Springen
from tests.support.verwacht import tijdlijn
from workflows.digest import DigestWorkflow
from workflows.traject import TrajectWorkflow

T = TypeVar("T")
_KIJK_ELKE = 0.02


@contextlib.asynccontextmanager
async def leven(database_url: str, client: Client, **anders: Any) -> AsyncIterator[Omgeving]:
    """A whole Routewacht; whatever still runs when it ends is terminated, so that the next test meets no old cases."""
    async with omgeving(database_url, client, **anders) as o:
        try:
            yield o
        finally:
            async for open_ in client.list_workflows("ExecutionStatus = 'Running'"):
                await client.get_workflow_handle(open_.id).terminate()


async def wacht_tot(
    wat: Callable[[], Awaitable[T | None]], *, seconden: float = 30.0, omschrijving: str = "de voorwaarde"
) -> T:
    """The first answer that is not None or False. For tables, which tell nobody that they changed."""
    try:
        async with asyncio.timeout(seconden):
            while True:
                antwoord = await wat()
                if antwoord:
                    return antwoord
                await asyncio.sleep(_KIJK_ELKE)
    except TimeoutError:
        raise AssertionError(f"{omschrijving} kwam niet binnen {seconden:.0f} s") from None


async def spring(zaak: Zaakdraad, moment: datetime) -> None:
    """Sets the clock of one traject, and waits until everything that was due by then has happened."""
    await zaak.handle.signal(TrajectWorkflow.klok, Springen.naar(moment))

    async def bij() -> bool:
        stand = await zaak.handle.query(TrajectWorkflow.stand)
        return stand.nu >= moment and (stand.volgende_wek is None or stand.volgende_wek > stand.nu)

    await wacht_tot(bij, omschrijving="het traject op dit moment")
    await in_rust(zaak.handle)


async def langs_alle_dagen(zaak: Zaakdraad, tot: datetime) -> None:
    """Visits each date of one traject on which the clock has something to do, and then this moment."""
    while (wek := (await zaak.handle.query(TrajectWorkflow.stand)).volgende_wek) is not None and wek <= tot:
        await spring(zaak, wek + timedelta(milliseconds=1))
    await spring(zaak, tot)


async def op_schrift(o: Omgeving, traject_id: str, versie: int) -> Traject:
    """The state in the tables once it is at least this version; it must be what the timeline folds to."""

    async def gelezen() -> Traject | None:
        async with o.sessies() as session:
            staat = await session.scalar(select(TrajectRij.staat).where(TrajectRij.traject_id == traject_id))
        traject = Traject.model_validate(staat) if staat else None
        return traject if traject is not None and traject.versie >= versie else None

    traject = await wacht_tot(gelezen, omschrijving=f"versie {versie} in de tabellen")
    feiten = await tijdlijn(o.sessies, traject_id)
    assert vouw_alles(feiten[: traject.versie]) == traject
    return traject


async def bijgewerkt(o: Omgeving, zaak: Zaakdraad) -> Traject:
    """The state in the tables once they are level with the workflow."""
    return await op_schrift(o, traject_id_van(zaak), (await zaak.toestand()).versie)


def traject_id_van(zaak: Zaakdraad) -> str:
    """The id of the traject behind a workflow."""
    return zaak.handle.id.removeprefix("traject/")


async def alle_mails(o: Omgeving) -> list[MailRij]:
    """Every row of the outbox, oldest first."""
    async with o.sessies() as session:
        return list(await session.scalars(select(MailRij).order_by(MailRij.aangemaakt_op, MailRij.id)))


async def in_rust(handle: WorkflowHandle[Any, Any]) -> None:
    """Waits until no activity runs and the workflow has finished its task."""

    async def klaar() -> bool:
        soorten = [e.WhichOneof("attributes") or "" for e in (await handle.fetch_history()).events]
        bezig = sum(
            soort.startswith("activity_task_scheduled") - soort.startswith(("activity_task_completed",))
            for soort in soorten
        )
        return bezig == 0 and soorten[-1].startswith(("timer_started", "workflow_task_completed"))

    await wacht_tot(klaar, omschrijving="een workflow in rust")


async def digest_naar(digest: WorkflowHandle[DigestWorkflow, None], moment: datetime) -> None:
    """Sets the clock of the digest and waits until it has done everything that moment asks for."""
    await digest.signal(DigestWorkflow.klok, Springen.naar(moment))

    async def voorbij() -> bool:
        return await digest.query(DigestWorkflow.volgende) > moment

    await wacht_tot(voorbij, omschrijving="de ochtend")
    await in_rust(digest)
