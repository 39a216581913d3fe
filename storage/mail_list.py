"""The list of mails a person has to decide about, and who may do so."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.bewaking import EIGENAREN
from domain.roles import Rol
from storage.mail_hold import Stap, blijft_hangen
from storage.mail_tables import BerichtRij, MailRij, MailStap, MailStatus
from storage.people_tables import Aanstelling, Persoon
from storage.read import mensen_van
from storage.views import Mens, View

# At school these follow up what did not arrive; at the samenwerkingsverband whoever takes tasks of the watch.
_OP_SCHOOL = frozenset({Rol.IB, Rol.OCO, Rol.DIRECTIE})
_HOOGSTENS = 200


class AangehoudenMail(View):
    """A mail of which nobody knows whether it arrived. The person is named: somebody has to ask them.

    `hangt`: still being sent according to the outbox, for so long that nobody is. `sinds` is when the last attempt was
    made, on the clock of the cases.
    """

    mail_id: str
    persoon_id: str
    naam: str
    swv_id: str
    sjabloon: str
    message_sleutel: str
    code: int | None
    hangt: bool
    sinds: datetime
    traject_ids: tuple[str, ...]
    stappen: tuple[Stap, ...]


async def aangehouden_mails(session: AsyncSession, swv_id: str | None = None) -> list[AangehoudenMail]:
    """Mails a person has to look at, oldest first."""
    vraag = (
        select(MailRij, Persoon)
        .join(Persoon, Persoon.id == MailRij.persoon_id)
        .where(or_(MailRij.status == MailStatus.HELD, blijft_hangen()))
        .order_by(MailRij.aangemaakt_op, MailRij.id)
        .limit(_HOOGSTENS)
        .execution_options(populate_existing=True)
    )
    if swv_id:
        vraag = vraag.where(MailRij.swv_id == swv_id)
    rijen = [(mail, persoon) for mail, persoon in await session.execute(vraag)]
    ids = [mail.id for mail, _ in rijen]
    trajecten, stappen = await trajecten_van(session, ids), await _stappen(session, ids)
    return [
        AangehoudenMail(
            mail_id=mail.id,
            persoon_id=persoon.id,
            naam=f"{persoon.voornaam} {persoon.achternaam}",
            swv_id=mail.swv_id,
            sjabloon=mail.sjabloon,
            message_sleutel=mail.message_sleutel,
            code=mail.code,
            hangt=mail.status == MailStatus.SENDING,
            sinds=mail.laatste_poging_op or mail.aangemaakt_op,
            traject_ids=trajecten[mail.id],
            stappen=stappen[mail.id],
        )
        for mail, persoon in rijen
    ]


async def wie_beslissen(session: AsyncSession, mail_id: str, op: date) -> list[Mens]:
    """Who may decide about this mail on that local date; empty for a mail that does not exist."""
    mail = await session.get(MailRij, mail_id)
    if mail is None:
        return []
    mensen = await _van_swv(session, mail.swv_id, op)
    for traject_id in (await trajecten_van(session, [mail_id]))[mail_id]:
        mensen += [m for m in await mensen_van(session, traject_id, op) if m.rol in _OP_SCHOOL]
    return list({(m.persoon_id, m.rol): m for m in mensen}.values())


async def trajecten_van(session: AsyncSession, mail_ids: list[str]) -> dict[str, tuple[str, ...]]:
    """Which trajecten each of these mails is about."""
    rijen = await session.execute(
        select(BerichtRij.mail_id, func.array_agg(BerichtRij.traject_id.distinct()))
        .where(BerichtRij.mail_id.in_(mail_ids))
        .group_by(BerichtRij.mail_id)
    )
    gevonden: dict[str, tuple[str, ...]] = defaultdict(tuple)
    gevonden |= {mail_id: tuple(sorted(ids)) for mail_id, ids in rijen if mail_id is not None}
    return gevonden


async def _stappen(session: AsyncSession, mail_ids: list[str]) -> dict[str, tuple[Stap, ...]]:
    per_mail: dict[str, tuple[Stap, ...]] = defaultdict(tuple)
    for rij in await session.scalars(select(MailStap).where(MailStap.mail_id.in_(mail_ids)).order_by(MailStap.id)):
        per_mail[rij.mail_id] = (*per_mail[rij.mail_id], Stap.model_validate(rij))
    return per_mail


async def _van_swv(session: AsyncSession, swv_id: str, op: date) -> list[Mens]:
    rijen = await session.execute(
        select(Persoon, Aanstelling.rol)
        .join(Aanstelling, Aanstelling.persoon_id == Persoon.id)
        .where(
            Aanstelling.organisatie_id == swv_id,
            Aanstelling.rol.in_([str(rol) for rol in EIGENAREN]),
            Aanstelling.van <= op,
            or_(Aanstelling.tot.is_(None), Aanstelling.tot >= op),
            Persoon.actief,
        )
        .order_by(Aanstelling.rol, Persoon.achternaam, Persoon.id)
    )
    return [
        Mens(persoon_id=p.id, naam=f"{p.voornaam} {p.achternaam}", email=p.email, rol=Rol(rol), niveau=0)
        for p, rol in rijen
    ]
