"""One thing broken at a time, by hand, in a running installation: found by its name, repaired, and nothing else touched."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import delete, text, update

from domain.handelingen import MeldStilstand
from domain.herstel import Verschil
from domain.ids import digest_workflow_id
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from storage.case_tables import AfspraakRij, OpdrachtRij, OpdrachtStatus, TrajectRij
from tests.support.herstel import SWV, Drill, leerlingen

Breek = Callable[[Drill, str], Awaitable[None]]


async def _sql(d: Drill, *opdrachten: object) -> None:
    async with d.sessies.begin() as session:
        for opdracht in opdrachten:
            await session.execute(opdracht)  # type: ignore[call-overload]


async def _kolom(d: Drill, t: str) -> None:
    await _sql(d, update(TrajectRij).where(TrajectRij.traject_id == t).values(stap_titel="anders", bal=None))


async def _staat(d: Drill, t: str) -> None:
    anders = text("update traject set staat = jsonb_set(staat, '{regie_bij}', '\"directie\"') where traject_id = :t")
    await _sql(d, anders.bindparams(t=t))


async def _geen_rij(d: Drill, t: str) -> None:
    await _sql(d, delete(TrajectRij).where(TrajectRij.traject_id == t))


async def _afspraak(d: Drill, t: str) -> None:
    await _sql(d, update(AfspraakRij).where(AfspraakRij.traject_id == t).values(titel="anders"))


async def _minder_afspraken(d: Drill, t: str) -> None:
    await _sql(d, delete(AfspraakRij).where(AfspraakRij.traject_id == t))


async def _wekker(d: Drill, t: str) -> None:
    nooit = datetime(2030, 1, 1, tzinfo=AMSTERDAM)
    await _sql(d, update(TrajectRij).where(TrajectRij.traject_id == t).values(volgende_wek=nooit))


async def _beeindigd(d: Drill, t: str) -> None:
    await d.handle(t).terminate()


async def _digest(d: Drill, _: str) -> None:
    await d.client.get_workflow_handle(digest_workflow_id(SWV)).terminate()


async def _niet_beantwoord(d: Drill, t: str) -> None:
    await d.neem(t, Rol.OUDERS, MeldStilstand())


async def _nooit_aangekomen(d: Drill, t: str) -> None:
    commando = await d.neem(t, Rol.OUDERS, MeldStilstand())
    vals = update(OpdrachtRij).where(OpdrachtRij.commando_id == commando)
    await _sql(d, vals.values(status=OpdrachtStatus.VERWERKT, versie=9))


GEVALLEN: dict[Breek, Verschil] = {
    _kolom: Verschil.RIJ_ANDERS,
    _staat: Verschil.RIJ_ANDERS,
    _geen_rij: Verschil.RIJ_ONTBREEKT,
    _afspraak: Verschil.AFSPRAKEN_ANDERS,
    _minder_afspraken: Verschil.AFSPRAKEN_ANDERS,
    _wekker: Verschil.WEKKER_ANDERS,
    _beeindigd: Verschil.WORKFLOW_WEG,
    _digest: Verschil.DIGEST_WEG,
    _niet_beantwoord: Verschil.OPDRACHT_OPEN,
    _nooit_aangekomen: Verschil.OPDRACHT_VERGETEN,
}


async def test_each_difference_is_found_by_its_name_and_repaired(d: Drill) -> None:
    async with d.aan():
        await d.begin_digest()
        goed = await d.start(leerlingen(1)[0])
        for breek, verschil in GEVALLEN.items():
            traject_id = await d.start(leerlingen(2)[1])
            voor = await d.bijgewerkt(traject_id)
            ander = await d.rij(goed)
            await breek(d, traject_id)
            gevonden = await d.verschillen()
            assert gevonden[verschil] == 1, breek.__name__
            assert {u.id for u in await d.herstel() if u.gevonden} == {SWV if breek is _digest else traject_id}
            na = await d.bijgewerkt(traject_id)
            assert na.versie >= voor.versie
            await d.eens()
            assert await d.rij(goed) == ander
        await d.handelingen_heel()


async def test_an_act_that_no_longer_fits_is_refused_with_a_reason_and_counted(d: Drill) -> None:
    """Said to be applied, known to nobody, and by now somebody else did it: the person reads why."""
    async with d.aan():
        await d.begin_digest()
        traject_id = await d.start(leerlingen(1)[0])
        await _nooit_aangekomen(d, traject_id)
        (kwijt,) = [c for c in d.afgesproken if not c.startswith("c-t-")]
        await d.doe(traject_id, Rol.OUDERS, MeldStilstand())
        await d.bijgewerkt(traject_id)
        (uitkomst,) = [u for u in await d.herstel() if u.gevonden]
        assert (uitkomst.over, uitkomst.geweigerd) == ((), 1)
        regel = await d.regel(kwijt)
        assert (regel.status, regel.code) == (OpdrachtStatus.GEWEIGERD, "al_gemeld")
        assert regel.zin


async def test_rebuild_makes_row_and_workflow_anew(d: Drill) -> None:
    async with d.aan():
        await d.begin_digest()
        traject_id = await d.start(leerlingen(1)[0])
        await d.doe(traject_id, Rol.OUDERS, MeldStilstand())
        voor = await d.bijgewerkt(traject_id)
        await d.alle_weg()
        await _geen_rij(d, traject_id)
        uitkomst = await d.toezicht().bouw_op(traject_id)
        assert (uitkomst.gevonden, uitkomst.over) == ((Verschil.RIJ_ONTBREEKT,), ())
        assert await d.rij(traject_id) == voor
        run = (await d.handle(traject_id).describe()).run_id
        assert (await d.toezicht().bouw_op(traject_id, workflow=True)).over == ()
        assert (await d.handle(traject_id).describe()).run_id != run
        assert await d.bijgewerkt(traject_id) == voor.model_copy(update={"epoch": 2})
        await d.draag_over(traject_id, Rol.IB)
        await d.bijgewerkt(traject_id)
        assert await d.verschillen() == Counter()
        await d.post_heel()
