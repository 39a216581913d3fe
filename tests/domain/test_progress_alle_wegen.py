"""Walkers with a will: together they reach every step, every outcome, every kind of fact and of message."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import get_args

import pytest

from domain import feiten as f
from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep, ondertekenaars
from domain.effects import Bericht
from domain.errors import Weigering
from domain.handelen import BESLISSEND
from domain.handelingen import (
    DraagOver,
    GeefRegieTerug,
    MeldBezorging,
    MeldSignaal,
    NeemBesluit,
    NeemRegieOver,
    RondAf,
    VervangKalender,
    WijzigGezag,
)
from domain.ingebouwd import Ingebouwd, Stagnatieuitkomst
from domain.kader import Kader
from domain.roles import Rol
from domain.route import Oorzaak, Soort
from domain.traject import TrajectStatus
from runtime.kalenderbron import haal_kalender
from tests.support.beloften import controleer, tijdlijn_is_genoeg, weigering_is_te_begrijpen
from tests.support.zaak import GEZAG_12, START, Zaak, kader, kalender, proefkader

EINDE = date(2029, 6, 1)
IEDEREEN = tuple(r for r in Rol if r is not Rol.SYSTEEM)
DOELEN = (
    Doel.DELEN_KOO,
    Doel.DELEN_JGZ,
    Doel.DELEN_SOCIAAL_TEAM,
    Doel.MDO_EXTERNEN,
    Doel.ZAT_BESPREKING,
    Doel.TLV_AANVRAAG,
)


class Wandelaar:
    """Works off what is owed, decides, and lets things slide, by a dice that always falls the same way."""

    def __init__(self, frame: Kader, worp: int, gekozen: set[tuple[str, str]]) -> None:
        self.gekozen = gekozen
        self.dobbel = Random(worp)
        groep = self.dobbel.choice(tuple(Leeftijdsgroep))
        gezag = Gezag(gezagdragers=("p-ouder1", "p-ouder2"), leerling_id="l-1", leeftijdsgroep=groep)
        self.zaak = Zaak(START, frame, gezag, na_afloop=controleer)

    def loop(self) -> Zaak:
        zaak, dobbel = self.zaak, self.dobbel
        stappen = (
            self.antwoord,
            self.werk,
            self.werk,
            self.besluit,
            self.besluit,
            self.wacht,
            self.gedoe,
            self.stilstand,
        )
        for _ in range(40):
            if zaak.vandaag >= EINDE:
                break
            if zaak.traject.status is TrajectStatus.GESLOTEN:
                zaak.heropen(dobbel.choice([None, *(s.id for s in zaak.kader.route.stappen)]))
            try:
                dobbel.choice(stappen)()
            except Weigering as weigering:
                weigering_is_te_begrijpen(weigering)
        tijdlijn_is_genoeg(zaak)
        return zaak

    def antwoord(self) -> None:
        for doel in DOELEN:
            antwoord = self.dobbel.choice([Antwoord.GEGEVEN] * 5 + list(Antwoord))
            for persoon in ondertekenaars(doel, self.zaak.traject.gezag):
                self.zaak.toestemming(doel, antwoord, persoon)

    def werk(self) -> None:
        """Some of what is owed, or nearly everything up to the end of each lane."""
        for _ in range(self.dobbel.choice([1, 2, 5])):
            for afspraak in self.zaak.traject.open_afspraken:
                if not self.zaak.heeft_open(afspraak.sjabloon) or afspraak.soort in BESLISSEND | {Soort.TOESTEMMING}:
                    continue
                if self.dobbel.random() < 0.9:
                    self.zaak.doe(afspraak.rol, RondAf(afspraak_id=afspraak.id, aanwezig=IEDEREEN))

    def besluit(self) -> None:
        besluit = self.zaak.kader.route.stap(self.zaak.traject.stap).besluit
        afspraak = self.zaak.open(besluit.id)
        uitkomsten = list(besluit.uitkomsten)
        self.dobbel.shuffle(uitkomsten)
        uitkomsten.sort(key=lambda u: (besluit.id, u.id) in self.gekozen)  # what nobody chose before comes first
        kenmerken = {v.value: self.dobbel.choice(tuple(self.zaak.kader.route.waarden(v))) for v in besluit.vragen}
        for uitkomst in uitkomsten:
            keuze = NeemBesluit(afspraak_id=afspraak.id, uitkomst=uitkomst.id, kenmerken=kenmerken, aanwezig=IEDEREEN)
            try:
                self.zaak.doe(afspraak.rol, keuze)
                self.gekozen.add((besluit.id, uitkomst.id))
                return
            except Weigering as weigering:
                weigering_is_te_begrijpen(weigering)

    def wacht(self) -> None:
        self.zaak.tot(self.zaak.vandaag + timedelta(days=self.dobbel.choice([2, 9, 30, 70])))

    def stilstand(self) -> None:
        if self.zaak.traject.stagnatie is None:
            if self.dobbel.random() < 0.5:
                self.zaak.tot(self.zaak.vandaag + timedelta(days=150))
            else:
                self.zaak.ligt_stil(self.dobbel.choice([Rol.OUDERS, Rol.IB]), self.dobbel.choice(tuple(Oorzaak)))
            return
        self.zaak.over_stagnatie(self.dobbel.choice(tuple(Stagnatieuitkomst)))

    def gedoe(self) -> None:
        zaak, afspraak = self.zaak, self.dobbel.choice(self.zaak.traject.open_afspraken)
        keer = self.dobbel.randrange(7)
        if keer == 0:
            zaak.systeem(
                MeldBezorging(persoon_id="p-x", rol=Rol.IB, reden=self.dobbel.choice(["blijvend", "onbekend"]))
            )
        elif keer == 1:
            zaak.systeem(MeldSignaal(code="onleesbaar"))
        elif keer == 2:
            zaak.stel_uit(afspraak.sjabloon, max(zaak.vandaag, afspraak.streefdatum) + timedelta(days=7))
        elif keer == 3:
            zaak.doe(
                Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=self.dobbel.choice([Rol.DIRECTIE, Rol.OCO, Rol.AB]))
            )
        elif keer == 4:
            groep = self.dobbel.choice(tuple(Leeftijdsgroep))
            dragers = self.dobbel.choice([("p-ouder1", "p-ouder2"), ("p-ouder1",), ("p-ouder2", "p-voogd")])
            gezag = Gezag(gezagdragers=dragers, leerling_id="l-1", leeftijdsgroep=groep)
            zaak.doe(Rol.IB, WijzigGezag(gezag=gezag))
        elif keer == 5:
            terug = zaak.traject.regie_terug_naar is not None
            zaak.doe(Rol.REGIEVOERDER, GeefRegieTerug() if terug else NeemRegieOver())
        else:
            anders = haal_kalender(kalender().regio, 2025, self.dobbel.choice([4, 5]))
            zaak.kader = Kader(zaak.kader.route, anders, zaak.kader.instellingen)
            zaak.systeem(VervangKalender())


@lru_cache
def levens(route: str) -> tuple[Zaak, ...]:
    """Sixty lives on a route."""
    frame = proefkader() if route == "proefroute" else kader(route)
    gekozen: set[tuple[str, str]] = set()
    gelopen = tuple(Wandelaar(frame, worp, gekozen).loop() for worp in range(60))
    return gelopen if route == "proefroute" else (*gelopen, samen_een_plan(), hulp_thuis(), andere_school())


def samen_een_plan() -> Zaak:
    """The longest lane, walked on purpose: school and gemeente make a plan that is adopted, until parents stop."""
    zaak = Zaak(gezag=GEZAG_12, na_afloop=controleer)
    zaak.naar_plan(problematiek="meervoudig")
    assert zaak.traject.regie_bij is Rol.CASEMANAGER
    zaak.stel_plan_vast()
    assert (zaak.traject.stap, zaak.traject.regie_bij) == ("uitvoering", Rol.IB)
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.INGETROKKEN, "p-ouder1")
    zaak.evalueer("zonder_gemeente")
    return zaak


def hulp_thuis() -> Zaak:
    """Only a question at home: the sociaal team helps for some rounds, until parents stop with it; then again to the end."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_triage()
    for uitkomsten in (("doorgaan", "zonder_gemeente"), ("afschalen",)):
        zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEGEVEN)
        for sjabloon in ("onderzoek_onderwijs", "bespreking_ouders", "intake_sociaal_team", "duiding_hulpvraag"):
            zaak.rond_af(sjabloon)
        antwoorden = {"leervraag": "geen", "leefvraag": "complex", "problematiek": "multi"}
        zaak.besluit("triage", "hulp_gemeente", antwoorden=antwoorden)
        assert zaak.traject.regie_bij is Rol.CASEMANAGER
        zaak.rond_af("crisisafspraken")
        for uitkomst in uitkomsten:
            if uitkomst == "zonder_gemeente":
                zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.INGETROKKEN, "p-ouder1")
            else:
                zaak.rond_af("stand_hulp")
            zaak.besluit("evaluatie_hulp", uitkomst, Rol.OUDERS, Rol.IB)
            assert zaak.traject.regie_bij is (Rol.CASEMANAGER if uitkomst == "doorgaan" else Rol.IB)
    return zaak


