"""Data keys in memory: one random AES-256 key per workflow, wrapped by the ring, fetched in batches and kept with a bound.

The codec asks here for every payload, so the usual answer takes no query. Keys that were destroyed elsewhere leave this
memory at the first use after at most a minute.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.zaaksleutel import Omhulsel
from runtime.sleutelring import (
    SLEUTEL_BYTES,
    HoofdsleutelOntbreekt,
    HoofdsleutelPastNiet,
    SleutelOnbekend,
    Sleutelring,
    SleutelsNietBereikbaar,
    SleutelVernietigd,
)

_log = structlog.get_logger(__name__)
_NONCE_BYTES = 12
_HOOGSTENS = 20_000  # about a kilobyte each
_VERVERS_NA = 60.0
_OVERLAP = 300.0  # a destruction counts from the start of its transaction and is seen at its end
T = TypeVar("T")
_Vraag = tuple[bool, str]  # (by id?, the id or the workflow)


class Sleutelopslag(Protocol):
    """Where wrapped keys are kept. Made by storage and handed in, because runtime does not know storage."""

    async def lees(self, *, zaken: Collection[str], sleutel_ids: Collection[str]) -> Sequence[Omhulsel]:
        """The keys of these workflows and with these ids, as far as they exist, destroyed ones included."""

    async def voeg_toe(self, omhulsel: Omhulsel) -> Omhulsel:
        """Keep a new key, committed; gives back the one that stands, which somebody else may have made first."""

    async def vernietigd_sinds(self, seconden: float) -> Collection[str]:
        """Ids of the keys destroyed in the last so many seconds, by the clock of the database."""


@dataclass(frozen=True)
class Zaaksleutel:
    """An unwrapped data key."""

    sleutel_id: str
    zaak: str
    cipher: AESGCM


class Sleutelkast:
    """The data keys of this process. For use on one event loop."""

    def __init__(self, ring: Sleutelring, opslag: Sleutelopslag, *, hoogstens: int = _HOOGSTENS) -> None:
        self._ring, self._opslag, self._hoogstens = ring, opslag, hoogstens
        self._per_id: OrderedDict[str, Zaaksleutel] = OrderedDict()
        self._per_zaak: dict[str, str] = {}
        self._gevraagd: dict[_Vraag, asyncio.Future[Omhulsel | None]] = {}
        self._lezer: asyncio.Task[None] | None = None
        self._ververst_op = time.monotonic()

    async def voor_zaak(self, zaak: str) -> Zaaksleutel:
        """The key to write with; made when the workflow has none yet.

        Raises SleutelVernietigd, HoofdsleutelOntbreekt, SleutelsNietBereikbaar.
        """
        await self._vergeet_vernietigde()
        sleutel_id = self._per_zaak.get(zaak)
        if sleutel_id is not None:
            return self._gebruikt(sleutel_id)
        gevonden = await self._vraag((False, zaak))
        if gevonden is None:
            gevonden = await _bereikbaar(self._opslag.voeg_toe(self._nieuw(zaak)))
        return self._open(gevonden)

    async def met_id(self, sleutel_id: str) -> Zaaksleutel:
        """The key a payload was written with. Raises as `voor_zaak`, and SleutelOnbekend."""
        await self._vergeet_vernietigde()
        if sleutel_id in self._per_id:
            return self._gebruikt(sleutel_id)
        gevonden = await self._vraag((True, sleutel_id))
        if gevonden is None:
            raise SleutelOnbekend(sleutel_id)
        return self._open(gevonden)

    def __len__(self) -> int:
        return len(self._per_id)

    def _gebruikt(self, sleutel_id: str) -> Zaaksleutel:
        self._per_id.move_to_end(sleutel_id)
        return self._per_id[sleutel_id]

    def _nieuw(self, zaak: str) -> Omhulsel:
        sleutel_id = f"d{secrets.token_hex(8)}"
        return omhul(self._ring, sleutel_id, zaak, secrets.token_bytes(SLEUTEL_BYTES))

    def _open(self, omhulsel: Omhulsel) -> Zaaksleutel:
        sleutel = Zaaksleutel(omhulsel.sleutel_id, omhulsel.zaak, AESGCM(onthul(self._ring, omhulsel)))
        self._per_id[sleutel.sleutel_id] = sleutel
        self._per_zaak[sleutel.zaak] = sleutel.sleutel_id
        while len(self._per_id) > self._hoogstens:
            _, oudste = self._per_id.popitem(last=False)
            self._per_zaak.pop(oudste.zaak, None)
        return sleutel

    async def _vraag(self, vraag: _Vraag) -> Omhulsel | None:
        """Questions that come in while a query runs go together into the next one: a cold start asks for thousands."""
        antwoord = self._gevraagd.get(vraag)
        if antwoord is None:
            antwoord = self._gevraagd[vraag] = asyncio.get_running_loop().create_future()
            if self._lezer is None or self._lezer.done():
                self._lezer = asyncio.create_task(self._lees())
        # Shielded: others wait for the same answer.
        return await _bereikbaar(asyncio.shield(antwoord))

    async def _lees(self) -> None:
        while self._gevraagd:
            vragen, self._gevraagd = self._gevraagd, {}
            try:
                rijen = await self._opslag.lees(
                    zaken={naam for met_id, naam in vragen if not met_id},
                    sleutel_ids={naam for met_id, naam in vragen if met_id},
                )
            except Exception as fout:
                for antwoord in vragen.values():
                    antwoord.set_exception(fout)
                continue
            gevonden: dict[_Vraag, Omhulsel] = {}
            for rij in rijen:
                gevonden[True, rij.sleutel_id] = gevonden[False, rij.zaak] = rij
            for vraag, antwoord in vragen.items():
                antwoord.set_result(gevonden.get(vraag))

    async def _vergeet_vernietigde(self) -> None:
        nu = time.monotonic()
        sinds = nu - self._ververst_op
        if sinds < _VERVERS_NA:
            return
        self._ververst_op = nu
        try:
            weg = await self._opslag.vernietigd_sinds(sinds + _OVERLAP)
        except Exception as fout:  # a database that is away must not stop what can be read from memory
            self._ververst_op = nu - sinds
            _log.warning("destroyed_keys_not_read", error=type(fout).__name__)
            return
        for sleutel_id in weg:
            sleutel = self._per_id.pop(sleutel_id, None)
            if sleutel is not None:
                self._per_zaak.pop(sleutel.zaak, None)


def omhul(ring: Sleutelring, sleutel_id: str, zaak: str, sleutel: bytes) -> Omhulsel:
    """Wrap a data key with the active key of the ring; bound to its id and its workflow, so rows cannot be swapped."""
    kek_id, nonce = ring.actief, os.urandom(_NONCE_BYTES)
    return Omhulsel(
        sleutel_id,
        zaak,
        kek_id,
        nonce + ring.cipher(kek_id).encrypt(nonce, sleutel, _aad(sleutel_id, zaak, kek_id)),
    )


def onthul(ring: Sleutelring, omhulsel: Omhulsel) -> bytes:
    """The data key itself. Raises SleutelVernietigd, HoofdsleutelOntbreekt."""
    if omhulsel.omhulsel is None:
        raise SleutelVernietigd(omhulsel.sleutel_id)
    try:
        cipher = ring.cipher(omhulsel.kek_id)
    except SleutelOnbekend:
        raise HoofdsleutelOntbreekt(omhulsel.kek_id) from None
    nonce, data = omhulsel.omhulsel[:_NONCE_BYTES], omhulsel.omhulsel[_NONCE_BYTES:]
    try:
        return cipher.decrypt(nonce, data, _aad(omhulsel.sleutel_id, omhulsel.zaak, omhulsel.kek_id))
    except (InvalidTag, ValueError):
        raise HoofdsleutelPastNiet(omhulsel.kek_id) from None


def heromhul(ring: Sleutelring, omhulsel: Omhulsel) -> Omhulsel:
    """The same data key under the active key of the ring. Raises as `onthul`."""
    return omhul(ring, omhulsel.sleutel_id, omhulsel.zaak, onthul(ring, omhulsel))


def _aad(sleutel_id: str, zaak: str, kek_id: str) -> bytes:
    return f"zaaksleutel|{kek_id}|{sleutel_id}|{zaak}".encode()


async def _bereikbaar(vraag: Awaitable[T]) -> T:
    """What the driver says never leaves here: an error of the codec ends up in the history of a workflow."""
    try:
        return await vraag
    except Exception as fout:
        raise SleutelsNietBereikbaar(fout) from fout
