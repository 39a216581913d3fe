"""`python -m bench.ochtend 2000`: a morning on which every case has something due, and what that costs.

The wake-ups of a real night are spread over five hours. Here the clock runs so fast that all come within seconds: the worst
night there can be, for instance the first one after a long failure. Then the digest of that morning is sent. In the same
run, for comparison: a hand-written poller, and the workflow one would write first.
"""

import asyncio
import json
import math
import sys
import time
from collections.abc import Coroutine, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles

from sqlalchemy import func, select, text

from bench.ochtend_naief import NAIEF_QUEUE, Herinnering, HerinnerWorkflow
from bench.ochtend_opstelling import Opstelling, opstelling
from bench.ochtend_peiler import peil
from bench.ochtend_zaken import SWV, Zaak, scholen, voorbeeld, zaken, zet_op
from bench.zaak import omstandigheden
from domain.feiten import Wie
from domain.handelingen import MeldStilstand, Opdracht
from domain.ids import digest_workflow_id, traject_workflow_id
from domain.roles import Rol
from domain.tijd import om_acht
from domain.tijdschaal import Tijdschaal
from runtime.temporal import NACHT_QUEUE, TRAJECT_QUEUE
from storage.case_tables import OpdrachtSoort, TrajectRij
from storage.journal import neem_aan
from storage.mail_tables import BerichtRij, BerichtStatus
from workflows.aanbod import Aanbieder, NuNietBereikbaar
from workflows.digest import DigestWorkflow
from workflows.messages import DigestInvoer, TrajectInvoer
from workflows.traject import TrajectWorkflow

# The five hours over which the wake-ups of a night are spread then take nine seconds, and the week until the next date of
# these cases five minutes.
_FACTOR = 2000
_STARTS_PER_SECONDE = 60  # a safe guess of how fast cases begin before the night falls
_TEGELIJK = 60
_NACHT = timedelta(hours=7)
_HANDELINGEN = 40
_TUSSENPOOS = 0.25


@dataclass
class Uitkomst:
    """What one morning came to. Seconds on the wall; memory in MB; milliseconds for what people waited for."""

    zaken: int
    rijen: float = 0.0
    mails: float = 0.0
    mails_ontvangen: int = 0
    kwijt: int = 0
    dubbel: int = 0
    events_per_wek: int = 0
    handeling_p50: float = 0.0
    handeling_p95: float = 0.0
    handelingen_wachten_nog: int = 0
    kb_per_zaak: float = 0.0
    voor: dict[str, float] = field(default_factory=dict)
    na: dict[str, float] = field(default_factory=dict)
    peiler: float = 0.0
    naief: float = 0.0


async def ochtend(aantal: int) -> Uitkomst:
    """One morning of so many cases: on the product as it is, by a poller, and as a first version would do it."""
    uitkomst = Uitkomst(aantal)
    async with opstelling() as o:
        await zet_op(o.sessies, aantal + _HANDELINGEN)
        await _product(o, aantal, uitkomst)
        await _overzicht(o, aantal, uitkomst)
        uitkomst.naief = await _naief(o, aantal)
    async with opstelling() as o:
        await zet_op(o.sessies, aantal)
        begin = time.monotonic()
        await peil(o.sessies, _morgen() - timedelta(minutes=30))
        uitkomst.peiler = time.monotonic() - begin
    return uitkomst


def _morgen() -> datetime:
    return om_acht(voorbeeld()[1].date())


async def _samen(werk: Iterable[Coroutine[None, None, None]]) -> None:
    hek = asyncio.Semaphore(_TEGELIJK)

    async def om_de_beurt(taak: Coroutine[None, None, None]) -> None:
        async with hek:
            await taak

    async with asyncio.TaskGroup() as groep:
        for taak in werk:
            groep.create_task(om_de_beurt(taak))


async def _begin(o: Opstelling, zaak: Zaak, schaal: Tijdschaal) -> None:
    await o.client.start_workflow(
        TrajectWorkflow.run,
        TrajectInvoer(traject=zaak.traject, omstandigheden=omstandigheden(), tijdschaal=schaal),
        id=traject_workflow_id(zaak.traject.traject_id),
        task_queue=TRAJECT_QUEUE,
    )


async def _product(o: Opstelling, aantal: int, uitkomst: Uitkomst) -> None:
    """From the first wake-up to the last row, while people go on acting in other cases."""
    uitkomst.voor = o.gebruik()
    valt = datetime.now(UTC) + timedelta(seconds=max(15.0, aantal / _STARTS_PER_SECONDE))
    nacht = Tijdschaal(factor=_FACTOR, echt_anker=valt, schijn_anker=_morgen() - _NACHT)
    overdag = Tijdschaal(echt_anker=valt, schijn_anker=voorbeeld()[0].nu + timedelta(hours=1))
    alle = list(zaken(aantal + _HANDELINGEN))
    await _samen(_begin(o, zaak, nacht if nummer < aantal else overdag) for nummer, zaak in enumerate(alle))
    vanaf = voorbeeld()[0].traject.versie
    slaap = (valt - datetime.now(UTC)).total_seconds()
    await asyncio.sleep(max(0.0, slaap))
    begonnen = o.gebruik()
    uitkomst.kb_per_zaak = (begonnen["worker_mb"] - uitkomst.voor["worker_mb"]) * 1000 / len(alle)
    begin = time.monotonic()
    mensen = asyncio.create_task(_handel(o, [z.traject.traject_id for z in alle[aantal:]], overdag))
    while (klaar := await _vastgelegd(o, aantal, vanaf)) < aantal:
        if time.monotonic() > begin + 60 + aantal:
            raise TimeoutError(f"{klaar} van de {aantal} zaken zijn vastgelegd")
        await asyncio.sleep(0.2)
    uitkomst.rijen = time.monotonic() - begin
    uitkomst.na = o.gebruik()
    uitkomst.voor = begonnen
    duur = await mensen
    klaar_ = [d for d in duur if math.isfinite(d)]
    uitkomst.handelingen_wachten_nog = len(duur) - len(klaar_)
    kwantielen = quantiles(klaar_, n=20, method="inclusive")
    uitkomst.handeling_p50, uitkomst.handeling_p95 = kwantielen[9] * 1000, kwantielen[18] * 1000
    uitkomst.events_per_wek = await _events(o)


