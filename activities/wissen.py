"""Destroying one closed traject, in the one right order: tables, workflow runs, and the key last.

The other way round would leave a workflow that nobody can read or end, and mail about a pupil nobody knows any more.
Each stage is committed before the next begins; whoever calls again goes on where it stopped.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import NietTeWissen, RoutewachtFout
from domain.ids import traject_workflow_id
from storage.key_tables import VernietigingStatus
from storage.vernietigen import (
    Vernietiging,
    eis_gesloten,
    lees_vernietiging,
    markeer_workflows_weg,
    rond_af,
    wis_gegevens,
)

_log = structlog.get_logger(__name__)
_KIJK_ELKE = 0.5


class NogNietWeg(RoutewachtFout):
    """The server has not carried out the deletion of all runs yet; trying again later goes on from here."""

    def __init__(self, traject_id: str) -> None:
        super().__init__(f"de workflow van {traject_id} is nog niet overal verwijderd")


@dataclass(frozen=True)
class Wisser:
    """`geduld` is how long (real time) to wait for the server: it deletes in the background, in half a minute or so."""

    client: Client
    sessies: async_sessionmaker[AsyncSession]
    geduld: timedelta = timedelta(minutes=2)

    async def wis(self, traject_id: str, *, door: str, nu: datetime) -> Vernietiging:
        """Carry the destruction that is in the register through to its end. `nu` is on the clock of the cases.

        Raises the Weigering of a traject that may not go (only before anything was destroyed), and NogNietWeg.
        """
        stand = await self._stand(traject_id)
        if stand.status is VernietigingStatus.AANGEKONDIGD:
            await self._eis_geen_lopende_workflow(traject_id)
            async with self.sessies.begin() as session:
                await wis_gegevens(session, traject_id, door=door, nu=nu)
            stand = await self._stand(traject_id)
        if stand.status is VernietigingStatus.GEGEVENS_WEG:
            runs = await self._wis_workflows(traject_id)
            async with self.sessies.begin() as session:
                await markeer_workflows_weg(session, traject_id, runs)
            stand = await self._stand(traject_id)
        if stand.status is VernietigingStatus.WORKFLOWS_WEG:
            async with self.sessies.begin() as session:
                await rond_af(session, traject_id, nu)
            stand = await self._stand(traject_id)
            _log.info("traject_destroyed", traject_id=traject_id, rule=stand.regel)
        return stand

    async def eis_te_wissen(self, traject_id: str) -> None:
        """Raises the Weigering that `wis` would meet; changes nothing."""
        await self._eis_geen_lopende_workflow(traject_id)
        async with self.sessies() as session:
            await eis_gesloten(session, traject_id)
            await session.rollback()

    async def _stand(self, traject_id: str) -> Vernietiging:
        async with self.sessies() as session:
            stand = await lees_vernietiging(session, traject_id)
        assert stand is not None
        return stand

    async def _eis_geen_lopende_workflow(self, traject_id: str) -> None:
        try:
            gevonden = await self.client.get_workflow_handle(traject_workflow_id(traject_id)).describe()
        except RPCError as fout:
            if fout.status is RPCStatusCode.NOT_FOUND:
                return
            raise
        if gevonden.status is WorkflowExecutionStatus.RUNNING:
            raise NietTeWissen(
                "Dit traject loopt nog in Temporal, dus er kan nog iets gebeuren.",
                veld="traject",
                remedie="Sluit het traject eerst, of wacht tot de sluiting is verwerkt.",
            )

    async def _wis_workflows(self, traject_id: str) -> int:
        """Every run, until the server knows none any more. Gives back how many it deleted."""
        workflow_id = traject_workflow_id(traject_id)
        gewist: set[str] = set()
        lus = asyncio.get_running_loop()
        einde = lus.time() + self.geduld.total_seconds()
        while True:
            runs = await self._runs(workflow_id)
            for run_id in runs - gewist:
                await self._wis_run(workflow_id, run_id)
            gewist |= runs
            if not runs:
                return len(gewist)
            if lus.time() > einde:
                raise NogNietWeg(traject_id)
            await asyncio.sleep(_KIJK_ELKE)

    async def _runs(self, workflow_id: str) -> set[str]:
        """By the list and by the history service: the list lags behind."""
        vraag = f"WorkflowId = '{workflow_id}'"
        gevonden = {lopend.run_id async for lopend in self.client.list_workflows(vraag)}
        try:
            laatste = await self.client.get_workflow_handle(workflow_id).describe()
        except RPCError as fout:
            if fout.status is not RPCStatusCode.NOT_FOUND:
                raise
        else:
            gevonden.add(laatste.run_id)
        return gevonden

    async def _wis_run(self, workflow_id: str, run_id: str) -> None:
        try:
            await self.client.workflow_service.delete_workflow_execution(
                DeleteWorkflowExecutionRequest(
                    namespace=self.client.namespace,
                    workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
                )
            )
        except RPCError as fout:
            if fout.status is not RPCStatusCode.NOT_FOUND:
                raise
