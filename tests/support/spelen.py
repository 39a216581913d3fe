"""Playing a story against a real workflow, on whichever server: how time passes is the only difference."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from domain.tijd import AMSTERDAM
from domain.tijdschaal import Tijdschaal
from tests.support.jaar import Moment
from tests.support.omgeving import Zaakdraad
from workflows.digest import DigestWorkflow
from workflows.traject import TrajectWorkflow

START = datetime(2026, 9, 1, 10, tzinfo=AMSTERDAM)
TOT = Callable[[datetime], Awaitable[None]]


def om_tien(dag: date) -> datetime:
    """Ten in the morning: when people act in these stories."""
    return datetime.combine(dag, time(10), AMSTERDAM)


async def speel(zaak: Zaakdraad, momenten: Iterable[Moment], tot: TOT) -> None:
    """Lets time pass up to each moment and does what is told; an expected refusal must come with exactly that code."""
    for moment in momenten:
        await tot(om_tien(moment.dag))
        rol, handeling = moment.zet(await zaak.toestand())
        if moment.weigering is None:
            await zaak.handel(rol, handeling)
            continue
        try:
            await zaak.handel(rol, handeling)
        except WorkflowUpdateFailedError as fout:
            oorzaak = fout.cause
            assert isinstance(oorzaak, ApplicationError)
            assert oorzaak.type == moment.weigering.code
        else:
            raise AssertionError(f"op {moment.dag} had {moment.weigering.__name__} moeten komen")


@dataclass
class Overslaan:
    """Time passes on the time-skipping server; the scale shifts its clock so that the story begins on START."""

    omgeving: WorkflowEnvironment
    schaal: Tijdschaal

    @classmethod
    async def begin(cls, omgeving: WorkflowEnvironment) -> "Overslaan":
        """Pin START to the server's present moment."""
        nu = await omgeving.get_current_time()
        return cls(omgeving, Tijdschaal(echt_anker=nu, schijn_anker=START))

    async def tot(self, moment: datetime) -> None:
        """Sleep, on the server's clock, until the story's clock shows this moment."""
        nu = self.schaal.schijn(await self.omgeving.get_current_time())
        if moment > nu:
            await self.omgeving.sleep(moment - nu)


class Springen:
    """Time passes on a real server by setting the clock of each workflow to its own next date, one after another.

    Nothing waits: every date is met at exactly its moment, and the real timers are those of the moments in between.
    """

    def __init__(self, zaak: Zaakdraad, digest: WorkflowHandle[DigestWorkflow, None]) -> None:
        self._zaak, self._digest = zaak, digest

    @staticmethod
    def naar(moment: datetime) -> Tijdschaal:
        """A scale that shows `moment` now."""
        return Tijdschaal(echt_anker=datetime.now(UTC), schijn_anker=moment)

    async def tot(self, moment: datetime) -> None:
        """Visit every date of the traject and every morning of the digest up to this moment, in order."""
        while True:
            stand = await self._zaak.handle.query(TrajectWorkflow.stand)
            ochtend = await self._digest.query(DigestWorkflow.volgende)
            wek = stand.volgende_wek
            if wek is not None and wek <= min(ochtend, moment):
                await self._spring_traject(max(wek, stand.nu) + timedelta(milliseconds=1), stand.versie)
            elif ochtend <= moment:
                await self._spring_digest(ochtend)
            else:
                break
        await self._zaak.handle.signal(TrajectWorkflow.klok, self.naar(moment))

    async def _spring_traject(self, moment: datetime, versie: int) -> None:
        await self._zaak.handle.signal(TrajectWorkflow.klok, self.naar(moment))
        while (await self._zaak.handle.query(TrajectWorkflow.stand)).versie == versie:
            pass

    async def _spring_digest(self, ochtend: datetime) -> None:
        """The traject first, so that its urgent mails of this morning leave as well."""
        await self._zaak.handle.signal(TrajectWorkflow.klok, self.naar(ochtend))
        await self._digest.signal(DigestWorkflow.klok, self.naar(ochtend))
        while await self._digest.query(DigestWorkflow.volgende) == ochtend:
            pass

    async def digest_tot(self, moment: datetime) -> None:
        """The mornings that are left once the traject is closed."""
        while (ochtend := await self._digest.query(DigestWorkflow.volgende)) <= moment:
            await self._digest.signal(DigestWorkflow.klok, self.naar(ochtend))
            while await self._digest.query(DigestWorkflow.volgende) == ochtend:
                pass
