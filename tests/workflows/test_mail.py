"""Urgent mail of a traject: at most once, never silently, never at night, and never in the way of the traject itself."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from unittest.mock import patch

import pytest
from sqlalchemy import update
from temporalio.testing import ActivityEnvironment

from activities.mail import te_laat
from domain.feiten import BezorgingMislukt
from domain.handelingen import DraagOver, MeldStilstand
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from storage.mail_tables import MailRij, MailStatus
from tests.support.jaar import open_van
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import alle_mails, bijgewerkt, in_rust, spring, traject_id_van, wacht_tot
from tests.support.smtp_sink import Fase
from tests.support.spelen import START, Springen
from tests.support.verwacht import tijdlijn

STAGNATIEPUNT, IB = "karin.legende@waterland.example", "anneke.voorbeeld@papaver.example"


def om(uur: int, minuut: int = 0, dag: int = 1) -> datetime:
    return datetime(2026, 9, dag, uur, minuut, tzinfo=AMSTERDAM)


async def _begin(o: Omgeving, moment: datetime = START) -> Zaakdraad:
    zaak = await o.begin_traject(kind_van("o-papaver"), moment, Springen.naar(moment))
    await bijgewerkt(o, zaak)
    return zaak


async def _meld(o: Omgeving, zaak: Zaakdraad) -> None:
    """A parent says that it stands still: one urgent mail, to the stagnatiepunt."""
    await zaak.handel(Rol.OUDERS, MeldStilstand())
    await bijgewerkt(o, zaak)


def _met_status(o: Omgeving, status: MailStatus, pogingen: int) -> Callable[[], Awaitable[bool]]:
    async def bereikt() -> bool:
        return [(m.status, m.pogingen) for m in await alle_mails(o) if m.spoed] == [(status, pogingen)]

    return bereikt


async def _wacht_op(o: Omgeving, status: MailStatus, pogingen: int) -> None:
    await wacht_tot(_met_status(o, status, pogingen), omschrijving=f"de mail op {status} na {pogingen}")


def _gestuurd(o: Omgeving, adres: str) -> int:
    return sum(b.ontvangers == (adres,) for b in o.sink.bezorgd)


async def _open(o: Omgeving, zaak: Zaakdraad, sjabloon: str) -> list[tuple[Rol, str | None]]:
    async def geopend() -> bool:
        return any(a.sjabloon == sjabloon for a in (await zaak.toestand()).open_afspraken)

    await wacht_tot(geopend, omschrijving=sjabloon)
    return [(a.rol, a.over) for a in (await bijgewerkt(o, zaak)).open_afspraken if a.sjabloon == sjabloon]


@pytest.mark.parametrize(("fase", "code"), [("rcpt", 450), ("connect", 421), ("einde", 451)])
async def test_what_failed_for_now_is_tried_again_and_arrives_once(o: Omgeving, fase: Fase, code: int) -> None:
    zaak = await _begin(o)
    o.sink.stoor(fase, code=code, keer=2)
    await _meld(o, zaak)
    await _wacht_op(o, MailStatus.QUEUED, 1)
    await in_rust(zaak.handle)
    await spring(zaak, START + timedelta(minutes=6))
    await _wacht_op(o, MailStatus.QUEUED, 2)
    await spring(zaak, START + timedelta(minutes=20))
    await _wacht_op(o, MailStatus.SENT, 3)
    assert _gestuurd(o, STAGNATIEPUNT) == 1
    assert not any(isinstance(g.feit, BezorgingMislukt) for g in await tijdlijn(o.sessies, traject_id_van(zaak)))


async def test_a_second_try_waits_for_the_morning(o: Omgeving) -> None:
    zaak = await _begin(o, om(17, 58))
    o.sink.stoor("rcpt", code=450)
    await _meld(o, zaak)
    await _wacht_op(o, MailStatus.QUEUED, 1)
    await in_rust(zaak.handle)
    await spring(zaak, om(23))
    await bijgewerkt(o, zaak)
    assert _gestuurd(o, STAGNATIEPUNT) == 0
    await spring(zaak, om(8, 1, dag=2))
    await _wacht_op(o, MailStatus.SENT, 2)
    assert _gestuurd(o, STAGNATIEPUNT) == 1


async def test_what_happens_at_night_is_told_in_the_morning(o: Omgeving) -> None:
    zaak = await _begin(o, om(21))
    await _meld(o, zaak)
    (mail,) = [m for m in await alle_mails(o) if m.spoed]
    assert mail.niet_voor.astimezone(AMSTERDAM) == om(8, dag=2)
    await spring(zaak, om(7, 59, dag=2))
    await _wacht_op(o, MailStatus.QUEUED, 0)
    assert _gestuurd(o, STAGNATIEPUNT) == 0
    await spring(zaak, om(8, 1, dag=2))
    await _wacht_op(o, MailStatus.SENT, 1)


async def test_a_worker_that_comes_late_does_not_wake_anybody(o: Omgeving) -> None:
    """The mail was due at eight, but it is eleven in the evening before there is anybody to send it."""
    zaak = await _begin(o, om(21))
    await _meld(o, zaak)
    await spring(zaak, om(23, dag=2))
    await bijgewerkt(o, zaak)
    await _wacht_op(o, MailStatus.QUEUED, 0)
    await spring(zaak, om(8, 1, dag=3))
    await _wacht_op(o, MailStatus.SENT, 1)
    assert _gestuurd(o, STAGNATIEPUNT) == 1


@pytest.mark.parametrize(
    ("bedoeld", "later", "uitgesteld"),
    [
        pytest.param(om(8), timedelta(hours=14), True, id="in de avond"),
        pytest.param(om(8, dag=4), timedelta(days=1), True, id="op zaterdag"),
        pytest.param(om(8), timedelta(hours=3), False, id="dezelfde ochtend"),
        pytest.param(om(17, 59), timedelta(minutes=2), False, id="een ogenblik later"),
    ],
)
async def test_a_delivery_that_waited_for_a_worker_looks_at_the_hour_again(
    bedoeld: datetime, later: timedelta, uitgesteld: bool
) -> None:
    nu = datetime.now(UTC)
    omgeving = ActivityEnvironment()
    omgeving.info = replace(omgeving.info, scheduled_time=nu - later, started_time=nu)
    assert omgeving.run(te_laat, bedoeld) is uitgesteld


async def test_a_mail_that_cannot_be_made_is_not_reported_as_perhaps_sent(o: Omgeving) -> None:
    zaak = await _begin(o)
    with patch("activities.mail.bouw_bericht", side_effect=ZeroDivisionError):
        await _meld(o, zaak)
        await in_rust(zaak.handle)
        await _wacht_op(o, MailStatus.QUEUED, 0)
    assert o.sink.opdrachten == []
    await spring(zaak, om(12))
    await _wacht_op(o, MailStatus.SENT, 1)
    assert _gestuurd(o, STAGNATIEPUNT) == 1


async def test_an_address_that_is_refused_becomes_work_for_the_school(o: Omgeving) -> None:
    zaak = await _begin(o)
    o.sink.stoor("rcpt", code=550, keer=99)
    await _meld(o, zaak)
    assert await _open(o, zaak, "contact_herstellen") == [(Rol.IB, "p-stagnatie")]
    await spring(zaak, om(12, dag=3))
    await _wacht_op(o, MailStatus.FAILED, 1)
    assert sum(f"<{STAGNATIEPUNT}>" in opdracht for opdracht in o.sink.opdrachten) == 1
    assert len(await _open(o, zaak, "contact_herstellen")) == 1


async def test_the_address_of_the_ib_er_is_mended_by_somebody_else(o: Omgeving) -> None:
    zaak = await _begin(o)
    o.sink.stoor("rcpt", code=550, keer=99)
    await spring(zaak, datetime(2026, 9, 21, 10, tzinfo=AMSTERDAM))
    assert await _open(o, zaak, "contact_herstellen") == [(Rol.DIRECTIE, "p-ib-papaver")]
    assert sum(f"<{IB}>" in opdracht for opdracht in o.sink.opdrachten) == 1


async def test_what_may_have_arrived_is_held_for_a_person_and_never_sent_again(o: Omgeving) -> None:
    zaak = await _begin(o)
    o.sink.stoor("na", "verbreek")
    await _meld(o, zaak)
    assert await _open(o, zaak, "mail_nakijken") == [(Rol.IB, "p-stagnatie")]
    await spring(zaak, om(12, dag=8))
    await _wacht_op(o, MailStatus.HELD, 1)
    assert _gestuurd(o, STAGNATIEPUNT) == 1


async def test_what_a_killed_worker_left_half_sent_is_held(o: Omgeving) -> None:
    zaak = await _begin(o, om(21))
    await _meld(o, zaak)
    async with o.sessies.begin() as session:
        await session.execute(update(MailRij).where(MailRij.spoed).values(status=MailStatus.SENDING))
    await spring(zaak, om(8, 1, dag=2))
    assert await _open(o, zaak, "mail_nakijken") == [(Rol.IB, "p-stagnatie")]
    await _wacht_op(o, MailStatus.HELD, 0)
    assert _gestuurd(o, STAGNATIEPUNT) == 0


async def test_a_mail_server_that_is_down_for_days_stops_nothing(o: Omgeving) -> None:
    zaak = await _begin(o)
    await o.sink.stop()
    await _meld(o, zaak)
    for dag in (2, 3, 4):
        await spring(zaak, om(10, dag=dag))
        rol = Rol.IB if dag % 2 else Rol.LEERKRACHT
        afspraak = open_van(await zaak.toestand(), "gesprek_ouders")
        antwoord = await zaak.handel(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=rol))
        assert (await bijgewerkt(o, zaak)).versie >= antwoord.versie
    await o.sink.start()
    await spring(zaak, om(12, dag=7))

    async def verzonden() -> bool:
        return [m.status for m in await alle_mails(o) if m.spoed] == [MailStatus.SENT]

    await wacht_tot(verzonden, omschrijving="de mail na de storing")
    assert _gestuurd(o, STAGNATIEPUNT) == 1
    assert (await zaak.toestand()).gestart_op == date(2026, 9, 1)


async def test_a_mail_server_that_says_nothing_keeps_nobody_waiting(o: Omgeving) -> None:
    """The line is open and silent: acts are recorded meanwhile, and the mail leaves when the relay speaks again."""
    zaak = await _begin(o)
    o.sink.stoor("connect", "wacht")
    await zaak.handel(Rol.OUDERS, MeldStilstand())
    await o.sink.wacht_nu.wait()
    afspraak = open_van(await zaak.toestand(), "gesprek_ouders")
    antwoord = await zaak.handel(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=Rol.IB))
    assert (await bijgewerkt(o, zaak)).versie >= antwoord.versie
    assert _gestuurd(o, STAGNATIEPUNT) == 0
    o.sink.laat_los.set()
    await _wacht_op(o, MailStatus.SENT, 1)
    assert _gestuurd(o, STAGNATIEPUNT) == 1


async def test_a_mail_that_waits_for_its_turn_is_not_taken_for_half_sent(o: Omgeving) -> None:
    """Mails leave one after another. Behind a relay that says nothing the rest goes back, untouched, for a later try."""
    eerste, tweede = await _begin(o), await o.begin_traject(kind_van("o-zwaluw"), START, Springen.naar(START))
    o.sink.stoor("connect", "wacht")
    with patch("activities.mail.BEURT", timedelta(seconds=0.2)):
        await eerste.handel(Rol.OUDERS, MeldStilstand())
        await o.sink.wacht_nu.wait()
        await tweede.handel(Rol.OUDERS, MeldStilstand())
        await bijgewerkt(o, tweede)
        await wacht_tot(partial(_is_teruggelegd, tweede), omschrijving="de mail die terug moest")
    assert sorted((m.status, m.pogingen) for m in await alle_mails(o) if m.spoed) == [("queued", 0), ("sending", 1)]
    o.sink.laat_los.set()
    await spring(tweede, START + timedelta(minutes=6))

    async def allebei() -> bool:
        return [m.status for m in await alle_mails(o) if m.spoed] == [MailStatus.SENT] * 2

    await wacht_tot(allebei, omschrijving="allebei de mails")
    assert _gestuurd(o, STAGNATIEPUNT) == 2


async def _is_teruggelegd(zaak: Zaakdraad) -> bool:
    events = (await zaak.handle.fetch_history()).events
    gepland = {e.event_id for e in events if e.activity_task_scheduled_event_attributes.activity_type.name == "deliver"}
    klaar = {e.activity_task_completed_event_attributes.scheduled_event_id for e in events}
    return bool(gepland) and gepland <= klaar
