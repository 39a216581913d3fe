"""Clocks that are wrong, nights that are shorter, and an act in the very second in which the clock goes off."""

import asyncio
import random
import shutil
import subprocess
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.handelingen import MeldStilstand, StelUit, Uitstelreden
from domain.roles import Rol
from domain.tijd import AMSTERDAM, om_acht
from domain.tijdschaal import Tijdschaal
from tests.chaos.oordeel import mails_van, oordeel
from tests.chaos.opstelling import Opstelling
from tests.chaos.verslag import Rij
from tests.chaos.zaken import IB, aan_de_vooravond, allemaal, begin, over, stand, zet_klok
from tests.support.jaar import open_van
from tests.support.omgeving import Zaakdraad
from tests.support.replay_leven import traject_id_van, wacht_tot
from tests.support.spelen import START
from tests.support.verwacht import tijdlijn

_JAAR = 400 * 24 * 3600


@pytest.mark.parametrize("verzet", [_JAAR, -_JAAR], ids=["400 dagen voor", "400 dagen achter"])
@pytest.mark.rij(29, "klok van de worker 400 dagen mis", "O M")
async def test_een_worker_met_een_verkeerde_klok(o: Opstelling, rij: Rij, verzet: int, tmp_path: Path) -> None:
    """The clock of the whole process, native parts included, by a preloaded library of a few lines."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("geen C-compiler om de klok van een proces mee te verzetten")
    bibliotheek = tmp_path / "klok.so"
    bron = Path(__file__).with_name("andere_klok.c")
    argv = [compiler, "-shared", "-fPIC", "-o", str(bibliotheek), str(bron), "-ldl"]
    await asyncio.to_thread(subprocess.run, argv, check=True)
    worker = await o.worker(env={"LD_PRELOAD": str(bibliotheek), "KLOK_VERZET": str(verzet)})
    jaar = (datetime.now(UTC) + timedelta(seconds=verzet)).year
    assert f'"timestamp": "{jaar}-' in worker.log.read_text(), "deze worker leeft echt in een ander jaar"
    zaken = await begin(o, 3)
    rij.storing()
    await oordeel(o, zaken)
    weken = await aan_de_vooravond(zaken)
    await zet_klok(zaken, lambda z: over(1, weken[traject_id_van(z)][0]))
    await wacht_tot(lambda: _gewekt(zaken, weken), omschrijving="de wekkers")
    await zet_klok(zaken, lambda z: over(0, weken[traject_id_van(z)][1]))
    await wacht_tot(lambda: _verzonden(o, zaken), omschrijving="de mails")
    assert rij.neem(await oordeel(o, zaken, spoed=1)).aankomsten == len(zaken)
    for zaak in zaken:
        feiten = await tijdlijn(o.omgeving().sessies, traject_id_van(zaak))
        assert START.date() <= feiten[0].op.date() <= feiten[-1].op.date() <= weken[traject_id_van(zaak)][1].date()


# The last school day before the clock changes and the first one after it; and a leap day.
@pytest.mark.parametrize(
    ("van", "tot"),
    [
        (date(2027, 3, 25), date(2027, 3, 30)),
        (date(2026, 10, 23), date(2026, 10, 26)),
        (date(2028, 2, 28), date(2028, 2, 29)),
    ],
    ids=["zomertijd", "wintertijd", "schrikkeldag"],
)
@pytest.mark.rij(30, "klok verzet, schrikkeldag: op welk uur gaan mails weg", "O M")
async def test_acht_uur_blijft_acht_uur(o: Opstelling, rij: Rij, van: date, tot: date) -> None:
    """What is noticed in the evening leaves at eight on the next school day, on the clock on the wall."""
    await o.worker()
    (zaak,) = await begin(o, 1, om_acht(van) + timedelta(hours=12))
    await oordeel(o, [zaak])
    await zaak.handel(Rol.OUDERS, MeldStilstand())
    await oordeel(o, [zaak])
    (mail,) = [m.mail for m in await mails_van(o, [zaak]) if m.mail.spoed]
    assert mail.niet_voor.astimezone(AMSTERDAM).isoformat()[:16] == f"{tot}T08:00"
    await zet_klok([zaak], lambda _: over(0, om_acht(tot) - timedelta(minutes=2)))
    await oordeel(o, [zaak])
    rij.storing()
    assert not o.sink.bezorgd
    await zet_klok([zaak], lambda _: over(0, om_acht(tot) + timedelta(seconds=5)))
    await wacht_tot(lambda: _verzonden(o, [zaak]), omschrijving="de mail van acht uur")
    rij.neem(await oordeel(o, [zaak], spoed=1))


@pytest.mark.parametrize("aantal", [40, pytest.param(1000, marks=(pytest.mark.chaos, pytest.mark.timeout(1800)))])
@pytest.mark.rij(31, "uitstel op het moment waarop de wekker afgaat", "O M")
async def test_uitstel_en_wekker_tegelijk(o: Opstelling, rij: Rij, aantal: int) -> None:
    """Whoever comes first: the rung is climbed at most once, and the new date counts or was refused."""
    await o.worker()
    toeval, uitkomsten = random.Random(31), Counter[str]()
    for begin_bij in range(0, aantal, 40):
        zaken = await begin(o, min(40, aantal - begin_bij))
        await oordeel(o, zaken)
        moment = datetime.now(UTC) + timedelta(seconds=6)
        weken = {traject_id_van(z): (await stand(z)).volgende_wek for z in zaken}
        await zet_klok(zaken, lambda z: Tijdschaal(echt_anker=moment, schijn_anker=weken[traject_id_van(z)]))  # noqa: B023
        # The server's timers have a second's grain: around it, so that both orders happen.
        uitkomsten.update(await allemaal((_stel_uit(z, moment, toeval.uniform(-0.3, 1.2)) for z in zaken), tegelijk=40))
        rij.storing(len(zaken))
        rij.neem(await oordeel(o, zaken))
        for zaak in zaken:
            feiten = await tijdlijn(o.omgeving().sessies, traject_id_van(zaak))
            soorten = Counter(g.feit.soort for g in feiten)
            assert soorten["afspraak_verzet"] == 1, soorten
            gewekt = [g.feit for g in feiten if g.feit.soort == "trede_bereikt"]
            assert len(gewekt) == len({f.model_dump_json() for f in gewekt}), "geen trede twee keer"
            uitkomsten["eerst gewekt" if gewekt else "eerst uitgesteld"] += 1
    rij.opmerking = ", ".join(f"{wat}: {keer}" for wat, keer in sorted(uitkomsten.items()))


async def _stel_uit(zaak: Zaakdraad, moment: datetime, na: float) -> str:
    eerste = open_van(await zaak.toestand(), "gesprek_ouders")
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds() + na))
    try:
        uitstel = StelUit(afspraak_id=eerste.id, tot=date(2026, 9, 16), reden=Uitstelreden.OP_VERZOEK_OUDERS)
        await zaak.handel(eerste.rol, uitstel, persoon=IB)
    except WorkflowUpdateFailedError as fout:
        return f"geweigerd: {fout.cause}"
    return "uitgesteld"


async def _gewekt(zaken: list[Zaakdraad], weken: dict[str, tuple[datetime, datetime]]) -> bool:
    standen = [(await stand(zaak), weken[traject_id_van(zaak)][0]) for zaak in zaken]
    return all(s.volgende_wek is not None and s.volgende_wek > wek for s, wek in standen)


async def _verzonden(o: Opstelling, zaken: list[Zaakdraad]) -> bool:
    return len([m for m in await mails_van(o, zaken) if m.bezorgd]) >= len(zaken)
