"""The retention run in the tables: what is announced, what is held, what is due, and the register for people to read."""

from datetime import date, datetime

from sqlalchemy import Date, cast, delete, exists, func, not_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.bewaren import AANHOUDEN_HOOGSTENS, TERMIJNEN, WACHTTIJD, Bewaring, bewaring
from domain.errors import NietTeWissen
from domain.ids import traject_code
from domain.instellingen import Herkomst
from domain.tijd import in_woorden, lokale_datum
from domain.traject import TrajectStatus
from storage.case_tables import TijdlijnRij, TrajectRij
from storage.key_tables import AanhoudingRij, VernietigingRij, VernietigingStatus
from storage.people_tables import Leerling
from storage.views import View

_AANGEKONDIGD = VernietigingRij.status == VernietigingStatus.AANGEKONDIGD


class Bewaarregel(View):
    """A traject on its way to being destroyed, or the proof that it was. `reden` is what the one who holds it wrote."""

    traject_id: str
    code: str
    swv_id: str
    regel: str
    betekenis: str
    herkomst: Herkomst | None
    bron: str | None
    bewaard_tot: date | None
    aangekondigd_op: datetime
    niet_voor: datetime
    status: VernietigingStatus
    aangehouden_tot: date | None
    reden: str | None
    door: str | None
    aantallen: dict[str, int]
    voltooid_op: datetime | None


async def kondig_aan(session: AsyncSession, swv_id: str, nu: datetime) -> tuple[int, int]:
    """Announce what has been kept long enough, and take back what was reopened, or may be kept longer after all.

    Returns how many of each. Doing it again announces nothing twice.
    """
    vandaag = lokale_datum(nu)
    bewaren = await _bewaringen(session, swv_id)
    weg = await session.scalars(
        delete(VernietigingRij)
        .where(
            VernietigingRij.swv_id == swv_id,
            _AANGEKONDIGD,
            VernietigingRij.traject_id.not_in([t for t, b in bewaren.items() if b.tot < vandaag]),
            VernietigingRij.regel.in_(TERMIJNEN),
        )
        .returning(VernietigingRij.traject_id)
        .execution_options(synchronize_session=False)
    )
    ingetrokken = len(list(weg))
    nieuw = [
        {
            "traject_id": traject_id,
            "swv_id": swv_id,
            "regel": b.termijn.naam,
            "bewaard_tot": b.tot,
            "aangekondigd_op": nu,
            "niet_voor": nu + WACHTTIJD,
        }
        for traject_id, b in bewaren.items()
        if b.tot < vandaag
    ]
    if not nieuw:
        return 0, ingetrokken
    geschreven = insert(VernietigingRij).on_conflict_do_nothing().returning(VernietigingRij.traject_id)
    return len(list(await session.scalars(geschreven, nieuw))), ingetrokken


async def meld_verzoek(session: AsyncSession, traject_id: str, swv_id: str, regel: str, nu: datetime) -> None:
    """A person asks for one traject to be destroyed now: in the register, without a waiting time."""
    rij = insert(VernietigingRij).values(
        traject_id=traject_id, swv_id=swv_id, regel=regel, aangekondigd_op=nu, niet_voor=nu
    )
    opnieuw = {"regel": regel, "bewaard_tot": None, "niet_voor": nu}
    await session.execute(
        rij.on_conflict_do_update(index_elements=[VernietigingRij.traject_id], set_=opnieuw, where=_AANGEKONDIGD)
    )


async def te_vernietigen(session: AsyncSession, swv_id: str, nu: datetime) -> list[str]:
    """What is due now and held by nobody, and whatever was begun and is not finished, oldest first."""
    aangehouden = exists().where(
        AanhoudingRij.traject_id == VernietigingRij.traject_id, AanhoudingRij.tot >= lokale_datum(nu)
    )
    mag_nu = _AANGEKONDIGD & (VernietigingRij.niet_voor <= nu) & not_(aangehouden)
    onderweg = VernietigingRij.status.in_([VernietigingStatus.GEGEVENS_WEG, VernietigingStatus.WORKFLOWS_WEG])
    gevonden = await session.scalars(
        select(VernietigingRij.traject_id)
        .where(VernietigingRij.swv_id == swv_id, mag_nu | onderweg)
        .order_by(VernietigingRij.niet_voor, VernietigingRij.traject_id)
    )
    return list(gevonden)


