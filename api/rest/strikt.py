"""What a request to the JSON API may look like at all, before anything reads it: known questions, text that can be kept.

Without this an unknown question would be ignored (and a typing error give the wrong list), and half a character (a lone
surrogate, which JSON can spell) would break whatever first tries to write it down.
"""

import json
import unicodedata
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.validatie import veldnaam
from api.weigeringen import JsonOnleesbaar, TekstOngeldig, VraagOnbekend

_NIVEAUS = 8
_WITRUIMTE = frozenset("\t\n\r")
_TE_DIEP = "Deze JSON heeft te veel lagen in elkaar."
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StriktePad(APIRoute):
    """A route of the JSON API that refuses what it does not know."""

    def get_route_handler(self) -> _Handler:
        """As FastAPI's own, after the checks. It raises a Weigering."""
        verder, bekend = super().get_route_handler(), [veld.alias for veld in self.dependant.query_params]

        async def handler(request: Request) -> Response:
            eis_bekende_vragen(request.query_params, bekend)
            if self.body_field is not None:
                eis_leesbaar(await request.body())
            return await verder(request)

        return handler


def eis_bekende_vragen(gevraagd: Iterable[str], bekend: Iterable[str]) -> None:
    """Raises VraagOnbekend for the first name that is not known."""
    namen = list(bekend)
    for naam in gevraagd:
        if naam not in namen:
            raise VraagOnbekend(
                "Deze vraag kennen wij hier niet.",
                veld=veldnaam([naam]),
                remedie=f"Gebruik alleen: {', '.join(namen)}." if namen else "Vraag dit adres zonder iets erachter.",
            )


def eis_leesbaar(ruw: bytes) -> None:
    """Raises JsonOnleesbaar for what is no JSON or too deep, TekstOngeldig for text that nobody can read or keep."""
    if not ruw.strip():
        return
    try:
        inhoud = json.loads(ruw)
    except RecursionError:
        raise JsonOnleesbaar(
            _TE_DIEP, veld="", remedie="Stuur alleen de velden die in de beschrijving staan."
        ) from None
    except ValueError:
        raise JsonOnleesbaar("Dit is geen leesbare JSON.", veld="", remedie="Controleer haakjes en komma's.") from None
    for plaats, tekst in _teksten(inhoud):
        if not all(map(_leesbaar, tekst)):
            raise TekstOngeldig(
                "In dit veld staan onleesbare tekens.", veld=veldnaam(plaats), remedie="Typ de tekst opnieuw."
            )


def _teksten(inhoud: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text, names of fields as well, with where it stands. No recursion: the sender decides how deep it is."""
    te_doen: list[tuple[tuple[str, ...], Any]] = [((), inhoud)]
    while te_doen:
        plaats, deel = te_doen.pop()
        if len(plaats) > _NIVEAUS:
            raise JsonOnleesbaar(_TE_DIEP, veld=plaats[0], remedie="Stuur alleen de velden uit de beschrijving.")
        if isinstance(deel, str):
            yield plaats, deel
        elif isinstance(deel, dict):
            yield from ((plaats, naam) for naam in deel)
            te_doen += [((*plaats, naam), waarde) for naam, waarde in deel.items()]
        elif isinstance(deel, list):
            te_doen += [((*plaats, str(nr)), waarde) for nr, waarde in enumerate(deel)]


def _leesbaar(teken: str) -> bool:
    return teken in _WITRUIMTE or unicodedata.category(teken) not in {"Cc", "Cs"}
