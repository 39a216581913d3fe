"""Temporal's store was put back from an older copy, or is gone; the database is as it was."""

from collections import Counter
from datetime import datetime

import pytest

from domain.handelingen import MeldStilstand
from domain.herstel import Verschil
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from storage.case_tables import OpdrachtStatus
from tests.support.herstel import Drill, leerlingen
from tests.support.replay_leven import in_rust, wacht_tot
from workflows.traject import TrajectWorkflow

OCHTEND = datetime(2026, 9, 2, 8, 1, tzinfo=AMSTERDAM)
LATER = datetime(2026, 9, 7, 10, tzinfo=AMSTERDAM)
NOG_LATER = datetime(2026, 9, 8, 10, tzinfo=AMSTERDAM)


async def _leef(d: Drill, *, levend: bool = False) -> list[str]:
    """Three trajecten; a copy of Temporal's store; then acts, a morning, dates, an urgent mail, and a fourth traject."""
    async with d.aan():
        await d.begin_digest()
        ids = [await d.start(kind) for kind in leerlingen(3)]
        await d.draag_over(ids[0], Rol.IB)
        await d.doe(ids[2], Rol.OUDERS, MeldStilstand())
        for i in ids:
            await d.bijgewerkt(i)
        await d.alle_weg()
        if levend:
            d.kopieer_temporal(levend=True)
    if not levend:
        d.stop()
        d.kopieer_temporal()
        await d.begin()
    async with d.aan():
        await d.draag_over(ids[0], Rol.LEERKRACHT)
        await d.draag_over(ids[0], Rol.IB)
        await d.ochtend(OCHTEND)
        await d.naar(ids, LATER)
        await d.doe(ids[1], Rol.OUDERS, MeldStilstand())
        ids.append(await d.start(leerlingen(4)[3]))
        for i in ids:
            await d.bijgewerkt(i)
        await d.alle_weg()
    d.stop()
    return ids


async def test_without_reconcile_an_act_that_was_accepted_is_lost(d: Drill) -> None:
    """The negative control: the workflow that went back accepts an act and can never put it on record."""
    ids = await _leef(d)
    d.zet_temporal_terug()
    await d.begin()
    voor = len(d.sink.bezorgd)
    async with d.aan():
        assert (await d.stand(ids[0])).versie < (await d.rij(ids[0])).versie  # type: ignore[union-attr]
        commando = await d.draag_over(ids[0], Rol.LEERKRACHT)
        assert (await d.regel(commando)).status is OpdrachtStatus.VERWERKT
        assert not any(g.commando_id == commando for g in await d.tijdlijn(ids[0]))
        gevonden = await d.verschillen()
        assert gevonden[Verschil.WORKFLOW_ACHTER] >= 2
        assert gevonden[Verschil.WORKFLOW_WEG] == 1
        with pytest.raises(AssertionError, match="is kwijt"):
            await d.handelingen_heel()
        # and then the repair: the same act, offered again by reconcile, is carried out once
        uitkomsten = await d.herstel()
        assert [u.over for u in uitkomsten if u.over] == []
        for i in ids:
            await d.bijgewerkt(i)
        await d.eens()
        await d.handelingen_heel()
        await d.alle_weg()
        await d.post_heel()
        assert len(d.sink.bezorgd) == voor


async def test_a_workflow_that_went_back_climbs_the_same_rung_and_nobody_is_told_twice(d: Drill) -> None:
    """Workers on and no reconcile yet: the reminder of yesterday comes due for it today."""
    gisteren, vandaag = (datetime(2026, 9, dag, 7, 30, tzinfo=AMSTERDAM) for dag in (8, 9))
    async with d.aan():
        await d.begin_digest()
        ids = [await d.start(leerlingen(1)[0])]
    d.stop()
    d.kopieer_temporal()
    await d.begin()
    async with d.aan():
        await d.naar(ids, gisteren)
        versie = (await d.bijgewerkt(ids[0])).versie
        assert any(g.feit.soort == "trede_bereikt" for g in await d.tijdlijn(ids[0]))
        berichten = await d.aantal_berichten()
    d.stop()
    d.zet_temporal_terug()
    await d.begin()
    async with d.aan():
        assert (await d.stand(ids[0])).versie < versie
        d.zet_klok(vandaag)
        await d.handle(ids[0]).signal(TrajectWorkflow.klok, d.klok.schaal)
        await in_rust(d.handle(ids[0]))
        assert (await d.stand(ids[0])).versie >= versie
        assert await d.aantal_berichten() == berichten
        await d.herstel()
        await d.eens()
        await d.ochtend(datetime(2026, 9, 9, 8, 1, tzinfo=AMSTERDAM))
        await d.post_heel()


@pytest.mark.parametrize("levend", [False, True], ids=["uit", "levend"])
async def test_an_older_temporal_is_repaired_with_the_workers_off(d: Drill, levend: bool) -> None:
    ids = await _leef(d, levend=levend)
    epochs = {}
    d.zet_temporal_terug()
    await d.begin()
    async with d.lezend():
        assert (await d.verschillen()).keys() & {Verschil.WORKFLOW_ACHTER, Verschil.WORKFLOW_WEG}
        assert all(not u.over for u in await d.herstel())
        await d.eens()
        for i in ids:
            rij = await d.rij(i)
            assert rij is not None
            epochs[i] = rij.epoch
    assert epochs[ids[0]] == 2
    async with d.aan():
        # life goes on: an act, and dates that come due, in the new epoch
        await d.draag_over(ids[0], Rol.LEERKRACHT)
        await d.naar(ids, NOG_LATER)
        await d.ochtend(NOG_LATER)
        await d.alle_weg()
        await d.eens()
        await d.handelingen_heel()
        await d.post_heel()
        assert await d.herstel() is not None
        assert {i: (await d.rij(i)).epoch for i in ids} == epochs  # type: ignore[union-attr]


async def test_without_temporals_store_everything_begins_again_from_the_timeline(d: Drill) -> None:
    """Gone altogether, with an act in the journal that nobody answered and an urgent mail that did not leave yet."""
    async with d.aan():
        ids = [await d.start(kind) for kind in leerlingen(3)]
        await d.begin_digest()
        await d.draag_over(ids[0], Rol.IB)
        d.sink.stoor("rcpt", code=450, keer=99)
        await d.doe(ids[1], Rol.OUDERS, MeldStilstand())
        await d.bijgewerkt(ids[1])

        async def geprobeerd() -> bool:
            return [m.pogingen for m in await d.mails() if m.spoed and m.status == "queued"] == [1]

        await wacht_tot(geprobeerd, omschrijving="een eerste poging")
    d.stop()
    d.wis_temporal()
    d.sink.storingen_voorbij()
    await d.begin()
    async with d.lezend():
        onbeantwoord = await d.neem(ids[0], Rol.OUDERS, MeldStilstand())
        assert await d.verschillen() == Counter(
            {
                Verschil.WORKFLOW_WEG: 3,
                Verschil.OPDRACHT_OPEN: 1,
                Verschil.MAIL_ZONDER_VERZENDER: 1,
                Verschil.DIGEST_WEG: 1,
            }
        )
        assert all(not u.over for u in await d.herstel())
        assert (await d.regel(onbeantwoord)).status is OpdrachtStatus.VERWERKT
    async with d.aan():
        await d.alle_weg()
        await d.eens()
        await d.handelingen_heel()
        await d.post_heel()
        assert len([m for m in await d.mails() if m.spoed and m.status == "sent"]) == 2
