"""How trajecten look on the command line. The JSON has the form of the JSON API (api/rest/schemas.py)."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from api.diensten import Diensten
from api.opdrachten import Afloop
from api.rest.schemas import TrajectKort, TrajectLijst, TrajectVolledig
from api.woorden import moment, titels_uit
from cli.uitvoer import kop, tabel, toon, toon_json
from domain.consent import DOEL_LABEL
from domain.eisen import STAND_LABEL
from domain.feiten import Gebeurtenis
from domain.ids import traject_code
from domain.roles import PARTIJ_LABEL, ROL_LABEL, Rol
from domain.route import Route
from domain.tijd import in_woorden, lokale_datum
from domain.traject import AfspraakStatus, Traject, TrajectStatus
from domain.verwoording import feit_in_woorden, stand_in_woorden
from runtime.klok import Klok
from storage.read import lees_staat, mensen_van, tijdlijn
from storage.read import traject as lees_traject
from storage.views import Lijst, TrajectDetail


class Regel(TypedDict):
    """One fact of a timeline, as in the JSON API."""

    nr: int
    op: datetime
    rol: Rol
    persoon_id: str | None
    soort: str
    zin: str | None


async def toon_afloop(diensten: Diensten, afloop: Afloop, *, als_json: bool) -> None:
    """What became of an act, and where the traject stands after it."""
    verwerkt = afloop.status == "verwerkt"
    async with diensten.sessies() as session:
        staat = await lees_staat(session, afloop.traject_id) if verwerkt else None
    stand = stand_in_woorden(diensten.catalogus.haal(staat.route), staat) if staat else None
    if als_json:
        toon_json({**afloop._asdict(), "code": traject_code(afloop.traject_id), "stand": stand})
        return
    toon("Verwerkt." if verwerkt else "Ontvangen, wordt later verwerkt.", "green" if verwerkt else "yellow")
    toon(f"Traject {traject_code(afloop.traject_id)} ({afloop.traject_id}), commando {afloop.commando_id}")
    if stand:
        toon(stand)


def toon_lijst(gevonden: Lijst, *, als_json: bool) -> None:
    """A page of trajecten."""
    vandaag = lokale_datum(Klok().nu())
    regels = [TrajectKort.van(regel, vandaag) for regel in gevonden.regels]
    if als_json:
        toon_json(TrajectLijst(totaal=gevonden.totaal, trajecten=regels).model_dump(mode="json"))
        return
    if not regels:
        toon("Er zijn geen trajecten die hieraan voldoen.")
        return
    tabel(("Code", "School", "Stap", "Aan zet", "Streefdatum", "Wat", "Stil sinds"), [_lijstregel(r) for r in regels])
    if gevonden.totaal > len(regels):
        toon(f"{len(regels)} van {gevonden.totaal} trajecten; vraag er meer met --hoogstens.", "dim")


def _lijstregel(r: TrajectKort) -> tuple[str, ...]:
    return (
        r.code,
        r.school or r.school_id,
        r.stap_titel if r.status is TrajectStatus.LOPEND else "gesloten",
        PARTIJ_LABEL[r.bal] if r.bal else "",
        f"{r.eerstvolgende_op:%d-%m-%Y}{' (te laat)' if r.te_laat else ''}" if r.eerstvolgende_op else "",
        r.eerstvolgende or "",
        f"{r.stagnatie_sinds:%d-%m-%Y}" if r.stagnatie_sinds else "",
    )


async def toon_traject(diensten: Diensten, session: AsyncSession, traject_id: str, *, als_json: bool) -> None:
    """Everything about one traject that exists. People are named by id and role."""
    detail = await lees_traject(session, traject_id)
    assert detail is not None
    gebeurtenissen = await tijdlijn(session, traject_id)
    vandaag = diensten.vandaag()
    betrokken = [(m.persoon_id, m.rol) for m in await mensen_van(session, traject_id, vandaag)]
    route = diensten.catalogus.haal(detail.staat.route)
    stand = stand_in_woorden(route, detail.staat)
    regels = tijdlijnregels(route, gebeurtenissen)
    if als_json:
        volledig = TrajectVolledig.van_detail(detail, vandaag).model_dump(mode="json")
        mensen = [{"persoon_id": persoon_id, "rol": rol} for persoon_id, rol in betrokken]
        toon_json({**volledig, "stand": stand, "betrokkenen": mensen, "tijdlijn": regels})
        return
    toon(f"Traject {detail.regel.code} ({traject_id}), {route.titel}, versie {detail.staat.versie}", "bold")
    toon(stand)
    toon(f"De regie ligt bij: {ROL_LABEL[detail.staat.regie_bij]}.")
    _toon_open(detail, vandaag)
    _toon_toestemmingen(detail.staat)
    kop("Wie kunnen handelen")
    tabel(("Persoon", "Rol"), [(persoon_id, f"{ROL_LABEL[rol]} ({rol})") for persoon_id, rol in betrokken])
    kop("Wat er gebeurde")
    tabel(
        ("Wanneer", "Door", "Wat"), [(moment(r["op"]), ROL_LABEL[r["rol"]], r["zin"] or "") for r in regels if r["zin"]]
    )


def _toon_open(detail: TrajectDetail, vandaag: date) -> None:
    openstaand = [a for a in detail.afspraken if a.status is AfspraakStatus.OPEN]
    if not openstaand:
        return
    kop("Wat er open staat")
    for a in openstaand:
        te_laat = " (te laat)" if a.streefdatum < vandaag else ""
        toon(f"{a.afspraak_id}  {a.titel}")
        toon(
            f"    {ROL_LABEL[a.rol]}, streefdatum {in_woorden(a.streefdatum)}{te_laat}, uiterlijk {in_woorden(a.uiterste)}"
        )
        toon(f"    Aan zet: {PARTIJ_LABEL[a.bal]}, sinds {in_woorden(a.bal_sinds)}", "dim")
        toon(f"    Waarom dan: {a.uitleg}", "dim")


def _toon_toestemmingen(staat: Traject) -> None:
    if not staat.toestemmingen:
        return
    kop("Toestemmingen")
    tabel(
        ("Waarvoor", "Gevraagd op", "Stand"),
        [
            (DOEL_LABEL[doel], in_woorden(t.gevraagd_op), STAND_LABEL[staat.stand(doel)])
            for doel, t in staat.toestemmingen.items()
        ],
    )


def tijdlijnregels(
    route: Route, gebeurtenissen: Iterable[Gebeurtenis], titel: Callable[[str], str] | None = None
) -> list[Regel]:
    """The timeline in words, oldest first; `zin` is None for what only the machinery needs."""
    gebeurtenissen = tuple(gebeurtenissen)
    titel = titel or titels_uit(route, gebeurtenissen)
    return [
        Regel(
            nr=g.nr,
            op=g.op,
            rol=g.door.rol,
            persoon_id=g.door.persoon_id,
            soort=g.feit.soort,
            zin=feit_in_woorden(route, g.feit, titel),
        )
        for g in gebeurtenissen
    ]
