"""The shortest life of a traject, and what is left of one in the tables."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storage.metadata import METADATA
from tests.support.jaar import besluit, rond
from tests.support.omgeving import Omgeving, Zaakdraad
from tests.support.replay_leven import bijgewerkt


async def sluit(o: Omgeving, zaak: Zaakdraad) -> None:
    """From signal to nazorg and out; the workflow has ended and the tables say so."""
    for stap in (
        rond("gesprek_ouders"),
        rond("overleg_ib"),
        besluit("vervolg_signaal", "basisondersteuning"),
        rond("gesprek_nazorg"),
        besluit("evaluatie_nazorg", "sluiten"),
    ):
        await zaak.handel(*stap(await zaak.toestand()))
    await zaak.handle.result()
    await bijgewerkt(o, zaak)


async def waar_staat(db: async_sessionmaker[AsyncSession], *gezocht: str) -> set[tuple[str, str]]:
    """(table, what) for every table with a row in which one of these occurs, in whatever column of text."""
    gevonden: set[tuple[str, str]] = set()
    async with db() as session:
        for tabel in METADATA.sorted_tables:
            rijen = await session.scalars(text(f'SELECT "{tabel.name}"::text FROM "{tabel.name}"'))
            inhoud = "\n".join(str(rij) for rij in rijen)
            gevonden |= {(tabel.name, wat) for wat in gezocht if wat in inhoud}
    return gevonden
