"""Calendar and settings of a school, from the tables and the published calendar. Shared by activities and the api."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.dagen import Kalender, schooljaar_van
from domain.kader import Omstandigheden
from domain.tijd import lokale_datum
from runtime.kalenderbron import KalenderNietGepubliceerd, haal_kalender
from storage.schools import Schoolgegevens, lees_school

_JAREN_VOORUIT = 4


def kalender_van(school: Schoolgegevens, nu: datetime) -> Kalender:
    """From the school year before `nu` (looking back) up to three ahead, or as far as the holidays are published.

    Raises KalenderNietGepubliceerd when not even the current school year is.
    """
    begin = schooljaar_van(lokale_datum(nu)) - 1
    for jaren in range(_JAREN_VOORUIT, 2, -1):
        try:
            return haal_kalender(school.regio, begin, jaren, school.eigen_vrij, school.eigen_open)
        except KalenderNietGepubliceerd:
            continue
    return haal_kalender(school.regio, begin, 2, school.eigen_vrij, school.eigen_open)


async def omstandigheden(sessies: async_sessionmaker[AsyncSession], school_id: str, nu: datetime) -> Omstandigheden:
    """What the core needs to know of a school on this moment. Raises SchoolOnbekend, KalenderNietGepubliceerd."""
    async with sessies() as session:
        school = await lees_school(session, school_id)
    return Omstandigheden(kalender=kalender_van(school, nu), instellingen=school.instellingen)
