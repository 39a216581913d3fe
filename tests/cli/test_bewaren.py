"""`routewacht bewaren` and `routewacht wis`, on a real database and a real Temporal server."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
import structlog.testing
from sqlalchemy import func, select, update

from domain.feiten import AfspraakGedaan, TrajectGesloten
from domain.tijd import lokale_datum
from runtime.devserver import DevServer
from runtime.settings import Settings
from storage.case_tables import TrajectRij
from storage.db import maak_engine, sessies
from storage.key_tables import VernietigingRij
from storage.people_tables import Leerling
from storage.record import leg_vast
from storage.vernietigen import lees_vernietiging
from tests.cli.conftest import Draai
from tests.cli.test_traject import Proef
from tests.storage.zaken import CATALOGUS, VANDAAG, Verhaal, bevolk, meteen
from tests.support.sluiten import waar_staat

COORDINATOR = ("--als", "coordinator:coordinator")


@pytest_asyncio.fixture(loop_scope="session")
async def proef(
    migrated_database_url: str, omgeving: pytest.MonkeyPatch, draai: Draai, dev_server: DevServer
) -> AsyncIterator[Proef]:
    """One pupil with a traject that was closed long ago and one that goes on; no worker, because none is needed."""
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    omgeving.setenv("ROUTEWACHT_TEMPORAL_ADDRESS", dev_server.address)
    engine = maak_engine(migrated_database_url)
    db = sessies(engine)
    dicht, open_ = Verhaal("t-dicht00"), Verhaal("t-open000")
    versies = [
        dicht.start(),
        dicht.versie(AfspraakGedaan(afspraak_id="a1", op=VANDAAG), TrajectGesloten(op=date(2020, 1, 31))),
        open_.start(),
    ]
    async with db.begin() as session:
        await bevolk(session)
        for versie in versies:
            await leg_vast(session, versie, CATALOGUS, meteen)
    # Commands run inside this process, where nobody set up logging: it would land in their output.
    with structlog.testing.capture_logs():
        yield Proef(draai, db, Settings())
    await engine.dispose()


async def _wachttijd_voorbij(proef: Proef) -> None:
    async with proef.db.begin() as session:
        await session.execute(update(VernietigingRij).values(niet_voor=datetime.now(UTC) - timedelta(minutes=1)))


async def _over(proef: Proef) -> set[str]:
    async with proef.db() as session:
        return set(await session.scalars(select(TrajectRij.traject_id)))


async def test_announced_first_then_destroyed_once_and_the_register_tells(proef: Proef) -> None:
    assert (await proef.run("bewaren", "lijst")).stdout == "Er is niets aangekondigd.\n"
    eerst = await proef.json("bewaren", "run")
    assert (eerst["aangekondigd"], eerst["vernietigd"], eerst["niet_gelukt"]) == (1, [], {})
    assert (await proef.json("bewaren", "run"))["aangekondigd"] == 0
    (regel,) = await proef.json("bewaren", "lijst")
    assert (regel["traject_id"], regel["regel"], regel["herkomst"], regel["bewaard_tot"]) == (
        "t-dicht00",
        "zonder_uitschrijving",
        "eigen_keuze",
        "2023-01-31",
    )
    assert "eigen keuze, E-16" in (await proef.run("bewaren", "lijst")).stdout
    assert await _over(proef) == {"t-dicht00", "t-open000"}
    await _wachttijd_voorbij(proef)
    assert (await proef.json("bewaren", "run", "--proef"))["vernietigd"] == []
    assert (await proef.json("bewaren", "run"))["vernietigd"] == ["t-dicht00"]
    assert (await proef.json("bewaren", "run"))["vernietigd"] == []
    assert await _over(proef) == {"t-open000"}
    (bewijs,) = await proef.json("bewaren", "lijst", "--vernietigd")
    assert (bewijs["status"], bewijs["door"], bewijs["aantallen"]["trajecten"]) == ("voltooid", "systeem", 1)
    assert "t-dicht00" in (await proef.run("bewaren", "lijst", "--vernietigd")).stdout
    assert await proef.json("bewaren", "lijst") == []


async def test_somebody_can_hold_it_and_let_it_go(proef: Proef) -> None:
    await proef.json("bewaren", "run")
    await _wachttijd_voorbij(proef)
    tot = (lokale_datum(datetime.now(UTC)) + timedelta(days=90)).isoformat()
    hold = ("bewaren", "hold", "T-DICHT0", "--tot", tot, "--reden", "er loopt een klacht")
    geweigerd = await proef.json(*hold, "--als", "ib:ib", rc=1)
    assert geweigerd["code"] == "verkeerde_rol"
    assert await proef.json(*hold, *COORDINATOR) == {"traject_id": "t-dicht00", "aangehouden_tot": tot}
    assert (await proef.json("bewaren", "run"))["vernietigd"] == []
    assert (await proef.json("bewaren", "lijst"))[0]["reden"] == "er loopt een klacht"
    wissen = await proef.json("wis", "t-dicht00", "--ja", *COORDINATOR, rc=1)
    assert "aangehouden tot en met" in wissen["detail"]
    assert (await proef.json("bewaren", "release", "t-dicht00", *COORDINATOR))["was_aangehouden"]
    assert (await proef.json("bewaren", "run"))["vernietigd"] == ["t-dicht00"]
    # The reason went with it: it may have named somebody.
    assert await waar_staat(proef.db, "er loopt een klacht") == set()


@pytest.mark.parametrize("dagen", [-1, 400])
async def test_a_hold_has_an_end_that_can_be_overseen(proef: Proef, dagen: int) -> None:
    tot = (lokale_datum(datetime.now(UTC)) + timedelta(days=dagen)).isoformat()
    fout = await proef.json("bewaren", "hold", "t-dicht00", "--tot", tot, "--reden", "x", *COORDINATOR, rc=1)
    assert (fout["code"], fout["veld"]) == ("niet_te_wissen", "tot")


async def test_the_law_counts_from_the_day_a_pupil_left(proef: Proef) -> None:
    vandaag = lokale_datum(datetime.now(UTC))
    gisteren_twee_jaar = (vandaag - timedelta(days=1)).replace(year=vandaag.year - 2, day=1)
    await proef.json("bewaren", "uitgeschreven", "--leerling", "kind", "--op", vandaag.isoformat())
    assert (await proef.json("bewaren", "run"))["aangekondigd"] == 0
    await proef.json("bewaren", "uitgeschreven", "--leerling", "kind", "--op", gisteren_twee_jaar.isoformat())
    await proef.json("bewaren", "run")
    (regel,) = await proef.json("bewaren", "lijst")
    assert (regel["regel"], regel["herkomst"], regel["bron"]) == ("leerlingdossier", "wet", "W-15")
    # The date was wrong: the announcement is taken back.
    await proef.json("bewaren", "uitgeschreven", "--leerling", "kind", "--op", vandaag.isoformat())
    assert (await proef.json("bewaren", "run"))["ingetrokken"] == 1
    assert await proef.json("bewaren", "lijst") == []
    onbekend = await proef.run("bewaren", "uitgeschreven", "--leerling", "niemand", "--op", "2026-01-01")
    assert onbekend.exit_code == 1


async def test_erasing_on_request_asks_first_refuses_an_open_traject_and_leaves_the_proof(proef: Proef) -> None:
    weigering = await proef.run("wis", "t-open000", "--ja", *COORDINATOR)
    assert weigering.exit_code == 1
    assert "Dit traject loopt nog. Alleen een gesloten traject kan worden gewist." in weigering.stderr
    assert (await proef.json("wis", "t-dicht00", "--ja", "--als", "ib:ib", rc=1))["code"] == "verkeerde_rol"
    assert (await proef.json("wis", "t-dicht00", "--proef", *COORDINATOR))["kan"]
    assert (await proef.run("wis", "T-DICHT0", *COORDINATOR, invoer="T-ANDERS\n")).stdout.endswith(
        "Er is niets gewist.\n"
    )
    assert await proef.json("wis", "t-dicht00", *COORDINATOR, rc=2)
    assert await _over(proef) == {"t-dicht00", "t-open000"}
    uitkomst = await proef.run("wis", "T-DICHT0", *COORDINATOR, invoer="T-DICHT0\n")
    assert uitkomst.exit_code == 0, uitkomst.output
    assert "Het traject is gewist." in uitkomst.stdout
    assert await _over(proef) == {"t-open000"}
    async with proef.db() as session:
        stand = await lees_vernietiging(session, "t-dicht00")
        assert stand is not None
        assert (stand.regel, stand.door) == ("verzoek", "coordinator:coordinator")
        # The pupil has another traject, so stays.
        assert await session.scalar(select(func.count()).select_from(Leerling)) == 1
    assert (await proef.json("wis", "t-dicht00", "--ja", *COORDINATOR))["status"] == "voltooid"


async def test_without_temporal_nothing_is_begun(proef: Proef, omgeving: pytest.MonkeyPatch) -> None:
    """Half an erasure that nobody finishes would be worse than none."""
    omgeving.setenv("ROUTEWACHT_TEMPORAL_ADDRESS", "127.0.0.1:1")
    omgeving.setattr("cli.verbinding.TEMPORAL_WACHT", timedelta(seconds=0.5))
    await proef.json("bewaren", "run")
    await _wachttijd_voorbij(proef)
    assert (await proef.run("wis", "t-dicht00", "--ja", *COORDINATOR)).exit_code == 3
    assert (await proef.run("bewaren", "run")).exit_code == 3
    assert await _over(proef) == {"t-dicht00", "t-open000"}
