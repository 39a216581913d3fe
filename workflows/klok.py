"""The clock of a workflow: workflow time through the scale pinned in its input. The demo's speed enters here and only here."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.tijdschaal import Tijdschaal

DEMO_NAMESPACE = "demo"


class Werkklok:
    """Tells the time and how long to wait. Outside the namespace "demo" every scale but the real one is refused."""

    def __init__(self, schaal: Tijdschaal) -> None:
        self._schaal = schaal

    def stel(self, schaal: Tijdschaal) -> None:
        """Another scale (a demo that goes on after a pause). Raises ApplicationError outside the demo namespace."""
        eerder, self._schaal = self._schaal, schaal
        try:
            self.controleer()
        except ApplicationError:
            self._schaal = eerder
            raise

    def controleer(self) -> None:
        """Raises ApplicationError for a scale that may not be used here. The first thing a workflow does in `run`: an
        error in its `__init__` would leave a coroutine of the SDK behind."""
        if not self._schaal.is_echt and workflow.info().namespace != DEMO_NAMESPACE:
            raise ApplicationError("een versnelde klok bestaat alleen in de demo", type="klok", non_retryable=True)

    @property
    def schaal(self) -> Tijdschaal:
        """The scale, to carry into the next run."""
        return self._schaal

    def nu(self) -> datetime:
        """Now, on the clock people see."""
        return self._schaal.schijn(workflow.now())

    def wachtduur(self, tot: datetime | None) -> timedelta | None:
        """How long to sleep in real time until `tot`; zero when it has passed, None to wait without a clock."""
        if tot is None:
            return None
        return max(timedelta(0), self._schaal.echt(tot) - workflow.now())
