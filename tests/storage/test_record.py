"""Whatever the order of deliveries, the tables end up telling what happened."""

import asyncio
import random
import time
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.effects import Bericht
from domain.feiten import AfspraakGedaan, AfspraakVervallen
from domain.roles import Rol
from domain.traject import Traject
from domain.vastlegging import Vastgelegd, Vastlegging
from domain.verloop import vouw_alles
from storage.case_tables import AfspraakRij, TijdlijnRij, TrajectRij
from storage.errors import TijdlijnBotst
from storage.mail_tables import BerichtRij, MailRij
from storage.read import lees_staat
from storage.rebuild import lees_tijdlijn
from storage.record import leg_vast
from tests.storage.zaken import CATALOGUS, NU, VANDAAG, Verhaal, bevolk, melding, meteen, stel_aan

Sessies = async_sessionmaker[AsyncSession]


async def leg(db: Sessies, vastlegging: Vastlegging) -> Vastgelegd:
    async with db.begin() as session:
        return await leg_vast(session, vastlegging, CATALOGUS, meteen)


async def eis_gelijk(db: Sessies, verwacht: Traject) -> None:
    """Read model and timeline both tell this state."""
    async with db.begin() as session:
        assert await lees_staat(session, verwacht.traject_id) == verwacht
        gevouwen = vouw_alles(await lees_tijdlijn(session, verwacht.traject_id))
        assert gevouwen.model_copy(update={"epoch": verwacht.epoch}) == verwacht
        rijen = await session.scalars(select(AfspraakRij).where(AfspraakRij.traject_id == verwacht.traject_id))
        assert {(r.afspraak_id, r.status, r.streefdatum) for r in rijen} == {
            (a.id, a.status, a.streefdatum) for a in verwacht.afspraken
        }


async def test_a_version_is_readable_in_every_table(db: Sessies) -> None:
    verhaal = Verhaal()
    gedaan = await leg(db, verhaal.start())
    assert (gedaan.toegepast, gedaan.versie) == (True, 3)
    await leg(db, verhaal.verder())
    assert verhaal.traject is not None
    await eis_gelijk(db, verhaal.traject)
    async with db() as session:
        rij = (await session.scalars(select(TrajectRij))).one()
        assert (rij.stap_titel, rij.bal, rij.eerstvolgende_op) == ("Signaal", "school", VANDAAG)
        assert rij.eerstvolgende_titel == "Evalueren hoe het gaat"
        assert rij.volgende_wek == NU + timedelta(days=1)


async def test_shuffled_and_repeated_deliveries_end_right(db: Sessies) -> None:
    """40 cases of 6 versions; every version one to three times, all mixed, eight at a time."""
    willekeur = random.Random(7)
    verhalen = [Verhaal(f"t-{nr:03}") for nr in range(40)]
    leveringen: list[Vastlegging] = []
    for verhaal in verhalen:
        versies = [verhaal.start(), *(verhaal.verder() for _ in range(5))]
        leveringen += [v for v in versies for _ in range(willekeur.randint(1, 3))]
    willekeur.shuffle(leveringen)
    tegelijk = asyncio.Semaphore(8)

    async def lever(vastlegging: Vastlegging) -> None:
        async with tegelijk:
            await leg(db, vastlegging)

    await asyncio.gather(*(lever(v) for v in leveringen))
    for verhaal in verhalen:
        assert verhaal.traject is not None
        await eis_gelijk(db, verhaal.traject)


async def test_of_two_writers_at_the_same_moment_the_higher_version_stays(db: Sessies) -> None:
    verhaal = Verhaal()
    eerste = verhaal.start()
    tweede = verhaal.verder()
    # The lower one writes first but commits last: the higher one must wait for it, and then win.
    async with db() as traag:
        await leg_vast(traag, eerste, CATALOGUS, meteen)
        hoog = asyncio.create_task(leg(db, tweede))
        await asyncio.sleep(0.1)
        assert not hoog.done()
        await traag.commit()
    assert (await hoog).toegepast
    assert verhaal.traject is not None
    await eis_gelijk(db, verhaal.traject)


async def test_a_late_version_loses_but_its_facts_are_kept(db: Sessies) -> None:
    verhaal = Verhaal()
    eerste, tweede = verhaal.start(), verhaal.verder()
    assert (await leg(db, tweede)).toegepast
    laat = await leg(db, eerste)
    assert (laat.toegepast, laat.versie) == (False, tweede.traject.versie)
    await eis_gelijk(db, tweede.traject)


async def test_a_lower_epoch_writes_nothing_at_all(db: Sessies) -> None:
    oud = Verhaal()
    await leg(db, oud.start())
    herbouwd = Verhaal(epoch=2)
    herbouwd.start()
    assert (await leg(db, herbouwd.verder())).toegepast
    assert herbouwd.traject is not None
    for _ in range(3):
        oude_versie = oud.verder(meldingen=[melding("laat")])
        antwoord = await leg(db, oude_versie)
        assert not antwoord.toegepast
    await eis_gelijk(db, herbouwd.traject)
    async with db() as session:
        assert await session.scalar(select(func.max(TijdlijnRij.nr)).where(TijdlijnRij.epoch == 1)) == 3
        assert await session.scalar(select(func.count()).select_from(BerichtRij)) == 0


