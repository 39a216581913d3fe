"""The ledger of the mail relay: looking up afterwards whether a mail was accepted.

Many relays can keep a copy of everything they accept (`always_bcc` in Postfix, a journal mailbox elsewhere). With such a
mailbox at hand as a maildir, a mail of which nobody knows whether it left can be looked up by its Message-ID.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Protocol

import structlog

_log = structlog.get_logger(__name__)
# The clocks of the database, the relay and the disk need not agree to the second.
_SPELING = timedelta(minutes=10)
# Copies may overtake each other by this much: one that came in later than that says that the earlier ones are there.
_INHALEN = timedelta(minutes=1)
_KOPPEN_HOOGSTENS = 64 * 1024


class Grootboek(Protocol):
    """Where accepted mail can be looked up."""

    async def zoek(self, message_id: str, sinds: datetime) -> bool | None:
        """Did the relay accept a mail with this Message-ID since that real moment? None when it cannot be known."""


class Maildir:
    """A mailbox on disk that gets a copy of every accepted mail.

    Absence proves something only when the copies do come in: so there must be a copy of a mail that came later than the
    attempt. A folder that is not there, or in which nothing came since, gives None.
    """

    def __init__(self, map_: Path) -> None:
        self._map = map_

    async def zoek(self, message_id: str, sinds: datetime) -> bool | None:
        """See `Grootboek`. Reads only copies that came in around or after the attempt."""
        try:
            return await asyncio.to_thread(self._zoek, message_id, sinds)
        except OSError as fout:
            _log.warning("mail_ledger_unreadable", error=type(fout).__name__)
            return None

    def _zoek(self, message_id: str, sinds: datetime) -> bool | None:
        vanaf, later = (sinds - _SPELING).timestamp(), False
        for pad, tijd in self._kopieen(vanaf):
            if _message_id(pad) == message_id:
                return True
            later = later or tijd > (sinds + _INHALEN).timestamp()
        return False if later else None

    def _kopieen(self, vanaf: float) -> Iterator[tuple[Path, float]]:
        for deel in ("new", "cur"):
            with os.scandir(self._map / deel) as bestanden:
                for bestand in bestanden:
                    tijd = bestand.stat().st_mtime
                    if bestand.is_file() and tijd >= vanaf:
                        yield Path(bestand.path), tijd


def _message_id(pad: Path) -> str:
    try:
        with pad.open("rb") as bestand:
            kop = bestand.read(_KOPPEN_HOOGSTENS)
    except FileNotFoundError:  # a mail reader moved it from new to cur while we looked
        return ""
    return str(BytesHeaderParser().parsebytes(kop).get("Message-ID", "")).strip()
