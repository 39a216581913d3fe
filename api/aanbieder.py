"""Offering acts for a process that must also work while Temporal is away: it connects at the first act, not at start."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client

from domain.tijdschaal import Tijdschaal
from runtime.settings import Settings
from runtime.sleutelkast import Sleutelkast
from runtime.sporen import Sporen
from runtime.temporal import TemporalOnbereikbaar, connect
from storage.journal import Journaalregel
from storage.zaaksleutels import Zaaksleutels
from workflows.aanbod import Aanbieder, NuNietBereikbaar


class Verbinding:
    """A client that is made when it is first needed, and then kept: the SDK itself finds the server again."""

    def __init__(
        self,
        settings: Settings,
        db: async_sessionmaker[AsyncSession],
        *,
        rol: str,
        wachttijd: timedelta,
        sporen: Sporen | None = None,
    ) -> None:
        self._settings, self._db, self._rol, self._wachttijd, self._sporen = settings, db, rol, wachttijd, sporen
        self._client: Client | None = None

    async def client(self) -> Client:
        """The client. Raises TemporalOnbereikbaar after `wachttijd` (real time)."""
        if self._client is None:
            ring = self._settings.sleutelring()
            kast = Sleutelkast(ring, Zaaksleutels(self._db))
            self._client = await connect(
                self._settings, ring, kast, wachttijd=self._wachttijd, rol=self._rol, sporen=self._sporen
            )
        return self._client

    async def gezond(self) -> bool:
        """Does Temporal answer? May raise, which counts as no."""
        client = await self.client()
        return await client.service_client.check_health(timeout=self._wachttijd)


@dataclass(frozen=True)
class AanbiederBijGebruik(Aanbieder):
    """As Aanbieder; Temporal that cannot be reached counts as: nobody answered, the journal keeps the act."""

    verbinding: Verbinding

    @classmethod
    async def maak(cls, verbinding: Verbinding, sessies: async_sessionmaker[AsyncSession]) -> Self:
        """With the real clock. Connects to nothing yet."""
        return cls(await Client.connect("", lazy=True), sessies, Tijdschaal(), verbinding)

    async def bied_aan(self, regel: Journaalregel, nu: datetime) -> int | None:
        """Raises what Aanbieder raises."""
        try:
            client = await self.verbinding.client()
        except TemporalOnbereikbaar as fout:
            raise NuNietBereikbaar from fout
        return await Aanbieder(client, self.sessies, self.schaal).bied_aan(regel, nu)
