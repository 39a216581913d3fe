"""Everybody at once: the morning on which all cases are due, and a case with more history than one run may hold."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import func, select

from domain.roles import Rol
from storage.mail_tables import MailRij
from tests.chaos.oordeel import oordeel
from tests.chaos.opstelling import Opstelling
from tests.chaos.test_opdrachten import effecten
from tests.chaos.verslag import Rij
from tests.chaos.zaken import aan_de_vooravond, allemaal, begin, klik, over, toestemming, tot, zet_klok
from tests.support.omgeving import Zaakdraad
from tests.support.replay_leven import traject_id_van, wacht_tot
from tests.support.verwacht import tijdlijn


@pytest.mark.parametrize(
    "aantal",
    [60, *(pytest.param(n, marks=(pytest.mark.chaos, pytest.mark.timeout(3600))) for n in (300, 2000))],
)
@pytest.mark.rij(27, "de kudde: alle zaken op dezelfde seconde aan de beurt", "U O M R")
async def test_de_kudde(o: Opstelling, rij: Rij, aantal: int) -> None:
    await o.worker()
    http = await o.site()
    zaken, (ander,) = await begin(o, aantal), await begin(o, 1)
    await oordeel(o, zaken, geduld=900)
    weken = await aan_de_vooravond(zaken)
    async with _iemand_klikt(o, http, ander) as wachttijden:
        moment = datetime.now(UTC) + timedelta(seconds=5 + aantal / 25)
        await zet_klok(zaken, lambda z: over(0, weken[traject_id_van(z)][0]).model_copy(update={"echt_anker": moment}))
        await tot(moment)
        rij.storing(aantal)
        assert not await _alle_gewekt(o, aantal), "zij worden pas nu gewekt, allemaal tegelijk"
        await wacht_tot(lambda: _alle_gewekt(o, aantal), seconden=900, omschrijving="het wekken van de kudde")
        gewekt = rij.hersteld_nu()
        await zet_klok(zaken, lambda z: over(0, weken[traject_id_van(z)][1]))
        await wacht_tot(lambda: _alle_mails(o, aantal), seconden=900, omschrijving="de mails van de kudde")
    gevonden = rij.neem(await oordeel(o, [*zaken, ander], geduld=900))
    assert (gevonden.aankomsten, gevonden.vastgehouden) == (aantal, 0)
    p95 = sorted(wachttijden)[int(len(wachttijden) * 0.95)]
    rij.opmerking = (
        f"laatste gewekt na {gewekt:.0f} s; een klik ertussendoor {p95 * 1000:.0f} ms (p95 van {len(wachttijden)})"
    )


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("signalen", "updates"),
    [
        pytest.param(10_000, 0, marks=pytest.mark.rij(40, "tienduizend signalen op een zaak", "U O")),
        pytest.param(0, 1_900, marks=pytest.mark.rij(40, "negentienhonderd handelingen op een zaak", "U O")),
    ],
)
async def test_een_zaak_met_te_veel_geschiedenis(o: Opstelling, rij: Rij, signalen: int, updates: int) -> None:
    await o.worker()
    (zaak,) = await begin(o)
    await oordeel(o, [zaak])
    eerste = (await zaak.handle.describe()).run_id
    rij.storing(signalen + updates)
    await allemaal(zaak.handle.signal("onbekend") for _ in range(signalen))
    await allemaal((zaak.handel(Rol.IB, toestemming(o.kind())) for _ in range(updates)), tegelijk=8)
    rij.neem(await oordeel(o, [zaak], geduld=900))
    assert (await zaak.handle.describe()).run_id != eerste, "op tijd aan een nieuwe run begonnen"
    assert len(await effecten(o, zaak)) == updates
    feiten = await tijdlijn(o.omgeving().sessies, traject_id_van(zaak))
    assert sum(g.feit.soort == "signaal_geweigerd" for g in feiten) == signalen


@asynccontextmanager
async def _iemand_klikt(o: Opstelling, http: httpx2.AsyncClient, zaak: Zaakdraad) -> AsyncIterator[list[float]]:
    """Somebody is at work on another case, all the while; gives how long each click took."""
    wachttijden: list[float] = []

    async def klikken() -> None:
        while True:
            begin_op = time.monotonic()
            antwoord = await klik(http, zaak, toestemming(o.kind()))
            wachttijden.append(time.monotonic() - begin_op)
            assert antwoord.status_code in (200, 202)
            await asyncio.sleep(0.2)

    taak = asyncio.create_task(klikken())
    try:
        yield wachttijden
    finally:
        if not taak.done():
            taak.cancel()
        await asyncio.gather(taak, return_exceptions=True)
    assert wachttijden
    assert taak.cancelled(), taak.exception()


async def _alle_gewekt(o: Opstelling, aantal: int) -> bool:
    """By the outbox, which holds no cases but these."""
    await asyncio.sleep(0.2)
    async with o.omgeving().sessies() as session:
        return (await session.scalar(select(func.count()).select_from(MailRij).where(MailRij.spoed)) or 0) >= aantal


async def _alle_mails(o: Opstelling, aantal: int) -> bool:
    await asyncio.sleep(0.2)
    return len(o.sink.bezorgd) >= aantal
