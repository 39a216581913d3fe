"""Which worker runs what: one list, used by the process, by tests and by the wiring check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client
from temporalio.worker import Worker

from activities.bewaren import BewaarActivities
from activities.calendar import CalendarActivities
from activities.controle import ControleActivities
from activities.digest import DigestActivities
from activities.mail import MailActivities
from activities.record import RecordActivities
from activities.wissen import Wisser
from domain.catalogus import CATALOGUS
from runtime.grootboek import Maildir
from runtime.settings import Settings
from runtime.smtp import Postbode
from runtime.temporal import NACHT_QUEUE, TRAJECT_QUEUE
from worker.sandbox import maak_runner
from workflows.bewaren import BewaarWorkflow
from workflows.controle import ControleWorkflow
from workflows.digest import DigestWorkflow
from workflows.traject import TrajectWorkflow

WORKFLOWS: Sequence[type] = (TrajectWorkflow, DigestWorkflow, BewaarWorkflow, ControleWorkflow)
# A killed worker then costs two seconds before its cached cases answer again, not ten.
STICKY = timedelta(seconds=2)
_AFRONDEN = timedelta(seconds=20)


@dataclass(frozen=True)
class Benodigdheden:
    """What the activities need."""

    sessies: async_sessionmaker[AsyncSession]
    postbode: Postbode
    settings: Settings

    @cached_property
    def mail(self) -> MailActivities:
        """One for the whole process: mails of one process leave one after another, whoever asks."""
        map_ = self.settings.mail_grootboek
        grootboek = Maildir(map_) if map_ is not None else None
        return MailActivities(self.sessies, CATALOGUS, self.postbode, self.settings, grootboek)


def maak_workers(client: Client, nodig: Benodigdheden) -> list[Worker]:
    """Two workers: what people wait for, and what may wait for the night. A version number, not the bytecode, is the
    build id: hashing every loaded module costs seconds at start."""
    record = RecordActivities(nodig.sessies, CATALOGUS)
    controle = ControleActivities(nodig.sessies)
    kalender = CalendarActivities(nodig.sessies)
    digest = DigestActivities(nodig.sessies)
    bewaren = BewaarActivities(Wisser(client, nodig.sessies))
    build_id = version("routewacht")
    return [
        Worker(
            client,
            task_queue=TRAJECT_QUEUE,
            workflows=[TrajectWorkflow],
            activities=[record.record, nodig.mail.deliver],
            workflow_runner=maak_runner(),
            build_id=build_id,
            sticky_queue_schedule_to_start_timeout=STICKY,
            graceful_shutdown_timeout=_AFRONDEN,
        ),
        Worker(
            client,
            task_queue=NACHT_QUEUE,
            workflows=[DigestWorkflow, BewaarWorkflow, ControleWorkflow],
            activities=[
                record.record,
                nodig.mail.deliver,
                kalender.haal_omstandigheden,
                digest.maak_overzichten,
                bewaren.kondig_aan,
                bewaren.te_vernietigen,
                bewaren.vernietig,
                controle.controleer,
            ],
            workflow_runner=maak_runner(),
            build_id=build_id,
            sticky_queue_schedule_to_start_timeout=STICKY,
            graceful_shutdown_timeout=_AFRONDEN,
            max_concurrent_activities=10,
        ),
    ]
