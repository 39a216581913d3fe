"""The school calendar as data: which days count. Where a term ends on it is the work of `domain.calendar`.

A Kalender is a snapshot: fetched once, it travels with the case, so a new release of a library changes no promise.
All questions are answered from an index that is built once for each distinct calendar and shared.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.errors import RoutewachtFout
from domain.termijn import in_zin, opsomming
from domain.tijd import in_woorden

DAG = timedelta(days=1)
WEEKEND = "weekend"


class Regio(StrEnum):
    """The three regions over which the ministry spreads the school holidays. Groningen is Noord, Dordrecht Midden."""

    NOORD = "noord"
    MIDDEN = "midden"
    ZUID = "zuid"


class KalenderReiktNietVer(RoutewachtFout, ValueError):
    """A question about a day for which this calendar says nothing. A guess would be a promise nobody can keep."""

    def __init__(self, datum: date, van: date, tot_en_met: date) -> None:
        super().__init__(
            f"De schoolkalender loopt van {in_woorden(van)} tot en met {in_woorden(tot_en_met)}; "
            f"{in_woorden(datum)} valt daarbuiten."
        )
        self.datum = datum


class Periode(BaseModel):
    """Days in a row, both ends included."""

    model_config = ConfigDict(frozen=True)
    van: date
    tot_en_met: date
    naam: str = Field(min_length=1)

    @model_validator(mode="after")
    def _in_volgorde(self) -> Self:
        if self.van > self.tot_en_met:
            raise ValueError("Een periode begint niet na haar einde.")
        return self


class Feestdag(BaseModel):
    """A day on which neither schools nor statutory terms move."""

    model_config = ConfigDict(frozen=True)
    datum: date
    naam: str = Field(min_length=1)


class Kalender(BaseModel):
    """What is known about one school from `van` up to and including `tot_en_met`.

    `feestdagen` are those of the Algemene termijnenwet, plus the Friday after Hemelvaart, which is always equated.
    Bevrijdingsdag is one of them every year; that it also closes every school is our simplification (a school that
    is open on 5 May cannot undo it). `eigen_vrij` are the school's own closed days, `eigen_open` days on which it
    teaches although the table of the region says vakantie: autumn and spring weeks are only advice.
    """

    model_config = ConfigDict(frozen=True)
    regio: Regio
    van: date
    tot_en_met: date
    vakanties: tuple[Periode, ...]
    feestdagen: tuple[Feestdag, ...]
    eigen_vrij: tuple[Periode, ...] = ()
    eigen_open: tuple[Periode, ...] = ()
    bron: str

    @field_validator("vakanties", "eigen_vrij", "eigen_open")
    @classmethod
    def _op_datum(cls, periodes: tuple[Periode, ...]) -> tuple[Periode, ...]:
        return tuple(sorted(periodes, key=lambda periode: (periode.van, periode.tot_en_met, periode.naam)))

    @field_validator("feestdagen")
    @classmethod
    def _feestdagen_op_datum(cls, feestdagen: tuple[Feestdag, ...]) -> tuple[Feestdag, ...]:
        return tuple(sorted(feestdagen, key=lambda feestdag: (feestdag.datum, feestdag.naam)))

    @model_validator(mode="after")
    def _in_volgorde(self) -> Self:
        if self.van > self.tot_en_met:
            raise ValueError("Een kalender begint niet na haar einde.")
        return self

    @property
    def kenmerk(self) -> str:
        """Short hash of the content without `bron`: equal when every question gets the same answer."""
        return sha256(self.model_dump_json(exclude={"bron"}).encode()).hexdigest()[:12]

    @cached_property
    def index(self) -> "Index":
        return _bouw_index(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As in pydantic, but the copy forgets the index: it may have been given other days."""
        kopie = super().model_copy(update=update, deep=deep)
        kopie.__dict__.pop("index", None)
        return kopie


class Index(NamedTuple):
    """`redenen` holds every day without school and why; `schoolweken` the Mondays of weeks with a school day."""

    schooldagen: tuple[date, ...]
    werkdagen: tuple[date, ...]
    schoolweken: tuple[date, ...]
    redenen: Mapping[date, str]
    feestdagen: Mapping[date, str]


