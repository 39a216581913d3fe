"""What is measured on: one invented traject that lives through a school year, made by the core itself.

Most people act in time; the municipality lets its part of the plan lie and the second evaluation is forgotten, so that the
year has reminders, escalations and decisions of every kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import pairwise
from typing import Any

from cli.demo_gegevens import SWV, Kind, kinderen
from domain.catalogus import CATALOGUS
from domain.consent import Gezag
from domain.dagen import Regio
from domain.feiten import Wie
from domain.handelingen import Opdracht, TijdVerstreken
from domain.instellingen import Instellingen
from domain.kader import Kader, Omstandigheden
from domain.progress import Uitslag, begin, next_wake, progress
from domain.roles import Rol
from domain.simulate import BEGINTIJD, MIDDAG, GeplandeHandeling, maak_opdracht
from domain.tijd import AMSTERDAM
from domain.traject import Traject, Verwijzing
from domain.vastlegging import Vastlegging
from runtime.kalenderbron import haal_kalender
from runtime.route_files import laad_routes

BEGIN, EINDE = date(2026, 9, 1), date(2027, 8, 31)
ROUTE = "midden_groningen"
_SAMEN = {"aanwezig": (Rol.OUDERS, Rol.LEERKRACHT, Rol.IB)}
_TRIAGE = {"kenmerken": {"leervraag": "complex", "leefvraag": "complex", "problematiek": "meervoudig"}}
_BEIDE = {"kenmerken": {"leervraag": "complex", "leefvraag": "enkelvoudig"}}
_UITSTEL = {"reden": "wacht_op_ander"}
# (day, template, outcome of a decision or None, other fields of the act)
_Zet = tuple[str, str, str | None, dict[str, Any]]
_NAJAAR: tuple[_Zet, ...] = (
    ("2026-09-04", "gesprek_ouders", None, {}),
    ("2026-09-07", "dossiernotitie", None, {}),
    ("2026-09-08", "overleg_ib", None, {}),
    ("2026-09-10", "vervolg_signaal", "onderzoek", {}),
    ("2026-09-21", "registratie_leerplicht", None, {}),
    ("2026-09-21", "registratie_zorg_voor_jeugd", None, {}),
    ("2026-09-29", "intake_sociaal_team", None, {}),
    ("2026-10-02", "onderzoek_onderwijs", None, {}),
    ("2026-10-06", "bespreking_ouders", None, {}),
    ("2026-10-07", "inschatting_basisondersteuning", None, {}),
    ("2026-10-08", "duiding_hulpvraag", None, {}),
    ("2026-10-09", "triage", "plan_van_aanpak", _TRIAGE),
    ("2026-10-19", "uitnodiging_mdo", None, {}),
    ("2026-10-20", "crisisafspraken", None, {}),
    ("2026-10-27", "mdo", None, {"aanwezig": (Rol.OUDERS, Rol.IB, Rol.CASEMANAGER)}),
    ("2026-10-29", "verslag_mdo", None, {}),
    ("2026-10-30", "onderwijsdoelen", None, {}),
    ("2026-11-10", "registratie_inzet", None, {}),
)
_VOORJAAR: tuple[_Zet, ...] = (
    ("2026-12-17", "stagnatie", "mdo", {}),
    ("2027-01-12", "mdo_bijeenroepen", None, {}),
    ("2027-01-13", "stagnatie", "in_beweging", {}),
    ("2027-01-15", "zorgdoelen", None, {}),
    ("2027-01-19", "plan", None, {}),
    ("2027-01-20", "plan_vaststellen", "vastgesteld", _BEIDE),
    ("2027-01-26", "ondersteuning_gestart", None, {}),
    ("2027-01-28", "opp_bijgewerkt", None, {}),
    ("2027-02-09", "voortgang", None, {}),
    ("2027-02-16", "contact_gemeente", None, {}),
    ("2027-03-10", "evaluatie", "voortzetten", _SAMEN),
    ("2027-04-13", "contact_gemeente", None, {}),
    ("2027-05-27", "stagnatie", "in_beweging", {}),
    ("2027-05-31", "evaluatie", "bijstellen", _SAMEN),
    ("2027-06-08", "voortgang", None, {}),
    ("2027-06-29", "contact_gemeente", None, {}),
    ("2027-07-07", "evaluatie", "afschalen", _SAMEN),
)
_UITGESTELD = (("2026-11-19", "2026-12-16"), ("2026-12-16", "2027-01-27"))
_TOESTEMMING = ("2026-09-14", ("delen_sociaal_team", "delen_jgz"))
HALVERWEGE = (date(2027, 2, 9), "voortgang")


@dataclass(frozen=True)
class Halverwege:
    """An ordinary act in the middle of the route: the state before it, and what goes on record for it."""

    traject: Traject
    opdracht: Opdracht
    na: Vastlegging


@cache
def omstandigheden() -> Omstandigheden:
    """Calendar and settings of a school in the north, as far ahead as a real traject carries them."""
    return Omstandigheden(kalender=haal_kalender(Regio.NOORD, 2025, 4), instellingen=Instellingen())


@cache
def route() -> tuple[Kader, Verwijzing]:
    """The frame on the newest version of the route, and the pin of that version."""
    laad_routes()
    verwijzing, gevonden = CATALOGUS.nieuwste(ROUTE)
    return Kader.van(gevonden, omstandigheden()), verwijzing


def kind() -> Kind:
    """An invented pupil with two parents, from a school whose roles are all filled."""
    return kinderen()[0]


def gezag() -> Gezag:
    """Who may consent for the pupil."""
    return Gezag(gezagdragers=kind().ouders, leerling_id=kind().id)


@cache
def plan() -> tuple[GeplandeHandeling, ...]:
    """What everybody does in the year, by day."""
    handelingen = [_handeling(zet) for zet in (*_NAJAAR, *_VOORJAAR)]
    dag, doelen = _TOESTEMMING
    for doel in doelen:
        for ouder in kind().ouders:
            met = {"doel": doel, "persoon_id": ouder, "antwoord": "gegeven", "vorm": "schriftelijk"}
            handelingen.append(GeplandeHandeling(op=date.fromisoformat(dag), doe="leg_toestemming_vast", met=met))
    for op, tot in _UITGESTELD:
        met = {**_UITSTEL, "tot": tot}
        handelingen.append(
            GeplandeHandeling(op=date.fromisoformat(op), doe="stel_uit", sjabloon="plan_vaststellen", met=met)
        )
    return tuple(sorted(handelingen, key=lambda h: h.op))


def _handeling(zet: _Zet) -> GeplandeHandeling:
    op, sjabloon, uitkomst, met = zet
    if uitkomst is None:
        return GeplandeHandeling(op=date.fromisoformat(op), doe="rond_af", sjabloon=sjabloon, met=met)
    return GeplandeHandeling(
        op=date.fromisoformat(op), doe="neem_besluit", sjabloon=sjabloon, met={"uitkomst": uitkomst, **met}
    )


def leef(traject_id: str) -> Iterator[Vastlegging]:
    """The year of a traject with this id: what a workflow would put on record at each step, one by one.

    Raises the Weigering of an act that does not fit the route any more.
    """
    kader, verwijzing = route()
    nu = datetime.combine(BEGIN, BEGINTIJD, AMSTERDAM)
    uitslag = begin(
        kader,
        nu,
        traject_id=traject_id,
        swv_id=SWV,
        school_id=kind().school_id,
        leerling_id=kind().id,
        route=verwijzing,
        gezag=gezag(),
        door=Wie(rol=kader.route.begin.leidt),
    )
    yield _vastlegging(kader, uitslag, nu)
    te_doen = [(datetime.combine(h.op, MIDDAG, AMSTERDAM), h) for h in plan()]
    einde = datetime.combine(EINDE, time(23), AMSTERDAM)
    for nummer, (moment, gepland) in enumerate([*te_doen, (einde, None)]):
        while (wek := next_wake(kader, uitslag.traject)) is not None and wek <= moment:
            nu = max(nu, wek)
            uitslag = progress(kader, uitslag.traject, TijdVerstreken(), nu)
            yield _vastlegging(kader, uitslag, nu)
        if gepland is not None:
            nu = moment
            opdracht = maak_opdracht(kader, uitslag.traject, gepland, f"c-{nummer}")
            uitslag = progress(kader, uitslag.traject, opdracht, nu)
            yield _vastlegging(kader, uitslag, nu)


def _vastlegging(kader: Kader, uitslag: Uitslag, nu: datetime) -> Vastlegging:
    return Vastlegging(
        traject=uitslag.traject,
        gebeurtenissen=uitslag.gebeurtenissen,
        meldingen=uitslag.meldingen,
        volgende_wek=next_wake(kader, uitslag.traject),
        nu=nu,
    )


@cache
def halverwege() -> Halverwege:
    """The act of an ordinary day while the plan is being carried out, with its state."""
    kader, _ = route()
    gepland = next(h for h in plan() if (h.op, h.sjabloon) == HALVERWEGE)
    for vorige, vastlegging in pairwise(leef("t-meting")):
        if vastlegging.nu == datetime.combine(gepland.op, MIDDAG, AMSTERDAM):
            return Halverwege(vorige.traject, maak_opdracht(kader, vorige.traject, gepland, "c-meting"), vastlegging)
    raise LookupError(gepland.op)
