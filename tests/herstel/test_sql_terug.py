"""The database was put back from an older copy; Temporal is as it was. And: both, to different points."""

from datetime import datetime

import pytest
from sqlalchemy import update

from domain.handelingen import MeldStilstand
from domain.herstel import Verschil
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from domain.verloop import TijdlijnOnvolledig, vouw_alles
from storage.mail_tables import MailRij, MailStatus
from tests.support.herstel import Drill, leerlingen

OCHTEND = datetime(2026, 9, 2, 8, 1, tzinfo=AMSTERDAM)
LATER = datetime(2026, 9, 7, 10, tzinfo=AMSTERDAM)
OVERMORGEN = datetime(2026, 9, 8, 8, 1, tzinfo=AMSTERDAM)
NOG_LATER = datetime(2026, 9, 8, 10, tzinfo=AMSTERDAM)


async def _begin(d: Drill) -> list[str]:
    async with d.aan():
        await d.begin_digest()
        ids = [await d.start(kind) for kind in leerlingen(3)]
        await d.draag_over(ids[0], Rol.IB)
        for i in ids:
            await d.bijgewerkt(i)
    return ids


async def _verder(d: Drill, ids: list[str]) -> None:
    """Acts over two runs of a workflow, a morning, dates, an urgent mail, and one more traject."""
    async with d.aan():
        await d.draag_over(ids[0], Rol.LEERKRACHT)
        await d.bijgewerkt(ids[0])
        await d.andere_run(ids[0])
        await d.draag_over(ids[0], Rol.IB)
        await d.draag_over(ids[0], Rol.LEERKRACHT)
        await d.ochtend(OCHTEND)
        await d.naar(ids, LATER)
        await d.doe(ids[1], Rol.OUDERS, MeldStilstand())
        ids.append(await d.start(leerlingen(4)[3]))
        for i in ids:
            await d.bijgewerkt(i)
        await d.alle_weg()


async def test_without_reconcile_facts_are_lost_and_people_are_told_twice(d: Drill) -> None:
    """The negative control: the state heals itself at the next act, the timeline never does, and the digest of the next
    morning tells what it told before."""
    ids = await _begin(d)
    d.kopieer_sql()
    await _verder(d, ids)
    d.zet_sql_terug()
    async with d.aan():
        await d.draag_over(ids[0], Rol.IB)
        await d.bijgewerkt(ids[0])
        with pytest.raises(TijdlijnOnvolledig):
            vouw_alles(await d.tijdlijn(ids[0]))
        assert await d.rij(ids[3]) is None
        gevonden = await d.verschillen()
        assert gevonden[Verschil.TIJDLIJN_GAT] == 1
        assert gevonden[Verschil.WORKFLOW_VOOR] >= 2
        assert gevonden[Verschil.BERICHT_AL_VERTELD] == 1
        await d.ochtend(OVERMORGEN)
        with pytest.raises(AssertionError, match=r"verschilt|twee keer"):
            await d.post_heel()


@pytest.mark.parametrize("eerst_leven", [False, True], ids=["workers-uit", "na-een-handeling"])
async def test_an_older_database_is_filled_again_from_the_histories(d: Drill, eerst_leven: bool) -> None:
    ids = await _begin(d)
    d.kopieer_sql()
    await _verder(d, ids)
    voor = len(d.sink.bezorgd)
    d.zet_sql_terug()
    if eerst_leven:  # somebody was too quick
        async with d.aan():
            await d.draag_over(ids[0], Rol.IB)
            await d.bijgewerkt(ids[0])
    async with d.lezend():
        assert (await d.verschillen()).keys() & {Verschil.WORKFLOW_VOOR, Verschil.TIJDLIJN_GAT}
        assert [u for u in await d.herstel() if u.over] == []
        await d.eens()
    async with d.aan():
        assert len(d.sink.bezorgd) == voor
        await d.draag_over(ids[0], Rol.LEERKRACHT)
        await d.naar(ids, NOG_LATER)
        await d.ochtend(NOG_LATER)
        await d.alle_weg()
        await d.eens()
        await d.handelingen_heel()
        await d.post_heel()
        assert len(d.sink.bezorgd) > voor


