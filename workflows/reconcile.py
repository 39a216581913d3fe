"""Reconcile: lay tables and workflow of each traject side by side, and repair what differs. Not imported by workflow code.

The timeline is the truth wherever it is whole: it holds every fact that was ever shown to anybody. Only where the workflow
knows more (the database was put back) is its history read back into the tables. A workflow that knows less, or something
else, is replaced by one that starts from the fold, in a higher epoch; the row gets that epoch first, so that whatever the
old one still writes loses (docs/decisions/0009-herstel.md).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.contracts import Bezorgd
from activities.kalenders import omstandigheden
from activities.record import RecordActivities
from domain.catalogus import Catalogus
from domain.errors import RoutewachtFout, Weigering
from domain.herstel import GEDULD, Aanwezig, Tabelbeeld, Uitkomst, Verschil, Workflowbeeld, vergelijk
from domain.herstel import vergeten_opdrachten as vergeten
from domain.ids import traject_workflow_id
from domain.kader import Kader
from domain.progress import next_wake
from domain.traject import Traject
from domain.vastlegging import SpoedMail
from domain.verloop import vouw_alles
from runtime.klok import Klok
from runtime.temporal import TRAJECT_QUEUE
from runtime.workflowbeeld import bekijk
from storage.compare import lees_tabelbeeld, spoedmails_van
from storage.errors import TijdlijnBotst
from storage.journal import heropen, open_van
from storage.mail_tables import MailStatus
from storage.repair import mails_sinds, schrijf_leesmodel, vergrendel, vul_teksten, zet_mails, zet_wekker
from workflows.aanbod import Aanbieder, NuNietBereikbaar
from workflows.history import Nagelezen, geldige, lees_na
from workflows.messages import TrajectInvoer, Uitgesteld
from workflows.traject import TrajectWorkflow

_log = structlog.get_logger(__name__)
TEGELIJK = 10
_RONDEN = 4
_PAUZE = 0.5
_LEESMODEL = {Verschil.RIJ_ONTBREEKT, Verschil.RIJ_ANDERS, Verschil.AFSPRAKEN_ANDERS}
_T = TypeVar("_T")
_VERVANG = {Verschil.WORKFLOW_WEG, Verschil.WORKFLOW_ACHTER, Verschil.WORKFLOW_ANDERS}


@dataclass(frozen=True)
class Toezicht:
    """Compares and repairs trajecten. `klok` is the clock of the cases.

    `geduld`: what is younger than this may still be on its way. `twijfel`: the database was put back too, so a mail of
    which nobody knows whether it left is held for a person; otherwise what these tables say is believed.
    """

    client: Client
    sessies: async_sessionmaker[AsyncSession]
    klok: Klok
    catalogus: Catalogus
    geduld: timedelta = GEDULD
    twijfel: bool = False

    @property
    def aanbieder(self) -> Aanbieder:
        """Offers acts of the journal again."""
        return Aanbieder(self.client, self.sessies, self.klok.schaal)

    async def beelden(self, traject_id: str) -> tuple[Tabelbeeld, Workflowbeeld]:
        """Both sides. The tables first: while a case moves on, its workflow is then ahead, never behind."""
        async with self.sessies() as session:
            tabel = await lees_tabelbeeld(
                session, traject_id, self.catalogus, self.klok.nu() - self.geduld, ook_vrijgegeven=self.twijfel
            )
        return tabel, await bekijk(self.client, traject_id)

    async def verschillen(self, traject_id: str) -> tuple[Verschil, ...]:
        """What differs at this moment. Of a case that is just moving on this may be gone the next moment."""
        try:
            tabel, workflow = await self.beelden(traject_id)
        except (RoutewachtFout, ValueError) as fout:  # a row that cannot be read is a difference, not the end
            _log.error("reconcile_unreadable", traject_id=traject_id, error=type(fout).__name__)
            return (Verschil.NIET_TE_LEZEN,)
        return vergelijk(tabel, workflow, self.klok.nu())

    async def vergelijk_alle(self, traject_ids: Iterable[str]) -> AsyncIterator[Uitkomst]:
        """One outcome for each, as they come. What differs is looked at twice, because a case may just be moving on."""
        verdacht: dict[str, tuple[Verschil, ...]] = {}
        async for traject_id, gevonden in tegelijk(traject_ids, self.verschillen):
            if gevonden:
                verdacht[traject_id] = gevonden
            else:
                yield Uitkomst(id=traject_id, gevonden=(), over=())
        if verdacht:
            await asyncio.sleep(2 * _PAUZE)
        async for traject_id, opnieuw in tegelijk(verdacht, self.verschillen):
            blijft = tuple(v for v in verdacht[traject_id] if v in opnieuw)
            yield Uitkomst(id=traject_id, gevonden=blijft, over=blijft)

    async def herstel(self, traject_id: str) -> Uitkomst:
        """Repair one traject. In rounds, because one repair may uncover the next; each leaves things better and may be
        broken off."""
        gevonden = over = await self.verschillen(traject_id)
        geweigerd = 0
        for _ in range(_RONDEN):
            if not over:
                break
            try:
                geweigerd += await self._ronde(traject_id)
            except (RoutewachtFout, ValueError) as fout:
                _log.error("reconcile_failed", traject_id=traject_id, error=type(fout).__name__)
                break
            await asyncio.sleep(_PAUZE)
            over = await self.verschillen(traject_id)
        _log.info("reconciled", traject_id=traject_id, found=gevonden, left=over, refused=geweigerd)
        return Uitkomst(id=traject_id, gevonden=gevonden, over=over, geweigerd=geweigerd)

    async def _ronde(self, traject_id: str) -> int:
        """One round; returns how many acts that were offered again no longer fit."""
        t, w = await self.beelden(traject_id)
        wat = set(vergelijk(t, w, self.klok.nu()))
        gelezen: Nagelezen | None = None
        vervang = bool(wat & _VERVANG)
        if wat & {Verschil.TIJDLIJN_GAT, Verschil.WORKFLOW_VOOR}:
            gelezen = await lees_na(self.client, traject_workflow_id(traject_id))
            vervang = not await self._lees_terug(t, gelezen) or vervang
            t, w = await self.beelden(traject_id)
            wat = set(vergelijk(t, w, self.klok.nu()))
        gevouwen = t.gevouwen()
        if gevouwen is not None:
            mails = t.mails - frozenset(w.beeld.te_bezorgen if w.beeld else ())
            if mails:
                gelezen = gelezen or await lees_na(self.client, traject_workflow_id(traject_id))
                vervang = await self._zoek_mails_uit(mails, gelezen) or vervang
            if vervang or wat & _VERVANG:
                await self._begin_opnieuw(gevouwen, w)
            elif wat & _LEESMODEL or _zelfde_in_hogere_epoch(gevouwen, w):
                await self._herschrijf(gevouwen, _epoch(w))
        return await self._rest(t, w, wat)

    async def _rest(self, t: Tabelbeeld, w: Workflowbeeld, wat: set[Verschil]) -> int:
        async with self.sessies.begin() as session:
            await vul_teksten(session, t.traject_id, t.teksten_kwijt, self.klok.nu())
            if Verschil.WEKKER_ANDERS in wat and w.beeld:
                await zet_wekker(session, t.traject_id, w.beeld.volgende_wek)
            await heropen(session, vergeten(t, w))
        if Verschil.WEKKER_TE_LAAT in wat:
            handle = self.client.get_workflow_handle_for(TrajectWorkflow.run, traject_workflow_id(t.traject_id))
            await handle.signal(TrajectWorkflow.ga_door)
        return await self.bied_opnieuw_aan(t.traject_id)

    async def bied_opnieuw_aan(self, traject_id: str) -> int:
        """Offer every act without an answer, in the order they came; returns how many were refused."""
        async with self.sessies() as session:
            regels = await open_van(session, traject_id)
        geweigerd = 0
        for regel in regels:
            try:
                await self.aanbieder.bied_aan(regel, self.klok.nu())
            except Weigering as weigering:
                _log.warning("reoffered_command_refused", traject_id=traject_id, code=weigering.code)
                geweigerd += 1
            except NuNietBereikbaar:
                break
        return geweigerd

    async def _lees_terug(self, t: Tabelbeeld, gelezen: Nagelezen) -> bool:
        """Write into the tables what `record` wrote and the tables lost. False when that contradicts the timeline."""
        bekend = {g.nr for g in t.feiten}
        record = RecordActivities(self.sessies, self.catalogus)
        try:
            for vastlegging in geldige(gelezen.vastleggingen):
                if any(g.nr not in bekend for g in vastlegging.gebeurtenissen):
                    await record.record(vastlegging)
        except TijdlijnBotst:
            return False
        # An attempt without an answer counts as broken off: whoever takes it up again holds the mail for a person.
        afgelopen = {mail: status_na(p) or MailStatus.QUEUED for mail, p in gelezen.pogingen.items()}
        async with self.sessies.begin() as session:
            await zet_mails(session, {m: s for m, s in afgelopen.items() if s is not MailStatus.QUEUED}, self.klok.nu())
        return True

    async def _zoek_mails_uit(self, mails: frozenset[str], gelezen: Nagelezen) -> bool:
        """Urgent mails nobody is going to deliver: did they leave? True when there are some that certainly did not."""
        async with self.sessies.begin() as session:
            sinds = await mails_sinds(session, mails)
            statussen = {}
            for mail in mails:
                status = status_na(gelezen.pogingen.get(mail, []))
                if status is None and self.twijfel and not self._reikt_tot(gelezen, sinds.get(mail)):
                    status = MailStatus.HELD
                if status is not None:
                    statussen[mail] = MailStatus.HELD if status is MailStatus.SENDING else status
            await zet_mails(session, statussen, self.klok.nu())
        return len(statussen) < len(mails)

    def _reikt_tot(self, gelezen: Nagelezen, moment: datetime | None) -> bool:
        if gelezen.sinds is None or moment is None:
            return False
        return self.klok.schaal.schijn(gelezen.sinds) <= moment

    async def bouw_op(self, traject_id: str, *, workflow: bool = False) -> Uitkomst:
        """Write the read model anew from the timeline, whatever stands there; with `workflow` begin that anew as well.
        What then still differs is repaired."""
        t, w = await self.beelden(traject_id)
        gevonden = vergelijk(t, w, self.klok.nu())
        gevouwen = t.gevouwen()
        if gevouwen is not None:
            if workflow:
                await self._begin_opnieuw(gevouwen, w)
            else:
                await self._herschrijf(gevouwen, _epoch(w))
        return (await self.herstel(traject_id)).model_copy(update={"gevonden": gevonden})

    async def _begin_opnieuw(self, gevouwen: Traject, w: Workflowbeeld) -> None:
        """A workflow from the timeline, in a higher epoch, in the place of the one there is, if any."""
        stand = await self._herschrijf(gevouwen, _epoch(w), verhoog=True)
        async with self.sessies() as session:
            mails = await spoedmails_van(session, stand.traject_id, ook_vrijgegeven=self.twijfel)
        invoer = TrajectInvoer(
            traject=stand,
            omstandigheden=await omstandigheden(self.sessies, stand.school_id, self.klok.nu()),
            tijdschaal=self.klok.schaal,
            te_bezorgen=uitgesteld(mails),
        )
        await self.client.start_workflow(
            TrajectWorkflow.run,
            invoer,
            id=traject_workflow_id(stand.traject_id),
            task_queue=TRAJECT_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )
        _log.info("workflow_replaced", traject_id=stand.traject_id, epoch=stand.epoch, version=stand.versie)

    async def _herschrijf(self, gevouwen: Traject, epoch: int, *, verhoog: bool = False) -> Traject:
        """Row and afspraken from the fold, in the highest epoch known or one above it; returns that state. The row is
        locked and the timeline read again, so that no fact comes in between. Raises TijdlijnOnvolledig."""
        nu = self.klok.nu()
        school = await omstandigheden(self.sessies, gevouwen.school_id, nu)
        async with self.sessies.begin() as session:
            await vergrendel(session, gevouwen.traject_id)
            t = await lees_tabelbeeld(session, gevouwen.traject_id, self.catalogus, nu)
            stand = vouw_alles(t.feiten).model_copy(update={"epoch": max(t.epoch, epoch) + verhoog})
            wek = next_wake(Kader.van(self.catalogus.haal(stand.route), school), stand)
            await schrijf_leesmodel(session, stand, self.catalogus, wek, nu)
        return stand


async def tegelijk(ids: Iterable[str], doe: Callable[[str], Awaitable[_T]]) -> AsyncIterator[tuple[str, _T]]:
    """Do this for each id, at most TEGELIJK at once; gives (id, outcome) as they come."""
    beurt = asyncio.Semaphore(TEGELIJK)

    async def een(wie: str) -> tuple[str, _T]:
        async with beurt:
            return wie, await doe(wie)

    for klaar in asyncio.as_completed([een(i) for i in ids]):
        yield await klaar


def uitgesteld(mails: Mapping[str, datetime]) -> tuple[Uitgesteld, ...]:
    """Mails as a workflow carries them: each with the moment it may leave."""
    return tuple(Uitgesteld(mail=SpoedMail(mail_id=mail, niet_voor=niet_voor)) for mail, niet_voor in mails.items())


def status_na(pogingen: Iterable[Bezorgd | None]) -> MailStatus | None:
    """What these attempts made of a mail; SENDING when one has no answer, None when it certainly did not leave.

    "Vervallen" says nothing: that is also the answer for a mail the tables did not have at that moment.
    """
    alle = set(pogingen)
    if Bezorgd.VERZONDEN in alle:
        return MailStatus.SENT
    if Bezorgd.ONBEKEND in alle:
        return MailStatus.HELD
    if None in alle:
        return MailStatus.SENDING
    return MailStatus.FAILED if Bezorgd.BLIJVEND in alle else None


def _zelfde_in_hogere_epoch(gevouwen: Traject, w: Workflowbeeld) -> bool:
    """The workflow was replaced, wrote nothing yet, and the database was put back to before that."""
    if w.beeld is None or w.aanwezig is not Aanwezig.LOOPT or w.beeld.traject.epoch <= gevouwen.epoch:
        return False
    return gevouwen.model_copy(update={"epoch": _epoch(w)}) == w.beeld.traject


def _epoch(w: Workflowbeeld) -> int:
    return w.beeld.traject.epoch if w.beeld else 0
