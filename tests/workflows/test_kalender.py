"""Dates follow the calendar of the school, also when it is corrected; and no two cases wake at the same moment."""

from datetime import date, time

from domain.feiten import AfspraakVerzet
from domain.tijd import AMSTERDAM
from storage.people_tables import Kalenderuitzondering
from tests.support.jaar import open_van
from tests.support.omgeving import Omgeving, kind_van
from tests.support.replay_leven import bijgewerkt, traject_id_van, wacht_tot
from tests.support.spelen import START, Springen
from tests.support.verwacht import tijdlijn
from workflows.traject import TrajectWorkflow


async def test_a_corrected_calendar_moves_dates_and_says_why(o: Omgeving) -> None:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    voor = open_van(await zaak.toestand(), "gesprek_ouders")
    async with o.sessies.begin() as session:
        dag = date(2026, 9, 3)
        session.add(Kalenderuitzondering(organisatie_id="o-papaver", van=dag, tot_en_met=dag, naam="Estafettestaking"))
    await zaak.handle.signal(TrajectWorkflow.vernieuw_kalender)

    async def verzet() -> bool:
        return open_van(await zaak.toestand(), "gesprek_ouders").streefdatum != voor.streefdatum

    await wacht_tot(verzet, omschrijving="de nieuwe datum")
    na = open_van(await bijgewerkt(o, zaak), "gesprek_ouders")
    assert (voor.streefdatum, na.streefdatum) == (date(2026, 9, 8), date(2026, 9, 9))
    assert "Estafettestaking" in na.uitleg
    feiten = [g.feit for g in await tijdlijn(o.sessies, traject_id_van(zaak))]
    assert [f.reden for f in feiten if isinstance(f, AfspraakVerzet) and f.afspraak_id == na.id] == ["kalender"]


async def test_a_calendar_that_stayed_the_same_moves_nothing(o: Omgeving) -> None:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    voor = await bijgewerkt(o, zaak)
    await zaak.handle.signal(TrajectWorkflow.vernieuw_kalender)

    async def opgehaald() -> bool:
        events = (await zaak.handle.fetch_history()).events
        return any(
            e.activity_task_scheduled_event_attributes.activity_type.name == "haal_omstandigheden" for e in events
        )

    await wacht_tot(opgehaald, omschrijving="de kalender")
    assert await zaak.toestand() == voor


async def test_cases_of_one_day_wake_at_different_moments_of_the_night(o: Omgeving) -> None:
    zaken = [
        await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START), f"t-spreiding{n}") for n in range(5)
    ]
    wekken = [(await z.handle.query(TrajectWorkflow.stand)).volgende_wek for z in zaken]
    lokaal = [w.astimezone(AMSTERDAM) for w in wekken if w is not None]
    assert len({w.date() for w in lokaal}) == 1
    assert len(set(lokaal)) == len(zaken)
    assert all(time(1) <= w.time() <= time(7) for w in lokaal)
