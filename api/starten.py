"""Starting a traject: for whom, on which route, by whom; refused when nobody could consent or it runs already."""

import secrets
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.access import eis_mag_starten
from api.diensten import Diensten
from api.errors import als_weigering
from api.opdrachten import Afloop, bied_aan
from api.register import eis_gezag_van, eis_nog_geen
from api.weigeringen import RouteNietBekend
from domain.feiten import Wie
from domain.route import Status
from domain.traject import Verwijzing
from runtime.sporen import huidig_spoor
from storage.case_tables import OpdrachtSoort
from storage.errors import CommandoHergebruikt, LeerlingOnbekend, SchoolOnbekend
from storage.journal import Journaalregel, lees_opdracht, neem_aan
from storage.people_tables import Leerling
from storage.schools import lees_school
from workflows.messages import Startaanvraag

# No letters and digits that people mix up when they read a code aloud.
_TEKENS = "23456789abcdefghjkmnpqrstuvwxyz"
_ID_LENGTE = 20


async def start(
    diensten: Diensten,
    *,
    commando_id: str,
    leerling_id: str,
    route: str | None,
    door: Wie,
    met_toestemming: bool = False,
) -> Afloop:
    """Start a traject on the newest version of a route. The same id with the same question gives the same traject.

    `met_toestemming`: whoever brings the signal from outside school says that parents agreed to that.

    Raises a Weigering, or CommandoHergebruikt when the id was used for something else.
    """
    verwijzing = _kies_route(diensten, route)
    async with diensten.sessies() as session:
        bekend = await lees_opdracht(session, commando_id)
    if bekend is None:
        try:
            async with diensten.sessies.begin() as session:
                regel = await _schrijf_op(
                    session, diensten, commando_id, leerling_id, verwijzing, door, met_toestemming=met_toestemming
                )
        except (LeerlingOnbekend, SchoolOnbekend) as fout:
            raise als_weigering(fout) from fout
    else:
        regel = bekend
    if not _is_zelfde(regel, leerling_id, verwijzing, door):
        raise CommandoHergebruikt(commando_id)
    return await bied_aan(diensten, regel)


async def _schrijf_op(
    session: AsyncSession,
    diensten: Diensten,
    commando_id: str,
    leerling_id: str,
    route: Verwijzing,
    door: Wie,
    *,
    met_toestemming: bool,
) -> Journaalregel:
    # Locking the pupil makes looking and writing one: of two starts at once the second waits, and then sees the first.
    leerling = await session.get(Leerling, leerling_id, with_for_update=True)
    if leerling is None:
        raise LeerlingOnbekend(leerling_id)
    if (zojuist := await lees_opdracht(session, commando_id)) is not None:
        return zojuist
    school, vandaag = await lees_school(session, leerling.school_id), diensten.vandaag()
    inhoud = diensten.catalogus.haal(route)
    await eis_mag_starten(
        session, inhoud, school.school_id, leerling_id, door, vandaag, met_toestemming=met_toestemming
    )
    gezag = await eis_gezag_van(session, leerling_id, vandaag)
    await eis_nog_geen(session, leerling_id, route.route)
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
