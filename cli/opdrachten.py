"""Acts from the command line go in by the same door as those of the site: api/starten.py and api/opdrachten.py.

The journal comes first. Only then is Temporal looked for, so an act is taken also when Temporal is away.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.aanbieder import AanbiederBijGebruik, Verbinding
from api.diensten import Diensten
from api.sleutel import eis_sleutel
from api.weigeringen import SleutelOngeldig
from cli.uitvoer import VERKEERD_GEBRUIK, Mislukt, Probleem
from cli.verbinding import database
from domain.catalogus import CATALOGUS
from domain.errors import TrajectOnbekend
from domain.handelingen import EenHandeling
from domain.traject import Traject
from runtime.klok import Klok
from runtime.settings import Settings
from storage.read import lees_staat, trajecten
from storage.views import Filters

# A person waits: whoever does not answer within this time is "away", and the act is dealt with later.
_WACHT = timedelta(seconds=5)


@asynccontextmanager
async def diensten(settings: Settings) -> AsyncIterator[Diensten]:
    """What taking an act needs, for the time of one command. Does not wait for Temporal."""
    async with database(settings) as sessies:
        verbinding = Verbinding(settings, sessies, rol="cli", wachttijd=_WACHT)
        yield Diensten(
            sessies=sessies,
            aanbieder=await AanbiederBijGebruik.maak(verbinding, sessies),
            klok=Klok(),
            settings=settings,
            catalogus=CATALOGUS,
            gezond=verbinding.gezond,
            geduld=_WACHT,
        )


async def zoek(session: AsyncSession, traject: str) -> Traject:
    """The traject by id, or by the code people use ("T-4F7K2Q"). Raises TrajectOnbekend."""
    staat = await lees_staat(session, traject) if traject.isprintable() else None
    if staat is None and traject.startswith("T-"):
        gevonden = [r for r in (await trajecten(session, Filters(zoek=traject))).regels if r.code == traject]
        if len(gevonden) > 1:
            zin = "Er is meer dan één traject met deze code."
            raise TrajectOnbekend(zin, veld="traject", remedie="Geef het hele id op.")
        staat = await lees_staat(session, gevonden[0].traject_id) if gevonden else None
    if staat is None:
        raise TrajectOnbekend(
            "Dit traject bestaat niet.", veld="traject", remedie="Kijk met 'routewacht traject list' welke er zijn."
        )
    return staat


def met_afspraak_id(traject: Traject, handeling: EenHandeling) -> EenHandeling:
    """An act may name its afspraak by template when exactly one such afspraak is open; then the id is filled in."""
    naam = getattr(handeling, "afspraak_id", None)
    gevonden = [a for a in traject.open_afspraken if a.sjabloon == naam]
    if len(gevonden) != 1:
        return handeling
    return handeling.model_copy(update={"afspraak_id": gevonden[0].id})


def commando(gegeven: str | None) -> str:
    """The id of an act: as given, or a random one. Raises Mislukt (2) for one that cannot be an id."""
    try:
        return eis_sleutel(gegeven if gegeven is not None else f"c-{secrets.token_hex(12)}")
    except SleutelOngeldig:
        zin = "Een commando bestaat uit 8 tot 64 letters, cijfers of streepjes."
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("sleutel_ongeldig", zin, "--commando")) from None
