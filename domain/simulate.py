"""What would happen: the core driven through days that have not come yet, with acts that somebody imagined.

Pure, like the core itself: the clock is a loop variable. Used by `routewacht simulate` and by the scripted cast of the
demo, so that a what-if and a real traject can never follow different rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from domain.consent import Gezag
from domain.dagen import eerstvolgende_schooldag
from domain.effects import Melding
from domain.errors import AfspraakOnbekend, RoutewachtFout, Weigering
from domain.feiten import Gebeurtenis, Wie
from domain.handelingen import EenHandeling, Heropen, LegToestemmingVast, MeldStilstand, Opdracht, TijdVerstreken
from domain.kader import Kader
from domain.progress import Uitslag, begin, next_wake, progress
from domain.roles import Rol
from domain.route import Sector
from domain.tijd import AMSTERDAM, in_woorden, lokale_datum
from domain.traject import Afspraak, Traject, Verwijzing

BEGINTIJD, OCHTEND, MIDDAG = time(8, 0), time(8, 30), time(12, 0)
GEZAG = Gezag(gezagdragers=("ouder1", "ouder2"), leerling_id="leerling")
_HOOGSTENS_PER_KEER = 20
_MET_AFSPRAAK = frozenset({"rond_af", "neem_besluit", "stel_uit", "draag_over"})
_DAG = timedelta(days=1)
_HANDELING: TypeAdapter[EenHandeling] = TypeAdapter(EenHandeling)


class KlokHangt(RoutewachtFout):
    """After a wake the core asks to be woken at the same moment again: a mistake in the core, never in a scenario."""


class GeplandeHandeling(BaseModel):
    """An act of a scenario, at noon on `op`. The afspraak is named by its template, because ids are not known yet.

    `met` holds the other fields of the act (`uitkomst`, `kenmerken`, `antwoord`, ...). Without `als` whoever owes the
    afspraak acts; without an afspraak the person whose act it usually is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    op: date
    doe: Literal[
        "rond_af", "neem_besluit", "leg_toestemming_vast", "stel_uit", "draag_over", "meld_stilstand", "heropen"
    ]
    sjabloon: str | None = None
    als: Rol | None = None
    persoon: str | None = None
    met: dict[str, Any] = {}

    @model_validator(mode="after")
    def _past_bij_elkaar(self) -> Self:
        if (self.doe in _MET_AFSPRAAK) != (self.sjabloon is not None):
            wel = self.doe in _MET_AFSPRAAK
            raise ValueError(f"bij '{self.doe}' hoort {'wel' if wel else 'geen'} sjabloon")
        try:
            self.handeling("a0")
        except ValidationError as fout:
            velden = sorted({".".join(str(deel) for deel in f["loc"][1:]) or self.doe for f in fout.errors()})
            raise ValueError(f"bij '{self.doe}' klopt of ontbreekt in 'met': {', '.join(velden)}") from None
        return self

    def handeling(self, afspraak_id: str | None) -> EenHandeling:
        """The act on the afspraak with this id (ignored by acts that are not about one)."""
        over = {"afspraak_id": afspraak_id} if self.doe in _MET_AFSPRAAK else {}
        return _HANDELING.validate_python({**self.met, **over, "soort": self.doe})


