"""The worker process: polls both task queues, keeps the digests alive, and relays acts that were not acknowledged."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from domain.ids import bewaar_workflow_id, controle_workflow_id, digest_workflow_id
from domain.tijdschaal import Tijdschaal
from runtime.klok import Klok
from runtime.mailbericht import zelftest
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.sleutelkast import Sleutelkast
from runtime.smtp import Postbode
from runtime.sporen import Sporen
from runtime.temporal import NACHT_QUEUE, connect, stel_sdk_in
from storage.db import maak_engine, sessies
from storage.schools import alle_swv
from storage.zaaksleutels import Zaaksleutels
from worker.bewaker import Bewaker
from worker.registry import Benodigdheden, maak_workers
from worker.relay import relay
from workflows.aanbod import Aanbieder
from workflows.bewaren import BewaarWorkflow
from workflows.controle import ControleWorkflow
from workflows.digest import DigestWorkflow
from workflows.messages import BewaarInvoer, ControleInvoer, DigestInvoer

_log = structlog.get_logger(__name__)
RELAY_ELKE = timedelta(seconds=5)
OVERZICHTEN_ELKE = timedelta(minutes=1)


async def begin_overzichten(client: Client, nodig: Benodigdheden, schaal: Tijdschaal) -> None:
    """One digest, one retention workflow and one daily check per samenwerkingsverband; starting one that already runs
    changes nothing."""
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
            BewaarWorkflow.run,
            BewaarInvoer(swv_id=swv_id, tijdschaal=schaal),
            id=bewaar_workflow_id(swv_id),
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


async def houd_overzichten(client: Client, nodig: Benodigdheden, schaal: Tijdschaal) -> None:
    """For ever, every minute (real time): a samenwerkingsverband that came later gets its mornings too, and a digest that
    was ended by hand begins again."""
    while True:
        await asyncio.sleep(OVERZICHTEN_ELKE.total_seconds())
        try:
            await begin_overzichten(client, nodig, schaal)
        except Exception as fout:
            _log.warning("digests_wait", error=type(fout).__name__)


@contextlib.asynccontextmanager
async def draaiende_worker(client: Client, nodig: Benodigdheden, klok: Klok) -> AsyncIterator[Aanbieder]:
    """Both workers, the digests, the relay and the watchman, for as long as the context is open."""
    aanbieder = Aanbieder(client, nodig.sessies, klok.schaal)
    async with contextlib.AsyncExitStack() as stapel:
        for worker in maak_workers(client, nodig):
            await stapel.enter_async_context(worker)
        await begin_overzichten(client, nodig, klok.schaal)
        for werk in (
            relay(nodig.sessies, aanbieder, klok, elke=RELAY_ELKE),
            houd_overzichten(client, nodig, klok.schaal),
            Bewaker(client, nodig, klok).draai(),
        ):
            stapel.callback(asyncio.create_task(werk).cancel)
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
    # Connections of its own: what every payload waits for must not stand in line behind activities.
    sleutel_engine = maak_engine(settings.database_url, verbindingen=2)
    ring = settings.sleutelring()
    kast = Sleutelkast(ring, Zaaksleutels(sessies(sleutel_engine)))
    client = await connect(settings, ring, kast, rol="worker", sporen=sporen)
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
        await sleutel_engine.dispose()
        if sporen is not None:
            sporen.sluit()
