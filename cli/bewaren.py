"""`routewacht bewaren`: what will be destroyed and when, holding that off, running a round by hand, and the proof after."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.taal import App
from cli.uitvoer import GEWEIGERD, VERKEERD_GEBRUIK, JsonOptie, Mislukt, Probleem, tabel, toon, toon_json, voortgang
from cli.wie import AlsOptie

if TYPE_CHECKING:
    from activities.wissen import Wisser
    from domain.feiten import Wie
    from runtime.settings import Settings
    from storage.bewaren import Bewaarregel

app = App("Hoe lang gesloten trajecten bewaard blijven, en wat er vernietigd wordt.", no_args_is_help=True)
TrajectArgument = Annotated[str, typer.Argument(metavar="TRAJECT", help="Id of code van het traject.")]


@app.callback()
def _bewaren() -> None:
    """Hoe lang gesloten trajecten bewaard blijven, en wat er vernietigd wordt."""


@app.command("lijst")
def lijst(
    vernietigd: Annotated[
        bool, typer.Option("--vernietigd", metavar="", help="Toon het register van wat al vernietigd is.")
    ] = False,
    json: JsonOptie = False,
) -> None:
    """Wat is aangekondigd, vanaf wanneer het weg mag, volgens welke regel, en wat is aangehouden."""
    from cli.verbinding import database, draai, instellingen
    from runtime.klok import Klok
    from storage.bewaren import bewaarlijst

    settings = instellingen()

    async def werk() -> "list[Bewaarregel]":
        async with database(settings) as sessies, sessies() as session:
            return await bewaarlijst(session, _vandaag(Klok().nu()), vernietigd=vernietigd)

    regels = draai(werk())
    if json:
        toon_json([regel.model_dump(mode="json") for regel in regels])
    elif not regels:
        toon("Er is niets vernietigd." if vernietigd else "Er is niets aangekondigd.")
    elif vernietigd:
        tabel(("Traject", "Wanneer", "Regel", "Door", "Wat"), [_bewijs(r) for r in regels])
    else:
        tabel(("Traject", "Weg vanaf", "Waarom", "Herkomst", "Aangehouden"), [_aankondiging(r) for r in regels])


@app.command("hold")
def hold(
    traject: TrajectArgument,
    als: AlsOptie,
    tot: Annotated[datetime, typer.Option("--tot", metavar="DATUM", formats=["%Y-%m-%d"], help="Tot en met deze dag.")],
    reden: Annotated[str, typer.Option("--reden", metavar="TEKST", help="Waarom; blijft in de database.")],
    json: JsonOptie = False,
) -> None:
    """Houd de vernietiging van een traject aan."""
    from cli.verbinding import database, draai, instellingen
    from runtime.klok import Klok
    from storage.bewaren import houd_aan

    settings, nu = instellingen(), Klok().nu()
    if not reden.strip():
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("gebruik", "Zeg waarom u aanhoudt.", "--reden"))

    async def werk() -> str:
        async with database(settings) as sessies, sessies.begin() as session:
            traject_id = await _mag(session, traject, als, nu)
            await houd_aan(session, traject_id, tot=tot.date(), reden=reden.strip(), door=naam_van(als), nu=nu)
            return traject_id

    traject_id = draai(werk())
    if json:
        toon_json({"traject_id": traject_id, "aangehouden_tot": tot.date()})
    else:
        toon(f"Aangehouden tot en met {tot:%d-%m-%Y}.", "green")


@app.command("release")
def release(traject: TrajectArgument, als: AlsOptie, json: JsonOptie = False) -> None:
    """Hef een aanhouding op."""
    from cli.verbinding import database, draai, instellingen
    from runtime.klok import Klok
    from storage.bewaren import geef_vrij

    settings = instellingen()

    async def werk() -> tuple[str, bool]:
        async with database(settings) as sessies, sessies.begin() as session:
            traject_id = await _mag(session, traject, als, Klok().nu())
            return traject_id, await geef_vrij(session, traject_id)

    traject_id, was_aangehouden = draai(werk())
    if json:
        toon_json({"traject_id": traject_id, "was_aangehouden": was_aangehouden})
    else:
        toon("De aanhouding is opgeheven." if was_aangehouden else "Dit traject was niet aangehouden.", "green")


@app.command("uitgeschreven")
def uitgeschreven(
    leerling: Annotated[str, typer.Option("--leerling", metavar="ID", help="Welke leerling.")],
    op: Annotated[
        datetime, typer.Option("--op", metavar="DATUM", formats=["%Y-%m-%d"], help="De dag van uitschrijving.")
    ],
    json: JsonOptie = False,
) -> None:
    """Leg vast wanneer een leerling de school verliet: vanaf die dag loopt de wettelijke bewaartermijn."""
    from cli.verbinding import database, draai, instellingen
    from storage.errors import LeerlingOnbekend
    from storage.people_tables import Leerling

    settings = instellingen()

    async def werk() -> None:
        async with database(settings) as sessies, sessies.begin() as session:
            rij = await session.get(Leerling, leerling) if leerling.isprintable() else None
            if rij is None:
                raise LeerlingOnbekend(leerling)
            rij.uitgeschreven_op = op.date()

    draai(werk())
    if json:
        toon_json({"leerling_id": leerling, "uitgeschreven_op": op.date()})
    else:
        toon(f"Vastgelegd: uitgeschreven op {op:%d-%m-%Y}.", "green")


@app.command("run")
def run(
    proef: Annotated[bool, typer.Option("--proef", metavar="", help="Kondig alleen aan; vernietig niets.")] = False,
    json: JsonOptie = False,
) -> None:
    """Doe nu een ronde: kondig aan wat lang genoeg bewaard is, en vernietig waarvan de wachttijd voorbij is.

    De worker doet dit elke week vanzelf. Nog eens draaien vernietigt niets twee keer.
    """
    from cli.verbinding import draai, instellingen
    from runtime.klok import Klok

    settings = instellingen()
    uitkomst = draai(_ronde(settings, Klok().nu(), proef=proef))
    if json:
        toon_json(uitkomst)
    else:
        toon(f"Aangekondigd: {uitkomst['aangekondigd']}, ingetrokken: {uitkomst['ingetrokken']}.")
        toon(f"Vernietigd: {len(uitkomst['vernietigd'])}, nog niet gelukt: {len(uitkomst['niet_gelukt'])}.", "green")
        for traject_id, zin in uitkomst["niet_gelukt"].items():
            toon(f"  {traject_id}: {zin}", "yellow")
    if uitkomst["niet_gelukt"]:
        raise typer.Exit(GEWEIGERD)


async def _ronde(settings: "Settings", nu: datetime, *, proef: bool) -> dict[str, Any]:
    from cli.verbinding import database
    from domain.errors import RoutewachtFout
    from storage.bewaren import kondig_aan, te_vernietigen
    from storage.schools import alle_swv

    uit: dict[str, Any] = {"aangekondigd": 0, "ingetrokken": 0, "vernietigd": [], "niet_gelukt": {}}
    async with database(settings) as sessies:
        aan_de_beurt: list[str] = []
        async with sessies.begin() as session:
            for swv_id in await alle_swv(session):
                nieuw, ingetrokken = await kondig_aan(session, swv_id, nu)
                uit["aangekondigd"] += nieuw
                uit["ingetrokken"] += ingetrokken
                aan_de_beurt += await te_vernietigen(session, swv_id, nu)
        if proef or not aan_de_beurt:
            return uit
        wisser = await maak_wisser(settings, sessies)
        with voortgang("Vernietigen", len(aan_de_beurt)) as verder:
            for nr, traject_id in enumerate(aan_de_beurt):
                verder(f"Vernietigen: {nr + 1} van {len(aan_de_beurt)}", nr)
                try:
                    await wisser.wis(traject_id, door="systeem", nu=nu)
                    uit["vernietigd"].append(traject_id)
                except RoutewachtFout as fout:
                    uit["niet_gelukt"][traject_id] = str(fout)
    return uit


async def maak_wisser(settings: "Settings", sessies: Any) -> "Wisser":
    """Connected to Temporal; raises TemporalOnbereikbaar."""
    from activities.wissen import Wisser
    from cli.verbinding import temporal

    return Wisser(await temporal(settings), sessies)


def naam_van(wie: "Wie") -> str:
    """Who did it, as the register has it: an id and a role, no name."""
    return f"{wie.persoon_id}:{wie.rol}"


async def _mag(session: Any, traject: str, als: "Wie", nu: datetime) -> str:
    """The id of the traject, when this person may decide about destroying it. Raises VerkeerdeRol, TrajectOnbekend."""
    from api.access import eis_mag_wissen
    from cli.opdrachten import zoek

    staat = await zoek(session, traject)
    await eis_mag_wissen(session, staat.traject_id, als, _vandaag(nu))
    return staat.traject_id


def _vandaag(nu: datetime) -> Any:
    from domain.tijd import lokale_datum

    return lokale_datum(nu)


def _dag(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%d-%m-%Y}" if moment else ""


def _aankondiging(r: "Bewaarregel") -> tuple[str, ...]:
    herkomst = f"{r.herkomst.value.replace('_', ' ')}, {r.bron}" if r.herkomst else ""
    if r.status != "aangekondigd":
        return r.code, "bezig", r.betekenis, herkomst, ""
    tot = f"tot en met {r.aangehouden_tot:%d-%m-%Y}: {r.reden}" if r.aangehouden_tot else ""
    return r.code, _dag(r.niet_voor), r.betekenis, herkomst, tot


def _bewijs(r: "Bewaarregel") -> tuple[str, ...]:
    wat = ", ".join(f"{aantal} {naam}" for naam, aantal in r.aantallen.items() if aantal)
    return r.traject_id, _dag(r.voltooid_op), r.betekenis, r.door or "", wat
