"""What goes in and out of the JSON API. Unknown fields are refused; no names of persons or pupils go out."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field

from api.opdrachten import TOELICHTING_HOOGSTENS, Afloop
from api.sleutel import KOP, KORTST, LANGST, VORM
from domain.bewaking import Bevinding, Controle
from domain.bewaking import Stand as Bewakingsstand
from domain.consent import Antwoord, Doel, Stand
from domain.feiten import Wie
from domain.handelingen import EenHandeling
from domain.roles import Partij, Rol
from domain.route import Oorzaak, Soort
from domain.traject import AfspraakStatus, TrajectStatus
from storage.case_tables import OpdrachtStatus
from storage.views import AfspraakView, TrajectDetail, TrajectRegel

ID = r"^[A-Za-z0-9._-]{1,64}$"


class Vorm(BaseModel):
    """Base of everything in the API."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Door(Vorm):
    """Wie er handelt: een persoon, in de rol waarin dat gebeurt."""

    persoon_id: str = Field(pattern=ID, description="Id van de persoon.")
    rol: Rol = Field(description="De rol waarin deze persoon bij dit traject handelt.")

    def wie(self) -> Wie:
        """As the core knows it."""
        return Wie(rol=self.rol, persoon_id=self.persoon_id)


class StartVerzoek(Vorm):
    """Een traject starten."""

    leerling_id: str = Field(pattern=ID, description="Id van de leerling.")
    route: str | None = Field(
        default=None,
        max_length=80,
        description="Id van de route. Mag weg als er één route is; altijd de nieuwste versie.",
    )
    door: Door
    met_toestemming: bool = Field(
        default=False,
        description="Voor wie van buiten school een signaal geeft: ouders (en vanaf 12 jaar de leerling) vinden dat goed.",
    )


class HandelVerzoek(Vorm):
    """Een handeling op een traject."""

    handeling: EenHandeling = Field(description="Wat er gebeurt; `soort` zegt welke handeling het is.")
    door: Door
    gezien_versie: int = Field(
        ge=0,
        description=(
            "De `versie` van het traject waar deze persoon naar keek. Is de afspraak waarop gehandeld wordt sindsdien "
            "veranderd: 409 `verouderd`. Bij `leg_toestemming_vast`, `meld_stilstand` en `heropen` maakt het niet uit."
        ),
    )
    toelichting: str | None = Field(
        default=None,
        max_length=TOELICHTING_HOOGSTENS,
        description="Vrije tekst bij deze handeling. Blijft in de database en gaat nooit mee in mails of naar Temporal.",
    )


class OpdrachtUit(Vorm):
    """Wat er van een handeling is geworden."""

    commando_id: str
    traject_id: str
    status: Literal["verwerkt", "ontvangen"] = Field(
        description="`verwerkt`: te zien in het traject. `ontvangen`: opgeschreven, wordt vanzelf verwerkt."
    )
    versie: int | None = Field(description="De versie van het traject waarin het is verwerkt.")

    @classmethod
    def van(cls, afloop: Afloop) -> Self:
        """The answer for what became of an act."""
        return cls.model_validate(afloop._asdict())


class OpdrachtStand(Vorm):
    """Een handeling zoals zij in het journaal staat; na een weigering met de reden."""

    commando_id: str
    traject_id: str
    status: OpdrachtStatus
    ontvangen_op: datetime
    versie: int | None
    code: str | None = None
    veld: str | None = None
    zin: str | None = None
    remedie: str | None = None


class TrajectKort(Vorm):
    """Een traject in een lijst."""

    traject_id: str
    code: str = Field(description="De korte code op het scherm en in mails.")
    school_id: str
    school: str | None
    route: str
    route_versie: int
    status: TrajectStatus
    stap: str
    stap_titel: str
    regie_bij: Rol
    bal: Partij | None = Field(description="De partij die aan zet is.")
    eerstvolgende: str | None
    eerstvolgende_op: date | None
    te_laat: bool
    stagnatie_bij: Rol | None
    stagnatie_sinds: date | None
    gestart_op: date
    versie: int

    @classmethod
    def van(cls, r: TrajectRegel, vandaag: date) -> Self:
        """A line of a list on that local date."""
        return cls.model_validate(_kort(r, vandaag))


class TrajectLijst(Vorm):
    """Een bladzijde van een lijst."""

    totaal: int = Field(description="Hoeveel trajecten er in totaal zijn met deze filters.")
    trajecten: list[TrajectKort]


class AfspraakUit(Vorm):
    """Iemand in een rol doet iets voor een datum."""

    afspraak_id: str
    titel: str
    soort: Soort
    stap: str | None
    rol: Rol
    persoon_id: str | None
    bal: Partij
    bal_sinds: date
    geopend_op: date
    streefdatum: date
    uiterste: date
    uitleg: str = Field(description="Waarom het deze datum is.")
    status: AfspraakStatus
    volgende_herinnering: date | None
    gedaan_op: date | None
    uitgesteld: int

    @classmethod
    def van(cls, a: AfspraakView) -> Self:
        """An afspraak as it goes out."""
        return cls.model_validate(
            a.model_dump(exclude={"traject_id", "sjabloon", "doel", "trede_op"}) | {"volgende_herinnering": a.trede_op}
        )


