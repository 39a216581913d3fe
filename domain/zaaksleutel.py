"""A wrapped data key, as storage keeps it and runtime opens it. Here, because those two may not know each other."""

from typing import NamedTuple

# The data key of payloads that belong to no workflow in particular, such as what an operator encodes by hand.
ALGEMEEN = "algemeen"


class Omhulsel(NamedTuple):
    """The data key of one workflow (`zaak` is the workflow id), encrypted with key-encryption key `kek_id`.

    `omhulsel` is None once the key was destroyed: nothing of that workflow can ever be read again.
    """

    sleutel_id: str
    zaak: str
    kek_id: str
    omhulsel: bytes | None
