"""`routewacht people import`: people and their roles from a CSV file, all of it or nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.taal import App
from cli.uitvoer import GEWEIGERD, JsonOptie, foutscherm, toon, toon_json, voortgang

if TYPE_CHECKING:
    from storage.people_import import Resultaat

# A file that is wrong throughout is wrong in one way; the first screen says which.
_TOON_HOOGSTENS = 50

app = App("Mensen en hun rollen.", no_args_is_help=True)


@app.callback()
def _mensen() -> None:
    """Mensen en hun rollen."""


@app.command("import")
def importeer(
    bestand: Annotated[
        Path, typer.Argument(metavar="BESTAND.csv", exists=True, dir_okay=False, readable=True, help="Het CSV-bestand.")
    ],
    proef: Annotated[bool, typer.Option("--proef", metavar="", help="Controleer alles, maar schrijf niets.")] = False,
    json: JsonOptie = False,
) -> None:
    """Neem personen en hun rollen over uit een CSV-bestand. Met een fout in het bestand wordt er niets overgenomen."""
    from cli.verbinding import database, draai, instellingen
    from storage.people_csv import lees_csv
    from storage.people_import import Resultaat, voer_in

    settings = instellingen()

    async def werk() -> Resultaat:
        async with database(settings) as sessies, sessies() as session:
            with voortgang(f"{bestand.name} lezen", 3) as verder:
                gelezen = lees_csv(bestand.read_bytes())
                verder(f"{len(gelezen.rijen)} rijen controleren en schrijven", 1)
                resultaat = await voer_in(session, gelezen)
                if proef or not resultaat.gelukt:
                    await session.rollback()
                else:
                    await session.commit()
                verder("klaar", 3)
        return resultaat

    resultaat = draai(werk())
    if json:
        toon_json({**resultaat.model_dump(mode="json"), "gelukt": resultaat.gelukt, "proef": proef})
    elif not resultaat.gelukt:
        _toon_fouten(resultaat)
    elif proef:
        toon("Het bestand klopt. Dit was een proef: er is niets geschreven.", "green")
        toon(_aantallen(resultaat, "Er zouden bijkomen"))
    else:
        toon("Het bestand is overgenomen.", "green")
        toon(_aantallen(resultaat, "Erbij gekomen"))
    if not resultaat.gelukt:
        raise typer.Exit(GEWEIGERD)


def _toon_fouten(resultaat: "Resultaat") -> None:
    console = foutscherm()
    n = len(resultaat.fouten)
    console.print(f"Er is niets overgenomen: {n} {'fout' if n == 1 else 'fouten'} in het bestand.")
    for fout in resultaat.fouten[:_TOON_HOOGSTENS]:
        plaats = f"Rij {fout.rij}: " if fout.rij else ""
        console.print(f"{plaats}{fout.zin} {fout.remedie}")
    if n > _TOON_HOOGSTENS:
        console.print(f"En nog {n - _TOON_HOOGSTENS} fouten. Verbeter eerst deze; met --json staan ze er allemaal.")


def _aantallen(resultaat: "Resultaat", begin: str) -> str:
    p, a = resultaat.personen_nieuw, resultaat.aanstellingen_nieuw
    personen = "1 persoon" if p == 1 else f"{p} personen"
    return f"{begin}: {personen} en {a} {'aanstelling' if a == 1 else 'aanstellingen'}."
