"""What goes into and comes out of workflows. Fields are only added, always with a default."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain.consent import Gezag
from domain.feiten import Wie
from domain.kader import Omstandigheden
from domain.tijdschaal import Tijdschaal
from domain.traject import Traject, Verwijzing
from domain.vastlegging import SpoedMail


class Bericht(BaseModel):
    """Base of all workflow messages."""

    model_config = ConfigDict(frozen=True)


class Startaanvraag(Bericht):
    """Who starts a traject for whom, on which route. Ids and codes only."""

    traject_id: str
    swv_id: str
    school_id: str
    leerling_id: str
    route: Verwijzing
    gezag: Gezag
    door: Wie
    commando_id: str | None = None


class Uitgesteld(Bericht):
    """An urgent mail that still has to leave; `pogingen` counts temporary failures."""

    mail: SpoedMail
    pogingen: int = 0


class TrajectInvoer(Bericht):
    """Input of TrajectWorkflow: a fresh start, or a state to go on from (continue-as-new, reopening, rebuild)."""

    aanvraag: Startaanvraag | None = None
    traject: Traject | None = None
    omstandigheden: Omstandigheden
    tijdschaal: Tijdschaal = Tijdschaal()
    te_bezorgen: tuple[Uitgesteld, ...] = ()


class HandelResultaat(Bericht):
    """The act was accepted; the read model has it once its version is at least this."""

    versie: int


class Stand(Bericht):
    """Answer to the query `stand`: where this traject is, in codes and dates."""

    status: str
    stap: str
    regie_bij: str
    versie: int
    open_afspraken: int
    bal: str | None
    eerstvolgende: date | None
    stagnatie_bij: str | None
    nu: datetime
    volgende_wek: datetime | None


class BewaarInvoer(Bericht):
    """Input of BewaarWorkflow: whose trajecten, and when the last round was."""

    swv_id: str
    tijdschaal: Tijdschaal = Tijdschaal()
    sinds: datetime | None = None


class ControleInvoer(Bericht):
    """Input of ControleWorkflow: what to look after, and since when."""

    swv_id: str
    tijdschaal: Tijdschaal = Tijdschaal()
    sinds: datetime | None = None


class DigestInvoer(Bericht):
    """Input of DigestWorkflow: whose digests, and what is still to be delivered from earlier mornings."""

    swv_id: str
    tijdschaal: Tijdschaal = Tijdschaal()
    sinds: datetime | None = None
    te_bezorgen: tuple[Uitgesteld, ...] = ()
