"""BewaarWorkflow: every week, in the night from Sunday to Monday, what was kept long enough is announced and, after its
waiting time, destroyed. One per samenwerkingsverband.

A workflow and not a Temporal Schedule: it runs on the clock of the cases, so an accelerated year in the demo has its
nights too, and it lives as the digest does.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.bewaren import BewaarActivities, Bewaarronde, Vernietigopdracht
    from activities.options import LEZEN, RECORD, WISSEN, bulk
    from domain.bewaren import volgende_ronde
    from domain.tijdschaal import Tijdschaal
    from runtime.temporal import NACHT_QUEUE
    from workflows.klok import Werkklok
    from workflows.messages import BewaarInvoer

_RONDES_PER_RUN = 26


@workflow.defn
class BewaarWorkflow:
    """One long life; a new run twice a year."""

    # The names of the signals our own code sends.
    klok: Final = "klok"
    ga_door: Final = "ga_door"

    @workflow.init
    def __init__(self, invoer: BewaarInvoer) -> None:
        """Goes on from the last round."""
        self._klok = Werkklok(invoer.tijdschaal)
        self._swv_id = invoer.swv_id
        self._sinds = invoer.sinds or self._klok.nu()
        self._wakker = False
        self._ga_door = False
        self._rondes = 0

    @workflow.run
    async def run(self, invoer: BewaarInvoer) -> None:
        """Wait for a night, announce, destroy what is due."""
        self._klok.controleer()
        while True:
            await self._wacht()
            nu = self._klok.nu()
            if volgende_ronde(self._sinds) <= nu:
                self._sinds, self._rondes = nu, self._rondes + 1
                await self._ronde(nu)
            if self._moet_door():
                workflow.continue_as_new(
                    BewaarInvoer(swv_id=self._swv_id, tijdschaal=self._klok.schaal, sinds=self._sinds)
                )

    @workflow.signal(dynamic=True)
    def signaal(self, naam: str, inhoud: Sequence[RawValue]) -> None:
        """`klok`: another clock scale, in the demo only. `ga_door`: a new run at the next safe moment. Nothing else means
        anything, and nothing at all stops the rounds."""
        self._wakker = True
        self._ga_door = self._ga_door or naam == self.ga_door
        if naam != self.klok:
            return
        try:
            (ruw,) = inhoud
            schaal = workflow.payload_converter().from_payload(ruw.payload, Tijdschaal)
            if isinstance(schaal, Tijdschaal):
                self._klok.stel(schaal)
        except Exception:
            workflow.logger.warning("retention_signal_refused")

    @workflow.query
    def volgende(self) -> datetime:
        """The next round."""
        return volgende_ronde(self._sinds)

    async def _wacht(self) -> None:
        duur = self._klok.wachtduur(volgende_ronde(self._sinds))
        if duur is None or duur > timedelta(0):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._wakker, timeout=duur)
        self._wakker = False

    def _moet_door(self) -> bool:
        return self._ga_door or self._rondes >= _RONDES_PER_RUN or workflow.info().is_continue_as_new_suggested()

    async def _ronde(self, nu: datetime) -> None:
        ronde = Bewaarronde(swv_id=self._swv_id, nu=nu)
        await workflow.execute_activity_method(
            BewaarActivities.kondig_aan,
            ronde,
            task_queue=NACHT_QUEUE,
            start_to_close_timeout=RECORD.start_to_close,
            retry_policy=RECORD.retry,
            priority=bulk(self._swv_id),
        )
        aan_de_beurt = await workflow.execute_activity_method(
            BewaarActivities.te_vernietigen,
            ronde,
            task_queue=NACHT_QUEUE,
            start_to_close_timeout=LEZEN.start_to_close,
            retry_policy=LEZEN.retry,
            priority=bulk(self._swv_id),
        )
        for traject_id in aan_de_beurt:
            # One that fails must not keep the others; it is in the register, and the next round takes it up.
            with contextlib.suppress(ActivityError):
                await workflow.execute_activity_method(
                    BewaarActivities.vernietig,
                    Vernietigopdracht(traject_id=traject_id, nu=nu),
                    task_queue=NACHT_QUEUE,
                    start_to_close_timeout=WISSEN.start_to_close,
                    retry_policy=WISSEN.retry,
                    priority=bulk(self._swv_id),
                )
