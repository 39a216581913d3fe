"""Rules that follow the paths through a route: who can get where, and what was asked before it is needed."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from domain.consent import Doel
from domain.predicates import PREDICATEN
from domain.route import EINDE, Kenmerk, Route, Stap
from domain.route_fout import Pad, Vondst, opgesomd
from domain.route_namen import Regel, in_stappen

T = TypeVar("T")


def stappen_worden_bereikt(route: Route) -> Iterator[Vondst]:
    """Every step can be reached from the first, and the end from every step.

    Says nothing while an arrow points to a step that is not there: what looks cut off then is only a typing error.
    """
    naar = {s.id: {u.naar for u in s.besluit.uitkomsten} for s in route.stappen}
    if not set[str]().union(*naar.values()) <= {EINDE, *naar}:
        return
    bereikt = _vanaf(route.begin.id, naar)
    eindigt = eindigende_stappen(route)
    for pad, stap in in_stappen(route):
        if stap.id not in bereikt:
            zin = f"Geen enkele weg leidt naar de stap '{stap.id}'."
            yield Vondst((*pad, "id"), zin, "Laat een uitkomst van een andere stap ernaartoe gaan.")
        if stap.id not in eindigt:
            zin = f"Vanuit de stap '{stap.id}' komt een traject nooit bij het einde."
            yield Vondst((*pad, "besluit", "uitkomsten"), zin, "Voeg een uitkomst toe die verder leidt.")


def eindigende_stappen(route: Route) -> set[str]:
    """The steps from which the arrows of the route lead to the end, whatever they require."""
    terug: dict[str, set[str]] = {}
    for stap in route.stappen:
        for uitkomst in stap.besluit.uitkomsten:
            terug.setdefault(uitkomst.naar, set()).add(stap.id)
    return _vanaf(EINDE, terug)


def _vanaf(begin: str, naar: Mapping[str, set[str]]) -> set[str]:
    gezien, open_ = {begin}, [begin]
    while open_:
        for volgende in naar.get(open_.pop(), set()) - gezien:
            gezien.add(volgende)
            open_.append(volgende)
    return gezien


def volgorde_zonder_kring(route: Route) -> Iterator[Vondst]:
    """No afspraak waits for itself by way of others."""
    for pad, stap in in_stappen(route):
        na = {a.id: set(a.na) for a in stap.afspraken}
        for i, afspraak in enumerate(stap.afspraken):
            if any(afspraak.id in _vanaf(eerder, na) for eerder in afspraak.na):
                zin = f"De afspraak '{afspraak.id}' wacht op zichzelf."
                yield Vondst((*pad, "afspraken", i, "na"), zin, "Haal een van de afspraken uit 'na' weg.")


def eisen_zijn_haalbaar(route: Route) -> Iterator[Vondst]:
    """An outcome that needs an afspraak which is only sometimes there, says so with the same condition."""
    for pad, stap in in_stappen(route):
        per_id = {a.id: a for a in stap.afspraken}
        na = {a.id: set(a.na) for a in stap.afspraken}
        for i, uitkomst in enumerate(stap.besluit.uitkomsten):
            altijd = {e.predicaat for e in uitkomst.vereist if e.als is None}
            for j, eis in enumerate(uitkomst.vereist):
                if eis.afspraak not in per_id:
                    continue
                gesteld = altijd | {eis.als}
                ketens = _vanaf(eis.afspraak, na) & per_id.keys()
                for voorwaarde in sorted({str(per_id[k].als) for k in ketens if per_id[k].als not in (None, *gesteld)}):
                    plek = (*pad, "besluit", "uitkomsten", i, "vereist", j, "afspraak")
                    zin = f"De afspraak '{eis.afspraak}' is er alleen als '{voorwaarde}' geldt."
                    yield Vondst(plek, zin, f"Eis ook 'predicaat: {voorwaarde}', of haal 'als' weg.")


def toestemming_is_gevraagd(route: Route) -> Iterator[Vondst]:
    """A consent that something needs was asked in the step itself, or on every way to it."""
    bekend = _altijd_eerder(route, _gevraagde_doelen)
    for pad, stap in in_stappen(route):
        hier = bekend[stap.id] | _gevraagde_doelen(stap) if stap.id in bekend else set(Doel)
        for i, afspraak in enumerate(stap.afspraken):
            onder = _onder_voorwaarde(stap, {afspraak.als})
            if afspraak.toestemming is not None and afspraak.toestemming not in hier | onder:
                yield _niet_gevraagd((*pad, "afspraken", i, "toestemming"), afspraak.toestemming)
        for i, uitkomst in enumerate(stap.besluit.uitkomsten):
            altijd = {e.predicaat for e in uitkomst.vereist if e.als is None}
            for j, eis in enumerate(uitkomst.vereist):
                onder = _onder_voorwaarde(stap, altijd | {eis.als})
                if eis.toestemming is not None and eis.toestemming not in hier | onder:
                    plek = (*pad, "besluit", "uitkomsten", i, "vereist", j, "toestemming")
                    yield _niet_gevraagd(plek, eis.toestemming)


def _gevraagde_doelen(stap: Stap) -> set[Doel]:
    return {v.doel for v in stap.toestemmingen if v.als is None}


def _onder_voorwaarde(stap: Stap, gesteld: set[str | None]) -> set[Doel]:
    return {v.doel for v in stap.toestemmingen if v.als is not None and v.als in gesteld}


def _niet_gevraagd(plek: Pad, doel: Doel) -> Vondst:
    zin = f"De toestemming '{doel}' wordt niet in deze stap gevraagd, en niet op elke weg ernaartoe."
    return Vondst(plek, zin, "Vraag de toestemming in deze stap.")


def antwoorden_zijn_gevraagd(route: Route) -> Iterator[Vondst]:
    """A condition looks only at answers that a decision asked for on every way to it."""
    bekend = _altijd_eerder(route, lambda stap: set(stap.besluit.vragen))
    for pad, stap in in_stappen(route):
        if stap.id not in bekend:
            continue
        hier = bekend[stap.id]
        genoemd: list[tuple[Pad, str | None, set[Kenmerk]]] = [
            *(((*pad, "afspraken", i, "als"), a.als, hier) for i, a in enumerate(stap.afspraken)),
            *(((*pad, "toestemmingen", i, "als"), v.als, hier) for i, v in enumerate(stap.toestemmingen)),
        ]
        for i, uitkomst in enumerate(stap.besluit.uitkomsten):
            for j, eis in enumerate(uitkomst.vereist):
                plek = (*pad, "besluit", "uitkomsten", i, "vereist", j)
                straks = hier | set(stap.besluit.vragen)
                genoemd += [((*plek, "predicaat"), eis.predicaat, straks), ((*plek, "als"), eis.als, straks)]
        for plek, naam, antwoorden in genoemd:
            ontbreekt = PREDICATEN[naam].kenmerken - antwoorden if naam in PREDICATEN else frozenset()
            if ontbreekt:
                zin = f"De voorwaarde '{naam}' kijkt naar {opgesomd(sorted(ontbreekt))}, maar dat is dan nog niet gevraagd."
                yield Vondst(plek, zin, "Zet de vraag bij een besluit dat altijd eerder komt.")


def _altijd_eerder(route: Route, levert: Callable[[Stap], set[T]]) -> dict[str, set[T]]:
    """Per reachable step: what every way to it has brought. A step never reached has no entry."""
    eerder: dict[str, set[T]] = {route.begin.id: set()}
    open_ = [route.begin.id]
    stappen = {s.id: s for s in route.stappen}
    while open_:
        stap = stappen[open_.pop()]
        mee = eerder[stap.id] | levert(stap)
        for naar in {u.naar for u in stap.besluit.uitkomsten} & stappen.keys():
            nieuw = eerder[naar] & mee if naar in eerder else mee
            if nieuw != eerder.get(naar):
                eerder[naar] = nieuw
                open_.append(naar)
    return eerder


PADREGELS: tuple[Regel, ...] = (
    stappen_worden_bereikt,
    volgorde_zonder_kring,
    eisen_zijn_haalbaar,
    toestemming_is_gevraagd,
    antwoorden_zijn_gevraagd,
)
