"""`routewacht wis`: destroy one closed traject, on request of a person."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.uitvoer import VERKEERD_GEBRUIK, JsonOptie, Mislukt, Probleem, toon, toon_json, voortgang
from cli.wie import AlsOptie

if TYPE_CHECKING:
    from domain.feiten import Wie
    from storage.vernietigen import Vernietiging


def wis(
    traject: Annotated[str, typer.Argument(metavar="TRAJECT", help="Id of code van het traject.")],
    als: AlsOptie,
    proef: Annotated[bool, typer.Option("--proef", metavar="", help="Zeg wat er zou gebeuren; wis niets.")] = False,
    ja: Annotated[bool, typer.Option("--ja", metavar="", help="Vraag niet om bevestiging.")] = False,
    json: JsonOptie = False,
) -> None:
    """Wis een gesloten traject: eerst de gegevens, dan de workflow, dan de sleutel. Dit is niet terug te draaien.

    Wat blijft is een regel in het register, zonder persoonsgegevens. Na een storing gaat dezelfde opdracht verder.
    """
    from cli.verbinding import draai, instellingen
    from domain.ids import traject_code

    settings = instellingen()
    traject_id = draai(_bereid_voor(settings, traject, als))
    if proef:
        if json:
            toon_json({"traject_id": traject_id, "proef": True, "kan": True})
        else:
            toon("Dit traject kan gewist worden. Dit was een proef: er is niets gewist.", "green")
        return
    if not ja:
        if json:
            raise Mislukt(VERKEERD_GEBRUIK, Probleem("bevestiging", "Bevestig met --ja.", "--ja"))
        code = traject_code(traject_id)
        antwoord = typer.prompt(f"Typ {code} om dit traject voorgoed te wissen", default="", show_default=False)
        if antwoord.strip() != code:
            toon("Er is niets gewist.")
            return
    stand = draai(_wis(settings, traject_id, als))
    if json:
        toon_json(stand.model_dump(mode="json"))
        return
    toon("Het traject is gewist.", "green")
    toon(", ".join(f"{aantal} {naam}" for naam, aantal in stand.aantallen.items() if aantal))


async def _bereid_voor(settings: Any, traject: str, als: "Wie") -> str:
    """The id, when it can be erased or its erasure was begun before. Raises the Weigering otherwise."""
    from api.access import eis_mag_wissen
    from cli.bewaren import maak_wisser
    from cli.opdrachten import zoek
    from cli.verbinding import database
    from domain.errors import NietTeWissen
    from domain.tijd import in_woorden, lokale_datum
    from runtime.klok import Klok
    from storage.bewaren import aangehouden_tot
    from storage.key_tables import VernietigingStatus
    from storage.vernietigen import lees_vernietiging

    vandaag = lokale_datum(Klok().nu())
    async with database(settings) as sessies:
        async with sessies() as session:
            begonnen = await lees_vernietiging(session, traject) if traject.isprintable() else None
            if begonnen is not None and begonnen.status is not VernietigingStatus.AANGEKONDIGD:
                return traject
            traject_id = (await zoek(session, traject)).traject_id
            await eis_mag_wissen(session, traject_id, als, vandaag)
            tot = await aangehouden_tot(session, traject_id, vandaag)
            if tot is not None:
                raise NietTeWissen(
                    f"De vernietiging van dit traject is aangehouden tot en met {in_woorden(tot)}.",
                    veld="traject",
                    remedie="Hef de aanhouding eerst op: routewacht bewaren release.",
                )
        await (await maak_wisser(settings, sessies)).eis_te_wissen(traject_id)
    return traject_id


async def _wis(settings: Any, traject_id: str, als: "Wie") -> "Vernietiging":
    from cli.bewaren import maak_wisser, naam_van
    from cli.verbinding import database
    from domain.bewaren import VERZOEK
    from runtime.klok import Klok
    from storage.bewaren import meld_verzoek
    from storage.read import lees_staat

    nu = Klok().nu()
    async with database(settings) as sessies:
        async with sessies.begin() as session:
            staat = await lees_staat(session, traject_id)
            if staat is not None:
                await meld_verzoek(session, traject_id, staat.swv_id, VERZOEK, nu)
        wisser = await maak_wisser(settings, sessies)
        with voortgang("Wissen; Temporal doet hier ongeveer een halve minuut over"):
            return await wisser.wis(traject_id, door=naam_van(als), nu=nu)
