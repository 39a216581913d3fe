"""What each mail may say: one frozen model per template, so that nothing else can get into a body.

There is no field for a name of a pupil, a diagnosis or a reason. All dates are words, made by the caller on the clock
and the calendar of the case ("maandag 30 november", "over 2 schoolweken").
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.sjabloon import Sjabloon

# No control characters: a line end in a title would let it pose as a line of ours in the plain text.
_EEN_REGEL = r"^[^\x00-\x1f\x7f\x85\u2028\u2029]+$"
Tekst = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=_EEN_REGEL)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"'<>\x00-\x1f]+$", max_length=2000)]
TrajectCode = Annotated[str, StringConstraints(pattern=r"^T-[0-9A-Z]{3,12}$")]
Groepstitel = Literal["Te laat", "Vandaag", "Deze week", "Binnenkort"]
_IN_WOORDEN: dict[Groepstitel, str] = {
    "Te laat": "te laat",
    "Vandaag": "voor vandaag",
    "Deze week": "voor deze week",
    "Binnenkort": "voor binnenkort",
}


class Mailcontext(BaseModel):
    """Base of all contexts; knows its own template, so the two cannot be mixed up."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sjabloon: ClassVar[Sjabloon]


class Regel(BaseModel):
    """One thing that is owed: what, for which traject, by when, why that date and what it rests on (in words), and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titel: Tekst
    traject_code: TrajectCode
    wanneer: Tekst
    uitleg: Tekst | None = None
    herkomst: Tekst | None = None
    url: Url


class Bundel(NamedTuple):
    """Lines with the same title: told once, with how many pupils it is about."""

    titel: str
    regels: tuple[Regel, ...]

    @property
    def leerlingen(self) -> str:
        """ "9 leerlingen": a traject is about one pupil."""
        aantal = len({regel.traject_code for regel in self.regels})
        return f"{aantal} {'leerling' if aantal == 1 else 'leerlingen'}"

    @property
    def uitleg(self) -> str | None:
        """The explanation all lines share; None when they differ."""
        eerste, *rest = (regel.uitleg for regel in self.regels)
        return None if any(uitleg != eerste for uitleg in rest) else eerste


class Groep(BaseModel):
    """Lines that share an urgency; a group without lines does not exist."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titel: Groepstitel
    regels: tuple[Regel, ...] = Field(min_length=1)

    @property
    def bundels(self) -> tuple[Bundel, ...]:
        """The lines by title, in the order in which the titles first appear; a line of its own is a bundle of one."""
        per_titel: dict[str, list[Regel]] = {}
        for regel in self.regels:
            per_titel.setdefault(regel.titel, []).append(regel)
        return tuple(Bundel(titel, tuple(regels)) for titel, regels in per_titel.items())


class WeekoverzichtContext(Mailcontext):
    """The digest: everything one person owes. Never built for a person who owes nothing."""

    sjabloon: ClassVar[Sjabloon] = Sjabloon.WEEKOVERZICHT

    voornaam: Tekst
    datum: Tekst
    groepen: tuple[Groep, ...] = Field(min_length=1)
    overzicht_url: Url | None = None
    regels_url: Url
    kalender: Tekst = "de schoolkalender van je school"

    @property
    def samenvatting(self) -> str:
        """One sentence for who reads no further: how much there is, and how urgent."""
        aantal = sum(len(groep.regels) for groep in self.groepen)
        if aantal == 1:
            return "Er staat één ding voor je klaar."
        delen = [f"{len(groep.regels)} {_IN_WOORDEN[groep.titel]}" for groep in self.groepen]
        opsomming = " en ".join(filter(None, (", ".join(delen[:-1]), delen[-1])))
        return f"Er staan {aantal} dingen voor je klaar: {opsomming}."


class SpoedContext(Mailcontext):
    """One thing that cannot wait for the next digest."""

    sjabloon: ClassVar[Sjabloon] = Sjabloon.SPOED

    voornaam: Tekst
    regel: Regel


class EscalatieContext(Mailcontext):
    """A case that stalls, told to the person whose job it is to get it moving."""

    sjabloon: ClassVar[Sjabloon] = Sjabloon.ESCALATIE

    voornaam: Tekst
    rol: Literal["regievoerder", "stagnatiepunt"]
    traject_code: TrajectCode
    waarom: Tekst
    wacht: Tekst | None = None
    streefdatum: Tekst | None = None
    bal: Tekst | None = None
    gevraagd: Tekst
    voor: Tekst | None = None
    url: Url

    @property
    def feiten(self) -> list[tuple[str, str]]:
        """What is known, by name; what is not stays out."""
        rijen = [
            ("Wat er wacht", self.wacht),
            ("Streefdatum daarvan", self.streefdatum),
            ("De bal ligt bij", self.bal),
            ("Wat we nu van je vragen", self.gevraagd),
            ("Streefdatum daarvoor", self.voor),
        ]
        return [(naam, waarde) for naam, waarde in rijen if waarde is not None]


class ToestemmingContext(Mailcontext):
    """To parents: the school asks for consent. For what, they read on the page. `antwoord` asks for it by a date."""

    sjabloon: ClassVar[Sjabloon] = Sjabloon.TOESTEMMING_GEVRAAGD

    traject_code: TrajectCode
    antwoord: Tekst
    herinnering: Tekst | None = None
    herkomst: Tekst | None = None
    vragen: int = Field(default=1, ge=1)
    url: Url
    school: Tekst | None = None


class StandContext(Mailcontext):
    """To parents: where are we, and whose turn is it; or that it is over (`gesloten`)."""

    sjabloon: ClassVar[Sjabloon] = Sjabloon.STAND_VOOR_OUDERS

    traject_code: TrajectCode
    stap: int = Field(ge=1)
    stappen: int = Field(ge=1, le=12)
    aan_de_beurt: Tekst
    wat: Tekst
    wanneer: Tekst
    herkomst: Tekst | None = None
    gesloten: bool = False
    url: Url
    school: Tekst | None = None

    @model_validator(mode="after")
    def _stap_bestaat(self) -> Self:
        if self.stap > self.stappen:
            raise ValueError("de stap ligt voorbij de laatste stap")
        return self


class ContactContext(Mailcontext):
    """To the school: a mail to somebody (named by role only) came back, so their address has to be mended."""

    sjabloon: ClassVar[Sjabloon] = Sjabloon.CONTACT_HERSTELLEN

    voornaam: Tekst
    traject_code: TrajectCode
    rol: Tekst
    sinds: Tekst
    url: Url


class BewakingContext(Mailcontext):
    """To whoever keeps Routewacht running: the daily check found something. Titles of checks and counts, nothing else."""

    sjabloon: ClassVar[Sjabloon] = Sjabloon.BEWAKING

    voornaam: Tekst
    taken: tuple[Tekst, ...] = Field(min_length=1)
    url: Url


_CONTEXTEN: dict[Sjabloon, type[Mailcontext]] = {
    soort.sjabloon: soort
    for soort in (
        WeekoverzichtContext,
        SpoedContext,
        EscalatieContext,
        ToestemmingContext,
        StandContext,
        ContactContext,
        BewakingContext,
    )
}


def lees_context(sjabloon: str, waarden: dict[str, Any]) -> Mailcontext:
    """The context the outbox stored as a template name and JSON. Raises `ValueError` for an unknown name or shape."""
    return _CONTEXTEN[Sjabloon(sjabloon)].model_validate(waarden)
