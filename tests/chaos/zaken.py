"""Cases in bulk, and the acts of people on them: by the workflow's own door, and by the site."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, TypeVar

import httpx2

from cli.demo_gegevens import Kind
from domain.consent import Antwoord, Doel, Vorm
from domain.feiten import Wie
from domain.handelingen import EenHandeling, LegToestemmingVast, MeldStilstand, Opdracht
from domain.ids import traject_workflow_id
from domain.progress import next_wake
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from domain.tijdschaal import Tijdschaal
from storage.case_tables import OpdrachtSoort
from storage.journal import neem_aan
from tests.chaos.opstelling import Opstelling
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import traject_id_van, wacht_tot
from tests.support.spelen import START, Springen
from tests.support.zaak import Zaak
from workflows.messages import Stand
from workflows.traject import TrajectWorkflow

T = TypeVar("T")
IB = "p-ib-papaver"
TEGELIJK = 25
# A purpose each, so that acts in parallel are all of a different kind; none of them is asked for in the first step.
_DOELEN = cycle([Doel.TLV_AANVRAAG, Doel.ZATT_OZL, Doel.ONDERZOEK, Doel.OBSERVATIE, Doel.MDO_EXTERNEN])


async def allemaal(taken: Iterable[Awaitable[T]], tegelijk: int = TEGELIJK) -> list[T]:
    """The answers in order, with at most so many under way."""
    slot = asyncio.Semaphore(tegelijk)

    async def een(taak: Awaitable[T]) -> T:
        async with slot:
            return await taak

    return list(await asyncio.gather(*(een(taak) for taak in taken)))


async def begin(o: Opstelling, aantal: int = 1, moment: datetime = START) -> list[Zaakdraad]:
    """So many cases, whose clock shows `moment` (a school day at ten, unless said otherwise)."""
    omgeving = o.omgeving()
    kind = o.kind()
    return await allemaal(omgeving.begin_traject(kind, moment, Springen.naar(moment)) for _ in range(aantal))


def toestemming(kind: Kind) -> LegToestemmingVast:
    """An act that may be repeated without end and tells nobody: one more answer of a parent is written down."""
    return LegToestemmingVast(
        doel=next(_DOELEN), persoon_id=kind.ouders[0], antwoord=Antwoord.GEGEVEN, vorm=Vorm.SCHRIFTELIJK
    )


async def ligt_stil(o: Opstelling, zaak: Zaakdraad, commando: str | None = None) -> str:
    """A parent says that it stands still, as the site would take it: journal first. One urgent mail follows, to the
    stagnatiepunt. The relay in the worker brings it on when nobody answers; returns the id of the command."""
    return await schrijf_op(o.omgeving(), zaak, Rol.OUDERS, MeldStilstand(), commando)


async def schrijf_op(
    omgeving: Omgeving, zaak: Zaakdraad, rol: Rol, handeling: EenHandeling, commando: str | None = None
) -> str:
    """An act in the journal and nothing more: from here it must not get lost."""
    opdracht = Opdracht(
        commando_id=commando or f"c-{secrets.token_hex(8)}", door=Wie(rol=rol, persoon_id=IB), handeling=handeling
    )
    async with omgeving.sessies.begin() as session:
        await neem_aan(
            session,
            commando_id=opdracht.commando_id,
            traject_id=traject_id_van(zaak),
            soort=OpdrachtSoort.HANDELING,
            inhoud=opdracht.model_dump(mode="json"),
            nu=datetime.now(UTC) - timedelta(minutes=1),  # old enough for the relay to offer it at once
        )
    return opdracht.commando_id


async def klik(
    http: httpx2.AsyncClient, zaak: Zaakdraad, handeling: EenHandeling, sleutel: str | None = None
) -> httpx2.Response:
    """The IB'er clicks on the page of a case."""
    inhoud: dict[str, Any] = {
        "handeling": handeling.model_dump(mode="json"),
        "door": {"persoon_id": IB, "rol": "ib"},
        "gezien_versie": 0,
    }
    kop = {"Idempotency-Key": sleutel or f"k-{secrets.token_hex(12)}"}
    return await http.post(f"/api/v1/trajecten/{traject_id_van(zaak)}/handelingen", json=inhoud, headers=kop)


