"""Strict replay: not only the same kinds of commands in the same order, but the same content.

The SDK's Replayer compares kind and id. A timer of another length, another activity input, another answer to an update:
it lets them all pass. Here every command that today's code gives is laid beside the event that was recorded for it.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import zip_longest
from typing import Any, NamedTuple

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import Payload, Priority
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import _Definition

from tests.support.replay_payloads import ontsleutel
from worker.sandbox import maak_runner
from workflows.klok import DEMO_NAMESPACE


class Stap(NamedTuple):
    """One thing a workflow did, as a command would ask for it and as the history has it."""

    soort: str
    inhoud: dict[str, Any]


def maak_replayer(workflows: list[type], runner: WorkflowRunner, converter: DataConverter) -> Replayer:
    """The SDK's own, in the namespace of the recordings: elsewhere their accelerated clock is refused."""
    return Replayer(
        workflows=workflows,
        workflow_runner=runner,
        data_converter=converter,
        namespace=DEMO_NAMESPACE,
        build_id="replay",
    )


async def verschillen(
    geschiedenis: WorkflowHistory, workflows: list[type], converter: DataConverter, *, hoogstens: int = 3
) -> list[str]:
    """What today's code does otherwise than was recorded, in words; empty when it does exactly the same."""
    luisteraar = _Luisteraar(maak_runner())
    replayer = maak_replayer(workflows, luisteraar, converter)
    uitkomst = await replayer.replay_workflow(geschiedenis, raise_on_replay_failure=False)
    gevonden = [] if uitkomst.replay_failure is None else [f"de Replayer weigert: {uitkomst.replay_failure}"]
    opgenomen = list(await _opgenomen(geschiedenis, converter))
    for nummer, (was, is_) in enumerate(zip_longest(opgenomen, luisteraar.stappen()), start=1):
        if was != is_:
            gevonden.append(f"stap {nummer}: {_in_het_kort(was, is_)}")
        if len(gevonden) >= hoogstens:
            break
    return gevonden


async def _opgenomen(geschiedenis: WorkflowHistory, converter: DataConverter) -> Iterator[Stap]:
    kopie = WorkflowHistory.from_json(geschiedenis.workflow_id, geschiedenis.to_json())
    assert converter.payload_codec is not None
    for event in kopie.events:
        await ontsleutel(event, converter.payload_codec)
    return (stap for event in kopie.events if (stap := _van_event(event)) is not None)


class _Luisteraar(WorkflowRunner):
    """The runner of the worker, with an ear on every instance it makes."""

    def __init__(self, binnenste: WorkflowRunner) -> None:
        self._binnenste = binnenste
        self._taken: list[tuple[int, list[WorkflowCommand]]] = []

    def prepare_workflow(self, defn: _Definition) -> None:
        self._binnenste.prepare_workflow(defn)

    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        self._binnenste.set_worker_level_failure_exception_types(types)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instantie = self._binnenste.create_instance(det)
        uitvoeren = instantie.activate

        def activate(act: WorkflowActivation) -> WorkflowActivationCompletion:
            uitkomst = uitvoeren(act)
            # A copy: what is handed on is encrypted in place.
            kopie = deepcopy(uitkomst)
            self._taken.append((act.history_length, list(kopie.successful.commands)))
            return uitkomst

        instantie.activate = activate  # type: ignore[method-assign]
        return instantie

    def stappen(self) -> Iterator[Stap]:
        """What the code asked for, without timers that were taken back in the very task that set them."""
        per_taak: dict[int, list[WorkflowCommand]] = {}
        for lengte, commandos in self._taken:
            per_taak.setdefault(lengte, []).extend(commandos)
        for commandos in per_taak.values():
            weg = {c.cancel_timer.seq for c in commandos if c.HasField("cancel_timer")}
            for c in commandos:
                if c.HasField("start_timer") and c.start_timer.seq in weg:
                    continue
                if (stap := _van_commando(c)) is not None:
                    yield stap


