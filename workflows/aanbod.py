"""Offering an act from the journal to its workflow, and writing down what became of it. Not imported by workflow code.

Used by the api (at once) and by the relay in the worker (again, for what was not acknowledged). The update id is the id
of the command and the workflow remembers the last 500, so offering twice is harmless, also across continue-as-new.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.kalenders import omstandigheden
from domain.errors import WEIGERINGEN, TrajectIsGesloten, TrajectOnbekend, Weigering
from domain.handelingen import Heropen, Opdracht
from domain.ids import traject_workflow_id
from domain.tijdschaal import Tijdschaal
from runtime.sleutelring import HoofdsleutelOntbreekt, SleutelsNietBereikbaar
from runtime.sporen import vervolg
from runtime.stoppen import moet_stoppen
from runtime.temporal import TRAJECT_QUEUE
from storage.case_tables import OpdrachtSoort
from storage.journal import Journaalregel, markeer_verwerkt, markeer_weigering
from storage.read import lees_staat
from workflows.messages import HandelResultaat, Startaanvraag, TrajectInvoer
from workflows.traject import TrajectWorkflow

_log = structlog.get_logger(__name__)
# For one offer as a whole, retries of the SDK and all.
_WACHT = timedelta(seconds=5)
_NIEMAND_ANTWOORDT = (RPCError, RPCTimeoutOrCancelledError, WorkflowUpdateRPCTimeoutOrCancelledError)


class NuNietBereikbaar(Exception):
    """Temporal or its worker did not answer in time. The act stays in the journal and is offered again."""


@dataclass(frozen=True)
class Aanbieder:
    """Offers acts. `schaal` is the clock scale new workflows begin with: the real one, except in the demo."""

    client: Client
    sessies: async_sessionmaker[AsyncSession]
    schaal: Tijdschaal

    async def server_antwoordt(self) -> bool:
        """Is Temporal there at all? Tells one case that is stuck from a server that is away."""
        try:
            return await self.client.service_client.check_health(timeout=timedelta(seconds=2))
        except RPCError:
            return False

    async def bied_aan(self, regel: Journaalregel, nu: datetime) -> int | None:
        """Offer one act and note the outcome. Returns the resulting version (None for a start).

        Raises a Weigering when the act is refused (noted as such) and NuNietBereikbaar when nobody answered.
        """
        try:
            with vervolg(regel.spoor):
                versie = await self._voer_uit(regel, nu)
        except Weigering as weigering:
            async with self.sessies.begin() as session:
                await markeer_weigering(session, regel.commando_id, weigering)
            raise
        async with self.sessies.begin() as session:
            await markeer_verwerkt(session, regel.commando_id, versie)
        return versie

    async def _voer_uit(self, regel: Journaalregel, nu: datetime) -> int | None:
        try:
            # The SDK tries again for ten seconds when nobody listens, whatever time its call was given.
            async with asyncio.timeout(_WACHT.total_seconds()):
                if regel.soort is OpdrachtSoort.START:
                    await self._start(Startaanvraag.model_validate(regel.inhoud), nu)
                    return None
                return await self._handel(regel.traject_id, Opdracht.model_validate(regel.inhoud), nu)
        except WorkflowUpdateFailedError as fout:
            raise _als_weigering(fout) from fout
        except (*_NIEMAND_ANTWOORDT, HoofdsleutelOntbreekt, SleutelsNietBereikbaar, TimeoutError) as fout:
            if moet_stoppen():
                raise asyncio.CancelledError from fout
            _log.warning("command_not_acknowledged", traject_id=regel.traject_id, error=type(fout).__name__)
            raise NuNietBereikbaar from fout

    async def _start(self, aanvraag: Startaanvraag, nu: datetime) -> None:
        invoer = TrajectInvoer(
            aanvraag=aanvraag,
            omstandigheden=await omstandigheden(self.sessies, aanvraag.school_id, nu),
            tijdschaal=self.schaal,
        )
        try:
            await self.client.start_workflow(
                TrajectWorkflow.run,
                invoer,
                id=traject_workflow_id(aanvraag.traject_id),
                task_queue=TRAJECT_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                rpc_timeout=_WACHT,
            )
        except WorkflowAlreadyStartedError:
            _log.info("start_repeated", traject_id=aanvraag.traject_id)

    async def _handel(self, traject_id: str, opdracht: Opdracht, nu: datetime) -> int:
        """Update-with-start: should the workflow be lost, or have been ended by hand, it goes on from the tables.

        A closed traject has no running workflow; only reopening may begin one, everything else is refused.
        """
        heropent = isinstance(opdracht.handeling, Heropen)
        start = WithStartWorkflowOperation(
            TrajectWorkflow.run,
            await self.invoer_uit_tabel(traject_id, nu),
            id=traject_workflow_id(traject_id),
            task_queue=TRAJECT_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=(
                WorkflowIDReusePolicy.ALLOW_DUPLICATE if heropent else WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
            ),
        )
        try:
            resultaat: HandelResultaat = await self.client.execute_update_with_start_workflow(
                TrajectWorkflow.handel,
                opdracht,
                id=opdracht.commando_id,
                start_workflow_operation=start,
                rpc_timeout=_WACHT,
            )
        except WorkflowAlreadyStartedError:
            raise TrajectIsGesloten(
                "Dit traject is gesloten.", veld="traject_id", remedie="Heropen het traject als er weer iets nodig is."
            ) from None
        finally:
            await _zie_af_van_start(start)
        return resultaat.versie

    async def invoer_uit_tabel(self, traject_id: str, nu: datetime) -> TrajectInvoer:
        """The input with which a workflow goes on from the read model. Raises TrajectOnbekend."""
        async with self.sessies() as session:
            staat = await lees_staat(session, traject_id)
        if staat is None:
            raise TrajectOnbekend(
                "Dit traject bestaat niet.", veld="traject_id", remedie="Kies een traject uit de lijst."
            )
        return TrajectInvoer(
            traject=staat,
            omstandigheden=await omstandigheden(self.sessies, staat.school_id, nu),
            tijdschaal=self.schaal,
        )


async def _zie_af_van_start(start: WithStartWorkflowOperation[Any, Any]) -> None:
    """The SDK leaves what went wrong at the start operation as well, in a future that asyncio complains about when nobody
    looks at it. Looks, without waiting."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(0):
            await start.workflow_handle()


def _als_weigering(fout: WorkflowUpdateFailedError) -> Weigering:
    """The refusal as it was raised in the workflow. Anything else is a bug and goes on as it is."""
    oorzaak = fout.cause
    if not isinstance(oorzaak, ApplicationError) or oorzaak.type not in WEIGERINGEN:
        raise fout
    details: list[Any] = list(oorzaak.details)
    return WEIGERINGEN[oorzaak.type](oorzaak.message, veld=str(details[0]), remedie=str(details[1]))
