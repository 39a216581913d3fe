"""Erasing one traject from the tables, stage by stage, and the register of what was destroyed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Delete, and_, delete, exists, not_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NietTeWissen, TrajectLoopt, TrajectOnbekend
from domain.ids import traject_workflow_id
from domain.traject import TrajectStatus
from storage.case_tables import AfspraakRij, OpdrachtRij, OpdrachtSoort, OpdrachtStatus, Tekst, TijdlijnRij, TrajectRij
from storage.key_tables import AanhoudingRij, VernietigingRij, VernietigingStatus
from storage.mail_tables import BerichtRij, MailRij
from storage.people_tables import Aanstelling, Betrokkene, Gezagdrager, Leerling, Persoon
from storage.zaaksleutels import vernietig

# Mails of the demo's inbox: those that carry the key of a mail that goes, and those to somebody who goes.
_POSTVAK = text(
    """
    DELETE FROM postvak WHERE lower(ontvanger) = ANY(:adressen) OR EXISTS (
        SELECT FROM unnest(CAST(:sleutels AS text[])) AS s WHERE position(convert_to(s, 'UTF8') IN ruw) > 0
    )
    """
)


class Vernietiging(BaseModel):
    """A line of the register: announced, under way, or the proof that it was done. Holds no personal data."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    traject_id: str
    swv_id: str
    regel: str
    bewaard_tot: date | None
    aangekondigd_op: datetime
    niet_voor: datetime
    status: VernietigingStatus
    door: str | None
    aantallen: dict[str, Any]
    begonnen_op: datetime | None
    voltooid_op: datetime | None


async def lees_vernietiging(session: AsyncSession, traject_id: str) -> Vernietiging | None:
    """What the register has of this traject."""
    rij = await session.get(VernietigingRij, traject_id, populate_existing=True)
    return Vernietiging.model_validate(rij) if rij else None


async def eis_gesloten(session: AsyncSession, traject_id: str) -> TrajectRij:
    """The traject, locked. Raises TrajectOnbekend, TrajectLoopt, and NietTeWissen while an act still waits."""
    rij = await session.get(TrajectRij, traject_id, with_for_update=True, populate_existing=True)
    if rij is None:
        raise TrajectOnbekend("Dit traject bestaat niet.", veld="traject", remedie="Kies een traject uit de lijst.")
    if rij.status != TrajectStatus.GESLOTEN:
        raise TrajectLoopt(
            "Dit traject loopt nog. Alleen een gesloten traject kan worden gewist.",
            veld="traject",
            remedie="Sluit het traject eerst, of laat het lopen.",
        )
    wacht = exists().where(OpdrachtRij.traject_id == traject_id, OpdrachtRij.status == OpdrachtStatus.ONTVANGEN)
    if await session.scalar(select(wacht)):
        raise NietTeWissen(
            "Op dit traject wacht nog een handeling die niet verwerkt is.",
            veld="traject",
            remedie="Wacht tot die verwerkt of geweigerd is en probeer het opnieuw.",
        )
    return rij


async def wis_gegevens(session: AsyncSession, traject_id: str, *, door: str, nu: datetime) -> None:
    """First stage, one transaction of the caller: everything in the tables. The traject was announced before.

    Raises what `eis_gesloten` raises.
    """
    traject = await eis_gesloten(session, traject_id)
    stand = await session.get_one(VernietigingRij, traject_id, with_for_update=True, populate_existing=True)
    stand.status, stand.door, stand.begonnen_op = VernietigingStatus.GEGEVENS_WEG, door, nu
    await session.flush()  # from here on the timeline lets go, and the traject does not come back
    stand.aantallen = await _wis(session, traject_id, traject.leerling_id)
    await session.flush()


async def markeer_workflows_weg(session: AsyncSession, traject_id: str, runs: int) -> None:
    """Second stage: Temporal has nothing of it any more."""
    stand = await session.get_one(VernietigingRij, traject_id, with_for_update=True, populate_existing=True)
    stand.status = VernietigingStatus.WORKFLOWS_WEG
    stand.aantallen = {**stand.aantallen, "runs": runs}
    await session.flush()


async def rond_af(session: AsyncSession, traject_id: str, nu: datetime) -> None:
    """Third stage: what came in during the first two, and the key. After this the line in the register is the proof."""
    stand = await session.get_one(VernietigingRij, traject_id, with_for_update=True, populate_existing=True)
    na = await _wis(session, traject_id, None)
    telling = {naam: stand.aantallen.get(naam, 0) + aantal for naam, aantal in na.items()}
    sleutel = await vernietig(session, traject_workflow_id(traject_id))
    stand.aantallen = {**stand.aantallen, **telling, "sleutel": int(sleutel)}
    stand.status, stand.voltooid_op = VernietigingStatus.VOLTOOID, nu
    await session.flush()


