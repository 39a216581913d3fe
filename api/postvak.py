"""The SMTP server of the demo: every mail the system sends ends in the table `postvak`, and nothing leaves the machine."""

import asyncio
from typing import Any

import structlog
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import mailbeeld
from runtime.klok import Klok
from storage.mail_tables import PostvakRij

_log = structlog.get_logger(__name__)
MAIL_HOOGSTENS = 1024 * 1024
# A demo may run for hours: older mails make way.
_BEWAAR = 3000
_RUIM_OP_NA = 100


class Postvak:
    """Listens on the loopback. `poort` is the real one once started, also when 0 was asked for."""

    def __init__(
        self, sessies: async_sessionmaker[AsyncSession], klok: Klok, *, host: str = "127.0.0.1", poort: int = 0
    ) -> None:
        self._sessies, self._klok, self._host = sessies, klok, host
        self.poort = poort
        self._server: Any = None
        self._sinds_opruimen = 0

    async def start(self) -> None:
        """Begin to listen, on the running event loop. Raises OSError for a port that is taken."""
        controller = UnthreadedController(
            self,
            hostname=self._host,
            port=self.poort,
            data_size_limit=MAIL_HOOGSTENS,
            ident="Postvak van Routewacht",
            loop=asyncio.get_running_loop(),
        )
        self._server = await controller._create_server()
        self.poort = self._server.sockets[0].getsockname()[1]
        _log.info("postvak_listens", port=self.poort)

    async def stop(self) -> None:
        """Stop listening; what was accepted is in the table."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one mail, once for each recipient, before it is accepted."""
        ruw = envelope.original_content or b""
        if len(ruw) > MAIL_HOOGSTENS:
            return "552 5.3.4 te groot"
        bericht = mailbeeld.lees(ruw)
        rijen = [
            {
                "ontvangen_op": self._klok.nu(),
                "afzender": mailbeeld.netjes(envelope.mail_from or ""),
                "ontvanger": mailbeeld.netjes(ontvanger),
                "onderwerp": mailbeeld.kop(bericht, "subject") or "(geen onderwerp)",
                "ruw": ruw,
                "gedateerd_op": mailbeeld.gedateerd_op(bericht),
                "trajecten": mailbeeld.trajecten(bericht),
            }
            for ontvanger in envelope.rcpt_tos
        ]
        try:
            async with self._sessies.begin() as sessie:
                await sessie.execute(insert(PostvakRij), rijen)
                await self._ruim_op(sessie)
        except Exception as fout:
            _log.warning("postvak_not_stored", error=type(fout).__name__)
            return "451 4.3.0 nu niet, probeer het straks opnieuw"
        return "250 2.0.0 bewaard"

    async def _ruim_op(self, sessie: AsyncSession) -> None:
        self._sinds_opruimen += 1
        if self._sinds_opruimen < _RUIM_OP_NA:
            return
        self._sinds_opruimen = 0
        nieuwste = select(func.max(PostvakRij.id)).scalar_subquery()
        await sessie.execute(delete(PostvakRij).where(PostvakRij.id <= nieuwste - _BEWAAR))
