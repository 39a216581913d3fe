"""Keys and running cases on the real server: poison, a lost key, and cases from before there were data keys."""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest
from google.protobuf.json_format import MessageToJson
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue

from domain.feiten import SignaalGeweigerd, Wie
from domain.handelingen import MeldStilstand, Opdracht
from domain.ids import traject_workflow_id
from domain.roles import Rol
from runtime.codec import Sleutelring, ZonderSleutelkast, maak_converter
from runtime.devserver import DevServer
from storage.zaaksleutels import vernietig
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van, omgeving
from tests.support.replay_leven import bijgewerkt, leven, op_schrift, traject_id_van, wacht_tot
from tests.support.replay_payloads import payloads_in
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen
from tests.support.verwacht import tijdlijn
from workflows.traject import SIGNAAL_HANDELING, TrajectWorkflow


async def _begin(o: Omgeving, traject_id: str | None = None) -> Zaakdraad:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START), traject_id)
    await bijgewerkt(o, zaak)
    return zaak


def _stilstand(commando: str) -> Opdracht:
    return Opdracht(commando_id=commando, door=Wie(rol=Rol.OUDERS), handeling=MeldStilstand())


async def _codes(o: Omgeving, zaak: Zaakdraad) -> list[str]:
    feiten = await tijdlijn(o.sessies, traject_id_van(zaak))
    return [g.feit.code for g in feiten if isinstance(g.feit, SignaalGeweigerd)]


async def _wacht_codes(o: Omgeving, zaak: Zaakdraad, codes: Sequence[str]) -> None:
    async def zover() -> bool:
        return await _codes(o, zaak) == list(codes)

    await wacht_tot(zover, omschrijving=f"de geweigerde signalen {codes}")


async def _van_vreemden(client: Client, zaak: Zaakdraad, ring: Sleutelring) -> WorkflowHandle[Any, Any]:
    """The same workflow, spoken to by a program with another key."""
    config = client.config()
    config["data_converter"] = maak_converter(ring)
    return Client(**config).get_workflow_handle(zaak.handle.id)


async def _eigen_events(zaak: Zaakdraad) -> list[HistoryEvent]:
    """Without what the SDK itself writes of `workflow.patched`: a dated name from workflows/versies.py, which no codec sees."""
    gevonden = []
    for event in (await zaak.handle.fetch_history()).events:
        zoek = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
        if event.marker_recorded_event_attributes.marker_name != "core_patch" and set(zoek) != {
            "TemporalChangeVersion"
        }:
            gevonden.append(event)
    return gevonden


def _samen(*ringen: Sleutelring) -> Sleutelring:
    return Sleutelring.uit_tekst(",".join(r.als_tekst() for r in ringen))


async def _mislukte_taken(zaak: Zaakdraad) -> int:
    events = (await zaak.handle.fetch_history()).events
    return sum(e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for e in events)


@pytest.fixture
async def client(dev_server: DevServer) -> Client:
    return await plain_client(dev_server.address, "demo")


async def test_poison_is_refused_for_good_and_stops_nothing(client: Client, migrated_database_url: str) -> None:
    """Row "poison signal" and "a payload encrypted with an unknown key": seen by a person, and the case goes on, also
    after the strange key turned up and the whole history is run again."""
    ring, vreemde_ring = Sleutelring.nieuw(), Sleutelring.nieuw()
    gif = [
        Payload(metadata={"encoding": b"binary/encrypted"}, data=b"\x00\xff"),
        Payload(metadata={"encoding": b"binary/encrypted", "schema": b"zaak", "sleutel": b"\x00", "ingepakt": b"0"}),
        Payload(metadata={"encoding": b"binary/encrypted", "schema": b"zaak", "sleutel": b"d00", "ingepakt": b"1"}),
    ]
    async with omgeving(migrated_database_url, client, ring=ring, zaaksleutels=True) as o:
        zaak = await _begin(o, "t-gif")
        vreemde = await _van_vreemden(client, zaak, vreemde_ring)
        await vreemde.signal(SIGNAAL_HANDELING, _stilstand("c-vreemd"))
        await _wacht_codes(o, zaak, ["onleesbaar"])
        kaal = client.get_workflow_handle(zaak.handle.id)
        for payload in gif:
            await kaal.signal(SIGNAAL_HANDELING, args=[RawValue(payload)])
        await kaal.signal(TrajectWorkflow.klok, args=[RawValue(gif[0])])
        await _wacht_codes(o, zaak, ["onleesbaar"] * 5)
        # Refused; and a stranger cannot even read the refusal, which is written under the key of the case.
        with pytest.raises(ZonderSleutelkast):
            await vreemde.execute_update("handel", _stilstand("c-vreemd2"), id="c-vreemd2")
        staat = await bijgewerkt(o, zaak)
        assert staat.stagnatie is None
        assert [a.rol for a in staat.open_afspraken if a.sjabloon == "signaal_bekijken"] == [Rol.COORDINATOR]
    # Another process, without anything cached, that knows the strange key by now.
    async with leven(migrated_database_url, client, ring=_samen(ring, vreemde_ring), zaaksleutels=True) as o:
        weer = Zaakdraad(o.client.get_workflow_handle_for(TrajectWorkflow.run, zaak.handle.id), zaak.kind)
        assert await weer.toestand() == staat
        await weer.handel(Rol.OUDERS, MeldStilstand())
        assert (await bijgewerkt(o, weer)).stagnatie is not None
        assert await _codes(o, weer) == ["onleesbaar"] * 5
        assert await _mislukte_taken(weer) == 0


