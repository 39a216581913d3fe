"""/api/v1: trajecten, their timeline, acts on them, and what somebody owes."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.diensten import MetDiensten
from api.opdrachten import handel
from api.rest.schemas import (
    ID,
    AfspraakUit,
    HandelVerzoek,
    MijnAfspraakUit,
    OpdrachtStand,
    OpdrachtUit,
    Problem,
    Sleutel,
    StartVerzoek,
    Tijdlijnregel,
    TrajectKort,
    TrajectLijst,
    TrajectVolledig,
)
from api.rest.strikt import StriktePad
from api.starten import start
from api.weigeringen import OpdrachtOnbekend
from api.woorden import titels_uit
from domain.errors import TrajectOnbekend
from domain.roles import Rol
from domain.traject import TrajectStatus
from domain.verwoording import feit_in_woorden
from storage import read
from storage.journal import lees_opdracht
from storage.views import Filters, TrajectDetail

router = APIRouter(prefix="/api/v1", route_class=StriktePad)
TrajectPad = Annotated[str, Path(description="Id van het traject.", max_length=64)]
_Antwoorden = dict[int | str, dict[str, Any]]
_FOUT = {"model": Problem, "content": {"application/problem+json": {}}}
_LIJST: _Antwoorden = {
    422: {**_FOUT, "description": "Er klopt iets niet."},
    503: {**_FOUT, "description": "De database is even niet bereikbaar; `Retry-After` zegt na hoeveel seconden."},
}
_LEZEN: _Antwoorden = {404: {**_FOUT, "description": "Dit bestaat niet."}, **_LIJST}
_DOEN: _Antwoorden = {
    **_LEZEN,
    400: {**_FOUT, "description": "Geen leesbare JSON."},
    413: {**_FOUT, "description": "Te veel in één keer."},
    202: {"model": OpdrachtUit, "description": "Opgeschreven; wordt vanzelf verwerkt."},
    403: {**_FOUT, "description": "Deze persoon mag dit niet."},
    409: {**_FOUT, "description": "Dit kan nu niet."},
}


def traject_onbekend() -> TrajectOnbekend:
    """The refusal for an id nobody knows."""
    return TrajectOnbekend("Dit traject bestaat niet.", veld="traject_id", remedie="Kies een traject uit de lijst.")


async def _detail(diensten: MetDiensten, traject_id: str) -> TrajectDetail:
    async with diensten.sessies() as session:
        detail = await read.traject(session, traject_id) if traject_id.isprintable() else None
    if detail is None:
        raise traject_onbekend()
    return detail


@router.post(
    "/trajecten", status_code=201, responses=_DOEN, tags=["trajecten"], summary="Start een traject voor een leerling"
)
async def start_traject(
    verzoek: StartVerzoek, diensten: MetDiensten, sleutel: Sleutel, response: Response
) -> OpdrachtUit:
    """Het antwoord noemt het nieuwe traject. 201: het loopt. 202: de start is opgeschreven en volgt vanzelf."""
    afloop = await start(
        diensten,
        commando_id=sleutel,
        leerling_id=verzoek.leerling_id,
        route=verzoek.route,
        door=verzoek.door.wie(),
        met_toestemming=verzoek.met_toestemming,
    )
    response.headers["Location"] = f"/api/v1/trajecten/{afloop.traject_id}"
    response.status_code = 201 if afloop.status == "verwerkt" else 202
    return OpdrachtUit.van(afloop)


@router.post(
    "/trajecten/{traject_id}/handelingen", responses=_DOEN, tags=["trajecten"], summary="Handel op een traject"
)
async def handel_op_traject(
    traject_id: TrajectPad, verzoek: HandelVerzoek, diensten: MetDiensten, sleutel: Sleutel, response: Response
) -> OpdrachtUit:
    """Een handeling wordt helemaal uitgevoerd of geweigerd. Dezelfde sleutel nog eens geeft hetzelfde antwoord."""
    if not traject_id.isprintable():
        raise traject_onbekend()
    afloop = await handel(
        diensten,
        traject_id,
        commando_id=sleutel,
        door=verzoek.door.wie(),
        handeling=verzoek.handeling,
        gezien_versie=verzoek.gezien_versie,
        toelichting=verzoek.toelichting,
    )
    response.headers["Location"] = f"/api/v1/opdrachten/{sleutel}"
    response.status_code = 200 if afloop.status == "verwerkt" else 202
    return OpdrachtUit.van(afloop)


@router.get("/trajecten", responses=_LIJST, tags=["trajecten"], summary="Lijst van trajecten")
async def lijst(
    diensten: MetDiensten,
    status: Annotated[TrajectStatus | None, Query(description="Lopend of gesloten.")] = None,
    school_id: Annotated[str | None, Query(pattern=ID, description="Alleen deze school.")] = None,
    rol: Annotated[Rol | None, Query(description="Alleen waar deze rol nog iets moet doen.")] = None,
    te_laat: Annotated[bool, Query(description="Alleen waar een datum voorbij is.")] = False,
    stagnatie: Annotated[bool, Query(description="Alleen wat stil ligt.")] = False,
    zoek: Annotated[str, Query(max_length=60, description="Zoek op code of naam.", pattern=r"^[^\x00]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="Hoeveel trajecten op een bladzijde.")] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Hoeveel trajecten overgeslagen worden.")] = 0,
) -> TrajectLijst:
    """Wat stil ligt staat bovenaan, daarna op datum van wat er als eerste moet gebeuren."""
    vandaag = diensten.vandaag()
    filters = Filters(
        status=status,
        school_id=school_id,
        rol=rol,
        te_laat_op=vandaag if te_laat else None,
        stagnatie=stagnatie,
        zoek=zoek,
        limiet=limit,
        offset=offset,
    )
    async with diensten.sessies() as session:
        gevonden = await read.trajecten(session, filters)
    return TrajectLijst(totaal=gevonden.totaal, trajecten=[TrajectKort.van(r, vandaag) for r in gevonden.regels])


@router.get("/trajecten/{traject_id}", responses=_LEZEN, tags=["trajecten"], summary="Eén traject")
async def een_traject(traject_id: TrajectPad, diensten: MetDiensten) -> TrajectVolledig:
    """Waar het staat, wie aan zet is, en wat er open staat."""
    return TrajectVolledig.van_detail(await _detail(diensten, traject_id), diensten.vandaag())


@router.get(
    "/trajecten/{traject_id}/tijdlijn", responses=_LEZEN, tags=["trajecten"], summary="Wat er in een traject gebeurde"
)
async def tijdlijn(traject_id: TrajectPad, diensten: MetDiensten) -> list[Tijdlijnregel]:
    """Van oud naar nieuw."""
    detail = await _detail(diensten, traject_id)
    async with diensten.sessies() as session:
        gebeurtenissen = await read.tijdlijn(session, traject_id)
    route = diensten.catalogus.haal(detail.staat.route)
    titel = titels_uit(route, gebeurtenissen)
    return [
        Tijdlijnregel(
            nr=g.nr,
            op=g.op,
            rol=g.door.rol,
            persoon_id=g.door.persoon_id,
            soort=g.feit.soort,
            zin=feit_in_woorden(route, g.feit, titel),
        )
        for g in gebeurtenissen
    ]


@router.get("/afspraken", responses=_LIJST, tags=["afspraken"], summary="Wat iemand moet doen")
async def afspraken(
    persoon_id: Annotated[str, Query(pattern=ID, description="Id van de persoon.")], diensten: MetDiensten
) -> list[MijnAfspraakUit]:
    """Wat op naam staat, wat bij de rol hoort, en waarvoor deze persoon invalt. Op datum."""
    async with diensten.sessies() as session:
        gevonden = await read.mijn_afspraken(session, persoon_id, diensten.vandaag())
    return [
        MijnAfspraakUit(
            **AfspraakUit.van(m.afspraak).model_dump(),
            traject_id=m.traject.traject_id,
            code=m.traject.code,
            vervanging=m.vervanging,
        )
        for m in gevonden
    ]


@router.get(
    "/opdrachten/{commando_id}", responses=_LEZEN, tags=["opdrachten"], summary="Wat er van een handeling is geworden"
)
async def opdracht(
    commando_id: Annotated[str, Path(description="De sleutel waarmee de handeling is gestuurd.", max_length=64)],
    diensten: MetDiensten,
) -> OpdrachtStand:
    """Ontvangen, verwerkt, of geweigerd met de reden."""
    async with diensten.sessies() as session:
        regel = await lees_opdracht(session, commando_id) if commando_id.isprintable() else None
    if regel is None:
        raise OpdrachtOnbekend(
            "Deze handeling is hier niet bekend.", veld="commando_id", remedie="Stuur de handeling opnieuw."
        )
    return OpdrachtStand.model_validate(regel.model_dump(include=set(OpdrachtStand.model_fields)))
