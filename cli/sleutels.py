"""`routewacht sleutels`: a new key-encryption key, which ones are in use, and wrapping everything with the active one."""

import json as json_
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.taal import App
from cli.uitvoer import (
    GEWEIGERD,
    VERKEERD_GEBRUIK,
    JsonOptie,
    Mislukt,
    Probleem,
    foutscherm,
    tabel,
    toon,
    toon_json,
    voortgang,
)

if TYPE_CHECKING:
    from domain.zaaksleutel import Omhulsel
    from runtime.settings import Settings

_GROEP = 500
app = App("De sleutels waarmee alles wat Temporal bewaart versleuteld is.", no_args_is_help=True)


@app.callback()
def _sleutels() -> None:
    """De sleutels waarmee alles wat Temporal bewaart versleuteld is."""


@app.command("nieuw")
def nieuw(json: JsonOptie = False) -> None:
    """Maak een nieuwe hoofdsleutel en toon de waarde voor ROUTEWACHT_SLEUTELS. Er wordt niets bewaard."""
    import os

    from runtime.sleutelring import Sleutelring

    vers = Sleutelring.nieuw()
    oud = os.environ.get("ROUTEWACHT_SLEUTELS", "").strip()
    if oud:
        Sleutelring.uit_tekst(oud)
    waarde = f"{vers.als_tekst()},{oud}" if oud else vers.als_tekst()
    if json:
        toon_json({"sleutel": vers.actief, "waarde": waarde})
        return
    toon(waarde)
    console = foutscherm()
    console.print(f"Dit is geheim. De nieuwe sleutel heet {vers.actief} en staat vooraan.")
    console.print("Zet de waarde bij elk proces in ROUTEWACHT_SLEUTELS, start ze alle opnieuw, en draai daarna:")
    console.print("routewacht sleutels roteer")


@app.command("lijst")
def lijst(json: JsonOptie = False) -> None:
    """Welke hoofdsleutels in gebruik zijn, en of er een weg kan."""
    from cli.verbinding import draai, instellingen

    settings = instellingen()
    toon_stand(draai(_stand(settings)), als_json=json)


@app.command("roteer")
def roteer(
    json: JsonOptie = False,
    zonder_temporal: bool = typer.Option(
        False,
        "--zonder-temporal",
        metavar="",
        help="Kijk niet naar lopende workflows van voor de sleutels per traject.",
    ),
) -> None:
    """Pak alle sleutels van trajecten in met de actieve hoofdsleutel. Lopende trajecten merken er niets van.

    Afbreken kan altijd: nog eens draaien gaat verder waar het bleef.
    """
    from cli.verbinding import draai, instellingen

    settings = instellingen()

    async def werk() -> dict[str, Any]:
        gedaan = await _pak_om(settings)
        overgezet = None if zonder_temporal else await _zet_over(settings)
        return {"omgepakt": gedaan, "overgezet": overgezet, **await _stand(settings)}

    stand = draai(werk())
    if not json:
        toon(f"{stand['omgepakt']} sleutels omgepakt onder {stand['actief']}.", "green")
        if stand["overgezet"]:
            toon(
                f"{stand['overgezet']} workflows beginnen een nieuwe run onder een eigen sleutel; draai dit daarna nog eens."
            )
    toon_stand(stand, als_json=json)


@app.command("export")
def exporteer(
    bestand: Annotated[Path, typer.Argument(metavar="BESTAND", dir_okay=False, help="Waar de kopie komt.")],
    json: JsonOptie = False,
) -> None:
    """Maak een kopie van de (ingepakte) sleutels van trajecten. Zonder ROUTEWACHT_SLEUTELS is die niets waard.

    Bewaar kopieën kort: een vernietigde sleutel is pas echt weg als er ook geen kopie meer van is.
    """
    from cli.verbinding import database, draai, instellingen
    from storage.zaaksleutels import levende

    settings = instellingen()

    async def werk() -> list[str]:
        async with database(settings) as sessies, sessies() as session:
            return [_als_regel(o) async for o in levende(session)]

    regels = draai(werk())
    tijdelijk = bestand.with_name(f"{bestand.name}.nieuw")
    tijdelijk.touch(mode=0o600)
    tijdelijk.write_text("".join(f"{regel}\n" for regel in regels))
    tijdelijk.replace(bestand)
    if json:
        toon_json({"sleutels": len(regels)})
    else:
        toon(f"{len(regels)} sleutels in {bestand}.", "green")


