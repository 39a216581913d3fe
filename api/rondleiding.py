"""The short tour of the demo: kinds of cases worth a look, each with an address that always leads to one of today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.consent import Antwoord
from domain.roles import Rol
from domain.traject import Traject


@dataclass(frozen=True)
class Halte:
    """One stop. `titel` is the link, `uitleg` what there is to see."""

    titel: str
    uitleg: str


# By the last part of the address, /kijk/<name>.
RONDLEIDING: Final[dict[str, Halte]] = {
    "op-koers": Halte("Op koers", "Wie is aan zet, wat volgt er, en waarom juist op die datum?"),
    "aan-de-beurt": Halte("Aan de beurt", "De afspraak komt eraan of is te laat. Routewacht herinnert."),
    "stil-regievoerder": Halte("Staat stil op school", "Zo komt een zaak bij de regievoerder van het bestuur."),
    "stil-stagnatiepunt": Halte("Loopt vast in samenwerking", "Zo komt een zaak bij het onafhankelijke stagnatiepunt."),
    "geen-toestemming": Halte("Ouders zeiden nee", "Zonder toestemming gaat die weg niet door. De zaak gaat wel door."),
    "nazorg": Halte("Bijna klaar", "Na de nazorg sluit het traject."),
}


def kies(naam: str, lopend: Sequence[Traject], vandaag: date) -> str | None:
    """The id of the traject to show at this stop; None when no open case is like that today."""
    in_gang = [t for t in lopend if t.stagnatie is None and t.eerstvolgende is not None]
    gevonden: Traject | None
    match naam:
        case "op-koers":
            rustig = [t for t in in_gang if _eerst(t) > vandaag and not _geweigerd(t) and t.stap != "nazorg"]
            gevonden = max(rustig, key=lambda t: t.versie, default=None)
        case "aan-de-beurt":
            gevonden = min(in_gang, key=_eerst, default=None)
        case "stil-regievoerder":
            gevonden = _lang_stil(lopend, Rol.REGIEVOERDER)
        case "stil-stagnatiepunt":
            gevonden = _lang_stil(lopend, Rol.STAGNATIEPUNT)
        case "geen-toestemming":
            gevonden = max(filter(_geweigerd, lopend), key=lambda t: t.gestart_op, default=None)
        case _:
            gevonden = next((t for t in lopend if t.stap == "nazorg"), None)
    return gevonden.traject_id if gevonden else None


def _eerst(t: Traject) -> date:
    return t.eerstvolgende.streefdatum if t.eerstvolgende else date.max


def _geweigerd(t: Traject) -> bool:
    return any(Antwoord.GEWEIGERD in gevraagd.antwoorden.values() for gevraagd in t.toestemmingen.values())


def _lang_stil(lopend: Sequence[Traject], rol: Rol) -> Traject | None:
    stil = [(t.stagnatie.sinds, t.traject_id, t) for t in lopend if t.stagnatie is not None and t.stagnatie.bij is rol]
    return min(stil, key=lambda s: s[:2])[2] if stil else None
