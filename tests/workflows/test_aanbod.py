"""From the journal to the workflow: whatever is down, an act that was taken is carried out once or refused with a reason."""

import asyncio
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.catalogus import CATALOGUS
from domain.errors import TrajectIsGesloten, Verouderd, Weigering
from domain.feiten import Wie
from domain.handelingen import DraagOver, EenHandeling, Heropen, MeldStilstand, Opdracht
from domain.roles import Rol
from domain.tijd import lokale_datum
from domain.tijdschaal import Tijdschaal
from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from runtime.klok import Klok
from storage.case_tables import OpdrachtSoort, OpdrachtStatus
from storage.journal import Journaalregel, lees_opdracht, neem_aan
from storage.people import gezag_van
from tests.replay.scenarios import TESTRING
from tests.support.jaar import besluit, open_van, rond
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van, omgeving
from tests.support.replay_leven import bijgewerkt, leven, op_schrift, wacht_tot
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen
from tests.support.verwacht import tijdlijn
from worker.relay import relay, relay_eenmaal
from workflows.aanbod import Aanbieder, NuNietBereikbaar
from workflows.messages import Startaanvraag
from workflows.traject import TrajectWorkflow


@pytest.fixture(autouse=True)
def _een_sleutel() -> Iterator[None]:
    """One key for all the workers of a test, so that the second ones can read what the first ones wrote; and nobody waits
    five seconds for a server that is not there."""
    geduld = patch("workflows.aanbod._WACHT", timedelta(seconds=2))
    with geduld, patch.object(Sleutelring, "nieuw", return_value=TESTRING):
        yield


class Loket:
    """What the api does with an act: the journal first, then the workflow."""

    def __init__(self, o: Omgeving, schaal: Tijdschaal) -> None:
        self.o, self.klok = o, Klok(schaal)
        self.aanbieder = Aanbieder(o.client, o.sessies, schaal)

    async def neem(self, traject_id: str, rol: Rol, handeling: EenHandeling, *, gezien: int | None = None) -> str:
        """Writes the act in the journal."""
        commando = f"c-{secrets.token_hex(6)}"
        opdracht = Opdracht(commando_id=commando, door=Wie(rol=rol), handeling=handeling, gezien_versie=gezien)
        async with self.o.sessies.begin() as session:
            await neem_aan(
                session,
                commando_id=commando,
                traject_id=traject_id,
                soort=OpdrachtSoort.HANDELING,
                inhoud=opdracht.model_dump(mode="json"),
                nu=self.klok.nu(),
            )
        return commando

    async def regel(self, commando: str) -> Journaalregel:
        """The act as it stands in the journal."""
        async with self.o.sessies() as session:
            regel = await lees_opdracht(session, commando)
        assert regel is not None
        return regel

    async def bied_aan(self, commando: str) -> int | None:
        """Offers it once."""
        return await self.aanbieder.bied_aan(await self.regel(commando), self.klok.nu())

    async def relay(self) -> int:
        """Offers everything that is open."""
        later = self.klok.nu() + timedelta(seconds=1)
        return await relay_eenmaal(self.o.sessies, self.aanbieder, self.klok, ouder_dan=later)


async def _keer_toegepast(o: Omgeving, traject_id: str, commando: str) -> int:
    return len({g.nr for g in await tijdlijn(o.sessies, traject_id) if g.commando_id == commando and _is_overdracht(g)})


def _is_overdracht(gebeurtenis: object) -> bool:
    return gebeurtenis.feit.soort == "afspraak_overgedragen"  # type: ignore[attr-defined,no-any-return]


async def _begin(o: Omgeving, schaal: Tijdschaal, traject_id: str) -> tuple[Zaakdraad, DraagOver]:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, schaal, traject_id)
    staat = await bijgewerkt(o, zaak)
    return zaak, DraagOver(afspraak_id=open_van(staat, "gesprek_ouders").id, rol=Rol.IB)


async def _sluit(o: Omgeving, zaak: Zaakdraad) -> None:
    stappen = (
        rond("gesprek_ouders"),
        rond("overleg_ib"),
        besluit("vervolg_signaal", "basisondersteuning"),
        rond("gesprek_nazorg"),
        besluit("evaluatie_nazorg", "sluiten"),
    )
    for stap in stappen:
        await zaak.handel(*stap(await zaak.toestand()))
    await zaak.handle.result()


