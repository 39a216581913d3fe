"""TrajectWorkflow: one pupil's traject, from signal to nazorg. It waits, asks the core, and has its effects carried out.

Messages
- update `handel`: an act of a person. The validator refuses with a Weigering before anything is written to history.
- signal `handeling`: the same act from a system that can only signal; what does not fit, and any signal with another
  name, is kept as refused.
- signal `bezorging`: a mail for this traject failed (sent by the digest).
- signal `vernieuw_kalender`: fetch calendar and settings again; `ga_door`: begin a new run at the next safe moment;
  `klok`: another clock scale, in the demo only.
- queries `toestand` (the whole state) and `stand` (a summary), for operators; `beeld`, to compare with the tables; pages
  read tables.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.calendar import CalendarActivities
    from activities.contracts import Bezorgd, Bezorgopdracht, Bezorguitslag, Omstandighedenvraag
    from activities.mail import MailActivities
    from activities.options import (
        DELIVER,
        LEZEN,
        LEZEN_HOOGSTENS,
        RECORD,
        van_de_klok,
        van_mensen,
        volgende_poging,
    )
    from activities.record import RecordActivities
    from domain.catalogus import CATALOGUS
    from domain.dagen import schooljaar_van
    from domain.effects import Melding
    from domain.errors import Weigering
    from domain.feiten import Gebeurtenis
    from domain.handelingen import MeldBezorging, MeldSignaal, Opdracht, TijdVerstreken, VervangKalender
    from domain.herstel import Beeld
    from domain.kader import REGELS, Kader, gedeeld
    from domain.progress import Uitslag, begin, next_wake, progress
    from domain.tijd import lokale_datum
    from domain.tijdschaal import Tijdschaal
    from domain.traject import Traject, TrajectStatus
    from domain.vastlegging import Vastgelegd, Vastlegging
    from domain.verzendvenster import verzendmoment
    from runtime.codec import is_dicht
    from runtime.temporal import NACHT_QUEUE, TRAJECT_QUEUE
    from workflows.klok import Werkklok
    from workflows.messages import HandelResultaat, Stand, TrajectInvoer, Uitgesteld
    from workflows.signalen import Onleesbaar, lees
    from workflows.versies import NOVEMBER_2026, ONLEESBAAR

SIGNAAL_HANDELING = "handeling"


@workflow.defn
class TrajectWorkflow:
    """Interprets one route for one pupil. Handlers change the state; only the main loop carries out effects."""

    # The names of the signals our own code sends; see the top of this file.
    bezorging: Final = "bezorging"
    vernieuw_kalender: Final = "vernieuw_kalender"
    ga_door: Final = "ga_door"
    klok: Final = "klok"

    @workflow.init
    def __init__(self, invoer: TrajectInvoer) -> None:
        """Builds the state before any message can arrive."""
        self._november_2026 = self._heeft(NOVEMBER_2026)
        self._klok = Werkklok(invoer.tijdschaal)
        self._omstandigheden = gedeeld(invoer.omstandigheden)
        self._gebeurtenissen: list[Gebeurtenis] = []
        self._meldingen: list[Melding] = []
        self._te_bezorgen: list[Uitgesteld] = list(invoer.te_bezorgen)
        self._onderweg: list[tuple[Uitgesteld, workflow.ActivityHandle[Bezorguitslag]]] = []
        self._van_mens = False
        self._wakker = True
        self._ga_door = False
        self._signalen = 0
        self._kalender_verouderd = False
        self._kalender_niet_voor = self._klok.nu()
        self._schooljaar = schooljaar_van(lokale_datum(self._klok.nu()))
        self._traject = invoer.traject or self._begin(invoer)

    @workflow.run
    async def run(self, invoer: TrajectInvoer) -> None:
        """The story: wait for a message or a date, move on, put it on record, send what is urgent."""
        self._klok.controleer()
        while True:
            await self._wacht()
            await self._houd_kalender_bij()
            self._laat_tijd_verstrijken()
            self._verwerk_bezorgd()
            await self._leg_vast()
            self._bezorg()
            if self._rust():
                if self._traject.status is TrajectStatus.GESLOTEN and not self._te_bezorgen:
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    if self._rust():
                        return
                elif self._moet_door():
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    if self._rust():
                        workflow.continue_as_new(self._doorgang())

    @workflow.update
    def handel(self, opdracht: Opdracht) -> HandelResultaat:
        """An act of a person. Repeating a command that was applied gives the same answer and changes nothing."""
        self._verwerk(self._probeer(opdracht), van_mens=True)
        return HandelResultaat(versie=self._traject.versie)

    @handel.validator
    def _toets(self, opdracht: Opdracht) -> None:
        if not isinstance(opdracht, Opdracht):  # the converter gives null as it came
            raise ApplicationError("dit is geen handeling", type="onleesbaar", non_retryable=True)
        self._probeer(opdracht)

    @workflow.signal(dynamic=True)
    def signaal(self, naam: str, inhoud: Sequence[RawValue]) -> None:
        """Every signal, known or not. A signal cannot be refused, so what does not fit is recorded for a person to see.

        One handler for any name and any number of values: for a typed handler a wrong number would be a crash, and a
        crash in a handler leaves the case stuck.
        """
        self._wakker = True
        try:
            self._neem_signaal(naam, inhoud)
        except Onleesbaar:
            self._verwerk(self._moment(MeldSignaal(code="onleesbaar")))
        except Weigering as weigering:
            self._verwerk(self._moment(MeldSignaal(code=weigering.code)))
        except ApplicationError as fout:
            self._verwerk(self._moment(MeldSignaal(code=fout.type or "geweigerd")))

    def _eis_ontsleuteld(self, inhoud: Sequence[RawValue]) -> None:
        """A signal under a key that nobody has. What it was when it came in it stays, whatever happens to the key later:
        a marker in the history says that it could not be read, and without that marker it could be."""
        self._signalen += 1
        dicht = any(is_dicht(waarde.payload) for waarde in inhoud)
        if not dicht and not workflow.unsafe.is_replaying():
            return
        if workflow.patched(f"{ONLEESBAAR}-{self._signalen}"):
            raise Onleesbaar
        if dicht:  # read once, and its key was lost since: fails the task, so the case is visibly stuck
            raise RuntimeError("een signaal dat eerder gelezen is, is niet meer te ontsleutelen")

    def _neem_signaal(self, naam: str, inhoud: Sequence[RawValue]) -> None:
        self._eis_ontsleuteld(inhoud)
        if naam == self.ga_door:
            self._ga_door = True
        elif naam == self.vernieuw_kalender:
            self._kalender_verouderd = True
        elif naam == self.klok:
            self._klok.stel(lees(inhoud, Tijdschaal))
        elif naam == self.bezorging:
            self._verwerk(self._moment(lees(inhoud, MeldBezorging)))
        elif naam == SIGNAAL_HANDELING:
            opdracht = lees(inhoud, Opdracht)
            self._verwerk(progress(self._kader(), self._traject, opdracht, self._klok.nu()), van_mens=True)
        else:
            self._verwerk(self._moment(MeldSignaal(code="onbekend_bericht")))

    @workflow.query
    def toestand(self) -> Traject:
        """The whole state."""
        return self._traject

    @workflow.query
    def stand(self) -> Stand:
        """Where this traject is, in codes and dates."""
        eerst = self._traject.eerstvolgende
        return Stand(
            status=self._traject.status,
            stap=self._traject.stap,
            regie_bij=self._traject.regie_bij,
            versie=self._traject.versie,
            open_afspraken=len(self._traject.open_afspraken),
            bal=eerst.bal if eerst else None,
            eerstvolgende=eerst.streefdatum if eerst else None,
            stagnatie_bij=self._traject.stagnatie.bij if self._traject.stagnatie else None,
            nu=self._klok.nu(),
            volgende_wek=next_wake(self._kader(), self._traject),
        )

    def _heeft(self, wijziging: str) -> bool:
        """Did this run begin with that change? (workflows/versies.py)"""
        return workflow.patched(wijziging)

    @workflow.query
    def beeld(self) -> Beeld:
        """What reconcile lays beside the tables."""
        mails = [u.mail.mail_id for u in self._te_bezorgen] + [u.mail.mail_id for u, _ in self._onderweg]
        return Beeld(
            traject=self._traject,
            te_bezorgen=tuple(sorted(mails)),
            volgende_wek=next_wake(self._kader(), self._traject),
        )

    def _kader(self) -> Kader:
        return Kader.van(CATALOGUS.haal(self._traject.route), self._omstandigheden, self._regels)

    @property
    def _regels(self) -> int:
        return REGELS if self._november_2026 else 1

    def _begin(self, invoer: TrajectInvoer) -> Traject:
        aanvraag = invoer.aanvraag
        if aanvraag is None:
            raise ApplicationError(
                "een traject begint met een aanvraag of een toestand", type="invoer", non_retryable=True
            )
        uitslag = begin(
            Kader.van(CATALOGUS.haal(aanvraag.route), invoer.omstandigheden, self._regels),
            self._klok.nu(),
            traject_id=aanvraag.traject_id,
            swv_id=aanvraag.swv_id,
            school_id=aanvraag.school_id,
            leerling_id=aanvraag.leerling_id,
            route=aanvraag.route,
            gezag=aanvraag.gezag,
            door=aanvraag.door,
            commando_id=aanvraag.commando_id,
        )
        self._verwerk(uitslag, van_mens=True)
        return uitslag.traject

    def _probeer(self, opdracht: Opdracht) -> Uitslag:
        """What the act would come to. A refusal leaves as an ApplicationError with its code as type."""
        try:
            return progress(self._kader(), self._traject, opdracht, self._klok.nu())
        except Weigering as weigering:
            raise ApplicationError(
                weigering.zin, weigering.veld, weigering.remedie, type=weigering.code, non_retryable=True
            ) from None

    def _moment(self, gebeuren: TijdVerstreken | MeldBezorging | MeldSignaal | VervangKalender) -> Uitslag:
        return progress(self._kader(), self._traject, gebeuren, self._klok.nu())

    def _verwerk(self, uitslag: Uitslag, *, van_mens: bool = False) -> None:
        self._traject = uitslag.traject
        self._gebeurtenissen.extend(uitslag.gebeurtenissen)
        self._meldingen.extend(uitslag.meldingen)
        self._van_mens = self._van_mens or van_mens
        self._wakker = True

    async def _wacht(self) -> None:
        """One timer for all dates. After waking everything is read again: which branch woke us does not matter."""
        momenten = [u.mail.niet_voor for u in self._te_bezorgen]
        wek = next_wake(self._kader(), self._traject)
        if wek is not None:
            momenten.append(wek)
        duur = self._klok.wachtduur(min(momenten, default=None))
        if duur is None or duur > timedelta(0):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._wakker, timeout=duur)
        self._wakker = False

    async def _houd_kalender_bij(self) -> None:
        """Fetch the calendar when asked to, and once in each new school year."""
        nu = self._klok.nu()
        jaar_om = schooljaar_van(lokale_datum(nu)) != self._schooljaar
        if not self._kalender_verouderd and not (jaar_om and nu >= self._kalender_niet_voor):
            return
        try:
            opgehaald = await workflow.execute_activity_method(
                CalendarActivities.haal_omstandigheden,
                Omstandighedenvraag(school_id=self._traject.school_id, nu=nu),
                task_queue=NACHT_QUEUE,
                start_to_close_timeout=LEZEN.start_to_close,
                schedule_to_close_timeout=LEZEN_HOOGSTENS,
                retry_policy=LEZEN.retry,
                priority=van_de_klok(self._traject.swv_id),
            )
        except ActivityError:
            # The calendar there is goes on; a school that is not in order must not keep acts from being recorded.
            self._kalender_verouderd, self._kalender_niet_voor = False, nu + timedelta(days=1)
            return
        self._omstandigheden = gedeeld(opgehaald)
        self._kalender_verouderd = False
        self._ga_door = self._ga_door or schooljaar_van(lokale_datum(nu)) != self._schooljaar
        self._schooljaar = schooljaar_van(lokale_datum(nu))
        self._verwerk(self._moment(VervangKalender()))

    def _laat_tijd_verstrijken(self) -> None:
        wek = next_wake(self._kader(), self._traject)
        if wek is not None and wek <= self._klok.nu():
            self._verwerk(self._moment(TijdVerstreken()))

    async def _leg_vast(self) -> None:
        """One transaction for everything since the last time: timeline, read model, outbox."""
        while self._gebeurtenissen:
            gebeurtenissen, meldingen = tuple(self._gebeurtenissen), tuple(self._meldingen)
            van_mens = self._van_mens
            self._gebeurtenissen, self._meldingen, self._van_mens = [], [], False
            vastlegging = Vastlegging(
                traject=self._traject,
                gebeurtenissen=gebeurtenissen,
                meldingen=meldingen,
                volgende_wek=next_wake(self._kader(), self._traject),
                nu=self._klok.nu(),
            )
            vastgelegd = await self._schrijf(vastlegging, van_mens=van_mens)
            self._te_bezorgen.extend(Uitgesteld(mail=m) for m in vastgelegd.spoed)

    async def _schrijf(self, vastlegging: Vastlegging, *, van_mens: bool) -> Vastgelegd:
        """An ordinary activity on purpose: its input stays in the history, from which a database that was put back from an
        older copy is filled again. A local one would cost five events less, and forget what it was given."""
        return await workflow.execute_activity_method(
            RecordActivities.record,
            vastlegging,
            task_queue=TRAJECT_QUEUE if van_mens else NACHT_QUEUE,
            start_to_close_timeout=RECORD.start_to_close,
            retry_policy=RECORD.retry,
            priority=(van_mensen if van_mens else van_de_klok)(self._traject.swv_id),
        )

    def _bezorg(self) -> None:
        """Offer the urgent mails whose time has come, beside the story: a mail server that keeps us waiting must not keep
        an act from being recorded. Outside the sending window (a late worker, a second try) they wait for the morning."""
        nu = self._klok.nu()
        klaar = [u for u in self._te_bezorgen if u.mail.niet_voor <= nu]
        self._te_bezorgen = [u for u in self._te_bezorgen if u.mail.niet_voor > nu]
        for uitgesteld in klaar:
            moment = verzendmoment(self._omstandigheden.kalender, nu)
            if moment > nu:
                self._te_bezorgen.append(_later(uitgesteld, moment))
                continue
            poging = workflow.start_activity_method(
                MailActivities.deliver,
                Bezorgopdracht(mail_id=uitgesteld.mail.mail_id, nu=nu),
                task_queue=TRAJECT_QUEUE,
                start_to_close_timeout=DELIVER.start_to_close,
                retry_policy=DELIVER.retry,
                priority=van_mensen(self._traject.swv_id),
            )
            poging.add_done_callback(self._wek)
            self._onderweg.append((uitgesteld, poging))

    def _wek(self, _: object) -> None:
        self._wakker = True

    def _verwerk_bezorgd(self) -> None:
        """A temporary failure goes back with a later date; any other failure becomes somebody's afspraak."""
        klaar = [(u, poging) for u, poging in self._onderweg if poging.done()]
        self._onderweg = [(u, poging) for u, poging in self._onderweg if not poging.done()]
        for uitgesteld, poging in klaar:
            uitslag = poging.result()
            if uitslag.uitslag is Bezorgd.TIJDELIJK:
                later = _later(uitgesteld, self._klok.nu() + volgende_poging(uitgesteld.pogingen))
                self._te_bezorgen.append(later.model_copy(update={"pogingen": uitgesteld.pogingen + 1}))
            elif uitslag.uitslag in {Bezorgd.BLIJVEND, Bezorgd.ONBEKEND} and uitslag.persoon_id and uitslag.rol:
                reden = "blijvend" if uitslag.uitslag is Bezorgd.BLIJVEND else "onbekend"
                self._verwerk(self._moment(MeldBezorging(persoon_id=uitslag.persoon_id, rol=uitslag.rol, reden=reden)))

    def _rust(self) -> bool:
        """Everything accepted is on record, no mail is on its way, and nobody asked for anything since."""
        return not self._gebeurtenissen and not self._onderweg and not self._wakker

    def _moet_door(self) -> bool:
        info = workflow.info()
        return (
            self._ga_door or info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()
        )

    def _doorgang(self) -> TrajectInvoer:
        return TrajectInvoer(
            traject=self._traject,
            omstandigheden=self._omstandigheden,
            tijdschaal=self._klok.schaal,
            te_bezorgen=tuple(self._te_bezorgen),
        )


def _later(uitgesteld: Uitgesteld, moment: datetime) -> Uitgesteld:
    return uitgesteld.model_copy(update={"mail": uitgesteld.mail.model_copy(update={"niet_voor": moment})})
