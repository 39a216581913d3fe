"""Whatever goes wrong becomes one answer a person can use: problem+json for programs, a calm page for a browser."""

import secrets
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.sleutel import KOP, sleutel_ongeldig
from api.validatie import Veldfout, veldfouten
from api.weigeringen import LeerlingNietBekend, SchoolNietBekend, SleutelHergebruikt
from domain.errors import Weigering
from storage.db import is_database_weg
from storage.errors import CommandoHergebruikt, LeerlingOnbekend, SchoolOnbekend

_log = structlog.get_logger(__name__)
_VOOR_PROGRAMMAS = ("/api/", "/codec/", "/openapi.json")
_TITELS = {
    400: "Onleesbaar verzoek",
    403: "Dit mag niet",
    404: "Niet gevonden",
    405: "Dat kan hier niet",
    409: "Dit kan nu niet",
    413: "Te groot",
    421: "Verkeerd adres",
    422: "Er klopt iets niet",
    500: "Er ging iets mis",
    503: "Even niet bereikbaar",
}
# Seconds after which trying again makes sense when the database was away.
_STRAKS = 10
LEEST = frozenset({"GET", "HEAD", "OPTIONS"})
_HTTP: dict[int, tuple[str, str, str]] = {
    404: ("niet_gevonden", "Deze pagina bestaat niet.", "Ga terug naar het overzicht."),
    405: ("niet_zo", "Op dit adres kan dat niet.", "Ga terug naar het overzicht."),
}


def problem(
    status: int, code: str, zin: str, *, veld: str = "", remedie: str = "", fouten: Sequence[Veldfout] = ()
) -> JSONResponse:
    """The answer for programs (RFC 9457), with our own members: code, veld, remedie and, for several fields, fouten."""
    inhoud: dict[str, Any] = {
        "type": f"urn:routewacht:{code}",
        "title": _TITELS.get(status, "Er klopt iets niet"),
        "status": status,
        "detail": zin,
        "veld": veld,
        "remedie": remedie,
        "code": code,
    }
    if fouten:
        inhoud["fouten"] = [fout._asdict() for fout in fouten]
    return JSONResponse(inhoud, status, media_type="application/problem+json")


def antwoord(
    request: Request,
    status: int,
    code: str,
    zin: str,
    *,
    veld: str = "",
    remedie: str = "",
    fouten: Sequence[Veldfout] = (),
) -> Response:
    """As a page for whoever asked for one, else as problem+json."""
    wil_html = "text/html" in request.headers.get("accept", "")
    if not wil_html or request.url.path.startswith(_VOOR_PROGRAMMAS):
        return problem(status, code, zin, veld=veld, remedie=remedie, fouten=fouten)
    inhoud = {"titel": _TITELS.get(status, "Er klopt iets niet"), "zin": zin, "remedie": remedie, "status": status}
    pagina: Response = request.app.state.sjablonen.TemplateResponse(request, "fout.html", inhoud, status_code=status)
    return pagina


def database_weg(request: Request) -> Response:
    """The answer while the database is away. Whatever was written down before is not lost; what came in now may be."""
    zin = "Routewacht kan nu even niet bij de gegevens."
    if request.method not in LEEST:
        zin += " Wat u invulde is misschien niet bewaard."
    weg = antwoord(request, 503, "database_niet_bereikbaar", zin, remedie="Probeer het over een minuut opnieuw.")
    weg.headers["Retry-After"] = str(_STRAKS)
    return weg


def als_weigering(fout: Exception) -> Weigering:
    """The refusal behind an error of storage that a person can do something about; any other error goes on as it is."""
    match fout:
        case Weigering():
            return fout
        case LeerlingOnbekend():
            return LeerlingNietBekend(
                "Deze leerling is hier niet bekend.", veld="leerling_id", remedie="Voer de leerling eerst in."
            )
        case SchoolOnbekend():
            return SchoolNietBekend(
                "De school van deze leerling is hier nog niet volledig bekend.",
                veld="leerling_id",
                remedie="Vraag de beheerder om het samenwerkingsverband en de vakantieregio van de school in te vullen.",
            )
        case CommandoHergebruikt():
            return SleutelHergebruikt(
                "Deze sleutel hoort al bij een andere handeling.",
                veld="Idempotency-Key",
                remedie="Gebruik voor elke nieuwe handeling een nieuwe sleutel.",
            )
    raise fout


def koppel_fouten(app: FastAPI) -> None:
    """Connects every kind of error to its answer."""

    async def geweigerd(request: Request, fout: Exception) -> Response:
        w = als_weigering(fout)
        return antwoord(request, w.status, w.code, w.zin, veld=w.veld, remedie=w.remedie)

    async def ongeldig(request: Request, fout: Exception) -> Response:
        assert isinstance(fout, RequestValidationError)
        rijen = fout.errors()
        if any(rij["loc"] == ("header", KOP) for rij in rijen):
            return await geweigerd(request, sleutel_ongeldig())
        if any(rij["type"] == "json_invalid" for rij in rijen):
            return antwoord(
                request, 400, "json_onleesbaar", "Dit is geen leesbare JSON.", remedie="Controleer haakjes en komma's."
            )
        lijst = veldfouten(rijen)
        eerste = lijst[0]
        return antwoord(request, 422, "ongeldig", eerste.zin, veld=eerste.veld, remedie=eerste.remedie, fouten=lijst)

    async def http(request: Request, fout: Exception) -> Response:
        assert isinstance(fout, HTTPException)
        code, zin, remedie = _HTTP.get(
            fout.status_code, ("http_fout", "Dit verzoek is niet gelukt.", "Ga terug naar het overzicht.")
        )
        return antwoord(request, fout.status_code, code, zin, remedie=remedie)

    async def van_database(request: Request, fout: Exception) -> Response:
        if not is_database_weg(fout):
            raise fout
        _log.warning("database_not_reachable", error=type(fout).__name__, method=request.method)
        return database_weg(request)

    for soort in (Weigering, LeerlingOnbekend, SchoolOnbekend, CommandoHergebruikt):
        app.add_exception_handler(soort, geweigerd)
    app.add_exception_handler(RequestValidationError, ongeldig)
    app.add_exception_handler(SQLAlchemyError, van_database)
    app.add_exception_handler(HTTPException, http)


class Vangnet:
    """The last net: an error nobody expected is logged under a random reference, which is all that a person gets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. Raises only when the answer had already begun: then there is nothing left to say."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begonnen = False

        async def zend(message: Message) -> None:
            nonlocal begonnen
            begonnen = begonnen or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, zend)
        except Exception:
            kenmerk = secrets.token_hex(4)
            _log.exception("request_failed", reference=kenmerk, method=scope["method"])
            if begonnen:
                raise
            zin = f"Er ging bij ons iets mis. Wat u invulde is misschien niet bewaard. Kenmerk: {kenmerk}."
            reactie = antwoord(
                Request(scope),
                500,
                "onverwacht",
                zin,
                remedie="Probeer het opnieuw; lukt het niet, noem dan het kenmerk.",
            )
            await reactie(scope, receive, send)
