"""What a term is, and how a term is said in Dutch. Where it ends is the work of `domain.calendar`."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from domain.tijd import in_woorden


class Klok(StrEnum):
    """What a term counts. There is no term without a clock: six calendar weeks are not six school weeks."""

    KALENDERDAGEN = "kalenderdagen"
    KALENDERWEKEN = "kalenderweken"
    SCHOOLDAGEN = "schooldagen"
    SCHOOLWEKEN = "schoolweken"
    WERKDAGEN = "werkdagen"


_ENKELVOUD = {
    Klok.KALENDERDAGEN: "kalenderdag",
    Klok.KALENDERWEKEN: "kalenderweek",
    Klok.SCHOOLDAGEN: "schooldag",
    Klok.SCHOOLWEKEN: "schoolweek",
    Klok.WERKDAGEN: "werkdag",
}
_WEKEN = frozenset({Klok.KALENDERWEKEN, Klok.SCHOOLWEKEN})


class Termijn(BaseModel):
    """A number and a clock. `wettelijk` puts the end under the Algemene termijnenwet (kalender clocks only).

    A negative number counts back from the anchor and is allowed for the clocks that count days.
    Unknown fields are refused: terms are typed by hand in route files, and a misspelt `wettelijk` moves a legal date.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    aantal: int
    klok: Klok
    wettelijk: bool = False

    @model_validator(mode="after")
    def _weken_tellen_vooruit(self) -> Self:
        if self.aantal < 0 and self.klok in _WEKEN:
            raise ValueError(f"Terugtellen kan in dagen, niet in {self.klok}.")
        return self

    def in_woorden(self) -> str:
        """For people: "6 schoolweken", "1 werkdag"; without the sign."""
        aantal = abs(self.aantal)
        return f"{aantal} {_ENKELVOUD[self.klok] if aantal == 1 else self.klok}"


class BerekendeDatum(BaseModel):
    """A date together with the reason, in Dutch, why it is this one."""

    model_config = ConfigDict(frozen=True)
    datum: date
    uitleg: str


def anker(termijn: Termijn, vanaf: date) -> str:
    """Opening of every explanation: "6 schoolweken na maandag 30 november 2026"."""
    if termijn.aantal == 0:
        return f"op {in_woorden(vanaf)}"
    return f"{termijn.in_woorden()} {'na' if termijn.aantal > 0 else 'vóór'} {in_woorden(vanaf)}"


def tellen_niet_mee(redenen: Sequence[str], hoeveel: str = "") -> str:
    """ "kerstvakantie telt niet mee (2 weken)", "Goede Vrijdag en tweede paasdag tellen niet mee"."""
    zin = f"{opsomming(redenen)} {'telt' if len(redenen) == 1 else 'tellen'} niet mee"
    return f"{zin} ({hoeveel})" if hoeveel else zin


def verplaatst(van: date, naar: date, soort: str, redenen: Sequence[str]) -> str:
    """Says that an end was moved to a day of this `soort` ("schooldag", "werkdag"), and what stood in the way."""
    return f"{in_woorden(van)} is geen {soort} ({opsomming(redenen)}), daarom {in_woorden(naar)}"


def opsomming(woorden: Iterable[str]) -> str:
    """ "a", "a en b", "a, b en c"."""
    *eerste, laatste = woorden
    return f"{', '.join(eerste)} en {laatste}" if eerste else laatste


def in_zin(naam: str) -> str:
    """A name as it stands in the middle of a sentence: "kerstvakantie", "tweede paasdag", but "Koningsdag"."""
    gewoon_woord = naam.endswith("vakantie") or naam.split()[0] in {"Eerste", "Tweede", "Nieuwjaarsdag", "Vrijdag"}
    return naam[0].lower() + naam[1:] if gewoon_woord else naam
