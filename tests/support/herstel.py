"""Restore drills: a Routewacht that can be switched off, copied, put back from an older copy, and looked at from all sides."""

import contextlib
import re
import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client, WorkflowHandle

from cli.demo_gegevens import Kind, kinderen, laad
from domain.catalogus import CATALOGUS
from domain.feiten import Gebeurtenis, Wie
from domain.handelingen import DraagOver, EenHandeling, Opdracht
from domain.herstel import Uitkomst, Verschil
from domain.ids import digest_workflow_id, traject_workflow_id
from domain.roles import Rol
from domain.tijd import lokale_datum
from domain.tijdschaal import Tijdschaal
from domain.traject import Traject, TrajectStatus
from domain.verloop import vouw_alles
from runtime.codec import maak_converter
from runtime.devserver import DevServer
from runtime.klok import Klok
from runtime.mailbericht import message_id
from runtime.postgres import create_database, drop_database
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.smtp import Postbode
from runtime.temporal import NACHT_QUEUE
from storage.case_tables import OpdrachtSoort, TrajectRij
from storage.compare import alle_traject_ids
from storage.db import maak_engine, sessies
from storage.journal import Journaalregel, lees_opdracht, neem_aan
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij, MailStatus
from storage.people import gezag_van
from storage.rebuild import lees_tijdlijn
from tests.replay.scenarios import TESTRING
from tests.support.jaar import open_van
from tests.support.replay_leven import digest_naar, wacht_tot
from tests.support.servers import plain_client, with_converter
from tests.support.smtp_sink import SmtpSink
from worker.lezer import maak_lezers
from worker.registry import Benodigdheden, maak_workers
from worker.relay import relay_eenmaal
from workflows.aanbod import Aanbieder
from workflows.digest import DigestWorkflow
from workflows.messages import DigestInvoer, Startaanvraag
from workflows.reconcile import Toezicht, tegelijk
from workflows.reconcile_digest import herstel_digest, vergelijk_digest
from workflows.traject import TrajectWorkflow

SWV = "o-waterland"
NAMESPACE = "demo"
_DATUM = re.compile(r":\d{4}-\d\d-\d\d$")


