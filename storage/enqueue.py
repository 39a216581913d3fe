"""From what must be told to rows in the outbox: find the people, write each message once, queue the urgent mails."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.effects import Melding
from domain.tijd import lokale_datum
from domain.traject import Traject
from domain.vastlegging import SpoedMail, Vastlegging
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij, MailStatus
from storage.people import Ontvanger, zoek_ontvangers
from storage.templates import voor_spoed

_log = structlog.get_logger(__name__)


def message_sleutel(*delen: str) -> str:
    """The key of a mail and of its Message-ID: a hash, so that it says nothing about a person or a case."""
    return sha256("\x1f".join(delen).encode()).hexdigest()


def mail_id(sleutel: str) -> str:
    """The id of the mail with this key: equal keys, one mail."""
    return f"m-{sleutel[:24]}"


async def zet_klaar(
    session: AsyncSession, vastlegging: Vastlegging, verzendmoment: Callable[[datetime, str], datetime]
) -> None:
    """Write the messages of this version that are not there yet. The caller holds the lock on the traject.

    Recipients are found once: a repeat on a later day must not tell a second person because roles changed in between.
    """
    nieuw = await _nog_niet_bekend(session, vastlegging.meldingen)
    if not nieuw:
        return
    t = vastlegging.traject
    gevonden = await zoek_ontvangers(
        session,
        t.traject_id,
        t.school_id,
        t.leerling_id,
        [(m.rol, m.persoon_id) for m in nieuw],
        lokale_datum(vastlegging.nu),
    )
    mails: list[dict[str, Any]] = []
    berichten: list[dict[str, Any]] = []
    for melding in nieuw:
        ontvangers = gevonden[melding.rol, melding.persoon_id]
        if not ontvangers:
            _log.warning("rol_onbezet", traject_id=t.traject_id, rol=melding.rol, message=melding.bericht)
        for ontvanger in ontvangers:
            mail = _mail(t, melding, ontvanger, vastlegging.nu, verzendmoment) if melding.spoed else None
            berichten.append(_bericht(t, melding, ontvanger, mail, vastlegging.nu))
            if mail:
                mails.append(mail)
    if mails:
        await session.execute(insert(MailRij).on_conflict_do_nothing(), mails)
    if berichten:
        await session.execute(insert(BerichtRij).on_conflict_do_nothing(), berichten)


async def spoedmails(session: AsyncSession, sleutels: Sequence[str]) -> tuple[SpoedMail, ...]:
    """The urgent mails of these messages that have not left yet."""
    if not sleutels:
        return ()
    gevonden = await session.execute(
        select(MailRij.id, MailRij.niet_voor)
        .join(BerichtRij, BerichtRij.mail_id == MailRij.id)
        .where(BerichtRij.sleutel.in_(sleutels), MailRij.status.in_([MailStatus.QUEUED, MailStatus.SENDING]))
        .order_by(MailRij.id)
    )
    return tuple(SpoedMail(mail_id=mail, niet_voor=niet_voor) for mail, niet_voor in gevonden)


async def _nog_niet_bekend(session: AsyncSession, meldingen: Sequence[Melding]) -> list[Melding]:
    if not meldingen:
        return []
    bekend = set(
        await session.scalars(
            select(BerichtRij.sleutel).where(BerichtRij.sleutel.in_([m.sleutel for m in meldingen])).distinct()
        )
    )
    return [m for m in meldingen if m.sleutel not in bekend]


def _mail(
    t: Traject,
    melding: Melding,
    ontvanger: Ontvanger,
    nu: datetime,
    verzendmoment: Callable[[datetime, str], datetime],
) -> dict[str, Any]:
    sleutel = message_sleutel(melding.sleutel, ontvanger.persoon_id)
    return {
        "id": mail_id(sleutel),
        "message_sleutel": sleutel,
        "sjabloon": voor_spoed(melding.bericht, melding.rol),
        "persoon_id": ontvanger.persoon_id,
        "swv_id": t.swv_id,
        "spoed": True,
        "niet_voor": verzendmoment(nu, t.school_id),
        "aangemaakt_op": nu,
    }


def _bericht(
    t: Traject, melding: Melding, ontvanger: Ontvanger, mail: dict[str, Any] | None, nu: datetime
) -> dict[str, Any]:
    afspraak = t.afspraak(melding.afspraak_id) if melding.afspraak_id else None
    return {
        "sleutel": melding.sleutel,
        "traject_id": t.traject_id,
        "afspraak_id": melding.afspraak_id,
        "persoon_id": ontvanger.persoon_id,
        "rol": melding.rol,
        "soort": melding.bericht,
        "spoed": melding.spoed,
        "vervanging": ontvanger.vervanging,
        "voor_eigenaar": afspraak is not None and afspraak.rol is melding.rol,
        "voor_streefdatum": afspraak.streefdatum if afspraak else None,
        "status": BerichtStatus.OPGENOMEN if mail else BerichtStatus.WACHT,
        "mail_id": mail["id"] if mail else None,
        "aangemaakt_op": nu,
    }
