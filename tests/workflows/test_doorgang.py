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

AANTAL, TEGELIJK, DOOR_NA = 30, 8, 6


async def _run(zaak: Zaakdraad) -> str:
    run = (await zaak.handle.describe()).run_id
    assert run is not None
    return run


async def _door(zaak: Zaakdraad) -> None:
    run = await _run(zaak)
    await zaak.handle.signal(TrajectWorkflow.ga_door)

    async def anders() -> bool:
        return await _run(zaak) != run

    await wacht_tot(anders, omschrijving="een nieuwe run")


async def test_acts_in_flight_while_runs_change_are_each_applied_once(o: Omgeving) -> None:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    afspraak = open_van(await zaak.toestand(), "gesprek_ouders")
    plaats, gedaan, runs = asyncio.Semaphore(TEGELIJK), 0, {await _run(zaak)}

    async def een(nummer: int) -> int:
        nonlocal gedaan
        rol = Rol.IB if nummer % 2 else Rol.LEERKRACHT
        async with plaats:
            antwoord = await zaak.handel(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=rol), commando=f"c-{nummer}")
            gedaan += 1
            if gedaan % DOOR_NA == 0:
                await zaak.handle.signal(TrajectWorkflow.ga_door)
                runs.add(await _run(zaak))
        return antwoord.versie

    versies = await asyncio.gather(*(een(nummer) for nummer in range(AANTAL)))
    runs.add(await _run(zaak))
    assert len(set(versies)) == AANTAL
    assert len(runs) >= 3
    staat = await bijgewerkt(o, zaak)
    assert staat == await zaak.toestand()
    per_opdracht = Counter(
        g.commando_id
        for g in await tijdlijn(o.sessies, traject_id_van(zaak))
        if g.feit.soort == "afspraak_overgedragen"
    )
    assert per_opdracht == {f"c-{nummer}": 1 for nummer in range(AANTAL)}


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
