"""What pages and API get to see: frozen models, no rows. `op` and the like are local dates."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from domain.roles import Partij, Rol
from domain.route import Soort
from domain.traject import AfspraakStatus, Traject, TrajectStatus


class View(BaseModel):
    """Base of all view models."""

    model_config = ConfigDict(frozen=True)


class Filters(View):
    """What a list of trajecten is narrowed down to; None and False mean: everything.

    `te_laat_op` keeps those with an open afspraak whose target date lies before that date. `rol` and `persoon_id` keep
    those in which that role, or that person by name, still owes something. `zoek` looks in the code and in names.
    """

    status: TrajectStatus | None = None
    swv_id: str | None = None
    school_id: str | None = None
    rol: Rol | None = None
    persoon_id: str | None = None
    te_laat_op: date | None = None
    stagnatie: bool = False
    zoek: str = ""
    limiet: int = 50
    offset: int = 0


class TrajectRegel(View):
    """One line of a list."""

    traject_id: str
    code: str
    leerling_naam: str | None
    groep: str | None
    school_id: str
    school_naam: str | None
    route: str
    route_versie: int
    status: TrajectStatus
    stap: str
    stap_titel: str
    regie_bij: Rol
    bal: Partij | None
    eerstvolgende_op: date | None
    eerstvolgende_titel: str | None
    stagnatie_bij: Rol | None
    stagnatie_sinds: date | None
    versie: int
    gestart_op: date

    def te_laat(self, op: date) -> bool:
        """Is something still owed whose target date is over?"""
        return self.eerstvolgende_op is not None and self.eerstvolgende_op < op


class Lijst(View):
    """A page of a list, and how many there are in all."""

    totaal: int
    regels: tuple[TrajectRegel, ...]


class AfspraakView(View):
    """One afspraak as people see it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    traject_id: str
    afspraak_id: str
    titel: str
    soort: Soort
    sjabloon: str
    stap: str | None
    rol: Rol
    persoon_id: str | None
    bal: Partij
    bal_sinds: date
    geopend_op: date
    streefdatum: date
    uiterste: date
    uitleg: str
    status: AfspraakStatus
    trede_op: date | None
    gedaan_op: date | None
    uitgesteld: int
    doel: str | None


class TrajectDetail(View):
    """One traject: the line of the list, the whole state, and its afspraken, open ones first and by date."""

    regel: TrajectRegel
    staat: Traject
    afspraken: tuple[AfspraakView, ...]


class MijnAfspraak(View):
    """Something this person owes; with `vervanging` because nobody else holds the role."""

    afspraak: AfspraakView
    traject: TrajectRegel
    vervanging: bool


class Tellingen(View):
    """How things stand on one date. `per_bal` counts running trajecten by the party whose turn it is."""

    lopend: int
    gesloten: int
    te_laat: int
    stagnatie: int
    per_bal: dict[Partij, int]
    mails_aangehouden: int
    opdrachten_open: int


class Mens(View):
    """Somebody who can act in a role in a traject; `niveau` says how close by (storage/holders.py)."""

    persoon_id: str
    naam: str
    email: str | None
    rol: Rol
    niveau: int
