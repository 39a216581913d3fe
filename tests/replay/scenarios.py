"""The lives that are recorded, and what each recording must contain. One list: it records and it checks.

The key is a test key: everybody may know it, and it protects nothing but invented people.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import update
from temporalio.client import WorkflowHandle

from domain.consent import Antwoord, Doel, Vorm
from domain.errors import VerkeerdeRol
from domain.feiten import Wie
from domain.handelingen import DraagOver, LegToestemmingVast, MeldStilstand, Opdracht
from domain.ids import controle_workflow_id
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from runtime.codec import Sleutelring
from runtime.temporal import NACHT_QUEUE
from storage.people_tables import Kalenderuitzondering, Persoon
from tests.support.jaar import HEEL_JAAR, Moment, open_van
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import (
    alle_mails,
    bijgewerkt,
    in_rust,
    langs_alle_dagen,
    spring,
    traject_id_van,
    wacht_tot,
)
from tests.support.spelen import START, Springen, om_tien, speel
from tests.support.verwacht import tijdlijn
from workflows.controle import ControleWorkflow
from workflows.digest import DigestWorkflow
from workflows.messages import ControleInvoer
from workflows.traject import SIGNAAL_HANDELING, TrajectWorkflow

TESTRING = Sleutelring(
    {"testsleutel": sha256(b"routewacht, test key of the recorded histories, not a secret").digest()}
)

Neem = Callable[[str, "WorkflowHandle[Any, Any] | Zaakdraad", str | None], Awaitable[None]]
"""(name of the recording, workflow, run id or None for the current run): keeps its history as it is at this moment."""

Eind = Literal["open", "door", "klaar"]


@dataclass(frozen=True)
class Bewijs:
    """What a recording must hold to be worth replaying: how it ends, and at least so many of each."""

    eind: Eind
    activiteiten: Mapping[str, int] = field(default_factory=dict)
    updates: int = 0
    timers: int = 0
    signalen: tuple[str, ...] = ()
    meldt_aan_traject: bool = False


@dataclass(frozen=True)
class Scenario:
    """A life, and the recordings made of it."""

    naam: str
    opnamen: Mapping[str, Bewijs]
    leef: Callable[[Omgeving, Neem], Awaitable[None]]


async def _jaar(o: Omgeving, neem: Neem) -> None:
    """The year of tests/support/jaar.py, also kept at two moments in between: during a stall, and during support."""
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START), "t-opname0jaar000000")
    eerste_run = (await zaak.handle.describe()).run_id

    async def tot(moment: datetime) -> None:
        await langs_alle_dagen(zaak, moment)

    def deel(van: date, tot_: date) -> list[Moment]:
        return [m for m in HEEL_JAAR if van <= m.dag < tot_]

    stil, steun, einde = date(2026, 12, 16), date(2027, 3, 1), date(2028, 1, 1)
    await speel(zaak, deel(date(2026, 9, 1), stil), tot)
    await tot(om_tien(stil))
    await _rust(o, zaak)
    await neem("jaar_open_stagnatie", zaak, None)
    await speel(zaak, deel(stil, steun), tot)
    await _rust(o, zaak)
    await neem("jaar_open_uitvoering", zaak, None)
    await speel(zaak, deel(steun, einde), tot)
    await zaak.handle.result()
    await neem("jaar_tot_augustus", zaak, eerste_run)
    await neem("jaar_gesloten", zaak, None)


async def _doorgang(o: Omgeving, neem: Neem) -> None:
    """Three runs of one traject, with acts in each and one act repeated after the runs changed."""
    zaak = await o.begin_traject(kind_van("o-zwaluw"), START, Springen.naar(START), "t-opname0doorgang00")
    for nummer in range(3):
        run = (await zaak.handle.describe()).run_id
        for rol in (Rol.IB, Rol.LEERKRACHT):
            afspraak = open_van(await zaak.toestand(), "gesprek_ouders")
            await zaak.handel(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=rol), commando=f"c-{nummer}-{rol}")
        await zaak.handel(Rol.IB, MeldStilstand(), commando="c-herhaald")
        await _rust(o, zaak)
        if nummer < 2:
            await zaak.handle.signal(TrajectWorkflow.ga_door)
            await _andere_run(zaak, run)
        await neem(f"doorgang_{nummer + 1}", zaak, run)


async def _signaal(o: Omgeving, neem: Neem) -> None:
    """Signals: one that fits, one that is refused, one that cannot be read; and an act that is refused beside them."""
    zaak = await o.begin_traject(kind_van("o-zwaluw", 1), START, Springen.naar(START), "t-opname0signaal000")
    afspraak = open_van(await zaak.toestand(), "gesprek_ouders")
    goed = DraagOver(afspraak_id=afspraak.id, rol=Rol.IB)
    for rol, commando in ((Rol.IB, "c-goed"), (Rol.JGZ, "c-weiger")):
        opdracht = Opdracht(commando_id=commando, door=Wie(rol=rol), handeling=goed)
        await zaak.handle.signal(SIGNAAL_HANDELING, opdracht)
    await zaak.handle.signal(SIGNAAL_HANDELING, {"geen": "opdracht"})

    async def allebei_geweigerd() -> bool:
        feiten = await tijdlijn(o.sessies, traject_id_van(zaak))
        return [g.feit.soort for g in feiten].count("signaal_geweigerd") == 2

    await wacht_tot(allebei_geweigerd, omschrijving="de geweigerde signalen")
    await _rust(o, zaak)
    # Only at rest: a refused update leaves a task without events, and the SDK replays a signal that came just before it
    # at the moment of that task. Commands stay the same, the milliseconds of a fact do not.
    await speel(zaak, [Moment(START.date(), lambda _: (Rol.JGZ, goed), VerkeerdeRol)], _staan)
    await neem("signaal", zaak, None)


async def _kalender(o: Omgeving, neem: Neem) -> None:
    """A studiedag is added while the traject runs, and an urgent mail waits for the morning."""
    zaak = await o.begin_traject(kind_van("o-zwaluw", 2), START, Springen.naar(START), "t-opname0kalender00")
    async with o.sessies.begin() as session:
        session.add(
            Kalenderuitzondering(
                organisatie_id="o-zwaluw", van=date(2026, 9, 4), tot_en_met=date(2026, 9, 4), naam="Studiedag"
            )
        )
    await zaak.handle.signal(TrajectWorkflow.vernieuw_kalender)
    await spring(zaak, datetime(2026, 9, 2, 21, tzinfo=AMSTERDAM))
    await zaak.handel(Rol.OUDERS, MeldStilstand())
    await _rust(o, zaak)
    await spring(zaak, datetime(2026, 9, 3, 8, 1, tzinfo=AMSTERDAM))
    await wacht_tot(lambda: _verzonden(o, 1), omschrijving="de dringende mail")
    await _rust(o, zaak)
    await neem("kalender_en_spoed", zaak, None)


async def _ochtend(o: Omgeving, neem: Neem) -> None:
    """Two mornings of the digest. One mail meets a busy relay; the address of one parent turns out not to exist."""
    kind = kind_van("o-papaver", 1)
    zaak = await o.begin_traject(kind, START, Springen.naar(START), "t-opname0ochtend000")
    await zaak.handel(
        Rol.IB,
        LegToestemmingVast(
            doel=Doel.DELEN_JGZ, persoon_id=kind.ouders[0], antwoord=Antwoord.GEGEVEN, vorm=Vorm.DIGITAAL
        ),
    )
    await bijgewerkt(o, zaak)
    async with o.sessies.begin() as session:
        await session.execute(update(Persoon).where(Persoon.id == kind.ouders[1]).values(email="geen adres"))
    o.sink.stoor("rcpt", code=450)
    digest = await o.begin_digest(Springen.naar(START))
    for minuten, mails in ((0, 1), (6, 2)):
        moment = datetime(2026, 9, 2, 8, tzinfo=AMSTERDAM) + timedelta(minutes=minuten)
        await zaak.handle.signal(TrajectWorkflow.klok, Springen.naar(moment))
        await digest.signal(DigestWorkflow.klok, Springen.naar(moment))
        await wacht_tot(partial(_verzonden, o, mails), omschrijving="de mails van de ochtend")
    await wacht_tot(lambda: _heeft(zaak, "contact_herstellen"), omschrijving="contact_herstellen")
    await _rust(o, zaak)
    await neem("ochtend_traject", zaak, None)
    await in_rust(digest)
    await neem("ochtend_digest", digest, None)


async def _controle(o: Omgeving, neem: Neem) -> None:
    """Two mornings of the daily check, with nothing wrong."""
    controle = await o.client.start_workflow(
        ControleWorkflow.run,
        ControleInvoer(swv_id="o-waterland", tijdschaal=Springen.naar(START)),
        id=controle_workflow_id("o-waterland"),
        task_queue=NACHT_QUEUE,
    )
    for dag in (2, 3):
        moment = datetime(2026, 9, dag, 6, 1, tzinfo=AMSTERDAM)
        await controle.signal(ControleWorkflow.klok, Springen.naar(moment))

        async def gedaan(tot: datetime = moment) -> bool:
            return await controle.query(ControleWorkflow.volgende) > tot

        await wacht_tot(gedaan, omschrijving="de controle")
        await in_rust(controle)
    await neem("controle_ochtend", controle, None)


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "jaar",
        {
            "jaar_open_stagnatie": Bewijs("open", {"record": 30, "deliver": 1}, updates=20, timers=10),
            "jaar_open_uitvoering": Bewijs("open", {"record": 45, "deliver": 1}, updates=30, timers=20),
            "jaar_tot_augustus": Bewijs(
                "door", {"record": 50, "deliver": 3, "haal_omstandigheden": 1}, updates=35, timers=25
            ),
            "jaar_gesloten": Bewijs("klaar", {"record": 3}, updates=2, timers=1),
        },
        _jaar,
    ),
    Scenario(
        "doorgang",
        {
            "doorgang_1": Bewijs("door", {"record": 2}, updates=3, signalen=("ga_door",)),
            "doorgang_2": Bewijs("door", {"record": 1}, updates=3, signalen=("ga_door",)),
            "doorgang_3": Bewijs("open", {"record": 1}, updates=3, timers=1),
        },
        _doorgang,
    ),
    Scenario("signaal", {"signaal": Bewijs("open", {"record": 1}, signalen=(SIGNAAL_HANDELING,), timers=1)}, _signaal),
    Scenario(
        "kalender",
        {
            "kalender_en_spoed": Bewijs(
                "open",
                {"record": 2, "haal_omstandigheden": 1, "deliver": 1},
                updates=1,
                timers=2,
                signalen=("vernieuw_kalender", "klok"),
            )
        },
        _kalender,
    ),
    Scenario(
        "ochtend",
        {
            "ochtend_traject": Bewijs("open", {"record": 2}, updates=1, signalen=("bezorging",)),
            "ochtend_digest": Bewijs("open", {"maak_overzichten": 1, "deliver": 3}, timers=1, meldt_aan_traject=True),
        },
        _ochtend,
    ),
    Scenario(
        "controle",
        {"controle_ochtend": Bewijs("open", {"controleer": 2}, timers=2, signalen=("klok",))},
        _controle,
    ),
)
OPNAMEN: dict[str, Bewijs] = {naam: bewijs for s in SCENARIOS for naam, bewijs in s.opnamen.items()}


async def _staan(_: datetime) -> None:
    """No time passes."""


async def _rust(o: Omgeving, zaak: Zaakdraad) -> None:
    """Everything on record and every task of the workflow finished: a recording must not end half-way a task."""
    await bijgewerkt(o, zaak)
    await in_rust(zaak.handle)


async def _andere_run(zaak: Zaakdraad, run: str | None) -> None:
    async def anders() -> bool:
        return (await zaak.handle.describe()).run_id != run

    await wacht_tot(anders, omschrijving="een nieuwe run")


async def _verzonden(o: Omgeving, aantal: int) -> bool:
    return sum(m.status == "sent" for m in await alle_mails(o)) >= aantal


async def _heeft(zaak: Zaakdraad, sjabloon: str) -> bool:
    return any(a.sjabloon == sjabloon for a in (await zaak.toestand()).open_afspraken)


def als_json(geschiedenis: str) -> str:
    """A history as it is stored: one line, without the name of the machine that recorded it."""
    return re.sub(r"\b\d+@[\w.-]+", "opname", json.dumps(json.loads(geschiedenis), separators=(",", ":")))
