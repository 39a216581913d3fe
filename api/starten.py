"""Starting a traject: for whom, on which route, by whom; refused when nobody could consent or it runs already."""

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import eis_mag_starten
from api.diensten import Diensten
from api.errors import als_weigering
from api.opdrachten import Afloop, bied_aan
from api.weigeringen import GezagOnbekend, LooptAl, RouteNietBekend
from domain.feiten import Wie
from domain.route import Status
from domain.traject import TrajectStatus, Verwijzing
from runtime.sporen import huidig_spoor
from storage.case_tables import OpdrachtRij, OpdrachtSoort, OpdrachtStatus, TrajectRij
from storage.errors import CommandoHergebruikt, LeerlingOnbekend, SchoolOnbekend
from storage.journal import Journaalregel, lees_opdracht, neem_aan
from storage.people import gezag_van
from storage.people_tables import Leerling
from storage.schools import lees_school
from workflows.messages import Startaanvraag

# No letters and digits that people mix up when they read a code aloud.
_TEKENS = "23456789abcdefghjkmnpqrstuvwxyz"
_ID_LENGTE = 20


async def start(diensten: Diensten, *, commando_id: str, leerling_id: str, route: str | None, door: Wie) -> Afloop:
    """Start a traject on the newest version of a route. The same id with the same question gives the same traject.

    Raises a Weigering, or CommandoHergebruikt when the id was used for something else.
    """
    verwijzing = _kies_route(diensten, route)
    async with diensten.sessies() as session:
        bekend = await lees_opdracht(session, commando_id)
    if bekend is None:
        try:
            async with diensten.sessies.begin() as session:
                regel = await _schrijf_op(session, diensten, commando_id, leerling_id, verwijzing, door)
        except (LeerlingOnbekend, SchoolOnbekend) as fout:
            raise als_weigering(fout) from fout
    else:
        regel = bekend
    if not _is_zelfde(regel, leerling_id, verwijzing, door):
        raise CommandoHergebruikt(commando_id)
    return await bied_aan(diensten, regel)


async def _schrijf_op(
    session: AsyncSession, diensten: Diensten, commando_id: str, leerling_id: str, route: Verwijzing, door: Wie
) -> Journaalregel:
    # Locking the pupil makes looking and writing one: of two starts at once the second waits, and then sees the first.
    leerling = await session.get(Leerling, leerling_id, with_for_update=True)
    if leerling is None:
        raise LeerlingOnbekend(leerling_id)
    if (zojuist := await lees_opdracht(session, commando_id)) is not None:
        return zojuist
    school, vandaag = await lees_school(session, leerling.school_id), diensten.vandaag()
    await eis_mag_starten(session, school.school_id, leerling_id, door, vandaag)
    gezag = await gezag_van(session, leerling_id, vandaag)
    if not gezag.gezagdragers:
        raise GezagOnbekend(
            "Van deze leerling is niet bekend wie het gezag heeft.",
            veld="leerling_id",
            remedie="Ga na wie het gezag heeft en leg dat eerst vast. Zonder gezagdrager kan niemand toestemming geven.",
        )
    await _eis_nog_geen(session, leerling_id, route.route)
    aanvraag = Startaanvraag(
        traject_id="t-" + "".join(secrets.choice(_TEKENS) for _ in range(_ID_LENGTE)),
        swv_id=school.swv_id,
        school_id=school.school_id,
        leerling_id=leerling_id,
        route=route,
        gezag=gezag,
        door=door,
        commando_id=commando_id,
    )
    return await neem_aan(
        session,
        commando_id=commando_id,
        traject_id=aanvraag.traject_id,
        soort=OpdrachtSoort.START,
        inhoud=aanvraag.model_dump(mode="json"),
        nu=diensten.klok.nu(),
        spoor=huidig_spoor(),
    )


async def _eis_nog_geen(session: AsyncSession, leerling_id: str, route: str) -> None:
    """No running traject of this pupil on this route, nor one that was asked for and is still on its way."""
    loopt = select(TrajectRij.traject_id).where(
        TrajectRij.leerling_id == leerling_id, TrajectRij.route == route, TrajectRij.status == TrajectStatus.LOPEND
    )
    onderweg = select(OpdrachtRij.traject_id).where(
        OpdrachtRij.soort == OpdrachtSoort.START,
        OpdrachtRij.status != OpdrachtStatus.GEWEIGERD,
        OpdrachtRij.inhoud["leerling_id"].as_string() == leerling_id,
        OpdrachtRij.inhoud["route"]["route"].as_string() == route,
        OpdrachtRij.traject_id.not_in(select(TrajectRij.traject_id)),
    )
    if await session.scalar(loopt.union_all(onderweg).limit(1)) is not None:
        raise LooptAl(
            "Deze leerling heeft al een lopend traject op deze route.",
            veld="leerling_id",
            remedie="Ga verder met het lopende traject, of wacht tot het is afgesloten.",
        )


def _kies_route(diensten: Diensten, route: str | None) -> Verwijzing:
    gepubliceerd = [v for v, r in diensten.catalogus.alle() if r.status is Status.GEPUBLICEERD]
    namen = list(dict.fromkeys(v.route for v in gepubliceerd))
    if route is None and len(namen) == 1:
        route = namen[0]
    versies = [v for v in gepubliceerd if v.route == route]
    if not versies:
        raise RouteNietBekend(
            "Deze route bestaat hier niet." if route else "Er is niet één route; zeg welke u bedoelt.",
            veld="route",
            remedie=f"Kies een van: {', '.join(namen)}." if namen else "Er is nog geen route gepubliceerd.",
        )
    return max(versies, key=lambda v: v.versie)


def _is_zelfde(regel: Journaalregel, leerling_id: str, route: Verwijzing, door: Wie) -> bool:
    if regel.soort is not OpdrachtSoort.START:
        return False
    eerder: dict[str, Any] = regel.inhoud
    gevraagd = (leerling_id, route.route, door.model_dump(mode="json"))
    return (eerder["leerling_id"], eerder["route"]["route"], eerder["door"]) == gevraagd