async def test_a_signal_whose_key_is_lost_later_makes_the_case_visibly_stuck_and_changes_nothing(
    client: Client, migrated_database_url: str
) -> None:
    ring, tijdelijk = Sleutelring.nieuw(), Sleutelring.nieuw()
    async with omgeving(migrated_database_url, client, ring=_samen(ring, tijdelijk), zaaksleutels=True) as o:
        zaak = await _begin(o, "t-sleutelkwijt")
        ander = await _van_vreemden(client, zaak, tijdelijk)
        await ander.signal(SIGNAAL_HANDELING, _stilstand("c-later-kwijt"))

        async def ligt_stil() -> bool:
            return (await zaak.toestand()).stagnatie is not None

        await wacht_tot(ligt_stil, omschrijving="de gelezen handeling")
        voor = await bijgewerkt(o, zaak)
    async with omgeving(migrated_database_url, client, ring=ring, zaaksleutels=True) as o:
        weer = Zaakdraad(o.client.get_workflow_handle_for(TrajectWorkflow.run, zaak.handle.id), zaak.kind)
        await weer.handle.signal(TrajectWorkflow.vernieuw_kalender)

        async def mislukt() -> bool:
            return await _mislukte_taken(weer) > 0

        await wacht_tot(mislukt, omschrijving="een taak die zichtbaar mislukt")
        assert await op_schrift(o, "t-sleutelkwijt", voor.versie) == voor
        assert await _codes(o, weer) == []
    async with leven(migrated_database_url, client, ring=_samen(ring, tijdelijk), zaaksleutels=True) as o:
        weer = Zaakdraad(o.client.get_workflow_handle_for(TrajectWorkflow.run, zaak.handle.id), zaak.kind)
        assert (await bijgewerkt(o, weer)).stagnatie == voor.stagnatie


async def test_a_case_from_before_there_were_data_keys_goes_on_and_moves_over(
    client: Client, migrated_database_url: str
) -> None:
    ring = Sleutelring.nieuw()
    async with omgeving(migrated_database_url, client, ring=ring) as o:
        zaak = await _begin(o, "t-oud")
    async with omgeving(migrated_database_url, client, ring=ring, zaaksleutels=True) as o:
        weer = Zaakdraad(o.client.get_workflow_handle_for(TrajectWorkflow.run, zaak.handle.id), zaak.kind)
        await weer.handel(Rol.OUDERS, MeldStilstand())
        staat = await bijgewerkt(o, weer)
        await weer.handle.signal(TrajectWorkflow.ga_door)

        async def overgegaan() -> bool:
            return (await weer.handle.describe()).run_id != zaak.handle.first_execution_run_id

        await wacht_tot(overgegaan, omschrijving="een nieuwe run")
        assert await weer.toestand() == staat
        sleutels = {p.metadata.get("schema") for e in await _eigen_events(weer) for p in payloads_in(e)}
        assert sleutels == {b"zaak"}


async def test_a_destroyed_key_of_a_running_case_leaves_it_visibly_stuck_and_never_writes_plaintext(
    client: Client, migrated_database_url: str
) -> None:
    """Row 32. The order of erasure (domain: close, erase, delete, destroy) exists to keep this from happening."""
    with patch("runtime.sleutelkast._VERVERS_NA", 0.0):
        async with leven(migrated_database_url, client, zaaksleutels=True) as o:
            zaak, ander = await _begin(o, "t-vernietigd"), await _begin(o, "t-ongemoeid")
            voor = await bijgewerkt(o, zaak)
            async with o.sessies.begin() as session:
                await vernietig(session, traject_workflow_id("t-vernietigd"))
            await client.get_workflow_handle(zaak.handle.id).signal(TrajectWorkflow.vernieuw_kalender)

            async def mislukt() -> bool:
                return await _mislukte_taken(zaak) > 0

            await wacht_tot(mislukt, omschrijving="een taak die zichtbaar mislukt")
            for event in await _eigen_events(zaak):
                for payload in payloads_in(event):
                    assert payload.metadata["encoding"] == b"binary/encrypted", MessageToJson(event)
            assert await op_schrift(o, "t-vernietigd", voor.versie) == voor
            await ander.handel(Rol.OUDERS, MeldStilstand())
            assert (await bijgewerkt(o, ander)).stagnatie is not None
