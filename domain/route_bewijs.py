"""The proof that no traject on a route can get stuck: every state people can bring it in is visited.

A state is: the step, which of the afspraken that some outcome needs are done, which consents hold, how things really are
with the child, the answers a decision recorded about that, and the age group of the pupil. Only what an outcome can depend
on is in it, so the number of states stays small.

Consents and how things are change freely between states, but that does not count as a way forward: the end must be
reachable from every state while nobody changes their mind and nothing about the child changes, with decisions that answer
truthfully. So a refusal by parents can never trap a traject, and neither can a combination nobody thought of.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep
from domain.predicates import PREDICATEN, Predicate
from domain.roles import Rol
from domain.route import EINDE, KENMERK_WAARDEN, AfspraakSjabloon, Eis, Kenmerk, Route, Stap
from domain.traject import Toestemming, Traject, Verwijzing

TOESTANDEN_HOOGSTENS = 250_000

Antwoorden = tuple[tuple[Kenmerk, str], ...]


class TeGroot(Exception):
    """The route has more states than the proof is willing to visit."""


@dataclass(frozen=True)
class Toestand:
    """One state; see the module."""

    stap: str
    gedaan: frozenset[str] = frozenset()
    gegeven: frozenset[Doel] = frozenset()
    feitelijk: Antwoorden = ()
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
    kenmerken: tuple[Kenmerk, ...] = ()
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
        wereld.kenmerken = tuple(sorted({k for p in predicaten for k in p.kenmerken}))
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
    feitelijk = tuple((k, next(iter(KENMERK_WAARDEN[k]))) for k in wereld.kenmerken)
    open_ = [Toestand(route.begin.id, feitelijk=feitelijk, groep=g) for g in wereld.groepen]
    gezien, overgangen = set(open_), 0
    terug: dict[Toestand, list[Toestand]] = {}
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
    return (
        t.stap,
        -len(t.gegeven),
        -len(t.gedaan),
        t.feitelijk,
        t.antwoorden,
        t.groep,
        sorted(t.gegeven),
        sorted(t.gedaan),
    )


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
    """The states one event further, with the role that acts; None where only the circumstances change."""
    if nu.stap == EINDE:
        return
    for doel in wereld.doelen:
        yield replace(nu, gegeven=nu.gegeven ^ {doel}), None
    for kenmerk, was in nu.feitelijk:
        for waarde in KENMERK_WAARDEN[kenmerk]:
            if waarde != was:
                yield replace(nu, feitelijk=_zet(nu.feitelijk, ((kenmerk, waarde),))), None
    for afspraak in wereld.nodig[nu.stap]:
        if afspraak.id not in nu.gedaan and _kan(afspraak, nu):
            yield replace(nu, gedaan=nu.gedaan | {afspraak.id}), afspraak.rol
    besluit = wereld.route.stap(nu.stap).besluit
    gevraagd = tuple((k, w) for k, w in nu.feitelijk if k in besluit.vragen)
    straks = replace(nu, antwoorden=_zet(nu.antwoorden, gevraagd))
    for uitkomst in besluit.uitkomsten:
        if all(_voldaan(eis, straks) for eis in uitkomst.vereist):
            if uitkomst.naar == EINDE:
                yield Toestand(EINDE), besluit.rol
            elif uitkomst.naar == nu.stap:
                yield straks, besluit.rol
            else:
                yield replace(straks, stap=uitkomst.naar, gedaan=frozenset()), besluit.rol


def _zet(antwoorden: Antwoorden, nieuw: Antwoorden) -> Antwoorden:
    return tuple(sorted({**dict(antwoorden), **dict(nieuw)}.items()))


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
    traject = _LEEG.model_copy(
        update={
            "gezag": _LEEG.gezag.model_copy(update={"leeftijdsgroep": groep}),
            "kenmerken": {str(k): v for k, v in antwoorden},
            "toestemmingen": {d: Toestemming(doel=d, gevraagd_op=date.min, antwoorden=ja) for d in gegeven},
        }
    )
    return PREDICATEN[naam](traject)


_LEEG = Traject(
    traject_id="",
    swv_id="",
    school_id="",
    leerling_id="leerling",
    route=Verwijzing(route="", versie=1, hash=""),
    gezag=Gezag(gezagdragers=("ouder",), leerling_id="leerling"),
    gestart_op=date.min,
    stap="",
    stap_sinds=date.min,
    regie_bij=Rol.SYSTEEM,
    stil_sinds=date.min,
)
