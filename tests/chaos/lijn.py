"""A network that can be cut: a TCP proxy on loopback between a worker and its server."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class Lijn:
    """Passes bytes on to `doel` (host:port) until it is cut; while cut it breaks what is open and answers nobody."""

    def __init__(self, doel: str) -> None:
        self._host, _, poort = doel.partition(":")
        self._poort = int(poort)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._heel = True
        self.adres = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._verbind, "127.0.0.1", 0)
        self.adres = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.knip()
        if self._server is not None:
            self._server.close()

    def knip(self) -> None:
        """Break every open connection; whoever connects from now on is cut off at once."""
        self._heel = False
        for schrijver in list(self._open):
            schrijver.transport.abort()

    def heel(self) -> None:
        """The network is back."""
        self._heel = True

    async def _verbind(self, lezer: asyncio.StreamReader, schrijver: asyncio.StreamWriter) -> None:
        if not self._heel:
            schrijver.transport.abort()
            return
        try:
            ander_lezer, ander = await asyncio.open_connection(self._host, self._poort)
        except OSError:
            schrijver.transport.abort()
            return
        self._open |= {schrijver, ander}
        try:
            await asyncio.gather(_pomp(lezer, ander), _pomp(ander_lezer, schrijver))
        finally:
            self._open -= {schrijver, ander}
            schrijver.transport.abort()
            ander.transport.abort()


async def _pomp(van: asyncio.StreamReader, naar: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while stuk := await van.read(65536):
            naar.write(stuk)
            await naar.drain()
    naar.transport.abort()
