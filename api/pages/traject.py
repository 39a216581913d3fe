"""The page of one traject, and the acts one can do there. Every act is a form: it works without JavaScript."""

import secrets
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api.diensten import Diensten, MetDiensten
from api.errors import als_weigering
from api.opdrachten import Afloop, handel
from api.pages.basis import toon
from api.pages.beeld import Beeld, maak_beeld
from api.pages.formulieren import (
    Fout,
    als_waarde,
    ingevuld,
    lees_handeling,
    lees_wie,
    maak_paneel,
    veldnaam,
    wie,
)
from api.pages.later import NietUitgevoerd, niet_uitgevoerd
from api.rest.trajecten import traject_onbekend
from api.sleutel import eis_sleutel
from api.validatie import veldfouten
from domain.errors import Weigering
from storage.errors import CommandoHergebruikt
from storage.journal import Journaalregel, lees_opdracht
from storage.views import Mens

router = APIRouter(include_in_schema=False)
KOEKJE = "routewacht_als"
_EEN_JAAR = 365 * 24 * 60 * 60
_DELEN = {"stand": "delen/stand.html", "verloop": "delen/verloop.html"}


async def _lees_beeld(diensten: Diensten, traject_id: str) -> Beeld:
    async with diensten.sessies() as session:
        beeld = await maak_beeld(session, diensten, traject_id) if traject_id.isprintable() else None
    if beeld is None:
        raise traject_onbekend()
    return beeld


@router.get("/traject/{traject_id}")
async def pagina(
    request: Request,
    traject_id: str,
    diensten: MetDiensten,
    opdracht: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = "",
) -> Response:
    """Where it stands, what comes next and why, what happened, and what one can do."""
    beeld = await _lees_beeld(diensten, traject_id)
    regel = None
    if opdracht:
        async with diensten.sessies() as session:
            regel = await lees_opdracht(session, opdracht)
    melding = regel if regel is not None and regel.traject_id == traject_id else None
    als = lees_wie(request.cookies.get(KOEKJE, ""), beeld.mensen)
    async with diensten.sessies() as session:
        later = await niet_uitgevoerd(session, beeld, als, diensten.klok.nu(), behalve=opdracht)
    return _toon(request, beeld, als, melding=melding, niet_uitgevoerd=later)


@router.get("/traject/{traject_id}/deel/{deel}")
async def ververs(
    request: Request,
    traject_id: str,
    deel: str,
    diensten: MetDiensten,
    versie: Annotated[int, Query(ge=0)] = 0,
    dag: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """One part of the page, for a page that keeps itself up to date; 204 as long as nothing changed."""
    if deel not in _DELEN:
        raise traject_onbekend()
    beeld = await _lees_beeld(diensten, traject_id)
    if beeld.traject.versie == versie and beeld.vandaag.isoformat() == dag:
        return Response(status_code=204)
    return toon(request, _DELEN[deel], {"b": beeld, "t": beeld.traject, "bijgewerkt": beeld.traject.versie != versie})


@router.post("/traject/{traject_id}/als")
async def kies_als(request: Request, traject_id: str, diensten: MetDiensten) -> Response:
    """Remember as whom one acts. No login: a choice, kept in a cookie of this browser."""
    beeld = await _lees_beeld(diensten, traject_id)
    async with request.form(max_fields=10, max_files=0) as formulier:
        gekozen = lees_wie(str(formulier.get("als", "")), beeld.mensen)
    antwoord = RedirectResponse(f"/traject/{traject_id}#handelen", status_code=303)
    if gekozen is not None:
        antwoord.set_cookie(KOEKJE, als_waarde(gekozen), max_age=_EEN_JAAR, httponly=True, samesite="strict")
    else:
        antwoord.delete_cookie(KOEKJE, httponly=True, samesite="strict")
    return antwoord


@router.post("/traject/{traject_id}/handelen")
async def handel_hier(request: Request, traject_id: str, diensten: MetDiensten) -> Response:
    """Take an act; then back to the page with what became of it, or the same page with what is not right yet."""
    async with request.form(max_fields=60, max_files=0) as formulier:
        velden = ingevuld(formulier)
        als = str(formulier.get("als", ""))
    try:
        afloop = await _voer_uit(diensten, traject_id, velden, als)
    except ValidationError as fout:
        eerste = veldfouten(fout.errors(include_input=False, include_url=False))[0]
        veld = eerste.veld.rpartition(".")[2] if "kenmerken" not in eerste.veld else eerste.veld
        naam = veldnaam(veld, str(velden.get("soort", "")))
        zin = f"Kijk bij ‘{naam}’. {eerste.zin}" if naam else eerste.zin
        return await _opnieuw(request, diensten, traject_id, velden, als, 422, (veld, zin, eerste.remedie))
    except (Weigering, CommandoHergebruikt) as fout:
        w = als_weigering(fout)
        veld = w.veld.removeprefix("handeling.")
        return await _opnieuw(request, diensten, traject_id, velden, als, w.status, (veld, w.zin, w.remedie))
    return RedirectResponse(f"/traject/{traject_id}?opdracht={afloop.commando_id}#melding", status_code=303)


async def _voer_uit(diensten: Diensten, traject_id: str, velden: dict[str, Any], als: str) -> Afloop:
    beeld = await _lees_beeld(diensten, traject_id)
    mens = lees_wie(als, beeld.mensen)
    if mens is None:
        raise Weigering("Kies eerst als wie u handelt.", veld="als", remedie="Kies een persoon en druk op 'Kies'.")
    handeling = lees_handeling(velden)
    gezien = str(velden.get("gezien_versie", ""))
    return await handel(
        diensten,
        traject_id,
        commando_id=eis_sleutel(str(velden.get("commando_id", ""))),
        door=wie(mens),
        handeling=handeling,
        gezien_versie=int(gezien) if gezien.isascii() and gezien.isdigit() and len(gezien) < 9 else 0,
        toelichting=str(velden.get("toelichting", "")),
    )


async def _opnieuw(
    request: Request,
    diensten: Diensten,
    traject_id: str,
    velden: dict[str, Any],
    als: str,
    status: int,
    waarom: tuple[str, str, str],
) -> Response:
    beeld = await _lees_beeld(diensten, traject_id)
    fout = Fout(str(velden.get("formulier", "")), *waarom, ingevuld=velden)
    return _toon(request, beeld, lees_wie(als, beeld.mensen), fout=fout, status=status)


def _toon(
    request: Request,
    beeld: Beeld,
    als: Mens | None,
    *,
    melding: Journaalregel | None = None,
    niet_uitgevoerd: Sequence[NietUitgevoerd] = (),
    fout: Fout | None = None,
    status: int = 200,
) -> Response:
    inhoud = {
        "b": beeld,
        "t": beeld.traject,
        "paneel": maak_paneel(beeld, als),
        "als": als_waarde(als) if als else "",
        "melding": melding,
        "niet_uitgevoerd": niet_uitgevoerd,
        "fout": fout,
        "bijgewerkt": False,
        "nieuw_commando": lambda: secrets.token_hex(16),
        "als_waarde": als_waarde,
    }
    return toon(request, "traject.html", inhoud, status)
