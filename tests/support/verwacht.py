"""What must be true after the year of tests/support/jaar.py, whichever server it ran on."""

import email
from email import policy
from email.message import EmailMessage

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.feiten import Gebeurtenis
from domain.roles import Rol
from domain.traject import Traject, TrajectStatus
from domain.verloop import vouw_alles
from storage.case_tables import TrajectRij
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij, MailStatus
from storage.rebuild import lees_tijdlijn
from tests.support.omgeving import Omgeving


async def tijdlijn(sessies: async_sessionmaker[AsyncSession], traject_id: str) -> tuple[Gebeurtenis, ...]:
    """The facts as they stand in the database."""
    async with sessies() as session:
        return await lees_tijdlijn(session, traject_id)


def mails(omgeving: Omgeving) -> list[EmailMessage]:
    """Everything that arrived at the relay, parsed."""
    gelezen = []
    for bezorging in omgeving.sink.bezorgd:
        bericht = email.message_from_bytes(bezorging.ruw, policy=policy.default)
        assert isinstance(bericht, EmailMessage)
        gelezen.append(bericht)
    return gelezen


async def controleer_jaar(omgeving: Omgeving, traject_id: str) -> None:
    """The invariants: closed, both stalls came to the right person, folded timeline equals read model, mail once."""
    feiten = await tijdlijn(omgeving.sessies, traject_id)
    async with omgeving.sessies() as session:
        rij = await session.get(TrajectRij, traject_id)
        assert rij is not None
        opgeslagen = Traject.model_validate(rij.staat)
        dubbel = await session.scalar(
            select(func.count()).select_from(MailRij).where(MailRij.status.not_in(["sent", "vervallen"]))
        )
        wachtend = await session.scalar(
            select(func.count()).select_from(BerichtRij).where(BerichtRij.status == BerichtStatus.WACHT)
        )
        verzonden = await session.scalar(
            select(func.count()).select_from(MailRij).where(MailRij.status == MailStatus.SENT)
        )
    assert opgeslagen.status is TrajectStatus.GESLOTEN
    assert vouw_alles(feiten) == opgeslagen
    assert not opgeslagen.open_afspraken
    stagnaties = [g.feit.bij for g in feiten if g.feit.soort == "stagnatie_vastgesteld"]
    assert stagnaties == [Rol.STAGNATIEPUNT, Rol.REGIEVOERDER]
    evaluaties = [g for g in feiten if g.feit.soort == "besluit_genomen" and g.feit.besluit == "evaluatie"]
    assert [g.feit.uitkomst for g in evaluaties if g.feit.soort == "besluit_genomen"] == [
        "voortzetten",
        "bijstellen",
        "afschalen",
    ]
    geopend = [g.feit.afspraak for g in feiten if g.feit.soort == "afspraak_geopend"]
    assert len([a for a in geopend if a.sjabloon == "voortgang"]) == 2
    assert dubbel == 0, "elke mail is verzonden of vervallen"
    assert wachtend == 0
    assert verzonden == len(omgeving.sink.bezorgd)
    ids = [b.message_id for b in omgeving.sink.bezorgd]
    assert len(ids) == len(set(ids)), "geen mail is twee keer bezorgd"
    _controleer_ontvangers(omgeving)


def _controleer_ontvangers(omgeving: Omgeving) -> None:
    """Nobody of another school, and the two people who can get a case moving, were written to."""
    naar = {ontvanger for b in omgeving.sink.bezorgd for ontvanger in b.ontvangers}
    assert not {n for n in naar if n.endswith(("@zwaluw.example", "@kiekendief.example", "@bestuur-lucht.example"))}
    onderwerpen = {(str(m["To"]), str(m["Subject"])) for m in mails(omgeving)}
    for wie in ("karin.legende@waterland.example", "ina.verhaal@bestuur-wad.example"):
        assert (wie, "Routewacht: een traject ligt stil") in onderwerpen
