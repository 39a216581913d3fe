"""The tour of the demo: an address for each kind of case, which leads to one that is like that now."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from api import lezen
from api.diensten import MetDiensten
from api.rondleiding import RONDLEIDING, kies

router = APIRouter(include_in_schema=False)


@router.get("/kijk/{naam}")
async def kijk(naam: Annotated[str, Path(max_length=40)], diensten: MetDiensten) -> Response:
    """To the case; to the list when no case is like that at this moment."""
    if naam not in RONDLEIDING:
        raise HTTPException(404)
    async with diensten.sessies() as session:
        lopend = await lezen.lopende_trajecten(session)
    traject_id = kies(naam, lopend, diensten.vandaag())
    return RedirectResponse(f"/traject/{traject_id}" if traject_id else "/", status_code=303)
