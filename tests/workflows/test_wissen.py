"""Destroying closed trajecten on real parts: in the right order, taken up after a crash at any point, and provable."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.wissen import NogNietWeg, Wisser
from domain.bewaren import VERZOEK, WACHTTIJD, volgende_ronde
from domain.catalogus import CATALOGUS
from domain.errors import NietTeWissen, TrajectLoopt, TrajectOnbekend
from domain.feiten import Wie
from domain.handelingen import Heropen, Opdracht
from domain.ids import bewaar_workflow_id, traject_workflow_id
from domain.roles import Rol
from domain.tijd import lokale_datum
from domain.vastlegging import Vastlegging
from runtime.codec import SleutelVernietigd
from runtime.devserver import DevServer
from runtime.temporal import NACHT_QUEUE
from storage.bewaren import bewaarlijst, houd_aan, meld_verzoek, te_vernietigen
from storage.case_tables import OpdrachtSoort, TrajectRij
from storage.journal import bewaar_tekst, neem_aan
from storage.key_tables import VernietigingStatus
from storage.people_tables import Leerling
from storage.record import leg_vast
from storage.vernietigen import lees_vernietiging
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van, omgeving
from tests.support.replay_leven import bijgewerkt, leven, traject_id_van, wacht_tot
from tests.support.servers import plain_client
from tests.support.sluiten import sluit, waar_staat
from tests.support.spelen import START, Springen
from workflows.bewaren import BewaarWorkflow
from workflows.messages import BewaarInvoer

DOOR = "p-coordinator:coordinator"
LATER = START + timedelta(days=1)


# A server deletes once its queues have noted how far they are, which it does every half minute. Noting it every second
# changes nothing else and saves these tests a minute and a half.
SNEL = tuple(f'history.{rij}ProcessorUpdateAckInterval="1s"' for rij in ("transfer", "visibility", "timer", "archival"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def dev_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    """The real server, that deletes at once."""
    with DevServer(tmp_path_factory.mktemp("temporal"), namespaces=("demo",), dynamic=SNEL) as server:
        await server.ready()
        yield server


@pytest.fixture
async def client(dev_server: DevServer) -> Client:
    return await plain_client(dev_server.address, "demo")


async def _gesloten(o: Omgeving, traject_id: str, nummer: int = 0) -> Zaakdraad:
    zaak = await o.begin_traject(kind_van("o-papaver", nummer), START, Springen.naar(START), traject_id)
    async with o.sessies.begin() as session:
        await bewaar_tekst(
            session, traject_id=traject_id, tekst=f"Over {zaak.kind.voornaam}", door_persoon_id=None, nu=START
        )
    await sluit(o, zaak)
    return zaak


async def _vraag(o: Omgeving, traject_id: str) -> None:
    async with o.sessies.begin() as session:
        await meld_verzoek(session, traject_id, "o-waterland", VERZOEK, LATER)


async def _eis_weg_uit_temporal(client: Client, traject_id: str) -> None:
    workflow_id = traject_workflow_id(traject_id)
    with pytest.raises(RPCError) as fout:
        await client.get_workflow_handle(workflow_id).describe()
    assert fout.value.status is RPCStatusCode.NOT_FOUND
    assert [w async for w in client.list_workflows(f"WorkflowId = '{workflow_id}'")] == []


async def test_what_is_destroyed_is_gone_everywhere_and_the_proof_stays(
    client: Client, migrated_database_url: str
) -> None:
    """With a crash before, between and after the stages: each time somebody starts again, it goes on where it was."""
    async with leven(migrated_database_url, client, zaaksleutels=True) as o:
        zaak, buur = await _gesloten(o, "t-weg"), await _gesloten(o, "t-buur", 1)
        kind = zaak.kind
        gezocht = ("t-weg", kind.id, *kind.ouders, f".{kind.id[2:8]}@thuis", f"Over {kind.voornaam}")
        wisser = Wisser(o.client, o.sessies)
        await _vraag(o, "t-weg")

        async def klap(*_: Any, **__: Any) -> None:
            raise ConnectionError("hier viel het om")

        for plek in (
            "activities.wissen.wis_gegevens",
            "activities.wissen.markeer_workflows_weg",
            "activities.wissen.rond_af",
        ):
            with patch(plek, klap), pytest.raises(ConnectionError):
                await wisser.wis("t-weg", door=DOOR, nu=LATER)
        # Somebody had the page open all the while.
        async with o.sessies.begin() as session:
            await bewaar_tekst(
                session, traject_id="t-weg", tekst=f"Over {kind.voornaam}", door_persoon_id=None, nu=LATER
            )
        stand = await wisser.wis("t-weg", door="een ander", nu=LATER + timedelta(days=1))
        assert stand.status is VernietigingStatus.VOLTOOID
        assert (stand.regel, stand.door, stand.begonnen_op) == (VERZOEK, DOOR, LATER)
        assert stand.voltooid_op == LATER + timedelta(days=1)
        assert stand.aantallen["feiten"] > 10
        assert {
            n: stand.aantallen[n] for n in ("trajecten", "teksten", "leerlingen", "gezag", "personen", "sleutel")
        } == {
            "trajecten": 1,
            "teksten": 2,
            "leerlingen": 1,
            "gezag": 2,
            "personen": 2,
            "sleutel": 1,
        }
        assert await waar_staat(o.sessies, *gezocht) == {("vernietiging", "t-weg"), ("zaaksleutel", "t-weg")}
        await _eis_weg_uit_temporal(client, "t-weg")
        with patch("runtime.sleutelkast._VERVERS_NA", 0.0), pytest.raises(SleutelVernietigd):
            await o.begin_traject(kind_van("o-papaver", 2), START, Springen.naar(START), "t-weg")
        # Again: nothing left to do, nothing counted twice. And the neighbour noticed nothing.
        assert await wisser.wis("t-weg", door="weer een ander", nu=LATER + timedelta(days=9)) == stand
        await _heropen_mag(o, buur)


async def _heropen_mag(o: Omgeving, zaak: Zaakdraad) -> None:
    from workflows.aanbod import Aanbieder

    opdracht = Opdracht(commando_id="c-heropen", door=Wie(rol=Rol.IB), handeling=Heropen(stap="signaal"))
    traject_id = traject_id_van(zaak)
    async with o.sessies.begin() as session:
        regel = await neem_aan(
            session,
            commando_id="c-heropen",
            traject_id=traject_id,
            soort=OpdrachtSoort.HANDELING,
            inhoud=opdracht.model_dump(mode="json"),
            nu=LATER,
        )
    assert await Aanbieder(o.client, o.sessies, Springen.naar(LATER)).bied_aan(regel, LATER)


async def test_an_open_traject_is_refused_in_a_sentence_and_stays_whole(
    client: Client, migrated_database_url: str
) -> None:
    async with leven(migrated_database_url, client, zaaksleutels=True) as o:
        zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START), "t-open")
        staat = await bijgewerkt(o, zaak)
        wisser = Wisser(o.client, o.sessies)
        await _vraag(o, "t-open")
        with pytest.raises(NietTeWissen, match="loopt nog"):
            await wisser.wis("t-open", door=DOOR, nu=LATER)
        # Also when Temporal does not know it: the tables say it is open.
        with patch.object(Wisser, "_eis_geen_lopende_workflow"), pytest.raises(TrajectLoopt, match="loopt nog"):
            await wisser.wis("t-open", door=DOOR, nu=LATER)
        with pytest.raises(TrajectOnbekend):
            await wisser.eis_te_wissen("t-bestaat-niet")
        assert await bijgewerkt(o, zaak) == staat
        stand = await _stand(o, "t-open")
        assert (stand.status, stand.aantallen) == (VernietigingStatus.AANGEKONDIGD, {})
        # An act that waits in the journal has to be answered first, on a closed traject too.
        dicht = await _gesloten(o, "t-wacht", 1)
        async with o.sessies.begin() as session:
            await neem_aan(
                session,
                commando_id="c-wacht",
                traject_id="t-wacht",
                soort=OpdrachtSoort.HANDELING,
                inhoud={},
                nu=LATER,
            )
        with pytest.raises(NietTeWissen, match="wacht nog een handeling"):
            await wisser.eis_te_wissen(traject_id_van(dicht))


async def _stand(o: Omgeving, traject_id: str) -> Any:
    async with o.sessies() as session:
        return await lees_vernietiging(session, traject_id)


async def test_people_of_another_traject_stay_and_a_late_write_does_not_bring_it_back(
    client: Client, migrated_database_url: str
) -> None:
    async with leven(migrated_database_url, client, zaaksleutels=True) as o:
        eerste, tweede = await _gesloten(o, "t-eerste"), await _gesloten(o, "t-tweede")
        assert eerste.kind == tweede.kind
        async with o.sessies() as session:
            staat = await bijgewerkt(o, eerste)
        await _vraag(o, "t-eerste")
        ongeduldig = Wisser(o.client, o.sessies, geduld=timedelta(0))
        with pytest.raises(NogNietWeg):  # the server takes its time; the stage is on record and goes on later
            await ongeduldig.wis("t-eerste", door=DOOR, nu=LATER)
        assert (await _stand(o, "t-eerste")).status is VernietigingStatus.GEGEVENS_WEG
        laat = Vastlegging(traject=staat, gebeurtenissen=(), meldingen=(), volgende_wek=None, nu=LATER)
        with pytest.raises(DBAPIError, match="was destroyed"):
            async with o.sessies.begin() as session:
                await leg_vast(session, laat, CATALOGUS, lambda nu, _: nu)
        stand = await Wisser(o.client, o.sessies).wis("t-eerste", door=DOOR, nu=LATER)
        assert (stand.aantallen["leerlingen"], stand.aantallen["personen"]) == (0, 0)
        assert ("leerling", eerste.kind.id) in await waar_staat(o.sessies, eerste.kind.id)
        assert await bijgewerkt(o, tweede)


async def test_the_weekly_round_announces_waits_can_be_held_and_destroys_once(
    client: Client, migrated_database_url: str
) -> None:
    uit = lokale_datum(START).replace(year=START.year - 3)
    ronde = volgende_ronde(START)
    async with omgeving(migrated_database_url, client, zaaksleutels=True) as o:
        weg, blijft = await _gesloten(o, "t-ronde"), await _gesloten(o, "t-aangehouden", 1)
        jong = await _gesloten(o, "t-jong", 2)
        async with o.sessies.begin() as session:
            for zaak in (weg, blijft):
                (await session.get_one(Leerling, zaak.kind.id)).uitgeschreven_op = uit
        bewaar = await o.client.start_workflow(
            BewaarWorkflow.run,
            BewaarInvoer(swv_id="o-waterland", tijdschaal=Springen.naar(START)),
            id=bewaar_workflow_id("o-waterland"),
            task_queue=NACHT_QUEUE,
        )

        async def tot(moment: Any) -> None:
            await bewaar.signal(BewaarWorkflow.klok, Springen.naar(moment))

            async def voorbij() -> bool:
                return await bewaar.query(BewaarWorkflow.volgende) > moment

            await wacht_tot(voorbij, omschrijving="de ronde")

        await tot(ronde)

        async def aangekondigd() -> bool:
            async with o.sessies() as session:
                return {r.traject_id for r in await bewaarlijst(session, lokale_datum(ronde))} == {
                    "t-ronde",
                    "t-aangehouden",
                }

        await wacht_tot(aangekondigd, omschrijving="het verslag")
        async with o.sessies.begin() as session:
            assert await te_vernietigen(session, "o-waterland", ronde) == []
            await houd_aan(
                session,
                "t-aangehouden",
                tot=lokale_datum(ronde + timedelta(days=300)),
                reden="er loopt een klacht",
                door=DOOR,
                nu=ronde,
            )
        # A week before the waiting time is over nothing goes.
        await tot(volgende_ronde(ronde))
        assert (await _stand(o, "t-ronde")).status is VernietigingStatus.AANGEKONDIGD
        # A strange signal and a bad clock stop nothing.
        await bewaar.signal("iets", {"x": 1})
        await bewaar.signal(BewaarWorkflow.klok, args=[])
        await tot(volgende_ronde(ronde + WACHTTIJD))

        async def vernietigd() -> bool:
            return (await _stand(o, "t-ronde")).status is VernietigingStatus.VOLTOOID

        await wacht_tot(vernietigd, seconden=120, omschrijving="de vernietiging")
        bewijs = await _stand(o, "t-ronde")
        assert (bewijs.regel, bewijs.door, bewijs.bewaard_tot) == (
            "leerlingdossier",
            "systeem",
            lokale_datum(START),
        )
        await bewaar.signal(BewaarWorkflow.ga_door)
        await tot(volgende_ronde(ronde + WACHTTIJD + timedelta(days=7)))
        async with o.sessies() as session:
            klaar = await bewaarlijst(session, lokale_datum(ronde), vernietigd=True)
            over = set(await session.scalars(select(TrajectRij.traject_id)))
        assert [r.traject_id for r in klaar] == ["t-ronde"]
        assert await _stand(o, "t-ronde") == bewijs
        assert over == {"t-aangehouden", traject_id_van(jong)}
    async with leven(migrated_database_url, client):
        pass


async def test_a_round_that_meets_a_reopened_traject_leaves_it_alone(
    client: Client, migrated_database_url: str
) -> None:
    from activities.bewaren import BewaarActivities, Bewaarronde, Vernietigopdracht

    async with leven(migrated_database_url, client, zaaksleutels=True) as o:
        zaak = await _gesloten(o, "t-heropend")
        async with o.sessies.begin() as session:
            (await session.get_one(Leerling, zaak.kind.id)).uitgeschreven_op = lokale_datum(START).replace(year=2020)
        werk = BewaarActivities(Wisser(o.client, o.sessies))
        ronde = Bewaarronde(swv_id="o-waterland", nu=LATER)
        assert await werk.kondig_aan(ronde) == 1
        assert await werk.kondig_aan(ronde) == 0
        await _heropen_mag(o, zaak)
        later = Bewaarronde(swv_id="o-waterland", nu=LATER + WACHTTIJD)
        assert await werk.te_vernietigen(later) == ["t-heropend"]
        assert not await werk.vernietig(Vernietigopdracht(traject_id="t-heropend", nu=later.nu))

        async def loopt() -> bool:
            async with o.sessies() as session:
                return await session.scalar(select(TrajectRij.status)) == "lopend"

        await wacht_tot(loopt, omschrijving="een heropend traject")
        assert await werk.kondig_aan(later) == 0
        assert await _stand(o, "t-heropend") is None
