"""Records the histories of tests/replay/scenarios.py on a real server: `python -m tests.replay.record`.

Writes only what is not there yet. A recording is evidence of what once ran; it is replaced by nobody, and leaves only
when no case of that age can run any more.
"""

import asyncio
import gzip
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from temporalio.client import WorkflowHandle, WorkflowHistory

from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from runtime.postgres import create_database
from storage.migrate import upgrade
from tests.replay.scenarios import SCENARIOS, TESTRING, Scenario, als_json
from tests.support.omgeving import Omgeving, Zaakdraad
from tests.support.replay_leven import leven
from tests.support.servers import plain_client, throwaway_postgres

MAP = Path(__file__).parent / "histories"


def pad(naam: str) -> Path:
    """Where the recording of this name lies."""
    return MAP / f"{naam}.json.gz"


def lees(naam: str) -> WorkflowHistory:
    """A recording, encrypted as it was recorded."""
    return WorkflowHistory.from_json(naam, gzip.decompress(pad(naam).read_bytes()).decode())


async def neem_op(scenario: Scenario, o: Omgeving, map_: Path) -> list[Path]:
    """Live the scenario and write those of its recordings that are not in `map_` yet."""
    geschreven: list[Path] = []

    async def neem(naam: str, wie: WorkflowHandle[Any, Any] | Zaakdraad, run: str | None) -> None:
        doel = map_ / pad(naam).name
        if doel.exists():
            return
        handle = wie.handle if isinstance(wie, Zaakdraad) else wie
        geschiedenis = await o.client.get_workflow_handle(handle.id, run_id=run).fetch_history()
        with doel.open("xb") as bestand, gzip.GzipFile("", fileobj=bestand, mode="wb", mtime=0) as ingepakt:
            ingepakt.write(als_json(geschiedenis.to_json()).encode())
        geschreven.append(doel)

    await scenario.leef(o, neem)
    return geschreven


async def _alles() -> None:
    nodig = [s for s in SCENARIOS if not all(pad(naam).exists() for naam in s.opnamen)]
    if not nodig:
        print("Alles is al opgenomen.")
        return
    with (
        tempfile.TemporaryDirectory() as map_,
        throwaway_postgres(Path(map_) / "postgres") as url,
        DevServer(Path(map_) / "temporal", namespaces=("demo",)) as server,
        patch.object(Sleutelring, "nieuw", return_value=TESTRING),
    ):
        await server.ready()
        client = await plain_client(server.address, "demo")
        for scenario in nodig:
            database = create_database(url, f"opname_{scenario.naam}").render_as_string(hide_password=False)
            upgrade(database)
            async with leven(database, client) as o:
                for doel in await neem_op(scenario, o, MAP):
                    print(f"opgenomen: {doel.name} ({doel.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    asyncio.run(_alles())
