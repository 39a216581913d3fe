"""Repairing the tables: the read model from a state, and the outbox from what is known to have left."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogus import Catalogus
from domain.sjabloon import Sjabloon
from domain.tijd import lokale_datum
from domain.traject import Traject
from storage.case_tables import Tekst, TrajectRij
from storage.digest import overzicht_sleutel
from storage.enqueue import mail_id
from storage.mail_hold import zet_aangehouden
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij, MailStatus
from storage.record import schrijf_afspraken, stand_kolommen

TEKST_KWIJT: Final = "Deze toelichting is verloren gegaan toen een oudere reservekopie werd teruggezet."
_NIET_WEG = (MailStatus.QUEUED, MailStatus.SENDING)


class Ochtendpost(NamedTuple):
    """The mails of one morning as the digest still knows them, each with the status it has or must get."""

    nu: datetime
    mails: Mapping[str, MailStatus]


async def vergrendel(session: AsyncSession, traject_id: str) -> None:
    """Keep other writers of this traject waiting until the transaction of the caller ends."""
    await session.execute(select(TrajectRij.versie).where(TrajectRij.traject_id == traject_id).with_for_update())


async def schrijf_leesmodel(
    session: AsyncSession, traject: Traject, catalogus: Catalogus, volgende_wek: datetime | None, nu: datetime
) -> None:
    """Make row and afspraken what this state says, whatever stands there. The caller decides that it may.

    Raises RouteOnbekend. A row with a higher epoch keeps every write of an earlier one out: this is also the fence that
    goes up before a workflow is replaced.
    """
    route = catalogus.haal(traject.route)
    rij = stand_kolommen(traject, route, volgende_wek, nu)
    nieuw = insert(TrajectRij).values(rij)
    anders = {naam: nieuw.excluded[naam] for naam in rij if naam != "traject_id"}
    await session.execute(nieuw.on_conflict_do_update(index_elements=[TrajectRij.traject_id], set_=anders))
    await schrijf_afspraken(session, traject, route)


async def zet_wekker(session: AsyncSession, traject_id: str, volgende_wek: datetime | None) -> None:
    """Show the date the workflow itself waits for."""
    await session.execute(
        update(TrajectRij).where(TrajectRij.traject_id == traject_id).values(volgende_wek=volgende_wek)
    )


async def zet_mails(session: AsyncSession, statussen: Mapping[str, MailStatus], nu: datetime) -> None:
    """Mails that, as far as these tables know, did not leave, get the status they are known to have."""
    for sleutel, status in statussen.items():
        anders = await session.scalar(
            update(MailRij)
            .where(MailRij.id == sleutel, MailRij.status.in_(_NIET_WEG))
            .values(status=status, verzonden_op=nu if status is MailStatus.SENT else None, **_sinds_nu(status))
            .returning(MailRij.id)
            .execution_options(synchronize_session=False)
        )
        if anders is not None and status is MailStatus.HELD:
            await zet_aangehouden(session, sleutel, nu)


def _sinds_nu(status: MailStatus) -> dict[str, Any]:
    """What was under way or held counts from now: these tables know no better, and the watchman goes by these moments."""
    match status:
        case MailStatus.SENDING:
            return {"verzending_sinds": func.coalesce(MailRij.verzending_sinds, func.now())}
        case MailStatus.HELD:
            return {"aangehouden_sinds": None, "gemeld_op": None}
        case _:
            return {}


async def mails_sinds(session: AsyncSession, mail_ids: Collection[str]) -> dict[str, datetime]:
    """When these mails were written."""
    rijen = await session.execute(select(MailRij.id, MailRij.aangemaakt_op).where(MailRij.id.in_(mail_ids)))
    return {mail: op for mail, op in rijen}  # noqa: C416


async def overzichten_onderweg(
    session: AsyncSession, swv_id: str, tot: datetime, *, ook_vrijgegeven: bool = False
) -> dict[str, datetime]:
    """Morning mails written before `tot` that did not leave yet, with the moment they may leave.

    What was released waits for the watchman of the worker and not for the digest; it counts with `ook_vrijgegeven`, for
    tables that may not know that it left, and so do mails of the watch itself.
    """
    wiens = (
        or_(MailRij.spoed.is_(False), MailRij.sjabloon == Sjabloon.BEWAKING)
        if ook_vrijgegeven
        else and_(MailRij.spoed.is_(False), MailRij.vrijgegeven_op.is_(None))
    )
    rijen = await session.execute(
        select(MailRij.id, MailRij.niet_voor)
        .where(MailRij.swv_id == swv_id, wiens, MailRij.status.in_(_NIET_WEG), MailRij.aangemaakt_op < tot)
        .order_by(MailRij.id)
    )
    return {mail: niet_voor for mail, niet_voor in rijen}  # noqa: C416


async def al_verteld(session: AsyncSession, swv_id: str, ochtenden: Sequence[Ochtendpost]) -> dict[int, str]:
    """Messages that wait for a morning in these tables but were told on one of these: message id → mail id.

    The key of a morning mail follows from person, traject and date, so the digest's own list of ids says enough.
    """
    wachtend = await session.scalars(
        select(BerichtRij)
        .join(TrajectRij, TrajectRij.traject_id == BerichtRij.traject_id)
        .where(TrajectRij.swv_id == swv_id, BerichtRij.status == BerichtStatus.WACHT, BerichtRij.spoed.is_(False))
        .order_by(BerichtRij.id)
        .execution_options(populate_existing=True)
    )
    gevonden: dict[int, str] = {}
    for bericht in wachtend:
        for ochtend in ochtenden:
            mail = mail_id(overzicht_sleutel(swv_id, bericht, lokale_datum(ochtend.nu)))
            if bericht.aangemaakt_op <= ochtend.nu and mail in ochtend.mails:
                gevonden[bericht.id] = mail
                break
    return gevonden


async def boek_ochtenden(session: AsyncSession, swv_id: str, ochtenden: Sequence[Ochtendpost], nu: datetime) -> None:
    """Write down again what these mornings told: the mails, and which messages went with them. `nu` is now, on the clock
    of the cases."""
    verteld = await al_verteld(session, swv_id, ochtenden)
    per_mail = {mail: (o.nu, status) for o in ochtenden for mail, status in o.mails.items()}
    berichten = await session.scalars(select(BerichtRij).where(BerichtRij.id.in_(verteld)))
    for bericht in berichten:
        mail = verteld[bericht.id]
        ochtend, status = per_mail[mail]
        geschreven = await session.scalar(
            insert(MailRij)
            .values(
                id=mail,
                message_sleutel=overzicht_sleutel(swv_id, bericht, lokale_datum(ochtend)),
                sjabloon=Sjabloon.WEEKOVERZICHT,
                persoon_id=bericht.persoon_id,
                swv_id=swv_id,
                spoed=False,
                overzicht_op=lokale_datum(ochtend),
                status=status,
                niet_voor=ochtend,
                aangemaakt_op=ochtend,
                verzonden_op=ochtend if status is MailStatus.SENT else None,
                verzending_sinds=func.now() if status is MailStatus.SENDING else None,
            )
            .on_conflict_do_nothing()
            .returning(MailRij.id)
        )
        if geschreven is not None and status is MailStatus.HELD:
            await zet_aangehouden(session, mail, nu)
        bericht.status, bericht.mail_id = BerichtStatus.OPGENOMEN, mail
    await session.flush()


async def vul_teksten(session: AsyncSession, traject_id: str, refs: Collection[str], nu: datetime) -> None:
    """In the place of texts that are gone, a sentence that says so."""
    if refs:
        rijen = [{"id": ref, "traject_id": traject_id, "tekst": TEKST_KWIJT, "op": nu} for ref in refs]
        await session.execute(insert(Tekst).on_conflict_do_nothing(), rijen)
