"""A relay for tests that fails on command. Each entry in `bezorgd` is one mail a person would find in the inbox."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

# connect: the greeting; data: the reply to DATA; inhoud: while the content comes in (nothing is kept); einde: the reply
# to the content (not kept when refused); na: after the content is kept, instead of or before the 250.
Fase = Literal["connect", "ehlo", "mail", "rcpt", "data", "inhoud", "einde", "na"]
Soort = Literal["antwoord", "verbreek", "wacht"]


@dataclass
class Storing:
    """One planned fault: answer with `code`, break the line, or stay silent until `SmtpSink.laat_los` is set."""

    fase: Fase
    soort: Soort
    code: int = 0
    keer: int = 1
    tekst: str = "storing"


@dataclass(frozen=True)
class Bezorging:
    """One mail that was kept."""

    ontvangers: tuple[str, ...]
    message_id: str | None
    ruw: bytes


@dataclass
class SmtpSink:
    """SMTP server on loopback, one conversation per connection. Use as `async with SmtpSink() as sink`."""

    wachtwoord_klopt: bool | None = None  # None: offers no AUTH at all
    poort: int = 0
    bezorgd: list[Bezorging] = field(default_factory=list)
    opdrachten: list[str] = field(default_factory=list)
    verbindingen: int = 0
    ontvangen: asyncio.Event = field(default_factory=asyncio.Event)
    wacht_nu: asyncio.Event = field(default_factory=asyncio.Event)
    laat_los: asyncio.Event = field(default_factory=asyncio.Event)
    _storingen: list[Storing] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _schrijvers: set[asyncio.StreamWriter] = field(default_factory=set)
    _taken: set[asyncio.Task[None]] = field(default_factory=set)

    def stoor(
        self, fase: Fase, soort: Soort = "antwoord", *, code: int = 0, keer: int = 1, tekst: str = "storing"
    ) -> None:
        """Plan a fault for the next `keer` times that the conversation reaches `fase`; `tekst` follows the code."""
        self._storingen.append(Storing(fase, soort, code, keer, tekst))

    def genees(self) -> None:
        """Forget every fault that is still planned, and let go of whoever is kept waiting."""
        self._storingen.clear()
        self.laat_los.set()
        self.laat_los, self.wacht_nu = asyncio.Event(), asyncio.Event()

    def storingen_voorbij(self) -> None:
        """Forget every fault that was planned."""
        self._storingen.clear()

    async def start(self) -> Self:
        """Listen; after `stop` again on the same port."""
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", self.poort)
        self.poort = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Go down hard: stop listening and break every open line."""
        if self._server is None:
            return
        self._server.close()
        for schrijver in list(self._schrijvers):
            schrijver.transport.abort()
        await self._server.wait_closed()
        taken = list(self._taken)
        for taak in taken:
            taak.cancel()
        await asyncio.gather(*taken, return_exceptions=True)
        self._server = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.stop()

    async def _begin(self, lezer: asyncio.StreamReader, schrijver: asyncio.StreamWriter) -> None:
        taak = asyncio.current_task()
        assert taak is not None
        self._taken.add(taak)
        self._schrijvers.add(schrijver)
        self.verbindingen += 1
        try:
            await self._Gesprek(self, lezer, schrijver).voer()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            schrijver.transport.abort()
            self._schrijvers.discard(schrijver)
            self._taken.discard(taak)

    def _neem(self, fase: Fase) -> Storing | None:
        for storing in self._storingen:
            if storing.fase == fase and storing.keer > 0:
                storing.keer -= 1
                return storing
        return None

    class _Gesprek:
        def __init__(self, sink: SmtpSink, lezer: asyncio.StreamReader, schrijver: asyncio.StreamWriter) -> None:
            self.sink, self.lezer, self.schrijver = sink, lezer, schrijver
            self.ontvangers: list[str] = []

        async def zeg(self, regel: str) -> None:
            self.schrijver.write(f"{regel}\r\n".encode())
            await self.schrijver.drain()

        async def storing(self, fase: Fase) -> bool:
            """Carry out a planned fault; True when the normal answer must not follow."""
            storing = self.sink._neem(fase)
            if storing is None:
                return False
            if storing.soort == "verbreek":
                raise ConnectionAbortedError
            if storing.soort == "wacht":
                self.sink.wacht_nu.set()
                await self.sink.laat_los.wait()
                return False
            await self.zeg(f"{storing.code} {storing.tekst}")
            return True

        async def voer(self) -> None:
            if await self.storing("connect"):
                return
            await self.zeg("220 sink")
            while regel := await self.lezer.readline():
                opdracht = regel.decode("latin1").strip()
                self.sink.opdrachten.append(opdracht)
                if opdracht.upper() == "QUIT":
                    await self.zeg("221 tot ziens")
                    return
                await self.antwoord(opdracht)

        async def antwoord(self, opdracht: str) -> None:
            woord = opdracht.upper().partition(" ")[0]
            if woord == "EHLO" and not await self.storing("ehlo"):
                await self.zeg("250 sink" if self.sink.wachtwoord_klopt is None else "250-sink\r\n250 AUTH PLAIN")
            elif woord == "AUTH":
                await self.zeg("235 welkom" if self.sink.wachtwoord_klopt else "535 onjuist")
            elif woord == "MAIL" and not await self.storing("mail"):
                await self.zeg("250 ok")
            elif woord == "RCPT" and not await self.storing("rcpt"):
                self.ontvangers.append(opdracht.partition(":")[2].strip("<> "))
                await self.zeg("250 ok")
            elif woord == "DATA" and not await self.storing("data"):
                await self.zeg("354 ga je gang")
                await self.inhoud()
            elif woord == "RSET":
                self.ontvangers.clear()
                await self.zeg("250 ok")
            elif woord == "NOOP":
                await self.zeg("250 ok")

        async def inhoud(self) -> None:
            ruw = await self.lezer.read(1)
            await self.storing("inhoud")
            ruw += await self.lezer.readuntil(b"\r\n.\r\n")
            if await self.storing("einde"):
                return
            kenmerk = re.search(rb"(?im)^Message-ID:\s*(\S+)", ruw)
            self.sink.bezorgd.append(
                Bezorging(tuple(self.ontvangers), kenmerk.group(1).decode() if kenmerk else None, ruw[:-3])
            )
            self.ontvangers.clear()
            self.sink.ontvangen.set()
            if not await self.storing("na"):
                await self.zeg("250 in de rij")
