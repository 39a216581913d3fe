"""The route compiler: text in, a route that can be trusted out, or everything that is wrong with it at once.

Four layers, each in a module that can be read apart: the text with its lines (route_tekst), the form (route_vorm), the
rules (route_namen, route_regels, route_paden) and the proof that nothing gets stuck (route_bewijs). A later layer runs
whenever what it needs could be read, so that one round shows the writer as much as possible.
"""

import hashlib
import json
from collections.abc import Iterable

from domain.route import Route
from domain.route_bewijs import Bewijs, TeGroot, Toestand, bereikbaar
from domain.route_fout import Pad, RouteFout, RouteFouten, Vondst, opgesomd
from domain.route_namen import verwijzingen_bestaan
from domain.route_paden import PADREGELS, eindigende_stappen, volgorde_zonder_kring
from domain.route_regels import REGELS
from domain.route_tekst import DUBBEL, Gelezen, lees
from domain.route_vorm import controleer
from domain.termijn import opsomming

__all__ = ["Bewijs", "RouteFout", "RouteFouten", "bereikbaar", "compileer", "hash_van"]


def compileer(tekst: str, bestand: str) -> Route:
    """The route this text describes. Raises RouteFouten (and nothing else) with every error; `bestand` is only named."""
    gelezen = lees(tekst)
    if gelezen.afgebroken:
        raise RouteFouten(_fouten(gelezen, gelezen.vondsten, bestand))
    vorm = controleer(gelezen.data)
    vondsten = [*gelezen.vondsten, *vorm.vondsten]
    if vorm.route is not None:
        inhoud = [v for regel in (*REGELS, *PADREGELS) for v in regel(vorm.route)]
        if not any(True for regel in (verwijzingen_bestaan, volgorde_zonder_kring) for _ in regel(vorm.route)):
            inhoud += _vastlopers(vorm.route)
        vondsten += [v for v in inhoud if not any(_hoort_bij(v.pad, p) for p in vorm.hersteld)]
    if vondsten:
        raise RouteFouten(_fouten(gelezen, vondsten, bestand))
    assert vorm.route is not None
    return vorm.route


def hash_van(tekst: str) -> str:
    """The hash a traject is pinned to: of the content, so comments, order of keys and white space do not matter.

    Raises RouteFouten when the text cannot be read.
    """
    gelezen = lees(tekst)
    if gelezen.vondsten:
        raise RouteFouten(_fouten(gelezen, gelezen.vondsten, "route"))
    canoniek = json.dumps(gelezen.data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canoniek.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _hoort_bij(pad: Pad, hersteld: Pad) -> bool:
    """A rule speaks about a value that was replaced, or compares a rung with one: its finding is only a consequence."""
    if pad[:1] == ("ladders",) and pad[:2] == hersteld[:2] and pad[-1] == "na":
        return True
    return pad[: len(hersteld)] == hersteld or hersteld[: len(pad)] == pad


def _vastlopers(route: Route) -> list[Vondst]:
    try:
        bewijs = bereikbaar(route)
    except TeGroot:
        zin = "Deze route heeft zoveel mogelijkheden dat niet te bewijzen is dat een traject niet vastloopt."
        return [Vondst(("stappen",), zin, "Laat uitkomsten van minder afspraken en toestemmingen afhangen.")]
    # Steps that lead nowhere at all were already reported; here it is about what an outcome requires.
    eindigt = eindigende_stappen(route)
    per_stap: dict[str, Toestand] = {}
    for toestand in bewijs.vast:
        per_stap.setdefault(toestand.stap, toestand)
    plekken = {s.id: i for i, s in enumerate(route.stappen)}
    return [
        Vondst(("stappen", plekken[stap], "besluit", "uitkomsten"), _waarom_vast(toestand), _VERDER)
        for stap, toestand in per_stap.items()
        if stap in eindigt
    ]


_VERDER = "Voeg een uitkomst toe die dan wel kan, bijvoorbeeld zonder toestemming."


def _waarom_vast(t: Toestand) -> str:
    wat = [f"{kenmerk} '{waarde}' is" for kenmerk, waarde in t.feitelijk]
    wat.append(f"alleen toestemming is voor {opgesomd(sorted(t.gegeven))}" if t.gegeven else "er geen toestemming is")
    return f"De stap '{t.stap}' loopt vast als {opsomming(wat)}: geen uitkomst leidt dan nog naar het einde."


def _fouten(gelezen: Gelezen, vondsten: Iterable[Vondst], bestand: str) -> list[RouteFout]:
    return [
        RouteFout(bestand, gelezen.regel(v.pad), _stap(gelezen, v.pad), _veld(v.pad), v.zin, v.remedie)
        for v in vondsten
    ]


def _stap(gelezen: Gelezen, pad: Pad) -> str:
    """The step as people know it: its id, or its place when the id cannot be read."""
    if len(pad) < 2 or pad[0] != "stappen" or not isinstance(pad[1], int):
        return ""
    stappen = gelezen.data["stappen"] if isinstance(gelezen.data, dict) else None
    stap = stappen[pad[1]] if isinstance(stappen, list) and pad[1] < len(stappen) else None
    naam = stap.get("id") if isinstance(stap, dict) else None
    return naam if isinstance(naam, str) else f"nummer {pad[1] + 1}"


def _veld(pad: Pad) -> str:
    """The last name on the path; numbers in a list and the mark of a double key say nothing to a reader."""
    namen = [d for d in (pad[: pad.index(DUBBEL)] if DUBBEL in pad else pad) if isinstance(d, str)]
    return (namen[-1].strip() or "naam") if namen else "bestand"
