"""Asking Temporal which workflows keep failing. The server itself reports them, after five failed tasks or so."""

from __future__ import annotations

from typing import NamedTuple

from temporalio.client import Client

_VRAAG = "ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL"
_HOOGSTENS = 50


class Vastlopers(NamedTuple):
    """How many, and the ids of the first of them."""

    aantal: int
    ids: tuple[str, ...]


async def vastlopers(client: Client) -> Vastlopers:
    """The workflows that cannot go on. Raises RPCError when Temporal does not answer."""
    geteld = await client.count_workflows(_VRAAG)
    if not geteld.count:
        return Vastlopers(0, ())
    ids = [gevonden.id async for gevonden in client.list_workflows(_VRAAG, limit=_HOOGSTENS)]
    return Vastlopers(geteld.count, tuple(sorted(ids)))