async def _wis(session: AsyncSession, traject_id: str, leerling_id: str | None) -> dict[str, int]:
    """Counts by kind. Order: from what refers to what is referred to."""
    n: dict[str, int] = {}
    mails = set(await session.scalars(select(BerichtRij.mail_id).where(BerichtRij.traject_id == traject_id).distinct()))
    betrokken = set(
        await session.scalars(select(Betrokkene.persoon_id).where(Betrokkene.traject_id == traject_id).distinct())
    )
    n["afspraken"] = await _weg(session, delete(AfspraakRij).where(AfspraakRij.traject_id == traject_id))
    for naam, tabel in (
        ("berichten", BerichtRij),
        ("betrokkenen", Betrokkene),
        ("teksten", Tekst),
        ("handelingen", OpdrachtRij),
        ("aanhoudingen", AanhoudingRij),
        ("feiten", TijdlijnRij),
        ("trajecten", TrajectRij),
    ):
        n[naam] = await _weg(session, delete(tabel).where(tabel.traject_id == traject_id))
    n["mails"], sleutels = await _wis_mails(session, [m for m in mails if m is not None])
    if leerling_id is not None:
        ouders = await _wis_leerling(session, leerling_id, n)
        betrokken |= ouders
    n["personen"], adressen = await _wis_personen(session, betrokken)
    gewist = await session.execute(_POSTVAK, {"adressen": adressen, "sleutels": sleutels})
    n["postvak"] = getattr(gewist, "rowcount", 0)
    return n


async def _wis_mails(session: AsyncSession, mails: Sequence[str]) -> tuple[int, list[str]]:
    """Mails that told of nothing else."""
    nog_nodig = exists().where(BerichtRij.mail_id == MailRij.id)
    sleutels = list(
        await session.scalars(
            delete(MailRij)
            .where(MailRij.id.in_(mails), not_(nog_nodig))
            .returning(MailRij.message_sleutel)
            .execution_options(synchronize_session=False)
        )
    )
    return len(sleutels), sleutels


async def _wis_leerling(session: AsyncSession, leerling_id: str, n: dict[str, int]) -> set[str]:
    """The pupil, unless there is another traject or one is being started. Gives back who had or has authority."""
    begint = exists().where(
        OpdrachtRij.status == OpdrachtStatus.ONTVANGEN,
        OpdrachtRij.soort == OpdrachtSoort.START,
        OpdrachtRij.inhoud["leerling_id"].astext == leerling_id,
    )
    ander = exists().where(TrajectRij.leerling_id == leerling_id)
    n["leerlingen"] = n["gezag"] = 0
    if await session.scalar(select(or_(begint, ander))):
        return set()
    van = Gezagdrager.leerling_id == leerling_id
    ouders = set(await session.scalars(select(Gezagdrager.persoon_id).where(van)))
    n["gezag"] = await _weg(session, delete(Gezagdrager).where(van))
    n["leerlingen"] = await _weg(session, delete(Leerling).where(Leerling.id == leerling_id))
    return ouders


async def _wis_personen(session: AsyncSession, kandidaten: set[str]) -> tuple[int, list[str]]:
    """People who play no part anywhere else. Gives back how many, and their addresses."""
    speelt_mee: ColumnElement[bool] = or_(
        exists().where(Aanstelling.persoon_id == Persoon.id),
        exists().where(or_(Gezagdrager.persoon_id == Persoon.id, Gezagdrager.vastgesteld_door == Persoon.id)),
        exists().where(Betrokkene.persoon_id == Persoon.id),
        exists().where(AfspraakRij.persoon_id == Persoon.id),
        exists().where(BerichtRij.persoon_id == Persoon.id),
        exists().where(MailRij.persoon_id == Persoon.id),
    )
    weg = list(
        await session.scalars(
            delete(Persoon)
            .where(and_(Persoon.id.in_(kandidaten), not_(speelt_mee)))
            .returning(Persoon.email)
            .execution_options(synchronize_session=False)
        )
    )
    return len(weg), [adres.lower() for adres in weg if adres]


async def _weg(session: AsyncSession, weg: Delete) -> int:
    gewist = await session.execute(weg.execution_options(synchronize_session=False))
    return int(getattr(gewist, "rowcount", 0))
