"""`python -m bench.ochtend`: a morning on which every case has something due, and what that costs.

The wake-ups of a real night are spread over five hours. Here the clock runs so fast that all come within seconds: the worst
night there can be, for instance the first after a long failure. Then the digest of that morning is sent.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select
from temporalio.client import Client

from bench.ochtend_post import Postbus
from bench.ochtend_worker import Opdracht
from bench.ochtend_zaken import SWV, Sessies, scholen, voorbeeld, zaken, zet_op
from bench.zaak import omstandigheden
from domain.ids import digest_workflow_id, traject_workflow_id
from domain.tijd import om_acht
from domain.tijdschaal import Tijdschaal
from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from runtime.postgres import EmbeddedPostgres
from runtime.temporal import NACHT_QUEUE, TRAJECT_QUEUE, connect
from storage.case_tables import TrajectRij
from storage.db import maak_engine
from storage.db import sessies as maak_sessies
from storage.mail_tables import BerichtRij, BerichtStatus
from storage.migrate import upgrade
from workflows.digest import DigestWorkflow
from workflows.messages import DigestInvoer, TrajectInvoer
from workflows.traject import TrajectWorkflow

_STARTS_PER_SECONDE = 60  # a safe guess of how fast the cases can be begun before the night falls
# The five hours over which the wake-ups of a night are spread then take nine seconds, and the week until the next date of
# these cases five minutes.
_FACTOR = 2000
_TEGELIJK = 60
_NACHT = timedelta(hours=7)
_MB = 1_000_000


@dataclass
class Uitkomst:
    """What one morning came to. Seconds on the wall; memory in MB of resident size."""

    zaken: int
    beginnen: float = 0.0
    rijen: float = 0.0
    mails: float = 0.0
    mails_ontvangen: int = 0
    kwijt: int = 0
    dubbel: int = 0
    geheugen: dict[str, float] = field(default_factory=dict)
    events_per_wek: float = 0.0

    @property
    def per_seconde(self) -> float:
        """Cases from their wake-up to their row, each second."""
        return self.zaken / self.rijen


class Proces:
    """A child process of the measurement, with what it uses."""

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


def geheugen(pid: int) -> float:
    """MB of a process and its children; shared memory of PostgreSQL counts once for each process that touched it."""
    proces = psutil.Process(pid)
    return sum(p.memory_full_info().pss for p in (proces, *proces.children(recursive=True))) / _MB


def cpu(pid: int) -> float:
    proces = psutil.Process(pid)
    return sum(sum(p.cpu_times()[:2]) for p in (proces, *proces.children(recursive=True)))


async def begin_zaken(client: Client, aantal: int, schaal: Tijdschaal) -> None:
    """All workflows, some tens at a time."""
    hek = asyncio.Semaphore(_TEGELIJK)

    async def begin(invoer: TrajectInvoer) -> None:
        async with hek:
            assert invoer.traject is not None
            await client.start_workflow(
                TrajectWorkflow.run, invoer, id=traject_workflow_id(invoer.traject.traject_id), task_queue=TRAJECT_QUEUE
            )

    async with asyncio.TaskGroup() as groep:
        for zaak in zaken(aantal):
            invoer = TrajectInvoer(traject=zaak.traject, omstandigheden=omstandigheden(), tijdschaal=schaal)
            groep.create_task(begin(invoer))


async def wacht_op_rijen(sessies: Sessies, aantal: int, vanaf: int, uiterlijk: float) -> tuple[float, float]:
    """(first, last): when the first and the last case were put on record, on the monotonic clock."""
    eerste = 0.0
    while True:
        async with sessies() as session:
            klaar = await session.scalar(
                select(func.count())
                .select_from(TrajectRij)
                .where(TrajectRij.traject_id.like("t-ochtend-%"), TrajectRij.versie > vanaf)
            )
        nu = time.monotonic()
        if klaar and not eerste:
            eerste = nu
        if klaar == aantal:
            return eerste, nu
        if nu > uiterlijk:
            raise TimeoutError(f"{klaar} van de {aantal} zaken zijn vastgelegd")
        await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def servers(map_: Path) -> AsyncIterator[tuple[EmbeddedPostgres, str, DevServer, Postbus]]:
    """PostgreSQL, Temporal as the demo starts it, and an SMTP server that keeps everything."""
    postgres = EmbeddedPostgres(map_ / "postgres", elsewhere=(Path(tempfile.gettempdir()),))
    try:
        url = await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(upgrade, url)
        with DevServer(map_ / "temporal", namespaces=("demo",)) as temporal:
            await temporal.ready()
            async with Postbus() as postbus:
                yield postgres, url.render_as_string(hide_password=False), temporal, postbus
    finally:
        await asyncio.to_thread(postgres.erase)


async def ochtend(aantal: int) -> Uitkomst:
    """One morning of so many cases on the product as it is."""
    uitkomst = Uitkomst(aantal)
    mal, wek = voorbeeld()
    morgen = om_acht(wek.date())
    with tempfile.TemporaryDirectory(prefix="routewacht-ochtend-") as map_naam:
        map_ = Path(map_naam)
        async with servers(map_) as (postgres, url, temporal, postbus):
            engine = maak_engine(url)
            sessies = maak_sessies(engine)
            await zet_op(sessies, aantal)
            valt = datetime.now(UTC) + timedelta(seconds=max(15.0, aantal / _STARTS_PER_SECONDE))
            schaal = Tijdschaal(factor=_FACTOR, echt_anker=valt, schijn_anker=morgen - _NACHT)
            ring = Sleutelring.nieuw()
            opdracht = Opdracht(
                database_url=url,
                temporal_address=temporal.address,
                smtp_poort=postbus.poort,
                sleutels=ring.als_tekst(),
                schaal=schaal,
            )
            worker = Proces(opdracht, map_)
            try:
                await worker.klaar()
                if os.environ.get("SPY"):
                    subprocess.Popen(
                        [
                            ".venv/bin/py-spy",
                            "record",
                            "-o",
                            os.environ["SPY"],
                            "-f",
                            "raw",
                            "-r",
                            "100",
                            "-p",
                            str(worker.pid),
                        ]
                    )
                client = await connect(opdracht.settings(), ring, rol="meting")
                begin = time.monotonic()
                await begin_zaken(client, aantal, schaal)
                uitkomst.beginnen = time.monotonic() - begin
                uitkomst.geheugen = _geheugen(worker, temporal, postgres, "voor")
                nacht = time.monotonic() + (schaal.echt(morgen - _NACHT) - datetime.now(UTC)).total_seconds()
                eerste, laatste = await wacht_op_rijen(sessies, aantal, mal.traject.versie, nacht + aantal)
                uitkomst.rijen = laatste - max(eerste, nacht)
                uitkomst.geheugen |= _geheugen(worker, temporal, postgres, "na")
                await _overzicht(client, sessies, postbus, aantal, morgen, uitkomst)
                uitkomst.events_per_wek = await _events(client)
            finally:
                await worker.stop()
                await engine.dispose()
    return uitkomst


async def _overzicht(
    client: Client, sessies: Sessies, postbus: Postbus, aantal: int, morgen: datetime, uitkomst: Uitkomst
) -> None:
    """The digest of the morning: from eight o'clock to the last mail the server took."""
    verwacht = len(scholen(aantal))
    schaal = Tijdschaal(factor=1.0, echt_anker=datetime.now(UTC), schijn_anker=morgen - timedelta(seconds=1))
    await client.start_workflow(
        DigestWorkflow.run,
        DigestInvoer(swv_id=SWV, tijdschaal=schaal, sinds=morgen - timedelta(days=1)),
        id=digest_workflow_id(SWV),
        task_queue=NACHT_QUEUE,
    )
    begin = time.monotonic() + 1
    while len(postbus.ontvangen) < verwacht and time.monotonic() < begin + aantal:
        await asyncio.sleep(0.05)
    uitkomst.mails = time.monotonic() - begin
    await asyncio.sleep(2)  # a mail too many would come now
    uitkomst.mails_ontvangen = len(postbus.ontvangen)
    uitkomst.dubbel = len(postbus.ontvangen) - len(set(postbus.ontvangen))
    async with sessies() as session:
        in_mail = await session.scalar(
            select(func.count(func.distinct(BerichtRij.traject_id))).where(
                BerichtRij.status == BerichtStatus.OPGENOMEN, BerichtRij.traject_id.like("t-ochtend-%")
            )
        )
    uitkomst.kwijt = aantal - int(in_mail or 0) + max(0, verwacht - len(set(postbus.ontvangen)))


