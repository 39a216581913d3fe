"""What a morning runs on: PostgreSQL, Temporal as the demo starts it, a mail server, and the worker as a process of its own."""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from temporalio.client import Client

from bench.ochtend_post import Postbus
from bench.ochtend_worker import Opdracht
from bench.ochtend_zaken import Sessies
from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from runtime.postgres import EmbeddedPostgres
from runtime.temporal import connect
from storage.db import maak_engine
from storage.db import sessies as maak_sessies
from storage.migrate import upgrade

_MB = 1_000_000


@dataclass
class Opstelling:
    """Everything a morning needs, running."""

    postgres: EmbeddedPostgres
    temporal: DevServer
    worker: "Proces"
    postbus: Postbus
    sessies: Sessies
    client: Client

    def gebruik(self) -> dict[str, float]:
        """Memory in MB and processor time in seconds so far, of each part."""
        delen = {"worker": self.worker.pid, "temporal": self.temporal.pid, "postgres": self.postgres.pid}
        return {f"{naam}_mb": geheugen(pid) for naam, pid in delen.items()} | {
            f"{naam}_cpu": rekentijd(pid) for naam, pid in delen.items()
        }


class Proces:
    """The worker, in a process of its own."""

    def __init__(self, opdracht: Opdracht, map_: Path) -> None:
        bestand = map_ / "worker.json"
        bestand.touch(mode=0o600)
        bestand.write_text(opdracht.model_dump_json())
        argv = [sys.executable, "-m", "bench.ochtend_worker", str(bestand)]
        self._popen = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
        self.pid = self._popen.pid

    async def klaar(self) -> None:
        """Raises RuntimeError when the process ends before it polls."""
        assert self._popen.stdout is not None
        if not (await asyncio.to_thread(self._popen.stdout.readline)).startswith("klaar"):
            raise RuntimeError("de worker van de meting is niet gestart")

    async def stop(self) -> None:
        """Politely, and wait for it; beside our own loop, because the mail server of the measurement runs there."""
        self._popen.terminate()
        await asyncio.to_thread(self._popen.wait, 60)


@contextlib.asynccontextmanager
async def opstelling() -> AsyncIterator[Opstelling]:
    """All of it in a folder that is gone afterwards."""
    async with contextlib.AsyncExitStack() as stapel:
        map_ = Path(stapel.enter_context(tempfile.TemporaryDirectory(prefix="routewacht-ochtend-")))
        postgres = EmbeddedPostgres(map_ / "postgres", elsewhere=(Path(tempfile.gettempdir()),))
        stapel.push_async_callback(asyncio.to_thread, postgres.erase)
        adres = await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(upgrade, adres)
        temporal = stapel.enter_context(DevServer(map_ / "temporal", namespaces=("demo",)))
        await temporal.ready()
        postbus = await stapel.enter_async_context(Postbus())
        opdracht = Opdracht(
            database_url=adres.render_as_string(hide_password=False),
            temporal_address=temporal.address,
            smtp_poort=postbus.poort,
            sleutels=Sleutelring.nieuw().als_tekst(),
        )
        engine = maak_engine(opdracht.database_url)
        stapel.push_async_callback(engine.dispose)
        worker = Proces(opdracht, map_)
        stapel.push_async_callback(worker.stop)
        await worker.klaar()
        settings = opdracht.settings()
        client = await connect(settings, settings.sleutelring(), rol="meting")
        yield Opstelling(postgres, temporal, worker, postbus, maak_sessies(engine), client)


def geheugen(pid: int) -> float:
    """MB of a process and its children together; what they share counts once."""
    return sum(p.memory_full_info().pss for p in _familie(pid)) / _MB


def rekentijd(pid: int) -> float:
    """Processor seconds of a process and its children until now."""
    return sum(sum(p.cpu_times()[:2]) for p in _familie(pid))


def _familie(pid: int) -> list[psutil.Process]:
    proces = psutil.Process(pid)
    return [proces, *proces.children(recursive=True)]
