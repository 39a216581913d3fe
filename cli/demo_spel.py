"""The living demo: each school morning the cast looks at its trajecten and acts, through the journal like everybody."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.kalenders import omstandigheden
from cli.demo_cast import Cast
from cli.demo_gegevens import PROFESSIONALS, SWV, Kind, laad_kind
from cli.demo_regie import SIGNAAL_TOT, SIGNAAL_VAN, blijft_nog_stil, rolverdeling, volgende
from cli.demo_zaad import ROUTE, traject_id_van
from domain.catalogus import CATALOGUS
from domain.dagen import is_schooldag, schooljaar_van
from domain.errors import Weigering
from domain.feiten import Wie
from domain.handelingen import Opdracht
from domain.kader import Kader
from domain.progress import progress
from domain.roles import Rol
from domain.tijd import AMSTERDAM, lokale_datum
from domain.traject import Traject, TrajectStatus
from runtime.klok import Klok
from runtime.stoppen import moet_stoppen
from storage.case_tables import OpdrachtSoort, TrajectRij
from storage.journal import neem_aan
from storage.people import gezag_van
from workflows.aanbod import Aanbieder, NuNietBereikbaar
from workflows.messages import Startaanvraag

_log = structlog.get_logger(__name__)
# An act mostly waits for an answer; so many at once, or a slow machine sees its people come too late for everything.
_PER_KEER = 10
_HANDELINGEN_PER_DAG = 5
# The cast looks twice a day, so that an act that opens another is followed up the same day. Not at eight: then the digests
# are made.
_RONDES = (time(8, 20), time(13, 0))
_KORTSTE_PAUZE = 0.25


def volgende_ronde(nu: datetime) -> datetime:
    """The first moment after `nu` at which the cast looks, on the wall in Amsterdam."""
    vandaag = lokale_datum(nu)
    momenten = (datetime.combine(vandaag + timedelta(days=d), t, AMSTERDAM) for d in (0, 1) for t in _RONDES)
    return next(m for m in momenten if m > nu)


class Spel:
    """The cast at work. One look at every open traject, twice per day of the demo clock; a few acts at a time."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession], aanbieder: Aanbieder, klok: Klok) -> None:
        self._sessies, self._aanbieder, self._klok = sessies, aanbieder, klok
        self._kaders: dict[tuple[str, int, str, int], Kader] = {}
        self._verwacht: dict[str, int] = {}

    async def speel(self) -> None:
        """Until cancelled."""
        while not moet_stoppen():
            try:
                await self._ronde()
            except NuNietBereikbaar:
                _log.info("cast_waits")
            except Exception as fout:
                _log.warning("cast_stumbled", error=type(fout).__name__)
            await self._wacht()

    async def _wacht(self) -> None:
        nu = self._klok.nu()
        # Without this pause a very fast clock would have the cast look all the time.
        nu += self._klok.schaal.factor * timedelta(seconds=_KORTSTE_PAUZE)
        await asyncio.sleep(_KORTSTE_PAUZE + self._klok.schaal.duur(volgende_ronde(nu) - nu).total_seconds())

    async def _ronde(self) -> None:
        async with self._sessies() as session:
            geweest = set(await session.scalars(select(TrajectRij.leerling_id)))
            staten = await session.scalars(select(TrajectRij.staat).where(TrajectRij.status == TrajectStatus.LOPEND))
            lopend = [Traject.model_validate(staat) for staat in staten]
        kind = volgende(lopend, geweest)
        if kind is not None:
            await self._meld_signaal(kind)
        await self._laat_handelen(lopend, geweest)

    async def _laat_handelen(self, lopend: Sequence[Traject], geweest: set[str]) -> None:
        rollen, stil = rolverdeling(geweest), blijft_nog_stil(lopend, lokale_datum(self._klok.nu()))
        bezig = asyncio.Semaphore(_PER_KEER)

        async def een(traject: Traject) -> None:
            karakter, kind = rollen[traject.leerling_id]
            vanaf = date.min if traject.traject_id in stil else None
            async with bezig:
                kader = await self._kader(traject.school_id, traject)
                cast = Cast(kader, kind, karakter, kantooruren=False, blijft_stil_vanaf=vanaf)
                try:
                    await self._handel(traject, cast)
                except NuNietBereikbaar:
                    # The relay offers the act again; the people around other pupils need not wait for it.
                    _log.info("cast_waits", traject_id=traject.traject_id)

        await asyncio.gather(*(een(t) for t in lopend if t.leerling_id in rollen and not self._loopt_achter(t)))

    def _loopt_achter(self, traject: Traject) -> bool:
        """Is what these people did last not on record yet? Waited for once: the act may have been refused after all."""
        return traject.versie < self._verwacht.pop(traject.traject_id, 0)

    async def _handel(self, traject: Traject, cast: Cast) -> None:
        """Everything these people do today: after each act the state they see is the one the core says it led to."""
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
            self._verwacht[traject.traject_id] = traject.versie

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

    async def _kader(self, school_id: str, traject: Traject) -> Kader:
        """Kept per school, route and school year: the calendar looks further ahead each year."""
        nu = self._klok.nu()
        sleutel = (school_id, schooljaar_van(lokale_datum(nu)), traject.route.route, traject.route.versie)
        if sleutel not in self._kaders:
            school = await omstandigheden(self._sessies, school_id, nu)
            self._kaders[sleutel] = Kader.van(CATALOGUS.haal(traject.route), school)
        return self._kaders[sleutel]

    async def _meld_signaal(self, kind: Kind) -> None:
        """A new pupil, on a school day and in the morning; else the next look tries again."""
        nu = self._klok.nu()
        school = await omstandigheden(self._sessies, kind.school_id, nu)
        open_ = is_schooldag(school.kalender, lokale_datum(nu))
        if open_ and SIGNAAL_VAN <= nu.astimezone(AMSTERDAM).hour < SIGNAAL_TOT:
            await self._start(kind)

    async def _start(self, kind: Kind) -> None:
        async with self._sessies.begin() as session:
            await laad_kind(session, kind)
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
