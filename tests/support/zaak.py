"""A traject on a compiled route, driven through the core with its own clock. For tests of rules, not of I/O."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path

from domain.catalogus import Catalogus
from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep, Vorm, ondertekenaars
from domain.dagen import Kalender, Regio
from domain.effects import Bericht, Melding
from domain.feiten import Gebeurtenis, Wie
from domain.handelingen import (
    EenHandeling,
    Heropen,
    LegToestemmingVast,
    MeldBezorging,
    MeldSignaal,
    MeldStilstand,
    NeemBesluit,
    Opdracht,
    RondAf,
    StelUit,
    TijdVerstreken,
    Uitstelreden,
    VervangKalender,
)
from domain.ingebouwd import Ingebouwd
from domain.instellingen import Instellingen
from domain.kader import Kader
from domain.progress import Uitslag, begin, next_wake, progress
from domain.roles import Rol
from domain.route import Oorzaak, Route
from domain.route_check import compileer
from domain.tijd import AMSTERDAM
from domain.traject import Afspraak, Traject, Verwijzing
from runtime.kalenderbron import haal_kalender
from runtime.route_files import laad_routes

PROEFROUTE = Path(__file__).parents[1] / "routes" / "data" / "proefroute.v1.yaml"


@lru_cache
def routes() -> Catalogus:
    """The packaged routes, compiled once per test run."""
    catalogus = Catalogus()
    laad_routes(catalogus)
    return catalogus


@lru_cache
def kalender(regio: Regio = Regio.NOORD) -> Kalender:
    """A school without exceptions, school years 2025-26 up to 2029-30: as far as the ministry has published."""
    return haal_kalender(regio, 2025, 5)


@lru_cache
def kader(route: str = "midden_groningen", regio: Regio = Regio.NOORD) -> Kader:
    """The frame of a school without exceptions on a packaged route."""
    return Kader(routes().nieuwste(route)[1], kalender(regio), Instellingen())


@lru_cache
def proefkader() -> Kader:
    """The frame of the small test route: an evaluation every six school weeks, opschalen only after a vooroverleg."""
    return Kader(compileer(PROEFROUTE.read_text(encoding="utf-8"), PROEFROUTE.name), kalender(), Instellingen())


def verwijzing(route: str = "midden_groningen") -> Verwijzing:
    """The pin of the newest version."""
    return routes().nieuwste(route)[0]


def pin(route: Route) -> Verwijzing:
    """A pin for any compiled route; the core never looks the hash up."""
    return Verwijzing(route=route.route, versie=route.versie, hash="proef")


GEZAG = Gezag(gezagdragers=("p-ouder1", "p-ouder2"), leerling_id="l-1")
GEZAG_12 = GEZAG.model_copy(update={"leeftijdsgroep": Leeftijdsgroep.VAN_12_TOT_16})
START = datetime(2026, 9, 1, 10, tzinfo=AMSTERDAM)


class Zaak:
    """One traject and its clock. Every helper goes through `progress`, as the workflow does.

    `na_afloop` is called after every change with the state before it and what came of it.
    """

    def __init__(
        self,
        start: datetime = START,
        frame: Kader | None = None,
        gezag: Gezag = GEZAG,
        na_afloop: Callable[["Zaak", Traject | None, Uitslag], None] | None = None,
    ) -> None:
        self.kader = frame or kader()
        self.nu = start
        self.gebeurtenissen: list[Gebeurtenis] = []
        self.meldingen: list[Melding] = []
        self._nummers = count(1)
        self._na_afloop = na_afloop
        uitslag = begin(
            self.kader,
            start,
            traject_id="t-proef",
            swv_id="o-swv",
            school_id="o-school",
            leerling_id="l-1",
            route=pin(self.kader.route),
            gezag=gezag,
            door=Wie(rol=Rol.LEERKRACHT, persoon_id="p-lk"),
        )
        self.traject: Traject = uitslag.traject
        self._bij(None, uitslag)

    def _bij(self, voor: Traject | None, uitslag: Uitslag) -> Uitslag:
        self.traject = uitslag.traject
        self.gebeurtenissen.extend(uitslag.gebeurtenissen)
        self.meldingen.extend(uitslag.meldingen)
        if self._na_afloop is not None:
            self._na_afloop(self, voor, uitslag)
        return uitslag

    @property
    def vandaag(self) -> date:
        """The local date of the clock."""
        return self.nu.astimezone(AMSTERDAM).date()

    def opdracht(
        self, rol: Rol, handeling: EenHandeling, *, gezien: int | None = None, persoon: str | None = None
    ) -> Opdracht:
        """An act in its envelope, with a command id of its own."""
        return Opdracht(
            commando_id=f"c-{next(self._nummers)}",
            door=Wie(rol=rol, persoon_id=persoon or f"p-{rol}"),
            handeling=handeling,
            gezien_versie=gezien,
        )

    def geef(self, opdracht: Opdracht) -> Uitslag:
        """Offers a command. Raises the Weigering of the core."""
        return self._bij(self.traject, progress(self.kader, self.traject, opdracht, self.nu))

    def doe(
        self, rol: Rol, handeling: EenHandeling, *, gezien: int | None = None, persoon: str | None = None
    ) -> Uitslag:
        """An act of somebody in this role. Raises the Weigering of the core."""
        return self.geef(self.opdracht(rol, handeling, gezien=gezien, persoon=persoon))

    def systeem(self, gebeuren: TijdVerstreken | MeldBezorging | MeldSignaal | VervangKalender) -> Uitslag:
        """Something the clock or the mail brings."""
        return self._bij(self.traject, progress(self.kader, self.traject, gebeuren, self.nu))

    def open(self, sjabloon: str) -> Afspraak:
        """The open afspraak made from this template."""
        return next(a for a in self.traject.open_afspraken if a.sjabloon == sjabloon)

    def heeft_open(self, sjabloon: str) -> bool:
        """Is there an open afspraak made from this template?"""
        return any(a.sjabloon == sjabloon for a in self.traject.open_afspraken)

    def rond_af(self, sjabloon: str, rol: Rol | None = None, *aanwezig: Rol) -> Uitslag:
        """Tick off, by its owner unless said otherwise."""
        afspraak = self.open(sjabloon)
        return self.doe(rol or afspraak.rol, RondAf(afspraak_id=afspraak.id, aanwezig=aanwezig))

    def besluit(
        self,
        sjabloon: str,
        uitkomst: str,
        *aanwezig: Rol,
        rol: Rol | None = None,
        antwoorden: Mapping[str, str] | None = None,
        **kenmerken: str,
    ) -> Uitslag:
        """Choose an outcome, by the owner of the decision unless said otherwise. Answers by name or as a mapping."""
        afspraak, alles = self.open(sjabloon), {**(antwoorden or {}), **kenmerken}
        return self.doe(
            rol or afspraak.rol,
            NeemBesluit(afspraak_id=afspraak.id, uitkomst=uitkomst, aanwezig=aanwezig, kenmerken=alles),
        )

    def stel_uit(self, sjabloon: str, tot: date, rol: Rol | None = None) -> Uitslag:
        """Postpone, by its owner unless said otherwise."""
        afspraak = self.open(sjabloon)
        reden = Uitstelreden.OP_VERZOEK_OUDERS
        return self.doe(rol or afspraak.rol, StelUit(afspraak_id=afspraak.id, tot=tot, reden=reden))

    def ligt_stil(self, rol: Rol = Rol.OUDERS, oorzaak: Oorzaak = Oorzaak.SAMENWERKING) -> Uitslag:
        """Somebody says: het ligt stil."""
        return self.doe(rol, MeldStilstand(oorzaak=oorzaak))

    def over_stagnatie(self, uitkomst: str, rol: Rol | None = None) -> Uitslag:
        """Decide about the stall, by whoever was asked to take it up."""
        return self.besluit(Ingebouwd.STAGNATIE, uitkomst, rol=rol)

    def heropen(self, stap: str | None = None, rol: Rol = Rol.IB) -> Uitslag:
        """Open a closed traject again."""
        return self.doe(rol, Heropen(stap=stap))

    def toestemming(self, doel: Doel, antwoord: Antwoord, *personen: str) -> None:
        """Record the same answer for each of these people (default: both parents)."""
        for persoon in personen or self.traject.gezag.gezagdragers:
            self.doe(
                Rol.IB, LegToestemmingVast(doel=doel, persoon_id=persoon, antwoord=antwoord, vorm=Vorm.SCHRIFTELIJK)
            )

    def naar_koo(self) -> None:
        """From the start: talked with the parents, who are asked whether the kind-ouderondersteuner may join."""
        self.rond_af("gesprek_ouders")
        self.besluit("vervolg_signaal", "koo_meedenken")

    def naar_triage(self) -> None:
        """From the start: talked with the parents, more research is needed."""
        for sjabloon in ("gesprek_ouders", "dossiernotitie", "overleg_ib"):
            self.rond_af(sjabloon)
        self.besluit("vervolg_signaal", "onderzoek")

    def naar_uitvoering(self, leefvraag: str = "geen") -> None:
        """From the start: school gives extra support, without the gemeente."""
        self.naar_triage()
        for sjabloon in ("onderzoek_onderwijs", "inschatting_basisondersteuning", "bespreking_ouders"):
            self.rond_af(sjabloon)
        antwoorden = {"leervraag": "complex", "leefvraag": leefvraag, "problematiek": "niet_bepaald"}
        self.besluit("triage", "extra_ondersteuning", antwoorden=antwoorden)

    def naar_plan(self, leefvraag: str = "complex", problematiek: str = "meervoudig") -> None:
        """From the start: school and gemeente are going to make a plan together, with consent of everybody who signs."""
        self.naar_triage()
        doel = Doel.DELEN_SOCIAAL_TEAM
        self.toestemming(doel, Antwoord.GEGEVEN, *ondertekenaars(doel, self.traject.gezag))
        self.rond_af("onderzoek_onderwijs")
        self.rond_af("bespreking_ouders")
        antwoorden = {"leervraag": "complex", "leefvraag": leefvraag, "problematiek": problematiek}
        self.besluit("triage", "plan_van_aanpak", antwoorden=antwoorden)

    def stel_plan_vast(self, leefvraag: str = "enkelvoudig") -> None:
        """From the step plan_van_aanpak: everything for the plan is done and it is adopted."""
        for sjabloon in ("uitnodiging_mdo", "crisisafspraken"):
            if self.heeft_open(sjabloon):
                self.rond_af(sjabloon)
        self.rond_af("mdo", None, Rol.OUDERS, Rol.IB, Rol.CASEMANAGER)
        for sjabloon in ("onderwijsdoelen", "zorgdoelen", "plan"):
            self.rond_af(sjabloon)
        self.besluit("plan_vaststellen", "vastgesteld", leervraag="complex", leefvraag=leefvraag)

    def evalueer(self, uitkomst: str) -> Uitslag:
        """The six-weekly evaluation with everybody who must be there."""
        return self.besluit("evaluatie", uitkomst, Rol.OUDERS, Rol.LEERKRACHT, Rol.IB)

    def naar(self, dag: date) -> None:
        """Sets the clock to noon of this day without waking anything, as a server that was away would."""
        self.nu = max(self.nu, datetime.combine(dag, START.time(), AMSTERDAM) + timedelta(hours=2))

    def spring(self, dag: date) -> Uitslag:
        """Nothing woke up until this day; then the clock goes off once."""
        self.naar(dag)
        return self.tik()

    def tik(self) -> Uitslag:
        """The clock goes off now; afterwards it has nothing to do until later."""
        uitslag = self.systeem(TijdVerstreken())
        nieuw = next_wake(self.kader, self.traject)
        assert nieuw is None or nieuw > self.nu, "de klok blijft hangen op hetzelfde moment"
        return uitslag

    def tot(self, dag: date) -> None:
        """Let time pass, waking exactly when the core says so, up to noon of this day."""
        einde = datetime.combine(dag, START.time(), AMSTERDAM) + timedelta(hours=2)
        for _ in range(2000):
            wek = next_wake(self.kader, self.traject)
            if wek is None or wek > einde:
                self.nu = max(self.nu, einde)
                return
            self.nu = max(self.nu, wek)
            self.tik()
        raise AssertionError("te vaak gewekt")

    def feiten(self, soort: str) -> list[Gebeurtenis]:
        """All facts of one kind so far."""
        return [g for g in self.gebeurtenissen if g.feit.soort == soort]

    def verteld(self, afspraak: Afspraak) -> list[tuple[Bericht, Rol]]:
        """Everything told about this afspraak so far: what, and to whom."""
        return [(m.bericht, m.rol) for m in self.meldingen if m.afspraak_id == afspraak.id]
