"""What every request passes first: is it really for us, did our own page send it, is it not too big. And headers.

There is no login yet, so the site lives on the loopback only. Then other websites in the same browser are the threat:
they can send forms to it (cross-site requests) and can point a name of their own at 127.0.0.1 (DNS rebinding).
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import LEEST, antwoord

# The whole of the header: whatever stands before or after these is another address, or an attempt to look like ours.
_EIGEN_ADRES = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::(?P<poort>[0-9]{1,5}))?", re.IGNORECASE)
_POORT_HOOGSTENS = 65535
HOOGSTENS = 64 * 1024
_CODEC_HOOGSTENS = 8 * 1024 * 1024
_DAG = 24 * 60 * 60
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_KOPPEN: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers that do not say Sec-Fetch-Site would then hide the Origin of our own forms as well.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware around the whole site."""

    def __init__(self, app: ASGIApp, codec_oorsprong: str | None = None) -> None:
        self._app, self._codec_oorsprong = app, codec_oorsprong

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        koppen, pad = Headers(scope=scope), str(scope["path"])
        grens = _CODEC_HOOGSTENS if pad.startswith("/codec/") else HOOGSTENS
        lezer = _Lezer(receive, grens)

        async def met_koppen(message: Message) -> None:
            if message["type"] == "http.response.start":
                uit = MutableHeaders(scope=message)
                for naam, waarde in _KOPPEN.items():
                    uit.setdefault(naam, waarde)
                statisch = pad.startswith("/static/") and message["status"] in (200, 304)
                uit.setdefault("Cache-Control", f"public, max-age={_DAG}" if statisch else "no-store")
            await send(message)

        async def tenzij_te_groot(message: Message) -> None:
            if not lezer.te_groot:
                await met_koppen(message)

        weigering = self._weigering(scope["method"], pad, koppen)
        if weigering is None and _lengte(koppen) > grens:
            weigering = _TE_GROOT
        if weigering is None:
            # Whatever the application makes of a body that was cut off, the sender is told why.
            await self._app(scope, lezer, tenzij_te_groot)
            weigering = _TE_GROOT if lezer.te_groot else None
        if weigering is not None:
            await self._zeg(weigering, scope, receive, met_koppen)

    async def _zeg(self, weigering: "_Nee", scope: Scope, receive: Receive, send: Send) -> None:
        status, code, zin, remedie = weigering
        await antwoord(Request(scope), status, code, zin, remedie=remedie)(scope, receive, send)

    def _weigering(self, methode: str, pad: str, koppen: Headers) -> "_Nee | None":
        host = koppen.get("host", "")
        if not _van_deze_machine(host):
            return _VERKEERD_ADRES
        if methode in LEEST or self._van_ons(pad, host, koppen):
            return None
        return _VAN_ELDERS

    def _van_ons(self, pad: str, host: str, koppen: Headers) -> bool:
        """Sent by a page of ours, or by a program that is no browser (for the JSON API only).

        Browsers say by themselves where a request comes from; a page cannot change that.
        """
        herkomst, oorsprong = koppen.get("sec-fetch-site"), koppen.get("origin")
        if pad.startswith("/codec/") and oorsprong is not None:
            return oorsprong == self._codec_oorsprong
        if herkomst is not None:
            return herkomst == "same-origin"
        if oorsprong is not None:
            return _plaats(oorsprong) == host
        return pad.startswith(("/api/", "/codec/"))


def _plaats(oorsprong: str) -> str | None:
    """Host and port of an Origin header over http; None for what is no address."""
    try:
        delen = urlsplit(oorsprong)
    except ValueError:
        return None
    return delen.netloc if delen.scheme == "http" else None


_Nee = tuple[int, str, str, str]
_VERKEERD_ADRES: _Nee = (
    421,
    "verkeerd_adres",
    "Onder deze naam is Routewacht niet te bereiken.",
    "Gebruik http://127.0.0.1 of http://localhost, met de poort van Routewacht.",
)
_VAN_ELDERS: _Nee = (
    403,
    "van_elders",
    "Dit verzoek kwam niet van een pagina van Routewacht en is niet uitgevoerd.",
    "Open de pagina opnieuw en doe het daar.",
)
_TE_GROOT: _Nee = (413, "te_groot", "Dit is te veel in één keer.", "Stuur minder tekst.")


def _van_deze_machine(host: str) -> bool:
    gelezen = _EIGEN_ADRES.fullmatch(host)
    return gelezen is not None and int(gelezen["poort"] or 0) <= _POORT_HOOGSTENS


def _lengte(koppen: Headers) -> int:
    waarde = koppen.get("content-length", "")
    return int(waarde) if waarde.isascii() and waarde.isdigit() else 0


class _Lezer:
    """Passes a body on up to the limit, and raises beyond it."""

    def __init__(self, receive: Receive, grens: int) -> None:
        self._receive, self._over = receive, grens
        self.te_groot = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._over -= len(message.get("body", b""))
        if self._over < 0:
            self.te_groot = True
            raise ValueError("the body is larger than allowed")
        return message
