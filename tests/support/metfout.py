"""The workflow with a mistake in it. A module of its own: the sandbox imports it again for every case."""

import time

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.progress import Uitslag
    from tests.support.storing import FOUT, KANARIE, LUS
    from workflows.messages import TrajectInvoer

from workflows.traject import TrajectWorkflow


@workflow.defn(name="TrajectWorkflow")
class MetFout(TrajectWorkflow):
    """The real one, with a mistake that shows for some cases only, once an act was accepted."""

    @workflow.init
    def __init__(self, invoer: TrajectInvoer) -> None:
        super().__init__(invoer)

    @workflow.run
    async def run(self, invoer: TrajectInvoer) -> None:
        await super().run(invoer)

    def _verwerk(self, uitslag: Uitslag, *, van_mens: bool = False) -> None:
        if uitslag.traject.traject_id in FOUT:
            raise KeyError(KANARIE)
        if uitslag.traject.traject_id in LUS:
            with workflow.unsafe.sandbox_unrestricted():
                tot = time.monotonic() + 3
                while time.monotonic() < tot:
                    pass
        super()._verwerk(uitslag, van_mens=van_mens)
