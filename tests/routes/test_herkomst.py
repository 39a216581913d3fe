"""Every date says what it rests on, and nothing is called law or route that is a choice."""

from datetime import date

import pytest

from domain.catalogus import CATALOGUS
from domain.herkomst import herkomst_uiterlijk, herkomst_van
from domain.instellingen import Herkomst, Instellingen
from domain.route import Route, Soort
from domain.termijn import Klok, Termijn
from domain.verwoording import uitleg_in_woorden
from runtime.route_files import laad_routes
from tests.storage.zaken import afspraak

STANDAARD = Instellingen()
VENSTER = {
    "stap": None,
    "sjabloon": "voortgang",
    "uitleg": "in het venster tot en met vrijdag 26 februari 2027, met 10 schooldagen speling",
    "streef": date(2027, 2, 12),
    "uiterste": date(2027, 2, 26),
}


@pytest.fixture(scope="module")
def route() -> Route:
    if not CATALOGUS.alle():
        laad_routes()
    return CATALOGUS.nieuwste("midden_groningen")[1]


@pytest.mark.parametrize(
    ("anders", "soort", "zin"),
    [
        ({"sjabloon": "gesprek_ouders", "stap": "signaal"}, Herkomst.EIGEN_KEUZE, "het getal is een keuze"),
        (VENSTER, Herkomst.EIGEN_KEUZE, "vensters zijn gekozen"),
        ({"sjabloon": "stagnatie", "uitleg": "5 schooldagen na x"}, Herkomst.EIGEN_KEUZE, "E-06"),
        # A person or a settled stall moved it: then the date no longer comes from the route.
        ({**VENSTER, "uitleg": "uitgesteld tot vrijdag 5 maart 2027 (x)"}, Herkomst.EIGEN_KEUZE, "koos deze datum"),
        ({**VENSTER, "uitleg": "nieuwe afspraak nadat het traject stil lag: x"}, Herkomst.EIGEN_KEUZE, "E-06"),
    ],
)
def test_a_target_date_says_what_it_rests_on(
    route: Route, anders: dict[str, object], soort: Herkomst, zin: str
) -> None:
    label = herkomst_van(route, afspraak(1, **anders), STANDAARD)
    assert label.soort is soort
    assert zin in label.uitleg


def test_the_number_the_document_names_is_the_route_until_a_school_changes_it(route: Route) -> None:
    stap = next(s for s in route.stappen if s.besluit.termijn.instelling == "evaluatie_interval")
    besluit = afspraak(1, sjabloon=stap.besluit.id, stap=stap.id, soort=stap.besluit.soort)
    assert herkomst_van(route, besluit, STANDAARD).soort is Herkomst.ROUTE
    eigen = Instellingen(anders={"evaluatie_interval": Termijn(aantal=8, klok=Klok.SCHOOLWEKEN)})
    assert herkomst_van(route, besluit, eigen).soort is Herkomst.EIGEN_KEUZE


def test_the_hard_date_says_what_it_rests_on(route: Route) -> None:
    gewoon = afspraak(1, sjabloon="gesprek_ouders", stap="signaal", soort=Soort.OVERLEG)
    assert "E-01" in herkomst_uiterlijk(route, gewoon, STANDAARD).uitleg
    assert "vensters zijn gekozen" in herkomst_uiterlijk(route, afspraak(1, **VENSTER), STANDAARD).uitleg


def test_a_window_is_explained_in_words_people_use() -> None:
    zin = uitleg_in_woorden(afspraak(1, **VENSTER))
    assert "dit hoort in de periode tot en met vrijdag 26 februari 2027" in zin
    assert "venster" not in zin
    assert "speling" not in zin


def test_postponed_includes_the_day_itself() -> None:
    zin = uitleg_in_woorden(afspraak(1, uitleg="uitgesteld tot vrijdag 5 maart 2027 (wacht op ander)"))
    assert zin == "uitgesteld tot en met vrijdag 5 maart 2027 (wacht op ander)"
