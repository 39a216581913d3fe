"""How things stand, for whoever keeps Routewacht running: what the tables tell, and what the worker last measured."""

from datetime import UTC, datetime

import structlog
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from api.diensten import Diensten
from domain.bewaking import ERNST, Bevinding, Controle, Meting, Stand, beoordeel, ergste, niet_gemeten
from storage.watch import Vraag, bewaarde, meet
from storage.watch_tasks import Taak, open_taken

_log = structlog.get_logger(__name__)
# The worker measures every fifteen seconds, and the heavy count every fifteen minutes.
_WORKER_STIL, _ZWAAR_OUD = 90.0, 45 * 60.0
_VAN_DE_WORKER = {Controle.VASTGELOPEN: _WORKER_STIL, Controle.ZONDER_EIGENAAR: _ZWAAR_OUD}
_GEEN_DATABASE = "Dit kon niet worden nagegaan: de database antwoordt niet."
_NIET_GEMETEN = "Dit kon niet worden nagegaan: de worker heeft het niet kort geleden gemeten."


async def bevindingen(diensten: Diensten) -> list[Bevinding]:
    """Every check. Raises nothing: what could not be measured says so."""
    echt = datetime.now(UTC)
    try:
        async with diensten.sessies() as session:
            gemeten = {m.controle: beoordeel(m) for m in await meet(session, Vraag(diensten.klok.schaal, echt))}
            bewaard = await bewaarde(session, echt)
    except Exception as fout:
        _log.warning("watch_not_measured", error=type(fout).__name__)
        return [niet_gemeten(controle, _GEEN_DATABASE) for controle in Controle]
    gemeten[Controle.WORKER] = _worker(bewaard.get(Controle.WORKER))
    for controle, hoogstens in _VAN_DE_WORKER.items():
        meting, oud = bewaard.get(controle, (None, 0.0))
        if meting is None or oud > hoogstens:
            gemeten[controle] = niet_gemeten(controle, _NIET_GEMETEN)
        else:
            gemeten[controle] = beoordeel(meting)
    return [gemeten[controle] for controle in Controle]


async def taken(diensten: Diensten) -> list[Taak]:
    """The tasks of the watch that are open. Raises when the database is away."""
    async with diensten.sessies() as session:
        return await open_taken(session)


def _worker(bewaard: tuple[Meting, float] | None) -> Bevinding:
    if bewaard is None:
        return beoordeel(Meting(controle=Controle.WORKER, aantal=1, oudste=float("inf"))).model_copy(
            update={"oudste_seconden": None}
        )
    return beoordeel(Meting(controle=Controle.WORKER, aantal=1, oudste=bewaard[1]))


def als_metrics(lijst: list[Bevinding]) -> bytes:
    """The findings in the text format of Prometheus. One label, the name of the check: never an id."""
    register = CollectorRegistry()
    stand = Gauge(
        "routewacht_check_state", "0 good, 1 look at it, 2 not measured, 3 wrong", ["check"], registry=register
    )
    aantal = Gauge("routewacht_check_count", "How many are found by this check", ["check"], registry=register)
    oudste = Gauge(
        "routewacht_check_oldest_seconds", "Age of the oldest one, in real seconds", ["check"], registry=register
    )
    for b in lijst:
        stand.labels(b.controle).set(ERNST[b.stand])
        if b.stand is Stand.ONBEKEND:
            continue
        aantal.labels(b.controle).set(b.aantal)
        oudste.labels(b.controle).set(b.oudste_seconden or 0.0)
    alles = Gauge("routewacht_state", "The worst state of all checks", registry=register)
    alles.set(ERNST[ergste(lijst)])
    return generate_latest(register)
