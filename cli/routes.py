"""`routewacht route check`: everything that is wrong with a route file, at once."""

from pathlib import Path
from typing import Annotated

import typer

from cli.taal import App
from cli.uitvoer import VERKEERD_GEBRUIK, JsonOptie, Mislukt, Probleem, toon, toon_json, voortgang

app = App("Routes.", no_args_is_help=True)


@app.callback()
def _routes() -> None:
    """Routes."""


@app.command("check")
def check(
    bestand: Annotated[
        Path,
        typer.Argument(metavar="BESTAND.yaml", exists=True, dir_okay=False, readable=True, help="Het routebestand."),
    ],
    json: JsonOptie = False,
) -> None:
    """Controleer een routebestand en toon alle fouten ineens."""
    from domain.route_check import compileer, hash_van

    try:
        tekst = bestand.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        zin = "Dit bestand is geen tekst in UTF-8."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("geen_tekst", zin, "bestand", "Bewaar het als UTF-8.")) from None
    with voortgang("Route controleren"):
        route = compileer(tekst, bestand.name)
    hash_ = hash_van(tekst)
    if json:
        toon_json(
            {"route": route.route, "versie": route.versie, "hash": hash_, "titel": route.titel, "status": route.status}
        )
        return
    toon(f"{bestand.name} klopt: {route.titel}, versie {route.versie} ({route.status}).", "green")
    toon(f"{len(route.stappen)} stappen; geen traject kan erin vastlopen. Inhoud: {hash_}")
