"""The worker of the morning in a process of its own: the two workers of the product, on the clock of the measurement."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from pydantic import BaseModel
from temporalio.worker import Worker

from bench.ochtend_naief import NAIEF_QUEUE, HerinnerActiviteiten, HerinnerWorkflow
from runtime.logging import stel_logging_in
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.smtp import Postbode
from runtime.temporal import connect, stel_sdk_in
from storage.db import maak_engine, sessies
from worker.registry import Benodigdheden, maak_workers
from worker.sandbox import maak_runner


class Opdracht(BaseModel):
    """What the process is told, as one file that only its owner can read."""

    database_url: str
    temporal_address: str
    smtp_poort: int
    sleutels: str

    def settings(self) -> Settings:
        """The settings of a demo, because only there the clock may run fast."""
        return Settings.voor_demo(
            sleutels=self.sleutels,
            database_url=self.database_url,
            temporal_address=self.temporal_address,
            smtp_host="127.0.0.1",
            smtp_port=self.smtp_poort,
            smtp_tls="geen",
            mail_afzender="routewacht@waterland.example",
        )


async def draai(opdracht: Opdracht) -> None:
    """Until SIGTERM; says "klaar" on its output once it polls."""
    settings = opdracht.settings()
    stel_logging_in(als_json=True, niveau="ERROR")
    stel_sdk_in()
    laad_routes()
    engine = maak_engine(opdracht.database_url)
    postbode = Postbode(settings)
    client = await connect(settings, settings.sleutelring(), rol="worker")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    maker = sessies(engine)
    naief = HerinnerActiviteiten(maker, postbode, settings)
    async with contextlib.AsyncExitStack() as stapel:
        for worker in maak_workers(client, Benodigdheden(sessies=maker, postbode=postbode, settings=settings)):
            await stapel.enter_async_context(worker)
        await stapel.enter_async_context(
            Worker(
                client,
                task_queue=NAIEF_QUEUE,
                workflows=[HerinnerWorkflow],
                activities=[naief.herinner],
                workflow_runner=maak_runner(),
                build_id="meting",
            )
        )
        print("klaar", flush=True)
        await stop.wait()
    await postbode.sluit()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(draai(Opdracht.model_validate_json(Path(sys.argv[1]).read_text())))
