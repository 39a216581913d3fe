"""What is particular to one school: its region, its own days, and settings it or its samenwerkingsverband changed."""

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.dagen import Periode, Regio
from domain.instellingen import Instellingen
from domain.termijn import Klok, Termijn
from storage.errors import SchoolOnbekend
from storage.people_tables import Instelling, Kalenderuitzondering, Organisatie


class Schoolgegevens(BaseModel):
    """A school as the calendar and the core need it; `herkomst` lists the organisations from school up to swv."""

    model_config = ConfigDict(frozen=True)
    school_id: str
    swv_id: str
    naam: str
    regio: Regio
    herkomst: tuple[str, ...]
    eigen_vrij: tuple[Periode, ...] = ()
    eigen_open: tuple[Periode, ...] = ()
    instellingen: Instellingen = Instellingen()


async def lees_school(session: AsyncSession, school_id: str) -> Schoolgegevens:
    """The school with its own days and settings; what a school set goes before what its swv set.

    Raises SchoolOnbekend when there is no such school, or it stands under no samenwerkingsverband.
    """
    keten: list[Organisatie] = []
    volgende: str | None = school_id
    while volgende is not None and len(keten) < 5:
        rij = await session.get(Organisatie, volgende)
        if rij is None:
            break
        keten.append(rij)
        volgende = rij.ouder_id
    if not keten or keten[0].soort != "school" or keten[-1].soort != "swv":
        raise SchoolOnbekend(school_id)
    dagen = list(
        await session.scalars(select(Kalenderuitzondering).where(Kalenderuitzondering.organisatie_id == school_id))
    )
    regio = next((o.regio for o in keten if o.regio), None)
    if regio is None:
        raise SchoolOnbekend(school_id)
    return Schoolgegevens(
        school_id=school_id,
        swv_id=keten[-1].id,
        naam=keten[0].naam,
        regio=Regio(regio),
        herkomst=tuple(o.id for o in keten),
        eigen_vrij=tuple(_periode(d) for d in dagen if not d.open),
        eigen_open=tuple(_periode(d) for d in dagen if d.open),
        instellingen=await _instellingen(session, [o.id for o in keten]),
    )


def _periode(rij: Kalenderuitzondering) -> Periode:
    return Periode(van=rij.van, tot_en_met=rij.tot_en_met, naam=rij.naam)


async def _instellingen(session: AsyncSession, herkomst: list[str]) -> Instellingen:
    rijen = await session.scalars(select(Instelling).where(Instelling.organisatie_id.in_(herkomst)))
    hoogste_eerst = sorted(rijen, key=lambda r: herkomst.index(r.organisatie_id), reverse=True)
    return Instellingen(anders={r.naam: Termijn(aantal=r.aantal, klok=Klok(r.klok)) for r in hoogste_eerst})


async def alle_swv(session: AsyncSession) -> list[str]:
    """Ids of every samenwerkingsverband."""
    return list(
        await session.scalars(select(Organisatie.id).where(Organisatie.soort == "swv").order_by(Organisatie.id))
    )


async def scholen_van_swv(session: AsyncSession, swv_id: str) -> list[str]:
    """Ids of the schools under a samenwerkingsverband, through their boards."""
    bestuur = select(Organisatie.id).where(Organisatie.ouder_id == swv_id)
    return list(
        await session.scalars(
            select(Organisatie.id)
            .where(Organisatie.soort == "school", Organisatie.ouder_id.in_(bestuur) | (Organisatie.ouder_id == swv_id))
            .order_by(Organisatie.id)
        )
    )
