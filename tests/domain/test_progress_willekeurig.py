"""Random people do random things on random days. Whatever they do, the promises of tests/support/beloften.py hold."""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep, Vorm
from domain.dagen import Periode, Regio, schooljaar_van
from domain.errors import Weigering
from domain.handelingen import (
    DraagOver,
    EenHandeling,
    GeefRegieTerug,
    Heropen,
    LegToestemmingVast,
    MeldBezorging,
    MeldSignaal,
    MeldStilstand,
    NeemBesluit,
    NeemRegieOver,
    RondAf,
    StelUit,
    Uitstelreden,
    VervangKalender,
    WijzigGezag,
)
from domain.ingebouwd import Ingebouwd, Stagnatieuitkomst
from domain.kader import Kader
from domain.progress import Uitslag, progress
from domain.roles import Rol
from domain.route import Oorzaak
from domain.traject import Afspraak, TrajectStatus
from runtime.kalenderbron import haal_kalender
from tests.support.beloften import controleer, klok_loopt_door, tijdlijn_is_genoeg, weigering_is_te_begrijpen
from tests.support.zaak import START, Zaak, kader, proefkader

EINDE = date(2029, 6, 1)
PERSONEN = ("p-ouder1", "p-ouder2", "l-1", "p-vreemd")
DOELEN = (
    Doel.DELEN_KOO,
    Doel.DELEN_JGZ,
    Doel.DELEN_SOCIAAL_TEAM,
    Doel.MDO_EXTERNEN,
    Doel.ZAT_BESPREKING,
    Doel.TLV_AANVRAAG,
)
GETAL = st.integers(min_value=0, max_value=999)
ROLLEN = tuple(Rol)
IEDEREEN = tuple(r for r in Rol if r is not Rol.SYSTEEM)


@lru_cache
def andere_kalender(jaar: int, vrije_week: int) -> Kader:
    """What the calendar activity brings: from the school year before, perhaps with a week off that was not known."""
    vrij = () if vrije_week == 0 else (_week(jaar, vrije_week),)
    return Kader(kader().route, haal_kalender(Regio.NOORD, jaar - 1, min(4, 2031 - jaar), vrij), kader().instellingen)


def _week(jaar: int, nummer: int) -> Periode:
    begin = date(jaar, 8, 31) + timedelta(weeks=nummer)
    return Periode(van=begin, tot_en_met=begin + timedelta(days=6), naam="Studieweek")


