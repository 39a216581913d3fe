"""The table of wrapped data keys. What is in it is useless without the key-encryption keys of the setting."""

from collections.abc import AsyncIterator, Collection, Sequence

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.zaaksleutel import Omhulsel
from storage.key_tables import ZaaksleutelRij

_KOLOMMEN = (ZaaksleutelRij.sleutel_id, ZaaksleutelRij.zaak, ZaaksleutelRij.kek_id, ZaaksleutelRij.omhulsel)

_SCHRIJFT: ColumnElement[bool] = ZaaksleutelRij.__table__.c.schrijft


class Zaaksleutels:
    """What the codec asks of the table (runtime/sleutelkast.py says what), each question in a transaction of its own."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession]) -> None:
        self._sessies = sessies

    async def lees(self, *, zaken: Collection[str], sleutel_ids: Collection[str]) -> Sequence[Omhulsel]:
        """The keys of these workflows and with these ids, as far as they exist."""
        waar = or_(ZaaksleutelRij.zaak.in_(zaken) & _SCHRIJFT, ZaaksleutelRij.sleutel_id.in_(sleutel_ids))
        async with self._sessies() as session:
            return [Omhulsel(*rij) for rij in await session.execute(select(*_KOLOMMEN).where(waar))]

    async def voeg_toe(self, omhulsel: Omhulsel) -> Omhulsel:
        """The key that stands: this one, or the one that another process made first."""
        nieuw = insert(ZaaksleutelRij).values(omhulsel._asdict())
        async with self._sessies.begin() as session:
            await session.execute(
                nieuw.on_conflict_do_nothing(index_elements=[ZaaksleutelRij.zaak], index_where=_SCHRIJFT)
            )
            rij = await session.execute(select(*_KOLOMMEN).where(ZaaksleutelRij.zaak == omhulsel.zaak, _SCHRIJFT))
            return Omhulsel(*rij.one())

    async def vernietigd_sinds(self, seconden: float) -> Collection[str]:
        """Ids of the keys destroyed in the last so many seconds."""
        sinds = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, seconden)
        async with self._sessies() as session:
            return list(
                await session.scalars(select(ZaaksleutelRij.sleutel_id).where(ZaaksleutelRij.vernietigd_op >= sinds))
            )


async def per_hoofdsleutel(session: AsyncSession) -> dict[str, int]:
    """How many living data keys each key-encryption key wraps."""
    gevonden = await session.execute(
        select(ZaaksleutelRij.kek_id, func.count())
        .where(ZaaksleutelRij.omhulsel.is_not(None))
        .group_by(ZaaksleutelRij.kek_id)
        .order_by(ZaaksleutelRij.kek_id)
    )
    return {kek_id: aantal for kek_id, aantal in gevonden}  # noqa: C416


async def vernietigde(session: AsyncSession) -> int:
    """How many data keys were destroyed."""
    return await session.scalar(select(func.count()).where(ZaaksleutelRij.omhulsel.is_(None))) or 0


async def onder(session: AsyncSession, kek_ids: Collection[str], limiet: int) -> list[Omhulsel]:
    """Living data keys wrapped by one of these, locked; what another run has in hand is skipped."""
    gevonden = await session.execute(
        select(*_KOLOMMEN)
        .where(ZaaksleutelRij.kek_id.in_(kek_ids), ZaaksleutelRij.omhulsel.is_not(None))
        .order_by(ZaaksleutelRij.sleutel_id)
        .limit(limiet)
        .with_for_update(skip_locked=True)
    )
    return [Omhulsel(*rij) for rij in gevonden]


async def vervang(session: AsyncSession, omhulsels: Sequence[Omhulsel]) -> None:
    """Write the same keys in another wrapping. The caller holds their locks."""
    await session.execute(
        update(ZaaksleutelRij),
        [{"sleutel_id": o.sleutel_id, "kek_id": o.kek_id, "omhulsel": o.omhulsel} for o in omhulsels],
    )


async def vernietig(session: AsyncSession, zaak: str) -> bool:
    """Destroy the data keys of a workflow, for good; one without gets a destroyed one, so it never will have any.

    False when they were destroyed before.
    """
    weg = await session.scalars(
        update(ZaaksleutelRij)
        .where(ZaaksleutelRij.zaak == zaak, ZaaksleutelRij.omhulsel.is_not(None))
        .values(omhulsel=None, vernietigd_op=func.now())
        .returning(ZaaksleutelRij.sleutel_id)
        .execution_options(synchronize_session=False)
    )
    leeg = insert(ZaaksleutelRij).values(
        sleutel_id=f"weg-{zaak}", zaak=zaak, kek_id="", omhulsel=None, vernietigd_op=func.now()
    )
    gezet = await session.scalars(
        leeg.on_conflict_do_nothing(index_elements=[ZaaksleutelRij.zaak], index_where=_SCHRIJFT).returning(
            ZaaksleutelRij.sleutel_id
        )
    )
    return bool(list(weg)) or bool(list(gezet))


async def levende(session: AsyncSession) -> AsyncIterator[Omhulsel]:
    """Every data key that was not destroyed, as it stands: useless without the key-encryption keys."""
    rijen = await session.stream(
        select(*_KOLOMMEN).where(ZaaksleutelRij.omhulsel.is_not(None)).order_by(ZaaksleutelRij.sleutel_id)
    )
    async for rij in rijen:
        yield Omhulsel(*rij)


async def neem_terug(session: AsyncSession, omhulsels: Sequence[Omhulsel]) -> int:
    """Put back keys that a restore of an older copy lost; gives how many were missing.

    A workflow of which a key was destroyed gets nothing back. One that got a new key meanwhile keeps writing with that.
    """
    gevonden = await session.execute(
        select(ZaaksleutelRij.zaak, ZaaksleutelRij.omhulsel.is_(None)).where(
            ZaaksleutelRij.zaak.in_({o.zaak for o in omhulsels})
        )
    )
    rijen = gevonden.all()
    vernietigd, bekend = {zaak for zaak, weg in rijen if weg}, {zaak for zaak, _ in rijen}
    nieuw = [{**o._asdict(), "schrijft": o.zaak not in bekend} for o in omhulsels if o.zaak not in vernietigd]
    if not nieuw:
        return 0
    geschreven = insert(ZaaksleutelRij).on_conflict_do_nothing().returning(ZaaksleutelRij.sleutel_id)
    return len(list(await session.scalars(geschreven, nieuw)))
