"""The proof that no traject on a route can get stuck: every state people can bring it in is visited.

A state is: the step, which of the afspraken that some outcome needs are done, which consents hold, how things really are
with the child, the answers a decision recorded about that, and the age group of the pupil. Only what an outcome can depend
on is in it, so the number of states stays small. On a route with many combinations, answers between which no condition
tells the difference count as one, and an answer that nothing looks at any more is forgotten (`_Wereld.zuinig`).

Consents and how things are change freely between states, but that does not count as a way forward: the end must be
reachable from every state while nobody changes their mind and nothing about the child changes, with decisions that answer
truthfully. So a refusal by parents can never trap a traject, and neither can a combination nobody thought of.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import combinations, product
from math import prod
from typing import NamedTuple

from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep
from domain.predicates import PREDICATEN, Predicate
from domain.roles import Rol
from domain.route import EINDE, AfspraakSjabloon, Eis, Kenmerk, Route, Stap
from domain.traject import Toestemming, Traject, Verwijzing

TOESTANDEN_HOOGSTENS = 250_000
# Combinations of consents and of how things are with the child, from which states are merged that cannot be told apart.
ZUINIG_VANAF = 64

Antwoorden = tuple[tuple[Kenmerk, str], ...]


class TeGroot(Exception):
    """The route has more states than the proof is willing to visit."""


class Toestand(NamedTuple):
    """One state; see the module. A tuple, because there are tens of thousands of them."""

    stap: str
    gedaan: frozenset[str] = frozenset()
    gegeven: frozenset[Doel] = frozenset()
    feitelijk: Antwoorden = ()
    antwoorden: Antwoorden = ()
    groep: Leeftijdsgroep = Leeftijdsgroep.ONDER_12


@dataclass(frozen=True)
class Bewijs:
    """What the search found. `overgangen` counts what people can do in all states together. `aan_zet`: per step the roles
    that can act next; `vast`: states without a way to the end."""

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
    waarden: dict[Kenmerk, tuple[str, ...]] = field(default_factory=dict)
    bewaart: dict[str, frozenset[Kenmerk]] = field(default_factory=dict)

    @classmethod
    def van(cls, route: Route, *, zuinig: bool | None = None) -> "_Wereld":
        wereld = cls(route)
        predicaten: set[Predicate] = set()
        doelen: set[Doel] = set()
        for stap in route.stappen:
            eisen = [e for u in stap.besluit.uitkomsten for e in u.vereist]
            nodig = _met_voorgangers(stap, {e.afspraak for e in eisen if e.afspraak})
            wereld.nodig[stap.id] = nodig
            doelen |= {e.toestemming for e in eisen if e.toestemming} | {a.toestemming for a in nodig if a.toestemming}
            predicaten |= {PREDICATEN[naam] for e in eisen for naam in (e.predicaat, e.als) if naam}
            predicaten |= {PREDICATEN[a.als] for a in nodig if a.als}
        doelen |= {d for p in predicaten for d in p.doelen}
        wereld.doelen = tuple(sorted(doelen))
        wereld.kenmerken = tuple(sorted({k for p in predicaten for k in p.kenmerken}))
        if any(p.leeftijd for p in predicaten):
            wereld.groepen = tuple(Leeftijdsgroep)
        wereld.waarden = {k: tuple(route.waarden(k)) for k in wereld.kenmerken}
        wereld.bewaart = {s.id: frozenset(wereld.kenmerken) for s in route.stappen}
        if zuinig if zuinig is not None else _combinaties(wereld) > ZUINIG_VANAF:
            wereld.waarden = {k: _te_onderscheiden(k, wereld.waarden[k], predicaten) for k in wereld.kenmerken}
            wereld.bewaart = _nog_nodig(wereld)
        return wereld

    def omstandigheden(self) -> list[tuple[frozenset[Doel], Antwoorden]]:
        """Every combination of consents that hold and of how things are with the child."""
        gegeven = [frozenset(g) for n in range(len(self.doelen) + 1) for g in combinations(self.doelen, n)]
        hoe = product(*(self.waarden[k] for k in self.kenmerken))
        antwoorden = [tuple(zip(self.kenmerken, waarden, strict=True)) for waarden in hoe]
        return list(product(gegeven, antwoorden))

    def onthoud(self, toestand: Toestand) -> Toestand:
        """The state without the answers that nothing looks at from this step on."""
        bewaart = self.bewaart[toestand.stap]
        if all(k in bewaart for k, _ in toestand.antwoorden):
            return toestand
        return toestand._replace(antwoorden=tuple((k, w) for k, w in toestand.antwoorden if k in bewaart))


def _combinaties(wereld: _Wereld) -> int:
    return (1 << len(wereld.doelen)) * prod(len(waarden) for waarden in wereld.waarden.values())


def _te_onderscheiden(kenmerk: Kenmerk, waarden: tuple[str, ...], predicaten: set[Predicate]) -> tuple[str, ...]:
    """One answer for each group between which no predicate tells the difference, whatever consents there are."""
    kijkt = sorted((p for p in predicaten if kenmerk in p.kenmerken), key=lambda p: p.naam)
    if any(len(p.kenmerken) > 1 or p.leeftijd for p in kijkt):
        return waarden
    per_beeld: dict[tuple[bool, ...], str] = {}
    for waarde in waarden:
        beeld = tuple(
            _geldt(p.naam, frozenset(gegeven), ((kenmerk, waarde),), Leeftijdsgroep.ONDER_12)
            for p in kijkt
            for n in range(len(p.doelen) + 1)
            for gegeven in combinations(sorted(p.doelen), n)
        )
        per_beeld.setdefault(beeld, waarde)
    return tuple(per_beeld.values())


def _nog_nodig(wereld: _Wereld) -> dict[str, frozenset[Kenmerk]]:
    """Per step: the answers that something in it or after it looks at before they are asked again."""
    stappen = {s.id: s for s in wereld.route.stappen}
    gelezen = {s: _gelezen_in(wereld, stap) for s, stap in stappen.items()}
    nodig = dict(gelezen)
    while True:
        nieuw = {
            s: gelezen[s].union(*(nodig[u.naar] for u in stap.besluit.uitkomsten if u.naar != EINDE))
            - (frozenset(stap.besluit.vragen) - gelezen[s])
            for s, stap in stappen.items()
        }
        if nieuw == nodig:
            return nodig
        nodig = nieuw


def _gelezen_in(wereld: _Wereld, stap: Stap) -> frozenset[Kenmerk]:
    """What is looked at with the answers of an earlier decision: before this one asks for them again."""
    voor = {PREDICATEN[a.als] for a in wereld.nodig[stap.id] if a.als}
    eisen = (e for u in stap.besluit.uitkomsten for e in u.vereist)
    bij = {PREDICATEN[naam] for e in eisen for naam in (e.predicaat, e.als) if naam}
    eerder = {k for p in bij for k in p.kenmerken} - set(stap.besluit.vragen)
    return frozenset({k for p in voor for k in p.kenmerken} | eerder)


def _met_voorgangers(stap: Stap, ids: set[str]) -> tuple[AfspraakSjabloon, ...]:
    per_id = {a.id: a for a in stap.afspraken}
    open_ = list(ids)
    while open_:
        for eerder in per_id[open_.pop()].na:
            if eerder not in ids:
                ids.add(eerder)
                open_.append(eerder)
    return tuple(a for a in stap.afspraken if a.id in ids)


def bereikbaar(route: Route, *, zuinig: bool | None = None) -> Bewijs:
    """Visits every state of a route whose names are right. Raises TeGroot above TOESTANDEN_HOOGSTENS states.

    `zuinig` says whether states that cannot be told apart are merged; by itself only where there are many.
    """
    wereld = _Wereld.van(route, zuinig=zuinig)
    hoe_het_is = wereld.omstandigheden()
    open_ = [x for g in wereld.groepen for x in _in_alle(hoe_het_is, Toestand(route.begin.id, groep=g))]
    gezien, overgangen = set(open_), 0
    terug: dict[Toestand, list[Toestand]] = {}
    aan_zet: dict[str, set[Rol]] = {}
    while open_:
        nu = open_.pop()
        for volgende, rol in _volgende(wereld, nu):
            overgangen += 1
            terug.setdefault(volgende, []).append(nu)
            aan_zet.setdefault(nu.stap, set()).add(rol)
            if volgende not in gezien:
                erbij = _in_alle(hoe_het_is, volgende)
                gezien.update(erbij)
                open_ += erbij
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


def _in_alle(hoe_het_is: list[tuple[frozenset[Doel], Antwoorden]], toestand: Toestand) -> list[Toestand]:
    """This state under all circumstances: consents and how things are change freely, so one of them means all."""
    if toestand.stap == EINDE:
        return [toestand]
    return [toestand._replace(gegeven=gegeven, feitelijk=feitelijk) for gegeven, feitelijk in hoe_het_is]


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


def _volgende(wereld: _Wereld, nu: Toestand) -> Iterator[tuple[Toestand, Rol]]:
    """The states one act further, with the role that acts."""
    if nu.stap == EINDE:
        return
    for afspraak in wereld.nodig[nu.stap]:
        if afspraak.id not in nu.gedaan and _kan(afspraak, nu):
            yield nu._replace(gedaan=nu.gedaan | {afspraak.id}), afspraak.rol
    besluit = wereld.route.stap(nu.stap).besluit
    gevraagd = tuple((k, w) for k, w in nu.feitelijk if k in besluit.vragen)
    straks = nu._replace(antwoorden=_zet(nu.antwoorden, gevraagd))
    for uitkomst in besluit.uitkomsten:
        if all(_voldaan(eis, straks) for eis in uitkomst.vereist):
            if uitkomst.naar == EINDE:
                yield Toestand(EINDE), besluit.rol
            elif uitkomst.naar == nu.stap:
                elke_ronde = {a.id for a in wereld.nodig[nu.stap] if a.elke_ronde}
                yield wereld.onthoud(straks._replace(gedaan=nu.gedaan - elke_ronde)), besluit.rol
            else:
                yield wereld.onthoud(straks._replace(stap=uitkomst.naar, gedaan=frozenset())), besluit.rol


def _zet(antwoorden: Antwoorden, nieuw: Antwoorden) -> Antwoorden:
    return tuple(sorted({**dict(antwoorden), **dict(nieuw)}.items())) if nieuw else antwoorden


def _kan(afspraak: AfspraakSjabloon, nu: Toestand) -> bool:
    return (
        set(afspraak.na) <= nu.gedaan
        and (afspraak.toestemming is None or afspraak.toestemming in nu.gegeven)
        and (afspraak.als is None or _geldt(afspraak.als, nu.gegeven, nu.antwoorden, nu.groep))
    )


def _voldaan(eis: Eis, nu: Toestand) -> bool:
    if eis.als is not None and not _geldt(eis.als, nu.gegeven, nu.antwoorden, nu.groep):
        return True
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
