"""The command journal: acts are written down before they are offered to a workflow, and offered until it answers."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Weigering
from storage.case_tables import OpdrachtRij, OpdrachtSoort, OpdrachtStatus, Tekst, TijdlijnRij
from storage.errors import CommandoHergebruikt


class Journaalregel(BaseModel):
    """An act as it stands in the journal; after a refusal with what a person must read."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    commando_id: str
    traject_id: str
    soort: OpdrachtSoort
    inhoud: dict[str, Any]
    ontvangen_op: datetime
    status: OpdrachtStatus
    code: str | None
    veld: str | None
    zin: str | None
    remedie: str | None
    versie: int | None
    pogingen: int
    laatst_aangeboden_op: datetime | None
    spoor: str | None = None


async def neem_aan(
    session: AsyncSession,
    *,
    commando_id: str,
    traject_id: str,
    soort: OpdrachtSoort,
    inhoud: Mapping[str, Any],
    nu: datetime,
    spoor: str | None = None,
) -> Journaalregel:
    """Write an act down, once. A repeat gets the row that is there, with its outcome if there is one.

    `inhoud` is JSON without free text, `spoor` the trace the act belongs to (W3C traceparent). Raises
    CommandoHergebruikt when the id was used for something else.
    """
    nieuw = insert(OpdrachtRij).values(
        commando_id=commando_id, traject_id=traject_id, soort=soort, inhoud=dict(inhoud), ontvangen_op=nu, spoor=spoor
    )
    geschreven = await session.scalar(nieuw.on_conflict_do_nothing().returning(OpdrachtRij))
    if geschreven is not None:
        return Journaalregel.model_validate(geschreven)
    bestaand = await lees_opdracht(session, commando_id)
    assert bestaand is not None
    if (bestaand.traject_id, bestaand.soort, bestaand.inhoud) != (traject_id, soort, dict(inhoud)):
        raise CommandoHergebruikt(commando_id)
    return bestaand


async def lees_opdracht(session: AsyncSession, commando_id: str) -> Journaalregel | None:
    """What is known of an act: received, applied, or refused."""
    rij = await session.scalar(
        select(OpdrachtRij).where(OpdrachtRij.commando_id == commando_id).execution_options(populate_existing=True)
    )
    return Journaalregel.model_validate(rij) if rij else None


async def later_geweigerd(session: AsyncSession, traject_id: str, *, sinds: datetime) -> list[Journaalregel]:
    """Acts on this traject that were received, and only later refused: whoever did them was not there any more.

    Those the relay took in hand; what is refused at once is told at once. Since `sinds`, the newest first.
    """
    rijen = await session.scalars(
        select(OpdrachtRij)
        .where(
            OpdrachtRij.traject_id == traject_id,
            OpdrachtRij.soort == OpdrachtSoort.HANDELING,
            OpdrachtRij.status == OpdrachtStatus.GEWEIGERD,
            OpdrachtRij.pogingen > 0,
            OpdrachtRij.laatst_aangeboden_op >= sinds,
        )
        .order_by(OpdrachtRij.volgnr.desc())
    )
    return [Journaalregel.model_validate(rij) for rij in rijen]


