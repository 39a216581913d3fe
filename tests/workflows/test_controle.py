"""The daily check on the real server: at six it finds what is wrong, gives it an owner and a mail, and closes it again."""

from datetime import datetime

from sqlalchemy import delete, func, select
from temporalio.client import WorkflowHandle

from domain.ids import controle_workflow_id
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from runtime.klok import Klok
from runtime.smtp import Postbode
from runtime.temporal import NACHT_QUEUE
from storage.case_tables import AfspraakRij
from storage.mail_tables import MailRij
from storage.watch_tables import Bewakingstaak
from storage.watch_tasks import open_taken
from tests.support.omgeving import Omgeving, kind_van
from tests.support.replay_leven import bijgewerkt, in_rust, wacht_tot
from tests.support.spelen import START, Springen
from worker.bewaker import Bewaker
from worker.registry import Benodigdheden
from workflows.controle import ControleWorkflow
from workflows.messages import ControleInvoer

SWV = "o-waterland"


def zes(dag: int, minuut: int = 1) -> datetime:
    return datetime(2026, 9, dag, 6, minuut, tzinfo=AMSTERDAM)


async def naar(handle: WorkflowHandle[ControleWorkflow, None], moment: datetime) -> None:
    """Sets the clock and waits until the check of that morning was done."""
    await handle.signal(ControleWorkflow.klok, Springen.naar(moment))

    async def gedaan() -> bool:
        return await handle.query(ControleWorkflow.volgende) > moment

    await wacht_tot(gedaan, omschrijving="de controle")
    await in_rust(handle)


async def test_a_problem_is_a_task_by_six_and_closes_when_it_is_solved(o: Omgeving) -> None:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    await bijgewerkt(o, zaak)
    traject_id = zaak.handle.id.removeprefix("traject/")
    handle = await o.client.start_workflow(
        ControleWorkflow.run,
        ControleInvoer(swv_id=SWV, tijdschaal=Springen.naar(START)),
        id=controle_workflow_id(SWV),
        task_queue=NACHT_QUEUE,
    )
    await naar(handle, zes(2))
    async with o.sessies() as session:
        assert await open_taken(session) == []
    async with o.sessies.begin() as session:
        rijen = list(await session.scalars(select(AfspraakRij).where(AfspraakRij.traject_id == traject_id)))
        await session.execute(delete(AfspraakRij).where(AfspraakRij.traject_id == traject_id))
        session.expunge_all()
    await naar(handle, zes(3))
    async with o.sessies() as session:
        [taak] = await open_taken(session, SWV)
    assert (taak.controle, taak.voorbeelden, taak.rol) == ("zonder_afspraak", (traject_id,), Rol.COORDINATOR)
    assert taak.persoon_id is not None

    # Mail waits for the hour at which mail may leave; the watchman takes it along.
    postbode = Postbode(o.settings)
    nodig = Benodigdheden(sessies=o.sessies, postbode=postbode, settings=o.settings)
    await Bewaker(o.client, nodig, Klok(Springen.naar(zes(3, 30)))).bezorg()
    assert o.sink.bezorgd == []
    for _ in range(2):
        await Bewaker(o.client, nodig, Klok(Springen.naar(zes(3).replace(hour=8)))).bezorg()
    await postbode.sluit()
    [bezorgd] = o.sink.bezorgd
    assert b"Subject: Routewacht: er vraagt iets je aandacht als beheerder\r\n" in bezorgd.ruw
    assert b"Trajecten zonder afspraak: 1" in bezorgd.ruw

    async with o.sessies.begin() as session:
        for rij in rijen:
            await session.merge(rij)
    await naar(handle, zes(4))
    async with o.sessies() as session:
        assert await open_taken(session) == []
        assert await session.scalar(select(func.count()).select_from(Bewakingstaak)) == 1
        assert (
            await session.scalar(select(func.count()).select_from(MailRij).where(MailRij.sjabloon == "bewaking")) == 1
        )


async def test_a_check_that_was_missed_is_done_once(o: Omgeving) -> None:
    handle = await o.client.start_workflow(
        ControleWorkflow.run,
        ControleInvoer(swv_id=SWV, tijdschaal=Springen.naar(START)),
        id=controle_workflow_id(SWV),
        task_queue=NACHT_QUEUE,
    )
    await naar(handle, zes(9))
    gepland = [
        e
        for e in (await handle.fetch_history()).events
        if e.activity_task_scheduled_event_attributes.activity_type.name == "controleer"
    ]
    assert len(gepland) == 1
