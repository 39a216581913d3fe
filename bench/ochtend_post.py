"""An SMTP server that takes everything and remembers the Message-ID of each mail."""

import asyncio
import contextlib
import re
from types import TracebackType
from typing import Self

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.I | re.M)


class Postbus:
    """Real SMTP on a port of its own; use as `async with Postbus() as postbus`."""

    def __init__(self) -> None:
        self.ontvangen: list[bytes] = []
        self.poort = 0
        self._server: asyncio.Server | None = None
        self._nieuw = asyncio.Condition()

    async def wacht_tot(self, aantal: int, hoogstens: float) -> None:
        """Until so many mails were taken, or so many seconds have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(hoogstens), self._nieuw:
                await self._nieuw.wait_for(lambda: len(self.ontvangen) >= aantal)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._gesprek, "127.0.0.1", 0, limit=1 << 22)
        self.poort = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    async def _gesprek(self, lezer: asyncio.StreamReader, schrijver: asyncio.StreamWriter) -> None:
        schrijver.write(b"220 klaar\r\n")
        while regel := await lezer.readline():
            match regel.split(None, 1)[0].upper():
                case b"DATA":
                    schrijver.write(b"354 toe maar\r\n")
                    inhoud = await lezer.readuntil(b"\r\n.\r\n")
                    gevonden = _MESSAGE_ID.search(inhoud)
                    async with self._nieuw:
                        self.ontvangen.append(gevonden.group(1) if gevonden else b"")
                        self._nieuw.notify_all()
                    schrijver.write(b"250 aangenomen\r\n")
                case b"QUIT":
                    schrijver.write(b"221 dag\r\n")
                    break
                case _:
                    schrijver.write(b"250 goed\r\n")
            await schrijver.drain()
        schrijver.close()
