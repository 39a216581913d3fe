"""The timeline as facts again: enough to fold the state, so enough to rebuild the read model and the workflow."""

from collections.abc import Iterable

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.feiten import EenFeit, Gebeurtenis, Wie
from domain.roles import Rol
from storage.case_tables import TijdlijnRij

_FEIT: TypeAdapter[EenFeit] = TypeAdapter(EenFeit)


async def lees_tijdlijn(session: AsyncSession, traject_id: str) -> tuple[Gebeurtenis, ...]:
    """What happened, in order of number; empty for an unknown traject.

    Where a later epoch begins at a number that an earlier one already used, the earlier facts from there on no longer
    belong to the history: the traject was rebuilt from a point before them.
    """
    rijen = await session.scalars(
        select(TijdlijnRij).where(TijdlijnRij.traject_id == traject_id).order_by(TijdlijnRij.nr, TijdlijnRij.epoch)
    )
    return tuple(als_gebeurtenis(rij) for rij in geldende(rijen.all()))


def geldende(rijen: Iterable[TijdlijnRij]) -> list[TijdlijnRij]:
    """The rows that count, by number."""
    rijen = list(rijen)
    begin: dict[int, int] = {}
    for rij in rijen:
        begin[rij.epoch] = min(rij.nr, begin.get(rij.epoch, rij.nr))

    def telt(rij: TijdlijnRij) -> bool:
        return all(rij.nr < nr for epoch, nr in begin.items() if epoch > rij.epoch)

    return sorted((rij for rij in rijen if telt(rij)), key=lambda rij: rij.nr)


def als_gebeurtenis(rij: TijdlijnRij) -> Gebeurtenis:
    """The fact in its envelope."""
    return Gebeurtenis(
        nr=rij.nr,
        op=rij.op,
        door=Wie(rol=Rol(rij.door_rol), persoon_id=rij.door_persoon_id),
        commando_id=rij.commando_id,
        tekst_ref=rij.tekst_ref,
        feit=_FEIT.validate_python(rij.feit),
    )