async def test_a_rebuilt_traject_takes_over_from_where_it_differs(db: Sessies) -> None:
    oud = Verhaal()
    await leg(db, oud.start())
    await leg(db, oud.verder())
    herbouwd = Verhaal(epoch=2)
    herbouwd.start()
    await leg(db, herbouwd.versie(AfspraakVervallen(afspraak_id="a1", reden="herbouwd", op=VANDAAG)))
    assert herbouwd.traject is not None
    await eis_gelijk(db, herbouwd.traject)


async def test_another_fact_under_the_same_number_is_refused_whole(db: Sessies) -> None:
    verhaal, dubbelganger = Verhaal(), Verhaal()
    await leg(db, verhaal.start())
    await leg(db, verhaal.verder())
    dubbelganger.start()
    gisteren = date(2026, 11, 22)
    botsend = dubbelganger.versie(
        AfspraakGedaan(afspraak_id="a1", op=gisteren), *(AfspraakGedaan(afspraak_id="a1", op=gisteren),) * 3
    )
    with pytest.raises(TijdlijnBotst) as fout:
        await leg(db, botsend)
    assert fout.value.nr == 4
    assert verhaal.traject is not None
    await eis_gelijk(db, verhaal.traject)


async def test_a_repeat_after_a_lost_answer_names_the_urgent_mails_again(db: Sessies) -> None:
    async with db.begin() as session:
        await bevolk(session)
    vastlegging = Verhaal().start(meldingen=[melding("s1", Bericht.DRINGEND), melding("s2", Bericht.NIEUW)])
    eerste = await leg(db, vastlegging)
    assert len(eerste.spoed) == 1
    assert eerste.spoed[0].niet_voor == NU
    tweede = await leg(db, vastlegging)
    assert (tweede.toegepast, tweede.spoed) == (False, eerste.spoed)
    async with db() as session:
        assert await session.scalar(select(func.count()).select_from(MailRij)) == 1
        assert await session.scalar(select(func.count()).select_from(BerichtRij)) == 2


async def test_an_urgent_mail_waits_for_the_window_of_the_school(db: Sessies) -> None:
    async with db.begin() as session:
        await bevolk(session)
    gevraagd: list[str] = []

    def morgen(nu: object, school_id: str):  # type: ignore[no-untyped-def]
        gevraagd.append(school_id)
        return NU + timedelta(hours=22)

    async with db.begin() as session:
        vastlegging = Verhaal().start(meldingen=[melding("s1", Bericht.ESCALATIE, Rol.REGIEVOERDER)])
        gelegd = await leg_vast(session, vastlegging, CATALOGUS, morgen)
    assert ([m.niet_voor for m in gelegd.spoed], gevraagd) == ([NU + timedelta(hours=22)], ["school"])
    async with db() as session:
        assert await session.scalar(select(MailRij.sjabloon)) == "escalatie"


async def test_a_repeat_on_a_later_day_tells_nobody_else(db: Sessies) -> None:
    async with db.begin() as session:
        await bevolk(session)
    vastlegging = Verhaal().start(meldingen=[melding("s1")])
    await leg(db, vastlegging)
    async with db.begin() as session:
        await stel_aan(session, "directie", "school", Rol.IB)
    await leg(db, vastlegging)
    async with db() as session:
        assert list(await session.scalars(select(BerichtRij.persoon_id))) == ["ib"]


async def test_half_a_version_is_never_visible(db: Sessies) -> None:
    verhaal = Verhaal()
    async with db() as session:
        await leg_vast(session, verhaal.start(), CATALOGUS, meteen)
        # The worker dies here: nothing was committed.
    async with db() as session:
        assert await lees_staat(session, verhaal.id) is None
        assert await lees_tijdlijn(session, verhaal.id) == ()


async def test_how_long_a_version_takes(db: Sessies, capsys: pytest.CaptureFixture[str]) -> None:
    """Reported, not required: machines differ."""
    async with db.begin() as session:
        await bevolk(session)
    duur: list[float] = []
    for nr in range(60):
        verhaal = Verhaal(f"t-{nr}")
        await leg(db, verhaal.start())
        begin = time.perf_counter()
        gelegd = await leg(db, verhaal.verder(meldingen=[melding(f"{nr}", Bericht.DRINGEND)]))
        duur.append((time.perf_counter() - begin) * 1000)
        assert gelegd.toegepast
    duur.sort()
    with capsys.disabled():
        print(f"\nleg_vast: p50 {duur[30]:.1f} ms, p95 {duur[56]:.1f} ms")


async def test_the_same_facts_on_another_day_tell_nobody_again(db: Sessies) -> None:
    """A workflow put back from an older copy climbs a rung again: the same fact, a message with another date in its key."""
    async with db.begin() as session:
        await bevolk(session)
    verhaal = Verhaal()
    start = verhaal.start()
    morgen = NU + timedelta(days=1)
    await leg(db, start.model_copy(update={"meldingen": (melding("t-abc123:a1:vandaag:2026-09-01"),)}))
    nogmaals = {"meldingen": (melding("t-abc123:a1:vandaag:2026-09-02"),), "nu": morgen}
    await leg(db, start.model_copy(update=nogmaals))
    async with db() as session:
        assert list(await session.scalars(select(BerichtRij.sleutel))) == ["t-abc123:a1:vandaag:2026-09-01"]
