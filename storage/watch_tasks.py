"""Tasks of the watch: one open task for each kind of problem and samenwerkingsverband, with an owner."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.bewaking import EIGENAREN, Bevinding, Controle, titel, vraagt_iemand
from domain.roles import Rol
from domain.sjabloon import Sjabloon
from domain.tijd import lokale_datum
from storage.enqueue import mail_id, message_sleutel
from storage.mail_tables import MailRij
from storage.people_tables import Aanstelling, Persoon
from storage.watch_tables import Bewakingstaak


class Taak(BaseModel):
    """A task of the watch as people see it. Moments are on the clock of the cases."""

    model_config = ConfigDict(frozen=True)
    swv_id: str
    controle: Controle
    titel: str
    aantal: int
    voorbeelden: tuple[str, ...]
    rol: Rol
    persoon_id: str | None
    geopend_op: datetime


class Bijgewerkt(BaseModel):
    """What a daily check did: kinds of problem that are new, and that are solved."""

    model_config = ConfigDict(frozen=True)
    geopend: tuple[Controle, ...] = ()
    gesloten: tuple[Controle, ...] = ()


async def werk_bij(session: AsyncSession, swv_id: str, bevindingen: Iterable[Bevinding], nu: datetime) -> Bijgewerkt:
    """Open a task for what is wrong, close it for what is right again. Safe to repeat. `nu`: clock of the cases."""
    rol, persoon_id = await eigenaar(session, swv_id, lokale_datum(nu))
    geopend, gesloten = [], []
    for bevinding in bevindingen:
        if vraagt_iemand(bevinding):
            if await _open(session, swv_id, bevinding, rol, persoon_id, nu):
                geopend.append(bevinding.controle)
        elif await _sluit(session, swv_id, bevinding.controle, nu):
            gesloten.append(bevinding.controle)
    if geopend and persoon_id is not None:
        await _zet_mail_klaar(session, swv_id, persoon_id, nu)
    return Bijgewerkt(geopend=tuple(geopend), gesloten=tuple(gesloten))


async def open_taken(session: AsyncSession, swv_id: str | None = None) -> list[Taak]:
    """What is to be done now, oldest first."""
    vraag = select(Bewakingstaak).where(Bewakingstaak.gesloten_op.is_(None)).execution_options(populate_existing=True)
    if swv_id is not None:
        vraag = vraag.where(Bewakingstaak.swv_id == swv_id)
    return [
        Taak(
            swv_id=rij.swv_id,
            controle=Controle(rij.controle),
            titel=titel(Controle(rij.controle)),
            aantal=rij.aantal,
            voorbeelden=tuple(rij.voorbeelden),
            rol=Rol(rij.rol),
            persoon_id=rij.persoon_id,
            geopend_op=rij.geopend_op,
        )
        for rij in await session.scalars(vraag.order_by(Bewakingstaak.geopend_op, Bewakingstaak.id))
    ]


async def eigenaar(session: AsyncSession, swv_id: str, op: date) -> tuple[Rol, str | None]:
    """Whose task it is: the first role of `EIGENAREN` that somebody reachable holds at the samenwerkingsverband."""
    volgorde = case({str(rol): nr for nr, rol in enumerate(EIGENAREN)}, value=Aanstelling.rol)
    gevonden = await session.execute(
        select(Aanstelling.rol, Aanstelling.persoon_id)
        .join(Persoon, Persoon.id == Aanstelling.persoon_id)
        .where(
            Aanstelling.organisatie_id == swv_id,
            Aanstelling.rol.in_([str(rol) for rol in EIGENAREN]),
            Aanstelling.van <= op,
            or_(Aanstelling.tot.is_(None), Aanstelling.tot >= op),
            Persoon.actief,
            Persoon.email.is_not(None),
        )
        .order_by(volgorde, Aanstelling.persoon_id)
        .limit(1)
    )
    rij = gevonden.one_or_none()
    return (Rol(rij[0]), rij[1]) if rij else (EIGENAREN[0], None)


async def _open(
    session: AsyncSession, swv_id: str, bevinding: Bevinding, rol: Rol, persoon_id: str | None, nu: datetime
) -> bool:
    """True when the task is new; one that was open follows the numbers and whoever holds the role now."""
    gezien = {
        "aantal": bevinding.aantal,
        "voorbeelden": list(bevinding.voorbeelden),
        "rol": rol,
        "persoon_id": persoon_id,
        "gezien_op": nu,
    }
    bestaand = await session.scalar(
        update(Bewakingstaak)
        .where(
            Bewakingstaak.swv_id == swv_id,
            Bewakingstaak.controle == bevinding.controle,
            Bewakingstaak.gesloten_op.is_(None),
        )
        .values(**gezien)
        .returning(Bewakingstaak.id)
        .execution_options(synchronize_session=False)
    )
    if bestaand is not None:
        return False
    nieuw = insert(Bewakingstaak).values(swv_id=swv_id, controle=bevinding.controle, geopend_op=nu, **gezien)
    return await session.scalar(nieuw.on_conflict_do_nothing().returning(Bewakingstaak.id)) is not None


async def _sluit(session: AsyncSession, swv_id: str, controle: Controle, nu: datetime) -> bool:
    geraakt = await session.scalar(
        update(Bewakingstaak)
        .where(Bewakingstaak.swv_id == swv_id, Bewakingstaak.controle == controle, Bewakingstaak.gesloten_op.is_(None))
        .values(gesloten_op=nu)
        .returning(Bewakingstaak.id)
        .execution_options(synchronize_session=False)
    )
    return geraakt is not None


async def _zet_mail_klaar(session: AsyncSession, swv_id: str, persoon_id: str, nu: datetime) -> None:
    """One mail a day at most. It belongs to no workflow, so the watchman of the worker delivers it."""
    sleutel = message_sleutel("bewaking", swv_id, persoon_id, lokale_datum(nu).isoformat())
    await session.execute(
        insert(MailRij)
        .values(
            id=mail_id(sleutel),
            message_sleutel=sleutel,
            sjabloon=Sjabloon.BEWAKING,
            persoon_id=persoon_id,
            swv_id=swv_id,
            spoed=True,
            niet_voor=nu,
            aangemaakt_op=nu,
            vrijgegeven_op=nu,
        )
        .on_conflict_do_nothing()
    )
