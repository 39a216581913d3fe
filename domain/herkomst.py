"""What a date rests on: a law, the route, or a choice somebody made. The same words on pages and in mails."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.ingebouwd import TERMIJN, Ingebouwd
from domain.instellingen import STANDAARD, Herkomst, Instellingen
from domain.route import Bron, Ladder, Route, Soort, Termijnkeuze
from domain.termijn import opsomming
from domain.traject import Afspraak
from domain.verwoording import HERSTART, UITGESTELD, VENSTER

HERKOMST_LABEL: dict[Herkomst, str] = {
    Herkomst.WET: "wet",
    Herkomst.ROUTE: "uit de route",
    Herkomst.EIGEN_KEUZE: "eigen keuze",
}
_UITERLIJK = Termijnkeuze(instelling="evaluatie_te_laat_na")
_HERSTART = Termijnkeuze(instelling="herstart")


class Label(NamedTuple):
    """What a number rests on: `soort` for code (wet, route or eigen_keuze), for a badge, and in a sentence."""

    soort: Herkomst
    tekst: str
    uitleg: str


def herkomst_van(route: Route, afspraak: Afspraak, instellingen: Instellingen) -> Label:
    """What the streefdatum rests on. A fact keeps no reason but its explanation, so that tells who chose a moved date."""
    if afspraak.uitleg.startswith(HERSTART):
        return _van_keuze(_HERSTART, None, instellingen)
    if afspraak.uitleg.startswith(UITGESTELD):
        return _label(Herkomst.EIGEN_KEUZE, "Iemand die erbij betrokken is koos deze datum.", "gekozen bij uitstel")
    if afspraak.sjabloon in tuple(Ingebouwd):
        return _van_keuze(TERMIJN[Ingebouwd(afspraak.sjabloon)], None, instellingen)
    if afspraak.stap is None:
        return _venster(route, afspraak)
    for keuze, _, bron in _termijnen(route, afspraak):
        return _van_keuze(keuze, bron, instellingen)
    return _label(Herkomst.ROUTE, "De termijn komt uit een eerdere versie van de route.")


def herkomst_uiterlijk(route: Route, afspraak: Afspraak, instellingen: Instellingen) -> Label:
    """What the hard date rests on: a term of the route if it names one, else the setting that counts from the target."""
    if afspraak.uitleg.startswith(VENSTER):
        return _venster(route, afspraak)
    if afspraak.uiterlijk is not None:
        for _, uiterlijk, bron in _termijnen(route, afspraak):
            if uiterlijk is not None:
                return _van_keuze(uiterlijk, bron, instellingen)
    return _van_keuze(_UITERLIJK, None, instellingen)


def herkomst_ladder(ladder: Ladder) -> Label:
    """What the reminders rest on."""
    if ladder.bron.eigen_keuze:
        return _label(Herkomst.EIGEN_KEUZE, _zin(ladder.bron.eigen_keuze))
    return _label(Herkomst.ROUTE, _regels(ladder.bron))


def _label(soort: Herkomst, uitleg: str, tekst: str = "") -> Label:
    return Label(soort, tekst or HERKOMST_LABEL[soort], uitleg)


def _venster(route: Route, afspraak: Afspraak) -> Label:
    """A recurring review: that it comes back stands in the route, in which weeks may be a choice."""
    terugkerend = next((t for t in route.terugkerend if t.id == afspraak.sjabloon), None)
    if terugkerend is not None and terugkerend.bron.eigen_keuze:
        return _label(Herkomst.EIGEN_KEUZE, _zin(terugkerend.bron.eigen_keuze))
    return _label(Herkomst.ROUTE, "De periode staat in de route.")


def _termijnen(route: Route, afspraak: Afspraak) -> Iterable[tuple[Termijnkeuze, Termijnkeuze | None, Bron]]:
    for stap in route.stappen:
        if stap.id != afspraak.stap:
            continue
        if afspraak.soort is Soort.TOESTEMMING:
            yield from ((t.termijn, None, t.bron) for t in stap.toestemmingen if t.doel is afspraak.doel)
        yield from ((s.termijn, s.uiterlijk, s.bron) for s in stap.afspraken if s.id == afspraak.sjabloon)
        if stap.besluit.id == afspraak.sjabloon:
            yield stap.besluit.termijn, stap.besluit.uiterlijk, stap.besluit.bron


def _van_keuze(keuze: Termijnkeuze, bron: Bron | None, instellingen: Instellingen) -> Label:
    if keuze.wettelijk:
        return _label(Herkomst.WET, "Deze termijn staat in de wet.")
    if keuze.instelling is not None:
        if keuze.instelling in instellingen.anders:
            return _label(Herkomst.EIGEN_KEUZE, "Zo ingesteld door school of samenwerkingsverband.")
        standaard = STANDAARD[keuze.instelling]
        zin = {
            Herkomst.WET: "Deze termijn staat in de wet",
            Herkomst.ROUTE: "Deze termijn staat in een ondersteuningsroute",
            Herkomst.EIGEN_KEUZE: "Een keuze van Routewacht, te wijzigen per school",
        }[standaard.herkomst]
        return _label(standaard.herkomst, f"{zin} ({standaard.betekenis}; bij Regels: {standaard.bron}).")
    if keuze.uit_bron:
        return _label(Herkomst.ROUTE, "Dit getal staat in het document." + (f" {_regels(bron)}" if bron else ""))
    return _label(Herkomst.EIGEN_KEUZE, "De route noemt dit onderdeel wel, maar geen termijn: het getal is een keuze.")


def _regels(bron: Bron) -> str:
    if not bron.regels:
        return ""
    woord = "Regel" if len(bron.regels) == 1 else "Regels"
    return f"{woord} {opsomming(str(r) for r in bron.regels)} van het document."


def _zin(tekst: str) -> str:
    return f"{tekst[:1].upper()}{tekst[1:]}."
