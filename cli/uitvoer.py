"""What the command line shows: text and tables for people, one JSON document for scripts, progress on stderr.

Rich reads its markup only where this code asks for it: data is always wrapped in Text, so a title with brackets stays
as it is.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

GELUKT: Final = 0
GEWEIGERD: Final = 1
VERKEERD_GEBRUIK: Final = 2
NIET_BEREIKBAAR: Final = 3
EIGEN_FOUT: Final = 70
_JSON = "routewacht.json"
_TITELS = {
    GEWEIGERD: "Dit kan nu niet",
    VERKEERD_GEBRUIK: "De opdracht klopt niet",
    NIET_BEREIKBAAR: "Even niet bereikbaar",
    EIGEN_FOUT: "Er ging iets mis",
}


@dataclass(frozen=True)
class Probleem:
    """Why a command did not succeed, as a person reads it."""

    code: str
    zin: str
    veld: str = ""
    remedie: str = ""


class Mislukt(Exception):
    """A command cannot go on. Carries the exit code and what to show; with more than one problem all are shown."""

    def __init__(self, rc: int, *problemen: Probleem) -> None:
        super().__init__(problemen[0].zin)
        self.rc, self.problemen = rc, problemen


def _onthoud(ctx: typer.Context, waarde: bool) -> bool:
    # A group and its command both have the option; wherever it stands, it counts.
    ctx.meta[_JSON] = waarde or wil_json(ctx.meta)
    return bool(ctx.meta[_JSON])


JsonOptie = Annotated[
    bool, typer.Option("--json", metavar="", help="Geef één JSON-document op stdout.", callback=_onthoud, is_eager=True)
]


def wil_json(meta: dict[str, Any]) -> bool:
    """Did the user ask for JSON? `meta` is shared by the contexts of all commands of one call."""
    return bool(meta.get(_JSON))


def scherm() -> Console:
    """Standard output as it is now (tests and pipes replace it)."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def foutscherm() -> Console:
    """Standard error as it is now."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def toon_json(document: Any) -> None:
    """The one document a script gets. Dates become ISO text."""
    typer.echo(json.dumps(document, ensure_ascii=False, default=_als_tekst))


def _als_tekst(waarde: object) -> str:
    if isinstance(waarde, date):  # a datetime is one too
        return waarde.isoformat()
    raise TypeError(f"{type(waarde).__name__} past niet in JSON")


def toon(tekst: str = "", stijl: str = "") -> None:
    """A line for people."""
    scherm().print(Text(tekst, style=stijl))


def kop(tekst: str) -> None:
    """A heading, with a blank line before it."""
    scherm().print()
    scherm().print(Text(tekst, style="bold"))


def tabel(koppen: Sequence[str], rijen: Iterable[Sequence[str]]) -> None:
    """A plain table; long sentences wrap inside their column."""
    blad = Table(*koppen, box=None, pad_edge=False, header_style="dim")
    for rij in rijen:
        blad.add_row(*(Text(cel) for cel in rij))
    Console(highlight=False, markup=False, emoji=False).print(blad)


def toon_mislukt(mislukt: Mislukt, *, als_json: bool) -> None:
    """What went wrong: on stderr for people, as one document on stdout for scripts (the members of the JSON API)."""
    if als_json:
        eerste = mislukt.problemen[0]
        toon_json(
            {
                "type": f"urn:routewacht:{eerste.code}",
                "title": _TITELS[mislukt.rc],
                "detail": eerste.zin,
                "veld": eerste.veld,
                "remedie": eerste.remedie,
                "code": eerste.code,
                "fouten": [{"veld": p.veld, "zin": p.zin, "remedie": p.remedie} for p in mislukt.problemen],
            }
        )
        return
    console = foutscherm()
    for p in mislukt.problemen:
        console.print(Text(p.zin, style="red"))
        if p.veld and p.veld not in p.zin:
            console.print(Text(f"  Het gaat om: {p.veld}", style="dim"))
        if p.remedie:
            console.print(Text(f"  {p.remedie}"))


@contextmanager
def voortgang(wat: str, totaal: float | None = None) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on stderr for what may take more than two seconds; nothing when stderr is not a screen.

    Gives a function (text, how far) that moves it. Without `totaal` the bar only shows that work goes on.
    """
    console = Console(stderr=True)
    kolommen = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*kolommen, console=console, transient=True, disable=not console.is_terminal) as balk:
        taak = balk.add_task(wat, total=totaal)

        def verder(tekst: str, tot: float) -> None:
            balk.update(taak, description=tekst, completed=tot)

        yield verder
