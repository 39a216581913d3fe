"""`routewacht simulate`: what would happen on a route if people did this and that, day by day. Nothing is stored."""

from collections.abc import Callable
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.gegevens import niet_passend
from cli.uitvoer import VERKEERD_GEBRUIK, JsonOptie, Mislukt, Probleem, kop, toon, toon_json, voortgang

if TYPE_CHECKING:
    from domain.effects import Melding
    from domain.errors import Weigering
    from domain.kader import Kader
    from domain.simulate import Moment, Scenario
    from domain.traject import Verwijzing


def _datum(tekst: str) -> date:
    try:
        return date.fromisoformat(tekst)
    except ValueError:
        raise typer.BadParameter("Schrijf een datum als 2026-09-01.") from None


def _regio(tekst: str) -> str:
    if tekst not in {"noord", "midden", "zuid"}:
        raise typer.BadParameter("Kies uit: noord, midden, zuid.")
    return tekst


def simulate(
    start: Annotated[
        date, typer.Option("--start", metavar="DATUM", parser=_datum, help="Eerste dag, zoals 2026-09-01.")
    ],
    tot: Annotated[date, typer.Option("--tot", metavar="DATUM", parser=_datum, help="Laatste dag.")],
    route: Annotated[str, typer.Option("--route", metavar="ROUTE", help="Welke route.")] = "midden_groningen",
    regio: Annotated[
        str, typer.Option("--regio", metavar="REGIO", parser=_regio, help="Vakantieregio: noord, midden of zuid.")
    ] = "noord",
    scenario: Annotated[
        Path | None,
        typer.Option(
            "--scenario",
            metavar="BESTAND.yaml",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Wat mensen doen en wanneer. Zonder scenario doet niemand iets.",
        ),
    ] = None,
    json: JsonOptie = False,
) -> None:
    """Laat zien wat er zou gebeuren, dag voor dag: herinneringen, escalaties en de besluiten van het scenario."""
    from cli.fouten import als_mislukt
    from domain.simulate import speel

    plan = _lees_scenario(scenario)
    with voortgang("Simuleren", (tot - start).days + 1) as verder:
        kader, verwijzing = _kader(route, regio, start)
        momenten = []
        try:
            for moment in speel(kader, verwijzing, start, tot, plan.handelingen, gezag=plan.gezag):
                momenten.append(moment)
                dag = moment.nu.date()
                verder(f"{dag:%d-%m-%Y}", (dag - start).days)
        except ValueError as fout:
            from domain.errors import RoutewachtFout

            if isinstance(fout, RoutewachtFout):  # the calendar is too short: a sentence of its own
                raise als_mislukt(fout) from None
            raise Mislukt(VERKEERD_GEBRUIK, Probleem("gebruik", str(fout), "--start")) from None
    overgeslagen = sum(h.op > tot for h in plan.handelingen)
    dagen = _per_dag(kader, momenten)
    if json:
        toon_json(_document(kader, verwijzing, start, tot, dagen, momenten, overgeslagen))
    else:
        _toon(kader, dagen, momenten, overgeslagen)


def _lees_scenario(bestand: Path | None) -> "Scenario":
    import yaml
    from pydantic import ValidationError

    from domain.simulate import Scenario

    if bestand is None:
        return Scenario()
    try:
        return Scenario.model_validate(yaml.safe_load(bestand.read_text(encoding="utf-8")) or {})
    except ValidationError as fout:
        raise niet_passend(fout) from None
    except (yaml.YAMLError, UnicodeDecodeError) as fout:
        merk = getattr(fout, "problem_mark", None)
        plek = f" (regel {merk.line + 1})" if merk is not None else ""
        zin = f"Het scenario is geen leesbare YAML{plek}."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("geen_yaml", zin, "--scenario")) from None


def _kader(route: str, regio: str, start: date) -> "tuple[Kader, Verwijzing]":
    """The newest version of the route, and the calendar as a traject that starts then would get it."""
    from activities.kalenders import kalender_van
    from domain.catalogus import CATALOGUS
    from domain.dagen import Regio
    from domain.errors import RouteOnbekend
    from domain.instellingen import Instellingen
    from domain.kader import Kader
    from domain.tijd import om_acht
    from runtime.route_files import laad_routes
    from storage.schools import Schoolgegevens

    laad_routes()
    try:
        verwijzing, gevonden = CATALOGUS.nieuwste(route)
    except RouteOnbekend:
        namen = ", ".join(dict.fromkeys(v.route for v, _ in CATALOGUS.alle()))
        zin = "Deze route bestaat niet."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("route_onbekend", zin, "--route", f"Kies uit: {namen}.")) from None
    school = Schoolgegevens(school_id="school", swv_id="swv", naam="", regio=Regio(regio), herkomst=())
    return Kader(gevonden, kalender_van(school, om_acht(start)), Instellingen()), verwijzing


