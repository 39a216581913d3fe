"""Is the one who is written to still the one to write to? People leave, also between the writing of a message and its mail.

A message for somebody who no longer has a place in the case, or can no longer be reached, goes to whoever has now: as a
message of its own, for the next morning.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import structlog
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.roles import Rol
from domain.tijd import lokale_datum
from storage.case_tables import TrajectRij
from storage.holders import houders
from storage.mail_content import BerichtMetZaak
from storage.mail_tables import BerichtRij, BerichtStatus
from storage.people import zoek_ontvangers

_log = structlog.get_logger(__name__)


async def geef_door(
    session: AsyncSession, berichten: Sequence[BerichtMetZaak], nu: datetime
) -> tuple[list[BerichtMetZaak], int]:
    """The messages whose person is still the right one, and how many new ones were written instead of the others.

    The caller holds locks on the messages. Nobody to be found at all is logged as rol_onbezet, and the message stays.
    """
    op = lokale_datum(nu)
    aanwezig = await _aanwezig(session, {(b.bericht.traject_id, b.bericht.persoon_id) for b in berichten}, op)
    blijft: list[BerichtMetZaak] = []
    weg: list[BerichtMetZaak] = []
    for rij in berichten:
        (blijft if (rij.bericht.traject_id, rij.bericht.persoon_id) in aanwezig else weg).append(rij)
    per_traject: dict[str, list[BerichtMetZaak]] = defaultdict(list)
    for rij in weg:
        per_traject[rij.bericht.traject_id].append(rij)
    nieuw = 0
    for rijen in per_traject.values():
        nieuw += await _herschrijf(session, rijen, op, nu)
    return blijft, nieuw


async def _aanwezig(session: AsyncSession, paren: Iterable[tuple[str, str]], op: date) -> set[tuple[str, str]]:
    paren = set(paren)
    if not paren:
        return set()
    zaken = (
        select(TrajectRij.traject_id, TrajectRij.school_id, TrajectRij.leerling_id)
        .where(TrajectRij.traject_id.in_({traject for traject, _ in paren}))
        .subquery()
    )
    h = houders(zaken, op, bereikbaar=True)
    gevonden = await session.execute(
        select(h.c.traject_id, h.c.persoon_id).where(tuple_(h.c.traject_id, h.c.persoon_id).in_(paren)).distinct()
    )
    return {(traject, persoon) for traject, persoon in gevonden}


async def _herschrijf(session: AsyncSession, rijen: Sequence[BerichtMetZaak], op: date, nu: datetime) -> int:
    zaak = rijen[0].traject
    gevonden = await zoek_ontvangers(
        session,
        zaak.traject_id,
        zaak.school_id,
        zaak.leerling_id,
        [(Rol(rij.bericht.rol), None) for rij in rijen],
        op,
    )
    nieuw = []
    for rij in rijen:
        oud = rij.bericht
        if not gevonden[Rol(oud.rol), None]:
            _log.warning("rol_onbezet", traject_id=oud.traject_id, rol=oud.rol, kind=oud.soort)
            continue
        oud.status = BerichtStatus.VERVALLEN
        for ontvanger in gevonden[Rol(oud.rol), None]:
            nieuw.append(
                {
                    "sleutel": oud.sleutel,
                    "traject_id": oud.traject_id,
                    "afspraak_id": oud.afspraak_id,
                    "persoon_id": ontvanger.persoon_id,
                    "rol": oud.rol,
                    "soort": oud.soort,
                    "spoed": False,  # into the next morning's mail, whatever the first one was
                    # Not the one who was named, so it must not lapse for being somebody else's.
                    "vervanging": ontvanger.vervanging or (rij.afspraak is not None and bool(rij.afspraak.persoon_id)),
                    "voor_eigenaar": oud.voor_eigenaar,
                    "voor_streefdatum": oud.voor_streefdatum,
                    "status": BerichtStatus.WACHT,
                    "aangemaakt_op": nu,
                }
            )
    await session.flush()
    if not nieuw:
        return 0
    geschreven = insert(BerichtRij).on_conflict_do_nothing().returning(BerichtRij.id)
    return len(list(await session.scalars(geschreven, nieuw)))
