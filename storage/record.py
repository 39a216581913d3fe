"""One version of a traject into the database: timeline, read model and outbox, in the transaction of the caller.

Deliveries may come late, twice, or in another order. The read model keeps the highest (epoch, versie). Facts and
messages are only ever added, so within an epoch those of a late delivery are still taken in: they happened.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, Executable, Table, Text, all_, bindparam, delete, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogus import Catalogus
from domain.feiten import EenFeit, Gebeurtenis
from domain.route import Route
from domain.traject import Traject
from domain.vastlegging import Vastgelegd, Vastlegging
from domain.verwoording import titel_van
from storage.case_tables import AfspraakRij, TijdlijnRij, TrajectRij
from storage.enqueue import spoedmails, zet_klaar
from storage.errors import TijdlijnBotst

Verzendmoment = Callable[[datetime, str], datetime]
"""(moment, school_id) -> the first moment from then on at which a mail may leave for somebody of that school."""

_FEIT: TypeAdapter[EenFeit] = TypeAdapter(EenFeit)


async def leg_vast(
    session: AsyncSession, vastlegging: Vastlegging, catalogus: Catalogus, verzendmoment: Verzendmoment
) -> Vastgelegd:
    """Take this version in; the traject stays locked until the caller's transaction ends.

    Safe to repeat: the answer names the urgent mails of these meldingen that still have to leave, also when nothing was
    new. Raises TijdlijnBotst when a fact contradicts the timeline, and RouteOnbekend.
    """
    traject = vastlegging.traject
    route = catalogus.haal(traject.route)
    toegepast = await _schrijf_stand(session, vastlegging, route)
    epoch, versie = (traject.epoch, traject.versie) if toegepast else await _staat_er(session, traject.traject_id)
    if epoch == traject.epoch:
        nieuw = await _schrijf_tijdlijn(session, traject, vastlegging.gebeurtenissen)
        if toegepast:
            await schrijf_afspraken(session, traject, route)
        # Facts and their messages are written together. So when every fact was there, its messages were too, be it under
        # another key: a workflow put back from an older copy climbs the same rung again, on another day.
        if nieuw:
            await zet_klaar(session, vastlegging, verzendmoment)
    spoed = await spoedmails(session, [m.sleutel for m in vastlegging.meldingen if m.spoed])
    return Vastgelegd(toegepast=toegepast, versie=versie, spoed=spoed)


async def _schrijf_stand(session: AsyncSession, vastlegging: Vastlegging, route: Route) -> bool:
    """The guard: one statement that writes, or not, and locks the row either way."""
    rij = stand_kolommen(vastlegging.traject, route, vastlegging.volgende_wek, vastlegging.nu)
    return await session.scalar(_STAND, rij) is not None


async def _staat_er(session: AsyncSession, traject_id: str) -> tuple[int, int]:
    gevonden = await session.execute(
        select(TrajectRij.epoch, TrajectRij.versie).where(TrajectRij.traject_id == traject_id)
    )
    epoch, versie = gevonden.one()
    return epoch, versie


def stand_kolommen(t: Traject, route: Route, volgende_wek: datetime | None, nu: datetime) -> dict[str, Any]:
    """Every column of the row of this state. All but the last two follow from the state alone."""
    eerst = t.eerstvolgende
    return {
        "traject_id": t.traject_id,
        "swv_id": t.swv_id,
        "school_id": t.school_id,
        "leerling_id": t.leerling_id,
        "route": t.route.route,
        "route_versie": t.route.versie,
        "status": t.status,
        "stap": t.stap,
        "stap_titel": route.stap(t.stap).titel,
        "regie_bij": t.regie_bij,
        "bal": eerst.bal if eerst else None,
        "eerstvolgende_op": eerst.streefdatum if eerst else None,
        "eerstvolgende_titel": titel_van(route, eerst) if eerst else None,
        "stagnatie_bij": t.stagnatie.bij if t.stagnatie else None,
        "stagnatie_sinds": t.stagnatie.sinds if t.stagnatie else None,
        "epoch": t.epoch,
        "versie": t.versie,
        "staat": t.model_dump(mode="json"),
        "gestart_op": t.gestart_op,
        "volgende_wek": volgende_wek,
        "bijgewerkt_op": nu,
    }


async def _schrijf_tijdlijn(session: AsyncSession, traject: Traject, gebeurtenissen: tuple[Gebeurtenis, ...]) -> bool:
    """False when there were facts and the timeline had them all."""
    if not gebeurtenissen:
        return True
    rijen = [
        {
            "traject_id": traject.traject_id,
            "nr": g.nr,
            "epoch": traject.epoch,
            "op": g.op,
            "door_rol": g.door.rol,
            "door_persoon_id": g.door.persoon_id,
            "commando_id": g.commando_id,
            "tekst_ref": g.tekst_ref,
            "soort": g.feit.soort,
            "feit": g.feit.model_dump(mode="json"),
        }
        for g in gebeurtenissen
    ]
    geschreven = set(await session.scalars(_TIJDLIJN, rijen))
    bekend = {g.nr: g.feit for g in gebeurtenissen if g.nr not in geschreven}
    if bekend:
        await _vergelijk(session, traject, bekend)
    return bool(geschreven)


async def _vergelijk(session: AsyncSession, traject: Traject, feiten: dict[int, EenFeit]) -> None:
    eerder = await session.execute(
        select(TijdlijnRij.nr, TijdlijnRij.feit).where(
            TijdlijnRij.traject_id == traject.traject_id,
            TijdlijnRij.epoch == traject.epoch,
            TijdlijnRij.nr.in_(feiten),
        )
    )
    for nr, feit in eerder:
        # As facts, not as JSON: a field that a later release added with a default is no difference.
        if _FEIT.validate_python(feit) != feiten[nr]:
            raise TijdlijnBotst(traject.traject_id, traject.epoch, nr)


def afspraak_kolommen(traject: Traject, route: Route) -> list[dict[str, Any]]:
    """The rows of its afspraken."""
    return [
        {
            "traject_id": traject.traject_id,
            "afspraak_id": a.id,
            "titel": titel_van(route, a),
            "doel": a.doel,
            **a.model_dump(include=_AFSPRAAK_VELDEN),
        }
        for a in traject.afspraken
    ]


async def schrijf_afspraken(session: AsyncSession, traject: Traject, route: Route) -> None:
    """Make the rows of its afspraken what this state says; those it no longer has go."""
    await session.execute(_AFSPRAKEN_WEG, {"van": traject.traject_id, "blijven": [a.id for a in traject.afspraken]})
    if rijen := afspraak_kolommen(traject, route):
        await session.execute(_AFSPRAKEN, rijen)


# The statements are built once: building them costs more than the database needs to carry them out.
_SLEUTEL = {"traject_id", "afspraak_id"}
_KAN_WIJZIGEN = [k.name for k in AfspraakRij.__table__.columns if k.name not in _SLEUTEL]
_AFSPRAAK_VELDEN = {*_KAN_WIJZIGEN} - {"titel", "doel"}
_TRAJECTEN, _TIJDLIJNEN, _AFSPRAKENTABEL = (
    cast(Table, tabel.__table__) for tabel in (TrajectRij, TijdlijnRij, AfspraakRij)
)
_TRAJECT, _AFSPRAAK = _TRAJECTEN.c, _AFSPRAKENTABEL.c


def _stand_statement() -> Executable:
    nieuw = insert(_TRAJECTEN)
    return nieuw.on_conflict_do_update(
        index_elements=[_TRAJECT.traject_id],
        set_={k.name: nieuw.excluded[k.name] for k in _TRAJECT if k.name != "traject_id"},
        where=tuple_(nieuw.excluded.epoch, nieuw.excluded.versie) > tuple_(_TRAJECT.epoch, _TRAJECT.versie),
    ).returning(_TRAJECT.versie)


def _afspraken_statement() -> Executable:
    nieuw = insert(_AFSPRAKENTABEL)
    return nieuw.on_conflict_do_update(
        index_elements=[_AFSPRAAK.traject_id, _AFSPRAAK.afspraak_id],
        set_={naam: nieuw.excluded[naam] for naam in _KAN_WIJZIGEN},
        where=or_(*(nieuw.excluded[naam].is_distinct_from(_AFSPRAAK[naam]) for naam in _KAN_WIJZIGEN)),
    )


_STAND = _stand_statement()
_TIJDLIJN = insert(_TIJDLIJNEN).on_conflict_do_nothing().returning(_TIJDLIJNEN.c.nr)
_AFSPRAKEN = _afspraken_statement()
_AFSPRAKEN_WEG = delete(_AFSPRAKENTABEL).where(
    _AFSPRAAK.traject_id == bindparam("van"), _AFSPRAAK.afspraak_id != all_(bindparam("blijven", type_=ARRAY(Text)))
)
