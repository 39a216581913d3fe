"""The same morning without Temporal: a hand-written poller on the same database, one row after the other.

What it leaves out is what a workflow engine is for: waiting for people, taking up work that broke off, more than one machine.
It shows what the durable part of a wake-up costs on top of deciding and recording.
"""

from datetime import datetime

from sqlalchemy import select

from activities.kalenders import omstandigheden
from activities.record import RecordActivities
from bench.ochtend_zaken import Sessies
from domain.catalogus import CATALOGUS
from domain.handelingen import TijdVerstreken
from domain.kader import Kader
from domain.progress import next_wake, progress
from domain.traject import Traject
from domain.vastlegging import Vastlegging
from storage.case_tables import TrajectRij

_PARTIJ = 200


async def peil(sessies: Sessies, nu: datetime) -> int:
    """Everything that is due at `nu`, each case in a transaction of its own. Returns how many cases."""
    record = RecordActivities(sessies, CATALOGUS)
    gedaan = 0
    while True:
        async with sessies() as session:
            staten = list(
                await session.scalars(
                    select(TrajectRij.staat)
                    .where(TrajectRij.volgende_wek <= nu)
                    .order_by(TrajectRij.volgende_wek)
                    .limit(_PARTIJ)
                )
            )
        if not staten:
            return gedaan
        for staat in staten:
            await _wek(sessies, record, Traject.model_validate(staat), nu)
        gedaan += len(staten)


async def _wek(sessies: Sessies, record: RecordActivities, traject: Traject, nu: datetime) -> None:
    kader = Kader.van(CATALOGUS.haal(traject.route), await omstandigheden(sessies, traject.school_id, nu))
    uitslag = progress(kader, traject, TijdVerstreken(), nu)
    await record.record(
        Vastlegging(
            traject=uitslag.traject,
            gebeurtenissen=uitslag.gebeurtenissen,
            meldingen=uitslag.meldingen,
            volgende_wek=next_wake(kader, uitslag.traject),
            nu=nu,
        )
    )
