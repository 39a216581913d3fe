from __future__ import annotations

import asyncio
import io
import json
import logging
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from runtime.codec import Sleutelring, maak_converter
from runtime.devserver import DevServer
from runtime.logging import WEGGELATEN, stel_logging_in
from runtime.settings import Settings
from runtime.temporal import TemporalOnbereikbaar, connect

KANARIE = "Kanarie van der Vogel"
_log = structlog.get_logger("proef")


class Logboek:
    def __init__(self) -> None:
        self.stroom = io.StringIO()

    @property
    def tekst(self) -> str:
        return self.stroom.getvalue()

    @property
    def regels(self) -> list[dict[str, Any]]:
        return [json.loads(regel) for regel in self.tekst.splitlines()]

    def van(self, event: str) -> list[dict[str, Any]]:
        return [regel for regel in self.regels if regel["event"] == event]


@pytest.fixture
def logboek() -> Iterator[Logboek]:
    wortel = logging.getLogger()
    handlers, niveau = wortel.handlers[:], wortel.level
    logboek = Logboek()
    structlog.reset_defaults()
    stel_logging_in(als_json=True, stroom=logboek.stroom)
    yield logboek
    wortel.handlers[:] = handlers
    wortel.setLevel(niveau)
    structlog.reset_defaults()


def test_persoonlijke_velden_verdwijnen_ook_diep(logboek: Logboek) -> None:
    structlog.get_logger("p").warning(
        "mail_bounced",
        traject_id="t1",
        ouder_email=f"{KANARIE}@x.test",
        velden={"naam": KANARIE, "lijst": [{"telefoon": KANARIE}], "stap": 3},
    )
    (regel,) = logboek.regels
    assert KANARIE not in logboek.tekst
    assert (regel["traject_id"], regel["ouder_email"]) == ("t1", WEGGELATEN)
    assert regel["velden"] == {"naam": WEGGELATEN, "lijst": [{"telefoon": WEGGELATEN}], "stap": 3}
    assert (regel["level"], regel["logger"]) == ("warning", "p")


def test_logging_van_anderen_komt_in_dezelfde_stroom(logboek: Logboek) -> None:
    logging.getLogger("vreemd.pakket").warning("pool is %s", "vol")
    assert [(r["event"], r["logger"]) for r in logboek.regels] == [("pool is vol", "vreemd.pakket")]


def test_adressen_van_paginas_blijven_uit_het_log(logboek: Logboek) -> None:
    """The access log of the web server prints whole addresses, and those of parents are keys to a dossier."""
    logging.getLogger("uvicorn.access").info('"GET /o/geheim HTTP/1.1" 200')
    assert logboek.tekst == ""


def test_een_fout_toont_plaats_maar_geen_dossier(logboek: Logboek) -> None:
    log = structlog.get_logger("p")
    try:
        try:
            int(KANARIE)
        except ValueError as binnen:
            raise ApplicationError("adres_ongeldig") from binnen
    except ApplicationError:
        log.exception("activity_failed")
        logging.getLogger("vreemd").exception("activity_failed")
    assert KANARIE not in logboek.tekst
    for regel in logboek.regels:
        assert "temporalio.exceptions.ApplicationError: adres_ongeldig" in regel["exception"]
        assert "\nValueError\n" in regel["exception"]
        assert "test_logging.py" in regel["exception"]


def test_niveau_wordt_gevolgd(logboek: Logboek) -> None:
    structlog.get_logger("p").debug("too_small")
    assert logboek.tekst == ""


def test_leesbaar_voor_een_mens(logboek: Logboek) -> None:
    stel_logging_in(als_json=False, stroom=logboek.stroom)
    structlog.get_logger("p").info("worker_started", wachtwoord="geheim", poort=8000)
    assert "worker_started" in logboek.tekst
    assert "poort=8000" in logboek.tekst
    assert "geheim" not in logboek.tekst


class Teller(logging.Handler):
    """A handler that is not ours, such as a monitoring tool adds."""

    def __init__(self) -> None:
        super().__init__()
        self.gehoord: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.gehoord.append(record.msg["event"] if isinstance(record.msg, dict) else record.msg)


@activity.defn
async def spreek() -> None:
    _log.info("activity_spoke")


@workflow.defn
class Spreker:
    @workflow.run
    async def run(self, tekst: str) -> None:
        _log.info("workflow_spoke", tekst=tekst)
        logging.getLogger("vreemd").info("workflow_spoke_plainly")
        await workflow.execute_activity(spreek, start_to_close_timeout=timedelta(seconds=10))
        await workflow.sleep(0.01)
        _log.info("workflow_ended")


SANDBOX = SandboxedWorkflowRunner(SandboxRestrictions.default.with_passthrough_modules("structlog", "runtime", "tests"))


@asynccontextmanager
async def traag_startende_server(tmp_path: Path, settings_ring: Sleutelring) -> AsyncIterator[Client]:
    """A client that began to connect before the server was there."""
    server = DevServer(tmp_path, namespaces=("default", "demo"))
    server.start()
    settings = Settings.voor_demo(sleutels=settings_ring.als_tekst(), temporal_address=server.address)
    try:
        yield await connect(settings, settings_ring, wachttijd=timedelta(seconds=60), rol="proef")
    finally:
        server.stop()


async def test_workflow_spreekt_eenmaal_met_zijn_ids_en_versleuteld(tmp_path: Path, logboek: Logboek) -> None:
    """Without cache every task replays the workflow from the start, so each line would appear three times."""
    ander = Teller()
    logging.getLogger().addHandler(ander)
    ring = Sleutelring.nieuw()
    workflow_id = f"traject/{uuid.uuid4()}"
    async with traag_startende_server(tmp_path, ring) as client:
        async with Worker(
            client,
            task_queue="traject",
            workflows=[Spreker],
            activities=[spreek],
            workflow_runner=SANDBOX,
            max_cached_workflows=0,
            build_id="test",
        ):
            handle = await client.start_workflow(Spreker.run, KANARIE, id=workflow_id, task_queue="traject")
            await asyncio.wait_for(handle.result(), 60)
        history = await handle.fetch_history()
    for event in ("workflow_spoke", "workflow_spoke_plainly", "workflow_ended"):
        (regel,) = logboek.van(event)
        assert (regel["workflow_id"], regel["workflow_type"]) == (workflow_id, "Spreker")
    assert ander.gehoord.count("workflow_spoke") == 1
    (regel,) = logboek.van("activity_spoke")
    assert (regel["workflow_id"], regel["activity"], regel["attempt"]) == (workflow_id, "spreek", 1)
    assert KANARIE not in logboek.tekst
    assert KANARIE not in history.to_json()
    assert "proef-" in history.to_json()  # the identity: a role and a random number, no machine
    assert f"@{socket.gethostname()}" not in history.to_json()

    eerder = len(logboek.regels)
    await Replayer(workflows=[Spreker], workflow_runner=SANDBOX, data_converter=maak_converter(ring)).replay_workflow(
        history
    )
    assert logboek.regels[eerder:] == []


async def test_zonder_server_geeft_het_starten_het_op_met_een_zin() -> None:
    ring = Sleutelring.nieuw()
    settings = Settings.voor_demo(sleutels=ring.als_tekst(), temporal_address="127.0.0.1:1")
    with pytest.raises(TemporalOnbereikbaar, match=r"^Temporal antwoordt niet op 127\.0\.0\.1:1"):
        await connect(settings, ring, wachttijd=timedelta(seconds=0.5))
