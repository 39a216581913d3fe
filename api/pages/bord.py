"""The board: which trajecten are there, who is up, what stands still."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import lezen
from api.diensten import MetDiensten
from api.pages.basis import toon
from domain.roles import Partij
from domain.traject import TrajectStatus
from storage import read
from storage.views import Filters

router = APIRouter(include_in_schema=False)
_PER_PAGINA = 40


class Stand(StrEnum):
    """What a board can be narrowed down to."""

    LOPEND = "lopend"
    TE_LAAT = "te_laat"
    STIL = "stil"
    GESLOTEN = "gesloten"
    ALLES = "alles"


STAND_LABEL: dict[Stand, str] = {
    Stand.LOPEND: "Alle lopende",
    Stand.TE_LAAT: "Te laat",
    Stand.STIL: "Ligt stil",
    Stand.GESLOTEN: "Gesloten",
    Stand.ALLES: "Alles, ook gesloten",
}


@router.get("/")
async def bord(
    request: Request,
    diensten: MetDiensten,
    school: Annotated[str, Query(max_length=64)] = "",
    stand: Annotated[str, Query(max_length=20)] = "",
    zoek: Annotated[str, Query(max_length=60)] = "",
    pagina: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Sorted by urgency: what stands still first, then by the date of what comes next."""
    vandaag = diensten.vandaag()
    gekozen = Stand(stand) if stand in tuple(Stand) else Stand.LOPEND
    zoek = "".join(teken for teken in zoek if teken.isprintable())
    async with diensten.sessies() as session:
        scholen = await lezen.scholen(session)
        filters = Filters(
            status=_status(gekozen),
            school_id=school if any(school == s for s, _ in scholen) else None,
            te_laat_op=vandaag if gekozen is Stand.TE_LAAT else None,
            stagnatie=gekozen is Stand.STIL,
            zoek=zoek,
            limiet=_PER_PAGINA,
            offset=(pagina - 1) * _PER_PAGINA,
        )
        lijst = await read.trajecten(session, filters)
        tellingen = await read.tellingen(session, vandaag)
    return toon(
        request,
        "bord.html",
        {
            "lijst": lijst,
            "tellingen": tellingen,
            "wacht_op_ouders": tellingen.per_bal.get(Partij.OUDERS, 0),
            "scholen": scholen,
            "standen": STAND_LABEL,
            "gekozen": {"school": filters.school_id or "", "stand": gekozen, "zoek": zoek, "pagina": pagina},
            "paginas": max(1, -(-lijst.totaal // _PER_PAGINA)),
            "gefilterd": bool(filters.school_id or zoek or gekozen is not Stand.LOPEND),
        },
    )


def _status(stand: Stand) -> TrajectStatus | None:
    if stand is Stand.ALLES:
        return None
    return TrajectStatus.GESLOTEN if stand is Stand.GESLOTEN else TrajectStatus.LOPEND
