"""Reads the packaged route files at start: compiles each, checks that no published file changed, fills the catalogue."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from domain.catalogus import CATALOGUS, Catalogus
from domain.errors import RoutewachtFout
from domain.route import Route, Status
from domain.route_check import compileer, hash_van
from domain.traject import Verwijzing

SLOT = "published.lock"


class RouteVeranderd(RoutewachtFout):
    """A published route file differs from what was published, or is not in the lock at all."""


def routemap() -> Traversable:
    """The folder with the packaged routes; also right when the package is installed from a wheel."""
    return files("domain") / "routes"


def laad_routes(catalogus: Catalogus = CATALOGUS, map_: Traversable | None = None) -> list[Verwijzing]:
    """Compiles every route file of the folder into the catalogue, in the order of the file names.

    Raises RouteFouten for a file with errors, and RouteVeranderd when a published file differs from the lock or a file in
    the lock is gone: running cases are pinned to exactly that content.
    """
    plek = map_ or routemap()
    slot = lees_slot(plek)
    bestanden = sorted((b for b in plek.iterdir() if b.name.endswith(".yaml")), key=lambda b: b.name)
    weg = sorted(set(slot) - {b.name for b in bestanden})
    if weg:
        raise RouteVeranderd(f"{weg[0]} is gepubliceerd maar het bestand is er niet meer. Zet het terug.")
    verwijzingen = []
    for bestand in bestanden:
        tekst = bestand.read_text(encoding="utf-8")
        route, hash_ = compileer(tekst, bestand.name), hash_van(tekst)
        _controleer(bestand.name, route, hash_, slot)
        verwijzingen.append(catalogus.voeg_toe(route, hash_))
    return verwijzingen


def _controleer(naam: str, route: Route, hash_: str, slot: dict[str, str]) -> None:
    if naam != f"{route.route}.v{route.versie}.yaml":
        raise RouteVeranderd(
            f"{naam} bevat route {route.route} versie {route.versie}. Naam en inhoud moeten gelijk zijn."
        )
    if route.status is not Status.GEPUBLICEERD and naam not in slot:
        return
    if naam not in slot:
        raise RouteVeranderd(f"{naam} is gepubliceerd maar staat niet in {SLOT}. Voeg toe: {naam}  {hash_}")
    if slot[naam] != hash_:
        raise RouteVeranderd(
            f"{naam} is veranderd nadat het is gepubliceerd ({slot[naam]} werd {hash_}). Lopende trajecten rekenen op de "
            f"oude inhoud: zet het bestand terug en maak van de wijziging versie {route.versie + 1}."
        )


def lees_slot(map_: Traversable) -> dict[str, str]:
    """The lock: per published file the hash of its content. Lines of `file  hash`; `#` begins a comment."""
    bestand = map_ / SLOT
    if not bestand.is_file():
        return {}
    regels = [r.split("#")[0].split() for r in bestand.read_text(encoding="utf-8").splitlines()]
    return {r[0]: r[1] for r in regels if len(r) == 2}
