"""The watchman: what no workflow comes back for is found, becomes somebody's afspraak, and leaves once when released."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest_asyncio
from sqlalchemy import func, select, update

from domain.feiten import Wie
from domain.handelingen import MeldStilstand
from domain.roles import Rol
from runtime.klok import Klok
from runtime.settings import Settings
from runtime.smtp import Postbode
from storage import mail_hold
from storage.mail_tables import MailRij, MailStap, MailStatus
from storage.people_tables import Persoon
from storage.watch_tables import MetingRij
from tests.runtime.test_grootboek import leg
from tests.support.jaar import open_van
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import alle_mails, bijgewerkt, wacht_tot
from tests.support.spelen import START, Springen
from worker.bewaker import Bewaker
from worker.registry import Benodigdheden

STAGNATIEPUNT = "karin.legende@waterland.example"
DOOR = Wie(rol=Rol.IB, persoon_id="p-ib-papaver")


@pytest_asyncio.fixture(loop_scope="session")
async def bewaker(o: Omgeving) -> AsyncIterator[Bewaker]:
    """On the clock of the story."""
    postbode = Postbode(o.settings)
    nodig = Benodigdheden(sessies=o.sessies, postbode=postbode, settings=o.settings)
    yield Bewaker(o.client, nodig, Klok(Springen.naar(START)))
    await postbode.sluit()


async def _half(o: Omgeving, *, seconden: int = 280) -> tuple[Zaakdraad, MailRij]:
    """An urgent mail in the middle of being sent by a worker that died, of which the workflow knows nothing."""
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START.replace(hour=21)))
    await bijgewerkt(o, zaak)
    await zaak.handel(Rol.OUDERS, MeldStilstand())
    await bijgewerkt(o, zaak)
    sinds = func.now() - timedelta(seconds=seconden)
    async with o.sessies.begin() as session:
        await session.execute(
            update(MailRij).where(MailRij.spoed).values(status=MailStatus.SENDING, verzending_sinds=sinds, pogingen=1)
        )
    return zaak, await _mail(o)


async def _mail(o: Omgeving) -> MailRij:
    [mail] = [m for m in await alle_mails(o) if m.spoed]
    return mail


async def _soorten(o: Omgeving) -> list[str]:
    async with o.sessies() as session:
        return list(await session.scalars(select(MailStap.soort).order_by(MailStap.id)))


async def test_left_half_way_becomes_an_afspraak_and_leaves_when_a_person_says_so(
    o: Omgeving, bewaker: Bewaker
) -> None:
    zaak, mail = await _half(o)
    await bewaker.ronde()
    assert (await _mail(o)).status == MailStatus.HELD

    async def geopend() -> bool:
        return any(a.sjabloon == "mail_nakijken" for a in (await zaak.toestand()).open_afspraken)

    await wacht_tot(geopend, omschrijving="de afspraak om de mail na te kijken")
    afspraak = open_van(await bijgewerkt(o, zaak), "mail_nakijken")
    assert (afspraak.rol, afspraak.over) == (Rol.IB, "p-stagnatie")
    assert o.sink.bezorgd == []
    async with o.sessies.begin() as session:
        await mail_hold.geef_vrij(session, mail.id, DOOR, START)
    await bewaker.ronde()
    await bewaker.ronde()
    assert [b.ontvangers for b in o.sink.bezorgd] == [(STAGNATIEPUNT,)]
    assert (await _mail(o)).status == MailStatus.SENT
    assert await _soorten(o) == ["aangehouden", "gemeld", "opnieuw"]


async def test_released_at_night_waits_for_the_morning(o: Omgeving, bewaker: Bewaker) -> None:
    await _half(o)
    await bewaker.ronde()
    mail = await _mail(o)
    async with o.sessies.begin() as session:
        await mail_hold.geef_vrij(session, mail.id, DOOR, START)
    bewaker._klok = Klok(Springen.naar(START.replace(hour=22)))
    await bewaker.ronde()
    assert (await _mail(o)).status == MailStatus.QUEUED
    bewaker._klok = Klok(Springen.naar(datetime(2026, 9, 2, 8, 1, tzinfo=START.tzinfo)))
    await bewaker.ronde()
    assert len(o.sink.bezorgd) == 1


async def test_a_ledger_settles_what_it_can_also_later(o: Omgeving, bewaker: Bewaker, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    """Found: it is sent. Absent, with later mail to prove that the ledger works: it goes again, once."""
    map_ = tmp_path_factory.mktemp("grootboek")
    for deel in ("new", "cur"):
        (map_ / deel).mkdir()
    settings = Settings.voor_demo(**{**o.settings.model_dump(), "mail_grootboek": map_})
    postbode = Postbode(settings)
    nodig = Benodigdheden(sessies=o.sessies, postbode=postbode, settings=settings)
    met_boek = Bewaker(o.client, nodig, Klok(Springen.naar(START)))
    await _half(o)
    await met_boek.ronde()
    assert (await _mail(o)).status == MailStatus.HELD
    mail = await _mail(o)
    assert mail.verzending_sinds is not None
    leg(map_, "<iets-later@x.test>", mail.verzending_sinds + timedelta(seconds=90))
    await met_boek.ronde()
    assert (await _mail(o)).status == MailStatus.SENT
    [bezorgd] = o.sink.bezorgd
    assert bezorgd.message_id is not None
    async with o.sessies.begin() as session:
        await session.execute(
            update(MailRij).values(status=MailStatus.SENDING, verzending_sinds=func.now() - timedelta(seconds=280))
        )
    mail = await _mail(o)
    assert mail.verzending_sinds is not None
    leg(map_, bezorgd.message_id, mail.verzending_sinds + timedelta(seconds=2))
    await met_boek.ronde()
    assert (await _mail(o)).status == MailStatus.SENT
    assert len(o.sink.bezorgd) == 1
    assert await _soorten(o) == ["aangehouden", "gemeld", "niet_in_grootboek", "in_grootboek"]
    await postbode.sluit()


async def test_the_watchman_says_that_the_worker_lives(o: Omgeving, bewaker: Bewaker) -> None:
    """And counts what is heavy to count, over all people of all samenwerkingsverbanden."""
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    aantal = len((await bijgewerkt(o, zaak)).open_afspraken)
    async with o.sessies.begin() as session:
        await session.execute(update(Persoon).values(email=None))
    await bewaker.ronde()
    async with o.sessies() as session:
        gemeten = {rij.controle: rij.aantal for rij in await session.scalars(select(MetingRij))}
    assert aantal > 0
    assert gemeten == {"worker": 1, "vastgelopen": 0, "zonder_eigenaar": aantal}
