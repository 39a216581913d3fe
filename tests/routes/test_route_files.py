"""Reading the packaged routes: a published file that changed stops the start, because running cases rely on it."""

import shutil
from pathlib import Path

import pytest

from domain.catalogus import Catalogus
from domain.route_check import RouteFouten, hash_van
from runtime.route_files import SLOT, RouteVeranderd, laad_routes, lees_slot, routemap

PROEF = Path(__file__).parent / "data" / "proefroute.v1.yaml"


@pytest.fixture
def map_(tmp_path: Path) -> Path:
    shutil.copy(PROEF, tmp_path)
    return tmp_path


def publiceer(map_: Path) -> None:
    bestand = map_ / PROEF.name
    bestand.write_text(bestand.read_text(encoding="utf-8").replace("concept", "gepubliceerd"), encoding="utf-8")
    regel = f"# slot\n{PROEF.name}  {hash_van(bestand.read_text(encoding='utf-8'))}\n"
    (map_ / SLOT).write_text(regel, encoding="utf-8")


def test_de_meegeleverde_routes_laden_en_staan_in_het_slot() -> None:
    catalogus = Catalogus()
    verwijzingen = laad_routes(catalogus)

    assert lees_slot(routemap()) == {f"{v.route}.v{v.versie}.yaml": v.hash for v in verwijzingen}
    assert [(v.route, v.versie) for v in verwijzingen] == [("midden_groningen", 1), ("midden_groningen", 2)]
    for verwijzing in verwijzingen:
        assert catalogus.haal(verwijzing).titel == "Ondersteuningsroute Midden-Groningen"
    assert catalogus.nieuwste("midden_groningen")[0].versie == 2


def test_version_1_is_what_running_cases_were_pinned_to() -> None:
    assert lees_slot(routemap())["midden_groningen.v1.yaml"] == "2d18f94308c398ff"


def test_een_concept_hoeft_niet_in_het_slot(map_: Path) -> None:
    assert [v.route for v in laad_routes(Catalogus(), map_)] == ["proefroute"]


def test_een_veranderde_gepubliceerde_route_stopt_het_starten(map_: Path) -> None:
    publiceer(map_)
    laad_routes(Catalogus(), map_)
    bestand = map_ / PROEF.name
    goed = bestand.read_text(encoding="utf-8")

    bestand.write_text("# een toelichting erbij mag\n" + goed, encoding="utf-8")
    laad_routes(Catalogus(), map_)

    bestand.write_text(goed.replace("aantal: 15", "aantal: 20"), encoding="utf-8")
    with pytest.raises(RouteVeranderd, match="maak van de wijziging versie 2"):
        laad_routes(Catalogus(), map_)


def test_terug_naar_concept_maakt_een_gepubliceerde_route_niet_vrij(map_: Path) -> None:
    publiceer(map_)
    shutil.copy(PROEF, map_)
    with pytest.raises(RouteVeranderd, match="veranderd nadat"):
        laad_routes(Catalogus(), map_)


def test_publiceren_zonder_slot_zegt_welke_regel_erbij_moet(map_: Path) -> None:
    publiceer(map_)
    (map_ / SLOT).unlink()
    with pytest.raises(RouteVeranderd, match=r"Voeg toe: proefroute\.v1\.yaml  [0-9a-f]{16}"):
        laad_routes(Catalogus(), map_)


def test_een_verdwenen_gepubliceerde_route_stopt_het_starten(map_: Path) -> None:
    publiceer(map_)
    (map_ / PROEF.name).unlink()
    with pytest.raises(RouteVeranderd, match="niet meer"):
        laad_routes(Catalogus(), map_)


def test_naam_en_inhoud_van_een_bestand_horen_bij_elkaar(map_: Path) -> None:
    (map_ / PROEF.name).rename(map_ / "proefroute.v2.yaml")
    with pytest.raises(RouteVeranderd, match="versie 1"):
        laad_routes(Catalogus(), map_)


def test_een_route_met_fouten_komt_er_niet_in(map_: Path) -> None:
    shutil.copy(PROEF.parent / "fout_namen.yaml", map_ / "proefroute.v1.yaml")
    catalogus = Catalogus()
    with pytest.raises(RouteFouten, match=r"proefroute\.v1\.yaml, regel 35"):
        laad_routes(catalogus, map_)
    assert catalogus.alle() == []
