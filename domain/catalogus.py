"""The compiled routes of this process: one copy of each published version serves all cases.

Filled once at start by runtime/route_files.py (reading files is I/O) and then read by workflows. Route versions are never
removed while a case may live on them.
"""

from domain.errors import RouteOnbekend
from domain.route import Route
from domain.traject import Verwijzing


class Catalogus:
    """Published routes by (id, version), each with the hash of its content."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, int], tuple[str, Route]] = {}

    def voeg_toe(self, route: Route, hash_: str) -> Verwijzing:
        """Adds a compiled route. Raises RouteOnbekend if the same version is already there with other content."""
        sleutel = (route.route, route.versie)
        if self._routes.get(sleutel, (hash_, route))[0] != hash_:
            raise RouteOnbekend(f"route {route.route} versie {route.versie} is er al met een andere inhoud")
        self._routes[sleutel] = (hash_, route)
        return Verwijzing(route=route.route, versie=route.versie, hash=hash_)

    def haal(self, verwijzing: Verwijzing) -> Route:
        """The route a traject is pinned to. Raises RouteOnbekend when it is missing or its content differs."""
        gevonden = self._routes.get((verwijzing.route, verwijzing.versie))
        if gevonden is None or gevonden[0] != verwijzing.hash:
            raise RouteOnbekend(f"route {verwijzing.route} versie {verwijzing.versie} met hash {verwijzing.hash}")
        return gevonden[1]

    def nieuwste(self, route_id: str) -> tuple[Verwijzing, Route]:
        """The highest version of a route, for a new traject. Raises RouteOnbekend for an unknown id."""
        versies = [v for r, v in self._routes if r == route_id]
        if not versies:
            raise RouteOnbekend(f"route {route_id}")
        hash_, route = self._routes[(route_id, max(versies))]
        return Verwijzing(route=route_id, versie=route.versie, hash=hash_), route

    def alle(self) -> list[tuple[Verwijzing, Route]]:
        """Every route in the catalogue, by id and version."""
        return [(Verwijzing(route=r.route, versie=r.versie, hash=h), r) for _, (h, r) in sorted(self._routes.items())]


CATALOGUS = Catalogus()
