"""What Temporal's history of a workflow still knows of the writes in our tables: read back, it is their redo log.

After the database was put back from an older copy, the facts and messages since then stand nowhere but here, as the input
of `record`; and which mails left, as the outcome of `deliver`. Not imported by workflow code.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import Bezorgd, Bezorgopdracht, Bezorguitslag, Ochtend
from domain.vastlegging import Vastlegging

_RECORD: Final = "record"
_DELIVER: Final = "deliver"
_OVERZICHTEN: Final = "maak_overzichten"
_INVOER: Final[dict[str, type[Any]]] = {_RECORD: Vastlegging, _DELIVER: Bezorgopdracht, _OVERZICHTEN: Ochtend}
_T = TypeVar("_T")


@dataclass
class Nagelezen:
    """Read from all runs of one workflow that Temporal still has, oldest first. `sinds`: how far back that goes.

    `pogingen` gives for each mail what became of the attempts to deliver it, in order; None for one without an answer.
    `ochtenden` gives for each morning of a digest the ids of its mails.
    """

    sinds: datetime | None = None
    vastleggingen: list[Vastlegging] = field(default_factory=list)
    pogingen: dict[str, list[Bezorgd | None]] = field(default_factory=dict)
    ochtenden: list[tuple[datetime, frozenset[str]]] = field(default_factory=list)


async def lees_na(client: Client, workflow_id: str) -> Nagelezen:
    """Everything that is left of this workflow, runs that were ended or went on as new included."""
    converter = client.data_converter.with_context(
        WorkflowSerializationContext(namespace=client.namespace, workflow_id=workflow_id)
    )
    gelezen = Nagelezen()
    async for events in _runs(client, workflow_id):
        begin = events[0].event_time.ToDatetime(tzinfo=UTC)
        gelezen.sinds = min(gelezen.sinds or begin, begin)
        await _lees_run(events, converter, gelezen)
    return gelezen


def geldige(vastleggingen: Sequence[Vastlegging]) -> list[Vastlegging]:
    """Without those that a later epoch overtook: written by a run that was replaced from a point before them."""
    begin: dict[int, int] = {}
    for v in vastleggingen:
        if v.gebeurtenissen:
            epoch, nr = v.traject.epoch, v.gebeurtenissen[0].nr
            begin[epoch] = min(nr, begin.get(epoch, nr))
    return [
        v
        for v in vastleggingen
        if v.gebeurtenissen
        and all(v.gebeurtenissen[-1].nr < nr for epoch, nr in begin.items() if epoch > v.traject.epoch)
    ]


async def _runs(client: Client, workflow_id: str) -> AsyncIterator[Sequence[HistoryEvent]]:
    gevonden = [w async for w in client.list_workflows(f"WorkflowId = '{workflow_id}'")]
    for run in sorted(gevonden, key=lambda w: w.start_time):
        try:
            yield (await client.get_workflow_handle(workflow_id, run_id=run.run_id).fetch_history()).events
        except RPCError as fout:
            if fout.status is not RPCStatusCode.NOT_FOUND:  # its retention ended while we were reading
                raise


async def _lees_run(events: Sequence[HistoryEvent], converter: DataConverter, gelezen: Nagelezen) -> None:
    gepland: dict[int, tuple[str, Any]] = {}
    for event in events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            a = event.activity_task_scheduled_event_attributes
            soort = _INVOER.get(a.activity_type.name)
            if soort is None:
                continue
            vraag: Any = await _ontsleutel(converter, a.input.payloads, soort)
            gepland[event.event_id] = (a.activity_type.name, vraag)
            if isinstance(vraag, Vastlegging):
                gelezen.vastleggingen.append(vraag)
            elif isinstance(vraag, Bezorgopdracht):
                gelezen.pogingen.setdefault(vraag.mail_id, []).append(None)
        elif event.HasField("activity_task_completed_event_attributes"):
            k = event.activity_task_completed_event_attributes
            naam, vraag = gepland.get(k.scheduled_event_id, ("", None))
            if naam == _DELIVER:
                uitslag = await _ontsleutel(converter, k.result.payloads, Bezorguitslag)
                pogingen = gelezen.pogingen[vraag.mail_id]
                pogingen[pogingen.index(None)] = uitslag.uitslag
            elif naam == _OVERZICHTEN:
                mails: list[str] = await _ontsleutel(converter, k.result.payloads, list[str])
                gelezen.ochtenden.append((vraag.nu, frozenset(mails)))


async def _ontsleutel(converter: DataConverter, payloads: Sequence[Payload], soort: type[_T]) -> _T:
    (waarde,) = await converter.decode(payloads, [soort])
    gelezen: _T = waarde
    return gelezen
