"""Facts: what happened in a traject. Append-only; folding them gives the state back (domain/verloop.py).

A fact is complete: it carries every date and choice that was computed when it happened, so that folding never has to
compute anything again and a later version of the code, the calendar or the route reads the same history.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.consent import Antwoord, Doel, Gezag, Vorm
from domain.ids import Kenmerkend
from domain.roles import Partij, Rol
from domain.route import Aan, Oorzaak, Toon
from domain.traject import Afspraak, Later, Verwijzing


class Feit(BaseModel):
    """Base of all facts; `soort` is the stable name in the timeline. A field that came later has a default and is left out
    as long as it holds that, so that an older timeline is written again as it was (`Later` of domain/traject.py)."""

    model_config = ConfigDict(frozen=True)


class TrajectGestart(Feit):
    """The first fact of every timeline."""

    soort: Literal["traject_gestart"] = "traject_gestart"
    traject_id: str
    swv_id: str
    school_id: str
    leerling_id: str
    route: Verwijzing
    gezag: Gezag
    regie_bij: Rol
    kalender: str
    op: date


class StapBetreden(Feit):
    """The traject entered a step, or began another round of the same one."""

    soort: Literal["stap_betreden"] = "stap_betreden"
    stap: str
    ronde: bool = False
    op: date


class AfspraakGeopend(Feit):
    """A new afspraak, whole."""

    soort: Literal["afspraak_geopend"] = "afspraak_geopend"
    afspraak: Afspraak


class AfspraakGedaan(Feit):
    """Done, on `op` by the clock of people (may lie before the day it was recorded)."""

    soort: Literal["afspraak_gedaan"] = "afspraak_gedaan"
    afspraak_id: str
    op: date
    aanwezig: tuple[Rol, ...] = ()


class AfspraakVervallen(Feit):
    """No longer owed; `reden` is a code."""

    soort: Literal["afspraak_vervallen"] = "afspraak_vervallen"
    afspraak_id: str
    reden: str
    op: date


class AfspraakVerzet(Feit):
    """Another date: postponed by a person, restarted after a stall, or moved by a corrected calendar."""

    soort: Literal["afspraak_verzet"] = "afspraak_verzet"
    afspraak_id: str
    reden: str
    streefdatum: date
    uiterste: date
    uitleg: str
    trede: int | None
    trede_op: date | None
    uitgesteld: int


class AfspraakOvergedragen(Feit):
    """Another owner."""

    soort: Literal["afspraak_overgedragen"] = "afspraak_overgedragen"
    afspraak_id: str
    rol: Rol
    persoon_id: str | None


class BalVerplaatst(Feit):
    """The ball moved; `schooldagen` of waiting are attributed to the party that held it."""

    soort: Literal["bal_verplaatst"] = "bal_verplaatst"
    afspraak_id: str
    van: Partij
    naar: Partij
    schooldagen: int
    op: date


class BesluitGenomen(Feit):
    """A person chose an outcome. `regie_terug_naar`: who gets the regie when whoever took it over hands it back."""

    soort: Literal["besluit_genomen"] = "besluit_genomen"
    stap: str
    besluit: str
    uitkomst: str
    kenmerken: dict[str, str] = {}
    regie_bij: Rol
    regie_terug_naar: Rol | None = Later


class ToestemmingGevraagd(Feit):
    """The question was put; nothing is allowed yet."""

    soort: Literal["toestemming_gevraagd"] = "toestemming_gevraagd"
    doel: Doel
    op: date


class ToestemmingVastgelegd(Feit):
    """One person's answer, however it came in. `geldt_vanaf` puts the answers of a person in the order in which they were
    said; None in timelines of the first edition, which took them in the order of writing down."""

    soort: Literal["toestemming_vastgelegd"] = "toestemming_vastgelegd"
    doel: Doel
    persoon_id: str
    antwoord: Antwoord
    vorm: Vorm
    op: date
    geldt_vanaf: date | None = Later


class TredeBereikt(Feit):
    """A rung of the ladder was reached; the next one with its date, or None when the ladder ends here. With `wijzigt` (the
    first edition) it counts as a change of the afspraak, and makes a page that somebody is looking at out of date."""

    soort: Literal["trede_bereikt"] = "trede_bereikt"
    afspraak_id: str
    trede: str
    toon: Toon
    aan: Aan | Rol
    naar_rol: Rol
    volgende: int | None
    volgende_op: date | None
    wijzigt: bool = Field(default=True, exclude_if=bool)


class VensterGepland(Feit):
    """The day a recurring review opens next; None when the calendar does not reach that far yet."""

    soort: Literal["venster_gepland"] = "venster_gepland"
    venster: str
    op: date


class StilteGezien(Feit):
    """No real progress for so many school days while something is owed: the warning before a stall."""

    soort: Literal["stilte_gezien"] = "stilte_gezien"
    schooldagen: int
    op: date


class StagnatieVastgesteld(Feit):
    """The case stands still. `bron` is ladder, stilte or melding; `over` the afspraak it is about."""

    soort: Literal["stagnatie_vastgesteld"] = "stagnatie_vastgesteld"
    bron: str
    oorzaak: Oorzaak
    bij: Rol
    afspraak_id: str
    over: str | None
    op: date


class StagnatieOpgeheven(Feit):
    """The case moves again; `uitkomst` is what was decided."""

    soort: Literal["stagnatie_opgeheven"] = "stagnatie_opgeheven"
    uitkomst: str
    op: date


class BezorgingMislukt(Feit):
    """A mail could not be delivered, for good (`blijvend`) or with an unknown outcome (`onbekend`)."""

    soort: Literal["bezorging_mislukt"] = "bezorging_mislukt"
    persoon_id: str
    reden: str
    op: date


class SignaalGeweigerd(Feit):
    """A system sent something that does not fit; kept so that a person sees it."""

    soort: Literal["signaal_geweigerd"] = "signaal_geweigerd"
    code: str
    op: date


class KalenderVervangen(Feit):
    """Another calendar snapshot holds from now; moved afspraken follow as AfspraakVerzet."""

    soort: Literal["kalender_vervangen"] = "kalender_vervangen"
    kalender: str
    op: date


class TrajectGesloten(Feit):
    """The end was reached."""

    soort: Literal["traject_gesloten"] = "traject_gesloten"
    op: date


class TrajectHeropend(Feit):
    """Open again, by a person. With `regie_bij` the course begins anew: consents and answers of before count no more (the
    first edition went on with them). `gezag` as it lies now, when that was looked up."""

    soort: Literal["traject_heropend"] = "traject_heropend"
    op: date
    regie_bij: Rol | None = Later
    gezag: Gezag | None = Later


class RegieVerplaatst(Feit):
    """The regie went to another role without a decision; `reden` is a code. `terug_naar`: it was taken over, from there."""

    soort: Literal["regie_verplaatst"] = "regie_verplaatst"
    naar: Rol
    reden: Literal["geen_toestemming", "overgenomen", "teruggegeven"]
    terug_naar: Rol | None = None
    op: date


class GezagGewijzigd(Feit):
    """Who can be asked for consent, as it was looked up again: by whom and on which day that was established."""

    soort: Literal["gezag_gewijzigd"] = "gezag_gewijzigd"
    gezag: Gezag
    vastgesteld_op: date
    vastgesteld_door: str | None = None
    op: date


EenFeit = Annotated[
    TrajectGestart
    | StapBetreden
    | AfspraakGeopend
    | AfspraakGedaan
    | AfspraakVervallen
    | AfspraakVerzet
    | AfspraakOvergedragen
    | BalVerplaatst
    | BesluitGenomen
    | ToestemmingGevraagd
    | ToestemmingVastgelegd
    | TredeBereikt
    | VensterGepland
    | StilteGezien
    | StagnatieVastgesteld
    | StagnatieOpgeheven
    | BezorgingMislukt
    | SignaalGeweigerd
    | KalenderVervangen
    | TrajectGesloten
    | TrajectHeropend
    | RegieVerplaatst
    | GezagGewijzigd,
    Field(discriminator="soort"),
]


class Wie(BaseModel):
    """Who acted: an id and the role in which it was done; no name."""

    model_config = ConfigDict(frozen=True)
    rol: Rol
    persoon_id: Kenmerkend | None = None


SYSTEEM = Wie(rol=Rol.SYSTEEM)


class Gebeurtenis(BaseModel):
    """A fact in its envelope: its number in the timeline, when, by whom, and by which command."""

    model_config = ConfigDict(frozen=True)
    nr: int
    op: datetime
    door: Wie = SYSTEEM
    commando_id: str | None = None
    tekst_ref: str | None = None
    feit: EenFeit