@dataclass
class Drill:
    """One installation. `server` and the database are down or up; `aan()` runs workers for as long as it is open."""

    server: DevServer
    postgres_url: str
    database_url: str
    sink: SmtpSink
    klok: Klok
    kopie: Path
    afgesproken: dict[str, str] = field(default_factory=dict)
    _sessies: async_sessionmaker[AsyncSession] | None = None
    _client: Client | None = None

    @property
    def sessies(self) -> async_sessionmaker[AsyncSession]:
        assert self._sessies, "alleen binnen aan() of lezend()"
        return self._sessies

    @property
    def client(self) -> Client:
        assert self._client, "alleen binnen aan() of lezend()"
        return self._client

    def zet_klok(self, moment: datetime) -> None:
        """From now on this is the time for whatever begins: people, relay, reconcile, new workflows."""
        self.klok = Klok(Tijdschaal(echt_anker=datetime.now(UTC), schijn_anker=moment))

    @contextlib.asynccontextmanager
    async def aan(self) -> AsyncIterator[None]:
        """Workers, as in production, with the digest; no relay but when a test says so."""
        async with self._verbonden() as stapel:
            settings = Settings.voor_demo(
                sleutels=TESTRING.als_tekst(),
                database_url=self.database_url,
                smtp_host="127.0.0.1",
                smtp_port=self.sink.poort,
                smtp_tls="geen",
                mail_afzender="routewacht@waterland.example",
            )
            postbode = Postbode(settings)
            stapel.push_async_callback(postbode.sluit)
            nodig = Benodigdheden(sessies=self.sessies, postbode=postbode, settings=settings)
            for worker in maak_workers(self.client, nodig):
                await stapel.enter_async_context(worker)
            yield

    @contextlib.asynccontextmanager
    async def lezend(self) -> AsyncIterator[None]:
        """As `routewacht reconcile` does it with the workers off: workflows answer, and nothing is carried out."""
        async with self._verbonden() as stapel:
            for lezer in maak_lezers(self.client):
                await stapel.enter_async_context(lezer)
            yield

    @contextlib.asynccontextmanager
    async def _verbonden(self) -> AsyncIterator[contextlib.AsyncExitStack]:
        engine = maak_engine(self.database_url)
        self._sessies = sessies(engine)
        client = await plain_client(self.server.address, NAMESPACE)
        self._client = with_converter(client, maak_converter(TESTRING))
        try:
            async with contextlib.AsyncExitStack() as stapel:
                yield stapel
        finally:
            self._sessies = self._client = None
            await engine.dispose()

    # What people do

    async def start(self, kind: Kind) -> str:
        """A traject, by way of the journal."""
        traject_id = f"t-{secrets.token_hex(8)}"
        async with self.sessies.begin() as session:
            aanvraag = Startaanvraag(
                traject_id=traject_id,
                swv_id=SWV,
                school_id=kind.school_id,
                leerling_id=kind.id,
                route=CATALOGUS.nieuwste("midden_groningen")[0],
                gezag=await gezag_van(session, kind.id, lokale_datum(self.klok.nu())),
                door=Wie(rol=Rol.LEERKRACHT),
                commando_id=f"c-{traject_id}",
            )
            inhoud = aanvraag.model_dump(mode="json")
            await self._schrijf_op(session, f"c-{traject_id}", traject_id, OpdrachtSoort.START, inhoud)
        await self.bied_aan(f"c-{traject_id}")
        await self.bijgewerkt(traject_id)
        return traject_id

    async def neem(self, traject_id: str, rol: Rol, handeling: EenHandeling) -> str:
        """An act into the journal: somebody saw *ontvangen*."""
        commando = f"c-{secrets.token_hex(8)}"
        opdracht = Opdracht(commando_id=commando, door=Wie(rol=rol), handeling=handeling)
        async with self.sessies.begin() as session:
            inhoud = opdracht.model_dump(mode="json")
            await self._schrijf_op(session, commando, traject_id, OpdrachtSoort.HANDELING, inhoud)
        return commando

    async def _schrijf_op(
        self, session: AsyncSession, commando: str, traject_id: str, soort: OpdrachtSoort, inhoud: dict[str, object]
    ) -> None:
        await neem_aan(
            session, commando_id=commando, traject_id=traject_id, soort=soort, inhoud=inhoud, nu=self.klok.nu()
        )
        self.afgesproken[commando] = traject_id

    async def bied_aan(self, commando: str) -> int | None:
        """Offer it, as the site does at once."""
        return await Aanbieder(self.client, self.sessies, self.klok.schaal).bied_aan(
            await self.regel(commando), self.klok.nu()
        )

    async def doe(self, traject_id: str, rol: Rol, handeling: EenHandeling) -> str:
        """An act that was accepted: somebody was told that it is done."""
        commando = await self.neem(traject_id, rol, handeling)
        await self.bied_aan(commando)
        return commando

    async def draag_over(self, traject_id: str, naar: Rol) -> str:
        """An act that can be done at any time."""
        afspraak = open_van((await self.stand(traject_id)), "gesprek_ouders")
        return await self.doe(traject_id, Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=naar))

    async def andere_run(self, traject_id: str) -> None:
        """The workflow goes on as new, and the runs before it are history."""
        run = (await self.handle(traject_id).describe()).run_id
        await self.handle(traject_id).signal(TrajectWorkflow.ga_door)

        async def anders() -> bool:
            return (await self.handle(traject_id).describe()).run_id != run

        await wacht_tot(anders, omschrijving="een nieuwe run")

    async def relay(self) -> int:
        """One round of the relay over everything that is open."""
        aanbieder = Aanbieder(self.client, self.sessies, self.klok.schaal)
        later = self.klok.nu() + timedelta(seconds=1)
        return await relay_eenmaal(self.sessies, aanbieder, self.klok, ouder_dan=later)

    async def begin_digest(self) -> None:
        """As the worker process does at its start."""
        await self.client.start_workflow(
            DigestWorkflow.run,
            DigestInvoer(swv_id=SWV, tijdschaal=self.klok.schaal),
            id=digest_workflow_id(SWV),
            task_queue=NACHT_QUEUE,
        )

    # What there is to see

    def handle(self, traject_id: str) -> WorkflowHandle[TrajectWorkflow, None]:
        """The workflow of a traject."""
        return self.client.get_workflow_handle_for(TrajectWorkflow.run, traject_workflow_id(traject_id))

    async def stand(self, traject_id: str) -> Traject:
        """The state the workflow has."""
        return await self.handle(traject_id).query(TrajectWorkflow.toestand)

    async def regel(self, commando: str) -> Journaalregel:
        """An act as it stands in the journal."""
        async with self.sessies() as session:
            regel = await lees_opdracht(session, commando)
        assert regel is not None
        return regel

    async def rij(self, traject_id: str) -> Traject | None:
        """The state in the tables."""
        async with self.sessies() as session:
            staat = await session.scalar(select(TrajectRij.staat).where(TrajectRij.traject_id == traject_id))
        return Traject.model_validate(staat) if staat else None

    async def tijdlijn(self, traject_id: str) -> tuple[Gebeurtenis, ...]:
        """The facts that count."""
        async with self.sessies() as session:
            return await lees_tijdlijn(session, traject_id)

    async def bijgewerkt(self, traject_id: str) -> Traject:
        """The state in the tables once it is that of the workflow."""

        async def gelijk() -> Traject | None:
            stand, rij = await self.stand(traject_id), await self.rij(traject_id)
            return rij if rij == stand else None

        return await wacht_tot(gelijk, omschrijving="de tabellen bij de workflow")

    async def mails(self) -> list[MailRij]:
        """Every row of the outbox."""
        async with self.sessies() as session:
            return list(await session.scalars(select(MailRij).order_by(MailRij.id)))

    async def aantal_berichten(self) -> int:
        """How many messages there are for people, told or not."""
        async with self.sessies() as session:
            return await session.scalar(select(func.count()).select_from(BerichtRij)) or 0

    async def alle_weg(self) -> None:
        """Wait until no mail is left to send."""

        async def weg() -> bool:
            return not [m for m in await self.mails() if m.status in {"queued", "sending"}]

        await wacht_tot(weg, omschrijving="de mail")

    async def naar(self, traject_ids: Iterable[str], moment: datetime) -> None:
        """The clock of everything to this moment; waits until what was due has happened and is on record."""
        self.zet_klok(moment)
        for traject_id in traject_ids:
            await self.handle(traject_id).signal(TrajectWorkflow.klok, self.klok.schaal)

            async def bij(traject_id: str = traject_id) -> bool:
                stand = await self.handle(traject_id).query(TrajectWorkflow.stand)
                return stand.nu >= moment and (stand.volgende_wek is None or stand.volgende_wek > moment)

            await wacht_tot(bij, omschrijving="het traject op dit moment")
            await self.bijgewerkt(traject_id)

    async def ochtend(self, moment: datetime) -> None:
        """The digest to this moment; waits until it has made and sent what there was."""
        handle = self.client.get_workflow_handle_for(DigestWorkflow.run, digest_workflow_id(SWV))
        await digest_naar(handle, moment)

    # Copies

    def stop(self) -> None:
        """Temporal off."""
        self.server.stop()

    async def begin(self) -> None:
        """Temporal on."""
        self.server.start()
        await self.server.ready()

    def kopieer_temporal(self, *, levend: bool = False) -> None:
        """A copy of its store: of the files while it is off, or through SQLite's own backup while it runs."""
        bron = self.server.root / "temporal.db"
        self.kopie.mkdir(exist_ok=True)
        if levend:
            with sqlite3.connect(bron) as van, sqlite3.connect(self.kopie / bron.name) as naar:
                van.backup(naar)
        else:
            for naam in (bron.name, f"{bron.name}-wal"):  # the log beside it may hold what was written last
                if (bron.parent / naam).exists():
                    shutil.copy(bron.parent / naam, self.kopie)

    def zet_temporal_terug(self) -> None:
        """The store as it was when it was copied. Only while it is off."""
        self.wis_temporal()
        shutil.copytree(self.kopie, self.server.root, dirs_exist_ok=True)

    def wis_temporal(self) -> None:
        """The store is gone. Only while it is off."""
        for rest in self.server.root.glob("temporal.db*"):
            rest.unlink()

    def kopieer_sql(self) -> None:
        """A copy of the database. Nobody may be connected."""
        drop_database(self.postgres_url, self._sql_kopie)
        create_database(self.postgres_url, self._sql_kopie, template=self._naam)

    def zet_sql_terug(self) -> None:
        """The database as it was when it was copied."""
        drop_database(self.postgres_url, self._naam)
        create_database(self.postgres_url, self._naam, template=self._sql_kopie)

    @property
    def _naam(self) -> str:
        naam = make_url(self.database_url).database
        assert naam
        return naam

    @property
    def _sql_kopie(self) -> str:
        return f"{self._naam}_kopie"

    # Repair, and what must hold

    def toezicht(self, *, twijfel: bool = False) -> Toezicht:
        """What the command makes; in a drill nothing is too young to count."""
        return Toezicht(self.client, self.sessies, self.klok, CATALOGUS, geduld=timedelta(seconds=-1), twijfel=twijfel)

    async def verschillen(self) -> Counter[Verschil]:
        """What reconcile finds, over all trajecten and the digest."""
        toezicht = self.toezicht()
        async with self.sessies() as session:
            ids = await alle_traject_ids(session) | set(self.afgesproken.values())
        gevonden = Counter(v for u in [u async for u in toezicht.vergelijk_alle(ids)] for v in u.gevonden)
        return gevonden + Counter(await vergelijk_digest(toezicht, SWV))

    async def herstel(self, *, twijfel: bool = False) -> list[Uitkomst]:
        """As `routewacht reconcile --herstel`."""
        toezicht = self.toezicht(twijfel=twijfel)
        async with self.sessies() as session:
            ids = sorted(await alle_traject_ids(session) | set(self.afgesproken.values()))
        uitkomsten = [u async for _, u in tegelijk(ids, toezicht.herstel)]
        return [*uitkomsten, await herstel_digest(toezicht, SWV)]

    async def eens(self) -> None:
        """Read model, fold and workflow of every traject are the same, and reconcile finds nothing."""
        for traject_id in sorted(set(self.afgesproken.values())):
            feiten = await self.tijdlijn(traject_id)
            assert [g.nr for g in feiten] == list(range(1, len(feiten) + 1)), traject_id
            rij = await self.rij(traject_id)
            assert rij is not None
            assert vouw_alles(feiten).model_copy(update={"epoch": rij.epoch}) == rij
            if rij.status is TrajectStatus.LOPEND:
                assert await self.stand(traject_id) == rij
        assert await self.verschillen() == Counter()

    async def handelingen_heel(self, commandos: Iterable[str] | None = None) -> None:
        """Every act somebody was promised is in the timeline, once: one change of the state each."""
        for commando in commandos if commandos is not None else self.afgesproken:
            traject_id = self.afgesproken[commando]
            nrs = [g.nr for g in await self.tijdlijn(traject_id) if g.commando_id == commando]
            assert nrs, f"{commando} is kwijt"
            assert nrs == list(range(nrs[0], nrs[0] + len(nrs))), f"{commando} is twee keer toegepast"

    async def post_heel(self) -> None:
        """Nothing arrived twice; what the tables call sent arrived; nothing waits that nobody will send."""
        ids = Counter(b.message_id for b in self.sink.bezorgd)
        assert [i for i, n in ids.items() if n > 1] == [], "een mail kwam twee keer"
        mails = await self.mails()
        verzonden = [m for m in mails if m.status == MailStatus.SENT]
        kenmerken = {message_id(m.message_sleutel, "waterland.example") for m in verzonden}
        anders = [
            m.id for m in mails if (message_id(m.message_sleutel, "waterland.example") in ids) != (m in verzonden)
        ]
        assert kenmerken == set(ids), f"wat verzonden heet en wat aankwam verschilt: {anders}"
        async with self.sessies() as session:
            rijen = await session.execute(
                select(BerichtRij.sleutel, BerichtRij.persoon_id)
                .join(MailRij, MailRij.id == BerichtRij.mail_id)
                .where(BerichtRij.status == BerichtStatus.OPGENOMEN, MailRij.status == MailStatus.SENT)
            )
            # One rung on two days is one rung: the date in the key does not count.
            verteld = Counter((_DATUM.sub("", sleutel), persoon) for sleutel, persoon in rijen)
        assert [v for v, n in verteld.items() if n > 1] == [], "dezelfde trede werd twee keer verteld"


@contextlib.asynccontextmanager
async def drill(map_: Path, postgres_url: str, database_url: str, moment: datetime) -> AsyncIterator[Drill]:
    """A fresh installation with people and running servers, at this moment on the clock of the cases."""
    laad_routes()
    engine = maak_engine(database_url)
    async with sessies(engine).begin() as session:
        await laad(session)
    await engine.dispose()
    server = DevServer(map_ / "temporal", namespaces=("default", NAMESPACE))
    async with SmtpSink() as sink:
        d = Drill(server, postgres_url, database_url, sink, Klok(), map_ / "temporal.kopie")
        d.zet_klok(moment)
        try:
            await d.begin()
            yield d
        finally:
            server.stop()
            drop_database(postgres_url, d._sql_kopie)


def leerlingen(aantal: int) -> list[Kind]:
    """Pupils under twelve with two parents, of all schools in turn."""
    jong = [k for k in kinderen() if len(k.ouders) == 2 and k.geboren.year > 2015]
    return jong[:aantal]
