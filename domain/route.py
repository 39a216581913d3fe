"""The route as data: what a published route file holds once it is compiled. Frozen; one copy serves all cases.

A route is a closed vocabulary: steps, afspraken, decisions with outcomes, ladders, recurring reviews, a table for who has
the regie, and where a stall goes. A condition is the name of a tested predicate (domain/predicates.py); there is no
expression language. The file format is explained in docs/routes/README.md, the checks in domain/route_check.py.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.consent import Doel
from domain.instellingen import STANDAARD, Instellingen
from domain.roles import Partij, Rol
from domain.termijn import Klok, Termijn

EINDE = "einde"
NAAM = r"^[a-z][a-z0-9_]*$"


class Vast(BaseModel):
    """Base of all route parts: frozen, and an unknown key in the file is an error, not a silent extra."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Soort(StrEnum):
    """The kinds of afspraak."""

    TAAK = "taak"
    EVALUATIE = "evaluatie"
    VOORTGANG = "voortgang"
    TOESTEMMING = "toestemming"
    BESLUIT = "besluit"
    DOCUMENT = "document"
    OVERLEG = "overleg"
    REGISTRATIE = "registratie"
    TERUGKOPPELING = "terugkoppeling"
    TERMIJN = "termijn"


class Toon(StrEnum):
    """How a rung of a ladder speaks. VOORAF to HERINNERING leave in the morning digest; the others leave at once."""

    VOORAF = "vooraf"
    VANDAAG = "vandaag"
    HERINNERING = "herinnering"
    DRINGEND = "dringend"
    ESCALATIE = "escalatie"


class Anker(StrEnum):
    """From where the next date of a repeated decision counts: the planned date, or the day it was really done."""

    PLAN = "plan"
    VOLTOOIING = "voltooiing"


class Aan(StrEnum):
    """Whom a rung turns to, besides a role by name."""

    EIGENAAR = "eigenaar"
    BAL = "bal"
    VOLGENDE_ROL = "volgende_rol"
    ESCALATIEPUNT = "escalatiepunt"


class Uitgangspunt(StrEnum):
    """What a rung counts from: the target date or the hard date."""

    STREEF = "streef"
    UITERSTE = "uiterste"


class Oorzaak(StrEnum):
    """Why a case stands still; decides who is asked to get it moving."""

    SAMENWERKING = "samenwerking"
    SCHOOL = "school"
    VERZUIM = "verzuim"


class Kenmerk(StrEnum):
    """Questions a decision may ask. Codes only: no reason, no diagnosis, no free text."""

    LEERVRAAG = "leervraag"
    LEEFVRAAG = "leefvraag"
    PROBLEMATIEK = "problematiek"


KENMERK_WAARDEN: dict[Kenmerk, dict[str, str]] = {
    Kenmerk.LEERVRAAG: {"enkelvoudig": "enkelvoudige leervraag", "complex": "complexe leervraag"},
    Kenmerk.LEEFVRAAG: {
        "geen": "geen leefvraag",
        "enkelvoudig": "enkelvoudige leefvraag",
        "complex": "complexe leefvraag",
    },
    Kenmerk.PROBLEMATIEK: {
        "enkelvoudig": "enkelvoudige problematiek",
        "meervoudig": "meervoudige problematiek",
        "multi": "multiproblematiek",
    },
}
# Answers that a route may name besides those above (`antwoorden`). A route that names none has only those above.
EXTRA_WAARDEN: dict[Kenmerk, dict[str, str]] = {
    Kenmerk.LEERVRAAG: {"geen": "geen leervraag"},
    Kenmerk.PROBLEMATIEK: {"niet_bepaald": "niet bepaald: het sociaal team is niet gevraagd"},
}


def waarde_label(kenmerk: Kenmerk, waarde: str) -> str:
    """An answer in words, whatever route it was given on; an unknown answer as it is."""
    return {**KENMERK_WAARDEN[kenmerk], **EXTRA_WAARDEN.get(kenmerk, {})}.get(waarde, waarde)


class Bron(Vast):
    """The lines of the source document this element carries; `mensenwerk` marks work that software only records."""

    regels: tuple[int, ...] = ()
    eigen_keuze: str | None = None

    @model_validator(mode="after")
    def _ergens_vandaan(self) -> Self:
        if not self.regels and not self.eigen_keuze:
            raise ValueError("een bron noemt regels van het document, of een eigen keuze met reden")
        return self


