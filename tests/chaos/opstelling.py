"""A whole installation in real processes, each of which can be killed: PostgreSQL, Temporal, worker, site and mail relay."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.service import RPCError

from api.aanbieder import AanbiederBijGebruik
from api.main import diensten
from cli.demo_gegevens import Kind, laad
from runtime.children import spawn
from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from runtime.postgres import EmbeddedPostgres
from runtime.route_files import laad_routes
from runtime.settings import Settings
from storage.db import maak_engine, sessies
from storage.migrate import upgrade
from storage.people_tables import Leerling, Persoon
from tests.support.omgeving import Omgeving, kind_van
from tests.support.replay_leven import wacht_tot
from tests.support.servers import ELSEWHERE, UNSAFE_BUT_FAST
from tests.support.smtp_sink import SmtpSink

ROOT = Path(__file__).resolve().parents[2]
DEMO, ECHT = "demo", "routewacht"
STAGNATIEPUNT = "karin.legende@waterland.example"
# What a process logs once it is up.
_OP_GANG = {"worker": b"worker_started", "api": b"Uvicorn running"}
_OPSTARTEN = 90.0


@dataclass
class Proces:
    """One process of the product, with its log."""

    naam: str
    kind: subprocess.Popen[bytes]
    log: Path
    anders: dict[str, Any]

    @property
    def leeft(self) -> bool:
        return self.kind.poll() is None

    def dood(self) -> None:
        """kill -9, and gone."""
        self.kind.send_signal(signal.SIGKILL)
        self.kind.wait()

    def bevries(self) -> None:
        """It stands still without knowing (SIGSTOP), as a machine that swaps or a paused container."""
        self.kind.send_signal(signal.SIGSTOP)

    def ontdooi(self) -> None:
        """It goes on where it was."""
        self.kind.send_signal(signal.SIGCONT)

    async def op_gang(self) -> None:
        """Waits until it says that it is up."""

        async def meldt() -> bool:
            assert self.leeft, self.log.read_text()[-3000:]
            return _OP_GANG[self.naam] in self.log.read_bytes()

        await wacht_tot(meldt, seconden=_OPSTARTEN, omschrijving=f"het opstarten van {self.naam}")


@dataclass
class Opstelling:
    """Use as `async with Opstelling(map)`; starts servers and relay. Processes of the product start when asked for."""

    root: Path
    postgres: EmbeddedPostgres = field(init=False)
    temporal: DevServer = field(init=False)
    sink: SmtpSink = field(default_factory=SmtpSink)
    ring: Sleutelring = field(default_factory=Sleutelring.nieuw)
    kanarie: str = field(default_factory=lambda: f"kanarie{secrets.token_hex(6)}")
    processen: list[Proces] = field(default_factory=list)
    url: str = ""
    _engine: AsyncEngine | None = None
    _stapel: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _omgevingen: dict[str, Omgeving] = field(default_factory=dict)
    _poort: int = 0

    def __post_init__(self) -> None:
        self.postgres = EmbeddedPostgres(self.root / "postgres", settings=UNSAFE_BUT_FAST, elsewhere=ELSEWHERE)
        self.temporal = DevServer(self.root / "temporal", namespaces=(DEMO, ECHT))

    async def __aenter__(self) -> Self:
        laad_routes()
        await self.sink.start()
        url, _ = await asyncio.gather(asyncio.to_thread(self.postgres.start), asyncio.to_thread(self.temporal.start))
        self.url = url.render_as_string(hide_password=False)
        await asyncio.to_thread(upgrade, self.url)
        self._engine = maak_engine(self.url, verbindingen=30)
        await self._vul()
        await self.temporal.ready()
        self._omgevingen = {namespace: await self._verbind(namespace) for namespace in (DEMO, ECHT)}
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for proces in self.processen:
            if proces.leeft:
                proces.dood()
        await self._stapel.aclose()
        if self._engine is not None:
            await self._engine.dispose()
        await asyncio.to_thread(self.temporal.stop)
        await asyncio.to_thread(self.postgres.erase)
        await self.sink.stop()

    def omgeving(self, namespace: str = DEMO) -> Omgeving:
        """What the stories of tests/support need to drive cases from outside; its client finds the server again."""
        return self._omgevingen[namespace]

    async def _verbind(self, namespace: str) -> Omgeving:
        """The connection is made as the site makes its own, keys and all."""
        assert self._engine is not None
        settings = (Settings.voor_demo if namespace == DEMO else Settings)(**self._settings(None))
        d = await self._stapel.enter_async_context(diensten(settings, rol="proef", wachttijd=timedelta(seconds=60)))
        assert isinstance(d.aanbieder, AanbiederBijGebruik)
        client = await d.aanbieder.verbinding.client()
        return Omgeving(client, sessies(self._engine), self.sink, settings, self.ring)

    async def worker(self, *, nog_een: bool = False, **anders: Any) -> Proces:
        """A worker that is up and polling: the one that runs already, or a new one. Workers that were started otherwise
        are killed: the workflow would run on whichever of them is first."""
        for ander in self.processen:
            if ander.leeft and ander.naam == "worker" and ander.anders != anders:
                ander.dood()
        proces = None if nog_een else self._loopt("worker", anders)
        if proces is None:
            proces = self.start("worker", **anders)
            await proces.op_gang()
        return proces

    async def site(self, **anders: Any) -> httpx2.AsyncClient:
        """The site, up, and a client that talks to it."""
        if self._loopt("api", anders) is None:
            await self._open_site(anders)
        return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self._poort}", timeout=60)

    def _loopt(self, naam: str, anders: dict[str, Any]) -> Proces | None:
        return next((p for p in self.processen if p.leeft and (p.naam, p.anders) == (naam, anders)), None)

    async def _open_site(self, anders: dict[str, Any]) -> None:
        with socket.socket() as vrij:
            vrij.bind(("127.0.0.1", 0))
            self._poort = vrij.getsockname()[1]
        await self.start("api", **anders).op_gang()

    def start(self, naam: str, **anders: Any) -> Proces:
        """Start a process without waiting. `anders` says what is not as usual: `echt=True` is the command itself on the
        real clock; `temporal` an address instead of the server's own; `bezorgtijd` in seconds, see
        tests/chaos/proces.py; `env` more environment."""
        waarden = self._settings(anders.get("temporal"))
        omgeving = {k: v for k, v in os.environ.items() if not k.startswith("ROUTEWACHT_")}
        omgeving.pop("PYTHONDONTWRITEBYTECODE", None)
        omgeving |= {"PYTHONPATH": str(ROOT), **anders.get("env", {})}
        if anders.get("echt"):
            argv = [sys.executable, "-c", "from cli.main import main; main()", naam]
            omgeving |= {f"ROUTEWACHT_{k.upper()}": str(v) for k, v in waarden.items()}
        else:
            argv = [sys.executable, "-m", "tests.chaos.proces", naam]
            omgeving["CHAOS"] = json.dumps({"settings": waarden, "bezorgtijd": anders.get("bezorgtijd")})
        log = self.root / f"{naam}-{len(self.processen) + 1}.log"
        with log.open("wb") as uit:
            kind = spawn(argv, stdout=uit, stderr=uit, env=omgeving, death_signal=signal.SIGKILL)
        proces = Proces(naam, kind, log, anders)
        self.processen.append(proces)
        return proces

    async def gezond(self) -> None:
        """Whatever the test before this one broke, works: servers up, relay up, without faults and empty."""
        await self.gezond_maken()
        self.sink.bezorgd.clear()
        self.sink.opdrachten.clear()

    async def gezond_maken(self) -> None:
        """Servers and relay work again; what the relay took stays to be counted."""
        if not self.temporal.draait:
            self.temporal.stop()
            self.temporal.start()
        if not self.postgres.draait:
            self.postgres.stop()
            await asyncio.to_thread(self.postgres.start)
        await self.temporal.ready()
        await self.sink.stop()
        self.sink.genees()
        await self.sink.start()

    async def ruim_op(self) -> None:
        """No case runs any more, nothing waits in the outbox, and no process is left that was started otherwise."""
        for proces in self.processen:
            if proces.leeft and proces.anders.keys() - {"bezorgtijd"}:
                proces.dood()
        await self.gezond()
        client = self.omgeving().client
        async for open_ in client.list_workflows("ExecutionStatus = 'Running' and WorkflowType = 'TrajectWorkflow'"):
            with contextlib.suppress(RPCError):
                await client.get_workflow_handle(open_.id).terminate()
        await wacht_tot(self._leeg, omschrijving="lege tabellen")

    async def _leeg(self) -> bool:
        """Whoever is still writing about a case of the test before may stand in the way for a moment."""
        assert self._engine is not None
        try:
            async with self._engine.begin() as verbinding:
                await verbinding.execute(text("truncate bericht, mail, opdracht, afspraak, traject cascade"))
        except OperationalError:
            return False
        return True

    def kind(self) -> Kind:
        """The pupil of all cases, whose names are the canary."""
        return kind_van("o-papaver")

    def geen_persoonsgegevens(self) -> list[str]:
        """Files in which the canary is found: Temporal's own store, and every log."""
        bestanden = [*(self.root / "temporal").iterdir(), *self.root.glob("*.log")]
        merk = self.kanarie.encode()
        return [b.name for b in bestanden if b.is_file() and merk in b.read_bytes().lower()]

    async def _vul(self) -> None:
        assert self._engine is not None
        kind = self.kind()
        async with sessies(self._engine).begin() as session:
            await laad(session)
            namen = {"voornaam": self.kanarie, "achternaam": self.kanarie}
            await session.execute(update(Leerling).where(Leerling.id == kind.id).values(namen))
            await session.execute(update(Persoon).where(Persoon.id.in_(kind.ouders)).values(namen))

    def _settings(self, temporal: str | None) -> dict[str, Any]:
        return {
            "sleutels": self.ring.als_tekst(),
            "database_url": self.url,
            "temporal_address": temporal or self.temporal.address,
            "smtp_host": "127.0.0.1",
            "smtp_port": self.sink.poort,
            "smtp_tls": "geen",
            "mail_afzender": "routewacht@waterland.example",
            "api_port": self._poort or 8000,
        }


@contextlib.asynccontextmanager
async def schoon(o: Opstelling) -> AsyncIterator[Opstelling]:
    """One test on a shared installation."""
    await o.gezond()
    try:
        yield o
    finally:
        await o.ruim_op()
