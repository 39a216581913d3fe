"""An ape with a hammer: for minutes something is broken at random, while people click and cases are woken."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx2
import pytest

from tests.chaos.oordeel import oordeel
from tests.chaos.opstelling import Opstelling
from tests.chaos.test_opdrachten import effecten, volgende_run
from tests.chaos.verslag import Rij
from tests.chaos.zaken import begin, klik, ligt_stil, over, stand, toestemming, zet_klok
from tests.support.omgeving import Zaakdraad

_HAMERS = 25


@pytest.mark.chaos
@pytest.mark.timeout(1800)
@pytest.mark.rij(0, "op een willekeurig moment iets willekeurigs gedood, 25 keer achter elkaar", "O M R U")
async def test_een_aap_met_een_hamer(o: Opstelling, rij: Rij) -> None:
    toeval = random.Random(1)
    await o.worker(bezorgtijd=20.0)
    http = await o.site()
    zaken = await begin(o, 12)
    await oordeel(o, zaken)
    beloofd: list[tuple[Zaakdraad, str]] = []
    mensen = [asyncio.create_task(_een_mens(o, http, zaak, beloofd)) for zaak in zaken[:4]]
    hamers: list[Callable[[], Awaitable[None]]] = [
        lambda: _worker(o), lambda: _temporal(o), lambda: _postgres(o), lambda: _relay(o, toeval)
    ]  # fmt: skip
    for nummer in range(_HAMERS):
        await asyncio.sleep(toeval.uniform(0.2, 3))
        if nummer < len(zaken):
            await ligt_stil(o, zaken[nummer])
        await toeval.choice(hamers)()
        rij.storing()
    for mens in mensen:
        mens.cancel()
    await asyncio.gather(*mensen, return_exceptions=True)
    await o.gezond_maken()
    await o.worker(bezorgtijd=20.0)
    rij.voorbij()
    nu = max([(await stand(zaak)).nu for zaak in zaken])
    await zet_klok(zaken, lambda _: over(0, nu + timedelta(hours=2)))  # what failed for now is tried again
    rij.neem(await oordeel(o, zaken, spoed=1, geduld=300))
    await volgende_run(zaken[0])
    for zaak, sleutel in beloofd:
        assert (await effecten(o, zaak))[sleutel] == 1
    rij.opmerking = f"{len(beloofd)} handelingen aangenomen"


async def _een_mens(
    o: Opstelling, http: httpx2.AsyncClient, zaak: Zaakdraad, beloofd: list[tuple[Zaakdraad, str]]
) -> None:
    while True:
        try:
            antwoord = await klik(http, zaak, toestemming(o.kind()))
            if antwoord.status_code in (200, 202):
                beloofd.append((zaak, antwoord.json()["commando_id"]))
        except httpx2.HTTPError:
            pass  # the page did not answer: nothing was promised
        await asyncio.sleep(0.5)


async def _worker(o: Opstelling) -> None:
    (await o.worker(bezorgtijd=20.0)).dood()
    await o.worker(bezorgtijd=20.0)


async def _temporal(o: Opstelling) -> None:
    o.temporal.kill9()
    o.temporal.start()
    await o.temporal.ready()


async def _postgres(o: Opstelling) -> None:
    await asyncio.to_thread(o.postgres.stop)
    await asyncio.to_thread(o.postgres.start)


async def _relay(o: Opstelling, toeval: random.Random) -> None:
    o.sink.stoor(toeval.choice(["na", "inhoud", "rcpt", "connect"]), "verbreek")
    await o.sink.stop()
    await o.sink.start()
