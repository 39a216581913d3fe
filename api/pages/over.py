"""What is law, what is in the route, and what we chose ourselves: people must be able to see which is which."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.diensten import MetDiensten
from api.pages.basis import toon
from api.pages.bronnen import BRONNEN
from api.woorden import hoofdletter
from domain.herkomst import HERKOMST_LABEL
from domain.instellingen import STANDAARD, UITSTEL_HOOGSTENS_KEER
from domain.route import Status

router = APIRouter(include_in_schema=False)


@router.get("/over")
async def over(request: Request, diensten: MetDiensten) -> Response:
    """The numbers Routewacht works with, by what they rest on."""
    getallen = [(hoofdletter(i.betekenis), i.termijn.in_woorden(), i.herkomst, i.bron) for i in STANDAARD.values()]
    routes = [r for _, r in diensten.catalogus.alle() if r.status is Status.GEPUBLICEERD]
    return toon(
        request,
        "over.html",
        {
            "getallen": getallen,
            "bronnen": BRONNEN,
            "labels": HERKOMST_LABEL,
            "keer": UITSTEL_HOOGSTENS_KEER,
            "routes": routes,
        },
    )