async def test_an_act_taken_while_the_worker_is_down_is_carried_out_once_it_is_back(
    dev_server: DevServer, migrated_database_url: str
) -> None:
    client, schaal, traject_id = await plain_client(dev_server.address, "demo"), Springen.naar(START), "t-zonderworker"
    async with omgeving(migrated_database_url, client) as eerst:
        _, overdracht = await _begin(eerst, schaal, traject_id)
    loket = Loket(eerst, schaal)
    commando = await loket.neem(traject_id, Rol.IB, overdracht)
    with pytest.raises(NuNietBereikbaar):
        await loket.bied_aan(commando)
    assert (await loket.regel(commando)).status is OpdrachtStatus.ONTVANGEN
    async with leven(migrated_database_url, client) as daarna:
        loket = Loket(daarna, schaal)
        assert await loket.relay() == 1
        assert await loket.relay() == 0
        regel = await loket.regel(commando)
        assert regel.status is OpdrachtStatus.VERWERKT
        assert regel.versie is not None
        assert open_van(await op_schrift(daarna, traject_id, regel.versie), "gesprek_ouders").rol is Rol.IB
        assert await _keer_toegepast(daarna, traject_id, commando) == 1


async def test_a_relay_that_is_told_to_stop_in_the_middle_of_a_call_stops(
    dev_server: DevServer, migrated_database_url: str
) -> None:
    """The SDK turns the cancellation into an error of the call; a relay that takes it for bad weather never ends."""
    client, schaal, traject_id = await plain_client(dev_server.address, "demo"), Springen.naar(START), "t-stopmidden"
    async with omgeving(migrated_database_url, client) as eerst:
        _, overdracht = await _begin(eerst, schaal, traject_id)
    loket = Loket(eerst, schaal)
    commando = await loket.neem(traject_id, Rol.IB, overdracht)
    onderweg, verbinding = asyncio.Event(), loket.aanbieder.client
    echt = verbinding.execute_update_with_start_workflow

    async def aanroep(*wat: Any, **hoe: Any) -> Any:
        asyncio.get_running_loop().call_later(0.1, onderweg.set)
        return await echt(*wat, **hoe)

    with patch.object(verbinding, "execute_update_with_start_workflow", aanroep):
        taak = asyncio.create_task(relay(eerst.sessies, loket.aanbieder, loket.klok, elke=timedelta(0)))
        await asyncio.wait_for(onderweg.wait(), 30)
        taak.cancel()
        done, _ = await asyncio.wait({taak}, timeout=10)
    assert done
    # What it was about stays in the journal, for the next relay.
    assert (await loket.regel(commando)).status is OpdrachtStatus.ONTVANGEN


async def test_an_act_taken_while_temporal_is_down_is_carried_out_once_it_is_back(
    tmp_path: Path, migrated_database_url: str
) -> None:
    schaal, traject_id = Springen.naar(START), "t-zondertemporal"
    with DevServer(tmp_path, namespaces=("demo",)) as server:
        await server.ready()
        async with leven(migrated_database_url, await plain_client(server.address, "demo")) as o:
            _, overdracht = await _begin(o, schaal, traject_id)
            loket = Loket(o, schaal)
            server.kill9()
            commando = await loket.neem(traject_id, Rol.IB, overdracht)
            assert await loket.relay() == 0
            assert (await loket.regel(commando)).status is OpdrachtStatus.ONTVANGEN
            server.start()
            await server.ready()
            await wacht_tot(loket.relay, omschrijving="de relay")
            regel = await loket.regel(commando)
            assert regel.status is OpdrachtStatus.VERWERKT
            assert regel.versie is not None
            await op_schrift(o, traject_id, regel.versie)
            assert await _keer_toegepast(o, traject_id, commando) == 1


async def test_a_start_and_an_act_at_once_make_one_traject(o: Omgeving) -> None:
    """Update-with-start: the act may come in before the workflow had its first task, and a start may be repeated."""
    schaal = Springen.naar(START)
    loket, kind = Loket(o, schaal), kind_van("o-papaver")
    async with o.sessies.begin() as session:
        gezag = await gezag_van(session, kind.id, lokale_datum(START))
        aanvraag = Startaanvraag(
            traject_id="t-startenhandel",
            swv_id="o-waterland",
            school_id=kind.school_id,
            leerling_id=kind.id,
            route=CATALOGUS.nieuwste("midden_groningen")[0],
            gezag=gezag,
            door=Wie(rol=Rol.LEERKRACHT),
            commando_id="c-start",
        )
        await neem_aan(
            session,
            commando_id="c-start",
            traject_id=aanvraag.traject_id,
            soort=OpdrachtSoort.START,
            inhoud=aanvraag.model_dump(mode="json"),
            nu=loket.klok.nu(),
        )
    await asyncio.gather(*(loket.bied_aan("c-start") for _ in range(3)))
    staat = await op_schrift(o, aanvraag.traject_id, 1)
    commando = await loket.neem(staat.traject_id, Rol.OUDERS, MeldStilstand())
    await asyncio.gather(*(loket.bied_aan(commando) for _ in range(3)))
    feiten = await tijdlijn(o.sessies, staat.traject_id)
    soorten = [g.feit.soort for g in feiten]
    assert soorten.count("traject_gestart") == 1
    versie = (await loket.regel(commando)).versie
    assert versie is not None
    await op_schrift(o, staat.traject_id, versie)
    soorten = [g.feit.soort for g in await tijdlijn(o.sessies, staat.traject_id)]
    assert soorten.count("stagnatie_vastgesteld") == 1


