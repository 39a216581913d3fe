"""The life of a mail: queued, sending, and then sent, failed or held. At most once, and never silently.

An activity takes a mail in one transaction, hands it to the relay, and marks the outcome in another. Whoever finds a
mail in `sending` therefore knows that an earlier attempt broke off and that nobody knows whether it left.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.roles import Rol
from storage.bestemming import geef_door
from storage.errors import NogNietVerzenden
from storage.mail_content import Mailinhoud, geldt_nog, haal_berichten, inhoud
from storage.mail_hold import zet_aangehouden
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij, MailStatus

# The outcomes of runtime/smtp.py that end an attempt. A temporary one goes through `terug_in_rij`.
_NA_UITSLAG = {"verzonden": MailStatus.SENT, "blijvend": MailStatus.FAILED, "onbekend": MailStatus.HELD}
_LOOPT = (MailStatus.SENDING, MailStatus.HELD)


class MailKlaar(BaseModel):
    """A mail that may be handed over now, and by nobody else. `message_sleutel` makes the Message-ID, `gedateerd_op` the
    Date: not the night in which it was made, but the first moment at which it may leave."""

    model_config = ConfigDict(frozen=True)
    mail_id: str
    message_sleutel: str
    gedateerd_op: datetime
    inhoud: Mailinhoud


class Geadresseerde(BaseModel):
    """In which traject, and in which role, somebody was written to."""

    model_config = ConfigDict(frozen=True)
    traject_id: str
    persoon_id: str
    rol: Rol


async def neem_in_verzending(
    session: AsyncSession, mail_id: str, nu: datetime, *, houd_aan: bool = True
) -> MailKlaar | None:
    """Take a queued mail; commit before handing it to the relay. None: there is nothing (more) to send.

    A mail found in `sending` becomes `held` and a person decides, unless `houd_aan` is false: for who looks in a list
    and may meet another who just took it. One of which no line holds any more lapses. Raises NogNietVerzenden before its
    sending window. `nu` is the clock of the case.
    """
    mail = await session.scalar(
        select(MailRij).where(MailRij.id == mail_id).with_for_update().execution_options(populate_existing=True)
    )
    if mail is None:
        return None
    if mail.status == MailStatus.SENDING and houd_aan:
        mail.status = MailStatus.HELD
        await session.flush()
        await zet_aangehouden(session, mail_id, nu)
    if mail.status != MailStatus.QUEUED:
        await session.flush()
        return None
    if mail.niet_voor > nu:
        raise NogNietVerzenden(mail_id, mail.niet_voor)
    await _geef_door(session, mail_id, nu)
    tekst = await inhoud(session, mail_id)
    await _laat_vervallen(session, mail_id, alles=tekst is None)
    if tekst is None:
        mail.status = MailStatus.LAPSED
        await session.flush()
        return None
    mail.status, mail.pogingen, mail.laatste_poging_op = MailStatus.SENDING, mail.pogingen + 1, nu
    mail.aangehouden_sinds = mail.gemeld_op = None
    await session.flush()
    # To the microsecond of this statement, not of the transaction: it tells one attempt from the next.
    await session.execute(update(MailRij).where(MailRij.id == mail_id).values(verzending_sinds=func.clock_timestamp()))
    return MailKlaar(
        mail_id=mail.id,
        message_sleutel=mail.message_sleutel,
        gedateerd_op=max(mail.aangemaakt_op, mail.niet_voor),
        inhoud=tekst,
    )


async def _geef_door(session: AsyncSession, mail_id: str, nu: datetime) -> None:
    berichten = await haal_berichten(
        session, BerichtRij.mail_id == mail_id, BerichtRij.status == BerichtStatus.OPGENOMEN, vergrendel=True
    )
    await geef_door(session, [b for b in berichten if geldt_nog(b)], nu)


async def markeer(
    session: AsyncSession, mail_id: str, uitslag: str, code: int | None, nu: datetime
) -> MailStatus | None:
    """Write down what became of an attempt ("verzonden", "blijvend" or "onbekend") and the SMTP code, if any.

    The one who tried knows best, so this also settles a mail that was held in the meantime. Returns the status that
    stands; None for an unknown mail. Raises KeyError for another outcome.
    """
    status = _NA_UITSLAG[uitslag]
    await session.execute(
        update(MailRij)
        .where(MailRij.id == mail_id, MailRij.status.in_(_LOOPT))
        .values(status=status, code=code, verzonden_op=nu if status is MailStatus.SENT else None)
        .execution_options(synchronize_session=False)
    )
    staat = await session.scalar(select(MailRij.status).where(MailRij.id == mail_id))
    if status is MailStatus.HELD and staat == MailStatus.HELD:
        await zet_aangehouden(session, mail_id, nu)
    return MailStatus(staat) if staat else None


async def terug_in_rij(session: AsyncSession, mail_id: str, code: int | None, niet_voor: datetime) -> bool:
    """A temporary failure: the relay certainly does not have it, so it may be tried again from `niet_voor`.

    False when the mail was held in the meantime: then nobody waits to try again, and a person looks at it.
    """
    return await _van_naar(session, mail_id, MailStatus.SENDING, MailStatus.QUEUED, code=code, niet_voor=niet_voor)


async def wachtende_mails(session: AsyncSession, ouder_dan: datetime, limiet: int) -> list[str]:
    """Queued mails that might have left before `ouder_dan` but did not: their workflow was lost. Also long `sending`."""
    gevonden = await session.scalars(
        select(MailRij.id)
        .where(
            MailRij.status.in_([MailStatus.QUEUED, MailStatus.SENDING]),
            MailRij.niet_voor < ouder_dan,
            (MailRij.laatste_poging_op.is_(None)) | (MailRij.laatste_poging_op < ouder_dan),
        )
        .order_by(MailRij.niet_voor, MailRij.id)
        .limit(limiet)
    )
    return list(gevonden)


async def geadresseerden(session: AsyncSession, mail_id: str) -> list[Geadresseerde]:
    """The trajecten to be told when this mail could not be delivered."""
    gevonden = await session.execute(
        select(BerichtRij.traject_id, BerichtRij.persoon_id, BerichtRij.rol)
        .where(BerichtRij.mail_id == mail_id, BerichtRij.status == BerichtStatus.OPGENOMEN)
        .distinct()
        .order_by(BerichtRij.traject_id, BerichtRij.rol)
    )
    return [Geadresseerde(traject_id=t, persoon_id=p, rol=Rol(rol)) for t, p, rol in gevonden]


async def _laat_vervallen(session: AsyncSession, mail_id: str, *, alles: bool) -> None:
    rijen = await haal_berichten(session, BerichtRij.mail_id == mail_id, BerichtRij.status == BerichtStatus.OPGENOMEN)
    for rij in rijen:
        if alles or not geldt_nog(rij):
            rij.bericht.status = BerichtStatus.VERVALLEN


async def _van_naar(
    session: AsyncSession, mail_id: str, van: MailStatus, naar: MailStatus, **waarden: int | datetime | None
) -> bool:
    geraakt = await session.scalar(
        update(MailRij)
        .where(MailRij.id == mail_id, MailRij.status == van)
        .values(status=naar, **waarden)
        .returning(MailRij.id)
        .execution_options(synchronize_session=False)
    )
    return geraakt is not None
