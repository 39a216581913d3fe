"""Ids. Every id is random and says nothing about a person; a workflow id is a prefix and such an id."""

from typing import Annotated, NewType

from pydantic import StringConstraints

TrajectId = NewType("TrajectId", str)
PersoonId = NewType("PersoonId", str)

# An id or code as it comes in from outside: printable, without spaces. What goes in here ends in tables and in Temporal.
Kenmerkend = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[!-~]+$")]

CODE_LENGTE = 6


def traject_workflow_id(traject_id: str) -> str:
    """The Temporal workflow id of a traject. Readable by whoever runs the server, so never made from a name."""
    return f"traject/{traject_id}"


def digest_workflow_id(swv_id: str) -> str:
    """The Temporal workflow id of the daily digest of one samenwerkingsverband."""
    return f"digest/{swv_id}"


def bewaar_workflow_id(swv_id: str) -> str:
    """The Temporal workflow id of the retention run of one samenwerkingsverband."""
    return f"bewaren/{swv_id}"


def controle_workflow_id(swv_id: str) -> str:
    """The Temporal workflow id of the daily check of one samenwerkingsverband."""
    return f"controle/{swv_id}"


def traject_code(traject_id: str) -> str:
    """The short code people use on screen and in mails ("T-4F7K2Q"): the start of the random id, in capitals."""
    return "T-" + traject_id.removeprefix("t-")[:CODE_LENGTE].upper()
