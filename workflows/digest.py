"""DigestWorkflow: each school morning at 08:00 one mail per person, for the people of one samenwerkingsverband.

Whether a message still holds is checked again when the mails are made and once more when each is sent. The workflow keeps
no list of people: the activity finds them in the tables and gives back ids of mails.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Bezorgd, Bezorgopdracht, Bezorguitslag, Ochtend
    from activities.digest import DigestActivities
    from activities.mail import MailActivities
    from activities.options import DELIVER, RECORD, bulk, volgende_poging
    from domain.handelingen import MeldBezorging
    from domain.ids import traject_workflow_id
    from domain.tijdschaal import Tijdschaal
    from domain.vastlegging import SpoedMail
    from domain.verzendvenster import is_overdag, volgende_ochtend
    from runtime.temporal import NACHT_QUEUE
    from workflows.klok import Werkklok
    from workflows.messages import DigestInvoer, Uitgesteld
    from workflows.signalen import Onleesbaar, lees
    from workflows.traject import TrajectWorkflow

_TEGELIJK = 10
_OCHTENDEN_PER_RUN = 40


@workflow.defn
class DigestWorkflow:
    """One long life per samenwerkingsverband; a new run every forty mornings."""

    # The names of the signals our own code sends.
    klok: Final = "klok"
    ga_door: Final = "ga_door"

    @workflow.init
    def __init__(self, invoer: DigestInvoer) -> None:
        """Takes over what earlier mornings could not deliver."""
        self._klok = Werkklok(invoer.tijdschaal)
        self._swv_id = invoer.swv_id
        self._sinds: datetime = invoer.sinds or self._klok.nu()
        self._te_bezorgen: list[Uitgesteld] = list(invoer.te_bezorgen)
        self._bezig: list[Uitgesteld] = []
        self._wakker = False
        self._ga_door = False
        self._ochtenden = 0

    @workflow.run
    async def run(self, invoer: DigestInvoer) -> None:
        """Wait for a morning (or a second try), make the mails, send them, report what failed."""
        self._klok.controleer()
        while True:
            await self._wacht()
            nu = self._klok.nu()
            if volgende_ochtend(self._sinds) <= nu:
                self._sinds, self._ochtenden = nu, self._ochtenden + 1
                self._te_bezorgen.extend(await self._maak(nu))
            await self._bezorg(nu)
            if self._moet_door():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._doorgang())

    @workflow.signal(dynamic=True)
    def signaal(self, naam: str, inhoud: Sequence[RawValue]) -> None:
        """Every signal, known or not: one that does not fit must not keep the mornings of all schools from coming.

        `ga_door`: begin a new run at the next safe moment. `klok`: another clock scale, which only the demo may set.
        """
        try:
            if naam == self.ga_door:
                self._ga_door = True
            elif naam == self.klok:
                self._klok.stel(lees(inhoud, Tijdschaal))
            else:
                raise Onleesbaar
        except (Onleesbaar, ApplicationError):
            workflow.logger.warning("digest_signal_refused")
        self._wakker = True

    @workflow.query
    def volgende(self) -> datetime:
        """The next morning mails are made."""
        return volgende_ochtend(self._sinds)

    @workflow.query
    def te_bezorgen(self) -> list[str]:
        """Ids of the mails this workflow still has to hand over, those it is busy with included."""
        return sorted({u.mail.mail_id for u in (*self._te_bezorgen, *self._bezig)})

    async def _wacht(self) -> None:
        momenten = [volgende_ochtend(self._sinds), *(u.mail.niet_voor for u in self._te_bezorgen)]
        duur = self._klok.wachtduur(min(momenten))
        if duur is None or duur > timedelta(0):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._wakker, timeout=duur)
        self._wakker = False

    async def _maak(self, nu: datetime) -> list[Uitgesteld]:
        mails = await workflow.execute_activity_method(
            DigestActivities.maak_overzichten,
            Ochtend(swv_id=self._swv_id, nu=nu),
            task_queue=NACHT_QUEUE,
            start_to_close_timeout=RECORD.start_to_close,
            retry_policy=RECORD.retry,
            priority=bulk(self._swv_id),
        )
        wachten_al = {u.mail.mail_id for u in self._te_bezorgen}
        return [Uitgesteld(mail=SpoedMail(mail_id=m, niet_voor=nu)) for m in mails if m not in wachten_al]

    async def _bezorg(self, nu: datetime) -> None:
        """Not at night and not in a weekend, also when a mail had to wait for the mail server or for us."""
        klaar = [u for u in self._te_bezorgen if u.mail.niet_voor <= nu]
        self._te_bezorgen = [u for u in self._te_bezorgen if u.mail.niet_voor > nu]
        self._bezig = klaar
        if not is_overdag(nu):
            self._te_bezorgen.extend(_later(u, volgende_ochtend(nu), u.pogingen) for u in klaar)
            return
        for begin in range(0, len(klaar), _TEGELIJK):
            if workflow.info().is_continue_as_new_suggested():
                self._te_bezorgen.extend(klaar[begin:])  # a morning of thousands of mails goes on in the next run
                return
            groep = klaar[begin : begin + _TEGELIJK]
            uitslagen = await asyncio.gather(*(self._deliver(u, nu) for u in groep))
            for uitgesteld, uitslag in zip(groep, uitslagen, strict=True):
                await self._na(uitgesteld, uitslag)
        self._bezig = []

    async def _deliver(self, uitgesteld: Uitgesteld, nu: datetime) -> Bezorguitslag:
        return await workflow.execute_activity_method(
            MailActivities.deliver,
            Bezorgopdracht(mail_id=uitgesteld.mail.mail_id, nu=nu),
            task_queue=NACHT_QUEUE,
            start_to_close_timeout=DELIVER.start_to_close,
            retry_policy=DELIVER.retry,
            priority=bulk(self._swv_id),
        )

    async def _na(self, uitgesteld: Uitgesteld, uitslag: Bezorguitslag) -> None:
        """A temporary failure is tried again later; any other failure becomes somebody's afspraak in a traject."""
        if uitslag.uitslag is Bezorgd.TIJDELIJK:
            moment = self._klok.nu() + volgende_poging(uitgesteld.pogingen)
            self._te_bezorgen.append(_later(uitgesteld, moment, uitgesteld.pogingen + 1))
        elif uitslag.uitslag in {Bezorgd.BLIJVEND, Bezorgd.ONBEKEND} and uitslag.traject_id:
            assert uitslag.persoon_id is not None
            assert uitslag.rol is not None
            melding = MeldBezorging(
                persoon_id=uitslag.persoon_id,
                rol=uitslag.rol,
                reden="blijvend" if uitslag.uitslag is Bezorgd.BLIJVEND else "onbekend",
            )
            traject = workflow.get_external_workflow_handle_for(
                TrajectWorkflow.run, traject_workflow_id(uitslag.traject_id)
            )
            try:
                await traject.signal(TrajectWorkflow.bezorging, melding)
            except ApplicationError:
                workflow.logger.warning("traject_closed_before_delivery_report")

    def _moet_door(self) -> bool:
        return self._ga_door or self._ochtenden >= _OCHTENDEN_PER_RUN or workflow.info().is_continue_as_new_suggested()

    def _doorgang(self) -> DigestInvoer:
        return DigestInvoer(
            swv_id=self._swv_id,
            tijdschaal=self._klok.schaal,
            sinds=self._sinds,
            te_bezorgen=tuple(self._te_bezorgen),
        )


def _later(uitgesteld: Uitgesteld, moment: datetime, pogingen: int) -> Uitgesteld:
    return Uitgesteld(mail=uitgesteld.mail.model_copy(update={"niet_voor": moment}), pogingen=pogingen)
