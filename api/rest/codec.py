"""Decrypting for an operator: `temporal ... --codec-endpoint http://127.0.0.1:8000/codec`, and the Temporal UI.

Whoever reaches this reads everything that Temporal keeps (ids, codes and dates), so it exists in the demo, or when an
operator asked for it, and then only on this machine.
"""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, Request, Response
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from api.errors import problem
from runtime.codec import (
    HoofdsleutelOntbreekt,
    InhoudGeschonden,
    SleutelOnbekend,
    Sleutelring,
    SleutelsNietBereikbaar,
    VersleutelCodec,
)
from runtime.sleutelkast import Sleutelkast

_Werk = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]


def maak_router(ring: Sleutelring, kast: Sleutelkast, ui_oorsprong: str | None) -> APIRouter:
    """The two addresses of a remote codec; pages of `ui_oorsprong` may call them from a browser."""
    router = APIRouter(prefix="/codec", include_in_schema=False)
    codec = VersleutelCodec(ring, kast)
    cors = (
        {
            "Access-Control-Allow-Origin": ui_oorsprong,
            "Access-Control-Allow-Methods": "POST, OPTIONS",
            "Access-Control-Allow-Headers": "content-type, x-namespace",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Vary": "Origin",
        }
        if ui_oorsprong
        else {}
    )

    async def verwerk(request: Request, werk: _Werk) -> Response:
        try:
            payloads = Parse(await request.body(), Payloads())
            uit = Payloads(payloads=await werk(payloads.payloads))
        except (ParseError, UnicodeDecodeError):
            return problem(400, "json_onleesbaar", "Dit zijn geen leesbare payloads.")
        except SleutelsNietBereikbaar:
            return problem(503, "sleutels_niet_bereikbaar", "De sleutels zijn nu niet te lezen.")
        except (SleutelOnbekend, HoofdsleutelOntbreekt, InhoudGeschonden):
            return problem(422, "niet_te_ontsleutelen", "Deze payload is hier niet te ontsleutelen.")
        return Response(MessageToJson(uit), media_type="application/json", headers=cors)

    @router.post("/decode")
    async def decode(request: Request) -> Response:
        return await verwerk(request, codec.decode)

    @router.post("/encode")
    async def encode(request: Request) -> Response:
        return await verwerk(request, codec.encode)

    @router.options("/{wat}")
    async def vooraf(wat: str) -> Response:
        return Response(status_code=204, headers=cors)

    return router
