"""A whole year of one traject, as a list of what people do on which day. One story for the core, both servers and replay.

September: signal and talks. Parents consent to the municipality, one parent refuses the GGD. Autumn: the municipality does
not deliver its part of the plan; the case climbs to the stagnatiepunt. Winter: plan, support, first evaluation. Spring: the
second evaluation is forgotten; the case climbs to the regievoerder. Summer: scale down, after-care, close.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.consent import Antwoord, Doel, Vorm
from domain.errors import AanwezigeOntbreekt, ToestemmingOntbreekt, Weigering
from domain.handelingen import EenHandeling, LegToestemmingVast, NeemBesluit, RondAf, StelUit, Uitstelreden
from domain.roles import Rol
from domain.traject import Afspraak, Traject

Handelaar = tuple[Rol, EenHandeling]
Zet = Callable[[Traject], Handelaar]
ALLEN = (Rol.OUDERS, Rol.LEERKRACHT, Rol.IB)


@dataclass(frozen=True)
class Moment:
    """What somebody does on a day (at ten in the morning), or tries to do."""

    dag: date
    zet: Zet
    weigering: type[Weigering] | None = None


def open_van(traject: Traject, sjabloon: str) -> Afspraak:
    """The open afspraak of this template; fails with what is open instead."""
    gevonden = [a for a in traject.open_afspraken if a.sjabloon == sjabloon]
    assert gevonden, f"{sjabloon} staat niet open; wel: {[a.sjabloon for a in traject.open_afspraken]}"
    return gevonden[0]


def rond(sjabloon: str, *aanwezig: Rol) -> Zet:
    """The owner ticks it off."""

    def zet(t: Traject) -> Handelaar:
        afspraak = open_van(t, sjabloon)
        return afspraak.rol, RondAf(afspraak_id=afspraak.id, aanwezig=aanwezig)

    return zet


def besluit(sjabloon: str, uitkomst: str, *aanwezig: Rol, **kenmerken: str) -> Zet:
    """The owner decides."""

    def zet(t: Traject) -> Handelaar:
        afspraak = open_van(t, sjabloon)
        return afspraak.rol, NeemBesluit(
            afspraak_id=afspraak.id, uitkomst=uitkomst, aanwezig=aanwezig, kenmerken=kenmerken
        )

    return zet


def antwoord(doel: Doel, ouder: int, wat: Antwoord) -> Zet:
    """The IB'er writes down what one parent said."""

    def zet(t: Traject) -> Handelaar:
        return Rol.IB, LegToestemmingVast(
            doel=doel, persoon_id=t.gezag.gezagdragers[ouder], antwoord=wat, vorm=Vorm.SCHRIFTELIJK
        )

    return zet


def uitstel(sjabloon: str, tot: date) -> Zet:
    """The owner postpones."""

    def zet(t: Traject) -> Handelaar:
        afspraak = open_van(t, sjabloon)
        return afspraak.rol, StelUit(afspraak_id=afspraak.id, tot=tot, reden=Uitstelreden.WACHT_OP_ANDER)

    return zet


def m(maand: int, dag: int, zet: Zet, weigering: type[Weigering] | None = None) -> Moment:
    """A moment in school year 2026-27 (August and later months fall in 2026)."""
    return Moment(date(2026 if maand >= 8 else 2027, maand, dag), zet, weigering)


TRIAGE = {"leervraag": "complex", "leefvraag": "complex", "problematiek": "meervoudig"}
JAAR: tuple[Moment, ...] = (
    m(9, 4, rond("gesprek_ouders")),
    m(9, 7, rond("dossiernotitie")),
    m(9, 8, rond("overleg_ib")),
    m(9, 10, besluit("vervolg_signaal", "onderzoek")),
    m(9, 14, antwoord(Doel.DELEN_SOCIAAL_TEAM, 0, Antwoord.GEGEVEN)),
    m(9, 14, antwoord(Doel.DELEN_JGZ, 0, Antwoord.GEGEVEN)),
    m(9, 15, besluit("triage", "plan_van_aanpak", **TRIAGE), ToestemmingOntbreekt),
    m(9, 16, antwoord(Doel.DELEN_SOCIAAL_TEAM, 1, Antwoord.GEGEVEN)),
    m(9, 16, antwoord(Doel.DELEN_JGZ, 1, Antwoord.GEWEIGERD)),
    m(9, 21, rond("registratie_leerplicht")),
    m(9, 21, rond("registratie_zorg_voor_jeugd")),
    m(9, 29, rond("intake_sociaal_team")),
    m(10, 2, rond("onderzoek_onderwijs")),
    m(10, 6, rond("bespreking_ouders")),
    m(10, 7, rond("inschatting_basisondersteuning")),
    m(10, 8, rond("duiding_hulpvraag")),
    m(10, 9, besluit("triage", "plan_van_aanpak", **TRIAGE)),
    m(10, 19, rond("uitnodiging_mdo")),
    m(10, 20, rond("crisisafspraken")),
    m(10, 27, rond("mdo", Rol.OUDERS, Rol.IB, Rol.CASEMANAGER)),
    m(10, 29, rond("verslag_mdo")),
    m(10, 30, rond("onderwijsdoelen")),
    m(11, 10, rond("registratie_inzet")),
    m(11, 19, uitstel("plan_vaststellen", date(2026, 12, 16))),
    # Here the municipality keeps still; six school weeks after the target date the stagnatiepunt gets it.
    m(12, 16, uitstel("plan_vaststellen", date(2027, 1, 27))),
    m(12, 17, besluit("stagnatie", "mdo")),
    m(1, 12, rond("mdo_bijeenroepen")),
    m(1, 13, besluit("stagnatie", "in_beweging")),
    m(1, 15, rond("zorgdoelen")),
    m(1, 19, rond("plan")),
    m(1, 20, besluit("plan_vaststellen", "vastgesteld", leervraag="complex", leefvraag="enkelvoudig")),
    m(1, 26, rond("ondersteuning_gestart")),
    m(1, 28, rond("opp_bijgewerkt")),
    m(2, 9, rond("voortgang")),
    m(2, 16, rond("contact_gemeente")),
    m(3, 10, besluit("evaluatie", "voortzetten", Rol.IB), AanwezigeOntbreekt),
    m(3, 10, besluit("evaluatie", "voortzetten", *ALLEN)),
    m(4, 13, rond("contact_gemeente")),
    # The evaluation of 21 April is forgotten; fifteen school days later the regievoerder gets it.
    m(5, 27, besluit("stagnatie", "in_beweging")),
    m(5, 31, besluit("evaluatie", "bijstellen", *ALLEN)),
    m(6, 8, rond("voortgang")),
    m(6, 29, rond("contact_gemeente")),
    m(7, 7, besluit("evaluatie", "afschalen", *ALLEN)),
)
NAJAAR: tuple[Moment, ...] = (
    Moment(date(2027, 9, 27), rond("gesprek_nazorg")),
    Moment(date(2027, 10, 4), besluit("evaluatie_nazorg", "sluiten")),
)
HEEL_JAAR = (*JAAR, *NAJAAR)
