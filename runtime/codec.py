"""Encryption of everything Temporal stores for us: a data key per workflow, or the ring itself where there is no table.

Payloads are our second line only: histories hold ids, codes and dates, never personal data. What stays readable for
whoever runs the server whatever we do here: workflow ids and types, names of messages, task queues, search attributes,
failure *types* and the times of events.

Two schemes, told apart by the metadata of a payload. Without `schema`: encrypted with a key of the ring itself (all
that was written before there were data keys). With `schema` "zaak": encrypted with the data key of one workflow, which
the ring wraps; see runtime/sleutelkast.py.
"""

from __future__ import annotations

import dataclasses
import os
import zlib
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
)

from domain.zaaksleutel import ALGEMEEN
from runtime.sleutelkast import Sleutelkast
from runtime.sleutelring import (
    SLEUTEL_BYTES,
    HoofdsleutelOntbreekt,
    InhoudGeschonden,
    SleutelOnbekend,
    Sleutelring,
    SleutelsNietBereikbaar,
    SleutelsOngeldig,
    SleutelVernietigd,
    ZonderSleutelkast,
)

__all__ = [
    "SLEUTEL_BYTES",
    "HoofdsleutelOntbreekt",
    "InhoudGeschonden",
    "SleutelOnbekend",
    "SleutelVernietigd",
    "Sleutelring",
    "SleutelsNietBereikbaar",
    "SleutelsOngeldig",
    "VersleutelCodec",
    "ZonderSleutelkast",
    "is_dicht",
    "maak_converter",
    "ring_sleutel",
]

_NONCE_BYTES = 12
_INPAKKEN_VANAF = 1024  # smaller payloads gain nothing from compression
_ENCODING = b"binary/encrypted"  # the name the Temporal UI shows for a payload it cannot read
_ZAAK = b"zaak"


def is_dicht(payload: Payload) -> bool:
    """Is this payload still encrypted? After a tolerant codec: nobody here can ever read it."""
    return payload.metadata.get("encoding") == _ENCODING


def ring_sleutel(payload: Payload) -> str | None:
    """The name of the ring key this payload was encrypted with directly; None for any other payload."""
    if not is_dicht(payload) or payload.metadata.get("schema") == _ZAAK:
        return None
    return payload.metadata.get("sleutel", b"").decode(errors="replace")


class VersleutelCodec(PayloadCodec, WithSerializationContext):
    """AES-256-GCM over whole payloads; workflow, key id and compression are authenticated, so none is swapped unseen.

    With `kast` each workflow writes with its own data key; without, the ring itself writes. Both read both. A `tolerant`
    codec hands on what can never be read (an unknown or destroyed key, a damaged payload) as it came, still encrypted:
    then the one who asked for it fails, and not everything else that came along in the same task. What may be readable
    tomorrow (a key-encryption key that is not on this ring, a database that is away) is an error also then.
    """

    def __init__(
        self, ring: Sleutelring, kast: Sleutelkast | None = None, *, tolerant: bool = False, zaak: str | None = None
    ) -> None:
        self._ring, self._kast, self._tolerant, self._zaak = ring, kast, tolerant, zaak

    def with_context(self, context: SerializationContext) -> VersleutelCodec:
        """The codec for the payloads of one workflow, its activities included."""
        zaak = getattr(context, "workflow_id", None)
        if self._kast is None or not zaak or zaak == self._zaak:
            return self
        return VersleutelCodec(self._ring, self._kast, tolerant=self._tolerant, zaak=zaak)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each payload, its metadata included. Raises when there is no key; nothing ever leaves unencrypted."""
        if self._kast is None:
            actief = self._ring.actief
            metadata = {"encoding": _ENCODING, "sleutel": actief.encode()}
            return [_versleutel(p, self._ring.cipher(actief), metadata, None) for p in payloads]
        sleutel = await self._kast.voor_zaak(self._zaak or ALGEMEEN)
        metadata = {"encoding": _ENCODING, "schema": _ZAAK, "sleutel": sleutel.sleutel_id.encode()}
        return [_versleutel(p, sleutel.cipher, metadata, sleutel.zaak) for p in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt; a payload that is not encrypted passes unchanged, because the Temporal CLI sends plain JSON.

        Raises HoofdsleutelOntbreekt and SleutelsNietBereikbaar; also SleutelOnbekend and InhoudGeschonden unless tolerant.
        """
        return [await self._decode(p) if is_dicht(p) else p for p in payloads]

    async def _decode(self, payload: Payload) -> Payload:
        try:
            return await self._ontsleutel(payload)
        except (SleutelOnbekend, InhoudGeschonden):
            if self._tolerant:
                return payload
            raise

    async def _ontsleutel(self, payload: Payload) -> Payload:
        sleutel_id = payload.metadata.get("sleutel", b"").decode(errors="replace")
        if payload.metadata.get("schema") != _ZAAK:
            return _open(payload, self._ring.cipher(sleutel_id), sleutel_id, None)
        if not Sleutelring.is_naam(sleutel_id):
            raise SleutelOnbekend(sleutel_id)
        if self._kast is None:
            raise ZonderSleutelkast(sleutel_id)
        sleutel = await self._kast.met_id(sleutel_id)
        if self._zaak is not None and sleutel.zaak not in {self._zaak, ALGEMEEN}:
            raise InhoudGeschonden(f"een payload onder sleutel '{sleutel_id}' hoort bij een andere workflow")
        return _open(payload, sleutel.cipher, sleutel_id, sleutel.zaak)


def _versleutel(payload: Payload, cipher: AESGCM, metadata: dict[str, bytes], zaak: str | None) -> Payload:
    inhoud, ingepakt = payload.SerializeToString(), b"0"
    if len(inhoud) > _INPAKKEN_VANAF and len(klein := zlib.compress(inhoud)) < len(inhoud):
        inhoud, ingepakt = klein, b"1"
    nonce = os.urandom(_NONCE_BYTES)
    data = nonce + cipher.encrypt(nonce, inhoud, _aad(zaak, metadata["sleutel"], ingepakt))
    return Payload(metadata={**metadata, "ingepakt": ingepakt}, data=data)


def _open(payload: Payload, cipher: AESGCM, sleutel_id: str, zaak: str | None) -> Payload:
    ingepakt = payload.metadata.get("ingepakt", b"")
    nonce, data = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
    try:
        inhoud = cipher.decrypt(nonce, data, _aad(zaak, sleutel_id.encode(), ingepakt))
        return Payload.FromString(zlib.decompress(inhoud) if ingepakt == b"1" else inhoud)
    except (InvalidTag, ValueError, DecodeError, zlib.error):
        raise InhoudGeschonden(f"een payload onder sleutel '{sleutel_id}' is niet te ontsleutelen") from None


def _aad(zaak: str | None, sleutel_id: bytes, ingepakt: bytes) -> bytes:
    return (b"" if zaak is None else b"zaak|" + zaak.encode() + b"|") + sleutel_id + b"|" + ingepakt


def maak_converter(ring: Sleutelring, kast: Sleutelkast | None = None) -> DataConverter:
    """The converter of every client and worker: pydantic models, encrypted, failure messages and stacks included.

    Tolerant: a signal nobody can read reaches the workflow, which has it seen by a person; anything else that cannot be
    read fails where it is needed, visibly, and is tried again.
    """
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=VersleutelCodec(ring, kast, tolerant=True),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
