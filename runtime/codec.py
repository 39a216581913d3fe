"""Encryption of everything Temporal stores for us, with a ring of keys.

Payloads are our second line only: histories hold ids, codes and dates, never personal data. What stays readable for
whoever runs the server whatever we do here: workflow ids and types, names of messages, task queues, search attributes,
failure *types* and the times of events.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import os
import re
import secrets
import zlib
from collections.abc import Mapping, Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

SLEUTEL_BYTES = 32
_NONCE_BYTES = 12
_INPAKKEN_VANAF = 1024  # smaller payloads gain nothing from compression
_ENCODING = b"binary/encrypted"  # the name the Temporal UI shows for a payload it cannot read
_SLEUTEL_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class SleutelsOngeldig(ValueError):
    """The text of a key ring does not fit the format; the message never repeats any part of a key."""


class SleutelOnbekend(LookupError):
    """A payload was encrypted with a key that is not on the ring: it was never added here, or has been destroyed."""

    def __init__(self, sleutel_id: str) -> None:
        super().__init__(f"de versleutelingssleutel '{sleutel_id}' is hier niet bekend")
        self.sleutel_id = sleutel_id


class InhoudGeschonden(ValueError):
    """A payload was changed or damaged after it was encrypted, or carries the wrong key under a known id."""


class Sleutelring:
    """Named AES-256 keys. The first one encrypts, all of them decrypt; a key left out makes its payloads unreadable."""

    def __init__(self, sleutels: Mapping[str, bytes]) -> None:
        if not sleutels:
            raise SleutelsOngeldig("geef minstens een sleutel")
        for sleutel_id, sleutel in sleutels.items():
            if not _SLEUTEL_ID.fullmatch(sleutel_id):
                raise SleutelsOngeldig("de naam van een sleutel bestaat uit 1 tot 32 letters, cijfers, '-' of '_'")
            if len(sleutel) != SLEUTEL_BYTES:
                raise SleutelsOngeldig(f"een sleutel is precies {SLEUTEL_BYTES} bytes lang")
        self._sleutels = dict(sleutels)
        self._ciphers = {sleutel_id: AESGCM(sleutel) for sleutel_id, sleutel in sleutels.items()}
        self.actief = next(iter(sleutels))

    @classmethod
    def uit_tekst(cls, tekst: str) -> Self:
        """Read "id:base64,id2:base64"; the first is active. Raises `SleutelsOngeldig`, never quoting the text."""
        sleutels: dict[str, bytes] = {}
        for deel in tekst.split(","):
            sleutel_id, scheiding, waarde = deel.strip().partition(":")
            if not scheiding:
                raise SleutelsOngeldig("schrijf elke sleutel als naam:base64, met komma's ertussen")
            if sleutel_id in sleutels:
                raise SleutelsOngeldig("elke sleutel heeft een eigen naam")
            try:
                sleutels[sleutel_id] = base64.b64decode(waarde, validate=True)
            except (binascii.Error, ValueError):
                # `from None`: the original error would carry the key into a traceback.
                raise SleutelsOngeldig("de waarde van een sleutel is geen geldige base64") from None
        return cls(sleutels)

    @classmethod
    def nieuw(cls) -> Self:
        """A ring with one fresh random key under a random name."""
        return cls({f"s{secrets.token_hex(3)}": secrets.token_bytes(SLEUTEL_BYTES)})

    def als_tekst(self) -> str:
        """The secret text that `uit_tekst` reads back. Show it to nobody but the person who stores it."""
        return ",".join(f"{naam}:{base64.b64encode(sleutel).decode()}" for naam, sleutel in self._sleutels.items())

    def cipher(self, sleutel_id: str) -> AESGCM:
        """The cipher for one key; raises `SleutelOnbekend`."""
        try:
            return self._ciphers[sleutel_id]
        except KeyError:
            raise SleutelOnbekend(sleutel_id) from None

    def __repr__(self) -> str:
        return f"Sleutelring({', '.join(self._sleutels)})"


class VersleutelCodec(PayloadCodec):
    """AES-256-GCM over whole payloads; key id and compression are authenticated, so neither can be swapped unseen."""

    def __init__(self, ring: Sleutelring) -> None:
        self._ring = ring

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each payload, its metadata included, with the active key."""
        return [self._versleutel(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt; a payload that is not encrypted passes unchanged, because the Temporal CLI sends plain JSON.

        Raises `SleutelOnbekend` or `InhoudGeschonden`.
        """
        return [
            self._ontsleutel(payload) if payload.metadata.get("encoding") == _ENCODING else payload
            for payload in payloads
        ]

    def _versleutel(self, payload: Payload) -> Payload:
        inhoud, ingepakt = payload.SerializeToString(), b"0"
        if len(inhoud) > _INPAKKEN_VANAF and len(klein := zlib.compress(inhoud)) < len(inhoud):
            inhoud, ingepakt = klein, b"1"
        sleutel_id = self._ring.actief
        nonce = os.urandom(_NONCE_BYTES)
        data = nonce + self._ring.cipher(sleutel_id).encrypt(nonce, inhoud, _aad(sleutel_id, ingepakt))
        metadata = {"encoding": _ENCODING, "sleutel": sleutel_id.encode(), "ingepakt": ingepakt}
        return Payload(metadata=metadata, data=data)

    def _ontsleutel(self, payload: Payload) -> Payload:
        sleutel_id = payload.metadata["sleutel"].decode()
        ingepakt = payload.metadata["ingepakt"]
        nonce, data = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            inhoud = self._ring.cipher(sleutel_id).decrypt(nonce, data, _aad(sleutel_id, ingepakt))
        except (InvalidTag, ValueError):
            raise InhoudGeschonden(f"een payload onder sleutel '{sleutel_id}' is niet te ontsleutelen") from None
        return Payload.FromString(zlib.decompress(inhoud) if ingepakt == b"1" else inhoud)


def _aad(sleutel_id: str, ingepakt: bytes) -> bytes:
    return sleutel_id.encode() + b"|" + ingepakt


def maak_converter(ring: Sleutelring) -> DataConverter:
    """The converter of every client and worker: pydantic models, encrypted, failure messages and stacks included."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=VersleutelCodec(ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
