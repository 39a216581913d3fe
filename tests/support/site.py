"""The site for a test: real database, and where acts are involved the real Temporal with our own workers."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client
from temporalio.service import RPCError

from api.app import Diensten, maak_app
from domain.catalogus import CATALOGUS
from domain.ids import traject_workflow_id
from domain.tijd import om_acht
from domain.tijdschaal import Tijdschaal
from runtime.codec import Sleutelring, maak_converter
from runtime.klok import Klok
from runtime.settings import Settings
from runtime.smtp import Postbode
from storage.case_tables import OpdrachtRij, TijdlijnRij, TrajectRij
from storage.db import maak_engine, sessies
from storage.journal import Journaalregel
from tests.support import voorbeeld
from worker.registry import Benodigdheden, maak_workers
from workflows.aanbod import Aanbieder, NuNietBereikbaar

VANDAAG = date(2026, 11, 23)
BASIS = "http://127.0.0.1:8000"
VAN_ONS = {"Sec-Fetch-Site": "same-origin"}


class Onbereikbaar(Aanbieder):
    """Temporal is away: nothing is ever acknowledged."""

    def __init__(self) -> None:
        """Needs neither client nor database."""

    async def bied_aan(self, regel: Journaalregel, nu: datetime) -> int | None:
        """Nobody answers."""
        raise NuNietBereikbaar


@dataclass(frozen=True)
class Site:
    """A running application and a client that talks to it as a program does (no browser headers)."""

    app: FastAPI
    diensten: Diensten
    http: httpx2.AsyncClient

    @property
    def db(self) -> async_sessionmaker[AsyncSession]:
        """Sessions on the database of this site."""
        return self.diensten.sessies

    async def begin(self, **gegevens: Any) -> dict[str, Any]:
        """Start a traject for a new pupil through the API; returns the traject as the API shows it."""
        leerling_id = await voorbeeld.nieuwe_leerling(self.db, **gegevens)
        door = {"persoon_id": voorbeeld.LEERKRACHT, "rol": "leerkracht"}
        antwoord = await self.http.post(
            "/api/v1/trajecten", json={"leerling_id": leerling_id, "door": door}, headers=sleutel()
        )
        assert antwoord.status_code == 201, antwoord.text
        return await self.traject(antwoord.json()["traject_id"])

    async def traject(self, traject_id: str) -> dict[str, Any]:
        """The traject as the API shows it now."""
        antwoord = await self.http.get(f"/api/v1/trajecten/{traject_id}")
        assert antwoord.status_code == 200, antwoord.text
        gelezen: dict[str, Any] = antwoord.json()
        return gelezen

    async def doe(
        self,
        traject_id: str,
        handeling: dict[str, Any],
        rol: str = "leerkracht",
        persoon_id: str = voorbeeld.LEERKRACHT,
        *,
        gezien_versie: int | None = None,
        koppen: dict[str, str] | None = None,
        **meer: Any,
    ) -> httpx2.Response:
        """One act through the API, on the version that is there now unless told otherwise."""
        if gezien_versie is None:
            gezien_versie = (await self.traject(traject_id))["versie"]
        inhoud = {
            "handeling": handeling,
            "door": {"rol": rol, "persoon_id": persoon_id},
            "gezien_versie": gezien_versie,
            **meer,
        }
        return await self.http.post(
            f"/api/v1/trajecten/{traject_id}/handelingen", json=inhoud, headers=koppen or sleutel()
        )

    async def opname(self, traject_id: str) -> tuple[object, ...]:
        """What must stay the same when an act is refused: state, version and length of the timeline."""
        async with self.db() as session:
            rij = (
                await session.execute(
                    select(TrajectRij.versie, TrajectRij.staat).where(TrajectRij.traject_id == traject_id)
                )
            ).one_or_none()
            feiten = await session.scalar(
                select(func.count()).select_from(TijdlijnRij).where(TijdlijnRij.traject_id == traject_id)
            )
        return (rij and rij.versie, rij and rij.staat, feiten)

    async def opdrachten(self) -> int:
        """How many acts stand in the journal."""
        async with self.db() as session:
            return await session.scalar(select(func.count()).select_from(OpdrachtRij)) or 0


def sleutel() -> dict[str, str]:
    """A fresh key."""
    return {"Idempotency-Key": secrets.token_hex(16)}


def open_afspraak(traject: dict[str, Any], begin: str) -> dict[str, Any]:
    """The open afspraak whose title begins so."""
    return next(a for a in traject["afspraken"] if a["status"] == "open" and a["titel"].startswith(begin))


def vaste_schaal() -> Tijdschaal:
    """A clock that shows Monday 23 November 2026, 10:00, and runs as fast as the real one: allowed in the demo only."""
    tien_uur = om_acht(VANDAAG).astimezone(UTC) + timedelta(hours=2)
    return Tijdschaal(factor=1.0, echt_anker=datetime.now(UTC), schijn_anker=tien_uur)


@contextlib.asynccontextmanager
async def site(database_url: str, client: Client | None, *, postvak: bool = False) -> AsyncIterator[Site]:
    """The site with the fictional samenwerkingsverband. Without `client` Temporal is away."""
    ring = Sleutelring.nieuw()
    settings = Settings.voor_demo(sleutels=ring.als_tekst(), smtp_port=1, smtp_tls="geen")
    engine = maak_engine(database_url)
    try:
        await voorbeeld.vul(sessies(engine))
        async with _aanbieder(client, ring, settings, sessies(engine)) as (aanbieder, klok):

            async def gezond() -> bool:
                return client is not None and await client.service_client.check_health()

            # Two busy cores may be slow; how long a person really waits has tests of its own.
            geduld = timedelta(seconds=8)
            diensten = Diensten(
                sessies(engine), aanbieder, klok, settings, CATALOGUS, gezond, postvak=postvak, geduld=geduld
            )
            app = maak_app(diensten)
            transport = httpx2.ASGITransport(app=app)
            async with (
                app.router.lifespan_context(app),
                httpx2.AsyncClient(transport=transport, base_url=BASIS) as http,
            ):
                yield Site(app, diensten, http)
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def _aanbieder(
    client: Client | None, ring: Sleutelring, settings: Settings, db: async_sessionmaker[AsyncSession]
) -> AsyncIterator[tuple[Aanbieder, Klok]]:
    klok = Klok(vaste_schaal())
    if client is None:
        yield Onbereikbaar(), klok
        return
    config = client.config()
    config["data_converter"], config["namespace"] = maak_converter(ring), "demo"
    eigen = Client(**config)
    postbode = Postbode(settings)
    async with contextlib.AsyncExitStack() as stapel:
        for worker in maak_workers(eigen, Benodigdheden(sessies=db, postbode=postbode, settings=settings)):
            await stapel.enter_async_context(worker)
        try:
            yield Aanbieder(eigen, db, klok.schaal), klok
        finally:
            await _ruim_op(eigen, db)
    await postbode.sluit()


async def _ruim_op(client: Client, db: async_sessionmaker[AsyncSession]) -> None:
    """Nothing of ours may be picked up by the worker of a later test, with another database."""
    async with db() as session:
        ids = await session.scalars(select(OpdrachtRij.traject_id).distinct())
    for traject_id in ids:
        with contextlib.suppress(RPCError):
            await client.get_workflow_handle(traject_workflow_id(traject_id)).terminate("end of test")


def zonder_temporal(s: Site) -> Diensten:
    """The same services, with Temporal away."""
    return replace(s.diensten, aanbieder=Onbereikbaar())
