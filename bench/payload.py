"""What encryption costs: everything Temporal stores for us goes through the converter, on the way in and on the way out."""

from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from bench.meten import Cijfer, Maat, Paar, Taak, cijfer, vergelijk
from bench.zaak import halverwege, omstandigheden
from runtime.codec import Sleutelring, maak_converter
from workflows.messages import TrajectInvoer


async def berichten(maat: Maat) -> AsyncIterator[Cijfer]:
    """Time and size of the largest message, the input of a next run, and of the most frequent one."""
    midden = halverwege()
    invoer = TrajectInvoer(traject=midden.traject, omstandigheden=omstandigheden())
    versleuteld = maak_converter(Sleutelring.nieuw())
    for naam, wat, bericht in (("invoer", "invoer van een workflow", invoer), ("record", "vastlegging", midden.na)):
        yield await vergelijk(
            Paar(f"{naam}_versleuteld", f"{wat}: heen en terug, versleuteld", "zonder versleuteling"),
            _heen_en_terug(versleuteld, bericht),
            _heen_en_terug(pydantic_data_converter, bericht),
            maat,
        )
        klein, gewoon = await _bytes(versleuteld, bericht), await _bytes(pydantic_data_converter, bericht)
        woorden = f"{wat}: {klein} bytes, ingepakt en versleuteld"
        yield cijfer(Paar(f"{naam}_bytes", woorden, f"{gewoon} bytes zonder versleuteling"), [klein / gewoon])


def _heen_en_terug(converter: DataConverter, bericht: BaseModel) -> Taak:
    soorten: list[type[Any]] = [type(bericht)]

    async def taak(keer: int) -> None:
        for _ in range(keer):
            await converter.decode(await converter.encode([bericht]), soorten)

    return taak


async def _bytes(converter: DataConverter, bericht: BaseModel) -> int:
    return sum(payload.ByteSize() for payload in await converter.encode([bericht]))
