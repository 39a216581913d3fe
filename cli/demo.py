"""`routewacht demo`: everything in one process tree, with fictional people and a clock that runs fast."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

_DATA = Path(".routewacht/demo")
_STANDAARD_TEMPO = 4.0


def demo(
    tempo: Annotated[
        float,
        typer.Option(help="Zoveel seconden duurt een dag in de demo. Hoger is rustiger.", min=0.2, max=86_400),
    ] = _STANDAARD_TEMPO,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Laat de klok op gewone snelheid lopen, zonder tempo.")
    ] = False,
    data: Annotated[Path, typer.Option(help="Map met de gegevens van de demo.")] = _DATA,
    poort: Annotated[int, typer.Option(help="Poort van de site (0: kies er zelf een).", min=0, max=65_535)] = 8000,
    temporal_poort: Annotated[int, typer.Option(help="Poort van Temporal (0: kies er zelf een).", min=0)] = 7233,
    nieuw: Annotated[bool, typer.Option("--nieuw", help="Begin opnieuw: wis de gegevens van de demo.")] = False,
    seconden: Annotated[float | None, typer.Option(help="Stop vanzelf na zoveel seconden.", min=1)] = None,
    herhaal: Annotated[
        bool, typer.Option("--herhaal", help="Begin vanzelf opnieuw als de schoolkalender op is; wist dan de gegevens.")
    ] = False,
) -> None:
    """Start Routewacht met voorbeeldgegevens: database, Temporal, worker, site en postvak. Stop met Ctrl-C.

    De klok van de demo loopt snel: een dag duurt 4 seconden, tenzij u iets anders kiest met --tempo of --realtime.
    """
    from cli.demo_onderdelen import SupervisionError, wis

    scherm = Console(stderr=False, highlight=False)
    keuzes = Keuzes(
        tempo=None if realtime else tempo,
        data=data.absolute(),
        poort=poort,
        temporal_poort=temporal_poort,
        seconden=seconden,
        herhaal=herhaal,
    )
    try:
        if nieuw:
            wis(keuzes.data)
        vervolg = asyncio.run(_draai(keuzes, scherm))
        if vervolg is not None and herhaal:
            wis(keuzes.data)
    except SupervisionError as fout:
        scherm.print(f"[bold red]De demo kan niet starten.[/] {fout}")
        _weg(1)
    if vervolg is not None:
        # A process of its own, as a start by hand would be; it finds on disk what the clock showed.
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, sys.argv[0], "demo", *vervolg.opties()])  # noqa: S606
    _weg(0)


def _weg(code: int) -> None:
    """Leave at once: all children are down, and the SDK's native threads may abort a slow goodbye of the interpreter."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@dataclass(frozen=True)
class Keuzes:
    """What was asked for on the command line; `tempo` is seconds per day, None for the real clock."""

    tempo: float | None
    data: Path
    poort: int
    temporal_poort: int
    seconden: float | None
    herhaal: bool = False

    def opties(self) -> list[str]:
        """The same choices, as words for the command line."""
        return [
            *("--data", str(self.data), "--poort", str(self.poort), "--temporal-poort", str(self.temporal_poort)),
            *(("--realtime",) if self.tempo is None else ("--tempo", str(self.tempo))),
            *(() if self.seconden is None else ("--seconden", str(self.seconden))),
            *(("--herhaal",) if self.herhaal else ()),
        ]


def vrije_poort(liefst: int) -> int:
    """This port if nobody has it, else one the system chooses."""
    for poort in dict.fromkeys((liefst, 0)):
        with socket.socket() as proef, suppress(OSError):
            # As the servers do: a port of a demo that was killed a moment ago is free.
            proef.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            proef.bind(("127.0.0.1", poort))
            return int(proef.getsockname()[1])
    raise OSError("geen vrije poort")


async def _waak(reden: Callable[[], object], stop: asyncio.Event) -> None:
    """Looks every second whether there is a reason to stop: a demo without its database would only pretend."""
    while not reden():  # noqa: ASYNC110 - nobody tells us when a process ends
        await asyncio.sleep(1)
    stop.set()


async def _draai(keuzes: Keuzes, scherm: Console) -> Keuzes | None:
    """Runs until somebody stops it. When the school calendar runs out: the choices for a start that goes on from there."""
    from cli.demo_onderdelen import SupervisionError, opgestart
    from cli.demo_welkom import KALENDER_OP, welkom

    stop = asyncio.Event()
    lus = asyncio.get_running_loop()
    begin = lus.time()
    for sein in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        lus.add_signal_handler(sein, stop.set)
    async with AsyncExitStack() as stapel:
        with scherm.status("Routewacht start ...") as status:
            draait = await stapel.enter_async_context(opgestart(keuzes, status.update))
        scherm.print(welkom(draait.adressen, keuzes, draait.klok, draait.einde))
        # Outside the frame and not broken into lines: somebody will copy it.
        scherm.print(f"Met de opdracht van Temporal: {draait.cli}", soft_wrap=True)
        if keuzes.poort not in (0, draait.poort):
            scherm.print(f"Poort {keuzes.poort} is al in gebruik; daarom staat de site op een andere poort.")
        toon = asyncio.create_task(_toon(draait.regel, scherm))
        stapel.callback(toon.cancel)
        waak = asyncio.create_task(_waak(lambda: draait.gestopt() or draait.kalender_op(), stop))
        stapel.callback(waak.cancel)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), keuzes.seconden)
        toon.cancel()
        if kapot := draait.gestopt():
            raise SupervisionError(f"{kapot} is onverwacht gestopt. Start de demo opnieuw; de gegevens zijn bewaard.")
        if draait.kalender_op():
            scherm.print(KALENDER_OP[keuzes.herhaal])
            over = None if keuzes.seconden is None else max(1.0, keuzes.seconden - (lus.time() - begin))
            return replace(keuzes, poort=draait.poort, temporal_poort=draait.temporal_poort, seconden=over)
        scherm.print("Routewacht stopt. De gegevens blijven bewaard; start gewoon opnieuw om verder te gaan.")
    return None


async def _toon(regel: "object", scherm: Console) -> None:
    """One line that says how far the demo is: in place on a terminal, once a week of the demo clock elsewhere."""
    from cli.demo_onderdelen import Regel

    assert isinstance(regel, Regel)
    laatste: date | None = None
    with scherm.status("") if scherm.is_terminal else nullcontext() as status:
        while True:
            moment, tekst = await regel.lees()
            if status is not None:
                status.update(tekst)
            elif _nieuwe_week(laatste, moment):
                scherm.print(tekst)
                laatste = moment.date()
            await asyncio.sleep(1)


def _nieuwe_week(laatste: date | None, moment: datetime) -> bool:
    return laatste is None or moment.date().isocalendar()[:2] != laatste.isocalendar()[:2]
