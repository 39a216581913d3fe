"""Every count finds what it is about, and nothing in an installation that runs well."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.bewaking import Bevinding, Controle, Meting, beoordeel
from domain.roles import Rol
from domain.tijdschaal import Tijdschaal
from storage import watch, watch_tasks
from storage.case_tables import AfspraakRij, OpdrachtRij, OpdrachtSoort, OpdrachtStatus, TrajectRij
from storage.mail_hold import stappen
from storage.mail_tables import MailRij, MailStatus
from storage.outbox import neem_in_verzending
from storage.people_tables import Aanstelling, Persoon
from tests.storage.test_outbox import dringend, leg, neem
from tests.storage.zaken import NU, Verhaal, persoon, stel_aan

Sessies = async_sessionmaker[AsyncSession]

KORT = timedelta(minutes=1)


def op(na: timedelta = timedelta(0), swv_id: str | None = None) -> watch.Vraag:
    """The watch looks this long after the case was recorded, on the real clock."""
    return watch.Vraag(Tijdschaal(), NU + na, swv_id)


async def gevonden(db: Sessies, vraag: watch.Vraag) -> dict[Controle, Meting]:
    async with db() as session:
        metingen = [*await watch.meet(session, vraag), await watch.zonder_eigenaar(session, vraag)]
    return {m.controle: m for m in metingen if m.aantal}


async def test_what_runs_well_gives_nothing(db: Sessies) -> None:
    await leg(db, Verhaal(), meldingen=[dringend()])
    assert await gevonden(db, op(KORT)) == {}


async def test_a_wake_up_that_did_not_come(db: Sessies) -> None:
    await leg(db, Verhaal())
    dag = timedelta(days=1)
    assert await gevonden(db, op(dag + timedelta(minutes=4))) == {}
    [meting] = (await gevonden(db, op(dag + timedelta(minutes=16)))).values()
    assert (meting.controle, meting.aantal, meting.voorbeelden) == (Controle.WEKKERS, 1, ("t-abc123",))
    assert meting.oudste == pytest.approx(16 * 60)


async def test_ages_are_real_also_when_a_day_lasts_a_second(db: Sessies) -> None:
    """A demo in which a day takes a second is not late by hours when it is late by a moment."""
    await leg(db, Verhaal())
    snel = Tijdschaal(factor=86_400, echt_anker=NU, schijn_anker=NU)
    vraag = watch.Vraag(snel, NU + timedelta(seconds=60))
    assert vraag.nu == NU + timedelta(days=60)
    assert await gevonden(db, vraag) == {}
    [meting] = (await gevonden(db, watch.Vraag(snel, NU + timedelta(seconds=400)))).values()
    assert (meting.controle, meting.oudste) == (Controle.WEKKERS, pytest.approx(399))


async def test_a_traject_without_an_afspraak(db: Sessies) -> None:
    await leg(db, Verhaal())
    async with db.begin() as session:
        await session.execute(delete(AfspraakRij))
    [meting] = (await gevonden(db, op(KORT, "swv"))).values()
    assert (meting.controle, meting.voorbeelden) == (Controle.ZONDER_AFSPRAAK, ("t-abc123",))
    assert await gevonden(db, op(KORT, "ander-swv")) == {}
    async with db.begin() as session:
        await session.execute(update(TrajectRij).values(status="gesloten"))
    assert await gevonden(db, op(KORT)) == {}


async def test_an_afspraak_without_a_living_owner(db: Sessies) -> None:
    await leg(db, Verhaal())
    async with db.begin() as session:
        await session.execute(update(Persoon).where(Persoon.id == "ib").values(actief=False))
    assert await gevonden(db, op(KORT)) == {}  # the directie stands in
    async with db.begin() as session:
        await session.execute(update(Persoon).values(email=None))
    [meting] = (await gevonden(db, op(KORT))).values()
    assert (meting.controle, meting.aantal) == (Controle.ZONDER_EIGENAAR, 2)


async def _opdracht(db: Sessies, **anders: object) -> None:
    async with db.begin() as session:
        session.add(
            OpdrachtRij(
                **{
                    "commando_id": "c-1",
                    "traject_id": "t-abc123",
                    "soort": OpdrachtSoort.HANDELING,
                    "inhoud": {},
                    "ontvangen_op": NU,
                    "status": OpdrachtStatus.ONTVANGEN,
                    **anders,
                }
            )
        )


async def test_an_act_nobody_answered(db: Sessies) -> None:
    await leg(db, Verhaal())
    await _opdracht(db)
    [meting] = (await gevonden(db, op(timedelta(seconds=90), "swv"))).values()
    assert (meting.controle, meting.oudste) == (Controle.OPDRACHTEN, pytest.approx(90))
    assert await gevonden(db, op(timedelta(seconds=90), "ander-swv")) == {}


async def test_an_act_that_was_acknowledged_but_does_not_show(db: Sessies) -> None:
    await leg(db, Verhaal())
    await _opdracht(db, status=OpdrachtStatus.VERWERKT, versie=99)
    assert await gevonden(db, op(timedelta(seconds=50))) == {}
    [meting] = (await gevonden(db, op(timedelta(seconds=70)))).values()
    assert (meting.controle, meting.voorbeelden) == (Controle.LEESMODEL, ("t-abc123",))
    async with db.begin() as session:
        await session.execute(update(TrajectRij).values(versie=99))
    assert await gevonden(db, op(timedelta(seconds=70))) == {}


async def test_a_start_that_never_became_a_traject(db: Sessies) -> None:
    await leg(db, Verhaal())
    begin = {"soort": OpdrachtSoort.START, "traject_id": "t-nieuw", "inhoud": {"swv_id": "swv"}}
    await _opdracht(db, status=OpdrachtStatus.VERWERKT, **begin)
    [meting] = (await gevonden(db, op(timedelta(seconds=70), "swv"))).values()
    assert (meting.controle, meting.voorbeelden) == (Controle.LEESMODEL, ("t-nieuw",))


async def test_mail_that_hangs_is_held_or_cannot_leave(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    assert await neem(db, mail)
    echt = datetime.now(UTC)
    vraag = watch.Vraag(Tijdschaal(echt_anker=echt, schijn_anker=NU), echt)
    assert await gevonden(db, vraag) == {}
    async with db.begin() as session:
        await session.execute(update(MailRij).values(verzending_sinds=func.now() - timedelta(seconds=300)))
    [meting] = (await gevonden(db, vraag)).values()
    assert (meting.controle, meting.aantal) == (Controle.MAIL_HANGT, 1)
    assert meting.oudste is not None
    assert 290 < meting.oudste < 320
    assert await neem(db, mail) is None
    [meting] = (await gevonden(db, vraag)).values()
    assert (meting.controle, meting.voorbeelden) == (Controle.MAIL_AANGEHOUDEN, (mail,))
    async with db.begin() as session:
        await session.execute(update(MailRij).values(status=MailStatus.QUEUED))
    [meting] = (await gevonden(db, vraag)).values()
    assert meting.controle is Controle.MAIL_WACHT
    async with db.begin() as session:
        await session.execute(update(MailRij).values(vrijgegeven_op=MailRij.laatste_poging_op + timedelta(minutes=1)))
    assert await gevonden(db, vraag) == {}  # released by a person just now, and not tried since


async def test_what_the_worker_measured_is_kept_with_its_age(db: Sessies) -> None:
    async with db.begin() as session:
        for aantal in (1, 2):
            meting = Meting(controle=Controle.VASTGELOPEN, aantal=aantal, voorbeelden=("traject/t-1",))
            await watch.bewaar(session, [meting], NU)
        [(gelezen, oud)] = (await watch.bewaarde(session, NU + timedelta(seconds=9))).values()
    assert (gelezen, oud) == (meting, 9)


def mis(controle: Controle, aantal: int = 1) -> Bevinding:
    return beoordeel(Meting(controle=controle, aantal=aantal, oudste=1e6, voorbeelden=("t-1",)))


def goed(controle: Controle) -> Bevinding:
    return beoordeel(Meting(controle=controle, aantal=0))


async def werk_bij(db: Sessies, *bevindingen: Bevinding, nu: datetime = NU) -> watch_tasks.Bijgewerkt:
    async with db.begin() as session:
        return await watch_tasks.werk_bij(session, "swv", bevindingen, nu)


async def test_a_problem_becomes_one_task_with_an_owner_and_one_mail(db: Sessies) -> None:
    await leg(db, Verhaal())
    async with db.begin() as session:
        await persoon(session, "beheerder")
        await stel_aan(session, "beheerder", "swv", Rol.BEHEERDER)
    gedaan = await werk_bij(db, mis(Controle.WEKKERS), goed(Controle.LEESMODEL))
    assert (gedaan.geopend, gedaan.gesloten) == ((Controle.WEKKERS,), ())
    gedaan = await werk_bij(db, mis(Controle.WEKKERS, 3), mis(Controle.LEESMODEL))
    assert gedaan.geopend == (Controle.LEESMODEL,)
    async with db() as session:
        open_ = await watch_tasks.open_taken(session, "swv")
        mails = list(await session.scalars(select(MailRij)))
    assert [(t.controle, t.aantal, t.rol, t.persoon_id) for t in open_] == [
        (Controle.WEKKERS, 3, Rol.BEHEERDER, "beheerder"),
        (Controle.LEESMODEL, 1, Rol.BEHEERDER, "beheerder"),
    ]
    [mail] = mails
    assert (mail.persoon_id, mail.sjabloon, mail.vrijgegeven_op) == ("beheerder", "bewaking", NU)
    async with db.begin() as session:
        klaar = await neem_in_verzending(session, mail.id, NU)
    assert klaar is not None
    assert klaar.inhoud.taken == ("Wekkers die niet afgingen: 3", "Schermen lopen achter: 1")


async def test_a_solved_problem_closes_its_task_and_its_mail_does_not_leave(db: Sessies) -> None:
    await leg(db, Verhaal())
    await werk_bij(db, mis(Controle.WEKKERS))
    gedaan = await werk_bij(db, goed(Controle.WEKKERS), nu=NU + timedelta(days=1))
    assert gedaan.gesloten == (Controle.WEKKERS,)
    async with db.begin() as session:
        assert await watch_tasks.open_taken(session) == []
        [mail] = await session.scalars(select(MailRij))
        assert await neem_in_verzending(session, mail.id, NU) is None
        assert mail.status == MailStatus.LAPSED
        assert await stappen(session, mail.id) == []
    assert (await werk_bij(db, mis(Controle.WEKKERS), nu=NU + timedelta(days=2))).geopend == (Controle.WEKKERS,)


async def test_without_anybody_to_take_it_the_task_is_there_all_the_same(db: Sessies) -> None:
    await leg(db, Verhaal())
    async with db.begin() as session:
        await session.execute(delete(Aanstelling).where(Aanstelling.organisatie_id == "swv"))
    await werk_bij(db, mis(Controle.WEKKERS))
    async with db() as session:
        [taak] = await watch_tasks.open_taken(session)
        assert (taak.rol, taak.persoon_id) == (Rol.BEHEERDER, None)
        assert await session.scalar(select(func.count()).select_from(MailRij)) == 0
