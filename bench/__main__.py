"""`make bench`: how the parts of Routewacht compare to each other on this machine. See docs/performance.md."""

import asyncio
import logging
import os
import platform
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Annotated

import structlog
import typer

from bench.core import kalender, kern
from bench.meten import GRONDIG, SNEL, Cijfer, Maat
from bench.payload import berichten
from bench.record import vastleggen
from cli.taal import App, Hoofdgroep
from cli.uitvoer import JsonOptie, kop, tabel, toon, toon_json, voortgang

# In the order of the tables, with how long each takes compared to the others, for the progress bar.
_DELEN: tuple[tuple[str, Callable[[Maat], AsyncIterator[Cijfer]], int], ...] = (
    ("Kern", kern, 3),
    ("Kalender", kalender, 1),
    ("Berichten van Temporal", berichten, 2),
    ("Vastleggen in PostgreSQL", vastleggen, 24),
)
_CIJFERS_ACHTER_DE_KOMMA = ((0.1, 3), (1.0, 2), (10.0, 1))

app = App("Meet hoe snel de onderdelen van Routewacht zijn ten opzichte van elkaar.", cls=Hoofdgroep)


@app.callback(invoke_without_command=True, subcommand_metavar="")
def bench(
    snel: Annotated[
        bool, typer.Option("--snel", metavar="", help="Minder vaak herhalen: sneller klaar, minder precies.")
    ] = False,
    json: JsonOptie = False,
) -> None:
    """Meet hoe snel de onderdelen van Routewacht zijn ten opzichte van elkaar.

    Alleen verhoudingen binnen deze ene meting zeggen iets; tijden van verschillende machines niet.
    """
    # What the measured code would say of its own is not part of the answer.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    delen = asyncio.run(_meet(SNEL if snel else GRONDIG))
    if json:
        cijfers = {c.naam: {k: v for k, v in asdict(c).items() if k != "naam"} for deel in delen.values() for c in deel}
        toon_json({"machine": _machine(), "cijfers": cijfers})
    else:
        _toon(delen)


async def _meet(maat: Maat) -> dict[str, list[Cijfer]]:
    delen: dict[str, list[Cijfer]] = {}
    klaar = 0
    with voortgang("Meten", sum(deel[-1] for deel in _DELEN)) as verder:
        for naam, meet, duur in _DELEN:
            verder(naam, klaar)
            delen[naam] = [cijfer async for cijfer in meet(maat)]
            klaar += duur
    return delen


def _machine() -> dict[str, str | int | None]:
    return {"kernen": os.cpu_count(), "python": platform.python_version(), "systeem": platform.system()}


def _toon(delen: dict[str, list[Cijfer]]) -> None:
    machine = _machine()
    toon(f"{machine['kernen']} kernen, Python {machine['python']}, {machine['systeem']}")
    for naam, cijfers in delen.items():
        kop(naam)
        tabel(("Wat", "Vergeleken met", "Kost", "Meestal tussen"), [_rij(c) for c in cijfers])
    kop("Hoe u dit leest")
    toon("'Kost 2,0×' is: twee keer zoveel als waarmee het is vergeleken. Het is de middelste van alle herhalingen;")
    toon("de helft van de herhalingen ligt tussen de twee laatste getallen. Meer uitleg: docs/performance.md.")


def _rij(c: Cijfer) -> tuple[str, str, str, str]:
    spreiding = f"{_keer(c.van)} en {_keer(c.tot)}" if c.herhalingen > 1 else "altijd gelijk"
    return c.wat, c.tegen, _keer(c.verhouding), spreiding


def _keer(verhouding: float) -> str:
    """ "0,051×", "0,42×", "3,7×", "1.240×": no more digits than such a measurement can carry."""
    for grens, cijfers in _CIJFERS_ACHTER_DE_KOMMA:
        if verhouding < grens:
            return f"{verhouding:.{cijfers}f}×".replace(".", ",")
    return f"{verhouding:,.0f}×".replace(",", ".")


if __name__ == "__main__":
    app()
