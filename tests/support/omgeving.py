"""A whole Routewacht for one test: real database, real workers, real SMTP conversation; the Temporal server is given."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client, WorkflowHandle

from cli.demo_gegevens import Kind, kinderen, laad
from domain.catalogus import CATALOGUS
from domain.feiten import Wie
from domain.handelingen import EenHandeling, Opdracht
from domain.ids import digest_workflow_id, traject_workflow_id
from domain.roles import Rol
from domain.tijd import lokale_datum
from domain.tijdschaal import Tijdschaal
from domain.traject import Traject
from runtime.codec import Sleutelring, maak_converter
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.sleutelkast import Sleutelkast
from runtime.smtp import Postbode
from runtime.temporal import NACHT_QUEUE, TRAJECT_QUEUE
from storage.db import maak_engine, sessies
from storage.people import gezag_van
from storage.zaaksleutels import Zaaksleutels
from tests.support.servers import with_converter
from tests.support.smtp_sink import SmtpSink
from worker.registry import Benodigdheden, maak_workers
from workflows.aanbod import omstandigheden
from workflows.digest import DigestWorkflow
from workflows.messages import DigestInvoer, HandelResultaat, Startaanvraag, TrajectInvoer
from workflows.traject import TrajectWorkflow


@dataclass
class Omgeving:
    """What a test needs to drive trajecten from outside, as the api does."""

    client: Client
    sessies: async_sessionmaker[AsyncSession]
    sink: SmtpSink
    settings: Settings
    ring: Sleutelring

    async def begin_traject(
        self, kind: Kind, nu: datetime, schaal: Tijdschaal, traject_id: str | None = None
    ) -> "Zaakdraad":
        """Starts a traject on the newest Midden-Groningen route."""
        traject_id = traject_id or f"t-{secrets.token_hex(8)}"
        async with self.sessies() as session:
            gezag = await gezag_van(session, kind.id, lokale_datum(nu))
        invoer = TrajectInvoer(
            aanvraag=Startaanvraag(
                traject_id=traject_id,
                swv_id="o-waterland",
                school_id=kind.school_id,
                leerling_id=kind.id,
                route=CATALOGUS.nieuwste("midden_groningen")[0],
                gezag=gezag,
                door=Wie(rol=Rol.LEERKRACHT, persoon_id=f"p-lk-{kind.school_id[2:]}"),
                commando_id=f"c-{traject_id}",
            ),
            omstandigheden=await omstandigheden(self.sessies, kind.school_id, nu),
            tijdschaal=schaal,
        )
        handle = await self.client.start_workflow(
            TrajectWorkflow.run, invoer, id=traject_workflow_id(traject_id), task_queue=TRAJECT_QUEUE
        )
        return Zaakdraad(handle, kind)

    async def begin_digest(self, schaal: Tijdschaal) -> WorkflowHandle[DigestWorkflow, None]:
        """Starts the digest of the fictional samenwerkingsverband."""
        return await self.client.start_workflow(
            DigestWorkflow.run,
            DigestInvoer(swv_id="o-waterland", tijdschaal=schaal),
            id=digest_workflow_id("o-waterland"),
            task_queue=NACHT_QUEUE,
        )


@dataclass
class Zaakdraad:
    """One running traject."""

    handle: WorkflowHandle[TrajectWorkflow, None]
    kind: Kind

    async def handel(
        self, rol: Rol, handeling: EenHandeling, *, persoon: str | None = None, commando: str | None = None
    ) -> HandelResultaat:
        """An act, as an update."""
        commando_id = commando or f"c-{secrets.token_hex(8)}"
        opdracht = Opdracht(
            commando_id=commando_id, door=Wie(rol=rol, persoon_id=persoon or f"p-{rol}"), handeling=handeling
        )
        return await self.handle.execute_update(TrajectWorkflow.handel, opdracht, id=commando_id)

    async def toestand(self) -> Traject:
        """The state, asked of the workflow."""
        return await self.handle.query(TrajectWorkflow.toestand)


@contextlib.asynccontextmanager
async def omgeving(
    database_url: str, client: Client, *, ring: Sleutelring | None = None, zaaksleutels: bool = False
) -> AsyncIterator[Omgeving]:
    """Workers on `client` (its namespace decides whether the clock may be scaled), people loaded, SMTP listening.

    With `zaaksleutels` each workflow has a data key of its own, as in the real processes; without, the ring encrypts,
    so that a history stays readable when the database of its test is gone.
    """
    laad_routes()
    ring = ring or Sleutelring.nieuw()
    engine = maak_engine(database_url)
    maker = sessies(engine)
    kast = Sleutelkast(ring, Zaaksleutels(maker)) if zaaksleutels else None
    client = with_converter(client, maak_converter(ring, kast))
    async with maker.begin() as session:
        await laad(session)
    async with SmtpSink() as sink, contextlib.AsyncExitStack() as stapel:
        settings = Settings.voor_demo(
            sleutels=ring.als_tekst(),
            database_url=database_url,
            smtp_host="127.0.0.1",
            smtp_port=sink.poort,
            smtp_tls="geen",
            mail_afzender="routewacht@waterland.example",
        )
        postbode = Postbode(settings)
        for worker in maak_workers(client, Benodigdheden(sessies=maker, postbode=postbode, settings=settings)):
            await stapel.enter_async_context(worker)
        try:
            yield Omgeving(client, maker, sink, settings, ring)
        finally:
            await postbode.sluit()
            await engine.dispose()


def kind_van(school_id: str, nummer: int = 0) -> Kind:
    """A pupil under twelve of this school with two parents, by number."""
    return [k for k in kinderen() if k.school_id == school_id and len(k.ouders) == 2 and k.geboren.year > 2015][nummer]
