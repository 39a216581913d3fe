"""The tables of one traject, as `domain.herstel` compares them with its workflow. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogus import Catalogus
from domain.errors import RoutewachtFout
from domain.herstel import Tabelbeeld
from domain.traject import Traject
from storage.case_tables import AfspraakRij, OpdrachtRij, OpdrachtStatus, Tekst, TijdlijnRij, TrajectRij
from storage.mail_tables import BerichtRij, MailRij, MailStatus
from storage.rebuild import als_gebeurtenis, geldende
from storage.record import afspraak_kolommen, stand_kolommen


async def alle_traject_ids(session: AsyncSession) -> set[str]:
    """Every traject of which the row, the timeline or the journal knows."""
    bronnen = (TrajectRij.traject_id, TijdlijnRij.traject_id, OpdrachtRij.traject_id)
    return {i for kolom in bronnen for i in await session.scalars(select(kolom).distinct())}


async def lees_tabelbeeld(
    session: AsyncSession, traject_id: str, catalogus: Catalogus, tot: datetime, *, ook_vrijgegeven: bool = False
) -> Tabelbeeld:
    """One traject as it stands in the tables; empty for one that is not there.

    Acts and mails that came in after `tot` (on the clock of the cases) may still be on their way and do not count. For
    `ook_vrijgegeven` see `spoedmails_van`.
    """
    tijdlijn = await session.scalars(
        select(TijdlijnRij).where(TijdlijnRij.traject_id == traject_id).execution_options(populate_existing=True)
    )
    feiten = geldende(tijdlijn.all())
    rij = await session.get(TrajectRij, traject_id, populate_existing=True)
    afspraken = await session.scalars(
        select(AfspraakRij).where(AfspraakRij.traject_id == traject_id).execution_options(populate_existing=True)
    )
    stand = Traject.model_validate(rij.staat) if rij else None
    opdrachten = await session.execute(
        select(OpdrachtRij.commando_id, OpdrachtRij.status, OpdrachtRij.ontvangen_op)
        .where(OpdrachtRij.traject_id == traject_id)
        .order_by(OpdrachtRij.volgnr)
    )
    verwerkt, open_ = set(), set()
    for commando_id, status, sinds in opdrachten:
        if status == OpdrachtStatus.VERWERKT:
            verwerkt.add(commando_id)
        elif status == OpdrachtStatus.ONTVANGEN and sinds < tot:
            open_.add(commando_id)
    return Tabelbeeld(
        traject_id=traject_id,
        feiten=tuple(als_gebeurtenis(f) for f in feiten),
        epoch=max([f.epoch for f in feiten] + ([rij.epoch] if rij else []), default=0),
        rij=stand,
        rij_klopt=rij is None or stand is None or _rij_klopt(rij, stand, catalogus),
        afspraken_kloppen=stand is None or _afspraken_kloppen(afspraken.all(), stand, catalogus),
        volgende_wek=rij.volgende_wek if rij else None,
        verwerkt=frozenset(verwerkt),
        open_opdrachten=frozenset(open_),
        mails=frozenset(await spoedmails_van(session, traject_id, tot, ook_vrijgegeven=ook_vrijgegeven)),
        teksten_kwijt=await _teksten_kwijt(session, [f.tekst_ref for f in feiten if f.tekst_ref]),
    )


async def spoedmails_van(
    session: AsyncSession, traject_id: str, tot: datetime | None = None, *, ook_vrijgegeven: bool = False
) -> dict[str, datetime]:
    """The urgent mails of a traject that did not leave yet (or broke off halfway), each with the moment it may leave.

    With `tot` only those written before it. What was released waits for the watchman of the worker and for no workflow;
    it counts with `ook_vrijgegeven`, for tables that may not know that it left.
    """
    vraag = select(MailRij.id, MailRij.niet_voor).where(
        MailRij.spoed,
        MailRij.status.in_([MailStatus.QUEUED, MailStatus.SENDING]),
        exists().where(BerichtRij.mail_id == MailRij.id, BerichtRij.traject_id == traject_id),
    )
    if not ook_vrijgegeven:
        vraag = vraag.where(MailRij.vrijgegeven_op.is_(None))
    if tot is not None:
        vraag = vraag.where(MailRij.aangemaakt_op < tot)
    return {mail: niet_voor for mail, niet_voor in await session.execute(vraag.order_by(MailRij.id))}  # noqa: C416


def _rij_klopt(rij: TrajectRij, stand: Traject, catalogus: Catalogus) -> bool:
    try:
        verwacht = stand_kolommen(stand, catalogus.haal(stand.route), rij.volgende_wek, rij.bijgewerkt_op)
    except RoutewachtFout:  # a route this version does not carry: the workflow says so, loudly
        return True
    gelijk = ((rij.epoch, rij.versie) == (stand.epoch, stand.versie)) and rij.traject_id == stand.traject_id
    # Not the JSON itself: a field that a later release added with a default is no difference.
    return gelijk and all(getattr(rij, naam) == waarde for naam, waarde in verwacht.items() if naam not in {"staat"})


def _afspraken_kloppen(rijen: Sequence[AfspraakRij], stand: Traject, catalogus: Catalogus) -> bool:
    try:
        verwacht = afspraak_kolommen(stand, catalogus.haal(stand.route))
    except RoutewachtFout:
        return True
    staat_er = {rij.afspraak_id: rij for rij in rijen}
    return set(staat_er) == {v["afspraak_id"] for v in verwacht} and all(
        _gelijk(staat_er[v["afspraak_id"]], v) for v in verwacht
    )


def _gelijk(rij: AfspraakRij, verwacht: dict[str, Any]) -> bool:
    return all(getattr(rij, naam) == waarde for naam, waarde in verwacht.items())


async def _teksten_kwijt(session: AsyncSession, refs: Sequence[str]) -> tuple[str, ...]:
    if not refs:
        return ()
    er = set(await session.scalars(select(Tekst.id).where(Tekst.id.in_(refs))))
    return tuple(sorted(set(refs) - er))
