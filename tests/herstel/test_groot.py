"""The long drill: many trajecten, copies taken while people work, and both stores put back to moments of their own."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest

from domain.handelingen import MeldStilstand
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from tests.support.herstel import Drill, leerlingen

TRAJECTEN = 20
EERSTE = datetime(2026, 9, 2, 8, 1, tzinfo=AMSTERDAM)


async def _dag(d: Drill, ids: list[str], dag: datetime, willekeur: random.Random) -> None:
    """One day: the morning mail, then what people do, all at once."""
    await d.naar(ids, dag)
    await d.ochtend(dag)

    async def doe(traject_id: str) -> None:
        if willekeur.random() < 0.2 and not (await d.stand(traject_id)).stagnatie:
            await d.doe(traject_id, Rol.OUDERS, MeldStilstand())
        await d.draag_over(traject_id, willekeur.choice([Rol.IB, Rol.LEERKRACHT]))

    await asyncio.gather(*(doe(i) for i in ids if willekeur.random() < 0.6))
    for i in ids:
        await d.bijgewerkt(i)
    await d.alle_weg()


@pytest.mark.chaos
@pytest.mark.timeout(900)
@pytest.mark.parametrize("nieuwste", ["database", "temporal"])
async def test_many_trajecten_survive_two_restores_to_different_moments(d: Drill, nieuwste: str) -> None:
    willekeur = random.Random(nieuwste)
    async with d.aan():
        await d.begin_digest()
        ids = [await d.start(kind) for kind in leerlingen(TRAJECTEN)]
        await _dag(d, ids, EERSTE, willekeur)
        if nieuwste == "database":
            d.kopieer_temporal(levend=True)
    if nieuwste == "temporal":
        d.kopieer_sql()
    async with d.aan():
        for dag in (5, 6):
            await _dag(d, ids, EERSTE + timedelta(days=dag), willekeur)
        if nieuwste == "temporal":
            d.kopieer_temporal(levend=True)
    if nieuwste == "database":
        d.kopieer_sql()
    d.stop()
    d.zet_temporal_terug()
    d.zet_sql_terug()
    await d.begin()
    async with d.lezend():
        verschillen = await d.verschillen()
        assert sum(verschillen.values()) >= TRAJECTEN // 4
        assert [u for u in await d.herstel(twijfel=True) if u.over or u.geweigerd] == []
        await d.eens()
    async with d.aan():
        await _dag(d, ids, EERSTE + timedelta(days=7), willekeur)
        await d.eens()
        await d.handelingen_heel()
        await d.post_heel()
