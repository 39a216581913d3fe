"""`routewacht traject`: start one, list them, see where one stands. Acting on one is in cli/handelen.py.

No names of pupils: those are for the site, behind its gate. Here are codes and ids.
"""

from typing import Annotated

import typer

from cli.handelen import app as handelen
from cli.taal import App
from cli.uitvoer import JsonOptie, voortgang
from cli.wie import AlsOptie, CommandoOptie
from domain.traject import TrajectStatus

app = App("Trajecten: starten, bekijken en erop handelen.", no_args_is_help=True)
app.add_typer(handelen, name="act")


@app.command("start")
def start(
    leerling: Annotated[str, typer.Option("--leerling", metavar="ID", help="Voor welke leerling.")],
    als: AlsOptie,
    route: Annotated[str, typer.Option("--route", metavar="ROUTE", help="Welke route.")] = "midden_groningen",
    met_toestemming: Annotated[
        bool,
        typer.Option("--met-toestemming", help="Signaal van buiten school: ouders vinden goed dat school het hoort."),
    ] = False,
    commando: CommandoOptie = None,
    json: JsonOptie = False,
) -> None:
    """Start een traject voor een leerling."""
    from api.starten import start as neem_aan
    from cli.opdrachten import commando as commando_id
    from cli.opdrachten import diensten
    from cli.verbinding import draai, instellingen
    from cli.weergave import toon_afloop
    from runtime.route_files import laad_routes

    settings, id_ = instellingen(), commando_id(commando)

    async def werk() -> None:
        async with diensten(settings) as d:
            with voortgang("Traject starten"):
                laad_routes()
                afloop = await neem_aan(
                    d, commando_id=id_, leerling_id=leerling, route=route, door=als, met_toestemming=met_toestemming
                )
            await toon_afloop(d, afloop, als_json=json)

    draai(werk())


@app.command("show")
def show(
    traject: Annotated[str, typer.Argument(metavar="TRAJECT", help="Id of code van het traject.")],
    json: JsonOptie = False,
) -> None:
    """Waar een traject staat, wie aan zet is, wat er komt en waarom dan, en wat er gebeurde."""
    from cli.opdrachten import diensten, zoek
    from cli.verbinding import draai, instellingen
    from cli.weergave import toon_traject
    from runtime.route_files import laad_routes

    settings = instellingen()

    async def werk() -> None:
        async with diensten(settings) as d, d.sessies() as session:
            staat = await zoek(session, traject)
            laad_routes()
            await toon_traject(d, session, staat.traject_id, als_json=json)

    draai(werk())


@app.command("list")
def lijst(
    status: Annotated[
        TrajectStatus | None, typer.Option("--status", metavar="STATUS", help="Alleen lopend, of alleen gesloten.")
    ] = None,
    school: Annotated[str | None, typer.Option("--school", metavar="ID", help="Alleen van deze school.")] = None,
    stil: Annotated[bool, typer.Option("--stil", metavar="", help="Alleen wat stil ligt.")] = False,
    hoogstens: Annotated[
        int, typer.Option("--hoogstens", metavar="AANTAL", min=1, max=1000, help="Hoeveel regels.")
    ] = 50,
    json: JsonOptie = False,
) -> None:
    """Lijst van trajecten: wat stil ligt eerst, daarna op datum van wat er moet gebeuren."""
    from cli.verbinding import database, draai, instellingen
    from cli.weergave import toon_lijst
    from storage.read import trajecten
    from storage.views import Filters

    settings = instellingen()
    filters = Filters(status=status, school_id=school, stagnatie=stil, limiet=hoogstens)

    async def werk() -> None:
        async with database(settings) as sessies, sessies() as session:
            toon_lijst(await trajecten(session, filters), als_json=json)

    draai(werk())
