"""Kader: everything the core decides with besides the state: the pinned route, the school calendar, the settings."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

from domain.calendar import bereken
from domain.dagen import Kalender
from domain.instellingen import Instellingen
from domain.roles import Rol
from domain.route import Besluit, Route, Termijnkeuze
from domain.termijn import BerekendeDatum
from domain.traject import Afspraak

# The edition of the core's rules. Raised when `progress` begins to decide otherwise, so that a run that began by an older
# edition stays true to it (docs/decisions/0012; workflows/versies.py says when it moves on).
REGELS = 2
TWEEDE_EDITIE = 2


class Omstandigheden(BaseModel):
    """Calendar snapshot and settings of one school, fetched by an activity and carried by the workflow as data."""

    model_config = ConfigDict(frozen=True)
    kalender: Kalender
    instellingen: Instellingen = Instellingen()


_MEER_DAN_ER_SCHOLEN_ZIJN = 20_000
_gedeeld: dict[str, Omstandigheden] = {}


def gedeeld(omstandigheden: Omstandigheden) -> Omstandigheden:
    """The same object for equal ones: all cases of a school then hold one calendar in memory instead of one each."""
    if len(_gedeeld) > _MEER_DAN_ER_SCHOLEN_ZIJN:
        _gedeeld.clear()
    return _gedeeld.setdefault(omstandigheden.model_dump_json(), omstandigheden)


@dataclass(frozen=True)
class Kader:
    """Route, calendar and settings together. Pure data; made anew for each call, costs nothing."""

    route: Route
    kalender: Kalender
    instellingen: Instellingen
    regels: int = REGELS

    @classmethod
    def van(cls, route: Route, omstandigheden: Omstandigheden, regels: int = REGELS) -> "Kader":
        """The frame of one traject, by this edition of the rules."""
        return cls(route, omstandigheden.kalender, omstandigheden.instellingen, regels)

    @property
    def tweede_editie(self) -> bool:
        """Decides by the second edition of the rules, or a later one."""
        return self.regels >= TWEEDE_EDITIE

    @property
    def zorgcoordinator(self) -> Rol:
        """Who looks after the support of a pupil at this kind of school."""
        return Rol.OCO if self.route.sector == "vo" else Rol.IB

    def reken(self, vanaf: date, keuze: Termijnkeuze) -> BerekendeDatum:
        """The date a term of the route ends on, with its explanation; the term names its own clock."""
        return bereken(self.kalender, vanaf, keuze.los_op(self.instellingen))

    def besluit_van(self, afspraak: Afspraak) -> Besluit | None:
        """The decision an afspraak stands for; None for everything that is simply ticked off."""
        if afspraak.stap is None:
            return None
        besluit = self.route.stap(afspraak.stap).besluit
        return besluit if besluit.id == afspraak.sjabloon else None