@app.command("import")
def importeer(
    bestand: Annotated[
        Path, typer.Argument(metavar="BESTAND", exists=True, dir_okay=False, readable=True, help="De kopie.")
    ],
    json: JsonOptie = False,
) -> None:
    """Zet sleutels terug die ontbreken, na het terugzetten van een oudere database. Vernietigde komen niet terug."""
    from cli.verbinding import database, draai, instellingen
    from storage.zaaksleutels import neem_terug

    settings = instellingen()
    try:
        omhulsels = [_uit_regel(regel) for regel in bestand.read_text().splitlines()]
    except (ValueError, KeyError, TypeError):
        zin = "Dit bestand is geen (hele) kopie van sleutels."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("bestand", zin, "BESTAND")) from None

    async def werk() -> int:
        terug = 0
        async with database(settings) as sessies, sessies.begin() as session:
            with voortgang("Sleutels terugzetten", max(len(omhulsels), 1)) as verder:
                for begin in range(0, len(omhulsels), _GROEP):
                    terug += await neem_terug(session, omhulsels[begin : begin + _GROEP])
                    verder(f"Sleutels terugzetten: {begin}", begin)
        return terug

    terug = draai(werk())
    if json:
        toon_json({"in_bestand": len(omhulsels), "teruggezet": terug})
    else:
        toon(f"{terug} van {len(omhulsels)} sleutels ontbraken en zijn teruggezet.", "green")


def _als_regel(omhulsel: "Omhulsel") -> str:
    velden = omhulsel._asdict()
    return json_.dumps({**velden, "omhulsel": b64encode(velden["omhulsel"]).decode()})


def _uit_regel(regel: str) -> "Omhulsel":
    from domain.zaaksleutel import Omhulsel

    velden = json_.loads(regel)
    namen = ("sleutel_id", "zaak", "kek_id")
    if not all(isinstance(velden[naam], str) and velden[naam].isprintable() for naam in namen):
        raise ValueError
    sleutel_id, zaak, kek_id = (velden[naam] for naam in namen)
    return Omhulsel(sleutel_id, zaak, kek_id, b64decode(velden["omhulsel"], validate=True))


async def _pak_om(settings: "Settings") -> int:
    from activities.sleutelwissel import wissel
    from cli.verbinding import database
    from storage.zaaksleutels import per_hoofdsleutel

    ring, gedaan = settings.sleutelring(), 0
    async with database(settings) as sessies:
        async with sessies() as session:
            tellen = await per_hoofdsleutel(session)
        totaal = sum(aantal for naam, aantal in tellen.items() if naam != ring.actief)
        with voortgang("Sleutels ompakken", max(totaal, 1)) as verder:
            async for gedaan in wissel(sessies, ring):
                verder(f"Sleutels ompakken: {gedaan} van {totaal}", gedaan)
    return gedaan


async def _zet_over(settings: "Settings") -> int:
    """Runs that began under the ring itself are asked to go on in a new run."""
    from cli.verbinding import temporal
    from workflows.oude_runs import begin_nieuwe_run, lopend_onder_de_ring

    overgezet = bekeken = 0
    client = await temporal(settings)
    with voortgang("Lopende workflows bekijken") as verder:
        async for workflow_id, naam in lopend_onder_de_ring(client):
            bekeken += 1
            verder(f"Lopende workflows bekijken: {bekeken}", bekeken)
            if naam is not None:
                await begin_nieuwe_run(client, workflow_id)
                overgezet += 1
    return overgezet


async def _stand(settings: "Settings") -> dict[str, Any]:
    from cli.verbinding import database
    from storage.zaaksleutels import per_hoofdsleutel, vernietigde

    ring = settings.sleutelring()
    async with database(settings) as sessies, sessies() as session:
        tellen, weg = await per_hoofdsleutel(session), await vernietigde(session)
    namen = [*ring.namen, *(naam for naam in tellen if naam not in ring.namen)]
    return {
        "actief": ring.actief,
        "hoofdsleutels": [
            {"naam": naam, "in_ring": naam in ring.namen, "sleutels": tellen.get(naam, 0)} for naam in namen
        ],
        "vernietigd": weg,
    }


def toon_stand(stand: dict[str, Any], *, als_json: bool) -> None:
    """Which key wraps how many; exit code 1 when one is missing, because then cases cannot be read."""
    if als_json:
        toon_json(stand)
    else:
        tabel(
            ("Hoofdsleutel", "Sleutels", ""),
            [(h["naam"], str(h["sleutels"]), _uitleg(h, stand["actief"])) for h in stand["hoofdsleutels"]],
        )
        toon(f"Vernietigde sleutels: {stand['vernietigd']}", "dim")
    if any(not h["in_ring"] for h in stand["hoofdsleutels"]):
        raise typer.Exit(GEWEIGERD)


def _uitleg(hoofdsleutel: dict[str, Any], actief: str) -> str:
    if not hoofdsleutel["in_ring"]:
        return "ontbreekt in ROUTEWACHT_SLEUTELS: deze trajecten staan stil tot hij terug is"
    if hoofdsleutel["naam"] == actief:
        return "actief"
    if hoofdsleutel["sleutels"]:
        return "nog nodig: draai 'routewacht sleutels roteer'"
    return "pakt niets meer in; mag weg als 'sleutels roteer' ook geen workflows meer overzet"
