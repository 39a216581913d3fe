"""Trajecten from the command line, against a real database, a real Temporal server and real workers."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
import structlog.testing
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import Result

from domain.tijdschaal import Tijdschaal
from runtime.devserver import DevServer
from runtime.klok import Klok
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.sleutelkast import Sleutelkast
from runtime.smtp import Postbode
from runtime.temporal import connect
from storage.case_tables import OpdrachtRij
from storage.db import maak_engine, sessies
from storage.zaaksleutels import Zaaksleutels
from tests.cli.conftest import Draai, document
from tests.storage.zaken import bevolk
from worker.registry import Benodigdheden, maak_workers
from worker.relay import relay_eenmaal
from workflows.aanbod import Aanbieder

Sessies = async_sessionmaker[AsyncSession]
START = ("traject", "start", "--leerling", "kind", "--als", "ib:ib")


class Proef:
    """Runs commands in a thread of their own, as each has an event loop of its own."""

    def __init__(self, draai: Draai, db: Sessies, settings: Settings) -> None:
        self._draai, self.db, self.settings = draai, db, settings

    async def run(self, *argumenten: str, invoer: str | None = None) -> Result:
        return await asyncio.to_thread(self._draai, *argumenten, invoer=invoer)

    async def json(self, *argumenten: str, rc: int = 0, invoer: str | None = None) -> Any:
        uitkomst = await self.run(*argumenten, "--json", invoer=invoer)
        assert uitkomst.exit_code == rc, uitkomst.output
        return document(uitkomst)

    async def start(self) -> str:
        traject_id: str = (await self.json(*START))["traject_id"]
        return traject_id


@pytest_asyncio.fixture(loop_scope="session")
async def zonder_temporal(
    migrated_database_url: str, omgeving: pytest.MonkeyPatch, draai: Draai
) -> AsyncIterator[Proef]:
    """A database with a school and a pupil; nobody listens where Temporal should be."""
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    engine = maak_engine(migrated_database_url)
    async with sessies(engine).begin() as session:
        await bevolk(session)
    yield Proef(draai, sessies(engine), Settings())
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def proef(zonder_temporal: Proef, omgeving: pytest.MonkeyPatch, dev_server: DevServer) -> AsyncIterator[Proef]:
    """The same, with Temporal and workers."""
    omgeving.setenv("ROUTEWACHT_TEMPORAL_ADDRESS", dev_server.address)
    settings = Settings()
    # The workers share this process, and what they log would land in the output of a command.
    with structlog.testing.capture_logs():
        async with draaiend(settings, zonder_temporal.db):
            yield Proef(zonder_temporal._draai, zonder_temporal.db, settings)


class draaiend:  # noqa: N801 - used as a context manager
    """Both workers and the way to offer acts."""

    def __init__(self, settings: Settings, db: Sessies) -> None:
        self._settings, self._db = settings, db

    async def __aenter__(self) -> Aanbieder:
        laad_routes()
        ring = self._settings.sleutelring()
        client = await connect(self._settings, ring, Sleutelkast(ring, Zaaksleutels(self._db)))
        nodig = Benodigdheden(sessies=self._db, postbode=Postbode(self._settings), settings=self._settings)
        self._workers = maak_workers(client, nodig)
        for worker in self._workers:
            await worker.__aenter__()
        return Aanbieder(client, self._db, Tijdschaal())

    async def __aexit__(self, *fout: object) -> None:
        for worker in self._workers:
            await worker.__aexit__(None, None, None)


async def test_een_traject_starten_bekijken_en_erop_handelen(proef: Proef) -> None:
    gestart = await proef.json(*START)
    traject_id, code = gestart["traject_id"], gestart["code"]
    assert gestart["status"] == "verwerkt"
    assert gestart["stand"].startswith("De stap is nu: Signaal.")

    gedaan = await proef.json("traject", "act", code, "rond_af", "--als", "ib:ib", "--afspraak", "gesprek_ouders")
    assert gedaan["status"] == "verwerkt"

    vol = await proef.json("traject", "show", traject_id)
    assert vol["versie"] == gedaan["versie"] > gestart["versie"]
    open_ = {a["afspraak_id"]: a for a in vol["afspraken"] if a["status"] == "open"}
    assert {a["titel"] for a in open_.values()} >= {"Overleg van leerkracht en intern begeleider over de zorg"}
    assert all(a["uitleg"] and a["bal"] == "school" for a in open_.values())
    assert {"persoon_id": "ib", "rol": "ib"} in vol["betrokkenen"]
    assert "Gedaan: Gesprek met ouders over de zorg." in [r["zin"] for r in vol["tijdlijn"]]
    assert vol["tijdlijn"][0]["persoon_id"] == "ib"

    lijst = await proef.json("traject", "list", "--school", "school", "--status", "lopend")
    assert [t["traject_id"] for t in lijst["trajecten"]] == [traject_id]
    assert (await proef.json("traject", "list", "--status", "gesloten"))["totaal"] == 0


async def test_wat_mensen_lezen_noemt_geen_leerling(proef: Proef) -> None:
    traject_id = await proef.start()
    show = await proef.run("traject", "show", traject_id)
    assert show.exit_code == 0
    for stuk in (
        "De regie ligt bij: intern begeleider.",
        "Wat er open staat",
        "Aan zet: school, sinds",
        "Waarom dan: ",
        "Het traject is gestart.",
    ):
        assert stuk in show.stdout
    lijst = await proef.run("traject", "list")
    assert "Signaal" in lijst.stdout
    for uitkomst in (show, lijst, await proef.run("traject", "show", traject_id, "--json")):
        assert "Sanne" not in uitkomst.output


async def test_een_weigering_noemt_zin_veld_en_remedie(proef: Proef) -> None:
    traject_id = await proef.start()
    besluit = (
        "traject", "act", traject_id, "neem_besluit", "--als", "ib:ib",
        "--afspraak", "vervolg_signaal", "--uitkomst", "onderzoek",
    )  # fmt: skip
    uitkomst = await proef.run(*besluit)
    assert uitkomst.exit_code == 1
    assert uitkomst.stdout == ""
    assert "moet eerst klaar zijn: Gesprek met ouders over de zorg." in uitkomst.stderr
    assert "Rond die afspraak eerst af" in uitkomst.stderr
    antwoord = await proef.json(*besluit, rc=1)
    assert (antwoord["code"], antwoord["veld"]) == ("voorwaarde_ontbreekt", "uitkomst")
    assert (await proef.json("traject", "show", traject_id))["stap"] == "signaal"


async def test_wie_een_rol_niet_heeft_kan_er_niet_in_handelen(proef: Proef) -> None:
    vreemd = await proef.json("traject", "start", "--leerling", "kind", "--als", "directie:ib", rc=1)
    assert vreemd["code"] == "verkeerde_rol"
    traject_id = await proef.start()
    act = ("traject", "act", traject_id, "rond_af", "--afspraak", "gesprek_ouders", "--als")
    assert (await proef.json(*act, "niemand:leerkracht", rc=1))["code"] == "verkeerde_rol"
    assert (await proef.json(*act, "coordinator:coordinator", rc=1))["code"] == "verkeerde_rol"


async def test_hetzelfde_commando_nog_eens_doet_niets_nieuws(proef: Proef) -> None:
    eerste = await proef.json(*START, "--commando", "start-van-de-toets")
    assert await proef.json(*START, "--commando", "start-van-de-toets") == eerste
    act = (
        "traject", "act", eerste["traject_id"], "rond_af", "--als", "ib:ib",
        "--afspraak", "a2", "--commando", "act-van-de-toets",
    )  # fmt: skip
    gedaan = await proef.json(*act)
    assert (await proef.json(*act))["versie"] == gedaan["versie"]
    ander = await proef.json(*START, "--commando", "act-van-de-toets", rc=1)
    assert "al gebruikt voor een andere handeling" in ander["detail"]


async def test_een_handeling_als_json_van_een_script(proef: Proef) -> None:
    traject_id = await proef.start()
    opdracht = {
        "handeling": {"soort": "meld_stilstand", "oorzaak": "school"},
        "door": {"rol": "ib", "persoon_id": "ib"},
        "commando_id": "script-0001",
    }
    gedaan = await proef.json("traject", "act", traject_id, "--json-opdracht", "-", invoer=json.dumps(opdracht))
    assert gedaan["commando_id"] == "script-0001"
    vol = await proef.json("traject", "show", traject_id)
    assert vol["stagnatie"]["bij"] == "regievoerder"
    assert (await proef.json("traject", "list", "--stil"))["totaal"] == 1


@pytest.mark.parametrize(
    ("invoer", "veld"),
    [
        ("{", "opdracht"),
        ('{"handeling": {"soort": "dansen"}}', "handeling"),
        ('{"handeling": {"soort": "meld_stilstand", "oorzaak": "pech"}}', "handeling.meld_stilstand.oorzaak"),
        ('{"handeling": {"soort": "meld_stilstand"}}', "door"),
        ('{"handeling": {"soort": "meld_stilstand"}, "tekst": "x"}', "tekst"),
    ],
)
async def test_json_die_niet_past_zegt_waar(zonder_temporal: Proef, invoer: str, veld: str) -> None:
    antwoord = await zonder_temporal.json("traject", "act", "t-1", "--json-opdracht", "-", invoer=invoer, rc=2)
    assert antwoord["veld"] == veld
    assert "pech" not in antwoord["detail"]


async def test_wat_niet_bestaat_wordt_geweigerd(zonder_temporal: Proef) -> None:
    for argumenten in (("traject", "show", "t-bestaatniet"), ("traject", "show", "T-000000")):
        assert (await zonder_temporal.json(*argumenten, rc=1))["code"] == "traject_onbekend"
    geen = await zonder_temporal.json("traject", "start", "--leerling", "x", "--als", "ib:ib", rc=1)
    assert geen["code"] == "leerling_onbekend"
    route = await zonder_temporal.json(*START, "--route", "nergens", rc=1)
    assert route["code"] == "route_onbekend"
    kort = await zonder_temporal.run(*START, "--commando", "kort")
    assert kort.exit_code == 2


async def test_zonder_temporal_is_een_handeling_ontvangen_en_gaat_niet_verloren(
    zonder_temporal: Proef, omgeving: pytest.MonkeyPatch, dev_server: DevServer
) -> None:
    uitkomst = await zonder_temporal.run(*START)
    assert uitkomst.exit_code == 0
    assert "Ontvangen, wordt later verwerkt." in uitkomst.stdout
    async with zonder_temporal.db() as session:
        rij = (await session.scalars(select(OpdrachtRij))).one()
    assert rij.status == "ontvangen"
    assert (await zonder_temporal.json("traject", "show", rij.traject_id, rc=1))["code"] == "traject_onbekend"

    omgeving.setenv("ROUTEWACHT_TEMPORAL_ADDRESS", dev_server.address)
    settings, klok = Settings(), Klok()
    async with draaiend(settings, zonder_temporal.db) as aanbieder:
        later = klok.nu() + timedelta(minutes=1)
        assert await relay_eenmaal(zonder_temporal.db, aanbieder, klok, ouder_dan=later) == 1
        # The same start by hand: it is known, so the answer waits for the traject that the relay began.
        nog_eens = await zonder_temporal.json(*START, "--commando", rij.commando_id)
    assert nog_eens["status"] == "verwerkt"
    assert nog_eens["traject_id"] == rij.traject_id
