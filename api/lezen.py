"""Small reads that only the site needs: names beside ids, the choices of a filter, free texts, the inbox."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.case_tables import Tekst
from storage.mail_tables import PostvakRij
from storage.people_tables import Leerling, Organisatie, OrganisatieSoort, Persoon


class Postvakregel(BaseModel):
    """A mail in the inbox of the demo, without its content. `ontvangen_op` is on the clock of the cases."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    id: int
    ontvangen_op: datetime
    ontvanger: str
    onderwerp: str


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


async def postvak(session: AsyncSession, limiet: int = 200) -> tuple[int, list[Postvakregel]]:
    """How many mails came in, and the newest of them."""
    totaal = await session.scalar(select(func.count()).select_from(PostvakRij))
    kolommen = select(PostvakRij.id, PostvakRij.ontvangen_op, PostvakRij.ontvanger, PostvakRij.onderwerp)
    rijen = await session.execute(kolommen.order_by(PostvakRij.id.desc()).limit(limiet))
    return totaal or 0, [Postvakregel.model_validate(rij) for rij in rijen]


async def ruwe_mail(session: AsyncSession, mail_id: int) -> tuple[Postvakregel, bytes] | None:
    """One mail as it came in; None when there is no such mail."""
    rij = await session.get(PostvakRij, mail_id)
    return (Postvakregel.model_validate(rij), rij.ruw) if rij else None
