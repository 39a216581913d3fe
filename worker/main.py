"""The worker process: polls both task queues, keeps the digests alive, and relays acts that were not acknowledged."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from domain.ids import controle_workflow_id, digest_workflow_id
from domain.tijdschaal import Tijdschaal
from runtime.klok import Klok
from runtime.mailbericht import zelftest
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.smtp import Postbode
from runtime.sporen import Sporen
from runtime.temporal import NACHT_QUEUE, connect, stel_sdk_in
from storage.db import maak_engine, sessies
from storage.schools import alle_swv
from worker.bewaker import Bewaker
from worker.registry import Benodigdheden, maak_workers
from worker.relay import relay
from workflows.aanbod import Aanbieder
from workflows.controle import ControleWorkflow
from workflows.digest import DigestWorkflow
from workflows.messages import ControleInvoer, DigestInvoer

_log = structlog.get_logger(__name__)
RELAY_ELKE = timedelta(seconds=5)


async def begin_overzichten(client: Client, nodig: Benodigdheden, schaal: Tijdschaal) -> None:
    """One digest and one daily check per samenwerkingsverband; starting one that already runs changes nothing."""
    async with nodig.sessies() as session:
        swv_ids = await alle_swv(session)
    for swv_id in swv_ids:
        await client.start_workflow(
            DigestWorkflow.run,
            DigestInvoer(swv_id=swv_id, tijdschaal=schaal),
            id=digest_workflow_id(swv_id),
            task_queue=NACHT_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await client.start_workflow(
            ControleWorkflow.run,
            ControleInvoer(swv_id=swv_id, tijdschaal=schaal),
            id=controle_workflow_id(swv_id),
            task_queue=NACHT_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )


@contextlib.asynccontextmanager
async def draaiende_worker(client: Client, nodig: Benodigdheden, klok: Klok) -> AsyncIterator[Aanbieder]:
    """Both workers, the digests, the relay and the watchman, for as long as the context is open."""
    aanbieder = Aanbieder(client, nodig.sessies, klok.schaal)
    async with contextlib.AsyncExitStack() as stapel:
        for worker in maak_workers(client, nodig):
            await stapel.enter_async_context(worker)
        await begin_overzichten(client, nodig, klok.schaal)
        for lus in (relay(nodig.sessies, aanbieder, klok, elke=RELAY_ELKE), Bewaker(client, nodig, klok).draai()):
            stapel.callback(asyncio.create_task(lus).cancel)
        yield aanbieder


async def draai(settings: Settings) -> None:
    """The process of `routewacht worker`: until SIGINT or SIGTERM, then finish what is under way."""
    assert settings.database_url is not None
    zelftest()
    stel_sdk_in(settings.sdk_metrics_port)
    laad_routes()
    engine = maak_engine(settings.database_url)
    postbode = Postbode(settings)
    sporen = Sporen.uit_instellingen(settings, "worker")
    client = await connect(settings, settings.sleutelring(), rol="worker", sporen=sporen)
    nodig = Benodigdheden(sessies=sessies(engine), postbode=postbode, settings=settings)
    stop = asyncio.Event()
    lus = asyncio.get_running_loop()
    for sein in (signal.SIGINT, signal.SIGTERM):
        lus.add_signal_handler(sein, stop.set)
    try:
        async with draaiende_worker(client, nodig, Klok()):
            _log.info("worker_started")
            await stop.wait()
            _log.info("worker_stopping")
    finally:
        await postbode.sluit()
        await engine.dispose()
        if sporen is not None:
            sporen.sluit()
