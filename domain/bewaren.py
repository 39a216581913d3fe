"""How long a closed traject is kept, and why. Dates only; who finds and who destroys is elsewhere.

A traject is kept until the longest term that applies to it has passed; then it is announced, may be held by a person, and
is destroyed. An open traject is never destroyed.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.consent import Doel
from domain.instellingen import Herkomst
from domain.roles import Rol
from domain.tijd import AMSTERDAM


class Vanaf(StrEnum):
    """What a term counts from."""

    UITSCHRIJVING = "uitschrijving"
    SLUITING = "sluiting"


class Bewaartermijn(BaseModel):
    """A term in calendar years, where it comes from (entry in docs/bronnen.md), and whether that is law."""

    model_config = ConfigDict(frozen=True)
    naam: str
    jaren: int
    vanaf: Vanaf
    betekenis: str
    herkomst: Herkomst
    bron: str


LEERLINGDOSSIER = Bewaartermijn(
    naam="leerlingdossier",
    jaren=2,
    vanaf=Vanaf.UITSCHRIJVING,
    betekenis="2 jaar nadat de leerling de school verliet",
    herkomst=Herkomst.WET,
    bron="W-15",
)
VERWIJZING = Bewaartermijn(
    naam="verwijzing",
    jaren=3,
    vanaf=Vanaf.UITSCHRIJVING,
    betekenis="3 jaar nadat de leerling de school verliet, omdat een toelaatbaarheidsverklaring is gevraagd",
    herkomst=Herkomst.WET,
    bron="W-15",
)
ZONDER_UITSCHRIJVING = Bewaartermijn(
    naam="zonder_uitschrijving",
    jaren=3,
    vanaf=Vanaf.SLUITING,
    betekenis="3 jaar na de sluiting, omdat niet bekend is wanneer de leerling de school verliet",
    herkomst=Herkomst.EIGEN_KEUZE,
    bron="E-16",
)
# Asked for by a person (`routewacht wis`), outside the terms.
VERZOEK = "verzoek"
TERMIJNEN = {t.naam: t for t in (LEERLINGDOSSIER, VERWIJZING, ZONDER_UITSCHRIJVING)}

# bronnen.md, E-17
WACHTTIJD = timedelta(days=28)
# bronnen.md, E-18
AANHOUDEN_HOOGSTENS = timedelta(days=366)
_NACHT = time(3)
# bronnen.md, E-19
MAG_WISSEN = frozenset({Rol.DIRECTIE, Rol.DEELCOORDINATOR, Rol.COORDINATOR, Rol.BEHEERDER})


class Bewaring(BaseModel):
    """The term that applies to one traject, and the last local date it is kept."""

    model_config = ConfigDict(frozen=True)
    termijn: Bewaartermijn
    tot: date


def bewaring(gesloten_op: date, uitgeschreven_op: date | None, gevraagd: frozenset[str]) -> Bewaring:
    """How long this traject is kept; `gevraagd` are the purposes consent was asked for.

    Never shorter than up to the day it was closed: somebody still worked on it then.
    """
    if uitgeschreven_op is None:
        return Bewaring(termijn=ZONDER_UITSCHRIJVING, tot=_jaren_na(gesloten_op, ZONDER_UITSCHRIJVING.jaren))
    termijn = VERWIJZING if Doel.TLV_AANVRAAG in gevraagd else LEERLINGDOSSIER
    return Bewaring(termijn=termijn, tot=max(_jaren_na(uitgeschreven_op, termijn.jaren), gesloten_op))


def volgende_ronde(na: datetime) -> datetime:
    """The first Monday night, 03:00 in Amsterdam, after this moment."""
    lokaal = na.astimezone(AMSTERDAM)
    maandag = lokaal.date() - timedelta(days=lokaal.weekday())
    ronde = datetime.combine(maandag, _NACHT, AMSTERDAM)
    return ronde if ronde > lokaal else datetime.combine(maandag + timedelta(days=7), _NACHT, AMSTERDAM)


def _jaren_na(dag: date, jaren: int) -> date:
    """The same day so many years later; 29 February becomes 28 February."""
    try:
        return dag.replace(year=dag.year + jaren)
    except ValueError:
        return dag.replace(year=dag.year + jaren, day=28)
