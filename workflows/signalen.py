"""Reading a signal that may hold anything: for a typed handler a wrong number of values would be a crash, and a crash in a
handler leaves a workflow stuck."""

from collections.abc import Sequence
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RawValue

_M = TypeVar("_M")


class Onleesbaar(Exception):
    """A signal that does not hold the one value it should."""


def lees(inhoud: Sequence[RawValue], soort: type[_M]) -> _M:
    """The one value of this kind. Raises Onleesbaar."""
    try:
        (ruw,) = inhoud
        waarde = workflow.payload_converter().from_payload(ruw.payload, soort)
    except Exception:
        raise Onleesbaar from None
    if not isinstance(waarde, soort):  # the converter gives null and bytes as they came
        raise Onleesbaar
    return waarde
