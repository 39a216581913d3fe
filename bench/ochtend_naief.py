"""The same morning as one would first think of it: a workflow for each reminder, with a timer and an activity that mails."""

from datetime import datetime, timedelta
from email.message import EmailMessage

from pydantic import BaseModel
from sqlalchemy import text
from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from bench.ochtend_zaken import Sessies
    from runtime.settings import Settings
    from runtime.smtp import Postbode

NAIEF_QUEUE = "naief"


class Herinnering(BaseModel):
    """Remind the intern begeleider of this case, at this moment of real time."""

    nummer: int
    op: datetime


class HerinnerActiviteiten:
    """One mail and one row, as in many a first version."""

    def __init__(self, sessies: Sessies, postbode: Postbode, settings: Settings) -> None:
        self._sessies, self._postbode, self._settings = sessies, postbode, settings

    @activity.defn
    async def herinner(self, nummer: int) -> None:
        """Sends, and writes down that it was sent."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self._settings.mail_afzender, f"ib@ochtend-{nummer}.example"
        mail["Subject"], mail["Message-ID"] = "Een herinnering", f"<{nummer}@naief.example>"
        mail.set_content("Er staat iets open.")
        await self._postbode.verstuur(bytes(mail), self._settings.mail_afzender, mail["To"])
        async with self._sessies.begin() as session:
            await session.execute(text("INSERT INTO naief (nummer) VALUES (:nummer)"), {"nummer": nummer})


@workflow.defn
class HerinnerWorkflow:
    """Wait, mail, done."""

    @workflow.run
    async def run(self, herinnering: Herinnering) -> None:
        """One timer, one activity."""
        await workflow.sleep(max(timedelta(0), herinnering.op - workflow.now()))
        await workflow.execute_activity_method(
            HerinnerActiviteiten.herinner, herinnering.nummer, start_to_close_timeout=timedelta(seconds=30)
        )
