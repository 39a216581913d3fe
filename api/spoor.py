"""A span around each request: the pattern of the address and the status, never the address itself."""

from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.sporen import Sporen


class Spoor:
    """ASGI middleware. A trace that a request claims to belong to is not believed: browsers send what pages tell them."""

    def __init__(self, app: ASGIApp, sporen: Sporen) -> None:
        self._app, self._sporen = app, sporen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or str(scope["path"]).startswith("/static/"):
            await self._app(scope, receive, send)
            return
        methode = str(scope["method"])
        with self._sporen.tracer.start_as_current_span(
            f"HTTP {methode}", kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute("http.request.method", methode)

            async def met_status(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            try:
                await self._app(scope, receive, met_status)
            finally:
                patroon = getattr(scope.get("route"), "path", None)
                if isinstance(patroon, str):
                    span.update_name(f"HTTP {methode} {patroon}")
                    span.set_attribute("http.route", patroon)
