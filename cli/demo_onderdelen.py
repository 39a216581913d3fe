"""The parts of the demo, started side by side and stopped in the right order. Imported late: it loads everything."""

import asyncio
import contextlib
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from sqlalchemy import func, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.kalenders import omstandigheden
from activities.record import RecordActivities
from api.app import maak_app
from api.diensten import Diensten, Postvakplek
from cli.demo import Keuzes, vrije_poort
from cli.demo_gegevens import SCHOLEN, kinderen, laad
from cli.demo_spel import Spel
from cli.demo_tijd import OPENING, Klokbestand, einde, hervat_op, laatste_moment, maak_schaal, zet_klokken
from cli.demo_zaad import Zaad, zaai
from domain.catalogus import CATALOGUS
from domain.ids import traject_workflow_id
from domain.tijd import in_woorden, lokale_datum
from domain.tijdschaal import Tijdschaal
from domain.traject import TrajectStatus
from runtime.children import SupervisionError
from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from runtime.klok import Klok
from runtime.logging import stel_logging_in
from runtime.mailbericht import zelftest
from runtime.postgres import EmbeddedPostgres
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.sleutelkast import Sleutelkast
from runtime.smtp import Postbode
from runtime.temporal import TRAJECT_QUEUE, connect, stel_sdk_in
from storage.case_tables import TrajectRij
from storage.db import maak_engine, sessies
from storage.mail_tables import PostvakRij
from storage.migrate import upgrade
from storage.people import gezag_van
from storage.zaaksleutels import Zaaksleutels
from worker.main import draaiende_worker
from worker.registry import Benodigdheden
from workflows.messages import TrajectInvoer
from workflows.traject import TrajectWorkflow

__all__ = ["Draait", "Regel", "SupervisionError", "opgestart", "wis"]
_log = structlog.get_logger(__name__)
Sessies = async_sessionmaker[AsyncSession]


@dataclass(frozen=True)
class Regel:
    """One line about how far the demo is."""

    sessies: Sessies
    klok: Klok

    async def lees(self) -> tuple[datetime, str]:
        """The moment on the demo clock, and the line."""
        async with self.sessies() as session:
            lopend = await session.scalar(
                select(func.count()).select_from(TrajectRij).where(TrajectRij.status == TrajectStatus.LOPEND)
            )
            stil = await session.scalar(
                select(func.count()).select_from(TrajectRij).where(TrajectRij.stagnatie_bij.is_not(None))
            )
            mails = await session.scalar(select(func.count()).select_from(PostvakRij))
        nu = self.klok.nu()
        dag = in_woorden(lokale_datum(nu))
        return nu, f"{dag}: {lopend} lopende trajecten, {stil} liggen stil, {mails} mails in het postvak"


@dataclass(frozen=True)
class Draait:
    """A demo that is up."""

    adressen: dict[str, str]
    cli: str
    regel: Regel
    sessies: Sessies
    client: Client
    klok: Klok
    poort: int
    temporal_poort: int
    einde: datetime
    gestopt: Callable[[], str | None]

    def kalender_op(self) -> bool:
        """Has a fast clock come as far as the school calendar allows?"""
        return self.klok.schaal.factor > 1 and self.klok.nu() >= self.einde


def wis(data: Path) -> None:
    """Throws the data of an earlier demo away, wherever the database had to live."""
    if data.exists():
        EmbeddedPostgres(data / "postgres").erase()
        shutil.rmtree(data)


