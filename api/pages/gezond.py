"""How things stand, in sentences: for the person who keeps Routewacht running."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import lezen
from api.bewaking import bevindingen, taken
from api.diensten import MetDiensten
from api.pages.basis import toon
from api.rest.gezondheid import temporal_antwoordt
from domain.bewaking import Stand, ergste
from domain.ids import traject_code

router = APIRouter(include_in_schema=False)
STAND_LABEL: dict[Stand, str] = {
    Stand.GOED: "goed",
    Stand.LET_OP: "let op",
    Stand.MIS: "mis",
    Stand.ONBEKEND: "onbekend",
}


@router.get("/gezond")
async def gezond(request: Request, diensten: MetDiensten) -> Response:
    """Every check, and the tasks of the daily one. Works as far as it can while the database is away."""
    lijst = await bevindingen(diensten)
    try:
        open_ = await taken(diensten)
        async with diensten.sessies() as session:
            namen = await lezen.namen_van(session, {t.persoon_id for t in open_ if t.persoon_id})
    except Exception:  # said above, in every check
        open_, namen = [], {}
    inhoud = {
        "bevindingen": lijst,
        "ergste": ergste(lijst),
        "temporal": await temporal_antwoordt(diensten),
        "taken": open_,
        "namen": namen,
        "labels": STAND_LABEL,
        "code": traject_code,
    }
    return toon(request, "gezond.html", inhoud)
