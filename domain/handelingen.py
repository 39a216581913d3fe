"""Acts: what people (and the clock) ask of a traject. Each is accepted whole or refused with a Weigering."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.consent import Antwoord, Doel, Gezag, Vorm
from domain.feiten import Wie
from domain.ids import Kenmerkend
from domain.roles import Rol
from domain.route import Oorzaak
from domain.traject import Later


class Handeling(BaseModel):
    """Base of all acts; an unknown field is refused, so that a typing error never passes silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RondAf(Handeling):
    """Tick off a task, document, meeting, registration or review. `op`: the day it was done, default today."""

    soort: Literal["rond_af"] = "rond_af"
    afspraak_id: str
    op: date | None = None
    aanwezig: tuple[Rol, ...] = ()


class NeemBesluit(Handeling):
    """Choose an outcome of a decision or an evaluation, with the answers it asks for."""

    soort: Literal["neem_besluit"] = "neem_besluit"
    afspraak_id: str
    uitkomst: str
    kenmerken: dict[str, str] = {}
    aanwezig: tuple[Rol, ...] = ()
    op: date | None = None


class LegToestemmingVast(Handeling):
    """Record what one person answered. Also the way to withdraw; works with or without an open question."""

    soort: Literal["leg_toestemming_vast"] = "leg_toestemming_vast"
    doel: Doel
    persoon_id: Kenmerkend
    antwoord: Antwoord
    vorm: Vorm
    op: date | None = None


class Uitstelreden(StrEnum):
    """Why something is postponed; a code, never free text."""

    AFSPRAAK_VERPLAATST = "afspraak_verplaatst"
    ZIEKTE_MEDEWERKER = "ziekte_medewerker"
    WACHT_OP_ANDER = "wacht_op_ander"
    OP_VERZOEK_OUDERS = "op_verzoek_ouders"


class StelUit(Handeling):
    """Postpone to a date, with a reason and a maximum."""

    soort: Literal["stel_uit"] = "stel_uit"
    afspraak_id: str
    tot: date
    reden: Uitstelreden


class DraagOver(Handeling):
    """Give an afspraak to another role, or to one person in that role."""

    soort: Literal["draag_over"] = "draag_over"
    afspraak_id: str
    rol: Rol
    persoon_id: Kenmerkend | None = None


class MeldStilstand(Handeling):
    """Somebody, parents included, says: het ligt stil."""

    soort: Literal["meld_stilstand"] = "meld_stilstand"
    oorzaak: Oorzaak = Oorzaak.SAMENWERKING


class Heropen(Handeling):
    """Open a closed traject again, at the first step or at the step named. `gezag` as it lies now is looked up at the gate."""

    soort: Literal["heropen"] = "heropen"
    stap: str | None = None
    gezag: Gezag | None = Later


class WijzigGezag(Handeling):
    """Who has gezag, or the age of the pupil, is not what it was. The gate looks it up in the register of this school: ids
    and an age group, by whom it was established and when."""

    soort: Literal["wijzig_gezag"] = "wijzig_gezag"
    gezag: Gezag | None = Later
    vastgesteld_op: date | None = Later
    vastgesteld_door: Kenmerkend | None = Later


class NeemRegieOver(Handeling):
    """The one who acts takes the regie, until it is handed back."""

    soort: Literal["neem_regie_over"] = "neem_regie_over"


class GeefRegieTerug(Handeling):
    """Hand back a regie that was taken over."""

    soort: Literal["geef_regie_terug"] = "geef_regie_terug"


EenHandeling = Annotated[
    RondAf
    | NeemBesluit
    | LegToestemmingVast
    | StelUit
    | DraagOver
    | MeldStilstand
    | Heropen
    | WijzigGezag
    | NeemRegieOver
    | GeefRegieTerug,
    Field(discriminator="soort"),
]


# Fields that the gate fills in from the register; what a sender puts in them does not count.
VAN_DE_POORT = frozenset({"gezag", "vastgesteld_op", "vastgesteld_door"})


class Opdracht(BaseModel):
    """An act in its envelope, as it stands in the command journal and is offered to the workflow.

    `gezien_versie` is the version of the state the person looked at; an act on something that changed since is refused
    as Verouderd. `tekst_ref` points to free text kept in SQL; the text itself never travels.
    """

    model_config = ConfigDict(frozen=True)
    commando_id: Kenmerkend
    door: Wie
    handeling: EenHandeling
    gezien_versie: int | None = None
    tekst_ref: Kenmerkend | None = None


class TijdVerstreken(Handeling):
    """The clock: carry out everything that has come due."""

    soort: Literal["tijd_verstreken"] = "tijd_verstreken"


class MeldBezorging(Handeling):
    """A mail to this person failed for good (`blijvend`) or its outcome is not known (`onbekend`)."""

    soort: Literal["meld_bezorging"] = "meld_bezorging"
    persoon_id: Kenmerkend
    rol: Rol
    reden: Literal["blijvend", "onbekend"]


class MeldSignaal(Handeling):
    """A signal that did not fit, by code."""

    soort: Literal["meld_signaal"] = "meld_signaal"
    code: Kenmerkend


class VervangKalender(Handeling):
    """Another calendar snapshot: dates of open afspraken are computed again."""

    soort: Literal["vervang_kalender"] = "vervang_kalender"


EenGebeuren = EenHandeling | TijdVerstreken | MeldBezorging | MeldSignaal | VervangKalender
