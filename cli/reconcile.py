"""`routewacht reconcile` and `rebuild`: do tables and workflows agree, and make them agree after a copy was put back.

No names and no texts: ids of trajecten and codes of differences.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.uitvoer import (
    GEWEIGERD,
    VERKEERD_GEBRUIK,
    JsonOptie,
    Mislukt,
    Probleem,
    kop,
    tabel,
    toon,
    toon_json,
    voortgang,
)
from domain.herstel import Uitkomst, Verschil

Verder = Callable[[str, float], None]

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from workflows.reconcile import Toezicht

    Werk = Callable[[Toezicht, Sequence[str], Verder], Awaitable[list[Uitkomst]]]

_HOOGSTENS = 50
_WACHT = timedelta(seconds=10)
WOORDEN: dict[Verschil, str] = {
    Verschil.TIJDLIJN_GAT: "in de tijdlijn ontbreken feiten",
    Verschil.RIJ_ONTBREEKT: "de stand ontbreekt in de tabellen",
    Verschil.RIJ_ANDERS: "de stand in de tabellen is niet die van de tijdlijn",
    Verschil.AFSPRAKEN_ANDERS: "de afspraken in de tabellen zijn niet die van de stand",
    Verschil.WORKFLOW_WEG: "er loopt geen workflow",
    Verschil.WORKFLOW_ACHTER: "de workflow weet minder dan de tijdlijn",
    Verschil.WORKFLOW_VOOR: "de workflow weet meer dan de tijdlijn",
    Verschil.WORKFLOW_ANDERS: "de workflow weet iets anders dan de tijdlijn",
    Verschil.WORKFLOW_ZWIJGT: "de workflow geeft geen antwoord",
    Verschil.WEKKER_ANDERS: "de volgende datum in de tabellen is niet die van de workflow",
    Verschil.WEKKER_TE_LAAT: "de workflow had al wakker moeten worden",
    Verschil.OPDRACHT_VERGETEN: "een verwerkte handeling is nergens meer terug te vinden",
    Verschil.OPDRACHT_OPEN: "een ontvangen handeling wacht nog op antwoord",
    Verschil.MAIL_ZONDER_VERZENDER: "een dringende mail wacht, en niemand verstuurt haar",
    Verschil.TEKST_KWIJT: "een toelichting is verloren gegaan",
    Verschil.DIGEST_WEG: "er loopt geen workflow voor de ochtendmail",
    Verschil.DIGEST_ZWIJGT: "de workflow voor de ochtendmail geeft geen antwoord",
    Verschil.BERICHT_AL_VERTELD: "een bericht wacht nog, maar stond al in een ochtendmail",
    Verschil.OVERZICHT_ZONDER_VERZENDER: "een ochtendmail wacht, en niemand verstuurt haar",
    Verschil.NIET_TE_LEZEN: "een rij in de tabellen is niet te lezen",
}

TwijfelOptie = Annotated[
    bool,
    typer.Option(
        "--database-teruggezet",
        metavar="",
        help="Ook de database is teruggezet: houd mail aan waarvan niemand weet of zij al weg is.",
    ),
]


def reconcile(
    traject: Annotated[
        str | None, typer.Argument(metavar="[TRAJECT]", help="Id of code van één traject; anders alle.")
    ] = None,
    herstel: Annotated[bool, typer.Option("--herstel", metavar="", help="Herstel wat verschilt.")] = False,
    twijfel: TwijfelOptie = False,
    json: JsonOptie = False,
) -> None:
    """Vergelijk de tabellen met de tijdlijn en met de workflows. De exitcode is 1 als er verschillen (over) zijn."""
    from workflows.reconcile import Toezicht

    async def werk(toezicht: Toezicht, ids: Sequence[str], verder: Verder) -> list[Uitkomst]:
        uitkomsten = [u async for u in _geteld(toezicht.vergelijk_alle(ids), "Trajecten vergelijken", verder)]
        if not herstel:
            return uitkomsten
        goed, fout = [u for u in uitkomsten if not u.over], [u.id for u in uitkomsten if u.over]
        return goed + [u async for u in _geteld(_elk(fout, toezicht.herstel), "Trajecten herstellen", verder)]

    _draai(werk, traject, herstel=herstel, twijfel=twijfel, als_json=json)


def rebuild(
    traject: Annotated[str | None, typer.Argument(metavar="[TRAJECT]", help="Id of code van één traject.")] = None,
    alles: Annotated[bool, typer.Option("--alles", metavar="", help="Alle trajecten.")] = False,
    workflow: Annotated[
        bool, typer.Option("--workflow", metavar="", help="Begin ook de workflow opnieuw vanuit de tijdlijn.")
    ] = False,
    twijfel: TwijfelOptie = False,
    json: JsonOptie = False,
) -> None:
    """Bouw de stand in de tabellen opnieuw op uit de tijdlijn, van één traject of van alle, en herstel wat dan verschilt."""
    from workflows.reconcile import Toezicht

    if (traject is None) != alles:
        zin = "Noem één traject, of kies --alles."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("klopt_niet", zin, "traject"))

    async def werk(toezicht: Toezicht, ids: Sequence[str], verder: Verder) -> list[Uitkomst]:
        async def bouw(traject_id: str) -> Uitkomst:
            return await toezicht.bouw_op(traject_id, workflow=workflow)

        return [u async for u in _geteld(_elk(ids, bouw), "Trajecten opbouwen", verder)]

    _draai(werk, traject, herstel=True, twijfel=twijfel, als_json=json)


def _draai(werk: "Werk", traject: str | None, *, herstel: bool, twijfel: bool, als_json: bool) -> None:
    from cli.verbinding import draai

    uitkomsten = draai(_alles(werk, traject, herstel=herstel, twijfel=twijfel))
    rest = sum(bool(u.over) for u in uitkomsten)
    if als_json:
        toon_json(_document(uitkomsten))
    else:
        _toon(uitkomsten, rest, herstel=herstel)
    if rest:
        raise typer.Exit(GEWEIGERD)


async def _alles(werk: "Werk", traject: str | None, *, herstel: bool, twijfel: bool) -> list[Uitkomst]:
    """Trajecten first, then the morning mails: what was read back must be known before anybody asks what was told."""
    from runtime.route_files import laad_routes
    from runtime.workflowbeeld import lopende_trajecten
    from storage.compare import alle_traject_ids
    from storage.schools import alle_swv
    from workflows.reconcile_digest import herstel_digest, vergelijk_digest

    laad_routes()
    async with _toezicht(twijfel) as toezicht:
        async with toezicht.sessies() as session:
            swv_ids = [] if traject else await alle_swv(session)
            ids = {await _zoek(session, traject)} if traject else await alle_traject_ids(session)
        if not traject:
            ids |= {i async for i in lopende_trajecten(toezicht.client)}
        with voortgang("Trajecten", len(ids)) as verder:
            uitkomsten = await werk(toezicht, sorted(ids), verder)
        for swv_id in swv_ids:
            if herstel:
                uitkomsten.append(await herstel_digest(toezicht, swv_id))
            else:
                over = await vergelijk_digest(toezicht, swv_id)
                uitkomsten.append(Uitkomst(id=swv_id, gevonden=over, over=over))
    return sorted(uitkomsten, key=lambda u: u.id)


@asynccontextmanager
async def _toezicht(twijfel: bool) -> "AsyncIterator[Toezicht]":
    """With a worker of our own that lets workflows answer and does nothing else, so that the real ones may be off."""
    from cli.verbinding import database, instellingen
    from domain.catalogus import CATALOGUS
    from runtime.klok import Klok
    from runtime.sleutelkast import Sleutelkast
    from runtime.temporal import connect
    from storage.zaaksleutels import Zaaksleutels
    from worker.lezer import maak_lezers
    from workflows.reconcile import TEGELIJK, Toezicht

    settings = instellingen()
    async with database(settings, verbindingen=TEGELIJK + 2) as sessies, AsyncExitStack() as stapel:
        ring = settings.sleutelring()
        client = await connect(settings, ring, Sleutelkast(ring, Zaaksleutels(sessies)), wachttijd=_WACHT, rol="cli")
        for lezer in maak_lezers(client):
            await stapel.enter_async_context(lezer)
        yield Toezicht(client, sessies, Klok(), CATALOGUS, twijfel=twijfel)


async def _zoek(session: "AsyncSession", traject: str) -> str:
    """The id as given, also of a traject that only Temporal knows; a code is looked up."""
    if not traject.startswith("T-"):
        return traject
    from cli.opdrachten import zoek

    return (await zoek(session, traject)).traject_id


async def _elk(ids: Sequence[str], doe: Callable[[str], Awaitable[Uitkomst]]) -> AsyncIterator[Uitkomst]:
    from workflows.reconcile import tegelijk

    async for _, uitkomst in tegelijk(ids, doe):
        yield uitkomst


async def _geteld(stroom: AsyncIterator[Uitkomst], wat: str, verder: Verder) -> AsyncIterator[Uitkomst]:
    nummer = 0
    async for uitkomst in stroom:
        nummer += 1
        verder(wat, nummer)
        yield uitkomst


def _document(uitkomsten: Sequence[Uitkomst]) -> dict[str, Any]:
    anders = [u.model_dump(mode="json") for u in uitkomsten if u.gevonden or u.over]
    return {
        "vergeleken": len(uitkomsten),
        "verschillend": len(anders),
        "over": sum(bool(u.over) for u in uitkomsten),
        "geweigerd": sum(u.geweigerd for u in uitkomsten),
        "uitkomsten": anders,
    }


def _toon(uitkomsten: Sequence[Uitkomst], rest: int, *, herstel: bool) -> None:
    anders = [u for u in uitkomsten if u.gevonden or u.over]
    toon(f"{len(uitkomsten)} vergeleken, {len(anders)} met een verschil.")
    if anders:
        kop("Gevonden")
        soorten = Counter(v for u in anders for v in u.gevonden)
        tabel(("Aantal", "Wat"), [(str(n), WOORDEN[v]) for v, n in soorten.most_common()])
        kop("Per traject")
        regels = [(u.id, _zinnen(u.gevonden), _na(u, herstel)) for u in anders[:_HOOGSTENS]]
        tabel(("Id", "Verschil", "Nu"), regels)
        if len(anders) > _HOOGSTENS:
            toon(f"En nog {len(anders) - _HOOGSTENS}; met --json staan ze er allemaal.")
    toon()
    if rest and not herstel:
        toon("Er is niets veranderd. Herstellen: routewacht reconcile --herstel", "yellow")
    elif rest:
        toon(f"Bij {rest} bleef een verschil over; daar moet een mens naar kijken.", "red")
    else:
        toon("Tabellen, tijdlijn en workflows zijn het eens.", "green")
    geweigerd = sum(u.geweigerd for u in uitkomsten)
    if geweigerd:
        toon(
            f"Opnieuw aangeboden handelingen die niet meer pasten: {geweigerd}. De reden staat bij de handeling.", "red"
        )


def _zinnen(verschillen: Sequence[Verschil]) -> str:
    return "; ".join(WOORDEN[v] for v in verschillen)


def _na(uitkomst: Uitkomst, herstel: bool) -> str:
    if not herstel:
        return ""
    return _zinnen(uitkomst.over) or "hersteld"
