"""Another key-encryption key for all data keys. In small transactions, so it can stop anywhere and be run again.

Running cases notice nothing: the data keys stay what they are, only their wrapping changes.
"""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from runtime.sleutelkast import heromhul
from runtime.sleutelring import Sleutelring
from storage.zaaksleutels import onder, vervang

_GROEP = 500


async def wissel(sessies: async_sessionmaker[AsyncSession], ring: Sleutelring) -> AsyncIterator[int]:
    """Wrap everything that an older key of this ring wraps with its active key; gives the number done after each step.

    Keys wrapped by something that is not on the ring are left alone. Raises HoofdsleutelPastNiet.
    """
    oudere = [naam for naam in ring.namen if naam != ring.actief]
    gedaan = 0
    while True:
        async with sessies.begin() as session:
            groep = await onder(session, oudere, _GROEP)
            if not groep:
                return
            await vervang(session, [heromhul(ring, omhulsel) for omhulsel in groep])
        gedaan += len(groep)
        yield gedaan