class Traject(RuleBasedStateMachine):
    """Choices are numbers, so that a failing story shrinks to a short one that can be read."""

    route = "midden_groningen"

    def frame(self) -> Kader:
        return kader()

    @initialize(dag=st.integers(0, 330), leeftijd=st.sampled_from(Leeftijdsgroep), ouders=st.integers(1, 2))
    def begin(self, dag: int, leeftijd: Leeftijdsgroep, ouders: int) -> None:
        gezag = Gezag(gezagdragers=("p-ouder1", "p-ouder2")[:ouders], leerling_id="l-1", leeftijdsgroep=leeftijd)
        self.zaak = Zaak(START + timedelta(days=dag), self.frame(), gezag, na_afloop=controleer)

    def probeer(self, rol: Rol, handeling: EenHandeling, persoon: str | None = None, gezien: int | None = None) -> bool:
        """Does it, or is refused in a way people understand; a refusal changes nothing, a repetition changes nothing."""
        zaak, voor = self.zaak, self.zaak.traject.model_dump_json()
        opdracht = zaak.opdracht(rol, handeling, persoon=persoon, gezien=gezien)
        try:
            zaak.geef(opdracht)
        except Weigering as weigering:
            weigering_is_te_begrijpen(weigering)
            assert zaak.traject.model_dump_json() == voor
            return False
        assert progress(zaak.kader, zaak.traject, opdracht, zaak.nu) == Uitslag(zaak.traject, (), ())
        assert zaak.traject.versie > 0
        assert opdracht.commando_id in zaak.traject.commandos, "een aanvaarde handeling laat een feit achter"
        return True

    def kies(self, getal: int) -> Afspraak:
        open_ = self.zaak.traject.open_afspraken
        assume(open_)
        return open_[getal % len(open_)]

    def wie(self, afspraak: Afspraak, getal: int) -> Rol:
        """Mostly somebody who may do it, sometimes just anybody."""
        return afspraak.rol if getal % 4 else ROLLEN[getal % len(ROLLEN)]

    def dag(self, getal: int) -> date | None:
        """Mostly today; sometimes days back, sometimes tomorrow."""
        return None if getal % 3 else self.zaak.vandaag + timedelta(days=1 - getal % 60)

    @rule(a=GETAL, wie=GETAL, dag=GETAL, aanwezig=st.booleans())
    def rond_af(self, a: int, wie: int, dag: int, aanwezig: bool) -> None:
        afspraak = self.kies(a)
        allen = IEDEREEN if aanwezig else ()
        self.probeer(
            self.wie(afspraak, wie),
            RondAf(afspraak_id=afspraak.id, op=self.dag(dag), aanwezig=allen),
            gezien=wie or None,
        )

    @rule(welke=GETAL, wie=GETAL, dag=GETAL, uitkomst=GETAL, antwoord=GETAL)
    def besluit(self, welke: int, wie: int, dag: int, uitkomst: int, antwoord: int) -> None:
        zaak = self.zaak
        besluit = zaak.kader.route.stap(zaak.traject.stap).besluit
        afspraak = (
            self.kies(welke)
            if welke % 5 == 0
            else next((a for a in zaak.traject.open_afspraken if a.sjabloon == besluit.id), self.kies(welke))
        )
        if afspraak.sjabloon == Ingebouwd.STAGNATIE:
            gekozen = tuple(Stagnatieuitkomst)[uitkomst % len(Stagnatieuitkomst)].value
        else:
            gekozen = besluit.uitkomsten[uitkomst % len(besluit.uitkomsten)].id
        waarden = {v: tuple(zaak.kader.route.waarden(v)) for v in besluit.vragen}
        kenmerken = {v.value: keuzes[antwoord % len(keuzes)] for v, keuzes in waarden.items()}
        self.probeer(
            self.wie(afspraak, wie),
            NeemBesluit(
                afspraak_id=afspraak.id,
                uitkomst="iets_anders" if uitkomst == 1 else gekozen,
                kenmerken={} if antwoord == 1 else kenmerken,
                aanwezig=() if antwoord == 2 else IEDEREEN,
                op=self.dag(dag),
            ),
        )

    @rule(uitkomst=GETAL, wie=GETAL)
    @precondition(lambda self: self.zaak.traject.stagnatie is not None)
    def over_stagnatie(self, uitkomst: int, wie: int) -> None:
        afspraak = self.zaak.open(Ingebouwd.STAGNATIE)
        gekozen = tuple(Stagnatieuitkomst)[uitkomst % len(Stagnatieuitkomst)].value
        self.probeer(self.wie(afspraak, wie), NeemBesluit(afspraak_id=afspraak.id, uitkomst=gekozen))

    @rule(
        doel=st.sampled_from(DOELEN),
        persoon=st.sampled_from(PERSONEN),
        antwoord=st.sampled_from(Antwoord),
        dag=GETAL,
        wie=st.sampled_from([Rol.IB, Rol.OUDERS, Rol.LEERLING, Rol.KOO, Rol.BEHEERDER]),
    )
    def een_antwoord(self, doel: Doel, persoon: str, antwoord: Antwoord, dag: int, wie: Rol) -> None:
        handeling = LegToestemmingVast(
            doel=doel, persoon_id=persoon, antwoord=antwoord, vorm=Vorm.MONDELING, op=self.dag(dag)
        )
        self.probeer(wie, handeling, persoon=persoon)

    @rule(antwoord=st.sampled_from([Antwoord.GEGEVEN, Antwoord.GEGEVEN, Antwoord.GEWEIGERD]))
    def alle_antwoorden(self, antwoord: Antwoord) -> None:
        for doel in DOELEN:
            for persoon in PERSONEN[:3]:
                handeling = LegToestemmingVast(doel=doel, persoon_id=persoon, antwoord=antwoord, vorm=Vorm.DIGITAAL)
                self.probeer(Rol.IB, handeling)

    @rule()
    def alles_wat_kan(self) -> None:
        """A school that works hard: every afspraak that can be ticked off, including those that follow."""
        for _ in range(4):
            for afspraak in self.zaak.traject.open_afspraken:
                if self.zaak.traject.afspraak(afspraak.id) == afspraak:
                    self.probeer(afspraak.rol, RondAf(afspraak_id=afspraak.id, aanwezig=IEDEREEN))

    @rule(a=GETAL, wie=GETAL, dagen=st.integers(-3, 45))
    def stel_uit(self, a: int, wie: int, dagen: int) -> None:
        afspraak = self.kies(a)
        tot = max(self.zaak.vandaag, afspraak.streefdatum) + timedelta(days=dagen)
        reden = Uitstelreden.WACHT_OP_ANDER
        self.probeer(self.wie(afspraak, wie), StelUit(afspraak_id=afspraak.id, tot=tot, reden=reden))

    @rule(a=GETAL, wie=st.sampled_from([Rol.IB, Rol.IB, Rol.COORDINATOR, Rol.REGIEVOERDER, Rol.OUDERS]), naar=GETAL)
    def draag_over(self, a: int, wie: Rol, naar: int) -> None:
        rol = ROLLEN[naar % len(ROLLEN)]
        self.probeer(wie, DraagOver(afspraak_id=self.kies(a).id, rol=rol, persoon_id=f"p-{naar}" if naar % 2 else None))

    @rule(wie=st.sampled_from([Rol.OUDERS, Rol.LEERKRACHT, Rol.REGIEVOERDER]), oorzaak=st.sampled_from(Oorzaak))
    def ligt_stil(self, wie: Rol, oorzaak: Oorzaak) -> None:
        self.probeer(wie, MeldStilstand(oorzaak=oorzaak))

    @rule(wie=st.sampled_from([Rol.IB, Rol.OUDERS]), stap=GETAL)
    def heropen(self, wie: Rol, stap: int) -> None:
        stappen = [None, "bestaat_niet", *(s.id for s in self.zaak.kader.route.stappen)]
        self.probeer(wie, Heropen(stap=stappen[stap % len(stappen)]))

    @rule(
        wie=st.sampled_from([Rol.IB, Rol.IB, Rol.OUDERS]),
        leeftijd=st.sampled_from(Leeftijdsgroep),
        dragers=st.sampled_from([("p-ouder1",), ("p-ouder1", "p-ouder2"), ("p-ouder2", "p-vreemd"), ()]),
    )
    def wijzig_gezag(self, wie: Rol, leeftijd: Leeftijdsgroep, dragers: tuple[str, ...]) -> None:
        gezag = Gezag(gezagdragers=dragers, leerling_id="l-1", leeftijdsgroep=leeftijd)
        self.probeer(wie, WijzigGezag(gezag=gezag))

    @rule(wie=st.sampled_from([Rol.REGIEVOERDER, Rol.REGIEVOERDER, Rol.STAGNATIEPUNT, Rol.CASEMANAGER]))
    def neem_regie_over(self, wie: Rol) -> None:
        self.probeer(wie, NeemRegieOver())

    @rule(wie=st.sampled_from([Rol.REGIEVOERDER, Rol.COORDINATOR, Rol.IB]))
    def geef_regie_terug(self, wie: Rol) -> None:
        self.probeer(wie, GeefRegieTerug())

    @rule(dagen=st.integers(1, 100))
    def tijd_gaat_voorbij(self, dagen: int) -> None:
        """Woken when the core asks for it."""
        dag = self.zaak.vandaag + timedelta(days=dagen)
        assume(dag < EINDE)
        self.zaak.tot(dag)

    @rule(dagen=st.integers(0, 500))
    def niemand_werd_wakker(self, dagen: int) -> None:
        """A server that was away: the clock goes off once, late."""
        dag = self.zaak.vandaag + timedelta(days=dagen)
        assume(dag < EINDE)
        self.zaak.spring(dag)
        klok_loopt_door(self.zaak)

    @rule(wie=st.sampled_from([Rol.IB, Rol.OUDERS, Rol.CASEMANAGER]), blijvend=st.booleans())
    def mail_mislukt(self, wie: Rol, blijvend: bool) -> None:
        reden = "blijvend" if blijvend else "onbekend"
        self.zaak.systeem(MeldBezorging(persoon_id=f"p-{wie}", rol=wie, reden=reden))

    @rule()
    def signaal_geweigerd(self) -> None:
        self.zaak.systeem(MeldSignaal(code="onleesbaar"))

    @rule(week=st.integers(0, 40))
    def andere_vakanties(self, week: int) -> None:
        """A corrected calendar, or the one of a new school year, which no longer reaches back to the old ones."""
        nieuw = andere_kalender(schooljaar_van(self.zaak.vandaag), week)
        self.zaak.kader = replace(self.zaak.kader, kalender=nieuw.kalender, instellingen=nieuw.instellingen)
        self.zaak.systeem(VervangKalender())

    def teardown(self) -> None:
        if hasattr(self, "zaak"):
            tijdlijn_is_genoeg(self.zaak)
            if self.zaak.traject.status is TrajectStatus.LOPEND:
                self.zaak.tik()
                klok_loopt_door(self.zaak)


class Proefroute(Traject):
    """The same on a route with a guard before opschalen and a ladder that turns to whoever holds the ball."""

    def frame(self) -> Kader:
        return proefkader()


class EersteEditie(Traject):
    """Running lives go on by the rules they began with."""

    def frame(self) -> Kader:
        return replace(kader(), regels=1)


_RUSTIG = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
TestTraject = Traject.TestCase
TestTraject.settings = _RUSTIG
TestProefroute = Proefroute.TestCase
TestProefroute.settings = _RUSTIG
TestEersteEditie = EersteEditie.TestCase
TestEersteEditie.settings = settings(_RUSTIG, max_examples=15)
