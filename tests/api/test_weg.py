"""The database or Temporal is gone for a while: a clear answer, soon, nothing lost, and all goes on by itself."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from temporalio.client import Client

from api.app import maak_app
from api.opdrachten import bied_aan
from api.rest.schemas import Problem
from runtime.devserver import DevServer
from runtime.postgres import EmbeddedPostgres
from storage.db import is_database_weg
from storage.journal import lees_opdracht
from storage.migrate import upgrade
from tests.support import voorbeeld as v
from tests.support.servers import ELSEWHERE, UNSAFE_BUT_FAST
from tests.support.site import BASIS, VAN_ONS, Site, open_afspraak, site, sleutel
from worker.relay import relay_eenmaal

HTML = {"Accept": "text/html"}
TRAJECT = "t-4f7k2qh4m9xw3rt5yz8p"
# What a person accepts without wondering; the promise is three seconds, the rest is for a busy machine.
HOOGSTENS = 5.0


@asynccontextmanager
async def met_eigen_database(map_: Path) -> AsyncIterator[tuple[EmbeddedPostgres, Site]]:
    server = EmbeddedPostgres(map_, settings=UNSAFE_BUT_FAST, elsewhere=ELSEWHERE)
    try:
        url = server.start().render_as_string(hide_password=False)
        upgrade(url)
        async with site(url, None) as s:
            yield server, s
    finally:
        server.erase()


async def eis_503(http: httpx2.AsyncClient) -> None:
    """Pages in words, programs as problem+json, writing with the warning that it may be lost."""
    for pad in ("/", f"/traject/{TRAJECT}", f"/traject/{TRAJECT}/deel/stand", "/mail/aangehouden"):
        pagina = await http.get(pad, headers=HTML)
        assert (pagina.status_code, pagina.headers["retry-after"]) == (503, "10"), pad
        assert "Routewacht kan nu even niet bij de gegevens." in pagina.text
        assert "over een minuut opnieuw" in pagina.text
    doe = {"handeling": {"soort": "meld_stilstand"}, "door": {"persoon_id": v.IB, "rol": "ib"}, "gezien_versie": 1}
    start = {"leerling_id": v.LEERLING, "door": doe["door"]}
    for antwoord in (
        await http.get("/api/v1/trajecten"),
        await http.get(f"/api/v1/trajecten/{TRAJECT}/tijdlijn"),
        await http.get("/api/v1/afspraken", params={"persoon_id": v.IB}),
        await http.get("/api/v1/opdrachten/c-12345678"),
        await http.post("/api/v1/trajecten", json=start, headers=sleutel()),
        await http.post(f"/api/v1/trajecten/{TRAJECT}/handelingen", json=doe, headers=sleutel()),
    ):
        assert antwoord.headers["content-type"] == "application/problem+json"
        assert (antwoord.status_code, antwoord.json()["code"]) == (503, "database_niet_bereikbaar")
        assert Problem.model_validate(antwoord.json()).remedie
    formulier = await http.post(f"/traject/{TRAJECT}/handelen", data={"soort": "heropen"}, headers=HTML | VAN_ONS)
    assert formulier.status_code == 503
    assert "Wat u invulde is misschien niet bewaard." in formulier.text


async def test_a_killed_database_is_503_in_words_and_comes_back_by_itself(tmp_path: Path) -> None:
    async with met_eigen_database(tmp_path) as (server, s):
        assert (await s.http.get("/api/v1/trajecten")).status_code == 200
        server.stop()  # with connections of the pool open: they are cut
        await eis_503(s.http)
        await eis_503(s.http)
        server.start()
        for pad in ("/", "/api/v1/trajecten", "/mail/aangehouden"):
            assert (await s.http.get(pad)).status_code == 200


async def test_an_act_that_was_written_down_is_received_also_when_the_database_goes_then(tmp_path: Path) -> None:
    async with met_eigen_database(tmp_path) as (server, s):
        begin = s.diensten.vandaag().replace(month=9, day=1)
        await (await v.Verhaal.start(s.db, v.LEERLING, begin, traject_id=TRAJECT, nu=s.diensten.klok.nu())).schrijf()
        kop = sleutel()
        assert (await s.doe(TRAJECT, {"soort": "meld_stilstand"}, koppen=kop)).status_code == 202
        async with s.db() as session:
            regel = await lees_opdracht(session, kop["Idempotency-Key"])
        assert regel is not None
        server.stop()

        class Aanvaard(type(s.diensten.aanbieder)):  # type: ignore[misc]
            async def bied_aan(self, *_: object) -> int:
                return 99

        afloop = await bied_aan(replace(s.diensten, aanbieder=Aanvaard()), regel)
        assert afloop.status == "ontvangen"


def test_only_a_database_that_is_away_counts_as_away(postgres_url: str) -> None:
    """A mistake of ours must stay an error with a reference, or nobody would ever look for it."""
    motor = create_engine(postgres_url)
    with motor.connect() as verbinding, pytest.raises(DBAPIError) as fout:
        verbinding.exec_driver_sql("select * from bestaat_niet")
    assert not is_database_weg(fout.value)
    with motor.connect() as verbinding:
        verbinding.exec_driver_sql("set transaction read only")
        with pytest.raises(DBAPIError) as alleen_lezen:
            verbinding.exec_driver_sql("create table t (id int)")
    assert is_database_weg(alleen_lezen.value)
    with pytest.raises(OperationalError) as weg:
        create_engine("postgresql+psycopg://u@127.0.0.1:1/d").connect()
    assert is_database_weg(weg.value)
    motor.dispose()


async def test_with_temporal_killed_an_act_is_received_within_seconds_and_without_noise(
    tmp_path: Path, migrated_database_url: str
) -> None:
    """The SDK tries again for as long as it may, and leaves an error behind that asyncio would print."""
    klachten: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, wat: klachten.append(wat["message"]))
    try:
        with DevServer(tmp_path, namespaces=("demo",)) as server:
            await server.ready()
            client = await Client.connect(server.address, namespace="demo")
            async with site(migrated_database_url, client) as s:
                ongeduldig = replace(s.diensten, geduld=type(s.diensten).geduld)
                transport = httpx2.ASGITransport(app=maak_app(ongeduldig))
                async with httpx2.AsyncClient(transport=transport, base_url=BASIS) as http:
                    await _zonder_temporal(replace(s, http=http), s, server)
            gc.collect()  # it is the end of a future nobody looked at that asyncio complains about
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert not [k for k in klachten if "never retrieved" in k]


async def _zonder_temporal(s: Site, geduldig: Site, server: DevServer) -> None:
    t = await geduldig.begin()
    afspraak = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    server.kill9()
    for handeling in ({"soort": "meld_stilstand"}, {"soort": "rond_af", "afspraak_id": afspraak}):
        begin = time.monotonic()
        antwoord = await s.doe(t["traject_id"], handeling, gezien_versie=t["versie"])
        duur = time.monotonic() - begin
        assert (antwoord.status_code, antwoord.json()["status"]) == (202, "ontvangen")
        assert duur < HOOGSTENS
    klok = s.diensten.klok
    begin = time.monotonic()
    assert await relay_eenmaal(s.db, s.diensten.aanbieder, klok, ouder_dan=klok.nu()) == 0
    assert time.monotonic() - begin < 2 * HOOGSTENS
    server.start()
    await server.ready()