async def test_a_case_that_temporal_lost_goes_on_with_the_next_act(o: Omgeving) -> None:
    """Terminated by hand, or gone with an older copy of Temporal: the tables are enough, the act comes before the first task."""
    schaal, traject_id = Springen.naar(START), "t-verdwenen"
    zaak, overdracht = await _begin(o, schaal, traject_id)
    voor = await bijgewerkt(o, zaak)
    await zaak.handle.terminate()
    loket = Loket(o, schaal)
    commando = await loket.neem(traject_id, Rol.IB, overdracht)
    versie = await loket.bied_aan(commando)
    assert versie is not None
    assert versie > voor.versie
    na = await op_schrift(o, traject_id, versie)
    assert {a.id for a in na.open_afspraken} == {a.id for a in voor.open_afspraken}
    beschrijving = await o.client.get_workflow_handle(zaak.handle.id).describe()
    assert beschrijving.status is WorkflowExecutionStatus.RUNNING


async def test_a_closed_traject_takes_nothing_but_reopening(o: Omgeving) -> None:
    schaal, traject_id = Springen.naar(START), "t-gesloten"
    zaak, overdracht = await _begin(o, schaal, traject_id)
    await _sluit(o, zaak)
    loket = Loket(o, schaal)
    run = (await zaak.handle.describe()).run_id
    commando = await loket.neem(traject_id, Rol.IB, overdracht)
    with pytest.raises(TrajectIsGesloten):
        await loket.bied_aan(commando)
    regel = await loket.regel(commando)
    assert (regel.status, regel.code) == (OpdrachtStatus.GEWEIGERD, "traject_gesloten")
    assert regel.remedie
    assert (await zaak.handle.describe()).run_id == run

    heropen = await loket.neem(traject_id, Rol.IB, Heropen())
    versie = await loket.bied_aan(heropen)
    assert versie is not None
    staat = await op_schrift(o, traject_id, versie)
    assert staat.stap == "signaal"
    assert staat.open_afspraken
    assert (await zaak.handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_two_acts_on_one_page_are_one_done_and_one_refused(o: Omgeving) -> None:
    schaal, traject_id = Springen.naar(START), "t-tegelijk"
    zaak, overdracht = await _begin(o, schaal, traject_id)
    gezien = open_van(await zaak.toestand(), "gesprek_ouders").versie
    loket = Loket(o, schaal)
    commandos = [await loket.neem(traject_id, Rol.IB, overdracht, gezien=gezien) for _ in range(2)]
    uitkomsten = await asyncio.gather(*(loket.bied_aan(c) for c in commandos), return_exceptions=True)
    assert [type(u) for u in uitkomsten if isinstance(u, Weigering)] == [Verouderd]
    assert sum(isinstance(u, int) for u in uitkomsten) == 1
    statussen = {(await loket.regel(c)).status for c in commandos}
    assert statussen == {OpdrachtStatus.VERWERKT, OpdrachtStatus.GEWEIGERD}


async def test_the_outcome_in_the_journal_is_the_first_one(o: Omgeving) -> None:
    """A relay that offers again what was done finds it done: the same version, nothing new."""
    schaal, traject_id = Springen.naar(START), "t-nogeens"
    zaak, overdracht = await _begin(o, schaal, traject_id)
    loket = Loket(o, schaal)
    commando = await loket.neem(traject_id, Rol.IB, overdracht)
    regel: Journaalregel = await loket.regel(commando)
    nu: datetime = loket.klok.nu()
    versies = {await loket.aanbieder.bied_aan(regel, nu) for _ in range(3)}
    assert versies == {(await zaak.handle.query(TrajectWorkflow.stand)).versie}
    await op_schrift(o, traject_id, versies.pop() or 0)
    assert await _keer_toegepast(o, traject_id, commando) == 1