@lru_cache(maxsize=32)
def _bouw_index(k: Kalender) -> Index:
    dagen = tuple(reeks(k.van, k.tot_en_met))
    namen: dict[date, list[str]] = {}
    for feestdag in k.feestdagen:
        namen.setdefault(feestdag.datum, []).append(in_zin(feestdag.naam))
    feestdagen = {dag: opsomming(lijst) for dag, lijst in namen.items()}
    open_ = {dag for dag, _ in _uitgeschreven(k, k.eigen_open)}
    redenen = {dag: WEEKEND for dag in dagen if dag.weekday() >= 5} | feestdagen
    redenen |= dict(_uitgeschreven(k, k.eigen_vrij))
    redenen |= {dag: in_zin(naam) for dag, naam in _uitgeschreven(k, k.vakanties) if dag not in open_}
    schooldagen = tuple(dag for dag in dagen if dag not in redenen)
    return Index(
        schooldagen=schooldagen,
        werkdagen=tuple(dag for dag in dagen if dag.weekday() < 5 and dag not in feestdagen),
        schoolweken=tuple(dict.fromkeys(maandag(dag) for dag in schooldagen)),
        redenen=redenen,
        feestdagen=feestdagen,
    )


def reeks(van: date, tot_en_met: date) -> Iterator[date]:
    return (van + timedelta(days=n) for n in range((tot_en_met - van).days + 1))


def _uitgeschreven(k: Kalender, periodes: Iterable[Periode]) -> Iterator[tuple[date, str]]:
    for periode in periodes:
        for dag in reeks(max(periode.van, k.van), min(periode.tot_en_met, k.tot_en_met)):
            yield dag, periode.naam


def maandag(dag: date) -> date:
    return dag - timedelta(days=dag.weekday())


def eis_bereik(k: Kalender, *dagen: date) -> None:
    for dag in dagen:
        if not k.van <= dag <= k.tot_en_met:
            raise KalenderReiktNietVer(dag, k.van, k.tot_en_met)


def is_feestdag(k: Kalender, d: date) -> bool:
    """Is it a feestdag of the Algemene termijnenwet? Raises KalenderReiktNietVer outside the calendar."""
    eis_bereik(k, d)
    return d in k.index.feestdagen


def is_schooldag(k: Kalender, d: date) -> bool:
    """Does this school teach that day? Raises KalenderReiktNietVer outside the calendar."""
    eis_bereik(k, d)
    return d not in k.index.redenen


def is_werkdag(k: Kalender, d: date) -> bool:
    """Monday to Friday and no feestdag; vakantie does not matter. Raises KalenderReiktNietVer outside the calendar."""
    return not is_feestdag(k, d) and d.weekday() < 5


def eerstvolgende_schooldag(k: Kalender, d: date) -> date:
    """The first school day from `d` on, `d` itself included. Raises KalenderReiktNietVer when there is none."""
    eis_bereik(k, d)
    return dag_op(k, k.index.schooldagen, bisect_left(k.index.schooldagen, d))


def laatste_schooldag_tot(k: Kalender, d: date) -> date:
    """The last school day up to `d`, `d` itself included. Raises KalenderReiktNietVer when there is none."""
    eis_bereik(k, d)
    return dag_op(k, k.index.schooldagen, bisect_right(k.index.schooldagen, d) - 1)


def schooldagen_tussen(k: Kalender, na: date, tot_en_met: date) -> int:
    """School days after `na`, up to and including `tot_en_met`; 0 when that is nothing."""
    eis_bereik(k, na, tot_en_met)
    return _aantal(k.index.schooldagen, na, tot_en_met)


def schooldagen_sinds(k: Kalender, dag: date, vandaag: date) -> int:
    """School days after `dag`, up to and including `vandaag`, as far back as this calendar reaches.

    For what people are told of how long something waits: a case may have waited longer than a calendar remembers.
    """
    return schooldagen_tussen(k, max(dag, k.van), vandaag)


def werkdagen_tussen(k: Kalender, na: date, tot_en_met: date) -> int:
    """Working days after `na`, up to and including `tot_en_met`; 0 when that is nothing."""
    eis_bereik(k, na, tot_en_met)
    return _aantal(k.index.werkdagen, na, tot_en_met)


def schooljaar_van(d: date) -> int:
    """The year in which the school year of that day began; a school year runs from 1 August to 31 July."""
    return d.year if d.month >= 8 else d.year - 1


def schooljaar_grenzen(jaar: int) -> tuple[date, date]:
    """First and last day of the school year that began in `jaar`."""
    return date(jaar, 8, 1), date(jaar + 1, 7, 31)


def _aantal(dagen: tuple[date, ...], na: date, tot_en_met: date) -> int:
    return max(0, bisect_right(dagen, tot_en_met) - bisect_right(dagen, na))


def dag_op(k: Kalender, dagen: tuple[date, ...], plaats: int) -> date:
    if plaats < 0:
        raise KalenderReiktNietVer(k.van - DAG, k.van, k.tot_en_met)
    if plaats >= len(dagen):
        raise KalenderReiktNietVer(k.tot_en_met + DAG, k.van, k.tot_en_met)
    return dagen[plaats]