class Scenario(BaseModel):
    """The acts of a what-if, and who can be asked for consent in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    gezag: Gezag = GEZAG
    handelingen: tuple[GeplandeHandeling, ...] = Field(default=())


class Gedrag(Protocol):
    """How imagined people behave: what somebody does now with this traject, or None. Must be pure.

    Asked each school morning at 08:30 and after each wake of the clock, and again after every act it gave, until it
    gives None (or is refused: then it is left alone until the next time).
    """

    def __call__(self, traject: Traject, nu: datetime, /) -> Opdracht | None:
        """The act, or None for nothing."""
        ...


@dataclass(frozen=True)
class Moment:
    """What came of one moment: facts and messages, or an act (`gepland` or of a Gedrag) that was refused."""

    nu: datetime
    traject: Traject
    gebeurtenissen: tuple[Gebeurtenis, ...] = ()
    meldingen: tuple[Melding, ...] = ()
    gepland: GeplandeHandeling | None = None
    weigering: Weigering | None = None


@dataclass(frozen=True)
class Simulatie:
    """A whole what-if, in the order of the clock."""

    momenten: tuple[Moment, ...]

    @property
    def traject(self) -> Traject:
        """The state at the end."""
        return self.momenten[-1].traject

    @property
    def gebeurtenissen(self) -> tuple[Gebeurtenis, ...]:
        """Every fact; folding them gives `traject`."""
        return tuple(g for m in self.momenten for g in m.gebeurtenissen)

    @property
    def meldingen(self) -> tuple[Melding, ...]:
        """Everything somebody would have been told."""
        return tuple(melding for m in self.momenten for melding in m.meldingen)

    @property
    def geweigerd(self) -> tuple[Moment, ...]:
        """The acts that would have been refused."""
        return tuple(m for m in self.momenten if m.weigering is not None)


def simuleer(
    kader: Kader,
    verwijzing: Verwijzing,
    start: date,
    tot: date,
    handelingen: Sequence[GeplandeHandeling] = (),
    *,
    gedrag: Gedrag | None = None,
    gezag: Gezag = GEZAG,
) -> Simulatie:
    """A traject that starts at 08:00 on `start`, lived through up to and including `tot` (local dates).

    Raises what `speel` raises.
    """
    return Simulatie(tuple(speel(kader, verwijzing, start, tot, handelingen, gedrag=gedrag, gezag=gezag)))


def speel(
    kader: Kader,
    verwijzing: Verwijzing,
    start: date,
    tot: date,
    handelingen: Sequence[GeplandeHandeling] = (),
    *,
    gedrag: Gedrag | None = None,
    gezag: Gezag = GEZAG,
) -> Iterator[Moment]:
    """As `simuleer`, moment by moment. Acts planned after `tot` are not played.

    Raises ValueError for an end or an act before the start, and KalenderReiktNietVer when the calendar is too short.
    """
    if tot < start:
        raise ValueError(f"Het einde, {in_woorden(tot)}, ligt vóór het begin, {in_woorden(start)}.")
    if te_vroeg := [h for h in handelingen if h.op < start]:
        raise ValueError(f"Een handeling op {in_woorden(te_vroeg[0].op)} ligt vóór het begin, {in_woorden(start)}.")
    return _Spel(kader, verwijzing, start, tot, handelingen, gedrag, gezag).momenten()


def maak_opdracht(kader: Kader, traject: Traject, gepland: GeplandeHandeling, commando_id: str) -> Opdracht:
    """The planned act as it would be offered now. Raises AfspraakOnbekend when its afspraak is not open."""
    afspraak = None
    if gepland.sjabloon is not None:
        afspraak = next((a for a in traject.open_afspraken if a.sjabloon == gepland.sjabloon), None)
        if afspraak is None:
            wel = ", ".join(dict.fromkeys(a.sjabloon for a in traject.open_afspraken)) or "niets"
            raise AfspraakOnbekend(
                f"De afspraak '{gepland.sjabloon}' staat dan niet open.",
                veld="sjabloon",
                remedie=f"Op die dag staat open: {wel}.",
            )
    handeling = gepland.handeling(afspraak.id if afspraak else None)
    door = Wie(rol=gepland.als or _meestal(kader, handeling, afspraak), persoon_id=gepland.persoon)
    return Opdracht(commando_id=commando_id, door=door, handeling=handeling)


def _meestal(kader: Kader, handeling: EenHandeling, afspraak: Afspraak | None) -> Rol:
    if afspraak is not None:
        return afspraak.rol
    if isinstance(handeling, MeldStilstand):
        return Rol.OUDERS
    assert isinstance(handeling, LegToestemmingVast | Heropen)
    return Rol.OCO if kader.route.sector is Sector.VO else Rol.IB


class _Spel:
    """The loop of one simulation: the clock goes first, then planned acts, then behaviour."""

    def __init__(
        self,
        kader: Kader,
        verwijzing: Verwijzing,
        start: date,
        tot: date,
        handelingen: Sequence[GeplandeHandeling],
        gedrag: Gedrag | None,
        gezag: Gezag,
    ) -> None:
        self._kader, self._gedrag, self._tot = kader, gedrag, tot
        self._nu = datetime.combine(start, BEGINTIJD, AMSTERDAM)
        self._einde = datetime.combine(tot + _DAG, time(0), AMSTERDAM)
        self._te_doen = sorted((h for h in handelingen if h.op <= tot), key=lambda h: h.op, reverse=True)
        self._nummers = count(1)
        self._begin = begin(
            kader,
            self._nu,
            traject_id="t-simulatie",
            swv_id="swv",
            school_id="school",
            leerling_id=gezag.leerling_id,
            route=verwijzing,
            gezag=gezag,
            door=Wie(rol=kader.route.begin.leidt),
        )
        self._traject = self._begin.traject
        self._ochtend = self._volgende_ochtend() if gedrag else None

    def momenten(self) -> Iterator[Moment]:
        """Everything that happens, in order."""
        yield self._bij(self._begin)
        while (moment := self._volgende()) is not None and moment < self._einde:
            self._nu = max(self._nu, moment)
            if self._gewekt():
                yield from self._laat_tijd_verstrijken()
                yield from self._vraag_gedrag()
            elif self._te_doen and _middag(self._te_doen[-1]) <= self._nu:
                yield self._doe_gepland(self._te_doen.pop())
            else:
                self._ochtend = self._volgende_ochtend()
                yield from self._vraag_gedrag()

    def _volgende(self) -> datetime | None:
        gepland = _middag(self._te_doen[-1]) if self._te_doen else None
        kandidaten = (next_wake(self._kader, self._traject), gepland, self._ochtend)
        return min((k for k in kandidaten if k is not None), default=None)

    def _gewekt(self) -> bool:
        wek = next_wake(self._kader, self._traject)
        return wek is not None and wek <= self._nu

    def _laat_tijd_verstrijken(self) -> Iterator[Moment]:
        yield self._bij(progress(self._kader, self._traject, TijdVerstreken(), self._nu))
        if self._gewekt():
            raise KlokHangt(f"de klok blijft hangen op {self._nu.isoformat()}")

    def _doe_gepland(self, gepland: GeplandeHandeling) -> Moment:
        try:
            opdracht = maak_opdracht(self._kader, self._traject, gepland, f"c-{next(self._nummers)}")
            return self._bij(progress(self._kader, self._traject, opdracht, self._nu), gepland)
        except Weigering as weigering:
            return Moment(self._nu, self._traject, gepland=gepland, weigering=weigering)

    def _vraag_gedrag(self) -> Iterator[Moment]:
        if self._gedrag is None:
            return
        for _ in range(_HOOGSTENS_PER_KEER):
            opdracht = self._gedrag(self._traject, self._nu)
            if opdracht is None:
                return
            try:
                yield self._bij(progress(self._kader, self._traject, opdracht, self._nu))
            except Weigering as weigering:
                yield Moment(self._nu, self._traject, weigering=weigering)
                return

    def _volgende_ochtend(self) -> datetime | None:
        dag = lokale_datum(self._nu)
        if datetime.combine(dag, OCHTEND, AMSTERDAM) <= self._nu:
            dag += _DAG
        if dag > self._tot:
            return None
        return datetime.combine(eerstvolgende_schooldag(self._kader.kalender, dag), OCHTEND, AMSTERDAM)

    def _bij(self, uitslag: Uitslag, gepland: GeplandeHandeling | None = None) -> Moment:
        self._traject = uitslag.traject
        return Moment(self._nu, uitslag.traject, uitslag.gebeurtenissen, uitslag.meldingen, gepland)


def _middag(gepland: GeplandeHandeling) -> datetime:
    return datetime.combine(gepland.op, MIDDAG, AMSTERDAM)
