"""Small reads that only the site needs: names beside ids, the choices of a filter, free texts, the inbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.traject import Traject, TrajectStatus
from storage.case_tables import Tekst, TrajectRij
from storage.mail_tables import PostvakRij
from storage.people_tables import Leerling, Organisatie, OrganisatieSoort, Persoon


class Postvakregel(BaseModel):
    """A mail in the inbox of the demo, without its content. `op` is on the clock of the cases: the moment in the mail
    itself, or for a mail without one the moment it came in."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    id: int
    op: datetime
    ontvanger: str
    onderwerp: str
    trajecten: tuple[str, ...]


@dataclass(frozen=True)
class Postvakfilter:
    """Which mails to list: part of an address, one of these subjects, about this traject."""

    ontvanger: str = ""
    onderwerpen: tuple[str, ...] = ()
    traject_id: str = ""


async def namen_van(session: AsyncSession, persoon_ids: Iterable[str]) -> dict[str, str]:
    """Names by id, for a screen; ids that are not known are left out."""
    rijen = await session.execute(
        select(Persoon.id, Persoon.voornaam + " " + Persoon.achternaam).where(Persoon.id.in_(set(persoon_ids)))
    )
    return {sleutel: waarde for sleutel, waarde in rijen}  # noqa: C416


async def leerlingnaam(session: AsyncSession, leerling_id: str) -> str | None:
    """The name of a pupil, for a screen."""
    return await session.scalar(select(Leerling.voornaam + " " + Leerling.achternaam).where(Leerling.id == leerling_id))


async def scholen(session: AsyncSession) -> list[tuple[str, str]]:
    """Every school as (id, name), by name."""
    rijen = await session.execute(
        select(Organisatie.id, Organisatie.naam)
        .where(Organisatie.soort == OrganisatieSoort.SCHOOL)
        .order_by(Organisatie.naam, Organisatie.id)
    )
    return [(school_id, naam) for school_id, naam in rijen]


async def teksten(session: AsyncSession, refs: Iterable[str]) -> dict[str, str]:
    """Free texts by reference."""
    rijen = await session.execute(select(Tekst.id, Tekst.tekst).where(Tekst.id.in_(set(refs))))
    return {sleutel: waarde for sleutel, waarde in rijen}  # noqa: C416


_OP = func.coalesce(PostvakRij.gedateerd_op, PostvakRij.ontvangen_op)
_REGEL = (PostvakRij.id, _OP.label("op"), PostvakRij.ontvanger, PostvakRij.onderwerp, PostvakRij.trajecten)


async def postvak(
    session: AsyncSession, filter_: Postvakfilter, *, limiet: int, offset: int = 0
) -> tuple[int, list[Postvakregel]]:
    """How many mails fit the filter, and a page of them, newest first."""
    waar = []
    if filter_.ontvanger:
        waar.append(PostvakRij.ontvanger.icontains(filter_.ontvanger, autoescape=True))
    if filter_.onderwerpen:
        waar.append(PostvakRij.onderwerp.in_(filter_.onderwerpen))
    if filter_.traject_id:
        waar.append(PostvakRij.trajecten.contains([filter_.traject_id]))
    totaal = await session.scalar(select(func.count()).select_from(PostvakRij).where(*waar))
    volgorde = (_OP.desc(), PostvakRij.id.desc())
    rijen = await session.execute(select(*_REGEL).where(*waar).order_by(*volgorde).limit(limiet).offset(offset))
    return totaal or 0, [Postvakregel.model_validate(rij) for rij in rijen]


async def ruwe_mail(session: AsyncSession, mail_id: int) -> tuple[Postvakregel, bytes] | None:
    """One mail as it came in; None when there is no such mail."""
    rij = (await session.execute(select(*_REGEL, PostvakRij.ruw).where(PostvakRij.id == mail_id))).one_or_none()
    return (Postvakregel.model_validate(rij), rij.ruw) if rij else None


async def lopende_trajecten(session: AsyncSession, limiet: int = 200) -> list[Traject]:
    """The states of open trajecten, in a fixed order."""
    staten = await session.scalars(
        select(TrajectRij.staat)
        .where(TrajectRij.status == TrajectStatus.LOPEND)
        .order_by(TrajectRij.traject_id)
        .limit(limiet)
    )
    return [Traject.model_validate(staat) for staat in staten]
