"""Mails of which nobody knows whether they left: found, decided about, and every step written down.

The real clock here is that of the database (`now()`): ages of attempts are about machines, not about cases.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Interval, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.feiten import Wie
from domain.roles import Rol
from storage.case_tables import TrajectRij
from storage.errors import OpslagFout
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij, MailStap, MailStatus, Stapsoort

# An attempt is over after this long, whatever happened to the worker: activities/mail.py ends the conversation before it.
POGING_VOORBIJ = timedelta(seconds=240)
# Whatever is in `sending` longer than this was left there, and no workflow came back for it.
BLIJFT_HANGEN = timedelta(seconds=270)
_NOG_ZOEKEN = timedelta(days=1)


class Vondst(StrEnum):
    """What the ledger of the relay says about one mail. Absent only when that is certain."""

    GEVONDEN = "gevonden"
    AFWEZIG = "afwezig"
    ONBEKEND = "onbekend"


class NietAangehouden(OpslagFout):
    """There is nothing to decide about this mail: it is not held (any more)."""

    def __init__(self, mail_id: str) -> None:
        super().__init__(f"mail {mail_id} wordt niet (meer) aangehouden")


class Afgebroken(BaseModel):
    """An attempt of which the outcome is not known. `sinds` is real time; `voorbij`: it cannot be going on any more."""

    model_config = ConfigDict(frozen=True)
    mail_id: str
    message_sleutel: str
    status: MailStatus
    sinds: datetime
    voorbij: bool


class Vrijgegeven(NamedTuple):
    """A mail to be delivered outside any workflow. `laatste`: the last attempt since it was released (clock of the
    cases); `school_id` decides when mail may leave, None for mail about no traject."""

    mail_id: str
    pogingen: int
    laatste: datetime | None
    school_id: str | None


class Stap(BaseModel):
    """One line of the history of a held mail. `op` is on the clock of the cases."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    soort: Stapsoort
    op: datetime
    door_persoon_id: str | None
    door_rol: Rol | None


async def afgebroken(
    session: AsyncSession, mail_id: str | None = None, *, ook_aangehouden: bool = False, limiet: int = 50
) -> list[Afgebroken]:
    """This mail if it is in `sending`; without id every mail stuck in `sending`, oldest first. `ook_aangehouden` adds
    what was held in the last day: a ledger that knew nothing yet may know more by now."""
    begonnen = func.coalesce(MailRij.verzending_sinds, func.now())
    waar: ColumnElement[bool]
    if mail_id is not None:
        waar = and_(MailRij.id == mail_id, MailRij.status == MailStatus.SENDING)
    else:
        pas = and_(MailRij.status == MailStatus.HELD, MailRij.aangehouden_sinds > func.now() - _duur(_NOG_ZOEKEN))
        waar = or_(blijft_hangen(), pas) if ook_aangehouden else blijft_hangen()
    rijen = await session.execute(
        select(
            MailRij.id, MailRij.message_sleutel, MailRij.status, begonnen, begonnen < func.now() - _duur(POGING_VOORBIJ)
        )
        .where(waar)
        .order_by(begonnen, MailRij.id)
        .limit(limiet)
    )
    return [
        Afgebroken(mail_id=m, message_sleutel=sleutel, status=MailStatus(status), sinds=sinds, voorbij=voorbij)
        for m, sleutel, status, sinds, voorbij in rijen
    ]


async def beslis(session: AsyncSession, poging: Afgebroken, vondst: Vondst, nu: datetime) -> MailStatus | None:
    """What the ledger proves, is done: found is sent, absent goes back in the queue. Otherwise a person decides.

    None when nothing changed, which includes a mail that is held already and another attempt having begun meanwhile.
    """
    match vondst:
        case Vondst.GEVONDEN:
            naar, soort = MailStatus.SENT, Stapsoort.IN_GROOTBOEK
            waarden: dict[str, Any] = {"verzonden_op": nu}
        case Vondst.AFWEZIG if poging.voorbij:
            naar, soort = MailStatus.QUEUED, Stapsoort.NIET_IN_GROOTBOEK
            # Its workflow may have given it up: the watchman delivers it, and at most one of the two gets to take it.
            waarden = {"vrijgegeven_op": nu, "niet_voor": nu}
        case _ if poging.status is MailStatus.SENDING:
            naar, soort, waarden = MailStatus.HELD, Stapsoort.AANGEHOUDEN, {"aangehouden_sinds": func.now()}
        case _:
            return None
    geraakt = await session.scalar(
        update(MailRij)
        .where(
            MailRij.id == poging.mail_id,
            MailRij.status == poging.status,
            func.coalesce(MailRij.verzending_sinds, poging.sinds) == poging.sinds,
        )
        .values(status=naar, **waarden)
        .returning(MailRij.id)
        .execution_options(synchronize_session=False)
    )
    if geraakt is None:
        return None
    await noteer(session, poging.mail_id, soort, nu)
    return naar


async def zet_aangehouden(session: AsyncSession, mail_id: str, nu: datetime) -> None:
    """From now on this mail, whose status is held already, waits for a person. A repeat changes nothing."""
    geraakt = await session.scalar(
        update(MailRij)
        .where(MailRij.id == mail_id, MailRij.aangehouden_sinds.is_(None))
        .values(aangehouden_sinds=func.now())
        .returning(MailRij.id)
        .execution_options(synchronize_session=False)
    )
    if geraakt is not None:
        await noteer(session, mail_id, Stapsoort.AANGEHOUDEN, nu)


