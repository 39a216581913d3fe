"""Rules about names in a route: each is given once, none is taken, and what points to something points somewhere."""

from collections.abc import Callable, Iterable, Iterator

from domain.ingebouwd import Ingebouwd
from domain.predicates import PREDICATEN
from domain.route import EINDE, Route, Stap
from domain.route_fout import Pad, Vondst, bedoelde

Regel = Callable[[Route], Iterator[Vondst]]


def in_stappen(route: Route) -> Iterator[tuple[Pad, Stap]]:
    """Each step with its path."""
    for i, stap in enumerate(route.stappen):
        yield ("stappen", i), stap


def _dubbel(namen: Iterable[tuple[Pad, str]], wat: str, al: Iterable[str] = ()) -> Iterator[Vondst]:
    gezien = set(al)
    for pad, naam in namen:
        if naam in gezien:
            yield Vondst(pad, f"{wat} '{naam}' bestaat al.", "Geef een andere naam.")
        gezien.add(naam)


def namen_zijn_eenmalig(route: Route) -> Iterator[Vondst]:
    """No two things of one kind share a name. A review that comes back runs beside every step, so it counts in all."""
    yield from _dubbel([((*p, "id"), s.id) for p, s in in_stappen(route)], "De stap", {EINDE})
    yield from _dubbel([(("ladders", i, "id"), x.id) for i, x in enumerate(route.ladders)], "De ladder")
    yield from _dubbel([(("terugkerend", i, "id"), x.id) for i, x in enumerate(route.terugkerend)], "De afspraak")
    for i, ladder in enumerate(route.ladders):
        yield from _dubbel([(("ladders", i, "treden", j, "id"), t.id) for j, t in enumerate(ladder.treden)], "De trede")
    for i, terugkerend in enumerate(route.terugkerend):
        vensters = [(("terugkerend", i, "vensters", j, "id"), v.id) for j, v in enumerate(terugkerend.vensters)]
        yield from _dubbel(vensters, "Het venster")
    for pad, stap in in_stappen(route):
        eigen: list[tuple[Pad, str]] = [((*pad, "afspraken", i, "id"), a.id) for i, a in enumerate(stap.afspraken)]
        eigen.append(((*pad, "besluit", "id"), stap.besluit.id))
        yield from _dubbel(eigen, "De afspraak", {t.id for t in route.terugkerend})
        uit = [((*pad, "besluit", "uitkomsten", i, "id"), u.id) for i, u in enumerate(stap.besluit.uitkomsten)]
        yield from _dubbel(uit, "De uitkomst")
        doelen = [((*pad, "toestemmingen", i, "doel"), str(t.doel)) for i, t in enumerate(stap.toestemmingen)]
        yield from _dubbel(doelen, "De vraag om toestemming voor")


def namen_zijn_vrij(route: Route) -> Iterator[Vondst]:
    """Some names are those of afspraken that every route has."""
    eigen: list[tuple[Pad, str]] = [(("terugkerend", i, "id"), x.id) for i, x in enumerate(route.terugkerend)]
    for pad, stap in in_stappen(route):
        eigen += [((*pad, "afspraken", i, "id"), a.id) for i, a in enumerate(stap.afspraken)]
        eigen.append(((*pad, "besluit", "id"), stap.besluit.id))
    for plek, naam in eigen:
        if naam in tuple(Ingebouwd) or naam.startswith("toestemming_"):
            yield Vondst(plek, f"'{naam}' is een naam die Routewacht zelf gebruikt.", "Geef een andere naam.")


def verwijzingen_bestaan(route: Route) -> Iterator[Vondst]:
    """Every name that points to something points to something that is there."""
    stappen, ladders = [s.id for s in route.stappen], [x.id for x in route.ladders]
    for pad, naam in _ladders_genoemd(route):
        if naam not in ladders:
            yield Vondst(pad, f"De ladder '{naam}' bestaat niet.", bedoelde(naam, ladders))
    for pad, naam in _predicaten_genoemd(route):
        if naam not in PREDICATEN:
            yield Vondst(pad, f"De voorwaarde '{naam}' bestaat niet.", bedoelde(naam, PREDICATEN))
    for i, terugkerend in enumerate(route.terugkerend):
        for j, naam in enumerate(terugkerend.niet_in):
            if naam not in stappen:
                yield Vondst(
                    ("terugkerend", i, "niet_in", j), f"De stap '{naam}' bestaat niet.", bedoelde(naam, stappen)
                )
    for pad, stap in in_stappen(route):
        afspraken = [a.id for a in stap.afspraken]
        for i, afspraak in enumerate(stap.afspraken):
            for j, naam in enumerate(afspraak.na):
                if naam not in afspraken:
                    plek: Pad = (*pad, "afspraken", i, "na", j)
                    yield Vondst(plek, f"De afspraak '{naam}' staat niet in deze stap.", bedoelde(naam, afspraken))
        for i, uitkomst in enumerate(stap.besluit.uitkomsten):
            plek = (*pad, "besluit", "uitkomsten", i)
            if uitkomst.naar not in (*stappen, EINDE):
                zin = f"De stap '{uitkomst.naar}' bestaat niet."
                yield Vondst((*plek, "naar"), zin, bedoelde(uitkomst.naar, (*stappen, EINDE)))
            for j, eis in enumerate(uitkomst.vereist):
                if eis.afspraak is not None and eis.afspraak not in afspraken:
                    zin = f"De afspraak '{eis.afspraak}' staat niet in deze stap."
                    yield Vondst((*plek, "vereist", j, "afspraak"), zin, bedoelde(eis.afspraak, afspraken))


def _ladders_genoemd(route: Route) -> Iterator[tuple[Pad, str]]:
    yield ("stagnatie", "ladder"), route.stagnatie.ladder
    for i, terugkerend in enumerate(route.terugkerend):
        yield ("terugkerend", i, "ladder"), terugkerend.ladder
    for pad, stap in in_stappen(route):
        yield (*pad, "besluit", "ladder"), stap.besluit.ladder
        for i, afspraak in enumerate(stap.afspraken):
            yield (*pad, "afspraken", i, "ladder"), afspraak.ladder
        for i, vraag in enumerate(stap.toestemmingen):
            yield (*pad, "toestemmingen", i, "ladder"), vraag.ladder


def _predicaten_genoemd(route: Route) -> Iterator[tuple[Pad, str]]:
    for pad, stap in in_stappen(route):
        for i, afspraak in enumerate(stap.afspraken):
            if afspraak.als is not None:
                yield (*pad, "afspraken", i, "als"), afspraak.als
        for i, vraag in enumerate(stap.toestemmingen):
            if vraag.als is not None:
                yield (*pad, "toestemmingen", i, "als"), vraag.als
        for i, uitkomst in enumerate(stap.besluit.uitkomsten):
            for j, eis in enumerate(uitkomst.vereist):
                if eis.predicaat is not None:
                    yield (*pad, "besluit", "uitkomsten", i, "vereist", j, "predicaat"), eis.predicaat
                if eis.als is not None:
                    yield (*pad, "besluit", "uitkomsten", i, "vereist", j, "als"), eis.als


NAAMREGELS: tuple[Regel, ...] = (namen_zijn_eenmalig, namen_zijn_vrij, verwijzingen_bestaan)
