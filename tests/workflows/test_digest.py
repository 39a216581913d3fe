"""The morning mail: one for each person, on school days only, and true at the moment it leaves."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from temporalio.service import RPCError

from domain.feiten import BezorgingMislukt
from domain.ids import digest_workflow_id
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from runtime.smtp import Postbode
from storage.mail_tables import MailStatus
from storage.people_tables import Organisatie
from tests.support.jaar import besluit, rond
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import alle_mails, bijgewerkt, digest_naar, spring, traject_id_van, wacht_tot
from tests.support.spelen import START, Springen
from tests.support.verwacht import mails, tijdlijn
from worker.main import houd_overzichten
from worker.registry import Benodigdheden

IB = "anneke.voorbeeld@papaver.example"


def op(maand: int, dag: int, uur: int = 8, minuut: int = 0) -> datetime:
    return datetime(2026, maand, dag, uur, minuut, tzinfo=AMSTERDAM)


async def _begin(o: Omgeving, moment: datetime, nummer: int = 0) -> Zaakdraad:
    zaak = await o.begin_traject(kind_van("o-papaver", nummer), moment, Springen.naar(moment))
    await bijgewerkt(o, zaak)
    return zaak


def _per_adres(o: Omgeving) -> Counter[str]:
    return Counter(ontvanger for b in o.sink.bezorgd for ontvanger in b.ontvangers)


async def test_one_mail_a_person_a_morning_however_many_cases(o: Omgeving) -> None:
    for nummer in range(2):
        await _begin(o, START, nummer)
    digest = await o.begin_digest(Springen.naar(START))
    await digest_naar(digest, op(9, 2))
    eerste = _per_adres(o)
    assert eerste[IB] == 1
    assert len(eerste) == 5, "de IB'er en vier ouders"
    assert set(eerste.values()) == {1}
    # The same morning again, and one on which nothing is new.
    await digest_naar(digest, op(9, 2, 11))
    await digest_naar(digest, op(9, 3))
    assert _per_adres(o) == eerste
    (van_ib,) = [m for m in mails(o) if str(m["To"]) == IB]
    tekst = van_ib.get_body(("plain",))
    assert tekst is not None
    assert tekst.get_content().count("/traject/") == 2


@pytest.mark.parametrize(
    ("begin", "stil", "wel"),
    [
        pytest.param(op(9, 4, 10), (op(9, 5, 9), op(9, 6, 9)), op(9, 7), id="weekend"),
        pytest.param(op(10, 9, 10), (op(10, 12), op(10, 16)), op(10, 19), id="herfstvakantie"),
        pytest.param(op(11, 17, 10), (op(11, 18),), op(11, 19), id="studiedag"),
    ],
)
async def test_no_mail_on_a_day_without_school(
    o: Omgeving, begin: datetime, stil: tuple[datetime, ...], wel: datetime
) -> None:
    await _begin(o, begin)
    digest = await o.begin_digest(Springen.naar(begin))
    for moment in stil:
        await digest_naar(digest, moment)
        assert not o.sink.bezorgd, moment
    await digest_naar(digest, wel)
    assert _per_adres(o)[IB] == 1


async def test_a_morning_that_was_missed_is_not_made_up_for_in_the_evening(o: Omgeving) -> None:
    await _begin(o, START)
    digest = await o.begin_digest(Springen.naar(START))
    await digest_naar(digest, op(9, 2, 22))
    assert not o.sink.bezorgd
    await digest_naar(digest, op(9, 3))
    assert _per_adres(o)[IB] == 1


async def test_what_was_done_between_making_and_sending_is_not_asked_for(o: Omgeving) -> None:
    zaak = await _begin(o, START)
    digest = await o.begin_digest(Springen.naar(START))
    await spring(zaak, op(9, 2))
    o.sink.stoor("rcpt", code=450, keer=3)
    await digest_naar(digest, op(9, 2))
    assert not o.sink.bezorgd
    assert {m.status for m in await alle_mails(o)} == {MailStatus.QUEUED}
    for stap in (rond("gesprek_ouders"), rond("overleg_ib"), besluit("vervolg_signaal", "basisondersteuning")):
        await zaak.handel(*stap(await zaak.toestand()))
    await bijgewerkt(o, zaak)
    await digest_naar(digest, op(9, 2, 8, 30))
    per_status = Counter((m.persoon_id.startswith("p-ib"), m.status) for m in await alle_mails(o))
    assert per_status == {(True, MailStatus.LAPSED): 1, (False, MailStatus.SENT): 2}
    assert _per_adres(o)[IB] == 0


async def test_a_mail_that_failed_in_the_evening_waits_for_the_next_weekday(o: Omgeving) -> None:
    """The relay was down all Friday; in the weekend it is back, and nothing leaves before Monday."""
    await _begin(o, op(9, 3, 10))
    digest = await o.begin_digest(Springen.naar(op(9, 3, 10)))
    await o.sink.stop()
    await digest_naar(digest, op(9, 4))
    await o.sink.start()
    await digest_naar(digest, op(9, 5, 12))
    assert not o.sink.bezorgd
    await digest_naar(digest, op(9, 7, 8, 1))
    assert set(_per_adres(o).values()) == {1}


async def test_an_unknown_outcome_in_the_morning_becomes_work_in_the_traject(o: Omgeving) -> None:
    zaak = await _begin(o, START)
    await spring(zaak, op(9, 2))
    digest = await o.begin_digest(Springen.naar(START))
    o.sink.stoor("na", "verbreek")
    await digest_naar(digest, op(9, 2))

    async def gemeld() -> bool:
        return any(isinstance(g.feit, BezorgingMislukt) for g in await tijdlijn(o.sessies, traject_id_van(zaak)))

    await wacht_tot(gemeld, omschrijving="de melding aan het traject")
    (nakijken,) = [a for a in (await zaak.toestand()).open_afspraken if a.sjabloon == "mail_nakijken"]
    assert nakijken.rol in {Rol.IB, Rol.DIRECTIE}
    (vast,) = [m for m in await alle_mails(o) if m.status == MailStatus.HELD]
    assert nakijken.over == vast.persoon_id
    voor = _per_adres(o)
    await digest_naar(digest, op(9, 2, 15))
    assert _per_adres(o) == voor


async def test_a_signal_that_does_not_fit_stops_no_morning(o: Omgeving) -> None:
    """As somebody at the command line of Temporal would send it: without a value, with a wrong one, by another name."""
    await _begin(o, START)
    digest = await o.begin_digest(Springen.naar(START))
    for naam, waarden in (("klok", []), ("klok", [{}, {}]), ("klok", ["morgen"]), ("klok", [b"\x00"]), ("stop", [1])):
        await digest.signal(naam, args=waarden)
    await digest_naar(digest, op(9, 2))
    assert _per_adres(o)[IB] == 1


async def test_a_samenwerkingsverband_that_comes_later_gets_its_mornings(o: Omgeving) -> None:
    nodig = Benodigdheden(sessies=o.sessies, postbode=Postbode(o.settings), settings=o.settings)
    async with o.sessies.begin() as session:
        session.add(Organisatie(id="o-later", soort="swv", naam="Samenwerkingsverband Later", regio="zuid"))
    with patch("worker.main.OVERZICHTEN_ELKE", timedelta(milliseconds=50)):
        taak = asyncio.create_task(houd_overzichten(o.client, nodig, Springen.naar(START)))

        async def er() -> bool:
            try:
                return (await o.client.get_workflow_handle(digest_workflow_id("o-later")).describe()).id != ""
            except RPCError:
                return False

        try:
            await wacht_tot(er, omschrijving="de ochtenden van het nieuwe samenwerkingsverband")
        finally:
            taak.cancel()