async def geef_vrij(session: AsyncSession, mail_id: str, door: Wie, nu: datetime) -> None:
    """A person found out that it did not arrive: it is sent once more. Raises NietAangehouden."""
    await _besluit(
        session, mail_id, Stapsoort.OPNIEUW, door, nu, status=MailStatus.QUEUED, vrijgegeven_op=nu, niet_voor=nu
    )


async def laat_vallen(session: AsyncSession, mail_id: str, door: Wie, nu: datetime) -> None:
    """A person decides that this mail need not be sent any more. Raises NietAangehouden."""
    await _besluit(session, mail_id, Stapsoort.LATEN_VALLEN, door, nu, status=MailStatus.LAPSED)


async def is_aangekomen(session: AsyncSession, mail_id: str, door: Wie, nu: datetime) -> None:
    """A person asked the receiver, who has it. Raises NietAangehouden."""
    await _besluit(session, mail_id, Stapsoort.AANGEKOMEN, door, nu, status=MailStatus.SENT, verzonden_op=nu)


async def noteer(session: AsyncSession, mail_id: str, soort: Stapsoort, nu: datetime, door: Wie | None = None) -> None:
    """Add one step to the history of a mail."""
    await session.execute(
        insert(MailStap).values(
            mail_id=mail_id,
            soort=soort,
            op=nu,
            door_persoon_id=door.persoon_id if door else None,
            door_rol=door.rol if door else None,
        )
    )


async def stappen(session: AsyncSession, mail_id: str) -> list[Stap]:
    """The history of a mail, oldest first."""
    rijen = await session.scalars(select(MailStap).where(MailStap.mail_id == mail_id).order_by(MailStap.id))
    return [Stap.model_validate(rij) for rij in rijen]


async def te_melden(
    session: AsyncSession, na: timedelta, *, meteen: Sequence[str] = ()
) -> list[tuple[str, str, str, Rol]]:
    """(mail, traject, person, role) of mails held longer than `na`, or among `meteen`, that no traject was told of yet.

    Mostly the workflow that sent the mail tells it itself; this is for mails whose workflow is gone.
    """
    rijen = await session.execute(
        select(MailRij.id, BerichtRij.traject_id, BerichtRij.persoon_id, BerichtRij.rol)
        .join(BerichtRij, BerichtRij.mail_id == MailRij.id)
        .where(
            MailRij.status == MailStatus.HELD,
            MailRij.gemeld_op.is_(None),
            or_(MailRij.id.in_(meteen), MailRij.aangehouden_sinds < func.now() - _duur(na)),
            BerichtRij.status == BerichtStatus.OPGENOMEN,
        )
        .distinct()
        .order_by(MailRij.id, BerichtRij.traject_id)
        .limit(100)
    )
    return [(mail, traject, persoon, Rol(rol)) for mail, traject, persoon, rol in rijen]


async def markeer_gemeld(session: AsyncSession, mail_id: str, nu: datetime) -> None:
    """Its trajecten were told."""
    await session.execute(update(MailRij).where(MailRij.id == mail_id).values(gemeld_op=func.now()))
    await noteer(session, mail_id, Stapsoort.GEMELD, nu)


async def vrijgegeven(session: AsyncSession, nu: datetime, *, limiet: int = 20) -> list[Vrijgegeven]:
    """Queued mails that belong to no workflow any more, in the order in which they may leave."""
    school = (
        select(func.min(TrajectRij.school_id))
        .join(BerichtRij, BerichtRij.traject_id == TrajectRij.traject_id)
        .where(BerichtRij.mail_id == MailRij.id)
        .scalar_subquery()
    )
    opnieuw = case((MailRij.laatste_poging_op >= MailRij.vrijgegeven_op, MailRij.laatste_poging_op), else_=None)
    rijen = await session.execute(
        select(MailRij.id, MailRij.pogingen, opnieuw, school)
        .where(MailRij.status == MailStatus.QUEUED, MailRij.vrijgegeven_op.is_not(None), MailRij.niet_voor <= nu)
        .order_by(MailRij.niet_voor, MailRij.id)
        .limit(limiet)
    )
    return [Vrijgegeven(*rij) for rij in rijen]


def blijft_hangen() -> ColumnElement[bool]:
    """Condition: in `sending` for so long that nobody is sending it."""
    lang_geleden = func.coalesce(MailRij.verzending_sinds, MailRij.laatste_poging_op) < func.now() - _duur(
        BLIJFT_HANGEN
    )
    return and_(MailRij.status == MailStatus.SENDING, lang_geleden)


def _duur(duur: timedelta) -> ColumnElement[timedelta]:
    return literal(duur, Interval)


async def _besluit(
    session: AsyncSession, mail_id: str, soort: Stapsoort, door: Wie, nu: datetime, **waarden: Any
) -> None:
    waar = or_(MailRij.status == MailStatus.HELD, blijft_hangen())
    geraakt = await session.scalar(
        update(MailRij)
        .where(MailRij.id == mail_id, waar)
        .values(**waarden)
        .returning(MailRij.id)
        .execution_options(synchronize_session=False)
    )
    if geraakt is None:
        raise NietAangehouden(mail_id)
    await noteer(session, mail_id, soort, nu, door)
