"""Is the site alive, and can it do its work."""

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from api.bewaking import als_metrics, bevindingen
from api.diensten import Diensten, MetDiensten
from api.rest.schemas import ControleUit, Gereed, Gezondheid
from domain.bewaking import ergste

router = APIRouter()
_log = structlog.get_logger(__name__)


@router.get("/api/v1/gezond", tags=["techniek"], summary="Hoe gaat het?")
async def gezond(diensten: MetDiensten) -> Gezondheid:
    """Elke controle met een stand, een getal en een zin. Altijd 200 zolang het proces antwoordt, ook als er iets mis is:
    de stand staat in het antwoord. Of dit proces kan werken, zegt `/api/v1/gereed`."""
    lijst = await bevindingen(diensten)
    return Gezondheid(stand=ergste(lijst), controles=[ControleUit.van(b) for b in lijst])


@router.get("/metrics", include_in_schema=False)
async def metrics(diensten: MetDiensten) -> Response:
    """For Prometheus. Like everything here on the loopback only."""
    return Response(als_metrics(await bevindingen(diensten)), media_type=CONTENT_TYPE_LATEST)


@router.get(
    "/api/v1/gereed",
    tags=["techniek"],
    summary="Kan dit proces werken?",
    responses={503: {"model": Gereed, "description": "Er antwoordt iets niet; het antwoord zegt wat."}},
)
async def gereed(diensten: MetDiensten, response: Response) -> Gereed:
    """Database en Temporal. Zonder Temporal neemt de site nog wel handelingen aan; die worden later verwerkt."""
    stand = Gereed(database=await _database(diensten), temporal=await temporal_antwoordt(diensten))
    response.status_code = 200 if stand.database and stand.temporal else 503
    return stand


async def temporal_antwoordt(diensten: Diensten) -> bool:
    """Does Temporal answer? An error counts as no."""
    try:
        return await diensten.gezond()
    except Exception as fout:
        _log.warning("temporal_not_reachable", error=type(fout).__name__)
        return False


async def _database(diensten: Diensten) -> bool:
    try:
        async with diensten.sessies() as session:
            await session.execute(text("select 1"))
    except Exception as fout:
        _log.warning("database_not_reachable", error=type(fout).__name__)
        return False
    return True
