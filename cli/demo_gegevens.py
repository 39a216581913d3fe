"""The fictional samenwerkingsverband of the demo: 3 schools, 16 professionals, 30 pupils. Every name is invented.

Ids come from a seeded generator, so that a demo started again finds its own people. Only this module knows the names.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

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
AANTAL_LEERLINGEN = len(_LEERLINGEN)


@dataclass(frozen=True)
class Kind:
    """A pupil of the demo with the parents who have authority."""

    id: str
    school_id: str
    voornaam: str
    achternaam: str
    geboren: date
    groep: str
    ouders: tuple[str, ...]


def kinderen() -> list[Kind]:
    """The thirty pupils, the same at every start: random ids, ten per school, one or two parents each."""
    toeval = random.Random(20260801)  # noqa: S311 - invented people, nothing secret
    scholen = list(SCHOLEN)
    gemaakt = []
    for nummer, voornaam in enumerate(_LEERLINGEN):
        ids = [f"{toeval.getrandbits(60):015x}" for _ in range(3)]
        geboren = date(2014, 10, 1) + timedelta(days=toeval.randrange(2400))
        gemaakt.append(
            Kind(
                id=f"l-{ids[0]}",
                school_id=scholen[nummer % len(scholen)],
                voornaam=voornaam,
                achternaam=_FAMILIE[nummer % len(_FAMILIE)],
                geboren=geboren,
                groep=str(max(1, min(8, 2026 - geboren.year - 3))),
                ouders=tuple(f"p-{i}" for i in ids[1 : 3 - (nummer % 3 == 2)]),
            )
        )
    return gemaakt


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
        await _kind(session, kind)
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


async def _kind(session: AsyncSession, kind: Kind) -> None:
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
    await session.flush()
    for nummer, ouder in enumerate(kind.ouders):
        adres = f"ouder{nummer + 1}.{kind.id[2:8]}@thuis.example"
        session.add(Persoon(id=ouder, voornaam=f"Ouder{nummer + 1}", achternaam=kind.achternaam, email=adres))
        await session.flush()
        session.add(
            Gezagdrager(
                leerling_id=kind.id,
                persoon_id=ouder,
                heeft_gezag=True,
                vastgesteld_op=SINDS,
                vastgesteld_door=f"p-ib-{kind.school_id.removeprefix('o-')}",
            )
        )
