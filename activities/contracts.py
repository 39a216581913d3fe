"""One input and one result for each activity that has more to say than an id."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.roles import Rol
from domain.tijdschaal import Tijdschaal


class Contract(BaseModel):
    """Base of all activity messages."""

    model_config = ConfigDict(frozen=True)


class Bezorgopdracht(Contract):
    """Deliver one mail of the outbox, on this clock."""

    mail_id: str
    nu: datetime


class Bezorgd(StrEnum):
    """How a delivery ended."""

    VERZONDEN = "verzonden"
    VERVALLEN = "vervallen"
    TIJDELIJK = "tijdelijk"
    BLIJVEND = "blijvend"
    ONBEKEND = "onbekend"


class Bezorguitslag(Contract):
    """The end of one delivery; whom it was for, when a person must look at it, and on which traject that is seen."""

    uitslag: Bezorgd
    persoon_id: str | None = None
    rol: Rol | None = None
    traject_id: str | None = None


class Omstandighedenvraag(Contract):
    """Calendar and settings of a school, from the school year of `nu`."""

    school_id: str
    nu: datetime


class Controleopdracht(Contract):
    """Check whether everything of one samenwerkingsverband still runs. `schaal` turns ages into real time."""

    swv_id: str
    nu: datetime
    schaal: Tijdschaal = Tijdschaal()


class Controleuitslag(Contract):
    """How many kinds of problem are new, and how many were solved."""

    geopend: int
    gesloten: int


class Ochtend(Contract):
    """Make the digests of one morning for the people of one samenwerkingsverband."""

    swv_id: str
    nu: datetime
