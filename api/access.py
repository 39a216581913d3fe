"""The gate: who acts, and may that person act in that role in this case. There is no login yet, so who it is, is said
and not proved; that is why the site listens on this machine only (runtime/settings.py) and says so on every page.

What a role may do with an afspraak is a rule of the core (domain/rechten.py), asked by the workflow itself.
"""

from datetime import date

from sqlalchemy import Text, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.bewaren import MAG_WISSEN
from domain.consent import DOEL_LABEL
from domain.errors import PersoonOnbekend, ToestemmingOntbreekt, VerkeerdeRol
from domain.feiten import Wie
from domain.handelingen import DraagOver, EenHandeling
from domain.rechten import HEROPENT
from domain.roles import PARTIJ_VAN, ROL_LABEL, Partij, Rol
from domain.route import Route
from storage.holders import houders
from storage.mail_list import wie_beslissen
from storage.read import mensen_van
from storage.views import Mens

# For a route that does not say who may bring a signal. Our own choice: whoever works with the pupil at school, and whoever
# may reopen a traject, may also begin one.
MAG_STARTEN = HEROPENT | {rol for rol, partij in PARTIJ_VAN.items() if partij is Partij.SCHOOL}


async def eis_betrokken(session: AsyncSession, traject_id: str, door: Wie, op: date) -> list[Mens]:
    """Everybody of this case, with `door` among them in that role. Raises VerkeerdeRol.

    The same answer for a person who does not exist and one who has nothing to do with the case: an answer must not tell
    who is known here.
    """
    mensen = await mensen_van(session, traject_id, op)
    if not any(mens.persoon_id == door.persoon_id and mens.rol is door.rol for mens in mensen):
        raise _niet_betrokken(door.rol)
    return mensen


async def eis_mag_starten(
    session: AsyncSession,
    route: Route,
    school_id: str,
    leerling_id: str,
    door: Wie,
    op: date,
    *,
    met_toestemming: bool = False,
) -> None:
    """Raises VerkeerdeRol when this person has not this role around this pupil, or the role brings no signals.

    Raises ToestemmingOntbreekt when the route lets this role share a signal with school only after a consent, and the
    person did not say that it is there. That is said and not proved: the traject asks the consent anew, of each signer.
    """
    # No traject yet: nobody is named in it.
    zaak = select(
        literal("", Text).label("traject_id"),
        literal(school_id, Text).label("school_id"),
        literal(leerling_id, Text).label("leerling_id"),
    ).subquery("zaak")
    h = houders(zaak, op, bereikbaar=False)
    gevonden = await session.scalar(
        select(h.c.persoon_id).where(h.c.persoon_id == door.persoon_id, h.c.rol == door.rol).limit(1)
    )
    if gevonden is None:
        raise _niet_betrokken(door.rol)
    signaal = route.signaal_van(door.rol)
    if signaal is not None and signaal.toestemming is not None and not met_toestemming:
        raise ToestemmingOntbreekt(
            f"Als {ROL_LABEL[door.rol]} deelt u een signaal pas met school als daar toestemming voor is: "
            f"{DOEL_LABEL[signaal.toestemming]}.",
            veld="met_toestemming",
            remedie="Vraag het eerst aan de ouders met gezag, en vanaf 12 jaar ook aan de leerling.",
        )
    if signaal is None and (route.signaleren or door.rol not in MAG_STARTEN):
        raise VerkeerdeRol(
            f"Als {ROL_LABEL[door.rol]} kunt u geen traject starten.",
            veld="door",
            remedie="Vraag het aan de school van de leerling.",
        )


async def eis_mag_wissen(session: AsyncSession, traject_id: str, door: Wie, op: date) -> None:
    """Raises VerkeerdeRol when this person may not decide about destroying this traject."""
    await eis_betrokken(session, traject_id, door, op)
    if door.rol not in MAG_WISSEN:
        rollen = ", ".join(sorted(ROL_LABEL[rol] for rol in MAG_WISSEN))
        raise VerkeerdeRol(
            f"Als {ROL_LABEL[door.rol]} kunt u niet beslissen over het wissen van een traject.",
            veld="door",
            remedie=f"Dat kunnen wel: {rollen}.",
        )


async def eis_mag_over_mail(session: AsyncSession, mail_id: str, door: Wie, op: date) -> None:
    """Raises VerkeerdeRol unless this person, in this role, follows up mail that did not arrive: at the school of the
    traject it is about, or at the samenwerkingsverband. The same answer for a mail that does not exist."""
    mogen = await wie_beslissen(session, mail_id, op)
    if not any(m.persoon_id == door.persoon_id and m.rol is door.rol for m in mogen):
        raise VerkeerdeRol(
            "Deze persoon mag over deze mail niet beslissen.",
            veld="door",
            remedie="Vraag het aan de intern begeleider van de school of aan de beheerder.",
        )


def eis_ontvanger(handeling: EenHandeling, mensen: list[Mens]) -> None:
    """An afspraak goes to somebody who is there: a person in that role in this case. Raises PersoonOnbekend."""
    if not isinstance(handeling, DraagOver):
        return
    kandidaten = {mens.persoon_id for mens in mensen if mens.rol is handeling.rol}
    if not kandidaten or (handeling.persoon_id is not None and handeling.persoon_id not in kandidaten):
        raise PersoonOnbekend(
            f"Bij dit traject is niemand bekend als {ROL_LABEL[handeling.rol]} aan wie u dit kunt overdragen."
            if not kandidaten
            else "Deze persoon heeft die rol niet bij dit traject.",
            veld="handeling.rol" if not kandidaten else "handeling.persoon_id",
            remedie="Kies iemand die bij het traject betrokken is.",
        )


def _niet_betrokken(rol: Rol) -> VerkeerdeRol:
    return VerkeerdeRol(
        f"Deze persoon is bij dit traject niet bekend als {ROL_LABEL[rol]}.",
        veld="door",
        remedie="Kies een persoon die bij dit traject betrokken is, in de rol die deze persoon daar heeft.",
    )
