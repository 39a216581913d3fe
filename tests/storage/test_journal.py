"""An acknowledged act is never lost, never two acts, and its first outcome stands."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.errors import TrajectLoopt, Verouderd
from storage.case_tables import OpdrachtSoort, OpdrachtStatus, Tekst, TijdlijnRij
from storage.errors import CommandoHergebruikt
from storage.journal import (
    Journaalregel,
    bewaar_tekst,
    lees_opdracht,
    markeer_verwerkt,
    markeer_weigering,
    neem_aan,
    open_opdrachten,
)
from tests.storage.zaken import NU

Sessies = async_sessionmaker[AsyncSession]
WEIGERING = Verouderd("Dit is al afgerond.", veld="gezien_versie", remedie="Kijk opnieuw.")
INHOUD: dict[str, Any] = {"handeling": {"soort": "rond_af", "afspraak_id": "a1"}, "door": {"rol": "ib"}}


async def neem(
    db: Sessies, commando_id: str, inhoud: dict[str, Any] = INHOUD, traject_id: str = "t-1"
) -> Journaalregel:
    async with db.begin() as session:
        soort = OpdrachtSoort.HANDELING
        return await neem_aan(
            session, commando_id=commando_id, traject_id=traject_id, soort=soort, inhoud=inhoud, nu=NU
        )


async def pak(db: Sessies, *, na: timedelta, limiet: int = 10) -> list[str]:
    async with db.begin() as session:
        nu = NU + na
        gepakt = await open_opdrachten(session, ouder_dan=nu - timedelta(minutes=1), limiet=limiet, nu=nu)
        return [regel.commando_id for regel in gepakt]


async def test_a_repeat_gets_the_first_row_and_its_outcome(db: Sessies) -> None:
    assert (await neem(db, "c1")).status is OpdrachtStatus.ONTVANGEN
    async with db.begin() as session:
        assert await markeer_verwerkt(session, "c1", 7)
    weer = await neem(db, "c1")
    assert (weer.status, weer.versie, weer.inhoud) == (OpdrachtStatus.VERWERKT, 7, INHOUD)


async def test_two_clicks_at_once_are_one_act(db: Sessies) -> None:
    beide = await asyncio.gather(*(neem(db, "c1") for _ in range(6)))
    assert len(set(map(str, beide))) == 1
    assert await pak(db, na=timedelta(minutes=2)) == ["c1"]


async def test_one_id_for_another_act_is_refused(db: Sessies) -> None:
    await neem(db, "c1")
    with pytest.raises(CommandoHergebruikt):
        await neem(db, "c1", {**INHOUD, "door": {"rol": "directie"}})


async def test_the_first_outcome_stands(db: Sessies) -> None:
    await neem(db, "c1")
    weigering = TrajectLoopt("Dit traject loopt al.", veld="traject_id", remedie="Ga verder in het traject.")
    async with db.begin() as session:
        assert await markeer_weigering(session, "c1", weigering)
        assert not await markeer_verwerkt(session, "c1", 3)
    async with db() as session:
        regel = await lees_opdracht(session, "c1")
    assert regel is not None
    assert (regel.status, regel.code, regel.zin) == (OpdrachtStatus.GEWEIGERD, "traject_loopt", "Dit traject loopt al.")
    assert await pak(db, na=timedelta(hours=1)) == []


async def test_the_relay_offers_oldest_first_and_again_only_after_a_while(db: Sessies) -> None:
    for nr in range(3):
        await neem(db, f"c{nr}")
    assert await pak(db, na=timedelta(seconds=30)) == []
    assert await pak(db, na=timedelta(minutes=2), limiet=2) == ["c0", "c1"]
    assert await pak(db, na=timedelta(minutes=2, seconds=30)) == ["c2"]
    assert await pak(db, na=timedelta(minutes=4)) == ["c0", "c1", "c2"]
    async with db() as session:
        regel = await lees_opdracht(session, "c0")
    assert regel is not None
    assert regel.pogingen == 2


async def test_two_relays_never_take_the_same_act(db: Sessies) -> None:
    for nr in range(4):
        await neem(db, f"c{nr}")
    nu = NU + timedelta(minutes=2)
    async with db.begin() as een:
        eerste = await open_opdrachten(een, ouder_dan=NU + timedelta(seconds=1), limiet=2, nu=nu)
        # The first has not committed yet; the second neither waits nor takes the same ones.
        tweede = await asyncio.wait_for(pak(db, na=timedelta(minutes=2)), timeout=3)
    assert ([r.commando_id for r in eerste], tweede) == (["c0", "c1"], ["c2", "c3"])


async def test_acts_that_keep_failing_do_not_keep_newer_ones_waiting(db: Sessies) -> None:
    for nr in range(3):
        await neem(db, f"vast{nr}", traject_id=f"t-vast{nr}")
    assert await pak(db, na=timedelta(minutes=2), limiet=2) == ["vast0", "vast1"]
    await neem(db, "nieuw", traject_id="t-nieuw")
    assert await pak(db, na=timedelta(minutes=4), limiet=2) == ["vast2", "nieuw"]


async def test_within_a_traject_the_order_in_which_they_came_stays(db: Sessies) -> None:
    await neem(db, "eerst")
    assert await pak(db, na=timedelta(minutes=2)) == ["eerst"]
    await neem(db, "later")
    assert await pak(db, na=timedelta(minutes=4), limiet=1) == ["eerst"]


async def test_the_words_added_to_a_refused_act_go_with_it(db: Sessies) -> None:
    """They may be about a child; of an act that was never done nothing has to stay."""
    gebleven = []
    for nr in ("een", "twee"):
        async with db.begin() as session:
            ref = await bewaar_tekst(session, traject_id="t-1", tekst=f"Over {nr}", door_persoon_id=None, nu=NU)
        await neem(db, f"c-{nr}", {**INHOUD, "tekst_ref": ref})
        gebleven.append(ref)
    async with db.begin() as session:
        assert await markeer_weigering(session, "c-een", WEIGERING)
        assert await markeer_verwerkt(session, "c-twee", 3)
        assert not await markeer_weigering(session, "c-twee", WEIGERING)
    async with db() as session:
        assert list(await session.scalars(select(Tekst.id))) == gebleven[1:]


async def test_words_that_stand_in_the_timeline_stay_whatever_a_repeat_says(db: Sessies) -> None:
    """The act was done, but its outcome was lost; offered again much later it comes back as refused."""
    async with db.begin() as session:
        ref = await bewaar_tekst(session, traject_id="t-1", tekst="Fijn gesprek", door_persoon_id=None, nu=NU)
        session.add(
            TijdlijnRij(
                traject_id="t-1", nr=4, epoch=1, op=NU, door_rol="ib", soort="afspraak_gedaan", feit={}, tekst_ref=ref
            )
        )
    await neem(db, "c1", {**INHOUD, "tekst_ref": ref})
    async with db.begin() as session:
        assert await markeer_weigering(session, "c1", WEIGERING)
    async with db() as session:
        assert await session.scalar(select(Tekst.tekst).where(Tekst.id == ref)) == "Fijn gesprek"
