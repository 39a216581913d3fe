"""Practice numbers a samenwerkingsverband or a school may change. Each says whether it is law, a source or our own choice."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, field_validator

from domain.errors import InstellingOnbekend
from domain.termijn import Klok, Termijn


class Herkomst(StrEnum):
    """Where a number comes from; shown on screen, because people must know what is law and what is not."""

    WET = "wet"
    ROUTE = "route"
    EIGEN_KEUZE = "eigen_keuze"


class Instelling(BaseModel):
    """One number with its clock, what it is for in words, and where it comes from (entry in docs/bronnen.md)."""

    model_config = ConfigDict(frozen=True)
    termijn: Termijn
    betekenis: str
    herkomst: Herkomst
    bron: str


def _i(aantal: int, klok: Klok, betekenis: str, herkomst: Herkomst, bron: str) -> Instelling:
    return Instelling(termijn=Termijn(aantal=aantal, klok=klok), betekenis=betekenis, herkomst=herkomst, bron=bron)


_KEUZE = Herkomst.EIGEN_KEUZE
STANDAARD: dict[str, Instelling] = {
    "evaluatie_interval": _i(6, Klok.SCHOOLWEKEN, "tijd tussen twee evaluaties", Herkomst.ROUTE, "P12"),
    "evaluatie_te_laat_na": _i(5, Klok.SCHOOLDAGEN, "uiterlijk: zo lang na de streefdatum", _KEUZE, "E-01"),
    "toestemming_antwoord": _i(10, Klok.WERKDAGEN, "ouders antwoorden op een vraag om toestemming", _KEUZE, "E-02"),
    "toestemming_bellen": _i(15, Klok.WERKDAGEN, "school belt ouders over toestemming", _KEUZE, "E-02"),
    "toestemming_gesprek": _i(5, Klok.SCHOOLDAGEN, "gesprek na antwoorden die niet samengaan", _KEUZE, "E-11"),
    "mdo_gepland_binnen": _i(2, Klok.SCHOOLWEKEN, "MDO is gepland na het besluit", _KEUZE, "E-03"),
    "mdo_verslag_binnen": _i(5, Klok.WERKDAGEN, "verslag van het MDO", _KEUZE, "E-04"),
    "stilte_waarschuwing": _i(10, Klok.SCHOOLDAGEN, "geen voortgang: eerste waarschuwing", _KEUZE, "E-05"),
    "stilte_stagnatie": _i(15, Klok.SCHOOLDAGEN, "geen voortgang aan de kant van school", _KEUZE, "E-05"),
    "stilte_samenwerking": _i(6, Klok.SCHOOLWEKEN, "geen voortgang tussen partijen", _KEUZE, "E-05"),
    "stagnatie_oppakken": _i(5, Klok.SCHOOLDAGEN, "een stagnatie is opgepakt", _KEUZE, "E-06"),
    "herstart": _i(5, Klok.SCHOOLDAGEN, "nieuwe datum nadat een stagnatie is opgelost", _KEUZE, "E-06"),
    "contact_herstellen": _i(5, Klok.SCHOOLDAGEN, "een onbezorgbaar adres is hersteld", _KEUZE, "E-07"),
    "uitstel_hoogstens": _i(4, Klok.SCHOOLWEKEN, "langste uitstel in een keer", _KEUZE, "E-08"),
    "nazorg_na": _i(6, Klok.SCHOOLWEKEN, "nazorggesprek na afschalen", _KEUZE, "E-09"),
}
UITSTEL_HOOGSTENS_KEER = 2


class Instellingen(BaseModel):
    """What one samenwerkingsverband or school set differently; everything else is the default above."""

    model_config = ConfigDict(frozen=True)
    anders: dict[str, Termijn] = {}

    @field_validator("anders")
    @classmethod
    def _vooruit(cls, anders: dict[str, Termijn]) -> dict[str, Termijn]:
        """A setting of nothing would make a repeated reminder come back at once, for ever."""
        if te_kort := [naam for naam, termijn in anders.items() if termijn.aantal < 1]:
            raise ValueError(f"een instelling is ten minste 1: {', '.join(te_kort)}")
        return anders

    def termijn(self, naam: str) -> Termijn:
        """The term in force for this school. Raises InstellingOnbekend for a name that does not exist."""
        if naam not in STANDAARD:
            raise InstellingOnbekend(naam)
        return self.anders.get(naam, STANDAARD[naam].termijn)
