"""Today's code does with every recorded life exactly what was done then; and a code that does otherwise is found out."""

from collections import Counter
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import WorkflowHistory

from domain.catalogus import CATALOGUS
from runtime.codec import Sleutelring, maak_converter
from runtime.route_files import laad_routes
from tests.replay.record import MAP, lees, neem_op, pad
from tests.replay.scenarios import OPNAMEN, SCENARIOS, TESTRING, Bewijs, Scenario
from tests.replay.strict import maak_replayer, verschillen
from tests.replay.varianten import AndereWekker, ExtraActiviteit, VorigeTraject, ZwijgendeEscalatie
from tests.support.omgeving import Omgeving
from worker.registry import WORKFLOWS
from worker.sandbox import maak_runner
from workflows.digest import DigestWorkflow
from workflows.messages import TrajectInvoer

CONVERTER = maak_converter(TESTRING)
EIND = {
    "door": EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    "klaar": EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
}
HOOGSTENS_BYTES = 1_500_000


@pytest.fixture(scope="module", autouse=True)
def _routes() -> None:
    laad_routes()


def test_every_recording_that_is_named_is_there_and_no_other() -> None:
    op_schijf = {p.name.removesuffix(".json.gz") for p in MAP.iterdir()}
    assert op_schijf == set(OPNAMEN)
    assert len(op_schijf) >= 10
    assert sum(pad(naam).stat().st_size for naam in op_schijf) < HOOGSTENS_BYTES


@pytest.mark.parametrize("naam", [n for n in OPNAMEN if n not in {"ochtend_digest", "controle_ochtend"}])
async def test_the_route_of_a_recording_is_still_carried(naam: str) -> None:
    """A published route never changes. Before the first release: remove the recordings and record them again."""
    start = lees(naam).events[0].workflow_execution_started_event_attributes
    (invoer,) = await CONVERTER.decode(start.input.payloads, [TrajectInvoer])
    pin = invoer.traject.route if invoer.traject else invoer.aanvraag.route
    assert pin in [verwijzing for verwijzing, _ in CATALOGUS.alle()]


@pytest.mark.parametrize("naam", OPNAMEN)
async def test_a_recording_replays(naam: str) -> None:
    await maak_replayer(list(WORKFLOWS), maak_runner(), CONVERTER).replay_workflow(lees(naam))


@pytest.mark.parametrize("naam", OPNAMEN)
async def test_a_recording_replays_with_the_same_content(naam: str) -> None:
    assert await verschillen(lees(naam), list(WORKFLOWS), CONVERTER) == []


@pytest.mark.parametrize(("naam", "bewijs"), OPNAMEN.items())
def test_a_recording_holds_what_it_claims(naam: str, bewijs: Bewijs) -> None:
    events = lees(naam).events
    soorten = Counter(e.event_type for e in events)
    activiteiten = Counter(
        e.activity_task_scheduled_event_attributes.activity_type.name
        for e in events
        if e.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    )
    signalen = {e.workflow_execution_signaled_event_attributes.signal_name for e in events} - {""}
    # One reason to fail a task is part of life: a message came in while the run was about to end.
    assert {
        e.workflow_task_failed_event_attributes.cause
        for e in events
        if e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    } <= {WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND}
    for activiteit, aantal in bewijs.activiteiten.items():
        assert activiteiten[activiteit] >= aantal, activiteit
    assert soorten[EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED] >= bewijs.updates
    assert soorten[EventType.EVENT_TYPE_TIMER_STARTED] >= bewijs.timers
    assert signalen >= set(bewijs.signalen)
    meldt = soorten[EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED] > 0
    assert meldt == bewijs.meldt_aan_traject
    if bewijs.eind == "open":
        assert events[-1].event_type not in EIND.values()
    else:
        assert events[-1].event_type == EIND[bewijs.eind]


@pytest.mark.parametrize("naam", OPNAMEN)
def test_a_recording_is_encrypted_with_the_test_key(naam: str) -> None:
    tekst = lees(naam).to_json()
    assert "schooljaar" not in tekst
    assert "afspraak" not in tekst


@pytest.mark.parametrize("variant", [ExtraActiviteit, AndereWekker, ZwijgendeEscalatie])
@pytest.mark.parametrize("naam", ["kalender_en_spoed", "doorgang_2"])
async def test_a_changed_workflow_is_found_out(naam: str, variant: type) -> None:
    assert await verschillen(lees(naam), [variant, DigestWorkflow], CONVERTER)


@pytest.mark.parametrize("naam", [n for n in OPNAMEN if n not in {"ochtend_digest", "controle_ochtend"}])
async def test_what_the_rollout_test_calls_the_previous_version_is_what_was_recorded(naam: str) -> None:
    """These recordings are of 23 November 2026, before any change to running code."""
    assert await verschillen(lees(naam), [VorigeTraject, DigestWorkflow], CONVERTER) == []


@pytest.mark.parametrize("variant", [AndereWekker, ZwijgendeEscalatie])
async def test_the_sdk_alone_would_not_have_noticed(variant: type) -> None:
    """Why there is a strict replay. Should this fail one day, the SDK has become stricter: good news."""
    replayer = maak_replayer([variant, DigestWorkflow], maak_runner(), CONVERTER)
    await replayer.replay_workflow(lees("kalender_en_spoed"))


async def test_a_recording_under_another_key_is_no_recording() -> None:
    ander = maak_converter(Sleutelring.nieuw())
    assert await _eerste_fout(lees("signaal"), ander)


async def test_recording_again_leaves_what_is_there(tmp_path: Path) -> None:
    """The recorder never overwrites: it does not even ask for a history whose file exists."""
    (tmp_path / "oud.json.gz").write_bytes(b"wat er stond")

    async def leef(o: Omgeving, neem: object) -> None:
        await neem("oud", None, None)  # type: ignore[operator]

    assert await neem_op(Scenario("oud", {"oud": Bewijs("open")}, leef), None, tmp_path) == []  # type: ignore[arg-type]
    assert (tmp_path / "oud.json.gz").read_bytes() == b"wat er stond"


def test_every_scenario_is_named_once() -> None:
    assert len(OPNAMEN) == sum(len(s.opnamen) for s in SCENARIOS)


async def _eerste_fout(geschiedenis: WorkflowHistory, converter: object) -> Exception | None:
    replayer = maak_replayer(list(WORKFLOWS), maak_runner(), converter)  # type: ignore[arg-type]
    return (await replayer.replay_workflow(geschiedenis, raise_on_replay_failure=False)).replay_failure
