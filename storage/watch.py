"""Counting what is stuck, in the tables. Each count takes real time for ages, also under the clock of the demo."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.bewaking import Controle, Meting
from domain.tijd import lokale_datum
from domain.tijdschaal import Tijdschaal
from domain.traject import AfspraakStatus, TrajectStatus
from storage.case_tables import AfspraakRij, OpdrachtRij, OpdrachtSoort, OpdrachtStatus, TrajectRij
from storage.holders import vervulling
from storage.mail_hold import blijft_hangen
from storage.mail_tables import MailRij, MailStatus
from storage.people_tables import Persoon
from storage.watch_tables import MetingRij

_VOORBEELDEN = 10
_TERUG = timedelta(days=7)
_LOOPT = TrajectRij.status == TrajectStatus.LOPEND
# One wake-up may be late by as much as a busy morning takes; acts get to the screen within a minute.
_WEKKER_LAAT, _ACHTER, _MAIL_LAAT = timedelta(minutes=5), timedelta(seconds=60), timedelta(hours=1)


class Vraag(NamedTuple):
    """When is it (`echt`: the real moment; `schaal`: the clock of the cases), and for which samenwerkingsverband."""

    schaal: Tijdschaal
    echt: datetime
    swv_id: str | None = None

    @property
    def nu(self) -> datetime:
        """Now, on the clock of the cases."""
        return self.schaal.schijn(self.echt)

    def geleden(self, echte_duur: timedelta) -> datetime:
        """The moment on the clock of the cases that lies this much real time back."""
        return self.schaal.schijn(self.echt - echte_duur)

    def leeftijd(self, moment: datetime | None) -> float | None:
        """How long ago this moment of the cases was, in seconds of real time."""
        if moment is None:
            return None
        return (self.echt - self.schaal.echt(moment).astimezone(UTC)).total_seconds()


async def meet(session: AsyncSession, vraag: Vraag) -> list[Meting]:
    """Every count that is cheap enough to take at any moment."""
    return [await telling(session, vraag) for telling in _TELLINGEN]


async def opdrachten(session: AsyncSession, vraag: Vraag) -> Meting:
    """Acts that were written down and not answered yet. The age counts from the first one, however young."""
    waar = [OpdrachtRij.status == OpdrachtStatus.ONTVANGEN]
    if vraag.swv_id is not None:
        swv = func.coalesce(TrajectRij.swv_id, OpdrachtRij.inhoud["swv_id"].as_string())
        waar.append(swv == vraag.swv_id)
    return await _tel(
        session,
        Controle.OPDRACHTEN,
        vraag,
        select(OpdrachtRij.traject_id.label("id"), OpdrachtRij.ontvangen_op.label("op"))
        .join(TrajectRij, TrajectRij.traject_id == OpdrachtRij.traject_id, isouter=True)
        .where(*waar),
    )


async def leesmodel(session: AsyncSession, vraag: Vraag) -> Meting:
    """Trajecten of which the tables do not show an act that their workflow acknowledged."""
    sinds = func.coalesce(OpdrachtRij.laatst_aangeboden_op, OpdrachtRij.ontvangen_op)
    nooit_begonnen = and_(OpdrachtRij.soort == OpdrachtSoort.START, TrajectRij.traject_id.is_(None))
    waar = [
        OpdrachtRij.status == OpdrachtStatus.VERWERKT,
        OpdrachtRij.ontvangen_op > vraag.geleden(_TERUG),
        sinds < vraag.geleden(_ACHTER),
        or_(nooit_begonnen, TrajectRij.versie < OpdrachtRij.versie),
    ]
    if vraag.swv_id is not None:
        waar.append(func.coalesce(TrajectRij.swv_id, OpdrachtRij.inhoud["swv_id"].as_string()) == vraag.swv_id)
    return await _tel(
        session,
        Controle.LEESMODEL,
        vraag,
        select(OpdrachtRij.traject_id.label("id"), func.min(sinds).label("op"))
        .join(TrajectRij, TrajectRij.traject_id == OpdrachtRij.traject_id, isouter=True)
        .where(*waar)
        .group_by(OpdrachtRij.traject_id),
    )


async def wekkers(session: AsyncSession, vraag: Vraag) -> Meting:
    """Trajecten that should have woken up, by the moment they wrote down themselves."""
    te_laat = TrajectRij.volgende_wek < vraag.geleden(_WEKKER_LAAT)
    return await _tel(session, Controle.WEKKERS, vraag, _trajecten(vraag, TrajectRij.volgende_wek).where(te_laat))


async def zonder_afspraak(session: AsyncSession, vraag: Vraag) -> Meting:
    """Invariant 1: a running traject always has an open afspraak."""
    open_ = exists().where(AfspraakRij.traject_id == TrajectRij.traject_id, AfspraakRij.status == AfspraakStatus.OPEN)
    vraag_sql = _trajecten(vraag, TrajectRij.bijgewerkt_op).where(not_(open_))
    return await _tel(session, Controle.ZONDER_AFSPRAAK, vraag, vraag_sql)


async def zonder_eigenaar(session: AsyncSession, vraag: Vraag) -> Meting:
    """Open afspraken for which nobody can be reached: not the person they are given to, nor the role, nor a stand-in.

    Not among the cheap ones: it looks at the people around every running traject (1.7 s for 10,000 of them).
    """
    v = vervulling(TrajectRij, lokale_datum(vraag.nu))
    iemand = exists().where(v.c.traject_id == AfspraakRij.traject_id, v.c.rol == AfspraakRij.rol)
    genoemde = exists().where(Persoon.id == AfspraakRij.persoon_id, Persoon.actief, Persoon.email.is_not(None))
    sql = (
        _trajecten(vraag, TrajectRij.bijgewerkt_op)
        .join(AfspraakRij, AfspraakRij.traject_id == TrajectRij.traject_id)
        .where(AfspraakRij.status == AfspraakStatus.OPEN, not_(iemand), not_(genoemde))
    )
    return await _tel(session, Controle.ZONDER_EIGENAAR, vraag, sql)


async def mail_aangehouden(session: AsyncSession, vraag: Vraag) -> Meting:
    """Mails of which nobody knows whether they arrived."""
    sql = _mails(vraag, MailRij.aangehouden_sinds).where(MailRij.status == MailStatus.HELD)
    return await _tel(session, Controle.MAIL_AANGEHOUDEN, vraag, sql, op_echte_klok=True)


async def mail_hangt(session: AsyncSession, vraag: Vraag) -> Meting:
    """Mails that were left half-way, and that nothing came back for."""
    sql = _mails(vraag, MailRij.verzending_sinds).where(blijft_hangen())
    return await _tel(session, Controle.MAIL_HANGT, vraag, sql, op_echte_klok=True)


async def mail_wacht(session: AsyncSession, vraag: Vraag) -> Meting:
    """Mails that the relay did not take yet, or that should have left an hour ago and were not even tried.

    Its age counts from when the mail was made: each new attempt moves the other moments.
    """
    sinds_vrij = or_(MailRij.vrijgegeven_op.is_(None), MailRij.laatste_poging_op >= MailRij.vrijgegeven_op)
    geprobeerd = and_(MailRij.pogingen > 0, sinds_vrij)
    sql = _mails(vraag, case((geprobeerd, MailRij.aangemaakt_op), else_=MailRij.niet_voor)).where(
        MailRij.status == MailStatus.QUEUED, or_(geprobeerd, MailRij.niet_voor < vraag.geleden(_MAIL_LAAT))
    )
    return await _tel(session, Controle.MAIL_WACHT, vraag, sql)


_TELLINGEN: tuple[Callable[[AsyncSession, Vraag], Awaitable[Meting]], ...] = (
    opdrachten,
    leesmodel,
    wekkers,
    zonder_afspraak,
    mail_aangehouden,
    mail_hangt,
    mail_wacht,
)


async def bewaar(session: AsyncSession, metingen: Iterable[Meting], echt: datetime) -> None:
    """Keep what the worker measured, for pages and for other processes."""
    for meting in metingen:
        waarden = {"aantal": meting.aantal, "voorbeelden": list(meting.voorbeelden), "gemeten_op": echt}
        nieuw = insert(MetingRij).values(controle=meting.controle, **waarden)
        await session.execute(nieuw.on_conflict_do_update(index_elements=["controle"], set_=waarden))


async def bewaarde(session: AsyncSession, echt: datetime) -> dict[Controle, tuple[Meting, float]]:
    """What the worker measured last, and how many seconds ago."""
    rijen = await session.scalars(select(MetingRij).execution_options(populate_existing=True))
    return {
        Controle(rij.controle): (
            Meting(controle=Controle(rij.controle), aantal=rij.aantal, voorbeelden=tuple(rij.voorbeelden)),
            (echt - rij.gemeten_op).total_seconds(),
        )
        for rij in rijen
    }


async def van_swv(session: AsyncSession, traject_ids: Iterable[str], swv_id: str) -> list[str]:
    """Those of these trajecten that belong to this samenwerkingsverband."""
    gevonden = await session.scalars(
        select(TrajectRij.traject_id).where(TrajectRij.traject_id.in_(list(traject_ids)), TrajectRij.swv_id == swv_id)
    )
    return sorted(gevonden)


def _trajecten(vraag: Vraag, moment: Any) -> Select[Any, Any]:
    sql = select(TrajectRij.traject_id.label("id"), moment.label("op")).where(_LOOPT)
    return sql if vraag.swv_id is None else sql.where(TrajectRij.swv_id == vraag.swv_id)


def _mails(vraag: Vraag, moment: Any) -> Select[Any, Any]:
    sql = select(MailRij.id.label("id"), moment.label("op"))
    return sql if vraag.swv_id is None else sql.where(MailRij.swv_id == vraag.swv_id)


async def _tel(
    session: AsyncSession, controle: Controle, vraag: Vraag, sql: Select[Any, Any], *, op_echte_klok: bool = False
) -> Meting:
    rijen = sql.subquery("rijen")
    aantal, oudste = (await session.execute(select(func.count(), func.min(rijen.c.op)).select_from(rijen))).one()
    voorbeelden: list[str] = []
    if aantal:
        eerste: ColumnElement[Any] = func.min(rijen.c.op)
        gevonden = select(rijen.c.id).group_by(rijen.c.id).order_by(eerste, rijen.c.id).limit(_VOORBEELDEN)
        voorbeelden = list(await session.scalars(gevonden))
    leeftijd = (vraag.echt - oudste).total_seconds() if op_echte_klok and oudste is not None else vraag.leeftijd(oudste)
    return Meting(
        controle=controle,
        aantal=aantal,
        oudste=None if leeftijd is None else max(0.0, leeftijd),
        voorbeelden=tuple(voorbeelden),
    )
