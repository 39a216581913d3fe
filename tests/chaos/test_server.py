"""Temporal is killed, is away, or cannot be reached: what was promised before it happens after it, once."""

import asyncio

import pytest
from sqlalchemy import select

from storage.mail_tables import MailRij, MailStatus
from tests.chaos.lijn import Lijn
from tests.chaos.oordeel import mails_van, oordeel
from tests.chaos.opstelling import ECHT, Opstelling
from tests.chaos.verslag import Rij
from tests.chaos.zaken import (
    aan_de_vooravond,
    allemaal,
    begin,
    begin_op_site,
    klik,
    ligt_stil,
    over,
    toestemming,
    tot,
    zet_klok,
)
from tests.support.replay_leven import traject_id_van, wacht_tot

_OVER = 8.0  # seconds until all timers of a herd go off


@pytest.mark.parametrize("aantal", [12, pytest.param(300, marks=(pytest.mark.chaos, pytest.mark.timeout(900)))])
@pytest.mark.rij(10, "server gedood vlak voor alle wekkers, terug na het moment", "O M R")
async def test_wekkers_die_afgaan_terwijl_de_server_weg_is(o: Opstelling, rij: Rij, aantal: int) -> None:
    await o.worker()
    zaken = await begin(o, aantal)
    await oordeel(o, zaken)
    weken = await aan_de_vooravond(zaken)
    gewekt = over(_OVER + aantal / 20, weken[traject_id_van(zaken[0])][0])
    await zet_klok(zaken, lambda z: gewekt.model_copy(update={"schijn_anker": weken[traject_id_van(z)][0]}))
    o.temporal.kill9()
    assert not await mails_van(o, zaken), "niemand was al gewekt"
    rij.storing(aantal)
    await tot(gewekt.echt_anker)
    o.temporal.start()
    await o.temporal.ready()
    rij.voorbij()
    await oordeel(o, zaken)
    await zet_klok(zaken, lambda z: over(0, weken[traject_id_van(z)][1]))
    gevonden = rij.neem(await oordeel(o, zaken, spoed=1))
    assert gevonden.aankomsten == aantal


@pytest.mark.rij(11, "server gedood terwijl een bezorging klaar is en nog gemeld moet worden", "M O")
async def test_een_bezorging_die_niet_gemeld_kan_worden_gebeurt_niet_nog_eens(o: Opstelling, rij: Rij) -> None:
    await o.worker(bezorgtijd=15.0)
    (zaak,) = await begin(o)
    o.sink.stoor("na", "wacht")
    await ligt_stil(o, zaak)
    await asyncio.wait_for(o.sink.wacht_nu.wait(), 60)
    o.temporal.kill9()
    rij.storing()
    o.sink.laat_los.set()
    await wacht_tot(lambda: _verzonden(o), omschrijving="het opschrijven van de verzending")
    o.temporal.start()
    await o.temporal.ready()
    rij.voorbij()
    gevonden = rij.neem(await oordeel(o, [zaak], spoed=1))
    assert (gevonden.aankomsten, gevonden.vastgehouden) == (1, 0)


@pytest.mark.rij(14, "Temporal weg, site blijft (de commando's zelf, op de echte klok)", "U O R")
async def test_zonder_temporal_neemt_de_site_aan_en_komt_alles_daarna(o: Opstelling, rij: Rij) -> None:
    await o.worker(echt=True)
    http = await o.site(echt=True)
    antwoord, loopt = await begin_op_site(o, http, ECHT, 0)
    assert antwoord.status_code == 201, antwoord.text
    o.temporal.kill9()
    rij.storing()
    geklikt = await klik(http, loopt, toestemming(loopt.kind))
    begonnen, nieuw = await begin_op_site(o, http, ECHT, 1)
    assert (geklikt.status_code, begonnen.status_code) == (202, 202), "opgeschreven, en dat staat er"
    assert geklikt.json()["status"] == "ontvangen"
    o.temporal.start()
    await o.temporal.ready()
    rij.voorbij()
    for sleutel in (geklikt.json()["commando_id"], begonnen.json()["commando_id"]):

        async def verwerkt(sleutel: str = sleutel) -> bool:
            return (await http.get(f"/api/v1/opdrachten/{sleutel}")).json()["status"] == "verwerkt"

        await wacht_tot(verwerkt, seconden=90, omschrijving="het verwerken van wat opgeschreven was")
    rij.hersteld_nu()
    rij.neem(await oordeel(o, [loopt, nieuw]))


@pytest.mark.parametrize("duur", [12.0, pytest.param(300.0, marks=(pytest.mark.chaos, pytest.mark.timeout(900)))])
@pytest.mark.rij(42, "netwerk tussen worker en server weg; een bezorging wordt twee keer gemeld", "M O R")
async def test_een_worker_zonder_netwerk_doet_niets_twee_keer(o: Opstelling, rij: Rij, duur: float) -> None:
    async with Lijn(o.temporal.address) as lijn:
        await o.worker(temporal=lijn.adres, bezorgtijd=6.0)
        zaken = await begin(o, 3)
        await oordeel(o, zaken)
        o.sink.stoor("na", "wacht")
        await ligt_stil(o, zaken[0])
        await asyncio.wait_for(o.sink.wacht_nu.wait(), 60)
        lijn.knip()
        rij.storing()
        o.sink.laat_los.set()
        await allemaal(ligt_stil(o, zaak) for zaak in zaken[1:])
        ander = o.start("worker", bezorgtijd=6.0)  # the first one still believes that it has the work
        await ander.op_gang()
        await asyncio.sleep(duur)
        lijn.heel()
        rij.voorbij()
        gevonden = rij.neem(await oordeel(o, zaken, spoed=1))
        assert (gevonden.aankomsten, gevonden.vastgehouden) == (3, 0)
        ander.dood()
        await oordeel(o, [*zaken, *await begin(o, 1)])  # the one that was cut off works again
        for proces in o.processen:
            if proces.leeft:
                proces.dood()


async def _verzonden(o: Opstelling) -> bool:
    async with o.omgeving().sessies() as session:
        return (await session.scalars(select(MailRij.status).where(MailRij.spoed))).all() == [MailStatus.SENT]
