"""A traject on the Midden-Groningen route, driven through the core with its own clock. For tests of rules, not of I/O."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count

from domain.catalogus import Catalogus
from domain.consent import Antwoord, Doel, Gezag, Vorm
from domain.dagen import Regio
from domain.effects import Melding
from domain.feiten import Gebeurtenis, Wie
from domain.handelingen import (
    EenHandeling,
    LegToestemmingVast,
    MeldBezorging,
    MeldSignaal,
    NeemBesluit,
    Opdracht,
    RondAf,
    TijdVerstreken,
    VervangKalender,
)
from domain.instellingen import Instellingen
from domain.kader import Kader
from domain.progress import Uitslag, begin, next_wake, progress
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from domain.traject import Afspraak, Traject, Verwijzing
from runtime.kalenderbron import haal_kalender
from runtime.route_files import laad_routes


@lru_cache
def routes() -> Catalogus:
    """The packaged routes, compiled once per test run."""
    catalogus = Catalogus()
    laad_routes(catalogus)
    return catalogus


@lru_cache
def kader(route: str = "midden_groningen", regio: Regio = Regio.NOORD) -> Kader:
    """The frame of a school without exceptions, school years 2025-26 up to 2028-29."""
    return Kader(routes().nieuwste(route)[1], haal_kalender(regio, 2025, 4), Instellingen())


def verwijzing(route: str = "midden_groningen") -> Verwijzing:
    """The pin of the newest version."""
    return routes().nieuwste(route)[0]


GEZAG = Gezag(gezagdragers=("p-ouder1", "p-ouder2"), leerling_id="l-1")
START = datetime(2026, 9, 1, 10, tzinfo=AMSTERDAM)


class Zaak:
    """One traject and its clock. Every helper goes through `progress`, as the workflow does."""

    def __init__(self, start: datetime = START, frame: Kader | None = None, gezag: Gezag = GEZAG) -> None:
        self.kader = frame or kader()
        self.nu = start
        self.gebeurtenissen: list[Gebeurtenis] = []
        self.meldingen: list[Melding] = []
        self._nummers = count(1)
        uitslag = begin(
            self.kader,
            start,
            traject_id="t-proef",
            swv_id="o-swv",
            school_id="o-school",
            leerling_id="l-1",
            route=verwijzing(self.kader.route.route) if self.kader.route.route == "midden_groningen" else PIN,
            gezag=gezag,
            door=Wie(rol=Rol.LEERKRACHT, persoon_id="p-lk"),
        )
        self.traject: Traject = uitslag.traject
        self._bij(uitslag)

    def _bij(self, uitslag: Uitslag) -> Uitslag:
        self.traject = uitslag.traject
        self.gebeurtenissen.extend(uitslag.gebeurtenissen)
        self.meldingen.extend(uitslag.meldingen)
        return uitslag

    def doe(
        self, rol: Rol, handeling: EenHandeling, *, gezien: int | None = None, persoon: str | None = None
    ) -> Uitslag:
        """An act of somebody in this role. Raises the Weigering of the core."""
        opdracht = Opdracht(
            commando_id=f"c-{next(self._nummers)}",
            door=Wie(rol=rol, persoon_id=persoon or f"p-{rol}"),
            handeling=handeling,
            gezien_versie=gezien,
        )
        return self._bij(progress(self.kader, self.traject, opdracht, self.nu))

    def systeem(self, gebeuren: TijdVerstreken | MeldBezorging | MeldSignaal | VervangKalender) -> Uitslag:
        """Something the clock or the mail brings."""
        return self._bij(progress(self.kader, self.traject, gebeuren, self.nu))

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
        self, sjabloon: str, uitkomst: str, *aanwezig: Rol, rol: Rol | None = None, **kenmerken: str
    ) -> Uitslag:
        """Choose an outcome, by the owner of the decision unless said otherwise."""
        afspraak = self.open(sjabloon)
        return self.doe(
            rol or afspraak.rol,
            NeemBesluit(afspraak_id=afspraak.id, uitkomst=uitkomst, aanwezig=aanwezig, kenmerken=kenmerken),
        )

    def toestemming(self, doel: Doel, antwoord: Antwoord, *personen: str) -> None:
        """Record the same answer for each of these people (default: both parents)."""
        for persoon in personen or self.traject.gezag.gezagdragers:
            self.doe(
                Rol.IB, LegToestemmingVast(doel=doel, persoon_id=persoon, antwoord=antwoord, vorm=Vorm.SCHRIFTELIJK)
            )

    def tot(self, dag: date) -> None:
        """Let time pass, waking exactly when the core says so, up to noon of this day."""
        einde = datetime.combine(dag, START.time(), AMSTERDAM) + timedelta(hours=2)
        for _ in range(2000):
            wek = next_wake(self.kader, self.traject)
            if wek is None or wek > einde:
                self.nu = max(self.nu, einde)
                return
            self.nu = max(self.nu, wek)
            self.systeem(TijdVerstreken())
            nieuw = next_wake(self.kader, self.traject)
            assert nieuw is None or nieuw > self.nu, "de klok blijft hangen op hetzelfde moment"
        raise AssertionError("te vaak gewekt")

    def feiten(self, soort: str) -> list[Gebeurtenis]:
        """All facts of one kind so far."""
        return [g for g in self.gebeurtenissen if g.feit.soort == soort]


PIN = Verwijzing(route="proefroute", versie=1, hash="proef")
