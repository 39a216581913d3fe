"""Another key-encryption key while acts and wake-ups go on, and then without the old one: nobody notices, nothing is lost."""

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client, WorkflowExecutionStatus

from activities.sleutelwissel import wissel
from domain.feiten import AfspraakOvergedragen, Wie
from domain.handelingen import DraagOver, Opdracht
from domain.ids import digest_workflow_id
from domain.roles import Rol
from domain.tijdschaal import Tijdschaal
from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from runtime.klok import Klok
from storage.case_tables import OpdrachtSoort, OpdrachtStatus
from storage.db import maak_engine, sessies
from storage.journal import lees_opdracht, neem_aan
from storage.zaaksleutels import per_hoofdsleutel
from tests.support.jaar import open_van
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van, omgeving
from tests.support.replay_leven import bijgewerkt, leven, wacht_tot
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen
from tests.support.verwacht import tijdlijn
from worker.relay import relay
from workflows.aanbod import Aanbieder
from workflows.digest import DigestWorkflow
from workflows.oude_runs import begin_nieuwe_run, lopend_onder_de_ring
from workflows.traject import TrajectWorkflow

ZAKEN = 6


class Drukte:
    """People who never stop acting, and clocks that never stop moving on, while processes come and go."""

    def __init__(self, schaal: Tijdschaal, db: async_sessionmaker[AsyncSession]) -> None:
        self.klok, self.db = Klok(schaal), db
        self.gestuurd: dict[str, str] = {}
        self.zaken: dict[str, Zaakdraad] = {}
        self.o: Omgeving | None = None

    async def handel(self) -> None:
        """One act for one case after another, into the journal: that works also while no worker is up."""
        rollen = dict.fromkeys(self.zaken, 0)
        while True:
            for traject_id in self.zaken:
                rollen[traject_id] += 1
                rol = (Rol.IB, Rol.DIRECTIE, Rol.LEERKRACHT)[rollen[traject_id] % 3]
                await self._neem(traject_id, DraagOver(afspraak_id="a2", rol=rol))
            await asyncio.sleep(0.2)

    async def _neem(self, traject_id: str, handeling: DraagOver) -> None:
        commando = f"c-{secrets.token_hex(6)}"
        opdracht = Opdracht(commando_id=commando, door=Wie(rol=Rol.IB), handeling=handeling)
        async with self.db.begin() as session:
            await neem_aan(
                session,
                commando_id=commando,
                traject_id=traject_id,
                soort=OpdrachtSoort.HANDELING,
                inhoud=opdracht.model_dump(mode="json"),
                nu=self.klok.nu(),
            )
        self.gestuurd[commando] = traject_id

    async def wek(self) -> None:
        """A day later, each half second."""
        dag = 0
        while True:
            dag += 1
            for zaak in self.zaken.values():
                assert self.o is not None
                handle = self.o.client.get_workflow_handle(zaak.handle.id)
                await handle.signal(TrajectWorkflow.klok, Springen.naar(START + timedelta(days=dag)))
            await asyncio.sleep(0.5)


@contextlib.asynccontextmanager
async def _processen(url: str, client: Client, ring: Sleutelring, drukte: Drukte) -> AsyncIterator[Omgeving]:
    """Workers and relay with this ring."""
    async with omgeving(url, client, ring=ring, zaaksleutels=True) as o:
        drukte.o = o
        aanbieder = Aanbieder(o.client, o.sessies, drukte.klok.schaal)
        bezig = asyncio.create_task(relay(o.sessies, aanbieder, drukte.klok, elke=timedelta(seconds=0.3)))
        try:
            yield o
        finally:
            bezig.cancel()


async def _alles_verwerkt(o: Omgeving, drukte: Drukte) -> bool:
    async with o.sessies() as session:
        regels = [await lees_opdracht(session, commando) for commando in drukte.gestuurd]
    assert all(r is not None and r.status is not OpdrachtStatus.GEWEIGERD for r in regels)
    return all(r is not None and r.status is OpdrachtStatus.VERWERKT for r in regels)


def _samen(*ringen: Sleutelring) -> Sleutelring:
    return Sleutelring.uit_tekst(",".join(r.als_tekst() for r in ringen))


