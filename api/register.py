"""What the gate looks up in the tables before something travels: who has gezag now, and whether another traject runs."""

from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.weigeringen import GezagOnbekend, LooptAl
from domain.consent import Gezag
from domain.handelingen import EenHandeling, Heropen, WijzigGezag
from domain.traject import Traject, TrajectStatus
from storage.case_tables import OpdrachtRij, OpdrachtSoort, OpdrachtStatus, TrajectRij
from storage.people import gezag_nagegaan, gezag_van
from storage.people_tables import Leerling


async def eis_gezag_van(session: AsyncSession, leerling_id: str, op: date) -> Gezag:
    """Who can be asked on the local date `op`. Raises GezagOnbekend when that is nobody, LeerlingOnbekend."""
    gezag = await gezag_van(session, leerling_id, op)
    if not gezag.gezagdragers:
        raise GezagOnbekend(
            "Van deze leerling is niet bekend wie het gezag heeft.",
            veld="leerling_id",
            remedie="Ga na wie het gezag heeft en leg dat eerst vast. Zonder gezagdrager kan niemand toestemming geven.",
        )
    return gezag


async def vul_aan(session: AsyncSession, traject: Traject, handeling: EenHandeling, op: date) -> EenHandeling:
    """The act with what the register says. Raises LooptAl when reopening would give a pupil two running trajecten on one
    route, and GezagOnbekend."""
    if isinstance(handeling, Heropen):
        if traject.status is TrajectStatus.GESLOTEN:
            await session.get(Leerling, traject.leerling_id, with_for_update=True)
            await eis_nog_geen(session, traject.leerling_id, traject.route.route)
        return handeling.model_copy(update={"gezag": await eis_gezag_van(session, traject.leerling_id, op)})
    if isinstance(handeling, WijzigGezag):
        nagegaan = await gezag_nagegaan(session, traject.leerling_id)
        return handeling.model_copy(
            update={
                "gezag": await eis_gezag_van(session, traject.leerling_id, op),
                "vastgesteld_op": nagegaan.op if nagegaan else None,
                "vastgesteld_door": nagegaan.door if nagegaan else None,
            }
        )
    return handeling


async def eis_nog_geen(session: AsyncSession, leerling_id: str, route: str) -> None:
    """No running traject of this pupil on this route, nor one whose start or reopening is still on its way. Raises LooptAl.

    The caller holds the lock on the pupil: looking and writing are one.
    """
    deze = and_(TrajectRij.leerling_id == leerling_id, TrajectRij.route == route)
    loopt = select(TrajectRij.traject_id).where(deze, TrajectRij.status == TrajectStatus.LOPEND)
    gestart = select(OpdrachtRij.traject_id).where(
        OpdrachtRij.soort == OpdrachtSoort.START,
        OpdrachtRij.status != OpdrachtStatus.GEWEIGERD,
        OpdrachtRij.inhoud["leerling_id"].as_string() == leerling_id,
        OpdrachtRij.inhoud["route"]["route"].as_string() == route,
        OpdrachtRij.traject_id.not_in(select(TrajectRij.traject_id)),
    )
    heropend = (
        select(OpdrachtRij.traject_id)
        .join(TrajectRij, and_(TrajectRij.traject_id == OpdrachtRij.traject_id, deze))
        .where(
            OpdrachtRij.soort == OpdrachtSoort.HANDELING,
            OpdrachtRij.inhoud["handeling"]["soort"].as_string() == "heropen",
            or_(
                OpdrachtRij.status == OpdrachtStatus.ONTVANGEN,
                and_(OpdrachtRij.status == OpdrachtStatus.VERWERKT, OpdrachtRij.versie > TrajectRij.versie),
            ),
        )
    )
    if await session.scalar(loopt.union_all(gestart, heropend).limit(1)) is not None:
        raise LooptAl(
            "Deze leerling heeft al een lopend traject op deze route.",
            veld="leerling_id",
            remedie="Ga verder met het lopende traject, of wacht tot het is afgesloten.",
        )
