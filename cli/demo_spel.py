"""The living demo: each school morning the cast looks at its trajecten and acts, through the journal like everybody."""

import asyncio
from datetime import date, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.kalenders import omstandigheden
from cli.demo_cast import Cast, karakter_van
from cli.demo_gegevens import PROFESSIONALS, SWV, Kind, kinderen
from cli.demo_zaad import ROUTE, later, traject_id_van
from domain.catalogus import CATALOGUS
from domain.errors import Weigering
from domain.feiten import Wie
from domain.handelingen import Opdracht
from domain.kader import Kader
from domain.progress import progress
from domain.roles import Rol
from domain.tijd import lokale_datum
from domain.traject import Traject, TrajectStatus
from runtime.klok import Klok
from storage.case_tables import OpdrachtSoort, TrajectRij
from storage.journal import neem_aan
from storage.people import gezag_van
from workflows.aanbod import Aanbieder, NuNietBereikbaar
from workflows.messages import Startaanvraag

_log = structlog.get_logger(__name__)
_PER_KEER = 4
_HANDELINGEN_PER_DAG = 5


class Spel:
    """The cast at work. One look at every open traject per day of the demo clock; a few acts at a time."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession], aanbieder: Aanbieder, klok: Klok) -> None:
        self._sessies, self._aanbieder, self._klok = sessies, aanbieder, klok
        self._casts: dict[str, Cast] = {}
        self._kinderen = {k.id: (nummer, k) for nummer, k in enumerate(kinderen())}

    async def speel(self, opening: date) -> None:
        """For ever. Looks twice a day, so that an act that opens another is followed up the same day."""
        while True:
            try:
                await self._nieuwe_signalen(opening)
                await self._ronde()
            except NuNietBereikbaar:
                _log.info("cast_waits")
            except Exception as fout:
                _log.warning("cast_stumbled", error=type(fout).__name__)
            await asyncio.sleep(max(0.25, timedelta(hours=9).total_seconds() / self._klok.schaal.factor))

    async def _ronde(self) -> None:
        async with self._sessies() as session:
            staten = await session.scalars(select(TrajectRij.staat).where(TrajectRij.status == TrajectStatus.LOPEND))
            trajecten = [Traject.model_validate(staat) for staat in staten]
        bezig = asyncio.Semaphore(_PER_KEER)

        async def een(traject: Traject) -> None:
            async with bezig:
                await self._handel(traject)

        await asyncio.gather(*(een(t) for t in trajecten if t.leerling_id in self._kinderen))

    async def _handel(self, traject: Traject) -> None:
        """Everything these people do today: after each act the state they see is the one the core says it led to."""
        cast = await self._cast(traject)
        for _ in range(_HANDELINGEN_PER_DAG):
            nu = self._klok.nu()
            opdracht = cast(traject, nu)
            if opdracht is None:
                return
            try:
                await self._bied_aan(traject.traject_id, OpdrachtSoort.HANDELING, opdracht.commando_id, opdracht)
            except Weigering as weigering:
                # The read model was a moment behind; the next look sees the new state.
                _log.debug("cast_refused", traject_id=traject.traject_id, code=weigering.code)
                return
            traject = progress(cast.kader, traject, opdracht, nu).traject

    async def _bied_aan(
        self, traject_id: str, soort: OpdrachtSoort, commando_id: str, inhoud: Opdracht | Startaanvraag
    ) -> None:
        async with self._sessies.begin() as session:
            regel = await neem_aan(
                session,
                commando_id=commando_id,
                traject_id=traject_id,
                soort=soort,
                inhoud=inhoud.model_dump(mode="json"),
                nu=self._klok.nu(),
            )
        await self._aanbieder.bied_aan(regel, self._klok.nu())

    async def _cast(self, traject: Traject) -> Cast:
        if traject.traject_id not in self._casts:
            nummer, kind = self._kinderen[traject.leerling_id]
            school = await omstandigheden(self._sessies, traject.school_id, self._klok.nu())
            kader = Kader.van(CATALOGUS.haal(traject.route), school)
            self._casts[traject.traject_id] = Cast(kader, kind, karakter_van(nummer), kantooruren=False)
        return self._casts[traject.traject_id]

    async def _nieuwe_signalen(self, opening: date) -> None:
        """Pupils whose signal comes while the demo runs."""
        vandaag = lokale_datum(self._klok.nu())
        for na_dagen, _, kind in later():
            if opening + timedelta(days=na_dagen) <= vandaag and not await self._loopt(kind):
                await self._start(kind)

    async def _loopt(self, kind: Kind) -> bool:
        async with self._sessies() as session:
            return await session.get(TrajectRij, traject_id_van(kind)) is not None

    async def _start(self, kind: Kind) -> None:
        async with self._sessies() as session:
            gezag = await gezag_van(session, kind.id, lokale_datum(self._klok.nu()))
        leerkracht = next(p.id for p in PROFESSIONALS if p.rol is Rol.LEERKRACHT and p.bij == kind.school_id)
        traject_id = traject_id_van(kind)
        aanvraag = Startaanvraag(
            traject_id=traject_id,
            swv_id=SWV,
            school_id=kind.school_id,
            leerling_id=kind.id,
            route=CATALOGUS.nieuwste(ROUTE)[0],
            gezag=gezag,
            door=Wie(rol=Rol.LEERKRACHT, persoon_id=leerkracht),
            commando_id=f"c-start-{traject_id}",
        )
        await self._bied_aan(traject_id, OpdrachtSoort.START, f"c-start-{traject_id}", aanvraag)