def _van_commando(commando: WorkflowCommand) -> Stap | None:
    soort = commando.WhichOneof("variant")
    match soort:
        case "schedule_activity":
            a = commando.schedule_activity
            return _activiteit(a, a.activity_type, a.task_queue, a.arguments)
        case "start_timer":
            return Stap("timer", {"duur": _duur(commando.start_timer.start_to_fire_timeout)})
        case "continue_as_new_workflow_execution":
            c = commando.continue_as_new_workflow_execution
            return Stap("doorgang", {"invoer": _waarden(c.arguments)})
        case "signal_external_workflow_execution":
            s = commando.signal_external_workflow_execution
            naar = s.workflow_execution.workflow_id
            return Stap("signaal", {"naar": naar, "naam": s.signal_name, "invoer": _waarden(s.args)})
        case "complete_workflow_execution":
            return Stap("klaar", {"uitkomst": _waarden([commando.complete_workflow_execution.result])})
        case "fail_workflow_execution":
            return Stap("mislukt", {"fout": _fout(commando.fail_workflow_execution.failure)})
        case "update_response":
            return _antwoord(commando.update_response)
        case _:
            return None


def _antwoord(antwoord: Any) -> Stap | None:
    match antwoord.WhichOneof("response"):
        case "accepted":
            return Stap("update aanvaard", {})
        case "completed":
            return Stap("update klaar", {"antwoord": _waarden([antwoord.completed])})
        case _:
            return None


def _van_event(event: HistoryEvent) -> Stap | None:
    soort = event.WhichOneof("attributes")
    inhoud: Any = getattr(event, soort) if soort else None
    match soort:
        case "activity_task_scheduled_event_attributes":
            return _activiteit(inhoud, inhoud.activity_type.name, inhoud.task_queue.name, inhoud.input.payloads)
        case "timer_started_event_attributes":
            return Stap("timer", {"duur": _duur(inhoud.start_to_fire_timeout)})
        case "workflow_execution_continued_as_new_event_attributes":
            return Stap("doorgang", {"invoer": _waarden(inhoud.input.payloads)})
        case "signal_external_workflow_execution_initiated_event_attributes":
            naar = inhoud.workflow_execution.workflow_id
            waarden = _waarden(inhoud.input.payloads)
            return Stap("signaal", {"naar": naar, "naam": inhoud.signal_name, "invoer": waarden})
        case "workflow_execution_completed_event_attributes":
            return Stap("klaar", {"uitkomst": _waarden(inhoud.result.payloads)})
        case "workflow_execution_failed_event_attributes":
            return Stap("mislukt", {"fout": _fout(inhoud.failure)})
        case "workflow_execution_update_accepted_event_attributes":
            return Stap("update aanvaard", {})
        case "workflow_execution_update_completed_event_attributes":
            return Stap("update klaar", {"antwoord": _waarden(inhoud.outcome.success.payloads)})
        case _:
            return None


def _activiteit(a: Any, naam: str, rij: str, invoer: Any) -> Stap:
    voorrang: Priority = a.priority
    return Stap(
        "activiteit",
        {
            "naam": naam,
            "rij": rij,
            "invoer": _waarden(invoer),
            "hoogstens": _duur(a.start_to_close_timeout),
            "hartslag": _duur(a.heartbeat_timeout),
            "herhaling": (_duur(a.retry_policy.initial_interval), _duur(a.retry_policy.maximum_interval)),
            "pogingen": a.retry_policy.maximum_attempts,
            "voorrang": voorrang.priority_key,
        },
    )


def _waarden(payloads: Any) -> list[Any]:
    return [_waarde(p) for p in payloads]


def _waarde(payload: Payload) -> Any:
    return json.loads(payload.data) if payload.metadata.get("encoding", b"").startswith(b"json/") else payload.data


def _duur(duur: Duration) -> float:
    # To the millisecond: the server stores no finer.
    return round(duur.ToTimedelta().total_seconds(), 3)


def _fout(fout: Failure) -> tuple[str, str]:
    return fout.application_failure_info.type, fout.message


def _in_het_kort(was: Stap | None, is_: Stap | None) -> str:
    if was is None or is_ is None or was.soort != is_.soort:
        return f"opgenomen {was.soort if was else 'niets'}, nu {is_.soort if is_ else 'niets'}"
    anders = {naam for naam in was.inhoud if was.inhoud[naam] != is_.inhoud.get(naam)}
    return f"{was.soort} met {', '.join(sorted(anders))} anders dan opgenomen"
