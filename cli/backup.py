"""`routewacht backup` and `restore`: a copy that knows whether it is whole, and putting it back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.uitvoer import JsonOptie, toon, toon_json, voortgang

MapArgument = Annotated[Path, typer.Argument(metavar="MAP", help="De map van de reservekopie.")]


def backup(
    map_: MapArgument,
    temporal_db: Annotated[
        Path | None, typer.Option("--temporal-db", metavar="BESTAND", help="Ook dit SQLite-bestand van Temporal.")
    ] = None,
    json: JsonOptie = False,
) -> None:
    """Maak een reservekopie van de database, terwijl alles draait."""
    from cli.verbinding import database_url, instellingen
    from runtime.reservekopie import maak

    url = database_url(instellingen())
    with voortgang("Reservekopie maken"):
        inhoud = maak(url, map_, datetime.now(UTC), temporal_db)
    if json:
        toon_json(inhoud.model_dump(mode="json"))
        return
    for bestand in inhoud.bestanden:
        toon(f"{bestand.naam}: {bestand.bytes} bytes")
    toon(f"De reservekopie in {map_} is af.", "green")


def restore(
    map_: MapArgument,
    controle: Annotated[
        bool, typer.Option("--controle", metavar="", help="Kijk alleen of de reservekopie heel is.")
    ] = False,
    json: JsonOptie = False,
) -> None:
    """Zet de database terug uit een reservekopie, in een lege database. Draai daarna: routewacht reconcile --herstel"""
    from runtime.reservekopie import controleer, zet_terug

    with voortgang("Reservekopie controleren"):
        inhoud = controleer(map_)
    if not controle:
        from cli.verbinding import database_url, instellingen

        url = database_url(instellingen())
        with voortgang("Database terugzetten"):
            zet_terug(url, map_)
    if json:
        toon_json({**inhoud.model_dump(mode="json"), "teruggezet": not controle})
    elif controle:
        toon("De reservekopie is heel.", "green")
    else:
        toon("De database is teruggezet.", "green")
        toon("Draai nu: routewacht migrate, en daarna: routewacht reconcile --herstel --database-teruggezet")
