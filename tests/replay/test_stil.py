"""A replay says nothing: what a workflow said, it said when it happened."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from runtime.logging import stel_logging_in
from runtime.route_files import laad_routes
from tests.replay.record import lees
from tests.replay.scenarios import OPNAMEN
from tests.replay.strict import maak_replayer
from tests.replay.test_replay import CONVERTER
from worker.registry import WORKFLOWS
from worker.sandbox import maak_runner


@pytest.fixture
def stroom() -> Iterator[io.StringIO]:
    """Everything that is logged, at the lowest level."""
    laad_routes()
    wortel = logging.getLogger()
    handlers, niveau = wortel.handlers[:], wortel.level
    structlog.reset_defaults()
    stroom = io.StringIO()
    stel_logging_in(als_json=True, niveau="DEBUG", stroom=stroom)
    yield stroom
    wortel.handlers[:] = handlers
    wortel.setLevel(niveau)
    structlog.reset_defaults()


async def test_no_recording_makes_a_line_of_ours(stroom: io.StringIO) -> None:
    structlog.get_logger("workflows.proef").info("heard")
    assert "heard" in stroom.getvalue()
    stroom.truncate(0)
    for naam in OPNAMEN:
        await maak_replayer(list(WORKFLOWS), maak_runner(), CONVERTER).replay_workflow(lees(naam))
    van_ons = [
        r for r in stroom.getvalue().splitlines() if '"logger": "temporal' not in r and '"logger": "asyncio' not in r
    ]
    assert van_ons == []
