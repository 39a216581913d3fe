"""Activity: deliver one mail of the outbox. At most once, and never silently (docs/decisions/0006)."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.contracts import Bezorgd, Bezorgopdracht, Bezorguitslag
from activities.kalenders import omstandigheden
from activities.mailinhoud import maak_context
from domain.catalogus import Catalogus
from domain.verzendvenster import is_overdag
from runtime.grootboek import Grootboek
from runtime.mailbericht import AdresOngeldig, bouw_bericht, message_id
from runtime.settings import Settings
from runtime.smtp import Aflevering, Postbode, Uitslag
from storage.errors import NogNietVerzenden
from storage.mail_hold import POGING_VOORBIJ, Afgebroken, Vondst, afgebroken, beslis
from storage.mail_tables import MailRij, MailStatus
from storage.outbox import MailKlaar, geadresseerden, markeer, neem_in_verzending, terug_in_rij

_log = structlog.get_logger(__name__)
# Mails of one process go one after another. Whoever waits longer than this for its turn comes back later: a mail may not
# be taken (`sending`) while it waits, or a slow relay would make it look like an attempt that broke off.
BEURT = timedelta(seconds=20)
# One conversation is over by then, so that an attempt that is older than POGING_VOORBIJ cannot be going on any more.
_GESPREK = POGING_VOORBIJ - timedelta(seconds=30)
_VONDST = {True: Vondst.GEVONDEN, False: Vondst.AFWEZIG, None: Vondst.ONBEKEND}
# Later than this, the hour for which a delivery was meant says nothing about the hour it is.
VERTRAAGD = timedelta(minutes=5)
_FOUT = {MailStatus.HELD: Bezorgd.ONBEKEND, MailStatus.FAILED: Bezorgd.BLIJVEND}


class OnmogelijkeMail(Exception):
    """A mail could not be made. Its row stays in the queue; the reason is the cause."""


def te_laat(bedoeld: datetime) -> bool:
    """Is this attempt carried out so much later than it was meant (no worker was there) that mail may not leave now?

    By the clocks of the server, which says when an activity was asked for and when it began; a demo's clock runs fast
    only while a worker is there.
    """
    info = activity.info()
    vertraging = info.started_time - info.scheduled_time
    return vertraging > VERTRAAGD and not is_overdag(bedoeld + vertraging)


class MailActivities:
    """Takes a mail in one transaction, offers it to the relay, and writes down the outcome in another."""

    def __init__(
        self,
        sessies: async_sessionmaker[AsyncSession],
        catalogus: Catalogus,
        postbode: Postbode,
        settings: Settings,
        grootboek: Grootboek | None = None,
    ) -> None:
        self._sessies, self._catalogus, self._postbode, self._settings = sessies, catalogus, postbode, settings
        self._grootboek = grootboek
        self._beurt = asyncio.Lock()

    @property
    def heeft_grootboek(self) -> bool:
        """Is there anything to look a mail up in?"""
        return self._grootboek is not None

    @activity.defn
    async def deliver(self, opdracht: Bezorgopdracht) -> Bezorguitslag:
        """One attempt. What is left undone by an earlier attempt that broke off is looked up in the ledger of the relay,
        and held for a person when that does not say for certain; never sent again blindly."""
        if te_laat(opdracht.nu):
            return Bezorguitslag(uitslag=Bezorgd.TIJDELIJK)
        return await self._op_beurt(opdracht, houd_aan=True)

    async def bezorg_los(self, opdracht: Bezorgopdracht) -> Bezorguitslag:
        """One attempt for a mail that no workflow waits for. One that somebody else just took is left alone."""
        return await self._op_beurt(opdracht, houd_aan=False)

    async def _op_beurt(self, opdracht: Bezorgopdracht, *, houd_aan: bool) -> Bezorguitslag:
        try:
            await asyncio.wait_for(self._beurt.acquire(), BEURT.total_seconds())
        except TimeoutError:
            return Bezorguitslag(uitslag=Bezorgd.TIJDELIJK)
        try:
            return await self._bezorg(opdracht, houd_aan)
        finally:
            self._beurt.release()

    async def zoek_uit(self, poging: Afgebroken, nu: datetime) -> MailStatus | None:
        """Ask the ledger about a broken attempt, and do what it proves; without a ledger a person is asked.

        Gives the new status, or None when nothing changed. `nu` is the clock of the cases.
        """
        vondst = _VONDST[await self._in_grootboek(poging)]
        async with self._sessies.begin() as session:
            status = await beslis(session, poging, vondst, nu)
        if status is not None:
            _log.info("mail_attempt_settled", outbox_id=poging.mail_id, ledger=vondst, status=status)
        return status

    async def _bezorg(self, opdracht: Bezorgopdracht, houd_aan: bool) -> Bezorguitslag:
        if houd_aan and self._grootboek is not None and not await self._uitgezocht(opdracht):
            return Bezorguitslag(uitslag=Bezorgd.TIJDELIJK)
        try:
            async with self._sessies.begin() as session:
                klaar = await neem_in_verzending(session, opdracht.mail_id, opdracht.nu, houd_aan=houd_aan)
                # Made before the mail counts as under way: what cannot be made was not sent, and nobody need wonder.
                bericht = await self._maak(klaar, opdracht.nu) if klaar is not None else None
        except NogNietVerzenden:
            return Bezorguitslag(uitslag=Bezorgd.TIJDELIJK)
        except OnmogelijkeMail as fout:
            _log.error("mail_cannot_be_made", outbox_id=opdracht.mail_id, error=type(fout.__cause__).__name__)
            return Bezorguitslag(uitslag=Bezorgd.TIJDELIJK)
        if klaar is None:
            return await self._wat_er_staat(opdracht.mail_id)
        aflevering = await self._verstuur(klaar, bericht)
        async with self._sessies.begin() as session:
            if aflevering.uitslag is Uitslag.TIJDELIJK:
                await terug_in_rij(session, opdracht.mail_id, aflevering.code, opdracht.nu)
            else:
                await markeer(session, opdracht.mail_id, aflevering.uitslag, aflevering.code, opdracht.nu)
        _log.info("mail_delivery", outbox_id=opdracht.mail_id, outcome=aflevering.uitslag, code=aflevering.code)
        if aflevering.uitslag is Uitslag.TIJDELIJK:
            return Bezorguitslag(uitslag=Bezorgd.TIJDELIJK)
        return await self._wat_er_staat(opdracht.mail_id)

    async def _uitgezocht(self, opdracht: Bezorgopdracht) -> bool:
        """False for a broken attempt that the ledger does not know of but that may still be going on: wait a little."""
        async with self._sessies() as session:
            pogingen = await afgebroken(session, opdracht.mail_id)
        for poging in pogingen:
            if not poging.voorbij and await self._in_grootboek(poging) is not True:
                return False
            await self.zoek_uit(poging, opdracht.nu)
        return True

    async def _in_grootboek(self, poging: Afgebroken) -> bool | None:
        if self._grootboek is None:
            return None
        kenmerk = message_id(poging.message_sleutel, self._settings.message_id_domein)
        return await self._grootboek.zoek(kenmerk, poging.sinds)

    async def _maak(self, klaar: MailKlaar, nu: datetime) -> bytes | None:
        """The mail, byte for byte; None for an address that cannot be one. Raises OnmogelijkeMail for anything else that
        goes wrong while it is made."""
        try:
            regels = klaar.inhoud.regels
            school = await omstandigheden(self._sessies, regels[0].school_id, nu) if regels else None
            context = maak_context(klaar.inhoud, self._catalogus, school, nu, self._settings.basis_url)
            return bouw_bericht(
                context,
                ontvanger=klaar.inhoud.email,
                sleutel=klaar.message_sleutel,
                datum=klaar.gedateerd_op,
                afzender=self._settings.mail_afzender,
                domein=self._settings.message_id_domein,
            ).inhoud
        except AdresOngeldig:
            return None
        except Exception as fout:
            raise OnmogelijkeMail from fout

    async def _verstuur(self, klaar: MailKlaar, bericht: bytes | None) -> Aflevering:
        """Offers the mail. An address that cannot be one counts as refused for good."""
        if bericht is None:
            return Aflevering(Uitslag.BLIJVEND, None, "ontvanger")
        try:
            async with asyncio.timeout(_GESPREK.total_seconds()):
                return await self._postbode.verstuur(bericht, self._settings.mail_afzender, klaar.inhoud.email)
        except TimeoutError:
            return Aflevering(Uitslag.ONBEKEND, None, "inhoud")

    async def _wat_er_staat(self, mail_id: str) -> Bezorguitslag:
        async with self._sessies() as session:
            mail = await session.get(MailRij, mail_id)
            status = MailStatus(mail.status) if mail is not None else MailStatus.LAPSED
            if status is MailStatus.SENT:
                return Bezorguitslag(uitslag=Bezorgd.VERZONDEN)
            if status not in _FOUT:
                return Bezorguitslag(uitslag=Bezorgd.VERVALLEN)
            wie = await geadresseerden(session, mail_id)
        eerste = wie[0] if wie else None
        return Bezorguitslag(
            uitslag=_FOUT[status],
            persoon_id=eerste.persoon_id if eerste else None,
            rol=eerste.rol if eerste else None,
            traject_id=eerste.traject_id if eerste else None,
        )
