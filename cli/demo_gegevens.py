"""The fictional samenwerkingsverband of the demo: 3 schools, 18 professionals, and pupils for as long as it runs.

Every name is invented. First names are ordinary, family names are things and kinds of stories, addresses end in .example:
nobody can take these people for real ones. Ids come from a seeded generator, so that a demo started again finds its own
people. Only this module knows the names.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.roles import Rol
from storage.people_tables import Aanstelling, Gezagdrager, Kalenderuitzondering, Leerling, Organisatie, Persoon

SINDS = date(2025, 8, 1)
SWV, GEMEENTE = "o-waterland", "o-gemeente"
SCHOLEN = {"o-papaver": "De Papaver", "o-zwaluw": "De Zwaluw", "o-kiekendief": "De Kiekendief"}
BESTUREN = {"o-bestuur-wad": "Stichting Wad en Wijs", "o-bestuur-lucht": "Vereniging Luchtig Leren"}
_BESTUUR_VAN = {"o-papaver": "o-bestuur-wad", "o-zwaluw": "o-bestuur-wad", "o-kiekendief": "o-bestuur-lucht"}


@dataclass(frozen=True)
class Professional:
    """Somebody with a role at an organisation."""

    id: str
    voornaam: str
    achternaam: str
    rol: Rol
    bij: str

    @property
    def email(self) -> str:
        """Reserved for examples; nothing sent to it can arrive anywhere."""
        return f"{self.voornaam}.{self.achternaam.replace(' ', '')}@{self.bij.removeprefix('o-')}.example".lower()


PROFESSIONALS: Sequence[Professional] = (
    Professional("p-ib-papaver", "Anneke", "Voorbeeld", Rol.IB, "o-papaver"),
    Professional("p-ib-zwaluw", "Bouke", "Fictief", Rol.IB, "o-zwaluw"),
    Professional("p-ib-kiekendief", "Chantal", "Bedacht", Rol.IB, "o-kiekendief"),
    Professional("p-lk-papaver", "Daan", "Verzonnen", Rol.LEERKRACHT, "o-papaver"),
    Professional("p-lk-zwaluw", "Els", "Denkbeeld", Rol.LEERKRACHT, "o-zwaluw"),
    Professional("p-lk-kiekendief", "Farid", "Sprookje", Rol.LEERKRACHT, "o-kiekendief"),
    Professional("p-dir-papaver", "Gerda", "Fabel", Rol.DIRECTIE, "o-papaver"),
    Professional("p-dir-kiekendief", "Hamza", "Mythe", Rol.DIRECTIE, "o-kiekendief"),
    Professional("p-regie-wad", "Ina", "Verhaal", Rol.REGIEVOERDER, "o-bestuur-wad"),
    Professional("p-regie-lucht", "Jelle", "Sage", Rol.REGIEVOERDER, "o-bestuur-lucht"),
    Professional("p-stagnatie", "Karin", "Legende", Rol.STAGNATIEPUNT, SWV),
    Professional("p-coordinator", "Lars", "Verdicht", Rol.COORDINATOR, SWV),
    Professional("p-deel", "Mieke", "Roman", Rol.DEELCOORDINATOR, SWV),
    Professional("p-team", "Nadia", "Novelle", Rol.OT_BOVENSCHOOLS, SWV),
    Professional("p-koo", "Otto", "Vertelsel", Rol.KOO, GEMEENTE),
    Professional("p-casemanager", "Petra", "Epos", Rol.CASEMANAGER, GEMEENTE),
    Professional("p-gw", "Quinten", "Ballade", Rol.GEDRAGSWETENSCHAPPER_ST, GEMEENTE),
    Professional("p-jgz", "Roos", "Parabel", Rol.JGZ, GEMEENTE),
)
_LEERLINGEN: tuple[str, ...] = (
    *("Aafje", "Bart", "Cato", "Dirk", "Eva", "Floris", "Guusje", "Henk", "Iris", "Jurre"),
    *("Kaatje", "Luuk", "Mila", "Niek", "Okke", "Pippa", "Quirine", "Ramon", "Saar", "Tijn"),
    *("Uma", "Vic", "Wende", "Xander", "Yara", "Zeger", "Amber", "Bo", "Cas", "Dieuwke"),
)
_FAMILIE: tuple[str, ...] = (
    *("Lapjeskat", "Hooiberg", "Regenpijp", "Waslijn", "Theepot"),
    *("Laarzenknecht", "Kruiwagen", "Spinnewiel", "Boterham", "Luchtballon"),
)
_OUDERS: tuple[str, ...] = (
    *("Marloes", "Ruud", "Samira", "Tjeerd", "Wilma", "Youri", "Fenna", "Gijs", "Hatice", "Ivo", "Judith", "Kees"),
    *("Leyla", "Marten", "Nienke", "Orhan", "Paulien", "Reinder", "Sietske", "Thijs", "Ursula", "Vincent", "Wytske"),
)
_EIGEN_NAAM: tuple[str, ...] = ("Paraplu", "Stoofpeer", "Knikkerzak", "Zolderraam", "Vlaggenmast", "Dakgoot", "Poffer")
_VOOGD: tuple[str, ...] = ("Luchtkasteel", "Dagdroom", "Zeemansgaren")
# How many first pupils exist from the start; later ones come one at a time, each with a signal.
AANTAL_LEERLINGEN = len(_LEERLINGEN)
_BLOK = 300


@dataclass(frozen=True)
class Ouder:
    """Somebody with authority over a pupil: a parent, or the voogd who has it instead."""

    id: str
    voornaam: str
    achternaam: str
    email: str


@dataclass(frozen=True)
class Kind:
    """A pupil of the demo with the people who have authority: two parents, one parent, or a voogd."""

    id: str
    school_id: str
    voornaam: str
    achternaam: str
    geboren: date
    groep: str
    gezin: tuple[Ouder, ...]

    @property
    def ouders(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(o.id for o in self.gezin)


def kinderen(aantal: int = AANTAL_LEERLINGEN) -> list[Kind]:
    """The first so many pupils, the same at every start; a longer list begins with the shorter one."""
    return list(_reeks(-(-aantal // _BLOK) * _BLOK)[:aantal])


@lru_cache
def _reeks(aantal: int) -> tuple[Kind, ...]:
    toeval = random.Random(20260801)  # noqa: S311 - invented people, nothing secret
    return tuple(_maak_kind(nummer, toeval) for nummer in range(aantal))


def _maak_kind(nummer: int, toeval: random.Random) -> Kind:
    ids = [f"{toeval.getrandbits(60):015x}" for _ in range(3)]
    geboren = date(2014, 10, 1) + timedelta(days=toeval.randrange(2400))
    # The same first name comes back with another family name.
    achternaam = _FAMILIE[(nummer + nummer // len(_LEERLINGEN)) % len(_FAMILIE)]
    return Kind(
        id=f"l-{ids[0]}",
        school_id=list(SCHOLEN)[nummer % len(SCHOLEN)],
        voornaam=_LEERLINGEN[nummer % len(_LEERLINGEN)],
        achternaam=achternaam,
        # Later pupils come in later years, and are as old then as the first ones are now.
        geboren=geboren + timedelta(days=365 * (nummer // len(_LEERLINGEN))),
        groep=str(max(1, min(8, 2026 - geboren.year - 3))),
        gezin=_gezin(nummer, achternaam, [f"p-{i}" for i in ids[1:]]),
    )


def _gezin(nummer: int, achternaam: str, ids: list[str]) -> tuple[Ouder, ...]:
    """One in thirteen has a voogd; of the others two in three have two parents with authority, the rest one."""
    eerste, tweede = _OUDERS[2 * nummer % len(_OUDERS)], _OUDERS[(2 * nummer + 1) % len(_OUDERS)]
    thuis = f"gezin{nummer + 1}.example"
    if nummer % 13 == 11:
        return (_ouder(ids[0], eerste, _VOOGD[nummer // 13 % len(_VOOGD)], "voogdij.example", str(nummer + 1)),)
    if nummer // 3 % 3 == 2:
        return (_ouder(ids[0], eerste, achternaam, thuis),)
    # In half of the households the parents keep a name of their own.
    andere = _EIGEN_NAAM[nummer // 2 % len(_EIGEN_NAAM)] if nummer % 2 else achternaam
    return (_ouder(ids[0], eerste, achternaam, thuis), _ouder(ids[1], tweede, andere, thuis))


def _ouder(sleutel: str, voornaam: str, achternaam: str, domein: str, extra: str = "") -> Ouder:
    return Ouder(sleutel, voornaam, achternaam, f"{voornaam}.{achternaam}{extra}@{domein}".lower())


async def laad(session: AsyncSession) -> bool:
    """Writes the whole samenwerkingsverband; False when it is there already."""
    if await session.scalar(select(Organisatie.id).where(Organisatie.id == SWV)):
        return False
    await _organisaties(session)
    for p in PROFESSIONALS:
        session.add(Persoon(id=p.id, voornaam=p.voornaam, achternaam=p.achternaam, email=p.email))
    await session.flush()
    session.add_all(
        Aanstelling(persoon_id=p.id, organisatie_id=p.bij, rol=p.rol, van=SINDS, tot=None) for p in PROFESSIONALS
    )
    for kind in kinderen():
        await laad_kind(session, kind)
    return True


async def _organisaties(session: AsyncSession) -> None:
    """From the top down: the tables have foreign keys but no relations to sort by."""
    session.add(Organisatie(id=SWV, soort="swv", naam="Samenwerkingsverband Waterland (voorbeeld)", regio="noord"))
    await session.flush()
    session.add(Organisatie(id=GEMEENTE, soort="gemeente", naam="Gemeente Nergenshuizen", ouder_id=SWV))
    for bestuur, naam in BESTUREN.items():
        session.add(Organisatie(id=bestuur, soort="bestuur", naam=naam, ouder_id=SWV))
    await session.flush()
    for school, naam in SCHOLEN.items():
        session.add(
            Organisatie(
                id=school,
                soort="school",
                naam=naam,
                ouder_id=_BESTUUR_VAN[school],
                gemeente_id=GEMEENTE,
                regio="noord",
                deelverband="noord",
            )
        )
    await session.flush()
    for jaar in (2026, 2027):
        session.add(
            Kalenderuitzondering(
                organisatie_id="o-papaver",
                van=date(jaar, 11, 18),
                tot_en_met=date(jaar, 11, 18),
                naam="Studiedag",
                open=False,
            )
        )


async def laad_kind(session: AsyncSession, kind: Kind) -> bool:
    """Writes a pupil with the household; False when they are there already."""
    if await session.get(Leerling, kind.id) is not None:
        return False
    session.add(
        Leerling(
            id=kind.id,
            school_id=kind.school_id,
            voornaam=kind.voornaam,
            achternaam=kind.achternaam,
            geboortedatum=kind.geboren,
            groep=kind.groep,
        )
    )
    session.add_all(Persoon(id=o.id, voornaam=o.voornaam, achternaam=o.achternaam, email=o.email) for o in kind.gezin)
    await session.flush()
    session.add_all(
        Gezagdrager(
            leerling_id=kind.id,
            persoon_id=ouder.id,
            heeft_gezag=True,
            vastgesteld_op=SINDS,
            vastgesteld_door=f"p-ib-{kind.school_id.removeprefix('o-')}",
        )
        for ouder in kind.gezin
    )
    await session.flush()
    return True
