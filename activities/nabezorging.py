"""Mail that belongs to no workflow any more: released by a person or by the ledger, or made by the watch itself.

Called by the watchman of the worker (worker/bewaker.py), not by a workflow: what to do is read from the outbox each time.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.contracts import Bezorgopdracht, Bezorguitslag
from activities.kalenders import omstandigheden
from activities.mail import MailActivities
from activities.options import volgende_poging
from domain.tijd import AMSTERDAM
from domain.verzendvenster import BEGIN, EINDE, verzendmoment
from storage.mail_hold import Vrijgegeven, afgebroken, vrijgegeven
from storage.mail_tables import MailStatus


class Nabezorging:
    """Settles broken attempts and delivers released mail. Several workers may do so side by side."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession], mail: MailActivities) -> None:
        self._sessies, self._mail = sessies, mail

    async def zoek_uit(self, nu: datetime) -> list[str]:
        """Settle what was left half-way, and ask the ledger again about what is held. Returns what is now held."""
        async with self._sessies() as session:
            pogingen = await afgebroken(session, ook_aangehouden=self._mail.heeft_grootboek)
        return [p.mail_id for p in pogingen if await self._mail.zoek_uit(p, nu) is MailStatus.HELD]

    async def bezorg(self, nu: datetime) -> list[tuple[str, Bezorguitslag]]:
        """Deliver what was released, if mail may leave now. Returns each mail with what became of it."""
        async with self._sessies() as session:
            klaar = await vrijgegeven(session, nu)
        return [
            (mail.mail_id, await self._mail.bezorg_los(Bezorgopdracht(mail_id=mail.mail_id, nu=nu)))
            for mail in klaar
            if await self._mag_weg(mail, nu)
        ]

    async def _mag_weg(self, mail: Vrijgegeven, nu: datetime) -> bool:
        if mail.laatste is not None and nu < mail.laatste + volgende_poging(max(0, mail.pogingen - 1)):
            return False
        if mail.school_id is None:
            lokaal = nu.astimezone(AMSTERDAM)
            return lokaal.weekday() < 5 and BEGIN <= lokaal.time() < EINDE
        school = await omstandigheden(self._sessies, mail.school_id, nu)
        return verzendmoment(school.kalender, nu) == nu