async def open_opdrachten(
    session: AsyncSession, *, ouder_dan: datetime, limiet: int, nu: datetime
) -> list[Journaalregel]:
    """Take at most `limiet` acts that were last offered (or received) before `ouder_dan`, oldest first.

    They count as offered at `nu`, so that once this transaction is committed no other relay takes them until they are
    old enough again; rows another relay is taking at this moment are skipped.
    """
    sinds = func.coalesce(OpdrachtRij.laatst_aangeboden_op, OpdrachtRij.ontvangen_op)
    # The traject whose first act was offered longest ago goes first: one that keeps failing must not keep the others
    # waiting. Within a traject the order in which they came stays.
    kop = func.first_value(sinds).over(partition_by=OpdrachtRij.traject_id, order_by=OpdrachtRij.volgnr)
    open_ = (
        select(OpdrachtRij.commando_id, sinds.label("sinds"), kop.label("kop"))
        .where(OpdrachtRij.status == OpdrachtStatus.ONTVANGEN)
        .subquery()
    )
    te_doen = (
        select(OpdrachtRij.commando_id)
        .join(open_, open_.c.commando_id == OpdrachtRij.commando_id)
        .where(OpdrachtRij.status == OpdrachtStatus.ONTVANGEN, open_.c.sinds < ouder_dan)
        .order_by(open_.c.kop, OpdrachtRij.volgnr)
        .limit(limiet)
        .with_for_update(skip_locked=True, of=OpdrachtRij)
    )
    genomen = await session.scalars(
        update(OpdrachtRij)
        .where(OpdrachtRij.commando_id.in_(te_doen.scalar_subquery()))
        .values(pogingen=OpdrachtRij.pogingen + 1, laatst_aangeboden_op=nu)
        .returning(OpdrachtRij)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return [Journaalregel.model_validate(rij) for rij in sorted(genomen, key=lambda rij: rij.volgnr)]


async def markeer_verwerkt(session: AsyncSession, commando_id: str, versie: int | None) -> bool:
    """The workflow applied it; `versie` is the state that resulted. False when the outcome was known already."""
    return await _rond_af(session, commando_id, status=OpdrachtStatus.VERWERKT, versie=versie)


async def markeer_geweigerd(
    session: AsyncSession, commando_id: str, *, code: str, veld: str, zin: str, remedie: str
) -> bool:
    """The act was refused, and this is why. False when the outcome was known already.

    What a person added to it in words goes: an act that was never done has no place in a dossier.
    """
    nieuw = await _rond_af(
        session, commando_id, status=OpdrachtStatus.GEWEIGERD, code=code, veld=veld, zin=zin, remedie=remedie
    )
    if nieuw:
        await _verwijder_tekst(session, commando_id)
    return nieuw


async def markeer_weigering(session: AsyncSession, commando_id: str, weigering: Weigering) -> bool:
    """As `markeer_geweigerd`, with the refusal of the domain itself."""
    return await markeer_geweigerd(
        session,
        commando_id,
        code=weigering.code,
        veld=weigering.veld,
        zin=weigering.zin,
        remedie=weigering.remedie,
    )


async def heropen(session: AsyncSession, commando_ids: Collection[str]) -> list[Journaalregel]:
    """Acts whose result was lost: received again, in the order they came, so that they are offered until answered."""
    geraakt = await session.scalars(
        update(OpdrachtRij)
        .where(OpdrachtRij.commando_id.in_(commando_ids), OpdrachtRij.status == OpdrachtStatus.VERWERKT)
        .values(status=OpdrachtStatus.ONTVANGEN, versie=None)
        .returning(OpdrachtRij)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return [Journaalregel.model_validate(rij) for rij in sorted(geraakt, key=lambda rij: rij.volgnr)]


async def open_van(session: AsyncSession, traject_id: str) -> list[Journaalregel]:
    """The acts of one traject without an answer, in the order they came."""
    rijen = await session.scalars(
        select(OpdrachtRij)
        .where(OpdrachtRij.traject_id == traject_id, OpdrachtRij.status == OpdrachtStatus.ONTVANGEN)
        .order_by(OpdrachtRij.volgnr)
        .execution_options(populate_existing=True)
    )
    return [Journaalregel.model_validate(rij) for rij in rijen]


async def _rond_af(session: AsyncSession, commando_id: str, **uitkomst: Any) -> bool:
    # The first outcome stands: a repeat of an applied act may come back as "verouderd", which is not what happened.
    geraakt = await session.scalar(
        update(OpdrachtRij)
        .where(OpdrachtRij.commando_id == commando_id, OpdrachtRij.status == OpdrachtStatus.ONTVANGEN)
        .values(**uitkomst)
        .returning(OpdrachtRij.commando_id)
        .execution_options(synchronize_session=False)
    )
    return geraakt is not None


async def _verwijder_tekst(session: AsyncSession, commando_id: str) -> None:
    # Should the act stand in the timeline after all (its outcome was lost, and the repeat refused), the text stays.
    ref = select(OpdrachtRij.inhoud["tekst_ref"].as_string()).where(OpdrachtRij.commando_id == commando_id)
    gebruikt = select(TijdlijnRij.nr).where(
        TijdlijnRij.traject_id == Tekst.traject_id, TijdlijnRij.tekst_ref == Tekst.id
    )
    await session.execute(
        delete(Tekst)
        .where(Tekst.id == ref.scalar_subquery(), ~gebruikt.exists())
        .execution_options(synchronize_session=False)
    )


async def bewaar_tekst(
    session: AsyncSession, *, traject_id: str, tekst: str, door_persoon_id: str | None, nu: datetime
) -> str:
    """Keep free text here and give back the reference that may travel in its place."""
    ref = f"x-{secrets.token_hex(12)}"
    await session.execute(
        insert(Tekst).values(id=ref, traject_id=traject_id, tekst=tekst, door_persoon_id=door_persoon_id, op=nu)
    )
    return ref