@contextlib.asynccontextmanager
async def opgestart(keuzes: Keuzes, meld: Callable[[str], Any]) -> AsyncIterator[Draait]:
    """Everything up, in the order of need; on leaving everything down, Temporal and the database side by side."""
    keuzes.data.mkdir(parents=True, exist_ok=True)
    stel_logging_in(als_json=True, niveau="INFO", stroom=(keuzes.data / "routewacht.log").open("a"))
    zelftest()
    stel_sdk_in()
    laad_routes()
    async with contextlib.AsyncExitStack() as stapel:
        meld("Database en Temporal starten ...")
        temporal, postgres, url = await _servers(keuzes, stapel)
        settings = _settings(keuzes, url, temporal)
        await asyncio.to_thread(upgrade, url)
        engine = maak_engine(url.render_as_string(hide_password=False))
        stapel.push_async_callback(engine.dispose)
        maker = sessies(engine)
        await temporal.ready()
        ring = settings.sleutelring()
        client = await connect(settings, ring, Sleutelkast(ring, Zaaksleutels(maker)), rol="demo")
        klok, eerste_keer = await _klok(keuzes, maker, stapel)
        if eerste_keer:
            meld("Voorbeeldgegevens maken ...")
            await _begin(maker, client, klok)
        meld("Worker en site starten ...")
        postbode = Postbode(settings)
        stapel.push_async_callback(postbode.sluit)
        nodig = Benodigdheden(sessies=maker, postbode=postbode, settings=settings)
        await _laat_lopen(keuzes, client, klok)
        aanbieder = await stapel.enter_async_context(draaiende_worker(client, nodig, klok))
        await stapel.enter_async_context(_site(settings, maker, aanbieder, klok, client, temporal))
        spel = asyncio.create_task(Spel(maker, aanbieder, klok).speel())
        stapel.callback(spel.cancel)

        def gestopt() -> str | None:
            """The part that is no longer there, by name."""
            return "De database" if not postgres.draait else None if temporal.draait else "Temporal"

        yield Draait(
            adressen=_adressen(settings, temporal),
            cli=f"temporal workflow list --address {temporal.address} --namespace demo "
            f"--codec-endpoint {settings.basis_url}/codec",
            regel=Regel(maker, klok),
            sessies=maker,
            client=client,
            klok=klok,
            poort=settings.api_port,
            temporal_poort=temporal.poort,
            einde=einde(),
            gestopt=gestopt,
        )


async def _servers(keuzes: Keuzes, stapel: contextlib.AsyncExitStack) -> tuple["MetUi", EmbeddedPostgres, URL]:
    """PostgreSQL and Temporal at once; on leaving both stop at once as well."""
    server_poort = vrije_poort(keuzes.temporal_poort)
    ui_poort = vrije_poort(8233 if keuzes.temporal_poort else 0)
    postgres = EmbeddedPostgres(keuzes.data / "postgres")
    temporal = MetUi(keuzes.data / "temporal", port=server_poort, ui_port=ui_poort, namespaces=("demo",))

    async def weg() -> None:
        await asyncio.gather(asyncio.to_thread(temporal.stop), asyncio.to_thread(postgres.stop))

    stapel.push_async_callback(weg)
    _, url = await asyncio.gather(asyncio.to_thread(temporal.start), asyncio.to_thread(postgres.start))
    return temporal, postgres, url


class MetUi(DevServer):
    """The dev server, remembering where its web interface is."""

    def __init__(self, root: Path, *, port: int, ui_port: int, namespaces: tuple[str, ...]) -> None:
        super().__init__(root, port=port, ui_port=ui_port, namespaces=namespaces)
        self.ui = f"http://127.0.0.1:{ui_port}"
        self.poort = port


def _settings(keuzes: Keuzes, url: URL, temporal: DevServer) -> Settings:
    poort = vrije_poort(keuzes.poort)
    return Settings.voor_demo(
        sleutels=_sleutels(keuzes.data / "sleutels"),
        database_url=url.render_as_string(hide_password=False),
        temporal_address=temporal.address,
        smtp_host="127.0.0.1",
        smtp_port=vrije_poort(0),
        smtp_tls="geen",
        mail_afzender="routewacht@waterland.example",
        basis_url=f"http://127.0.0.1:{poort}",
        api_port=poort,
        data_dir=keuzes.data,
    )


def _sleutels(pad: Path) -> str:
    """The key ring of this demo, made once and readable by its owner only."""
    if not pad.exists():
        tijdelijk = pad.with_name(f"{pad.name}.{secrets.token_hex(4)}")
        tijdelijk.touch(mode=0o600)
        tijdelijk.write_text(Sleutelring.nieuw().als_tekst())
        tijdelijk.rename(pad)
    return pad.read_text()


