"""How two things are compared: in turns, in one run, and only as a ratio.

Other work on the machine slows both sides down alike, as long as they take turns quickly. Each repeat gives one ratio;
what is reported is the median of the repeats with the quartiles beside it, so that one bad moment changes nothing.
"""

import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import repeat
from statistics import median, quantiles
from time import perf_counter, thread_time

Taak = Callable[[int], Awaitable[None]]
"""Does the measured thing so many times in a row."""

Stopwatch = Callable[[], float]
# Processor time of this thread for pure computation: time that another process takes is not ours. Waiting for a
# database is time too, so there the clock on the wall counts.
REKENTIJD: Stopwatch = thread_time
WACHTTIJD: Stopwatch = perf_counter


@dataclass(frozen=True)
class Maat:
    """How thorough to be.

    The number of repeats; how long (in seconds) one side of a repeat takes at least; how many steps of the school year
    are put on record in each repeat (None: all of them).
    """

    herhalingen: int
    ronde: float
    stappen: int | None = None


SNEL = Maat(herhalingen=3, ronde=0.002, stappen=12)
GRONDIG = Maat(herhalingen=11, ronde=0.02)


@dataclass(frozen=True)
class Cijfer:
    """One result: `wat` costs `verhouding` times as much as `tegen`; half of the repeats lay between `van` and `tot`."""

    naam: str
    wat: str
    tegen: str
    verhouding: float
    van: float
    tot: float
    herhalingen: int


@dataclass(frozen=True)
class Paar:
    """Two things to compare, under a name for scripts and in words for people."""

    naam: str
    wat: str
    tegen: str


def vaak(doe: Callable[[], object]) -> Taak:
    """A task out of a plain function."""

    async def taak(keer: int) -> None:
        for _ in repeat(None, keer):
            doe()

    return taak


async def vergelijk(paar: Paar, wat: Taak, tegen: Taak, maat: Maat, stopwatch: Stopwatch = REKENTIJD) -> Cijfer:
    """The ratio of the costs of doing each once. Finds by itself how often each must be done to be measurable."""
    vaak_wat = await _hoe_vaak(wat, maat.ronde, stopwatch)
    vaak_tegen = await _hoe_vaak(tegen, maat.ronde, stopwatch)
    return await vergelijk_rondes(paar, wat, vaak_wat, tegen, vaak_tegen, maat, stopwatch)


async def vergelijk_rondes(
    paar: Paar, wat: Taak, vaak_wat: int, tegen: Taak, vaak_tegen: int, maat: Maat, stopwatch: Stopwatch
) -> Cijfer:
    """As `vergelijk`, when it is known how often each side is done in a repeat. Does nothing beforehand to warm up."""
    gc.collect()
    verhoudingen = []
    for nummer in range(maat.herhalingen):
        # Who goes first changes, or a machine that slows down steadily would always be to the loss of the same side.
        if nummer % 2:
            noemer = await _een_keer(tegen, vaak_tegen, stopwatch)
            teller = await _een_keer(wat, vaak_wat, stopwatch)
        else:
            teller = await _een_keer(wat, vaak_wat, stopwatch)
            noemer = await _een_keer(tegen, vaak_tegen, stopwatch)
        verhoudingen.append(teller / noemer)
    return cijfer(paar, verhoudingen)


def cijfer(paar: Paar, verhoudingen: list[float]) -> Cijfer:
    """The result of these repeats; for a size, which is always the same, one is enough."""
    kwarten = quantiles(verhoudingen, n=4, method="inclusive") if len(verhoudingen) > 1 else verhoudingen * 3
    return Cijfer(
        paar.naam, paar.wat, paar.tegen, median(verhoudingen), kwarten[0], kwarten[2], herhalingen=len(verhoudingen)
    )


async def _hoe_vaak(taak: Taak, ronde: float, stopwatch: Stopwatch) -> int:
    keer = 1
    while await _duur(taak, keer, stopwatch) < ronde:
        keer *= 2
    return keer


async def _een_keer(taak: Taak, keer: int, stopwatch: Stopwatch) -> float:
    return await _duur(taak, keer, stopwatch) / keer


async def _duur(taak: Taak, keer: int, stopwatch: Stopwatch) -> float:
    """Without the garbage collector: it would come to one side only, and not every time."""
    gc.disable()
    try:
        begin = stopwatch()
        await taak(keer)
        return stopwatch() - begin
    finally:
        gc.enable()