class Termijnkeuze(Vast):
    """A term in a route: a number and a clock, or the name of a setting a school may change.

    `uit_bron` says that the source document itself names this number; without it the number is our own choice, and is
    labelled so on screen, also when the afspraak it belongs to does stand in the document.
    """

    aantal: int | None = None
    klok: Klok | None = None
    wettelijk: bool = False
    uit_bron: bool = False
    instelling: str | None = None

    @model_validator(mode="after")
    def _een_van_beide(self) -> Self:
        if self.instelling is not None:
            if self.aantal is not None or self.klok is not None:
                raise ValueError("noem een instelling, of een aantal met een klok, niet allebei")
            if self.instelling not in STANDAARD:
                raise ValueError(f"de instelling '{self.instelling}' bestaat niet; kies uit {', '.join(STANDAARD)}")
        elif self.aantal is None or self.klok is None:
            raise ValueError("een termijn heeft een aantal en een klok, of de naam van een instelling")
        return self

    def los_op(self, instellingen: Instellingen) -> Termijn:
        """The term in force for this school."""
        if self.instelling is not None:
            return instellingen.termijn(self.instelling)
        assert self.aantal is not None
        assert self.klok is not None
        return Termijn(aantal=self.aantal, klok=self.klok, wettelijk=self.wettelijk)


class Trede(Vast):
    """One rung: when (counted from target or hard date; negative is before), whom, and in which tone."""

    id: str = Field(pattern=NAAM)
    na: Termijnkeuze
    vanaf: Uitgangspunt = Uitgangspunt.STREEF
    aan: Aan | Rol
    toon: Toon


class Ladder(Vast):
    """Rungs in order. All numbers of a ladder are our own choice unless `bron` names lines; shown as such on screen.

    With `herhaal` the last rung comes back at that interval for as long as the afspraak stays open: the ladder on which
    a stall itself hangs must have it, so that nothing falls silent at the top.
    """

    id: str = Field(pattern=NAAM)
    titel: str
    bron: Bron
    herhaal: Termijnkeuze | None = None
    treden: tuple[Trede, ...] = Field(min_length=1)


class Eis(Vast):
    """What an outcome needs before it may be chosen: exactly one of an afspraak, a consent, or a named predicate.

    With `als` it is needed only where that named predicate holds.
    """

    afspraak: str | None = None
    toestemming: Doel | None = None
    predicaat: str | None = None
    als: str | None = None

    @model_validator(mode="after")
    def _precies_een(self) -> Self:
        if sum(x is not None for x in (self.afspraak, self.toestemming, self.predicaat)) != 1:
            raise ValueError("een eis noemt precies een van: afspraak, toestemming, predicaat")
        return self


class AfspraakSjabloon(Vast):
    """Somebody in a role owes something by a date. `na` orders afspraken within a lane; lanes (`spoor`) run side by side.

    `elke_ronde`: owed again in every further round of the step (before each evaluation), not once.
    """

    id: str = Field(pattern=NAAM)
    titel: str
    soort: Soort
    rol: Rol
    termijn: Termijnkeuze
    uiterlijk: Termijnkeuze | None = None
    ladder: str
    na: tuple[str, ...] = ()
    spoor: str | None = None
    als: str | None = None
    toestemming: Doel | None = None
    verwijst_naar: str | None = None
    aanwezig: tuple[Rol, ...] = ()
    elke_ronde: bool = False
    bron: Bron


class ToestemmingVraag(Vast):
    """A consent this step asks for. `rol` asks and follows up; the ball lies with those who must sign."""

    doel: Doel
    rol: Rol
    termijn: Termijnkeuze = Termijnkeuze(instelling="toestemming_antwoord")
    ladder: str
    als: str | None = None
    bron: Bron


class Uitkomst(Vast):
    """One way out of a step. `naar` is a step or `einde`; the step itself means: go on for another round."""

    id: str = Field(pattern=NAAM)
    titel: str
    naar: str
    vereist: tuple[Eis, ...] = ()
    regie: Rol | None = None
    bron: Bron


class Besluit(Vast):
    """The decision that ends a step. A person decides; Routewacht only asks on time."""

    id: str = Field(pattern=NAAM)
    titel: str
    soort: Soort = Soort.BESLUIT
    rol: Rol
    termijn: Termijnkeuze
    uiterlijk: Termijnkeuze | None = None
    anker: Anker = Anker.VOLTOOIING
    ladder: str
    aanwezig: tuple[Rol, ...] = ()
    vragen: tuple[Kenmerk, ...] = ()
    uitkomsten: tuple[Uitkomst, ...] = Field(min_length=1)
    bron: Bron


