"""Who is told, and who signs: people found at the moment it matters."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Date, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.consent import Gezag, Leeftijdsgroep
from domain.ids import PersoonId
from domain.roles import Rol
from storage.errors import LeerlingOnbekend
from storage.holders import een_zaak, houders, vervulling
from storage.people_tables import Gezagdrager, Leerling

_GROEPEN = (
    (18, Leeftijdsgroep.VANAF_18),
    (16, Leeftijdsgroep.VAN_16_TOT_18),
    (12, Leeftijdsgroep.VAN_12_TOT_16),
)


class Ontvanger(BaseModel):
    """Somebody to be told. With `vervanging` they stand in for a role that nobody holds or that cannot be reached."""

    model_config = ConfigDict(frozen=True)
    persoon_id: PersoonId
    vervanging: bool = False


Vraag = tuple[Rol, str | None]


async def ontvangers(
    session: AsyncSession,
    traject_id: str,
    school_id: str,
    leerling_id: str,
    rol: Rol,
    persoon_id: str | None,
    op: date,
) -> tuple[Ontvanger, ...]:
    """Everybody to be told when `rol` (or this one person) must be told on the local date `op`, by id.

    Empty only when neither the role nor any stand-in up to the coordinator has somebody with an address: the caller
    logs that as rol_onbezet.
    """
    gevonden = await zoek_ontvangers(session, traject_id, school_id, leerling_id, [(rol, persoon_id)], op)
    return gevonden[rol, persoon_id]


async def zoek_ontvangers(
    session: AsyncSession, traject_id: str, school_id: str, leerling_id: str, vragen: Iterable[Vraag], op: date
) -> dict[Vraag, tuple[Ontvanger, ...]]:
    """As `ontvangers`, for several questions of one traject in at most two queries.

    A person who is named counts only while they have a place in the case: who left the school is told nothing any more.
    """
    vragen = set(vragen)
    genoemd = {persoon_id for _, persoon_id in vragen if persoon_id is not None}
    bereikbaar: set[str] = set()
    if genoemd:
        h = houders(een_zaak(), op, bereikbaar=True)
        zaak = {"traject_id": traject_id, "school_id": school_id, "leerling_id": leerling_id}
        bereikbaar = set(await session.scalars(select(h.c.persoon_id).where(h.c.persoon_id.in_(genoemd)), zaak))
    rollen = {rol for rol, persoon_id in vragen if persoon_id not in bereikbaar}
    per_rol = await _per_rol(session, traject_id, school_id, leerling_id, rollen, op) if rollen else {}

    def antwoord(rol: Rol, persoon_id: str | None) -> tuple[Ontvanger, ...]:
        if persoon_id is not None and persoon_id in bereikbaar:
            return (Ontvanger(persoon_id=PersoonId(persoon_id)),)
        gevonden = per_rol.get(rol, ())
        if persoon_id is None:
            return gevonden
        return tuple(o.model_copy(update={"vervanging": True}) for o in gevonden)

    return {vraag: antwoord(*vraag) for vraag in vragen}


async def _per_rol(
    session: AsyncSession, traject_id: str, school_id: str, leerling_id: str, rollen: set[Rol], op: date
) -> dict[Rol, tuple[Ontvanger, ...]]:
    waarden = {
        "traject_id": traject_id,
        "school_id": school_id,
        "leerling_id": leerling_id,
        "op": op,
        "rollen": [str(rol) for rol in rollen],
    }
    gevonden: dict[Rol, tuple[Ontvanger, ...]] = {}
    for rol, persoon_id, vervanging in await session.execute(_eersten(), waarden):
        ontvanger = Ontvanger(persoon_id=persoon_id, vervanging=vervanging)
        gevonden[Rol(rol)] = (*gevonden.get(Rol(rol), ()), ontvanger)
    return gevonden


@cache
def _eersten() -> Select[str, str, bool]:
    """Who to turn to for each of `rollen`. Built once: it is a large statement and every recorded message needs it."""
    v = vervulling(een_zaak(), bindparam("op", type_=Date))
    plaats = func.rank().over(partition_by=v.c.rol, order_by=v.c.rang)
    geordend = select(v, plaats.label("nr")).where(v.c.rol.in_(bindparam("rollen", expanding=True))).subquery()
    return (
        select(geordend.c.rol, geordend.c.persoon_id, geordend.c.vervanging)
        .where(geordend.c.nr == 1)
        .distinct()
        .order_by(geordend.c.persoon_id)
    )


async def gezag_van(session: AsyncSession, leerling_id: str, op: date) -> Gezag:
    """Who can be asked for consent on the local date `op`. Raises LeerlingOnbekend."""
    geboren = await session.scalar(select(Leerling.geboortedatum).where(Leerling.id == leerling_id))
    if geboren is None:
        raise LeerlingOnbekend(leerling_id)
    met_gezag = select(Gezagdrager.persoon_id).where(Gezagdrager.leerling_id == leerling_id, Gezagdrager.heeft_gezag)
    dragers = await session.scalars(met_gezag.order_by(Gezagdrager.persoon_id))
    return Gezag(gezagdragers=tuple(dragers), leerling_id=leerling_id, leeftijdsgroep=leeftijdsgroep(geboren, op))


class Nagegaan(NamedTuple):
    """Who looked up how the gezag lies, and on which day."""

    op: date
    door: str


async def gezag_nagegaan(session: AsyncSession, leerling_id: str) -> Nagegaan | None:
    """The last time somebody established a gezag over this pupil; None when nobody did."""
    g = Gezagdrager
    laatst = select(g.vastgesteld_op, g.vastgesteld_door).where(g.leerling_id == leerling_id)
    rij = (await session.execute(laatst.order_by(g.vastgesteld_op.desc(), g.persoon_id).limit(1))).first()
    return Nagegaan(*rij) if rij else None


def leeftijdsgroep(geboren: date, op: date) -> Leeftijdsgroep:
    """The consent rule that applies on `op`; whoever was born on 29 February turns older on 1 March in other years."""
    jaren = op.year - geboren.year - ((op.month, op.day) < (geboren.month, geboren.day))
    return next((groep for vanaf, groep in _GROEPEN if jaren >= vanaf), Leeftijdsgroep.ONDER_12)