async def test_rotation_under_load_and_then_without_the_old_key(
    dev_server: DevServer, migrated_database_url: str
) -> None:
    client, url = await plain_client(dev_server.address, "demo"), migrated_database_url
    oud, nieuw = Sleutelring.nieuw(), Sleutelring.nieuw()
    engine = maak_engine(url)
    drukte = Drukte(Springen.naar(START), sessies(engine))
    async with contextlib.AsyncExitStack() as einde:
        einde.push_async_callback(engine.dispose)
        async with _processen(url, client, oud, drukte) as o:
            for nr in range(ZAKEN):
                zaak = await o.begin_traject(kind_van("o-papaver", nr % 2), START, drukte.klok.schaal, f"t-wissel{nr}")
                assert open_van(await bijgewerkt(o, zaak), "gesprek_ouders").id == "a2"
                drukte.zaken[f"t-wissel{nr}"] = zaak
            taken = [asyncio.create_task(drukte.handel()), asyncio.create_task(drukte.wek())]
            einde.push_async_callback(asyncio.gather, *taken, return_exceptions=True)
            for taak in taken:
                einde.callback(taak.cancel)
            await wacht_tot(lambda: _aantal(drukte, 10), omschrijving="drukte")
        # Every process restarted with both keys; then the rotation, while everything goes on.
        async with _processen(url, client, _samen(nieuw, oud), drukte) as o:
            gedaan = [n async for n in wissel(o.sessies, o.ring)]
            assert gedaan[-1] >= ZAKEN
            assert [n async for n in wissel(o.sessies, o.ring)] == []
            async with o.sessies() as session:
                assert set(await per_hoofdsleutel(session)) == {nieuw.actief}
            voor = len(drukte.gestuurd)
            await wacht_tot(lambda: _aantal(drukte, voor + 10), omschrijving="meer drukte")
        # And without the old key: whatever is needed has to be read from the start, nothing is cached.
        async with _processen(url, client, nieuw, drukte) as o:
            voor = len(drukte.gestuurd)
            await wacht_tot(lambda: _aantal(drukte, voor + 10), omschrijving="drukte zonder de oude sleutel")
            assert not any(taak.done() for taak in taken)
            for taak in taken:
                taak.cancel()
            await wacht_tot(lambda: _alles_verwerkt(o, drukte), seconden=60, omschrijving="alle handelingen")
            for traject_id, zaak in drukte.zaken.items():
                weer = Zaakdraad(o.client.get_workflow_handle_for(TrajectWorkflow.run, zaak.handle.id), zaak.kind)
                assert (await weer.handle.describe()).status is WorkflowExecutionStatus.RUNNING
                await bijgewerkt(o, weer)
                keren = Counter(
                    g.commando_id
                    for g in await tijdlijn(o.sessies, traject_id)
                    if isinstance(g.feit, AfspraakOvergedragen)
                )
                mijn = {c for c, t in drukte.gestuurd.items() if t == traject_id}
                assert {c: n for c, n in keren.items() if c in mijn and n != 1} == {}
                assert len(await tijdlijn(o.sessies, traject_id)) > len(mijn)
    async with leven(url, client):
        pass


async def _aantal(drukte: Drukte, zoveel: int) -> bool:
    return len(drukte.gestuurd) >= zoveel


async def test_runs_from_before_data_keys_are_found_and_moved_and_then_the_ring_key_may_go(
    dev_server: DevServer, migrated_database_url: str
) -> None:
    client, url = await plain_client(dev_server.address, "demo"), migrated_database_url
    oud, nieuw = Sleutelring.nieuw(), Sleutelring.nieuw()
    async with omgeving(url, client, ring=oud) as o:
        schaal = Springen.naar(START)
        zaak = await o.begin_traject(kind_van("o-papaver"), START, schaal, "t-onderring")
        await o.begin_digest(schaal)
        staat = await bijgewerkt(o, zaak)
    digest = digest_workflow_id("o-waterland")
    async with omgeving(url, client, ring=_samen(nieuw, oud), zaaksleutels=True) as o:
        gevonden = {i: n async for i, n in lopend_onder_de_ring(o.client) if i in {zaak.handle.id, digest}}
        assert gevonden == {zaak.handle.id: oud.actief, digest: oud.actief}
        for workflow_id in gevonden:
            await begin_nieuwe_run(o.client, workflow_id)

        async def over() -> bool:
            stand = {i: n async for i, n in lopend_onder_de_ring(o.client)}
            return (stand.get(zaak.handle.id, "?"), stand.get(digest, "?")) == (None, None)

        await wacht_tot(over, omschrijving="beide in een nieuwe run")
    async with leven(url, client, ring=nieuw, zaaksleutels=True) as o:
        handle = o.client.get_workflow_handle_for(TrajectWorkflow.run, zaak.handle.id)
        assert await Zaakdraad(handle, zaak.kind).toestand() == staat
        assert await o.client.get_workflow_handle_for(DigestWorkflow.run, digest).query(DigestWorkflow.volgende)