@pytest.mark.parametrize("verder", [False, True], ids=["niets-geschreven", "verder-geleefd"])
async def test_a_database_from_before_a_rebuild_takes_the_higher_epoch(d: Drill, verder: bool) -> None:
    ids = await _begin(d)
    d.kopieer_sql()
    async with d.aan():
        await d.toezicht().bouw_op(ids[0], workflow=True)
        if verder:
            await d.draag_over(ids[0], Rol.LEERKRACHT)
        na = await d.bijgewerkt(ids[0])
        assert na.epoch == 2
    d.zet_sql_terug()
    async with d.lezend():
        assert await d.verschillen() == {Verschil.WORKFLOW_VOOR: 1}
        assert [u for u in await d.herstel() if u.over] == []
        assert await d.rij(ids[0]) == na
        await d.eens()


async def test_both_put_back_temporal_further(d: Drill) -> None:
    """The database knows more of one case, Temporal of none: what stands in the newest of both survives."""
    ids = await _begin(d)
    d.stop()
    d.kopieer_temporal()
    await d.begin()
    await _verder(d, ids)
    d.kopieer_sql()
    tot_hier = dict(d.afgesproken)
    async with d.aan():  # lost for good: newer than both copies
        await d.draag_over(ids[0], Rol.IB)
    d.stop()
    d.zet_temporal_terug()
    d.zet_sql_terug()
    d.afgesproken = tot_hier
    await d.begin()
    await _herstel_en_leef(d, ids)


async def test_both_put_back_the_database_further(d: Drill) -> None:
    """Temporal knows more, but not all: what it knows comes back, and a mail nobody is sure of is held for a person."""
    ids = await _begin(d)
    async with d.aan():
        d.sink.stoor("rcpt", code=450, keer=1)
        await d.doe(ids[2], Rol.OUDERS, MeldStilstand())
        await d.bijgewerkt(ids[2])
    d.kopieer_sql()
    await _verder(d, ids)
    d.stop()
    d.kopieer_temporal()
    d.zet_temporal_terug()
    d.zet_sql_terug()
    await d.begin()
    await _herstel_en_leef(d, ids)


async def test_a_mail_of_which_nobody_knows_is_held_when_the_database_was_put_back_too(d: Drill) -> None:
    """Queued in the copy, sent after it, and the history of that is gone: never sent a second time, never forgotten."""
    async with d.aan():
        await d.begin_digest()
        traject_id = await d.start(leerlingen(1)[0])
        await d.doe(traject_id, Rol.OUDERS, MeldStilstand())
        await d.bijgewerkt(traject_id)
        await d.alle_weg()
        async with d.sessies.begin() as session:  # as it stood in the copy, a moment before it left
            await session.execute(update(MailRij).where(MailRij.spoed).values(status=MailStatus.QUEUED, pogingen=0))
    d.stop()
    d.wis_temporal()
    await d.begin()
    async with d.lezend():
        assert (await d.verschillen())[Verschil.MAIL_ZONDER_VERZENDER] == 1
        assert [u for u in await d.herstel(twijfel=True) if u.over] == []
    async with d.aan():
        await d.naar([traject_id], LATER)
        await d.eens()
    assert sum(b.ontvangers == ("karin.legende@waterland.example",) for b in d.sink.bezorgd) == 1
    async with d.lezend():
        assert [m.status for m in await d.mails() if m.spoed] == [MailStatus.HELD]


async def _herstel_en_leef(d: Drill, ids: list[str]) -> None:
    async with d.lezend():
        assert await d.verschillen()
        assert [u for u in await d.herstel(twijfel=True) if u.over] == []
        await d.eens()
    async with d.aan():
        await d.draag_over(ids[0], Rol.IB)
        await d.naar(ids, NOG_LATER)
        await d.ochtend(NOG_LATER)
        await d.alle_weg()
        await d.eens()
        await d.handelingen_heel()
        await d.post_heel()
