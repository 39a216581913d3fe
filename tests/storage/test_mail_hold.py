"""Mails of uncertain outcome: what the ledger proves is done, and the rest waits for a person. Never sent twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.feiten import Wie
from domain.roles import Rol
from storage import mail_hold, repair
from storage.compare import spoedmails_van
from storage.mail_hold import Afgebroken, NietAangehouden, Vondst
from storage.mail_tables import BerichtRij, MailRij, MailStatus
from storage.outbox import markeer, neem_in_verzending
from tests.storage.test_outbox import MORGEN, dringend, leg, neem, status
from tests.storage.zaken import Verhaal

Sessies = async_sessionmaker[AsyncSession]
IB = Wie(rol=Rol.IB, persoon_id="ib")


async def half_verzonden(db: Sessies, *, seconden: int) -> str:
    """A mail in `sending` whose attempt began this long ago."""
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    assert await neem(db, mail)
    async with db.begin() as session:
        await session.execute(update(MailRij).values(verzending_sinds=func.now() - timedelta(seconds=seconden)))
    return mail


async def poging(db: Sessies, mail: str) -> Afgebroken:
    async with db() as session:
        [gevonden] = await mail_hold.afgebroken(session, mail)
    return gevonden


async def beslis(db: Sessies, van: Afgebroken, vondst: Vondst) -> MailStatus | None:
    async with db.begin() as session:
        return await mail_hold.beslis(session, van, vondst, MORGEN)


async def soorten(db: Sessies, mail: str) -> list[str]:
    async with db() as session:
        return [str(s.soort) for s in await mail_hold.stappen(session, mail)]


@pytest.mark.parametrize(
    ("vondst", "seconden", "dan", "stap"),
    [
        (Vondst.GEVONDEN, 5, MailStatus.SENT, "in_grootboek"),
        (Vondst.AFWEZIG, 250, MailStatus.QUEUED, "niet_in_grootboek"),
        (Vondst.AFWEZIG, 100, MailStatus.HELD, "aangehouden"),  # it may still be going on
        (Vondst.ONBEKEND, 1000, MailStatus.HELD, "aangehouden"),
    ],
)
async def test_what_the_ledger_proves_is_done(
    db: Sessies, vondst: Vondst, seconden: int, dan: MailStatus, stap: str
) -> None:
    mail = await half_verzonden(db, seconden=seconden)
    assert await beslis(db, await poging(db, mail), vondst) is dan
    assert await status(db, mail) == dan
    assert await soorten(db, mail) == [stap]


async def test_an_old_finding_does_not_touch_a_newer_attempt(db: Sessies) -> None:
    mail = await half_verzonden(db, seconden=300)
    oud = await poging(db, mail)
    assert await beslis(db, oud, Vondst.AFWEZIG) is MailStatus.QUEUED
    assert await neem(db, mail)
    assert await beslis(db, oud, Vondst.AFWEZIG) is None
    assert await status(db, mail) == MailStatus.SENDING


async def test_what_was_left_half_way_is_found_by_its_age(db: Sessies) -> None:
    mail = await half_verzonden(db, seconden=269)
    async with db() as session:
        assert await mail_hold.afgebroken(session) == []
    async with db.begin() as session:
        await session.execute(update(MailRij).values(verzending_sinds=func.now() - timedelta(seconds=271)))
    async with db() as session:
        assert [p.mail_id for p in await mail_hold.afgebroken(session)] == [mail]


async def test_who_looks_in_a_list_does_not_hold_what_another_just_took(db: Sessies) -> None:
    mail = await half_verzonden(db, seconden=1)
    async with db.begin() as session:
        assert await neem_in_verzending(session, mail, MORGEN, houd_aan=False) is None
    assert await status(db, mail) == MailStatus.SENDING


async def test_a_person_decides_once(db: Sessies) -> None:
    mail = await half_verzonden(db, seconden=1)
    for besluit in (mail_hold.geef_vrij, mail_hold.laat_vallen, mail_hold.is_aangekomen):
        with pytest.raises(NietAangehouden):
            async with db.begin() as session:
                await besluit(session, mail, IB, MORGEN)
    assert await neem(db, mail) is None
    async with db.begin() as session:
        await mail_hold.laat_vallen(session, mail, IB, MORGEN)
    with pytest.raises(NietAangehouden):
        async with db.begin() as session:
            await mail_hold.geef_vrij(session, mail, IB, MORGEN)
    assert await status(db, mail) == MailStatus.LAPSED
    assert await soorten(db, mail) == ["aangehouden", "laten_vallen"]


async def test_a_held_mail_is_reported_once_and_a_new_attempt_again(db: Sessies) -> None:
    mail = await half_verzonden(db, seconden=1)
    assert await neem(db, mail) is None
    async with db.begin() as session:
        assert await mail_hold.te_melden(session, timedelta(seconds=60)) == []
        [(m, traject, persoon, rol)] = await mail_hold.te_melden(session, timedelta(0) - timedelta(seconds=1))
        assert (m, traject, persoon, rol) == (mail, "t-abc123", "ib", Rol.IB)
        await mail_hold.markeer_gemeld(session, mail, MORGEN)
        assert await mail_hold.te_melden(session, timedelta(seconds=-1)) == []
    async with db.begin() as session:
        await mail_hold.geef_vrij(session, mail, IB, MORGEN)
    assert await neem(db, mail)
    async with db.begin() as session:
        assert await markeer(session, mail, "onbekend", None, MORGEN) is MailStatus.HELD
        assert [m for m, *_ in await mail_hold.te_melden(session, timedelta(seconds=-1))] == [mail]
    assert await soorten(db, mail) == ["aangehouden", "gemeld", "opnieuw", "aangehouden"]


async def test_released_mail_says_when_it_was_tried_since(db: Sessies) -> None:
    mail = await half_verzonden(db, seconden=1)
    assert await neem(db, mail) is None
    async with db.begin() as session:
        await mail_hold.geef_vrij(session, mail, IB, MORGEN + timedelta(minutes=1))
    async with db() as session:
        assert await mail_hold.vrijgegeven(session, MORGEN) == []
        [vrij] = await mail_hold.vrijgegeven(session, MORGEN + timedelta(minutes=1))
        assert (vrij.mail_id, vrij.laatste, vrij.school_id) == (mail, None, "school")
        assert await session.scalar(select(MailRij.vrijgegeven_op)) is not None


async def test_what_reconcile_holds_waits_for_a_person_like_any_other(db: Sessies) -> None:
    """Also when it had been held and released before: the traject is told again."""
    mail = await half_verzonden(db, seconden=300)
    await beslis(db, await poging(db, mail), Vondst.ONBEKEND)
    async with db.begin() as session:
        await mail_hold.markeer_gemeld(session, mail, MORGEN)
        await mail_hold.geef_vrij(session, mail, IB, MORGEN)
    async with db.begin() as session:
        await repair.zet_mails(session, {mail: MailStatus.HELD}, MORGEN)
        await repair.zet_mails(session, {mail: MailStatus.HELD}, MORGEN)
    assert await soorten(db, mail) == ["aangehouden", "gemeld", "opnieuw", "aangehouden"]
    async with db() as session:
        assert [m for m, *_ in await mail_hold.te_melden(session, timedelta(0))] == [mail]


async def test_what_reconcile_finds_under_way_is_found_by_the_watchman_when_nobody_comes_back(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    async with db.begin() as session:
        await repair.zet_mails(session, {mail: MailStatus.SENDING}, MORGEN)
    async with db.begin() as session:
        assert await mail_hold.afgebroken(session) == []
        await session.execute(
            update(MailRij).values(verzending_sinds=MailRij.verzending_sinds - timedelta(seconds=271))
        )
        assert [p.mail_id for p in await mail_hold.afgebroken(session)] == [mail]


async def test_a_released_mail_is_not_missed_by_its_workflow(db: Sessies) -> None:
    """The watchman delivers it. Tables that were put back may not know that it left, so then it counts."""
    mail = await half_verzonden(db, seconden=300)
    async with db() as session:
        traject = (await session.scalars(select(BerichtRij.traject_id).where(BerichtRij.mail_id == mail))).one()
        assert set(await spoedmails_van(session, traject)) == {mail}
    await beslis(db, await poging(db, mail), Vondst.AFWEZIG)
    async with db() as session:
        assert await spoedmails_van(session, traject) == {}
        assert set(await spoedmails_van(session, traject, ook_vrijgegeven=True)) == {mail}
