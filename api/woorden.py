"""Words for the screen: dates as people say them, titles beside ids, and what a number rests on."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import NamedTuple

from domain import feiten as f
from domain.feiten import Gebeurtenis
from domain.ingebouwd import TERMIJN, Ingebouwd
from domain.instellingen import STANDAARD, Herkomst, Instellingen
from domain.route import Bron, Kenmerk, Ladder, Oorzaak, Route, Soort, Termijnkeuze
from domain.termijn import opsomming
from domain.tijd import AMSTERDAM, in_woorden
from domain.traject import Afspraak
from domain.verwoording import titel_van

SOORT_LABEL: dict[Soort, str] = {
    Soort.TAAK: "taak",
    Soort.EVALUATIE: "evaluatie",
    Soort.VOORTGANG: "voortgang",
    Soort.TOESTEMMING: "toestemming",
    Soort.BESLUIT: "besluit",
    Soort.DOCUMENT: "document",
    Soort.OVERLEG: "overleg",
    Soort.REGISTRATIE: "registratie",
    Soort.TERUGKOPPELING: "terugkoppeling",
    Soort.TERMIJN: "termijn",
}
KENMERK_VRAAG: dict[Kenmerk, str] = {
    Kenmerk.LEERVRAAG: "Leervraag: wat is er op school nodig?",
    Kenmerk.LEEFVRAAG: "Leefvraag: wat is er thuis of daarbuiten nodig?",
    Kenmerk.PROBLEMATIEK: "Problematiek",
}
OORZAAK_LABEL: dict[Oorzaak, str] = {
    Oorzaak.SAMENWERKING: "De samenwerking zit vast",
    Oorzaak.SCHOOL: "School komt er niet aan toe",
    Oorzaak.VERZUIM: "De leerling is er te vaak niet",
}
HANDELING_LABEL: dict[str, str] = {
    "rond_af": "afronden",
    "neem_besluit": "een besluit vastleggen",
    "leg_toestemming_vast": "een antwoord over toestemming vastleggen",
    "stel_uit": "uitstellen",
    "draag_over": "overdragen",
    "meld_stilstand": "melden dat het stil ligt",
    "heropen": "het traject heropenen",
}
STAGNATIEBRON: dict[str, str] = {
    "ladder": "na herhaalde herinneringen gebeurde er niets",
    "stilte": "er gebeurde te lang niets",
    "melding": "iemand die erbij betrokken is heeft het gemeld",
}
HERKOMST_LABEL: dict[Herkomst, str] = {
    Herkomst.WET: "wet",
    Herkomst.ROUTE: "uit de route",
    Herkomst.EIGEN_KEUZE: "eigen keuze",
}


class Label(NamedTuple):
    """What a number rests on, for a badge, and in a sentence. `soort` is wet, route or eigen_keuze."""

    soort: str
    tekst: str
    uitleg: str


def dag(datum: date, vandaag: date) -> str:
    """ "dinsdag 8 december", with the year when it is another one."""
    woorden = in_woorden(datum)
    return woorden if datum.year != vandaag.year else woorden.rpartition(" ")[0]


def afstand(datum: date, vandaag: date) -> str:
    """How far off, in calendar days: "vandaag", "morgen", "over 3 dagen", "2 dagen geleden"."""
    n = (datum - vandaag).days
    vast = {0: "vandaag", 1: "morgen", -1: "gisteren"}
    return vast.get(n) or (f"over {n} dagen" if n > 0 else f"{-n} dagen geleden")


def te_laat(datum: date, vandaag: date) -> str:
    """ "1 dag te laat"; empty as long as the day is not over."""
    n = (vandaag - datum).days
    return "" if n <= 0 else f"{n} {'dag' if n == 1 else 'dagen'} te laat"


def moment(op: datetime) -> str:
    """ "maandag 23 november 2026, 14.05 uur", local time."""
    lokaal = op.astimezone(AMSTERDAM)
    return f"{in_woorden(lokaal.date())}, {lokaal:%H.%M} uur"


def dagen(n: int) -> str:
    """ "1 schooldag", "3 schooldagen"."""
    return f"{n} {'schooldag' if n == 1 else 'schooldagen'}"


def hoofdletter(tekst: str) -> str:
    """The first letter as a capital, the rest as it is."""
    return tekst[:1].upper() + tekst[1:]


def titels_uit(route: Route, gebeurtenissen: Iterable[Gebeurtenis]) -> Callable[[str], str]:
    """The title for the id of an afspraak, from the moment it was opened in the timeline."""
    titels = {
        g.feit.afspraak.id: titel_van(route, g.feit.afspraak)
        for g in gebeurtenissen
        if isinstance(g.feit, f.AfspraakGeopend)
    }
    return lambda afspraak_id: titels.get(afspraak_id, "een eerdere afspraak")


def herkomst_van(route: Route, afspraak: Afspraak, instellingen: Instellingen) -> Label:
    """What the date of an afspraak rests on: a law, the route, a setting, or a person who chose it."""
    if afspraak.uitgesteld or afspraak.termijn is None:
        if afspraak.uitgesteld:
            return Label("eigen_keuze", "gekozen bij uitstel", "Iemand die erbij betrokken is koos deze datum.")
        return _venster(route, afspraak)
    if afspraak.sjabloon in tuple(Ingebouwd):
        return _van_keuze(TERMIJN[Ingebouwd(afspraak.sjabloon)], None, instellingen)
    for keuze, bron in _termijnen(route, afspraak):
        return _van_keuze(keuze, bron, instellingen)
    return Label("route", "uit de route", "De termijn komt uit een eerdere versie van de route.")


def _venster(route: Route, afspraak: Afspraak) -> Label:
    """A recurring review: that it comes back stands in the route, in which weeks may be a choice."""
    terugkerend = next((t for t in route.terugkerend if t.id == afspraak.sjabloon), None)
    if terugkerend is not None and terugkerend.bron.eigen_keuze:
        return Label("eigen_keuze", "eigen keuze", hoofdletter(terugkerend.bron.eigen_keuze) + ".")
    return Label("route", "uit de route", "De periode staat in de route.")


def herkomst_ladder(ladder: Ladder) -> Label:
    """What the reminders rest on."""
    if ladder.bron.eigen_keuze:
        return Label("eigen_keuze", "eigen keuze", hoofdletter(ladder.bron.eigen_keuze) + ".")
    return Label("route", "uit de route", _regels(ladder.bron))


def _termijnen(route: Route, afspraak: Afspraak) -> Iterable[tuple[Termijnkeuze, Bron]]:
    for stap in route.stappen:
        if stap.id != afspraak.stap:
            continue
        if afspraak.soort is Soort.TOESTEMMING:
            yield from ((t.termijn, t.bron) for t in stap.toestemmingen if t.doel is afspraak.doel)
        yield from ((s.termijn, s.bron) for s in stap.afspraken if s.id == afspraak.sjabloon)
        if stap.besluit.id == afspraak.sjabloon:
            yield stap.besluit.termijn, stap.besluit.bron


def _van_keuze(keuze: Termijnkeuze, bron: Bron | None, instellingen: Instellingen) -> Label:
    if keuze.wettelijk:
        return Label("wet", "wet", "Deze termijn staat in de wet.")
    if keuze.instelling is not None:
        if keuze.instelling in instellingen.anders:
            return Label("eigen_keuze", "eigen keuze", "Zo ingesteld door school of samenwerkingsverband.")
        standaard = STANDAARD[keuze.instelling]
        zin = {
            Herkomst.WET: "Deze termijn staat in de wet",
            Herkomst.ROUTE: "Deze termijn staat in een ondersteuningsroute",
            Herkomst.EIGEN_KEUZE: "Een keuze van Routewacht, te wijzigen per school",
        }[standaard.herkomst]
        return Label(
            standaard.herkomst, HERKOMST_LABEL[standaard.herkomst], f"{zin} ({standaard.betekenis}, {standaard.bron})."
        )
    if keuze.uit_bron:
        return Label(
            "route", "uit de route", "Dit getal staat in het document." + (f" {_regels(bron)}" if bron else "")
        )
    return Label(
        "eigen_keuze", "eigen keuze", "De route noemt dit onderdeel wel, maar geen termijn: het getal is een keuze."
    )


def _regels(bron: Bron) -> str:
    if not bron.regels:
        return ""
    woord = "Regel" if len(bron.regels) == 1 else "Regels"
    return f"{woord} {opsomming(str(r) for r in bron.regels)} van het document."