async def _vastgelegd(o: Opstelling, aantal: int, vanaf: int) -> int:
    laatste = f"t-ochtend-{aantal:06}"
    telling = (
        select(func.count())
        .select_from(TrajectRij)
        .where(TrajectRij.traject_id >= "t-ochtend-", TrajectRij.traject_id < laatste, TrajectRij.versie > vanaf)
    )
    async with o.sessies() as session:
        return await session.scalar(telling) or 0


async def _handel(o: Opstelling, traject_ids: list[str], schaal: Tijdschaal) -> list[float]:
    """A parent reports that it stands still, in one case after the other: seconds from the click to *verwerkt*."""
    aanbieder = Aanbieder(o.client, o.sessies, schaal)
    duur = []
    for nummer, traject_id in enumerate(traject_ids):
        begin = time.monotonic()
        nu = schaal.schijn(datetime.now(UTC))
        opdracht = Opdracht(commando_id=f"c-storm-{nummer}", door=Wie(rol=Rol.OUDERS), handeling=MeldStilstand())
        async with o.sessies.begin() as session:
            regel = await neem_aan(
                session,
                commando_id=opdracht.commando_id,
                traject_id=traject_id,
                soort=OpdrachtSoort.HANDELING,
                inhoud=opdracht.model_dump(mode="json"),
                nu=nu,
            )
        try:
            versie = await aanbieder.bied_aan(regel, nu)
            while True:
                async with o.sessies() as session:
                    staat = await session.scalar(select(TrajectRij.versie).where(TrajectRij.traject_id == traject_id))
                if staat is not None and versie is not None and staat >= versie:
                    break
                await asyncio.sleep(0.01)
            duur.append(time.monotonic() - begin)
        except NuNietBereikbaar:
            duur.append(math.inf)
        await asyncio.sleep(_TUSSENPOOS)
    return duur


async def _overzicht(o: Opstelling, aantal: int, uitkomst: Uitkomst) -> None:
    """The digest of the morning: from eight o'clock to the last mail the server took."""
    verwacht, overzichten = scholen(aantal), o.postbus
    schaal = Tijdschaal(echt_anker=datetime.now(UTC), schijn_anker=_morgen() - timedelta(seconds=1))
    al = len(overzichten.ontvangen)
    await o.client.start_workflow(
        DigestWorkflow.run,
        DigestInvoer(swv_id=SWV, tijdschaal=schaal, sinds=_morgen() - timedelta(days=1)),
        id=digest_workflow_id(SWV),
        task_queue=NACHT_QUEUE,
    )
    begin = time.monotonic() + 1
    await overzichten.wacht_tot(al + len(verwacht), 60 + aantal)
    uitkomst.mails = time.monotonic() - begin
    await asyncio.sleep(2)  # a mail too many would come now
    ontvangen = overzichten.ontvangen[al:]
    uitkomst.mails_ontvangen = len(ontvangen)
    uitkomst.dubbel = len(overzichten.ontvangen) - len(set(overzichten.ontvangen))
    async with o.sessies() as session:
        in_mail = await session.scalar(
            select(func.count(func.distinct(BerichtRij.traject_id))).where(
                BerichtRij.status == BerichtStatus.OPGENOMEN,
                BerichtRij.traject_id >= "t-ochtend-",
                BerichtRij.traject_id < f"t-ochtend-{aantal:06}",
            )
        )
    uitkomst.kwijt = aantal - int(in_mail or 0) + max(0, len(verwacht) - len(set(ontvangen)))


async def _naief(o: Opstelling, aantal: int) -> float:
    """Seconds from the moment all are due until the last row, for the workflow one would write first."""
    async with o.sessies.begin() as session:
        await session.execute(text("CREATE TABLE naief (nummer integer PRIMARY KEY)"))
    op = datetime.now(UTC) + timedelta(seconds=max(15.0, aantal / _STARTS_PER_SECONDE))

    async def begin(nummer: int) -> None:
        await o.client.start_workflow(
            HerinnerWorkflow.run, Herinnering(nummer=nummer, op=op), id=f"naief/{nummer}", task_queue=NAIEF_QUEUE
        )

    await _samen(begin(nummer) for nummer in range(aantal))
    await asyncio.sleep(max(0.0, (op - datetime.now(UTC)).total_seconds()))
    start = time.monotonic()
    while True:
        async with o.sessies() as session:
            if await session.scalar(text("SELECT count(*) FROM naief")) == aantal:
                return time.monotonic() - start
        await asyncio.sleep(0.2)


async def _events(o: Opstelling) -> int:
    """Events one wake-up adds to the history of a case, the first one being as good as any."""
    handle = o.client.get_workflow_handle(traject_workflow_id("t-ochtend-000000"))
    events = [e async for e in handle.fetch_history_events()]
    gevuurd = next(i for i, e in enumerate(events) if e.HasField("timer_fired_event_attributes"))
    return len(events) - gevuurd


def main() -> None:
    """One morning for each number, as JSON."""
    for getal in sys.argv[1:] or ["300"]:
        print(json.dumps(asdict(asyncio.run(ochtend(int(getal)))), indent=2))


if __name__ == "__main__":
    main()
