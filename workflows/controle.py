"""ControleWorkflow: each day at 06:00 a look whether everything of one samenwerkingsverband still runs.

The activity finds and writes; this workflow only sees to it that it happens every day, also after a night of trouble.
"""

import contextlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Controleopdracht
    from activities.controle import ControleActivities
    from activities.options import RECORD, bulk
    from domain.bewaking import volgende_controle
    from domain.tijdschaal import Tijdschaal
    from runtime.temporal import NACHT_QUEUE
    from workflows.klok import Werkklok
    from workflows.messages import ControleInvoer

_DAGEN_PER_RUN = 100


@workflow.defn
class ControleWorkflow:
    """One long life per samenwerkingsverband; a new run every hundred days."""

    @workflow.init
    def __init__(self, invoer: ControleInvoer) -> None:
        """A missed day is not caught up twice: `sinds` is the last check that was done."""
        self._klok = Werkklok(invoer.tijdschaal)
        self._swv_id = invoer.swv_id
        self._sinds: datetime = invoer.sinds or self._klok.nu()
        self._wakker = False
        self._dagen = 0

    @workflow.run
    async def run(self, invoer: ControleInvoer) -> None:
        """Wait for six o'clock, check, and again."""
        self._klok.controleer()
        while True:
            await self._wacht()
            nu = self._klok.nu()
            if volgende_controle(self._sinds) <= nu:
                self._sinds, self._dagen = nu, self._dagen + 1
                await workflow.execute_activity_method(
                    ControleActivities.controleer,
                    Controleopdracht(swv_id=self._swv_id, nu=nu, schaal=self._klok.schaal),
                    task_queue=NACHT_QUEUE,
                    start_to_close_timeout=RECORD.start_to_close,
                    retry_policy=RECORD.retry,
                    priority=bulk(self._swv_id),
                )
            if self._dagen >= _DAGEN_PER_RUN or workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(
                    ControleInvoer(swv_id=self._swv_id, tijdschaal=self._klok.schaal, sinds=self._sinds)
                )

    @workflow.signal
    def klok(self, schaal: Tijdschaal) -> None:
        """Another clock scale; only the demo may. Elsewhere it changes nothing."""
        try:
            self._klok.stel(schaal)
        except ApplicationError:
            workflow.logger.warning("clock_refused")
        self._wakker = True

    @workflow.query
    def volgende(self) -> datetime:
        """The next check."""
        return volgende_controle(self._sinds)

    async def _wacht(self) -> None:
        duur = self._klok.wachtduur(volgende_controle(self._sinds))
        if duur is None or duur > timedelta(0):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._wakker, timeout=duur)
        self._wakker = False