def _per_dag(kader: "Kader", momenten: "list[Moment]") -> list[dict[str, Any]]:
    """What happens on each local date, in words and in codes."""
    from api.woorden import titels_uit
    from cli.weergave import tijdlijnregels
    from domain.tijd import lokale_datum

    titel = titels_uit(kader.route, (g for m in momenten for g in m.gebeurtenissen))
    dagen = []
    for datum, groep in groupby(momenten, key=lambda m: lokale_datum(m.nu)):
        die_dag = list(groep)
        dagen.append(
            {
                "datum": datum,
                "gebeurtenissen": tijdlijnregels(kader.route, [g for m in die_dag for g in m.gebeurtenissen], titel),
                "meldingen": [_melding(m, melding, titel) for m in die_dag for melding in m.meldingen],
                "geweigerd": [_geweigerd(m, m.weigering) for m in die_dag if m.weigering is not None],
            }
        )
    return dagen


def _melding(moment: "Moment", melding: "Melding", titel: Callable[[str], str]) -> dict[str, Any]:
    """`trede`: it comes from a rung of a ladder, of which the timeline of that day already speaks."""
    from domain.feiten import TredeBereikt
    from domain.roles import ROL_LABEL

    treden = [g.feit for g in moment.gebeurtenissen if isinstance(g.feit, TredeBereikt)]
    waarover = f": {titel(melding.afspraak_id)}" if melding.afspraak_id else ""
    meteen = ", meteen" if melding.spoed else ""
    return {
        "bericht": melding.bericht,
        "rol": melding.rol,
        "spoed": melding.spoed,
        "afspraak_id": melding.afspraak_id,
        "trede": any((t.afspraak_id, t.naar_rol) == (melding.afspraak_id, melding.rol) for t in treden),
        "zin": f"Bericht aan {ROL_LABEL[melding.rol]} ({melding.bericht.replace('_', ' ')}){waarover}{meteen}.",
    }


def _geweigerd(moment: "Moment", weigering: "Weigering") -> dict[str, str | None]:
    gepland = {"doe": moment.gepland.doe, "sjabloon": moment.gepland.sjabloon} if moment.gepland else {}
    return {"code": weigering.code, "zin": weigering.zin, "remedie": weigering.remedie, **gepland}


def _document(
    kader: "Kader",
    verwijzing: "Verwijzing",
    start: date,
    tot: date,
    dagen: list[dict[str, Any]],
    momenten: "list[Moment]",
    overgeslagen: int,
) -> dict[str, Any]:
    from domain.verwoording import stand_in_woorden

    traject = momenten[-1].traject
    return {
        "route": verwijzing.model_dump(),
        "kalender": kader.kalender.kenmerk,
        "start": start,
        "tot": tot,
        "dagen": dagen,
        "overgeslagen": overgeslagen,
        "einde": {
            "status": traject.status,
            "stap": traject.stap,
            "regie_bij": traject.regie_bij,
            "stagnatie_bij": traject.stagnatie.bij if traject.stagnatie else None,
            "stand": stand_in_woorden(kader.route, traject),
        },
    }


def _toon(kader: "Kader", dagen: list[dict[str, Any]], momenten: "list[Moment]", overgeslagen: int) -> None:
    from domain.tijd import in_woorden
    from domain.verwoording import stand_in_woorden

    for dag in dagen:
        zinnen = [r["zin"] for r in dag["gebeurtenissen"] if r["zin"]]
        if not zinnen and not dag["meldingen"] and not dag["geweigerd"]:
            continue
        kop(in_woorden(dag["datum"]).capitalize())
        for zin in zinnen:
            toon(f"  {zin}")
        for melding in (m for m in dag["meldingen"] if not m["trede"]):
            toon(f"  {melding['zin']}", "yellow" if melding["spoed"] else "dim")
        for geweigerd in dag["geweigerd"]:
            toon(f"  Geweigerd: {geweigerd['zin']} {geweigerd['remedie']}", "red")
    kop("Zo staat het er dan voor")
    toon(stand_in_woorden(kader.route, momenten[-1].traject))
    if overgeslagen:
        wat = "handeling is" if overgeslagen == 1 else "handelingen zijn"
        toon(f"{overgeslagen} {wat} niet gespeeld, want na de laatste dag.", "dim")
