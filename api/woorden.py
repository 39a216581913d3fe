"""Words for the screen: dates as people say them, and titles beside ids."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from domain import feiten as f
from domain.feiten import Gebeurtenis
from domain.route import Kenmerk, Oorzaak, Route, Soort
from domain.tijd import AMSTERDAM, in_woorden
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
    """ "1 schooldag", "3 schooldagen"; nobody says "0 schooldagen"."""
    return f"{n} {'schooldag' if n == 1 else 'schooldagen'}" if n else "nog geen hele schooldag"


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