async def _klok(keuzes: Keuzes, maker: Sessies, stapel: contextlib.AsyncExitStack) -> tuple[Klok, bool]:
    """The clock: from the opening, or on from where it stopped. At its real speed until everything is up."""
    bestand = Klokbestand(keuzes.data / "klok.json")
    async with maker() as session:
        laatste = await session.scalar(select(func.max(TrajectRij.bijgewerkt_op)))
    schijn = hervat_op(bestand.lees(), laatste)
    if schijn >= laatste_moment():
        raise SupervisionError("De schoolkalender van deze demo is op. Begin opnieuw met --nieuw.")
    klok = Klok(maak_schaal(schijn, None))

    async def onthoud() -> None:
        while True:
            bestand.schrijf(klok)
            await asyncio.sleep(0.5)

    taak = asyncio.create_task(onthoud())
    stapel.callback(bestand.schrijf, klok)
    stapel.callback(taak.cancel)
    return klok, laatste is None


async def _laat_lopen(keuzes: Keuzes, client: Client, klok: Klok) -> None:
    """From here on the clock has its tempo; running workflows are told before a worker starts.

    Not sooner: on a slow machine weeks would pass before the cast can do anything.
    """
    nu = klok.nu()
    klok.schaal = maak_schaal(nu, keuzes.tempo if nu < einde() else None)
    await zet_klokken(client, klok.schaal)


async def _begin(maker: Sessies, client: Client, klok: Klok) -> None:
    """People and schools, and the trajecten that began before the opening, each with its whole timeline."""
    async with maker.begin() as session:
        await laad(session)
    scholen = {s: await omstandigheden(maker, s, klok.nu()) for s in SCHOLEN}
    async with maker() as session:
        gezag = {k.id: await gezag_van(session, k.id, lokale_datum(klok.nu())) for k in kinderen()}
    zaden = await asyncio.to_thread(zaai, OPENING, scholen, gezag)
    record = RecordActivities(maker, CATALOGUS)
    for zaad in zaden:
        await record.record(zaad.vastlegging(OPENING))
    await asyncio.gather(*(_start(client, zaad, scholen, klok.schaal) for zaad in zaden))


async def _start(client: Client, zaad: Zaad, scholen: dict[str, Any], schaal: Tijdschaal) -> None:
    if zaad.traject.status is TrajectStatus.GESLOTEN:
        return
    await client.start_workflow(
        TrajectWorkflow.run,
        TrajectInvoer(traject=zaad.traject, omstandigheden=scholen[zaad.kind.school_id], tijdschaal=schaal),
        id=traject_workflow_id(zaad.traject.traject_id),
        task_queue=TRAJECT_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


@contextlib.asynccontextmanager
async def _site(
    settings: Settings, maker: Sessies, aanbieder: Any, klok: Klok, client: Client, temporal: MetUi
) -> AsyncIterator[None]:
    """The web site with the inbox, in this process."""

    async def gezond() -> bool:
        return bool(await client.service_client.check_health())

    app = maak_app(
        Diensten(
            sessies=maker,
            aanbieder=aanbieder,
            klok=klok,
            settings=settings,
            catalogus=CATALOGUS,
            gezond=gezond,
            postvak=True,
            postvakplek=Postvakplek(poort=settings.smtp_port),
            ui_oorsprong=temporal.ui,
        )
    )
    server = uvicorn.Server(
        uvicorn.Config(app, host=settings.api_host, port=settings.api_port, log_config=None, access_log=False)
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined, method-assign, unused-ignore]
    taak = asyncio.create_task(server._serve())
    while not server.started and not taak.done():  # noqa: ASYNC110 - uvicorn has a flag for this, and no event
        await asyncio.sleep(0.02)
    if taak.done():
        await taak
        raise SupervisionError("De site kon niet starten; zie routewacht.log in de map van de demo.")
    try:
        yield
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(taak, 10)


def _adressen(settings: Settings, temporal: MetUi) -> dict[str, str]:
    site = settings.basis_url
    return {
        "Trajecten": f"{site}/",
        "Postvak": f"{site}/postvak",
        "API": f"{site}/openapi.json",
        "Temporal UI": f"{temporal.ui}/namespaces/demo/workflows",
        "Logboek": str(settings.data_dir / "routewacht.log"),
    }