async def _events(client: Client) -> float:
    """Events one wake-up added to the history of a case, the first case being as good as any."""
    handle = client.get_workflow_handle(traject_workflow_id("t-ochtend-000000"))
    events = [e async for e in handle.fetch_history_events()]
    gevuurd = next(i for i, e in enumerate(events) if e.HasField("timer_fired_event_attributes"))
    print([e.WhichOneof("attributes")[:-17] for e in events[gevuurd:]], file=sys.stderr)
    return len(events) - gevuurd


def _geheugen(worker: Proces, temporal: DevServer, postgres: EmbeddedPostgres, wanneer: str) -> dict[str, float]:
    return {
        f"worker_cpu_{wanneer}": cpu(worker.pid),
        f"temporal_cpu_{wanneer}": cpu(temporal.pid),
        f"postgres_cpu_{wanneer}": cpu(postgres.pid),
        f"worker_{wanneer}": geheugen(worker.pid),
        f"temporal_{wanneer}": geheugen(temporal.pid),
        f"postgres_{wanneer}": geheugen(postgres.pid),
    }


def main() -> None:
    """Mornings of so many cases, as JSON."""
    for tekst in sys.argv[1:] or ["300"]:
        uitkomst: dict[str, Any] = asdict(asyncio.run(ochtend(int(tekst))))
        print(json.dumps(uitkomst, indent=2))


if __name__ == "__main__":
    main()
