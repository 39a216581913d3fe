"""Each mail at most once and never silently; nothing is told that no longer holds."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.consent import Antwoord, Doel, Vorm
from domain.effects import Bericht, Melding
from domain.feiten import (
    AfspraakGedaan,
    AfspraakOvergedragen,
    AfspraakVerzet,
    EenFeit,
    ToestemmingGevraagd,
    ToestemmingVastgelegd,
    TrajectGesloten,
    Wie,
)
from domain.roles import Rol
from domain.route import Soort
from domain.sjabloon import Sjabloon
from runtime.smtp import Uitslag
from storage import mail_hold, outbox
from storage.digest import maak_overzichten
from storage.errors import NogNietVerzenden
from storage.mail_content import inhoud
from storage.mail_list import aangehouden_mails
from storage.mail_tables import BerichtRij, MailRij, MailStatus
from storage.outbox import MailKlaar, neem_in_verzending
from storage.people_tables import Aanstelling, Gezagdrager, Persoon
from storage.read import mijn_afspraken
from storage.record import leg_vast
from tests.storage.zaken import CATALOGUS, NU, VANDAAG, Verhaal, afspraak, bevolk, melding, meteen, persoon, stel_aan

Sessies = async_sessionmaker[AsyncSession]
IB = Wie(rol=Rol.IB, persoon_id="ib")
MORGEN = NU + timedelta(days=1)


async def leg(db: Sessies, verhaal: Verhaal, *feiten: EenFeit, meldingen: Sequence[Melding] = ()) -> list[str]:
    """Record the facts (or the start); returns the urgent mails."""
    async with db.begin() as session:
        if verhaal.traject is None:
            await bevolk(session)
            vastlegging = verhaal.start(afspraak(1), afspraak(2), meldingen=meldingen)
        else:
            vastlegging = verhaal.versie(*feiten, meldingen=meldingen)
        return [m.mail_id for m in (await leg_vast(session, vastlegging, CATALOGUS, meteen)).spoed]


async def ochtend(db: Sessies, *, dicht: Sequence[str | None] = ()) -> list[str]:
    async with db.begin() as session:
        return await maak_overzichten(session, "swv", MORGEN, lambda school, dag: school not in dicht)


async def neem(db: Sessies, mail_id: str) -> MailKlaar | None:
    async with db.begin() as session:
        return await neem_in_verzending(session, mail_id, MORGEN)


async def markeer(db: Sessies, mail_id: str, uitslag: Uitslag, code: int | None = None) -> MailStatus | None:
    async with db.begin() as session:
        return await outbox.markeer(session, mail_id, uitslag, code, MORGEN)


async def status(db: Sessies, mail_id: str) -> str | None:
    async with db() as session:
        return await session.scalar(select(MailRij.status).where(MailRij.id == mail_id))


def dringend(sleutel: str = "s1") -> Melding:
    return melding(sleutel, Bericht.DRINGEND)


async def test_a_mail_is_handed_out_once_and_then_sent(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    klaar = await neem(db, mail)
    assert klaar is not None
    assert (klaar.inhoud.voornaam, klaar.inhoud.email, klaar.inhoud.sjabloon) == ("Ib", "ib@proef.test", "spoed")
    [regel] = klaar.inhoud.regels
    assert (regel.titel, regel.streefdatum, regel.uitleg) == ("Evalueren hoe het gaat", VANDAAG, "5 schooldagen")
    assert await markeer(db, mail, Uitslag.VERZONDEN, 250) is MailStatus.SENT
    assert await neem(db, mail) is None
    assert await status(db, mail) == MailStatus.SENT


async def test_a_broken_attempt_is_held_and_shown(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    assert await neem(db, mail) is not None
    assert await neem(db, mail) is None
    assert await status(db, mail) == MailStatus.HELD
    async with db() as session:
        [gezien] = await aangehouden_mails(session, "swv")
    assert (gezien.mail_id, gezien.persoon_id) == (mail, "ib")
    assert await neem(db, mail) is None


async def test_two_workers_at_once_hand_out_one(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    uitgegeven = await asyncio.gather(*(neem(db, mail) for _ in range(5)))
    assert sum(klaar is not None for klaar in uitgegeven) == 1
    # The one that did get it knows how it ended, and that settles the question.
    assert await markeer(db, mail, Uitslag.VERZONDEN, 250) is MailStatus.SENT


async def test_a_temporary_failure_goes_back_in_the_queue(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    assert await neem(db, mail) is not None
    async with db.begin() as session:
        assert await outbox.terug_in_rij(session, mail, 450, MORGEN + timedelta(minutes=5))
    with pytest.raises(NogNietVerzenden):
        await neem(db, mail)
    async with db.begin() as session:
        klaar = await neem_in_verzending(session, mail, MORGEN + timedelta(minutes=5))
    assert klaar is not None


@pytest.mark.parametrize(
    ("uitslag", "dan"), [(Uitslag.BLIJVEND, MailStatus.FAILED), (Uitslag.ONBEKEND, MailStatus.HELD)]
)
async def test_what_failed_says_whom_it_was_for(db: Sessies, uitslag: Uitslag, dan: MailStatus) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    await neem(db, mail)
    assert await markeer(db, mail, uitslag, 550) is dan
    async with db() as session:
        [wie] = await outbox.geadresseerden(session, mail)
    assert (wie.traject_id, wie.persoon_id, wie.rol) == ("t-abc123", "ib", Rol.IB)


@pytest.mark.parametrize("aangekomen", [True, False])
async def test_a_person_decides_about_a_held_mail(db: Sessies, aangekomen: bool) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    await neem(db, mail)
    await neem(db, mail)
    async with db.begin() as session:
        besluit = mail_hold.is_aangekomen if aangekomen else mail_hold.geef_vrij
        await besluit(session, mail, IB, MORGEN)
    async with db() as session:
        stappen = await mail_hold.stappen(session, mail)
    assert [(s.soort, s.door_persoon_id, s.door_rol) for s in stappen] == [
        ("aangehouden", None, None),
        ("aangekomen" if aangekomen else "opnieuw", "ib", Rol.IB),
    ]
    assert (await neem(db, mail) is None) == aangekomen


GEDAAN = AfspraakGedaan(afspraak_id="a1", op=VANDAAG)
VERZET = AfspraakVerzet(
    afspraak_id="a1",
    reden="x",
    streefdatum=date(2026, 12, 7),
    uiterste=date(2026, 12, 14),
    uitleg="later",
    trede=None,
    trede_op=None,
    uitgesteld=1,
)
ANDERE_ROL = AfspraakOvergedragen(afspraak_id="a1", rol=Rol.DIRECTIE, persoon_id=None)
ANDER_MENS = AfspraakOvergedragen(afspraak_id="a1", rol=Rol.IB, persoon_id="directie")


@pytest.mark.parametrize("feit", [GEDAAN, VERZET, ANDERE_ROL, ANDER_MENS, TrajectGesloten(op=VANDAAG)])
async def test_an_urgent_mail_that_no_longer_holds_does_not_leave(db: Sessies, feit: EenFeit) -> None:
    verhaal = Verhaal()
    [mail] = await leg(db, verhaal, meldingen=[dringend()])
    await leg(db, verhaal, feit)
    assert await neem(db, mail) is None
    assert await status(db, mail) == MailStatus.LAPSED


async def test_one_mail_a_morning_with_one_line_for_each_afspraak(db: Sessies) -> None:
    meldingen = [
        melding("n1", Bericht.NIEUW),
        melding("h1", Bericht.HERINNERING),
        melding("n2", Bericht.NIEUW, afspraak_id="a2"),
        melding("r", Bericht.STILTE, Rol.REGIEVOERDER),
    ]
    await leg(db, Verhaal(), meldingen=meldingen)
    mails = await ochtend(db)
    assert len(mails) == 2
    assert await ochtend(db) == mails
    inhouden = [klaar.inhoud for mail in mails if (klaar := await neem(db, mail))]
    van_ib = next(i for i in inhouden if i.persoon_id == "ib")
    assert [(r.afspraak_id, r.bericht) for r in van_ib.regels] == [("a1", "herinnering"), ("a2", "nieuw")]
    assert van_ib.sjabloon is Sjabloon.WEEKOVERZICHT


async def test_what_comes_in_later_waits_for_the_next_morning(db: Sessies) -> None:
    verhaal = Verhaal()
    await leg(db, verhaal, meldingen=[melding("n1")])
    eerste = await ochtend(db)
    await leg(db, verhaal, meldingen=[melding("n2", afspraak_id="a2")])
    assert await ochtend(db) == eerste
    async with db.begin() as session:
        overmorgen = MORGEN + timedelta(days=1)
        volgende = await maak_overzichten(session, "swv", overmorgen, lambda school, dag: True)
    assert len(volgende) == 1
    assert volgende != eerste


async def test_nobody_gets_mail_on_a_day_off(db: Sessies) -> None:
    meldingen = [melding("n1"), melding("o", Bericht.STAND_OUDERS, Rol.OUDERS, None), melding("c", rol=Rol.COORDINATOR)]
    await leg(db, Verhaal(), meldingen=meldingen)
    [mail] = await ochtend(db, dicht=["school"])
    klaar = await neem(db, mail)
    assert klaar is not None
    assert klaar.inhoud.persoon_id == "coordinator"
    assert len(await ochtend(db)) == 2


@pytest.mark.parametrize("feit", [GEDAAN, ANDERE_ROL, ANDER_MENS, TrajectGesloten(op=VANDAAG)])
async def test_a_waiting_message_lapses_before_or_after_the_digest_is_made(db: Sessies, feit: EenFeit) -> None:
    verhaal = Verhaal()
    await leg(db, verhaal, meldingen=[melding("n1")])
    [mail] = await ochtend(db)
    await leg(db, verhaal, feit)
    assert await neem(db, mail) is None
    assert await status(db, mail) == MailStatus.LAPSED
    vroeg = Verhaal("t-vroeg")
    async with db.begin() as session:
        await leg_vast(session, vroeg.start(afspraak(1), meldingen=[melding("n9")]), CATALOGUS, meteen)
        await leg_vast(session, vroeg.versie(feit), CATALOGUS, meteen)
    await ochtend(db)
    async with db() as session:
        assert set(await session.scalars(select(BerichtRij.status))) == {"vervallen"}


async def test_a_parent_who_lost_authority_gets_nothing_any_more(db: Sessies) -> None:
    await leg(db, Verhaal(), meldingen=[melding("o", Bericht.STAND_OUDERS, Rol.OUDERS, None)])
    [mail] = await ochtend(db)
    async with db.begin() as session:
        assert await inhoud(session, mail) is not None
        await session.execute(update(Gezagdrager).values(heeft_gezag=False))
    assert await neem(db, mail) is None


async def test_for_parents_a_question_goes_before_news(db: Sessies) -> None:
    verhaal = Verhaal()
    vraag = afspraak(1, soort=Soort.TOESTEMMING)
    async with db.begin() as session:
        await bevolk(session)
        meldingen = [
            melding("t", Bericht.TOESTEMMING, Rol.OUDERS),
            melding("o", Bericht.STAND_OUDERS, Rol.OUDERS, None),
        ]
        await leg_vast(session, verhaal.start(vraag, meldingen=meldingen), CATALOGUS, meteen)
    [mail] = await ochtend(db)
    assert await status(db, mail) == MailStatus.QUEUED
    await leg(db, verhaal, GEDAAN)
    klaar = await neem(db, mail)
    assert klaar is not None
    # The question was answered in the meantime, so what is left is the news.
    assert [r.bericht for r in klaar.inhoud.regels] == [Bericht.STAND_OUDERS]
    assert klaar.inhoud.sjabloon is Sjabloon.STAND_VOOR_OUDERS


def test_what_the_relay_says_has_its_place_in_the_outbox() -> None:
    assert {str(u) for u in Uitslag} - {str(Uitslag.TIJDELIJK)} == set(outbox._NA_UITSLAG)


def test_every_kind_of_message_has_its_place_in_a_mail() -> None:
    from storage.mail_content import _VOLGORDE

    assert sorted(_VOLGORDE) == sorted(Bericht)


async def test_a_mail_whose_workflow_was_lost_is_found(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    async with db() as session:
        assert await outbox.wachtende_mails(session, NU - timedelta(minutes=5), 10) == []
        assert await outbox.wachtende_mails(session, NU + timedelta(minutes=5), 10) == [mail]


async def _vertrekt(db: Sessies, wie: str, opvolger: str) -> None:
    """Leaves yesterday; the successor has been there since."""
    async with db.begin() as session:
        await session.execute(update(Aanstelling).where(Aanstelling.persoon_id == wie).values(tot=VANDAAG))
        await persoon(session, opvolger)
        await stel_aan(session, opvolger, "school", Rol.IB)


async def _wie(db: Sessies, mails: list[str]) -> list[str]:
    async with db() as session:
        return list(await session.scalars(select(MailRij.persoon_id).where(MailRij.id.in_(mails))))


@pytest.mark.parametrize("genoemd", [None, "ib"])
async def test_what_waited_for_somebody_who_left_goes_to_the_successor(db: Sessies, genoemd: str | None) -> None:
    async with db.begin() as session:
        await bevolk(session)
        begin = Verhaal().start(afspraak(1, persoon_id=genoemd), meldingen=[melding("n1", persoon_id=genoemd)])
        await leg_vast(session, begin, CATALOGUS, meteen)
    await _vertrekt(db, "ib", "nieuwe_ib")
    [mail] = mails = await ochtend(db)
    assert await _wie(db, mails) == ["nieuwe_ib"]
    assert await neem(db, mail) is not None


async def test_an_urgent_mail_to_somebody_who_left_is_told_to_the_successor_next_morning(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    await _vertrekt(db, "ib", "nieuwe_ib")
    assert await neem(db, mail) is None
    assert await status(db, mail) == MailStatus.LAPSED
    mails = await ochtend(db)
    assert await _wie(db, mails) == ["nieuwe_ib"]


async def test_somebody_without_an_address_is_not_silently_passed_over(db: Sessies) -> None:
    [mail] = await leg(db, Verhaal(), meldingen=[dringend()])
    async with db.begin() as session:
        await session.execute(update(Persoon).where(Persoon.id == "ib").values(email=None))
    assert await neem(db, mail) is None
    assert await _wie(db, await ochtend(db)) == ["directie"]


async def test_a_named_person_who_left_is_told_nothing_new(db: Sessies) -> None:
    async with db.begin() as session:
        await bevolk(session)
    await _vertrekt(db, "ib", "nieuwe_ib")
    async with db.begin() as session:
        begin = Verhaal().start(afspraak(1, persoon_id="ib"), meldingen=[melding("n1", persoon_id="ib")])
        await leg_vast(session, begin.model_copy(update={"nu": MORGEN}), CATALOGUS, meteen)
        mijn = await mijn_afspraken(session, "nieuwe_ib", MORGEN.date())
        van_wie_weg_is = await mijn_afspraken(session, "ib", MORGEN.date())
    assert await _wie(db, await ochtend(db)) == ["nieuwe_ib"]
    assert [m.afspraak.afspraak_id for m in mijn] == ["a1"]
    assert van_wie_weg_is == []


async def test_a_parent_who_answered_is_not_reminded_for_the_other(db: Sessies) -> None:
    verhaal = Verhaal()
    vraag = afspraak(1, soort=Soort.TOESTEMMING, rol=Rol.OUDERS, doel=Doel.DELEN_JGZ)
    async with db.begin() as session:
        await bevolk(session)
        await session.execute(update(Gezagdrager).values(heeft_gezag=True))
        await leg_vast(session, verhaal.start(vraag), CATALOGUS, meteen)
        antwoord = ToestemmingVastgelegd(
            doel=Doel.DELEN_JGZ, persoon_id="ouder", antwoord=Antwoord.GEGEVEN, vorm=Vorm.MONDELING, op=VANDAAG
        )
        gevraagd = ToestemmingGevraagd(doel=Doel.DELEN_JGZ, op=VANDAAG)
        herinnering = melding("h", Bericht.HERINNERING, Rol.OUDERS)
        await leg_vast(session, verhaal.versie(gevraagd, antwoord, meldingen=[herinnering]), CATALOGUS, meteen)
    assert await _wie(db, await ochtend(db)) == ["ouder_zonder"]
