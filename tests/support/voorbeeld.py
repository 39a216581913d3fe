"""A small fictional samenwerkingsverband for tests: one board, two schools, people in their roles, pupils and trajecten.

Trajecten are made by the real core and written by the real storage, without Temporal: enough to look at. What a test wants
to act on is started through the api.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.kalenders import omstandigheden
from domain.catalogus import CATALOGUS
from domain.feiten import Gebeurtenis, Wie
from domain.handelingen import EenHandeling, Opdracht, TijdVerstreken
from domain.kader import Kader
from domain.progress import Uitslag, begin, next_wake, progress
from domain.roles import Rol
from domain.tijd import lokale_datum, om_acht
from domain.traject import Traject
from domain.vastlegging import Vastlegging
from runtime.route_files import laad_routes
from storage.people import gezag_van
from storage.people_tables import Aanstelling, Gezagdrager, Leerling, Organisatie, Persoon
from storage.record import leg_vast

ROUTE = "midden_groningen"
SWV, BESTUUR, SCHOOL, ANDERE_SCHOOL, GEMEENTE = "o-swv", "o-bestuur", "o-linde", "o-dorp", "o-gemeente"
IB, DIRECTIE, LEERKRACHT = "p-ib", "p-dir", "p-lk"
KOO, CASEMANAGER, JGZ = "p-koo", "p-cm", "p-jgz"
REGIEVOERDER, STAGNATIEPUNT, COORDINATOR, DEELCOORDINATOR = "p-regie", "p-stag", "p-coord", "p-deel"
OUDER, ANDERE_OUDER, OUDER_ZONDER_GEZAG = "p-ouder1", "p-ouder2", "p-ouder3"
BUITENSTAANDER = "p-buiten"
LEERLING, OUDERE_LEERLING, LEERLING_ZONDER_GEZAG = "l-sam", "l-noor", "l-max"
KANARIE = "Quirijntje Zonnebloem-Kanarie"

_VAN = date(2026, 8, 1)
_MENSEN: tuple[tuple[str, str, str, str | None, Rol | None], ...] = (
    (IB, "Anneke", "Jansen", SCHOOL, Rol.IB),
    (DIRECTIE, "Henk", "Mulder", SCHOOL, Rol.DIRECTIE),
    (LEERKRACHT, "Youssef", "Amrani", SCHOOL, Rol.LEERKRACHT),
    ("p-ib2", "Marijke", "Postma", ANDERE_SCHOOL, Rol.IB),
    ("p-dir2", "Karin", "Bos", ANDERE_SCHOOL, Rol.DIRECTIE),
    ("p-lk2", "Tom", "Kuipers", ANDERE_SCHOOL, Rol.LEERKRACHT),
    (KOO, "Ilse", "Wiersma", GEMEENTE, Rol.KOO),
    (CASEMANAGER, "Bram", "de Boer", GEMEENTE, Rol.CASEMANAGER),
    ("p-gw", "Nadia", "Haddad", GEMEENTE, Rol.GEDRAGSWETENSCHAPPER_ST),
    (JGZ, "Els", "Veenstra", GEMEENTE, Rol.JGZ),
    ("p-lpa", "Rik", "Huizinga", GEMEENTE, Rol.LEERPLICHT),
    (REGIEVOERDER, "Petra", "van Dam", BESTUUR, Rol.REGIEVOERDER),
    (STAGNATIEPUNT, "Wim", "Dijkstra", SWV, Rol.STAGNATIEPUNT),
    (DEELCOORDINATOR, "Femke", "Smit", SWV, Rol.DEELCOORDINATOR),
    (COORDINATOR, "Gerard", "Hoekstra", SWV, Rol.COORDINATOR),
    (OUDER, "Sanne", "Bakker", None, None),
    (ANDERE_OUDER, "Piet", "Bakker", None, None),
    (OUDER_ZONDER_GEZAG, "Lotte", "Prins", None, None),
    (BUITENSTAANDER, "Kees", "Elders", None, None),
)
_LEERLINGEN: tuple[tuple[str, str, str, date, str, str], ...] = (
    (LEERLING, "Quirijntje", "Zonnebloem-Kanarie", date(2017, 3, 9), "6", SCHOOL),
    (OUDERE_LEERLING, "Noor", "Bakker", date(2014, 5, 2), "8", SCHOOL),
    (LEERLING_ZONDER_GEZAG, "Max", "Prins", date(2018, 1, 30), "4", SCHOOL),
    *((f"l-{n}", f"Voornaam{n}", f"Achternaam{n}", date(2016, 1, 1 + n), str(3 + n % 6), s) for n, s in
      enumerate([SCHOOL, ANDERE_SCHOOL] * 8, 1)),
)  # fmt: skip


@dataclass(frozen=True)
class Gemaakt:
    """A traject in the tables."""

    traject: Traject
    gebeurtenissen: tuple[Gebeurtenis, ...]

    def afspraak(self, sjabloon: str) -> str:
        """The id of the open afspraak made from this template."""
        return next(a.id for a in self.traject.open_afspraken if a.sjabloon == sjabloon)


async def vul(sessies: async_sessionmaker[AsyncSession]) -> None:
    """Organisations, people, pupils and parental authority; and the published routes into the catalogue."""
    if not CATALOGUS.alle():
        laad_routes()
    organisaties = (
        (Organisatie(id=SWV, soort="swv", naam="Samenwerkingsverband Noorderlicht", regio="noord"),),
        (
            Organisatie(id=BESTUUR, soort="bestuur", naam="Stichting De Brug", ouder_id=SWV),
            Organisatie(id=GEMEENTE, soort="gemeente", naam="Gemeente Veenrand"),
        ),
        (
            Organisatie(id=SCHOOL, soort="school", naam="Basisschool De Linde", ouder_id=BESTUUR, gemeente_id=GEMEENTE),
            Organisatie(
                id=ANDERE_SCHOOL, soort="school", naam="Dorpsschool Het Anker", ouder_id=BESTUUR, gemeente_id=GEMEENTE
            ),
        ),
    )
    async with sessies.begin() as session:
        for laag in organisaties:
            session.add_all(laag)
            await session.flush()
        for pid, voornaam, achternaam, _, _ in _MENSEN:
            adres = f"{pid.removeprefix('p-')}@voorbeeld.test"
            session.add(Persoon(id=pid, voornaam=voornaam, achternaam=achternaam, email=adres, actief=True))
        await session.flush()
        for pid, _, _, organisatie, rol in _MENSEN:
            if organisatie and rol:
                session.add(Aanstelling(persoon_id=pid, organisatie_id=organisatie, rol=rol, van=_VAN))
        for lid, voornaam, achternaam, geboren, groep, school in _LEERLINGEN:
            session.add(
                Leerling(
                    id=lid,
                    school_id=school,
                    voornaam=voornaam,
                    achternaam=achternaam,
                    geboortedatum=geboren,
                    groep=groep,
                )
            )
        await session.flush()
        for lid, *_ in _LEERLINGEN:
            session.add_all(_gezag(lid))


def _gezag(leerling_id: str) -> Iterable[Gezagdrager]:
    ouders = {LEERLING: ((OUDER, True), (ANDERE_OUDER, True)), LEERLING_ZONDER_GEZAG: ((OUDER_ZONDER_GEZAG, False),)}
    for persoon_id, heeft in ouders.get(leerling_id, ((OUDER, True),)):
        yield Gezagdrager(
            leerling_id=leerling_id, persoon_id=persoon_id, heeft_gezag=heeft, vastgesteld_op=_VAN, vastgesteld_door=IB
        )


class Verhaal:
    """Lets one traject live through the core, day by day, and writes it down at the end."""

    def __init__(self, sessies: async_sessionmaker[AsyncSession], kader: Kader, traject: Uitslag, nu: datetime) -> None:
        self._sessies, self._kader = sessies, kader
        self.nu = nu
        self.t, self._feiten, self._meldingen = traject.traject, [*traject.gebeurtenissen], [*traject.meldingen]
        self._nr = 0

    @classmethod
    async def start(
        cls,
        sessies: async_sessionmaker[AsyncSession],
        leerling_id: str,
        op: date,
        *,
        traject_id: str,
        school_id: str = SCHOOL,
        nu: datetime,
    ) -> "Verhaal":
        """A traject that began at 14:00 on that local date."""
        verwijzing, route = CATALOGUS.nieuwste(ROUTE)
        kader = Kader.van(route, await omstandigheden(sessies, school_id, nu))
        async with sessies() as session:
            gezag = await gezag_van(session, leerling_id, op)
        moment = om_acht(op).astimezone(UTC) + timedelta(hours=6)
        uitslag = begin(
            kader,
            moment,
            traject_id=traject_id,
            swv_id=SWV,
            school_id=school_id,
            leerling_id=leerling_id,
            route=verwijzing,
            gezag=gezag,
            door=Wie(rol=Rol.LEERKRACHT, persoon_id=LEERKRACHT if school_id == SCHOOL else "p-lk2"),
        )
        return cls(sessies, kader, uitslag, moment)

    def tot(self, op: date) -> "Verhaal":
        """Let the clock run to 14:00 on that local date."""
        einde = om_acht(op).astimezone(UTC) + timedelta(hours=6)
        while (wek := next_wake(self._kader, self.t)) is not None and wek <= einde:
            self.nu = max(wek, self.nu + timedelta(seconds=1))
            self._neem(progress(self._kader, self.t, TijdVerstreken(), self.nu))
        self.nu = max(self.nu, einde)
        return self

    def doet(self, handeling: EenHandeling, rol: Rol, persoon_id: str) -> "Verhaal":
        """Somebody acts, now."""
        self._nr += 1
        opdracht = Opdracht(
            commando_id=f"c-{self.t.traject_id}-{self._nr}",
            door=Wie(rol=rol, persoon_id=persoon_id),
            handeling=handeling,
        )
        self._neem(progress(self._kader, self.t, opdracht, self.nu))
        return self

    def afspraak(self, sjabloon: str) -> str:
        """The id of the open afspraak made from this template."""
        return next(a.id for a in self.t.open_afspraken if a.sjabloon == sjabloon)

    async def schrijf(self) -> Gemaakt:
        """Into the tables, in one transaction."""
        vastlegging = Vastlegging(
            traject=self.t,
            gebeurtenissen=tuple(self._feiten),
            meldingen=tuple(self._meldingen),
            volgende_wek=next_wake(self._kader, self.t),
            nu=self.nu,
        )
        async with self._sessies.begin() as session:
            await leg_vast(session, vastlegging, CATALOGUS, lambda moment, _: moment)
        return Gemaakt(self.t, tuple(self._feiten))

    def _neem(self, uitslag: Uitslag) -> None:
        self.t = uitslag.traject
        self._feiten += uitslag.gebeurtenissen
        self._meldingen += uitslag.meldingen
        assert lokale_datum(self.nu)


async def nieuwe_leerling(sessies: async_sessionmaker[AsyncSession], *, geboren: date = date(2017, 3, 9)) -> str:
    """One more pupil of De Linde, with two parents who have authority; returns the id."""
    leerling_id = f"l-{secrets.token_hex(6)}"
    async with sessies.begin() as session:
        session.add(
            Leerling(
                id=leerling_id,
                school_id=SCHOOL,
                voornaam="Quirijntje",
                achternaam="Zonnebloem-Kanarie",
                geboortedatum=geboren,
                groep="6",
            )
        )
        await session.flush()
        for persoon_id in (OUDER, ANDERE_OUDER):
            session.add(
                Gezagdrager(
                    leerling_id=leerling_id,
                    persoon_id=persoon_id,
                    heeft_gezag=True,
                    vastgesteld_op=_VAN,
                    vastgesteld_door=IB,
                )
            )
    return leerling_id