async def stand(zaak: Zaakdraad) -> Stand:
    """Where the case is, asked of the workflow."""
    return await zaak.handle.query(TrajectWorkflow.stand)


async def zet_klok(zaken: Sequence[Zaakdraad], schaal: Callable[[Zaakdraad], Tijdschaal]) -> None:
    """Each case gets a clock of its own."""
    await allemaal(zaak.handle.signal(TrajectWorkflow.klok, schaal(zaak)) for zaak in zaken)


def over(seconden: float, moment: datetime) -> Tijdschaal:
    """A clock that shows `moment` in so many seconds from now, and runs as fast as the real one."""
    return Tijdschaal(echt_anker=datetime.now(UTC) + timedelta(seconds=seconden), schijn_anker=moment)


def eerste_escalatie(traject_id: str) -> tuple[datetime, datetime]:
    """When a case of this id that nobody touches must have an urgent mail out, by the core itself: the wake-up in the
    night before which the stall is seen, and eight in the morning after it."""
    zaak = Zaak(START)
    zaak.traject = zaak.traject.model_copy(update={"traject_id": traject_id})
    while not any(m.spoed for m in zaak.meldingen):
        wek = next_wake(zaak.kader, zaak.traject)
        assert wek is not None
        zaak.nu = max(zaak.nu, wek)
        zaak.tik()
    ochtend = zaak.nu.astimezone(AMSTERDAM).replace(hour=8, minute=1, second=0, microsecond=0)
    return zaak.nu, ochtend


async def aan_de_vooravond(zaken: Sequence[Zaakdraad]) -> dict[str, tuple[datetime, datetime]]:
    """Brings untouched cases to the day before their first urgent mail; gives what `eerste_escalatie` gives, by id.

    Whatever was due before that day happens now. A rung belongs to a day: a clock set past midnight would climb it at
    once, and the alarm would find nothing to do.
    """
    weken = {traject_id_van(zaak): eerste_escalatie(traject_id_van(zaak)) for zaak in zaken}
    await zet_klok(zaken, lambda z: over(0, weken[traject_id_van(z)][0] - timedelta(hours=12)))

    async def zover() -> bool:
        return all([(await stand(z)).volgende_wek == weken[traject_id_van(z)][0] for z in zaken])

    await wacht_tot(zover, seconden=120 + len(zaken), omschrijving="de vooravond")
    return weken


def snel(moment: datetime, *, factor: float) -> Tijdschaal:
    """A clock that shows `moment` now and runs `factor` times as fast as the real one: the product's own fast clock."""
    return Tijdschaal(factor=factor, echt_anker=datetime.now(UTC), schijn_anker=moment)


async def tot(moment: datetime | None) -> None:
    """Sleeps until this real moment: for what has to be missed, nothing else tells when it has passed."""
    assert moment is not None
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


async def begin_op_site(
    o: Opstelling, http: httpx2.AsyncClient, namespace: str, nummer: int
) -> tuple[httpx2.Response, Zaakdraad]:
    """A teacher starts a traject for a pupil on the page; also when it will begin only later."""
    kind = kind_van("o-papaver", nummer)
    inhoud = {"leerling_id": kind.id, "door": {"persoon_id": "p-lk-papaver", "rol": "leerkracht"}}
    kop = {"Idempotency-Key": f"k-{secrets.token_hex(12)}"}
    antwoord = await http.post("/api/v1/trajecten", json=inhoud, headers=kop)
    client = o.omgeving(namespace).client
    handle = client.get_workflow_handle_for(
        TrajectWorkflow.run, traject_workflow_id(antwoord.json().get("traject_id", "onbekend"))
    )
    return antwoord, Zaakdraad(handle, kind)
