import socket
import stat
import time
import uuid
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from runtime.children import InUseError
from runtime.devserver import DevServer, DevServerError
from tests.support.servers import with_converter


@workflow.defn(sandboxed=False)  # the sandbox would import this whole module, with its servers
class Wacht:
    @workflow.run
    async def run(self, dagen: int) -> str:
        await workflow.sleep(timedelta(days=dagen))
        return "klaar"

    @workflow.signal
    def tik(self) -> None:
        """Only to be recorded."""


async def test_a_workflow_outlives_a_clean_stop_and_a_kill(tmp_path: Path) -> None:
    with DevServer(tmp_path, namespaces=("default", "school"), search_attributes=("Fase=Keyword",)) as server:
        began = time.perf_counter()
        await server.ready()
        first = time.perf_counter() - began
        address = server.address
        client = await Client.connect(address, namespace="school")
        started = await client.start_workflow(Wacht.run, 1, id="blijft", task_queue="geen")
        server.stop()
        server.start()
        began = time.perf_counter()
        await server.ready()
        print(f"\ndev server: first start {first:.2f} s, later start {time.perf_counter() - began:.2f} s")
        assert server.address == address
        client = await Client.connect(address, namespace="school")
        await client.get_workflow_handle("blijft").signal(Wacht.tik)

        server.kill9()
        server.start()
        await server.ready()
        client = await Client.connect(address, namespace="school")
        history = await client.get_workflow_handle("blijft", run_id=started.first_execution_run_id).fetch_history()
        assert any(event.HasField("workflow_execution_signaled_event_attributes") for event in history.events)


async def test_ready_means_every_namespace_and_attribute_works(tmp_path: Path) -> None:
    attributes = ("Fase=Keyword", "Termijn=Datetime")
    with DevServer(tmp_path, namespaces=("default", "demo"), search_attributes=attributes) as server:
        await server.ready()
        client = await Client.connect(server.address)
        for namespace in ("default", "demo"):
            request = ListWorkflowExecutionsRequest(namespace=namespace, query="Fase = 'x' OR Termijn IS NULL")
            assert len((await client.workflow_service.list_workflow_executions(request)).executions) == 0
        listening = [c for c in psutil.Process(server.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert int(server.address.rpartition(":")[2]) in {c.laddr.port for c in listening}
        assert {c.laddr.ip for c in listening} <= {"127.0.0.1", "::1"}, "reachable from this machine only"


async def test_what_it_keeps_is_for_nobody_else(tmp_path: Path) -> None:
    """Payloads are encrypted, but ids, times and who did what are not. An earlier version left its files open to all."""
    root = tmp_path / "temporal"
    root.mkdir(mode=0o755)
    (root / "temporal.log").touch(mode=0o644)
    with DevServer(root) as server:
        await server.ready()
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in root.iterdir()}
        assert {"temporal.db", "temporal.db-wal", "temporal.log"} <= set(modes)
        assert set(modes.values()) == {0o600}, modes
        assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InUseError, match=f"Poort {port} is al in gebruik"):
            DevServer(tmp_path, port).start()
        with pytest.raises(InUseError, match=f"Poort {port} is al in gebruik"):
            DevServer(tmp_path, ui_port=port).start()


def test_a_second_start_says_the_folder_is_taken(tmp_path: Path) -> None:
    with DevServer(tmp_path), pytest.raises(InUseError, match="al in gebruik"):
        DevServer(tmp_path).start()


async def test_a_server_that_gives_up_says_why(tmp_path: Path) -> None:
    given_up = pytest.raises(DevServerError, match=r"(?s)is gestopt.*Onzin")
    with DevServer(tmp_path, search_attributes=("Fase=Onzin",)) as server, given_up:
        await server.ready()


async def test_the_shared_server_has_both_namespaces(dev_server: DevServer) -> None:
    for namespace in ("default", "demo"):
        client = await Client.connect(dev_server.address, namespace=namespace)
        queue = uuid.uuid4().hex
        async with Worker(client, task_queue=queue, workflows=[Wacht], build_id="test"):
            assert await client.execute_workflow(Wacht.run, 0, id=queue, task_queue=queue) == "klaar"


async def test_the_shared_clock_skips_a_year_under_any_converter(time_skipping_env: WorkflowEnvironment) -> None:
    client = with_converter(time_skipping_env.client, pydantic_data_converter)
    assert client.data_converter is pydantic_data_converter
    queue = uuid.uuid4().hex
    async with Worker(client, task_queue=queue, workflows=[Wacht], build_id="test"):
        assert await client.execute_workflow(Wacht.run, 365, id=queue, task_queue=queue) == "klaar"