def andere_school() -> Zaak:
    """School tries a new approach and a new plan, with others at the table; in the end the child changes schools."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_uitvoering()
    for doel in DOELEN:
        zaak.toestemming(doel, Antwoord.GEGEVEN)
    for uitkomst in ("nieuwe_aanpak", "nieuw_plan", "samenwerkingsverband"):
        if uitkomst == "samenwerkingsverband":
            zaak.besluit("plan_vaststellen", "alleen_school", leervraag="complex", leefvraag="geen")
        zaak.evalueer("opschalen")
        zaak.rond_af("gesprek_opschaling", None, Rol.OUDERS, Rol.IB)
        zaak.rond_af("mdo_opschaling", None, Rol.OUDERS, Rol.IB)
        zaak.besluit("vervolg_opschaling", uitkomst)
    for sjabloon in ("advies_swv", "gesprek_advies_ouders"):
        zaak.rond_af(sjabloon)
    zaak.besluit("vervolg_swv", "tlv")
    for sjabloon in ("besluit_cvb", "aanvraag_tlv", "antwoord_tlv", "begeleiding_overstap"):
        zaak.rond_af(sjabloon)
    zaak.besluit("vervolg_tlv", "overstap")
    return zaak


def _feiten(route: str) -> Iterator[f.EenFeit]:
    return (g.feit for zaak in levens(route) for g in zaak.gebeurtenissen)


@pytest.mark.parametrize("route", ["midden_groningen", "proefroute"])
def test_elke_stap_wordt_bereikt(route: str) -> None:
    betreden = {x.stap for x in _feiten(route) if isinstance(x, f.StapBetreden)}
    assert betreden == {s.id for s in levens(route)[0].kader.route.stappen}


@pytest.mark.parametrize("route", ["midden_groningen", "proefroute"])
def test_elke_uitkomst_wordt_gekozen_en_elke_afspraak_gaat_open(route: str) -> None:
    gekozen = {(x.besluit, x.uitkomst) for x in _feiten(route) if isinstance(x, f.BesluitGenomen)}
    geopend = {(x.afspraak.stap, x.afspraak.sjabloon) for x in _feiten(route) if isinstance(x, f.AfspraakGeopend)}
    stappen = levens(route)[0].kader.route.stappen
    assert gekozen == {(s.besluit.id, u.id) for s in stappen for u in s.besluit.uitkomsten}
    assert geopend >= {(s.id, a.id) for s in stappen for a in s.afspraken}
    assert {sjabloon for _, sjabloon in geopend} >= set(Ingebouwd)


def test_elk_soort_feit_en_elk_bericht_komt_voor() -> None:
    assert {type(x) for x in _feiten("midden_groningen")} == set(get_args(get_args(f.EenFeit)[0]))
    berichten = {m.bericht for zaak in levens("midden_groningen") for m in zaak.meldingen}
    assert berichten == set(Bericht) - {Bericht.CONTACT_HERSTELLEN}  # that one is made where the mail is sent


def test_een_stilstand_komt_van_de_ladder_en_van_een_mens() -> None:
    gezien = [x for x in _feiten("midden_groningen") if isinstance(x, f.StagnatieVastgesteld)]
    assert {x.bron for x in gezien} >= {"ladder", "melding"}
    assert {x.oorzaak for x in gezien} == set(Oorzaak)
    opgeheven = {x.uitkomst for x in _feiten("midden_groningen") if isinstance(x, f.StagnatieOpgeheven)}
    assert opgeheven == {"in_beweging", "voortgang"}
