"""The state of one traject. No personal data: ids, codes and dates. Built by folding the timeline (domain/verloop.py)."""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.consent import Antwoord, Doel, Gezag, Stand, stand
from domain.roles import Partij, Rol
from domain.route import Oorzaak, Soort
from domain.termijn import Termijn

SCHEMA = 1
COMMANDOS_ONTHOUDEN = 500
# A field that was added later: None, and then not written, so that what older code made reads the same written again.
Later: Any = Field(default=None, exclude_if=lambda waarde: waarde is None)


class Vast(BaseModel):
    """Frozen base; unknown keys are ignored so that an older worker can read a newer state."""

    model_config = ConfigDict(frozen=True)


class AfspraakStatus(StrEnum):
    """An afspraak leaves OPEN by being done or by lapsing; postponing keeps it open with another date."""

    OPEN = "open"
    GEDAAN = "gedaan"
    VERVALLEN = "vervallen"


class Afspraak(Vast):
    """Somebody in a role owes something by a date.

    `streefdatum` and `uiterste` are local dates; an afspraak is on time until the end of its streefdatum. `uitleg` says
    how the date came about; `vanaf` and the terms are kept so that a corrected calendar can compute it again (None: a person
    chose the date). `trede` is the next rung of the ladder and `trede_op` its date; None when the ladder ended.
    """

    id: str
    sjabloon: str
    soort: Soort
    stap: str | None
    rol: Rol
    persoon_id: str | None = None
    bal: Partij
    bal_sinds: date
    geopend_op: date
    vanaf: date
    termijn: Termijn | None
    uiterlijk: Termijn | None
    streefdatum: date
    uiterste: date
    uitleg: str
    ladder: str
    trede: int | None = None
    trede_op: date | None = None
    status: AfspraakStatus = AfspraakStatus.OPEN
    gedaan_op: date | None = None
    uitgesteld: int = 0
    doel: Doel | None = None
    over: str | None = None
    versie: int = 0

    @property
    def open(self) -> bool:
        """Still owed."""
        return self.status is AfspraakStatus.OPEN


class Toestemming(Vast):
    """The answers for one purpose, by person id. What they add up to is `stand`. `gezegd_op`: on which day each was said;
    an answer of the first edition of the rules has no such day."""

    doel: Doel
    gevraagd_op: date
    antwoorden: dict[str, Antwoord] = {}
    gezegd_op: dict[str, date] = Field(default={}, exclude_if=lambda dagen: not dagen)


class Stagnatie(Vast):
    """A case that stands still: why, since when, and who is asked to get it moving."""

    oorzaak: Oorzaak
    bron: str
    bij: Rol
    sinds: date
    afspraak_id: str
    over: str | None = None


class Verwijzing(Vast):
    """The route a traject is pinned to: id, version and content hash. Carried by the workflow; the route is not."""

    route: str
    versie: int
    hash: str


class TrajectStatus(StrEnum):
    """A closed traject can be reopened."""

    LOPEND = "lopend"
    GESLOTEN = "gesloten"


class Traject(Vast):
    """Everything the core needs to know of one traject, and nothing about the person.

    `versie` counts the facts of the timeline: it is the number of the last fact folded in. `epoch` is raised when the
    traject is rebuilt after a restore, so that older writes lose. `stil_sinds` is the last day with real progress.
    `regie_terug_naar` is set as long as the regie was taken over; `toestemming_vanaf` is the day of reopening: answers from
    before it count no more.
    """

    schema_nr: int = SCHEMA
    traject_id: str
    swv_id: str
    school_id: str
    leerling_id: str
    route: Verwijzing
    gezag: Gezag
    epoch: int = 1
    versie: int = 0
    status: TrajectStatus = TrajectStatus.LOPEND
    gestart_op: date
    stap: str
    stap_sinds: date
    stap_versie: int = 0
    regie_bij: Rol
    regie_terug_naar: Rol | None = Later
    toestemming_vanaf: date | None = Later
    kenmerken: dict[str, str] = {}
    afspraken: tuple[Afspraak, ...] = ()
    volgende_afspraak: int = 1
    toestemmingen: dict[Doel, Toestemming] = {}
    vensters: dict[str, date] = {}
    stagnatie: Stagnatie | None = None
    stil_sinds: date
    stilte_gewaarschuwd_op: date | None = None
    wachtdagen: dict[Partij, int] = {}
    kalender: str = ""
    commandos: tuple[str, ...] = ()

    @property
    def open_afspraken(self) -> tuple[Afspraak, ...]:
        """What is still owed, in the order it was opened."""
        return tuple(a for a in self.afspraken if a.open)

    def afspraak(self, afspraak_id: str) -> Afspraak | None:
        """The afspraak by id, open or closed in this step; None when unknown or long gone."""
        return next((a for a in self.afspraken if a.id == afspraak_id), None)

    def stand(self, doel: Doel) -> Stand:
        """What the answers for this purpose add up to now."""
        gevraagd = self.toestemmingen.get(doel)
        return stand(doel, self.gezag, gevraagd.antwoorden if gevraagd else {})

    @property
    def eerstvolgende(self) -> Afspraak | None:
        """The open afspraak whose target date comes first: its owner holds the ball of the whole traject."""
        return min(self.open_afspraken, key=lambda a: (a.streefdatum, a.id), default=None)
