"""Every payload in a recorded history, to encrypt it under another key or to read what it holds."""

from collections.abc import Iterator

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec


def payloads_in(bericht: Message) -> Iterator[Payload]:
    """All payloads, wherever they are in this message; changing one changes the message."""
    for veld, waarde in bericht.ListFields():
        if veld.message_type is None:
            continue
        if veld.message_type.GetOptions().map_entry:
            if veld.message_type.fields_by_name["value"].message_type is None:
                continue
            delen = list(waarde.values())
        else:
            delen = list(waarde) if veld.is_repeated else [waarde]
        for deel in delen:
            if isinstance(deel, Payload):
                yield deel
            else:
                yield from payloads_in(deel)


async def ontsleutel(bericht: Message, codec: PayloadCodec) -> None:
    """Decrypts in place, also what was encrypted inside an encrypted failure."""
    for payload in list(payloads_in(bericht)):
        (open_,) = await codec.decode([payload])
        payload.CopyFrom(open_)