async def houd_aan(session: AsyncSession, traject_id: str, *, tot: date, reden: str, door: str, nu: datetime) -> None:
    """Keep a traject from being destroyed up to and including `tot`; once more replaces the earlier hold.

    Raises NietTeWissen for a date that has passed or lies too far ahead, or a traject that is being destroyed already.
    """
    vandaag = lokale_datum(nu)
    if not vandaag <= tot <= vandaag + AANHOUDEN_HOOGSTENS:
        raise NietTeWissen(
            "De datum tot wanneer u aanhoudt, ligt tussen vandaag en een jaar vooruit.",
            veld="tot",
            remedie=f"Kies een datum tot en met {in_woorden(vandaag + AANHOUDEN_HOOGSTENS)}; verlengen kan later.",
        )
    stand = await session.get(VernietigingRij, traject_id, with_for_update=True, populate_existing=True)
    if stand is not None and stand.status != VernietigingStatus.AANGEKONDIGD:
        raise NietTeWissen("Dit traject wordt of is al vernietigd.", veld="traject", remedie="Aanhouden kan niet meer.")
    waarden = {"tot": tot, "reden": reden, "door": door, "op": nu}
    rij = insert(AanhoudingRij).values(traject_id=traject_id, **waarden)
    await session.execute(rij.on_conflict_do_update(index_elements=[AanhoudingRij.traject_id], set_=waarden))


async def geef_vrij(session: AsyncSession, traject_id: str) -> bool:
    """End a hold. False when there was none."""
    weg = delete(AanhoudingRij).where(AanhoudingRij.traject_id == traject_id).returning(AanhoudingRij.traject_id)
    return await session.scalar(weg.execution_options(synchronize_session=False)) is not None


async def aangehouden_tot(session: AsyncSession, traject_id: str, op: date) -> date | None:
    """Until when somebody holds this traject on the local date `op`; None when nobody does."""
    return await session.scalar(
        select(AanhoudingRij.tot).where(AanhoudingRij.traject_id == traject_id, AanhoudingRij.tot >= op)
    )


async def bewaarlijst(
    session: AsyncSession, op: date, *, swv_id: str | None = None, vernietigd: bool = False
) -> list[Bewaarregel]:
    """The report: what will be destroyed and when, soonest first; with `vernietigd` what was destroyed, latest first."""
    voltooid = VernietigingRij.status == VernietigingStatus.VOLTOOID
    vraag = (
        select(VernietigingRij, AanhoudingRij)
        .outerjoin(AanhoudingRij, (AanhoudingRij.traject_id == VernietigingRij.traject_id) & (AanhoudingRij.tot >= op))
        .where(voltooid if vernietigd else not_(voltooid))
        .order_by(VernietigingRij.voltooid_op.desc() if vernietigd else VernietigingRij.niet_voor)
        .order_by(VernietigingRij.traject_id)
        .execution_options(populate_existing=True)
    )
    if swv_id is not None:
        vraag = vraag.where(VernietigingRij.swv_id == swv_id)
    return [_regel(rij, aanhouding) for rij, aanhouding in await session.execute(vraag)]


def _regel(rij: VernietigingRij, aanhouding: AanhoudingRij | None) -> Bewaarregel:
    termijn = TERMIJNEN.get(rij.regel)
    return Bewaarregel(
        traject_id=rij.traject_id,
        code=traject_code(rij.traject_id),
        swv_id=rij.swv_id,
        regel=rij.regel,
        betekenis=termijn.betekenis if termijn else "op verzoek",
        herkomst=termijn.herkomst if termijn else None,
        bron=termijn.bron if termijn else None,
        bewaard_tot=rij.bewaard_tot,
        aangekondigd_op=rij.aangekondigd_op,
        niet_voor=rij.niet_voor,
        status=VernietigingStatus(rij.status),
        aangehouden_tot=aanhouding.tot if aanhouding else None,
        reden=aanhouding.reden if aanhouding else None,
        door=rij.door,
        aantallen=rij.aantallen,
        voltooid_op=rij.voltooid_op,
    )


async def _bewaringen(session: AsyncSession, swv_id: str) -> dict[str, Bewaring]:
    """How long each closed traject of this samenwerkingsverband is kept."""
    gesloten_op = (
        select(func.max(cast(TijdlijnRij.feit["op"].astext, Date)))
        .where(TijdlijnRij.traject_id == TrajectRij.traject_id, TijdlijnRij.soort == "traject_gesloten")
        .scalar_subquery()
    )
    rijen = await session.execute(
        select(
            TrajectRij.traject_id,
            gesloten_op,
            TrajectRij.bijgewerkt_op,
            Leerling.uitgeschreven_op,
            TrajectRij.staat["toestemmingen"],
        )
        .outerjoin(Leerling, Leerling.id == TrajectRij.leerling_id)
        .where(TrajectRij.swv_id == swv_id, TrajectRij.status == TrajectStatus.GESLOTEN)
    )
    return {
        traject_id: bewaring(gesloten or lokale_datum(bijgewerkt), uitgeschreven, frozenset(gevraagd or {}))
        for traject_id, gesloten, bijgewerkt, uitgeschreven, gevraagd in rijen
    }
