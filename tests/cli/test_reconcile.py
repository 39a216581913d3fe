"""`reconcile` and `rebuild` as an operator runs them: what they say, and an exit code that tells whether all is well."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update

from cli.reconcile import WOORDEN
from domain.herstel import Verschil
from domain.ids import traject_workflow_id
from runtime.devserver import DevServer
from runtime.temporal import connect
from storage.case_tables import AfspraakRij, TrajectRij
from tests.cli.conftest import Draai
from tests.cli.test_traject import Proef, proef, zonder_temporal  # noqa: F401 - fixtures


@pytest_asyncio.fixture(loop_scope="session")
async def dev_server(tmp_path: Path) -> AsyncIterator[DevServer]:
    """One of its own for each test: reconcile looks at everything that runs on it."""
    with DevServer(tmp_path) as server:
        await server.ready()
        yield server


def test_every_difference_has_words() -> None:
    assert set(WOORDEN) == set(Verschil)


def test_it_says_that_temporal_is_away(draai: Draai, omgeving: pytest.MonkeyPatch, migrated_database_url: str) -> None:
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    omgeving.setattr("cli.reconcile._WACHT", timedelta(seconds=1))
    uitkomst = draai("reconcile")
    assert uitkomst.exit_code == 3
    assert "Temporal antwoordt niet" in uitkomst.stderr


def test_rebuild_wants_to_know_what(draai: Draai, omgeving: pytest.MonkeyPatch) -> None:
    assert omgeving
    for argumenten in ((), ("t-1", "--alles")):
        uitkomst = draai("rebuild", *argumenten)
        assert uitkomst.exit_code == 2
        assert "Noem één traject, of kies --alles." in uitkomst.stderr


async def _maak_stuk(p: Proef, traject_id: str) -> None:
    async with p.db.begin() as session:
        await session.execute(update(TrajectRij).where(TrajectRij.traject_id == traject_id).values(stap_titel="anders"))
        await session.execute(delete(AfspraakRij).where(AfspraakRij.traject_id == traject_id))


async def test_reconcile_shows_repairs_and_tells_by_its_exit_code(proef: Proef) -> None:  # noqa: F811
    traject_id = await proef.start()
    assert (await proef.json("reconcile", "--herstel"))["over"] == 0  # the digest does not run in these tests
    goed = await proef.json("reconcile")
    assert (goed["verschillend"], goed["over"], goed["uitkomsten"]) == (0, 0, [])
    assert goed["vergeleken"] == 2
    await _maak_stuk(proef, traject_id)

    tekst = await proef.run("reconcile")
    assert tekst.exit_code == 1
    assert traject_id in tekst.stdout
    assert WOORDEN[Verschil.RIJ_ANDERS] in tekst.stdout
    assert "routewacht reconcile --herstel" in tekst.stdout
    stuk = await proef.json("reconcile", traject_id, rc=1)
    verwacht = {"id": traject_id, "gevonden": ["rij_anders", "afspraken_anders"], "geweigerd": 0}
    assert stuk["uitkomsten"] == [verwacht | {"over": ["rij_anders", "afspraken_anders"]}]

    hersteld = await proef.json("reconcile", "--herstel")
    assert hersteld["uitkomsten"] == [verwacht | {"over": []}]
    assert (await proef.run("reconcile")).exit_code == 0
    async with proef.db() as session:
        rij = await session.get(TrajectRij, traject_id)
        assert rij is not None
        assert rij.stap_titel != "anders"
        assert await session.scalar(select(AfspraakRij.titel).where(AfspraakRij.traject_id == traject_id).limit(1))


async def test_nothing_about_a_person_is_shown(proef: Proef) -> None:  # noqa: F811
    traject_id = await proef.start()
    await _maak_stuk(proef, traject_id)
    for argumenten in (("reconcile",), ("reconcile", "--json"), ("reconcile", "--herstel")):
        uitkomst = await proef.run(*argumenten)
        for naam in ("Kind", "Voorbeeld", "@"):
            assert naam not in uitkomst.output


async def test_rebuild_replaces_the_workflow_when_asked(proef: Proef) -> None:  # noqa: F811
    traject_id = await proef.start()
    await proef.json("reconcile", "--herstel")
    client = await connect(proef.settings, proef.settings.sleutelring())
    handle = client.get_workflow_handle(traject_workflow_id(traject_id))
    run = (await handle.describe()).run_id
    await _maak_stuk(proef, traject_id)
    gebouwd = await proef.json("rebuild", traject_id)
    assert gebouwd["uitkomsten"][0]["gevonden"] == ["rij_anders", "afspraken_anders"]
    assert (await handle.describe()).run_id == run
    await proef.json("rebuild", traject_id, "--workflow")
    assert (await handle.describe()).run_id != run
    await handle.terminate()
    stuk = await proef.json("reconcile", rc=1)
    assert [u["gevonden"] for u in stuk["uitkomsten"]] == [["workflow_weg"]]
    await proef.json("rebuild", "--alles")
    await proef.json("reconcile")