class ToestemmingUit(Vorm):
    """De antwoorden op een vraag om toestemming, per persoon."""

    doel: Doel
    gevraagd_op: date
    stand: Stand = Field(description="Waar de antwoorden samen op uitkomen. Alleen `gegeven` is toestemming.")
    antwoorden: dict[str, Antwoord]


class StagnatieUit(Vorm):
    """Het traject ligt stil: waarom, sinds wanneer, en wie gevraagd is."""

    oorzaak: Oorzaak
    bron: str
    bij: Rol
    sinds: date
    afspraak_id: str


class TrajectVolledig(TrajectKort):
    """Een traject met alles wat erbij hoort."""

    stap_sinds: date
    kenmerken: dict[str, str]
    afspraken: list[AfspraakUit]
    toestemmingen: list[ToestemmingUit]
    stagnatie: StagnatieUit | None
    wachtdagen: dict[Partij, int] = Field(description="Schooldagen wachten per partij, van wat is afgerond.")

    @classmethod
    def van_detail(cls, d: TrajectDetail, vandaag: date) -> Self:
        """One traject on that local date."""
        s = d.staat
        return cls.model_validate(
            {
                **_kort(d.regel, vandaag),
                "stap_sinds": s.stap_sinds,
                "kenmerken": s.kenmerken,
                "afspraken": [AfspraakUit.van(a) for a in d.afspraken],
                "toestemmingen": [
                    ToestemmingUit(
                        doel=t.doel, gevraagd_op=t.gevraagd_op, stand=s.stand(t.doel), antwoorden=t.antwoorden
                    )
                    for t in s.toestemmingen.values()
                ],
                "stagnatie": s.stagnatie.model_dump(exclude={"over"}) if s.stagnatie else None,
                "wachtdagen": s.wachtdagen,
            }
        )


class Tijdlijnregel(Vorm):
    """Iets wat gebeurde."""

    nr: int
    op: datetime
    rol: Rol = Field(description="In welke rol; `systeem` is Routewacht zelf.")
    persoon_id: str | None
    soort: str
    zin: str | None = Field(description="In woorden; leeg voor wat alleen techniek is.")


class MijnAfspraakUit(AfspraakUit):
    """Iets wat deze persoon moet doen."""

    traject_id: str
    code: str
    vervanging: bool = Field(description="Deze persoon valt in: niemand anders heeft de rol.")


class Gereed(Vorm):
    """Welke onderdelen antwoorden."""

    database: bool
    temporal: bool


class ControleUit(Vorm):
    """Eén controle."""

    controle: Controle
    titel: str
    stand: Bewakingsstand = Field(description="`onbekend`: kon niet worden nagegaan, en is dus nooit goed.")
    aantal: int
    oudste_seconden: float | None = Field(description="Hoe oud het oudste geval is, in seconden.")
    zin: str = Field(description="Wat er aan de hand is, in het Nederlands.")
    wat_te_doen: str | None
    voorbeelden: list[str] = Field(description="Ids van een paar gevallen; nooit een naam.")

    @classmethod
    def van(cls, bevinding: Bevinding) -> Self:
        """As the API shows it."""
        return cls.model_validate(bevinding.model_dump() | {"voorbeelden": list(bevinding.voorbeelden)})


class Gezondheid(Vorm):
    """Hoe het met Routewacht gaat."""

    stand: Bewakingsstand = Field(description="De slechtste stand van alle controles.")
    controles: list[ControleUit]


class Fout(BaseModel):
    """Een veld dat niet klopt."""

    veld: str
    zin: str
    remedie: str


class Problem(BaseModel):
    """Een weigering of fout (RFC 9457), met een zin die u een mens kunt laten lezen."""

    type: str = Field(description="urn:routewacht:<code>")
    title: str
    status: int
    detail: str = Field(description="Wat er mis is, in het Nederlands.")
    veld: str = Field(description="Het veld waar het om gaat, of leeg.")
    remedie: str = Field(description="Wat u kunt doen.")
    code: str = Field(description="Vaste code; beslis nooit op de tekst.")
    fouten: list[Fout] = Field(default=[], description="Bij een verzoek waarin velden niet kloppen: elk veld apart.")


def _kort(r: TrajectRegel, vandaag: date) -> dict[str, object]:
    velden = r.model_dump(exclude={"leerling_naam", "groep", "school_naam", "eerstvolgende_titel"})
    te_laat = r.status is TrajectStatus.LOPEND and r.te_laat(vandaag)
    return velden | {"school": r.school_naam, "eerstvolgende": r.eerstvolgende_titel, "te_laat": te_laat}


Sleutel = Annotated[
    str,
    Header(
        alias=KOP,
        min_length=KORTST,
        max_length=LANGST,
        pattern=VORM,
        description="Uw eigen, willekeurige sleutel voor deze handeling. Herhalen met dezelfde sleutel is veilig.",
    ),
]
