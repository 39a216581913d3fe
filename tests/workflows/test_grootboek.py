"""The ledger in the way of a delivery that is tried again: certain things are done, and nothing is sent on a guess."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
import pytest_asyncio
from temporalio.testing import ActivityEnvironment

from activities.contracts import Bezorgd, Bezorgopdracht
from activities.mail import MailActivities
from domain.catalogus import CATALOGUS
from runtime.grootboek import Maildir
from runtime.mailbericht import message_id
from runtime.smtp import Postbode
from storage.mail_tables import MailRij, MailStatus
from tests.runtime.test_grootboek import leg
from tests.support.omgeving import Omgeving
from tests.support.spelen import START
from tests.workflows.test_bewaker import _half, _mail, _soorten

SECONDE = timedelta(seconds=1)


@pytest_asyncio.fixture(loop_scope="session")
async def boek(tmp_path_factory: pytest.TempPathFactory) -> Path:
    map_ = tmp_path_factory.mktemp("grootboek")
    for deel in ("new", "cur"):
        (map_ / deel).mkdir()
    return map_


async def deliver(o: Omgeving, mail: MailRij, boek: Path | None) -> Bezorgd:
    """As a workflow does it: the second attempt, after the first one broke off."""
    postbode = Postbode(o.settings)
    grootboek = Maildir(boek) if boek is not None else None
    bezorger = MailActivities(o.sessies, CATALOGUS, postbode, o.settings, grootboek)
    uitslag = await ActivityEnvironment().run(bezorger.deliver, Bezorgopdracht(mail_id=mail.id, nu=START))
    await postbode.sluit()
    return uitslag.uitslag


def kenmerk(o: Omgeving, mail: MailRij) -> str:
    return message_id(mail.message_sleutel, o.settings.message_id_domein)


async def test_found_is_sent_however_young_the_attempt(o: Omgeving, boek: Path) -> None:
    _, mail = await _half(o, seconden=3)
    assert mail.verzending_sinds is not None
    leg(boek, kenmerk(o, mail), mail.verzending_sinds + SECONDE)
    assert await deliver(o, mail, boek) is Bezorgd.VERZONDEN
    assert o.sink.bezorgd == []
    assert await _soorten(o) == ["in_grootboek"]


async def test_what_may_still_be_going_on_is_left_alone_for_a_while(o: Omgeving, boek: Path) -> None:
    _, mail = await _half(o, seconden=100)
    assert mail.verzending_sinds is not None
    leg(boek, "<later@x.test>", mail.verzending_sinds + 90 * SECONDE)
    assert await deliver(o, mail, boek) is Bezorgd.TIJDELIJK
    assert (await _mail(o)).status == MailStatus.SENDING
    assert (o.sink.bezorgd, await _soorten(o)) == ([], [])


async def test_provably_absent_leaves_again_once_with_the_same_message_id(o: Omgeving, boek: Path) -> None:
    _, mail = await _half(o, seconden=250)
    assert mail.verzending_sinds is not None
    leg(boek, "<later@x.test>", mail.verzending_sinds + 90 * SECONDE)
    assert await deliver(o, mail, boek) is Bezorgd.VERZONDEN
    assert await deliver(o, mail, boek) is Bezorgd.VERZONDEN
    assert [b.message_id for b in o.sink.bezorgd] == [kenmerk(o, mail)]
    assert await _soorten(o) == ["niet_in_grootboek"]


@pytest.mark.parametrize("met_boek", [True, False])
async def test_what_nobody_knows_is_held(o: Omgeving, boek: Path, met_boek: bool) -> None:
    _, mail = await _half(o, seconden=250)
    assert await deliver(o, mail, boek if met_boek else None) is Bezorgd.ONBEKEND
    assert (await _mail(o)).status == MailStatus.HELD
    assert (o.sink.bezorgd, await _soorten(o)) == ([], ["aangehouden"])


async def test_a_conversation_without_end_is_cut_off_and_held(o: Omgeving) -> None:
    """An attempt is over within four minutes, or `absent` would prove nothing."""
    _, mail = await _half(o)
    async with o.sessies.begin() as session:
        rij = await session.get(MailRij, mail.id)
        assert rij is not None
        rij.status = MailStatus.QUEUED
        rij.niet_voor = START
    o.sink.stoor("einde", "wacht")
    with patch("activities.mail._GESPREK", SECONDE):
        assert await deliver(o, mail, None) is Bezorgd.ONBEKEND
    assert (await _mail(o)).status == MailStatus.HELD
    o.sink.laat_los.set()
