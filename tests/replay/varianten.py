"""Changed workflows: the real class with one dangerous edit, which replay must find out; and the one before today's."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.calendar import CalendarActivities
    from activities.contracts import Omstandighedenvraag
    from activities.options import LEZEN
    from domain.progress import Uitslag
    from runtime.temporal import NACHT_QUEUE
    from workflows.messages import TrajectInvoer

from workflows.traject import TrajectWorkflow

_NAAM = "TrajectWorkflow"


@workflow.defn(name=_NAAM)
class ExtraActiviteit(TrajectWorkflow):
    """Fetches the calendar once more before the story begins."""

    @workflow.init
    def __init__(self, invoer: TrajectInvoer) -> None:
        super().__init__(invoer)

    @workflow.run
    async def run(self, invoer: TrajectInvoer) -> None:
        await workflow.execute_activity_method(
            CalendarActivities.haal_omstandigheden,
            Omstandighedenvraag(school_id=self._traject.school_id, nu=self._klok.nu()),
            task_queue=NACHT_QUEUE,
            start_to_close_timeout=LEZEN.start_to_close,
            retry_policy=LEZEN.retry,
        )
        await super().run(invoer)


@workflow.defn(name=_NAAM)
class AndereWekker(TrajectWorkflow):
    """Wakes up a minute later than it promised."""

    @workflow.init
    def __init__(self, invoer: TrajectInvoer) -> None:
        super().__init__(invoer)
        echte = self._klok.wachtduur
        self._klok.wachtduur = lambda tot: (d + timedelta(minutes=1)) if (d := echte(tot)) else d  # type: ignore[method-assign]

    @workflow.run
    async def run(self, invoer: TrajectInvoer) -> None:
        await super().run(invoer)


@workflow.defn(name=_NAAM)
class ZwijgendeEscalatie(TrajectWorkflow):
    """Records what happened, but tells nobody: only the input of an activity differs."""

    @workflow.init
    def __init__(self, invoer: TrajectInvoer) -> None:
        super().__init__(invoer)

    @workflow.run
    async def run(self, invoer: TrajectInvoer) -> None:
        await super().run(invoer)

    def _verwerk(self, uitslag: Uitslag, *, van_mens: bool = False) -> None:
        super()._verwerk(uitslag._replace(meldingen=()), van_mens=van_mens)


@workflow.defn(name=_NAAM)
class VorigeTraject(TrajectWorkflow):
    """As it was before 24 November 2026."""

    @workflow.init
    def __init__(self, invoer: TrajectInvoer) -> None:
        super().__init__(invoer)

    @workflow.run
    async def run(self, invoer: TrajectInvoer) -> None:
        await super().run(invoer)

    def _heeft(self, wijziging: str) -> bool:
        return False
