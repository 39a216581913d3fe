"""The ring of key-encryption keys, as the setting ROUTEWACHT_SLEUTELS holds it, and what can be wrong with a key."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SLEUTEL_BYTES = 32
_SLEUTEL_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class SleutelsOngeldig(ValueError):
    """The text of a key ring does not fit the format; the message never repeats any part of a key."""


class SleutelOnbekend(LookupError):
    """A payload was encrypted with a key that is not on the ring: it was never added here, or has been destroyed."""

    def __init__(self, sleutel_id: str) -> None:
        super().__init__(f"de versleutelingssleutel '{sleutel_id}' is hier niet bekend")
        self.sleutel_id = sleutel_id


class SleutelVernietigd(SleutelOnbekend):
    """The data key of this workflow was destroyed. What it protected is gone for good, and it never gets another one."""


class HoofdsleutelOntbreekt(LookupError):
    """A data key is there, but the key-encryption key that wraps it is not on this ring: a setting to mend, nothing lost."""

    def __init__(self, kek_id: str) -> None:
        super().__init__(f"de hoofdsleutel '{kek_id}' staat niet in ROUTEWACHT_SLEUTELS van dit proces")
        self.kek_id = kek_id


class HoofdsleutelPastNiet(HoofdsleutelOntbreekt):
    """The ring has a key of that name, but it does not open the data key: another key under a known name."""

    def __init__(self, kek_id: str) -> None:
        LookupError.__init__(self, f"de hoofdsleutel '{kek_id}' van dit proces is een andere dan waarmee werd ingepakt")
        self.kek_id = kek_id


class ZonderSleutelkast(HoofdsleutelOntbreekt):
    """This process was not given the table of data keys, so it cannot say whether a payload can be read elsewhere."""

    def __init__(self, sleutel_id: str) -> None:
        LookupError.__init__(self, f"dit proces kan de sleutel '{sleutel_id}' van een workflow niet opzoeken")
        self.kek_id = sleutel_id


class SleutelsNietBereikbaar(RuntimeError):
    """The table of data keys cannot be read at this moment. Trying again later is right; there is no other way in."""

    def __init__(self, oorzaak: BaseException) -> None:
        super().__init__(f"de sleutels zijn nu niet te lezen ({type(oorzaak).__name__})")


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

    @staticmethod
    def is_naam(tekst: str) -> bool:
        """Could this be the name of a key? What comes in from outside is asked this before anything is looked up."""
        return _SLEUTEL_ID.fullmatch(tekst) is not None

    def cipher(self, sleutel_id: str) -> AESGCM:
        """The cipher for one key; raises `SleutelOnbekend`."""
        try:
            return self._ciphers[sleutel_id]
        except KeyError:
            raise SleutelOnbekend(sleutel_id) from None

    @property
    def namen(self) -> tuple[str, ...]:
        """The names of the keys, the active one first."""
        return tuple(self._sleutels)

    def __repr__(self) -> str:
        return f"Sleutelring({', '.join(self._sleutels)})"
