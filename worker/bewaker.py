"""The watchman: a loop in each worker that settles mails nobody came back for, and measures what is stuck.

Every step is safe to do twice and by several workers at once, so it needs no lock and no workflow of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import Bezorgd, Bezorguitslag
from activities.nabezorging import Nabezorging
from domain.bewaking import Controle, Meting
from domain.handelingen import MeldBezorging
from domain.ids import traject_workflow_id
from domain.roles import Rol
from runtime.klok import Klok
from runtime.vastlopers import vastlopers
from storage.mail_hold import markeer_gemeld, te_melden
from storage.schools import alle_swv
from storage.watch import Vraag, bewaar, zonder_eigenaar
from worker.registry import Benodigdheden
from workflows.traject import TrajectWorkflow

_log = structlog.get_logger(__name__)
# Together with the 270 seconds of storage/mail_hold.py still within five minutes.
BEWAAK_ELKE = timedelta(seconds=15)
_ZWAAR_ELKE = timedelta(minutes=15)
# By then the workflow that sent a held mail has told the traject itself.
_MELD_NA = timedelta(seconds=60)


class Bewaker:
    """One round of the watch, and the loop around it."""

    def __init__(self, client: Client, nodig: Benodigdheden, klok: Klok) -> None:
        self._client, self._sessies, self._klok = client, nodig.sessies, klok
        self._nabezorging = Nabezorging(nodig.sessies, nodig.mail)
        self._zwaar_na: datetime | None = None
        # Held by this round: no workflow came back for these, so none will tell.
        self._pas_aangehouden: list[str] = []

    async def draai(self, elke: timedelta = BEWAAK_ELKE) -> None:
        """For ever, every `elke` (real time)."""
        while True:
            await self.ronde()
            await asyncio.sleep(elke.total_seconds())

    async def ronde(self) -> None:
        """Everything once. One step that fails does not keep the others from being done."""
        for stap in (self.meet, self.zoek_uit, self.bezorg, self.meld, self.meet_zwaar):
            await _probeer(stap)

    async def meet(self) -> None:
        """What only the worker can know: that it lives, and which workflows are stuck."""
        async with self._sessies.begin() as session:
            await bewaar(session, [Meting(controle=Controle.WORKER, aantal=1)], datetime.now(UTC))
        vast = await vastlopers(self._client)
        async with self._sessies.begin() as session:
            gemeten = Meting(controle=Controle.VASTGELOPEN, aantal=vast.aantal, voorbeelden=vast.ids)
            await bewaar(session, [gemeten], datetime.now(UTC))
        if vast.aantal:
            _log.error("workflows_stuck", count=vast.aantal, workflows=list(vast.ids[:5]))

    async def meet_zwaar(self) -> None:
        """The count that looks at the people around every case: now and then, and one samenwerkingsverband at a time."""
        echt = datetime.now(UTC)
        if self._zwaar_na is not None and echt < self._zwaar_na:
            return
        self._zwaar_na = echt + _ZWAAR_ELKE
        async with self._sessies() as session:
            swv_ids = await alle_swv(session)
        gevonden: list[Meting] = []
        for swv_id in swv_ids:
            async with self._sessies() as session:
                gevonden.append(await zonder_eigenaar(session, Vraag(self._klok.schaal, echt, swv_id)))
        voorbeelden = tuple(v for m in gevonden for v in m.voorbeelden)[:10]
        samen = Meting(
            controle=Controle.ZONDER_EIGENAAR, aantal=sum(m.aantal for m in gevonden), voorbeelden=voorbeelden
        )
        async with self._sessies.begin() as session:
            await bewaar(session, [samen], datetime.now(UTC))

    async def zoek_uit(self) -> None:
        """Mails left in `sending`, and those held of which the ledger may know more by now."""
        self._pas_aangehouden = await self._nabezorging.zoek_uit(self._klok.nu())

    async def bezorg(self) -> None:
        """Mails released by a person or by the ledger, and those of the watch itself."""
        for mail_id, uitslag in await self._nabezorging.bezorg(self._klok.nu()):
            if uitslag.uitslag is Bezorgd.BLIJVEND and uitslag.traject_id and uitslag.persoon_id and uitslag.rol:
                await self._aan_traject(uitslag.traject_id, uitslag.persoon_id, uitslag.rol, uitslag)
            _log.info("released_mail_delivery", outbox_id=mail_id, outcome=uitslag.uitslag)

    async def meld(self) -> None:
        """Held mails that no traject knows of: their workflow is gone, so this makes it somebody's afspraak."""
        async with self._sessies() as session:
            gevonden = await te_melden(session, _MELD_NA, meteen=self._pas_aangehouden)
        for _, traject_id, persoon_id, rol in gevonden:
            await self._aan_traject(traject_id, persoon_id, rol, None)
        async with self._sessies.begin() as session:
            for mail_id in sorted({mail_id for mail_id, *_ in gevonden}):
                await markeer_gemeld(session, mail_id, self._klok.nu())

    async def _aan_traject(self, traject_id: str, persoon_id: str, rol: Rol, uitslag: Bezorguitslag | None) -> None:
        """The traject opens an afspraak, unless the same one is open already. A closed traject needs none."""
        melding = MeldBezorging(persoon_id=persoon_id, rol=rol, reden="blijvend" if uitslag else "onbekend")
        handle = self._client.get_workflow_handle(traject_workflow_id(traject_id))
        try:
            await handle.signal(TrajectWorkflow.bezorging, melding, rpc_timeout=timedelta(seconds=5))
        except RPCError as fout:
            if fout.status is not RPCStatusCode.NOT_FOUND:
                raise
            _log.info("held_mail_of_closed_traject", traject_id=traject_id)


async def _probeer(stap: Callable[[], Awaitable[None]]) -> None:
    try:
        await stap()
    except Exception as fout:
        _log.warning("watch_step_failed", step=getattr(stap, "__name__", "?"), error=type(fout).__name__)
