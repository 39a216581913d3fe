"""PostgreSQL is away, breaks off in the middle of a commit, gets the same thing twice and out of order, or is full."""

import asyncio
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from activities.record import RecordActivities
from bench.zaak import leef
from domain.catalogus import CATALOGUS
from domain.handelingen import MeldStilstand
from domain.roles import Rol
from domain.vastlegging import Vastlegging
from domain.verloop import vouw_alles
from storage.read import lees_staat
from tests.chaos.oordeel import oordeel
from tests.chaos.opstelling import Opstelling, schoon
from tests.chaos.verslag import Rij
from tests.chaos.zaken import allemaal, begin, klik, toestemming
from tests.support.verwacht import tijdlijn


@pytest.mark.parametrize("duur", [5.0, pytest.param(300.0, marks=(pytest.mark.chaos, pytest.mark.timeout(900)))])
@pytest.mark.rij(12, "database weg; mensen handelen en wekkers gaan door", "U O R")
async def test_een_database_die_weg_is(o: Opstelling, rij: Rij, duur: float) -> None:
    await o.worker()
    http = await o.site()
    zaken = await begin(o, 4)
    await oordeel(o, zaken)
    await asyncio.to_thread(o.postgres.stop)
    rij.storing()
    geklikt = await klik(http, zaken[0], toestemming(o.kind()))
    assert geklikt.status_code >= 500, "niet aangenomen, en dat wordt gezegd"
    assert geklikt.json()["detail"]
    # These were accepted by the workflow before it can write them down: from here they must not get lost.
    await allemaal(zaak.handel(Rol.OUDERS, MeldStilstand()) for zaak in zaken)
    await asyncio.sleep(duur)
    await asyncio.to_thread(o.postgres.start)
    rij.voorbij()
    gevonden = rij.neem(await oordeel(o, zaken, spoed=1))
    assert gevonden.aankomsten == len(zaken)
    assert (await klik(http, zaken[0], toestemming(o.kind()))).status_code == 200


@pytest.mark.parametrize(
    "hoe",
    [
        pytest.param(
            "raise exception 'storing'", marks=pytest.mark.rij(13, "fout bij het vastleggen zelf (commit)", "R O M")
        ),
        pytest.param(
            "perform pg_terminate_backend(pg_backend_pid())",
            marks=pytest.mark.rij(13, "verbinding met de database verbroken tijdens de commit", "R O M"),
        ),
    ],
)
async def test_een_commit_die_mislukt_wordt_herhaald_en_telt_een_keer(o: Opstelling, rij: Rij, hoe: str) -> None:
    await o.worker()
    zaken = await begin(o, 4)
    await oordeel(o, zaken)
    await _sql(
        o,
        "create sequence storing",
        f"create function storing() returns trigger language plpgsql as $$ begin "
        f"if nextval('storing') <= 8 then {hoe}; end if; return null; end $$",
        "create constraint trigger storing after update on traject deferrable initially deferred "
        "for each row execute function storing()",
    )
    try:
        await allemaal(zaak.handel(Rol.OUDERS, MeldStilstand()) for zaak in zaken)
        gevonden = rij.neem(await oordeel(o, zaken, spoed=1))
    finally:
        await _sql(o, "drop trigger storing on traject", "drop function storing", "drop sequence storing")
    rij.storing(8)
    assert gevonden.aankomsten == len(zaken)


@pytest.mark.parametrize("aantal", [2, pytest.param(25, marks=(pytest.mark.chaos, pytest.mark.timeout(900)))])
@pytest.mark.rij(26, "vastleggingen van een heel schooljaar door elkaar en dubbel", "R O M")
async def test_door_elkaar_en_dubbel_geeft_hetzelfde(o: Opstelling, rij: Rij, aantal: int) -> None:
    toeval = random.Random(26)
    record = RecordActivities(o.omgeving().sessies, CATALOGUS)
    levens = {f"t-{toeval.getrandbits(60):x}": [] for _ in range(aantal)}
    for traject_id, leven in levens.items():
        leven.extend(leef(traject_id))
    bezorgingen: list[Vastlegging] = [v for leven in levens.values() for v in leven for _ in range(2)]
    toeval.shuffle(bezorgingen)
    await allemaal((record.record(v) for v in bezorgingen), tegelijk=8)
    rij.storing(len(bezorgingen))
    for traject_id, leven in levens.items():
        async with o.omgeving().sessies() as session:
            assert await lees_staat(session, traject_id) == leven[-1].traject
            gemeld = await session.scalars(
                text("select sleutel || persoon_id from bericht where traject_id = :t"), {"t": traject_id}
            )
            sleutels = list(gemeld)
        assert len(sleutels) == len(set(sleutels))
        assert vouw_alles(await tijdlijn(o.omgeving().sessies, traject_id)) == leven[-1].traject
    rij.hersteld_nu()


@pytest.mark.chaos
@pytest.mark.timeout(900)
@pytest.mark.rij(41, "schijf vol, van de database en van Temporal", "U O R")
async def test_een_volle_schijf(rij: Rij) -> None:
    with _kleine_schijf(300) as map_:
        async with Opstelling(map_) as klein, schoon(klein) as o:
            await o.worker()
            http = await o.site()
            zaken = await begin(o, 3)
            await oordeel(o, zaken)
            antwoorden = [await klik(http, zaak, toestemming(o.kind())) for zaak in zaken]
            vol = map_ / "vol"
            _vul(vol)
            rij.storing()
            for _ in range(400):  # until neither of the two finds room any more
                antwoorden += await allemaal(klik(http, zaak, toestemming(o.kind())) for zaak in zaken)
                _vul(vol)
                if antwoorden[-1].status_code >= 500:
                    break
            assert antwoorden[-1].status_code >= 500, "vol, en dat wordt gezegd"
            vol.unlink()
            await o.gezond_maken()
            rij.voorbij()
            rij.neem(await oordeel(o, zaken))
            assert (await klik(http, zaken[0], toestemming(o.kind()))).status_code == 200


async def _sql(o: Opstelling, *opdrachten: str) -> None:
    async with o.omgeving().sessies.begin() as session:
        for opdracht in opdrachten:
            await session.execute(text(opdracht))


@contextmanager
def _kleine_schijf(megabytes: int) -> Iterator[Path]:
    """A disk of its own in memory; only root may make one."""
    map_ = Path(tempfile.mkdtemp(prefix="routewacht-schijf-"))
    aan = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(map_)]
    if os.geteuid() or subprocess.run(aan, capture_output=True, check=False).returncode:
        shutil.rmtree(map_)
        pytest.skip("een eigen kleine schijf maken mag hier niet")
    map_.chmod(0o755)
    try:
        yield map_
    finally:
        subprocess.run(["umount", "--lazy", str(map_)], check=True)
        map_.rmdir()


def _vul(bestand: Path) -> None:
    """Nothing is left on the disk of this file."""
    with bestand.open("ab", buffering=0) as uit:
        while True:
            try:
                uit.write(bytes(64 * 1024))
            except OSError:
                return
