"""A traject lives in many runs. Nobody who acts on it can tell where one ends and the next begins."""

import asyncio
from collections import Counter
from datetime import datetime

from temporalio.api.enums.v1 import EventType

from domain.handelingen import DraagOver, MeldStilstand
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from tests.support.jaar import open_van
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import bijgewerkt, spring, traject_id_van, wacht_tot
from tests.support.spelen import START, Springen
from tests.support.verwacht import tijdlijn
from workflows.traject import TrajectWorkflow

AANTAL, TEGELIJK = 30, 6


async def _run(zaak: Zaakdraad) -> str:
    run = (await zaak.handle.describe()).run_id
    assert run is not None
    return run


async def _andere(zaak: Zaakdraad, run: str) -> None:
    async def anders() -> bool:
        return await _run(zaak) != run

    await wacht_tot(anders, omschrijving="een nieuwe run")


async def _door(zaak: Zaakdraad) -> None:
    run = await _run(zaak)
    await zaak.handle.signal(TrajectWorkflow.ga_door)
    await _andere(zaak, run)


async def test_acts_in_flight_while_runs_change_are_each_applied_once(o: Omgeving) -> None:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    afspraak = open_van(await zaak.toestand(), "gesprek_ouders")

    async def een(nummer: int) -> int:
        rol = Rol.IB if nummer % 2 else Rol.LEERKRACHT
        antwoord = await zaak.handel(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=rol), commando=f"c-{nummer}")
        return antwoord.versie

    versies: list[int] = []
    for begin in range(0, AANTAL, TEGELIJK):
        # The first acts of this wave come while the run of the wave before it is still ending.
        run = await _run(zaak)
        *nieuw, _ = await asyncio.gather(
            *(een(nummer) for nummer in range(begin, begin + TEGELIJK)), zaak.handle.signal(TrajectWorkflow.ga_door)
        )
        versies.extend(v for v in nieuw if v is not None)
        vervolg = asyncio.create_task(een(AANTAL + begin))
        await _andere(zaak, run)
        versies.append(await vervolg)
    assert len(set(versies)) == len(versies) == AANTAL + AANTAL // TEGELIJK
    staat = await bijgewerkt(o, zaak)
    assert staat == await zaak.toestand()
    per_opdracht = Counter(
        g.commando_id
        for g in await tijdlijn(o.sessies, traject_id_van(zaak))
        if g.feit.soort == "afspraak_overgedragen"
    )
    assert len(per_opdracht) == len(versies)
    assert set(per_opdracht.values()) == {1}


async def test_the_same_command_in_a_later_run_gets_an_answer_and_changes_nothing(o: Omgeving) -> None:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    await zaak.handel(Rol.OUDERS, MeldStilstand(), commando="c-eenmaal")
    voor = await bijgewerkt(o, zaak)
    for _ in range(2):
        await _door(zaak)
        antwoord = await zaak.handel(Rol.OUDERS, MeldStilstand(), commando="c-eenmaal")
        assert antwoord.versie == voor.versie
    assert await zaak.toestand() == voor
    feiten = await tijdlijn(o.sessies, traject_id_van(zaak))
    assert [g.feit.soort for g in feiten].count("stagnatie_vastgesteld") == 1


async def test_on_the_first_of_august_a_new_run_begins_with_a_new_calendar(o: Omgeving) -> None:
    begin = datetime(2027, 6, 21, 10, tzinfo=AMSTERDAM)
    zaak = await o.begin_traject(kind_van("o-papaver"), begin, Springen.naar(begin))
    oude_run, oud = await _run(zaak), await bijgewerkt(o, zaak)
    await spring(zaak, datetime(2027, 8, 1, 9, tzinfo=AMSTERDAM))

    async def anders() -> bool:
        return await _run(zaak) != oude_run

    await wacht_tot(anders, omschrijving="de run van het nieuwe schooljaar")
    events = (await o.client.get_workflow_handle(zaak.handle.id, run_id=oude_run).fetch_history()).events
    activiteiten = [e.activity_task_scheduled_event_attributes.activity_type.name for e in events]
    assert "haal_omstandigheden" in activiteiten
    assert events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
    nieuw = await zaak.toestand()
    assert nieuw.kalender != oud.kalender
    assert nieuw.versie >= oud.versie
    await spring(zaak, datetime(2027, 8, 30, 10, tzinfo=AMSTERDAM))
    assert (await bijgewerkt(o, zaak)).open_afspraken
