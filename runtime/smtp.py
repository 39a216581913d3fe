"""Handing one mail to the relay, and saying honestly what became of it.

Exactly once does not exist over SMTP: between the end of the content and the reply, nobody can know whether the relay
took the mail. The outcome therefore has four values, and only the caller who gets `TIJDELIJK` may send again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import aiosmtplib

from runtime.mailbericht import valideer_adres
from runtime.settings import Settings

Fase = Literal["verbinding", "afzender", "ontvanger", "inhoud"]

_MAX_STIL = 30.0  # seconds; relays and firewalls drop idle connections, mostly without telling
_CODE_SLUIT = 421


class Uitslag(StrEnum):
    """What became of a mail."""

    VERZONDEN = "verzonden"
    """The relay answered that it has the mail."""
    TIJDELIJK = "tijdelijk"
    """The relay does certainly not have it: sending again is safe, and may help."""
    BLIJVEND = "blijvend"
    """The relay refused this mail for good: sending again is useless, a person has to look."""
    ONBEKEND = "onbekend"
    """The line broke or fell silent after the content began: the relay may have it. Never send again blindly."""


@dataclass(frozen=True, slots=True)
class Aflevering:
    """The outcome, the SMTP code if there was one, and in which phase it was decided (whose fault it may be)."""

    uitslag: Uitslag
    code: int | None
    fase: Fase


class Postbode:
    """One connection to the relay, kept open between mails; mails of one process go one after another.

    `wachttijd` and `wachttijd_inhoud` are seconds of real time for a command and for the reply after the content.
    """

    def __init__(self, settings: Settings, *, wachttijd: float = 30.0, wachttijd_inhoud: float = 120.0) -> None:
        self._settings = settings
        self._wachttijd = wachttijd
        self._wachttijd_inhoud = wachttijd_inhoud
        self._lock = asyncio.Lock()
        self._client: aiosmtplib.SMTP | None = None
        self._gebruikt = 0.0

    async def verstuur(self, bericht: bytes, afzender: str, ontvanger: str) -> Aflevering:
        """Offer one mail once; every failure of relay or network is an outcome, not an exception.

        Raises `AdresOngeldig` before anything is sent: a list in one string would silently reach only its first name.
        """
        valideer_adres(afzender)
        valideer_adres(ontvanger)
        async with self._lock:
            try:
                return await self._verstuur(bericht, afzender, ontvanger)
            except BaseException:
                self._verbreek()  # also when cancelled half-way: the next mail must not continue this conversation
                raise

    async def sluit(self) -> None:
        """Say goodbye to the relay, if there is a connection."""
        async with self._lock:
            if self._client is not None and self._client.is_connected:
                # It may hang up first; all mails have had their answer already.
                with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                    await self._client.quit(timeout=self._wachttijd)
            self._verbreek()

    async def _verstuur(self, bericht: bytes, afzender: str, ontvanger: str) -> Aflevering:
        hergebruikt = self._herbruikbaar()
        mislukt = await self._open_envelop(afzender, ontvanger)
        if mislukt and hergebruikt and mislukt.code in (None, _CODE_SLUIT):
            # A kept connection turned out to be dead or about to close. No content went out, so start afresh, once.
            self._verbreek()
            mislukt = await self._open_envelop(afzender, ontvanger)
        if mislukt is None:
            aflevering = await self._geef_inhoud(bericht)
        else:
            aflevering = mislukt
        await self._ruim_op(aflevering)
        return aflevering

    async def _open_envelop(self, afzender: str, ontvanger: str) -> Aflevering | None:
        """Everything before the content: whatever goes wrong here, the relay does not have the mail."""
        fase: Fase = "verbinding"
        try:
            client = await self._verbind()
            fase = "afzender"
            await client.mail(afzender, timeout=self._wachttijd)
            fase = "ontvanger"
            await client.rcpt(ontvanger, timeout=self._wachttijd)
        except (aiosmtplib.SMTPException, OSError, ValueError) as fout:
            code = antwoordcode(fout)
            # A refusal of the connection or of our password (554, 535) says nothing about this mail.
            blijvend = fase != "verbinding" and code is not None and code >= 500
            return Aflevering(Uitslag.BLIJVEND if blijvend else Uitslag.TIJDELIJK, code, fase)
        return None

    async def _geef_inhoud(self, bericht: bytes) -> Aflevering:
        client = self._client
        assert client is not None
        try:
            antwoord = await client.data(bericht, timeout=self._wachttijd_inhoud)
        except (aiosmtplib.SMTPException, OSError) as fout:
            code = antwoordcode(fout)
            if code is None or not 400 <= code < 600:
                return Aflevering(Uitslag.ONBEKEND, code, "inhoud")
            return Aflevering(Uitslag.TIJDELIJK if code < 500 else Uitslag.BLIJVEND, code, "inhoud")
        return Aflevering(Uitslag.VERZONDEN, antwoord.code, "inhoud")

    def _herbruikbaar(self) -> bool:
        if self._client is None:
            return False
        if self._client.is_connected and time.monotonic() - self._gebruikt < _MAX_STIL:
            return True
        self._verbreek()
        return False

    async def _verbind(self) -> aiosmtplib.SMTP:
        if self._client is not None:
            return self._client
        s = self._settings
        client = aiosmtplib.SMTP(
            hostname=s.smtp_host,
            port=s.smtp_port,
            username=s.smtp_user,
            password=s.smtp_password.get_secret_value() if s.smtp_password else None,
            use_tls=s.smtp_tls == "tls",
            start_tls=s.smtp_tls == "starttls",
            timeout=self._wachttijd,
            # The default is the name of this machine, which would travel in the headers of every mail.
            local_hostname=s.message_id_domein,
        )
        self._client = client
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        return client

    async def _ruim_op(self, aflevering: Aflevering) -> None:
        """After a clear answer the connection can carry the next mail; after anything else it cannot be trusted."""
        client = self._client
        netjes = aflevering.code is not None and aflevering.code != _CODE_SLUIT and aflevering.fase != "verbinding"
        if not netjes or client is None or aflevering.uitslag is Uitslag.ONBEKEND:
            self._verbreek()
            return
        if aflevering.uitslag is not Uitslag.VERZONDEN:
            try:
                await client.rset(timeout=self._wachttijd)
            except (aiosmtplib.SMTPException, OSError):
                self._verbreek()
                return
        self._gebruikt = time.monotonic()

    def _verbreek(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def antwoordcode(fout: Exception) -> int | None:
    """The three-digit code in an error of the SMTP library, or None when the relay gave no (readable) answer."""
    if isinstance(fout, aiosmtplib.SMTPResponseException) and 100 <= fout.code < 600:
        return fout.code
    return None
