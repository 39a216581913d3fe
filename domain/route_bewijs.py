"""The proof that no traject on a route can get stuck: every state people can bring it in is visited.

A state is: the step, which of the afspraken that some outcome needs are done, which consents hold, the answers given, and
the age group of the pupil. Only what an outcome can depend on is in it, so the number of states stays small. Consents come
and go freely between states, and then do not count as a way forward: the end must be reachable from every state when
nobody changes their mind about any consent. So a refusal by parents can never trap a traject.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep
from domain.predicates import PREDICATEN, Predicate
from domain.roles import Rol
from domain.route import EINDE, KENMERK_WAARDEN, AfspraakSjabloon, Eis, Kenmerk, Route, Stap
from domain.traject import Toestemming, Traject

TOESTANDEN_HOOGSTENS = 250_000

Antwoorden = tuple[tuple[Kenmerk, str], ...]


class TeGroot(Exception):
    """The route has more states than the proof is willing to visit."""


@dataclass(frozen=True, order=True)
class Toestand:
    """One state; see the module."""

    stap: str
    gedaan: frozenset[str] = frozenset()
    gegeven: frozenset[Doel] = frozenset()
    antwoorden: Antwoorden = ()
    groep: Leeftijdsgroep = Leeftijdsgroep.ONDER_12


@dataclass(frozen=True)
class Bewijs:
    """What the search found. `aan_zet`: per step the roles that can act next; `vast`: states without a way to the end."""

    toestanden: int
    overgangen: int
    einde_bereikbaar: bool
    aan_zet: dict[str, frozenset[Rol]]
    vast: tuple[Toestand, ...] = ()

    @property
    def geslaagd(self) -> bool:
        """No state is stuck, and the end can be reached."""
        return self.einde_bereikbaar and not self.vast


@dataclass
class _Wereld:
    """What of a route matters for getting stuck."""

    route: Route
    nodig: dict[str, tuple[AfspraakSjabloon, ...]] = field(default_factory=dict)
    doelen: tuple[Doel, ...] = ()
    kenmerken: frozenset[Kenmerk] = frozenset()
    groepen: tuple[Leeftijdsgroep, ...] = (Leeftijdsgroep.ONDER_12,)

    @classmethod
    def van(cls, route: Route) -> "_Wereld":
        wereld = cls(route)
        predicaten: set[Predicate] = set()
        doelen: set[Doel] = set()
        for stap in route.stappen:
            eisen = [e for u in stap.besluit.uitkomsten for e in u.vereist]
            nodig = _met_voorgangers(stap, {e.afspraak for e in eisen if e.afspraak})
            wereld.nodig[stap.id] = nodig
            doelen |= {e.toestemming for e in eisen if e.toestemming} | {a.toestemming for a in nodig if a.toestemming}
            predicaten |= {PREDICATEN[e.predicaat] for e in eisen if e.predicaat}
            predicaten |= {PREDICATEN[a.als] for a in nodig if a.als}
        doelen |= {d for p in predicaten for d in p.doelen}
        wereld.doelen = tuple(sorted(doelen))
        wereld.kenmerken = frozenset(k for p in predicaten for k in p.kenmerken)
        if any(p.leeftijd for p in predicaten):
            wereld.groepen = tuple(Leeftijdsgroep)
        return wereld


def _met_voorgangers(stap: Stap, ids: set[str]) -> tuple[AfspraakSjabloon, ...]:
    per_id = {a.id: a for a in stap.afspraken}
    open_ = list(ids)
    while open_:
        for eerder in per_id[open_.pop()].na:
            if eerder not in ids:
                ids.add(eerder)
                open_.append(eerder)
    return tuple(a for a in stap.afspraken if a.id in ids)


def bereikbaar(route: Route) -> Bewijs:
    """Visits every state of a route whose names are right. Raises TeGroot above TOESTANDEN_HOOGSTENS states."""
    wereld = _Wereld.van(route)
    open_ = [Toestand(route.begin.id, groep=g) for g in wereld.groepen]
    gezien, terug, overgangen = set(open_), {}, 0
    aan_zet: dict[str, set[Rol]] = {}
    while open_:
        nu = open_.pop()
        for volgende, rol in _volgende(wereld, nu):
            overgangen += 1
            if rol is not None:
                terug.setdefault(volgende, []).append(nu)
                aan_zet.setdefault(nu.stap, set()).add(rol)
            if volgende not in gezien:
                gezien.add(volgende)
                open_.append(volgende)
        if len(gezien) > TOESTANDEN_HOOGSTENS:
            raise TeGroot(route.route)
    klaar = _terug_van_einde(gezien, terug)
    return Bewijs(
        toestanden=len(gezien),
        overgangen=overgangen,
        einde_bereikbaar=any(t.stap == EINDE for t in gezien),
        aan_zet={stap: frozenset(rollen) for stap, rollen in aan_zet.items()},
        vast=tuple(sorted(gezien - klaar, key=_eenvoudigste_eerst)),
    )


def _eenvoudigste_eerst(t: Toestand) -> tuple[object, ...]:
    return t.stap, -len(t.gegeven), -len(t.gedaan), t.antwoorden, t.groep, sorted(t.gegeven), sorted(t.gedaan)


def _terug_van_einde(gezien: set[Toestand], terug: dict[Toestand, list[Toestand]]) -> set[Toestand]:
    open_ = [t for t in gezien if t.stap == EINDE]
    klaar = set(open_)
    while open_:
        for eerder in terug.get(open_.pop(), ()):
            if eerder not in klaar:
                klaar.add(eerder)
                open_.append(eerder)
    return klaar


def _volgende(wereld: _Wereld, nu: Toestand) -> Iterator[tuple[Toestand, Rol | None]]:
    """The states one event further, with the role that acts; None for a consent that is given or withdrawn."""
    if nu.stap == EINDE:
        return
    for doel in wereld.doelen:
        yield _met(nu, gegeven=nu.gegeven ^ {doel}), None
    for afspraak in wereld.nodig[nu.stap]:
        if afspraak.id not in nu.gedaan and _kan(afspraak, nu):
            yield _met(nu, gedaan=nu.gedaan | {afspraak.id}), afspraak.rol
    besluit = wereld.route.stap(nu.stap).besluit
    vragen = [k for k in besluit.vragen if k in wereld.kenmerken]
    for waarden in product(*(KENMERK_WAARDEN[k] for k in vragen)):
        antwoorden = tuple(sorted({**dict(nu.antwoorden), **dict(zip(vragen, waarden, strict=True))}.items()))
        straks = _met(nu, antwoorden=antwoorden)
        for uitkomst in besluit.uitkomsten:
            if all(_voldaan(eis, straks) for eis in uitkomst.vereist):
                gedaan = nu.gedaan if uitkomst.naar == nu.stap else frozenset[str]()
                if uitkomst.naar == EINDE:
                    yield Toestand(EINDE), besluit.rol
                else:
                    yield _met(straks, stap=uitkomst.naar, gedaan=gedaan), besluit.rol


def _met(
    t: Toestand,
    *,
    stap: str | None = None,
    gedaan: frozenset[str] | None = None,
    gegeven: frozenset[Doel] | None = None,
    antwoorden: Antwoorden | None = None,
) -> Toestand:
    return Toestand(
        t.stap if stap is None else stap,
        t.gedaan if gedaan is None else gedaan,
        t.gegeven if gegeven is None else gegeven,
        t.antwoorden if antwoorden is None else antwoorden,
        t.groep,
    )


def _kan(afspraak: AfspraakSjabloon, nu: Toestand) -> bool:
    return (
        set(afspraak.na) <= nu.gedaan
        and (afspraak.toestemming is None or afspraak.toestemming in nu.gegeven)
        and (afspraak.als is None or _geldt(afspraak.als, nu.gegeven, nu.antwoorden, nu.groep))
    )


def _voldaan(eis: Eis, nu: Toestand) -> bool:
    if eis.afspraak is not None:
        return eis.afspraak in nu.gedaan
    if eis.toestemming is not None:
        return eis.toestemming in nu.gegeven
    return _geldt(str(eis.predicaat), nu.gegeven, nu.antwoorden, nu.groep)


@cache
def _geldt(naam: str, gegeven: frozenset[Doel], antwoorden: Antwoorden, groep: Leeftijdsgroep) -> bool:
    """The real predicate, asked of a traject that holds nothing but what predicates may look at."""
    ja = {"ouder": Antwoord.GEGEVEN, "leerling": Antwoord.GEGEVEN}
    traject = Traject.model_construct(
        gezag=Gezag(gezagdragers=("ouder",), leerling_id="leerling", leeftijdsgroep=groep),
        kenmerken={str(k): v for k, v in antwoorden},
        toestemmingen={d: Toestemming.model_construct(doel=d, antwoorden=ja) for d in gegeven},
    )
    return PREDICATEN[naam](traject)
