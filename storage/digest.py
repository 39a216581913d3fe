"""The morning mails: what waits is gathered into one mail for each person, if today is a school day for them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.roles import Rol
from domain.tijd import lokale_datum
from storage.bestemming import geef_door
from storage.case_tables import TrajectRij
from storage.enqueue import mail_id, message_sleutel
from storage.mail_content import BerichtMetZaak, geldt_nog, haal_berichten, kies_sjabloon, maak_regels
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij, MailStatus
from storage.people_tables import Aanstelling, Organisatie, OrganisatieSoort
from storage.templates import MET_GEZAG

IsSchooldag = Callable[[str | None, date], bool]
"""(school_id, local date) -> is it a school day; None asks for somebody who belongs to no school."""


class _Groep(NamedTuple):
    """Who gets a mail; parents get one for each child, because they come as parent of that child."""

    persoon_id: str
    traject_id: str


async def maak_overzichten(session: AsyncSession, swv_id: str, nu: datetime, is_schooldag: IsSchooldag) -> list[str]:
    """Queue the mails of this morning; returns the ids of all of today that still have to leave.

    Safe to repeat: one mail for each person and local date. What comes in after it waits for the next morning. Messages
    that no longer hold lapse, whether or not their person gets mail today.
    """
    vandaag = lokale_datum(nu)
    wachtend = await haal_berichten(
        session,
        TrajectRij.swv_id == swv_id,
        BerichtRij.status == BerichtStatus.WACHT,
        BerichtRij.spoed.is_(False),
        vergrendel=True,
    )
    await _vervallen(session, [rij for rij in wachtend if not geldt_nog(rij)])
    blijft, doorgegeven = await geef_door(session, [rij for rij in wachtend if geldt_nog(rij)], nu)
    if doorgegeven:
        return await maak_overzichten(session, swv_id, nu, is_schooldag)
    groepen = _groepeer(blijft)
    scholen = await _scholen_van(session, {groep.persoon_id for groep in groepen}, vandaag)
    for groep, rijen in groepen.items():
        bij = {rijen[0].traject.school_id} if groep.traject_id else scholen.get(groep.persoon_id, {None})
        if any(is_schooldag(school, vandaag) for school in bij):
            await _maak_mail(session, swv_id, groep, rijen, nu)
    vandaag_klaar = select(MailRij.id).where(
        MailRij.swv_id == swv_id, MailRij.overzicht_op == vandaag, MailRij.status == MailStatus.QUEUED
    )
    return list(await session.scalars(vandaag_klaar.order_by(MailRij.id)))


async def _vervallen(session: AsyncSession, rijen: Sequence[BerichtMetZaak]) -> None:
    if rijen:
        await _zet(session, rijen, status=BerichtStatus.VERVALLEN)


async def _zet(session: AsyncSession, rijen: Sequence[BerichtMetZaak], **waarden: str) -> None:
    ids = [rij.bericht.id for rij in rijen]
    await session.execute(
        update(BerichtRij).where(BerichtRij.id.in_(ids)).values(**waarden).execution_options(synchronize_session=False)
    )


def _groepeer(rijen: Sequence[BerichtMetZaak]) -> dict[_Groep, list[BerichtMetZaak]]:
    groepen: dict[_Groep, list[BerichtMetZaak]] = defaultdict(list)
    for rij in rijen:
        groepen[_groep(rij.bericht)].append(rij)
    return groepen


def _groep(bericht: BerichtRij) -> _Groep:
    als_gezin = Rol(bericht.rol) in MET_GEZAG and not bericht.vervanging
    return _Groep(bericht.persoon_id, bericht.traject_id if als_gezin else "")


def overzicht_sleutel(swv_id: str, bericht: BerichtRij, dag: date) -> str:
    """The key of the mail that tells this message in the morning of that local date."""
    return _sleutel(swv_id, _groep(bericht), dag)


def _sleutel(swv_id: str, groep: _Groep, dag: date) -> str:
    return message_sleutel("overzicht", swv_id, groep.persoon_id, groep.traject_id, dag.isoformat())


async def _scholen_van(session: AsyncSession, personen: Collection[str], op: date) -> dict[str, set[str | None]]:
    gevonden = await session.execute(
        select(Aanstelling.persoon_id, Aanstelling.organisatie_id)
        .join(Organisatie, Organisatie.id == Aanstelling.organisatie_id)
        .where(
            Aanstelling.persoon_id.in_(personen),
            Organisatie.soort == OrganisatieSoort.SCHOOL,
            Aanstelling.van <= op,
            or_(Aanstelling.tot.is_(None), Aanstelling.tot >= op),
        )
    )
    scholen: dict[str, set[str | None]] = defaultdict(set)
    for persoon_id, school_id in gevonden:
        scholen[persoon_id].add(school_id)
    return scholen


async def _maak_mail(
    session: AsyncSession, swv_id: str, groep: _Groep, rijen: Sequence[BerichtMetZaak], nu: datetime
) -> None:
    vandaag = lokale_datum(nu)
    sleutel = _sleutel(swv_id, groep, vandaag)
    nieuw = insert(MailRij).values(
        id=mail_id(sleutel),
        message_sleutel=sleutel,
        sjabloon=kies_sjabloon(maak_regels(rijen)),
        persoon_id=groep.persoon_id,
        swv_id=swv_id,
        spoed=False,
        overzicht_op=vandaag,
        niet_voor=nu,
        aangemaakt_op=nu,
    )
    gemaakt = await session.scalar(nieuw.on_conflict_do_nothing().returning(MailRij.id))
    if gemaakt is not None:
        await _zet(session, rijen, status=BerichtStatus.OPGENOMEN, mail_id=gemaakt)
