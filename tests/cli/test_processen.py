"""The command as a process: migrating, serving, stopping, and an exit code that tells what was done."""

import asyncio
import json
import signal
import socket
import sys
import urllib.request
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cli.fouten import als_mislukt
from runtime.devserver import DevServer
from runtime.settings import Settings
from runtime.temporal import TemporalOnbereikbaar, connect
from storage.db import maak_engine, sessies
from storage.watch_tables import MetingRij
from tests.cli.conftest import Draai, document
from tests.storage.zaken import bevolk
from tests.support.replay_leven import wacht_tot

COMMANDO = (sys.executable, "-c", "from cli.main import main; main()")
# What a process logs once it is up.
OP_GANG = {"worker": "worker_started", "api": "Uvicorn running"}


@asynccontextmanager
async def proces(naam: str) -> AsyncIterator[Process]:
    """`routewacht worker` or `api`, from the moment it is up; killed if the test leaves it running."""
    kind = await asyncio.create_subprocess_exec(*COMMANDO, naam, stdout=PIPE, stderr=PIPE)
    assert kind.stdout is not None
    try:
        async with asyncio.timeout(60):
            while OP_GANG[naam] not in (regel := (await kind.stdout.readline()).decode()):
                assert regel, (await kind.stderr.read()).decode() if kind.stderr else ""
        yield kind
    finally:
        if kind.returncode is None:
            kind.kill()
            await kind.wait()


async def stop(kind: Process) -> int:
    """Ask it to stop, as systemd and Docker do, and wait for its exit code."""
    kind.send_signal(signal.SIGTERM)
    async with asyncio.timeout(40):
        await kind.communicate()
    assert kind.returncode is not None
    return kind.returncode


async def voer_uit(*argumenten: str) -> tuple[int, Any]:
    kind = await asyncio.create_subprocess_exec(*COMMANDO, *argumenten, "--json", stdout=PIPE, stderr=PIPE)
    uit, fout = await kind.communicate()
    assert kind.returncode is not None
    assert fout == b"", fout.decode()
    return kind.returncode, json.loads(uit)


def test_migrate_brengt_de_database_bij_en_is_te_herhalen(
    draai: Draai, omgeving: pytest.MonkeyPatch, database_url: str
) -> None:
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", database_url)
    assert "Draai eerst: routewacht migrate" in draai("traject", "list").stderr
    for commando in ("worker", "api"):
        uitkomst = draai(commando)
        assert uitkomst.exit_code == 1
        assert "Draai eerst: routewacht migrate" in uitkomst.stderr
    eerste = document(draai("migrate", "--json"))
    assert eerste["van"] is None
    assert eerste["uitgevoerd"][-1] == eerste["naar"]
    assert document(draai("migrate", "--json")) == {"van": eerste["naar"], "naar": eerste["naar"], "uitgevoerd": []}
    assert "De database was al bij." in draai("migrate").stdout
    assert draai("traject", "list").stdout == "Er zijn geen trajecten die hieraan voldoen.\n"


async def test_een_worker_verwerkt_wat_een_ander_proces_start_en_stopt_netjes(
    omgeving: pytest.MonkeyPatch, migrated_database_url: str, dev_server: DevServer
) -> None:
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    omgeving.setenv("ROUTEWACHT_TEMPORAL_ADDRESS", dev_server.address)
    engine = maak_engine(migrated_database_url)
    async with sessies(engine).begin() as session:
        await bevolk(session)
    await engine.dispose()
    async with proces("worker") as worker:
        rc, gestart = await voer_uit("traject", "start", "--leerling", "kind", "--als", "ib:ib")
        assert (rc, gestart["status"]) == (0, "verwerkt")
        rc, geweigerd = await voer_uit("traject", "start", "--leerling", "kind", "--als", "ib:ib")
        assert (rc, geweigerd["code"]) == (1, "traject_loopt_al")
        assert await stop(worker) == 0


async def test_een_worker_meldt_zich_en_geeft_de_metingen_van_temporal(
    omgeving: pytest.MonkeyPatch, migrated_database_url: str, dev_server: DevServer
) -> None:
    with socket.socket() as vrij:
        vrij.bind(("127.0.0.1", 0))
        poort = vrij.getsockname()[1]
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    omgeving.setenv("ROUTEWACHT_TEMPORAL_ADDRESS", dev_server.address)
    omgeving.setenv("ROUTEWACHT_SDK_METRICS_PORT", str(poort))
    engine = maak_engine(migrated_database_url)
    async with proces("worker") as worker:

        async def gemeld() -> bool:
            async with sessies(engine)() as session:
                return {"worker", "vastgelopen"} <= set(await session.scalars(select(MetingRij.controle)))

        await wacht_tot(gemeld, omschrijving="de meting van de worker")
        tekst = await asyncio.to_thread(tekst_van, f"http://127.0.0.1:{poort}/metrics")
        assert "temporal_num_pollers" in tekst
        assert await stop(worker) == 0
    await engine.dispose()


async def test_de_site_leeft_ook_zonder_temporal_en_stopt_netjes(
    omgeving: pytest.MonkeyPatch, migrated_database_url: str
) -> None:
    with socket.socket() as vrij:
        vrij.bind(("127.0.0.1", 0))
        poort = vrij.getsockname()[1]
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    omgeving.setenv("ROUTEWACHT_API_PORT", str(poort))
    async with proces("api") as api:
        antwoord = await asyncio.to_thread(haal, f"http://127.0.0.1:{poort}/api/v1/trajecten")
        assert antwoord == {"totaal": 0, "trajecten": []}
        assert await stop(api) == 0


def haal(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as antwoord:
        return json.load(antwoord)


def tekst_van(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as antwoord:
        return str(antwoord.read().decode())


async def test_temporal_die_niet_antwoordt_is_code_3(omgeving: pytest.MonkeyPatch) -> None:
    settings = Settings()
    with pytest.raises(TemporalOnbereikbaar) as fout:
        await connect(settings, settings.sleutelring(), wachttijd=timedelta(seconds=0.5))
    mislukt = als_mislukt(fout.value)
    assert mislukt.rc == 3
    assert mislukt.problemen[0].veld == "ROUTEWACHT_TEMPORAL_ADDRESS"
