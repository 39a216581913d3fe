"""The act panel: which forms fit each open afspraak for the role somebody acts in, and reading a form that came back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from starlette.datastructures import FormData

from api.pages.beeld import AfspraakBeeld, Beeld, namen_bij
from api.woorden import KENMERK_VRAAG, OORZAAK_LABEL, hoofdletter
from domain.consent import DOEL_LABEL, Antwoord, Stand, Vorm
from domain.eisen import STAND_LABEL
from domain.feiten import Wie
from domain.handelingen import EenHandeling, Uitstelreden
from domain.ingebouwd import STAGNATIEUITKOMST_TITEL, Ingebouwd, uitkomsten_voor
from domain.instellingen import UITSTEL_HOOGSTENS_KEER
from domain.predicates import PREDICATEN, geldt
from domain.rechten import (
    BOVENSCHOOLS,
    GEEFT_REGIE_TERUG,
    HEROPENT,
    NEEMT_REGIE_OVER,
    NOTEERT_TOESTEMMING,
    SCHOOL_LEIDING,
    mag_afronden,
)
from domain.roles import ROL_LABEL, Rol
from domain.route import Eis, Kenmerk, Oorzaak, Route, Soort, Stap, Uitkomst
from domain.stappen import is_gedaan
from domain.traject import Traject
from storage.views import Mens


@dataclass(frozen=True)
class Keuze:
    """One choice in a form; `noot` says what has to be there first."""

    waarde: str
    tekst: str
    noot: str = ""


_HANDELING: TypeAdapter[EenHandeling] = TypeAdapter(EenHandeling)
UITSTELREDEN_LABEL: dict[Uitstelreden, str] = {
    Uitstelreden.AFSPRAAK_VERPLAATST: "De afspraak is verplaatst",
    Uitstelreden.ZIEKTE_MEDEWERKER: "Een medewerker is ziek",
    Uitstelreden.WACHT_OP_ANDER: "Wij wachten op iemand anders",
    Uitstelreden.OP_VERZOEK_OUDERS: "Op verzoek van de ouders",
}
ANTWOORDEN = (
    Keuze(Antwoord.GEGEVEN, "Ja, toestemming"),
    Keuze(Antwoord.GEWEIGERD, "Nee, geen toestemming"),
    Keuze(Antwoord.EERST_PRATEN, "Wil eerst praten"),
)
INTREKKEN = Keuze(Antwoord.INGETROKKEN, "Trekt de toestemming in")
# The same answers in the words of the person who gives them.
EIGEN_ANTWOORDEN = (
    Keuze(Antwoord.GEGEVEN, "Ja, ik geef toestemming"),
    Keuze(Antwoord.GEWEIGERD, "Nee, ik geef geen toestemming"),
    Keuze(Antwoord.EERST_PRATEN, "Ik wil er eerst over praten"),
)
EIGEN_INTREKKEN = Keuze(Antwoord.INGETROKKEN, "Ik trek mijn toestemming in")
VORMEN = (
    Keuze(Vorm.MONDELING, "Mondeling of telefonisch"),
    Keuze(Vorm.SCHRIFTELIJK, "Op papier"),
    Keuze(Vorm.DIGITAAL, "Digitaal"),
)
_NIET_OVER = frozenset({Rol.OUDERS, Rol.LEERLING, Rol.SYSTEEM})
_GESPREK = frozenset({Soort.OVERLEG, Soort.EVALUATIE, Soort.TERUGKOPPELING, Soort.VOORTGANG})
_LIJSTEN = frozenset({"aanwezig"})
_VELDEN: dict[str, tuple[str, ...]] = {
    "rond_af": ("afspraak_id", "op", "aanwezig"),
    "neem_besluit": ("afspraak_id", "uitkomst", "op", "aanwezig"),
    "leg_toestemming_vast": ("doel", "persoon_id", "antwoord", "vorm", "op"),
    "stel_uit": ("afspraak_id", "tot", "reden"),
    "draag_over": ("afspraak_id", "rol", "persoon_id"),
    "meld_stilstand": ("oorzaak",),
    "heropen": ("stap",),
    "wijzig_gezag": (),
    "neem_regie_over": (),
    "geef_regie_terug": (),
}


_VELDNAAM = {
    "uitkomst": "Wat is er besloten?",
    "op": "Op welke dag?",
    "aanwezig": "Wie waren erbij?",
    "tot": "Tot en met welke dag?",
    "reden": "Waarom?",
    "naar": "Aan wie?",
    "rol": "Aan wie?",
    "persoon_id": "Aan wie?",
    "antwoord": "Het antwoord",
    "vorm": "Hoe kwam het antwoord?",
    "oorzaak": "Waar zit het vast?",
    "stap": "Bij welke stap?",
    "toelichting": "Korte toelichting",
    "leg_toestemming_vast.persoon_id": "",
}


@dataclass(frozen=True)
class Vraag:
    """A question that belongs to a decision."""

    naam: str
    tekst: str
    keuzes: tuple[Keuze, ...]


@dataclass(frozen=True)
class Handelbaar:
    """An open afspraak with the forms that fit it. `soort` is rond_af, neem_besluit or toestemming."""

    beeld: AfspraakBeeld
    soort: str
    mag: bool
    mag_uitstellen: bool
    mag_overdragen: bool
    uitkomsten: tuple[Keuze, ...] = ()
    vragen: tuple[Vraag, ...] = ()
    aanwezigen: tuple[Keuze, ...] = ()
    wel: tuple[Mens, ...] = ()


@dataclass(frozen=True)
class Fout:
    """A refused form: which one, at which field, why, and what was filled in."""

    formulier: str
    veld: str
    zin: str
    remedie: str
    ingevuld: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Paneel:
    """Everything one can do here in the chosen role."""

    als: Mens | None
    handelbaar: tuple[Handelbaar, ...]
    overdragen_aan: tuple[Keuze, ...]
    uitstelredenen: tuple[Keuze, ...]
    oorzaken: tuple[Keuze, ...]
    mag_toestemming: bool
    eigen_toestemming: str | None
    mag_heropenen: bool
    regie: str | None
    mag_gezag: bool
    stappen: tuple[Keuze, ...]
    antwoorden: tuple[Keuze, ...] = ANTWOORDEN
    intrekken: Keuze = INTREKKEN
    eigen_antwoorden: tuple[Keuze, ...] = EIGEN_ANTWOORDEN
    eigen_intrekken: Keuze = EIGEN_INTREKKEN
    vormen: tuple[Keuze, ...] = VORMEN


def maak_paneel(beeld: Beeld, als: Mens | None) -> Paneel:
    """The panel for somebody in a role; without one (`als` None) it only says who can do what."""
    t, route = beeld.traject, beeld.kader.route
    rol = als.rol if als else None
    rollen = {m.rol: m for m in beeld.mensen if m.rol not in _NIET_OVER}
    return Paneel(
        als=als,
        # What one can do oneself comes first; within that the order of the dates stays.
        handelbaar=tuple(sorted((_handelbaar(beeld, a, rol) for a in beeld.afspraken), key=lambda h: not h.mag)),
        overdragen_aan=tuple(
            Keuze(f"{m.rol}.{m.persoon_id}", f"{m.naam}, {ROL_LABEL[m.rol]}")
            for m in beeld.mensen
            if m.rol in rollen and m.naam in namen_bij(beeld.mensen, m.rol)
        ),
        uitstelredenen=tuple(Keuze(r, UITSTELREDEN_LABEL[r]) for r in Uitstelreden),
        oorzaken=tuple(Keuze(o, OORZAAK_LABEL[o]) for o in Oorzaak if o in route.stagnatie.naar),
        mag_toestemming=rol in NOTEERT_TOESTEMMING,
        eigen_toestemming=als.persoon_id if als and rol in {Rol.OUDERS, Rol.LEERLING} else None,
        mag_heropenen=rol in HEROPENT,
        regie=_regie(t, rol),
        mag_gezag=beeld.gezag_veranderd and rol in SCHOOL_LEIDING,
        stappen=tuple(Keuze(s.id, s.titel) for s in route.stappen) if t.status == "gesloten" else (),
    )


def _regie(t: Traject, rol: Rol | None) -> str | None:
    """The act about the regie that fits now for this role."""
    if t.regie_terug_naar is not None and rol in GEEFT_REGIE_TERUG:
        return "geef_regie_terug"
    return "neem_regie_over" if rol in NEEMT_REGIE_OVER and t.regie_bij is not rol else None


def lees_wie(waarde: str, mensen: tuple[Mens, ...]) -> Mens | None:
    """Who acts, from "persoon.rol" in a form or cookie; None when that is nobody of this case."""
    persoon_id, _, rol = waarde.rpartition(".")
    return next((m for m in mensen if m.persoon_id == persoon_id and m.rol == rol), None)


def als_waarde(mens: Mens) -> str:
    """The reverse of `lees_wie`."""
    return f"{mens.persoon_id}.{mens.rol}"


def wie(mens: Mens) -> Wie:
    """As the core knows somebody who acts."""
    return Wie(rol=mens.rol, persoon_id=mens.persoon_id)


def ingevuld(formulier: FormData) -> dict[str, Any]:
    """What was filled in, to show it again: lists for checkboxes, text for the rest."""
    return {
        naam: [str(w) for w in formulier.getlist(naam)] if naam in _LIJSTEN else str(formulier[naam])
        for naam in formulier
    }


def veldnaam(veld: str, soort: str) -> str:
    """What a field of a form is called on the page; empty for one nobody sees."""
    if veld.startswith("kenmerken."):
        return next((v for k, v in KENMERK_VRAAG.items() if veld == f"kenmerken.{k}"), "")
    return _VELDNAAM.get(f"{soort}.{veld}", _VELDNAAM.get(veld, ""))


def lees_handeling(velden: Mapping[str, Any]) -> EenHandeling:
    """The act in a form. Raises pydantic.ValidationError; empty fields count as not filled in."""
    soort = str(velden.get("soort", ""))
    ruw: dict[str, Any] = {"soort": soort}
    if soort == "draag_over":
        rol, _, persoon_id = str(velden.get("naar", "")).partition(".")
        velden = {**velden, "rol": rol, "persoon_id": persoon_id}
    ruw |= {naam: velden[naam] for naam in _VELDEN.get(soort, ()) if velden.get(naam)}
    if soort == "neem_besluit":
        vragen = {n.removeprefix("kenmerken."): w for n, w in velden.items() if n.startswith("kenmerken.") and w}
        ruw |= {"kenmerken": vragen} if vragen else {}
    return _HANDELING.validate_python(ruw)


def _handelbaar(beeld: Beeld, a: AfspraakBeeld, rol: Rol | None) -> Handelbaar:
    t, kader, afspraak = beeld.traject, beeld.kader, a.afspraak
    besluit = kader.besluit_van(afspraak)
    stagnatie = afspraak.sjabloon == Ingebouwd.STAGNATIE
    mag = rol is not None and mag_afronden(kader, t, afspraak, rol)
    stap = kader.route.stap(t.stap)
    uitkomsten: tuple[Keuze, ...] = ()
    nodig: tuple[Rol, ...] = ()
    if stagnatie:
        uitkomsten = tuple(Keuze(u, STAGNATIEUITKOMST_TITEL[u]) for u in uitkomsten_voor(afspraak.rol))
    elif besluit is not None:
        uitkomsten = tuple(Keuze(u.id, u.titel, _eerst_nodig(t, stap, u)) for u in besluit.uitkomsten)
        nodig = besluit.aanwezig
    else:
        nodig = next((s.aanwezig for s in stap.afspraken if s.id == afspraak.sjabloon), ())
    soort = "neem_besluit" if uitkomsten else "toestemming" if afspraak.soort is Soort.TOESTEMMING else "rond_af"
    leiding = SCHOOL_LEIDING | BOVENSCHOOLS | {t.regie_bij, stap.leidt}
    return Handelbaar(
        beeld=a,
        soort=soort,
        mag=mag,
        mag_uitstellen=(mag or rol in BOVENSCHOOLS) and afspraak.uitgesteld < UITSTEL_HOOGSTENS_KEER,
        mag_overdragen=rol in leiding,
        uitkomsten=uitkomsten,
        vragen=tuple(_vraag(kader.route, v) for v in besluit.vragen) if besluit and not stagnatie else (),
        aanwezigen=_aanwezigen(beeld, nodig) if nodig or afspraak.soort in _GESPREK else (),
        wel=tuple(m for m in beeld.mensen if m.rol is afspraak.rol and m.naam in a.wie),
    )


def _vraag(route: Route, kenmerk: Kenmerk) -> Vraag:
    return Vraag(
        f"kenmerken.{kenmerk}",
        KENMERK_VRAAG[kenmerk],
        tuple(Keuze(waarde, hoofdletter(tekst)) for waarde, tekst in route.waarden(kenmerk).items()),
    )


def _aanwezigen(beeld: Beeld, nodig: tuple[Rol, ...]) -> tuple[Keuze, ...]:
    """First who has to be there, then who is near by, then everybody else the route names, partners included."""
    dichtbij = (m.rol for m in beeld.mensen if m.niveau <= 2)
    rollen = dict.fromkeys([*nodig, *dichtbij, *_rollen_van(beeld.kader.route)])
    return tuple(
        Keuze(rol, hoofdletter(ROL_LABEL[rol]), "hoort erbij te zijn" if rol in nodig else "")
        for rol in rollen
        if rol is not Rol.SYSTEEM
    )


def _rollen_van(route: Route) -> Iterable[Rol]:
    """The roles a route gives something to do, in the order it names them."""
    for stap in route.stappen:
        yield stap.leidt
        for afspraak in stap.afspraken:
            yield afspraak.rol
            yield from afspraak.aanwezig
        yield stap.besluit.rol
        yield from stap.besluit.aanwezig
    yield from route.stagnatie.naar.values()


def _eerst_nodig(t: Traject, stap: Stap, uitkomst: Uitkomst) -> str:
    """What still has to be there before this outcome may be chosen; empty when nothing is in the way."""
    geldig = [eis for eis in uitkomst.vereist if eis.als is None or geldt(eis.als, t)]
    mist = [zin for eis in geldig if (zin := _ontbreekt(t, stap, eis))]
    past = [PREDICATEN[eis.predicaat].uitleg for eis in geldig if eis.predicaat]
    zinnen = ["Eerst nodig: " + "; ".join(mist) + "."] if mist else []
    zinnen += ["Past alleen als: " + "; ".join(past) + "."] if past else []
    return " ".join(zinnen)


def _ontbreekt(t: Traject, stap: Stap, eis: Eis) -> str:
    if eis.toestemming is not None:
        stand = t.stand(eis.toestemming)
        wat = f"toestemming voor {DOEL_LABEL[eis.toestemming]} ({STAND_LABEL[stand]})"
        return "" if stand is Stand.GEGEVEN else wat
    if eis.afspraak is not None:
        nodig = next(s for s in stap.afspraken if s.id == eis.afspraak)
        return "" if is_gedaan(t, stap, nodig) else nodig.titel[:1].lower() + nodig.titel[1:]
    return ""