class Stap(Vast):
    """A step: who leads, what parents hear, the afspraken it opens, the consents it asks, and the decision that ends it."""

    id: str = Field(pattern=NAAM)
    titel: str
    leidt: Rol
    ouders_horen: str
    toestemmingen: tuple[ToestemmingVraag, ...] = ()
    afspraken: tuple[AfspraakSjabloon, ...] = ()
    besluit: Besluit
    bron: Bron


class Venster(Vast):
    """A window in each school year, as month and day ("01-15"); the afspraak opens on its first school day."""

    id: str = Field(pattern=NAAM)
    van: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    tot_en_met: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")

    def datums(self, schooljaar: int) -> tuple[date, date]:
        """First and last day in the school year that starts in `schooljaar`; months from August fall in that year."""

        def dag(tekst: str) -> date:
            maand, d = (int(x) for x in tekst.split("-"))
            return date(schooljaar if maand >= 8 else schooljaar + 1, maand, d)

        return dag(self.van), dag(self.tot_en_met)


class Terugkerend(Vast):
    """A review that comes back in windows of the school year, whatever the step (unless `niet_in` names it)."""

    id: str = Field(pattern=NAAM)
    titel: str
    soort: Soort = Soort.VOORTGANG
    rol: Rol
    vensters: tuple[Venster, ...] = Field(min_length=1)
    niet_in: tuple[str, ...] = ()
    ladder: str
    bron: Bron


class Regieregel(Vast):
    """One row of the table that says who has the regie, given the answers at a decision.

    Without `problematiek` the row holds whatever that answer is, also when it was not given.
    """

    leervraag: str
    leefvraag: str
    problematiek: tuple[str, ...] = ()
    regie: Rol

    def past(self, kenmerken: Mapping[str, str]) -> bool:
        """Is this the row for these answers?"""
        if (self.leervraag, self.leefvraag) != (kenmerken.get("leervraag"), kenmerken.get("leefvraag")):
            return False
        return not self.problematiek or kenmerken.get("problematiek") in self.problematiek


class Regie(Vast):
    """Exactly one holder, always: the start, and the decision table (if the route has one)."""

    begin: Rol
    regels: tuple[Regieregel, ...] = ()
    bron: Bron


class Signaal(Vast):
    """Who may bring a signal, which is how a traject begins. `toestemming`: what they need before they share it with school.

    Bringing a signal gives no right to see what came of it.
    """

    rollen: tuple[Rol, ...] = Field(min_length=1)
    toestemming: Doel | None = None
    bron: Bron


class Stagnatiebeleid(Vast):
    """Where a stall goes. `partijen` says, for the party that holds the ball, which cause it is."""

    naar: dict[Oorzaak, Rol]
    partijen: dict[Partij, Oorzaak]
    ladder: str
    swv: Rol = Rol.COORDINATOR
    bron: Bron


class Sector(StrEnum):
    """Primary or secondary education."""

    PO = "po"
    VO = "vo"


class Status(StrEnum):
    """A draft may change; a published file never does."""

    CONCEPT = "concept"
    GEPUBLICEERD = "gepubliceerd"


class Route(Vast):
    """One support route of one region, one version."""

    route: str = Field(pattern=NAAM)
    versie: int = Field(ge=1)
    titel: str
    status: Status
    geldig_vanaf: date
    sector: Sector
    brondocument: str
    ladders: tuple[Ladder, ...] = Field(min_length=1)
    stappen: tuple[Stap, ...] = Field(min_length=1)
    terugkerend: tuple[Terugkerend, ...] = ()
    regie: Regie
    stagnatie: Stagnatiebeleid
    antwoorden: dict[Kenmerk, tuple[str, ...]] = {}
    signaleren: tuple[Signaal, ...] = ()

    def stap(self, stap_id: str) -> Stap:
        """The step by id; KeyError means a state from another route."""
        return next(s for s in self.stappen if s.id == stap_id)

    def ladder(self, ladder_id: str) -> Ladder:
        """The ladder by id."""
        return next(x for x in self.ladders if x.id == ladder_id)

    def waarden(self, kenmerk: Kenmerk) -> dict[str, str]:
        """The answers this route knows to a question, in its order, each with its label."""
        if kenmerk not in self.antwoorden:
            return KENMERK_WAARDEN[kenmerk]
        return {waarde: waarde_label(kenmerk, waarde) for waarde in self.antwoorden[kenmerk]}

    def signaal_van(self, rol: Rol) -> Signaal | None:
        """Under what condition this role may bring a signal; None when it may not, or the route does not say."""
        return next((s for s in self.signaleren if rol in s.rollen), None)

    @property
    def begin(self) -> Stap:
        """The first step in the file is where a traject starts."""
        return self.stappen[0]
