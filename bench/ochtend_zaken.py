"""The people and cases of a due morning: invented schools of fifty trajecten each, all with a reminder on the same day.

All cases are in the same place: the step in which support is given, sixteen days before the evaluation, with a heads-up for
the intern begeleider as the next thing the clock will do. So every case is one wake-up, and every school one mail.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice, pairwise

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bench.zaak import leef, omstandigheden
from cli.demo_gegevens import GEMEENTE, SINDS, SWV, laad
from domain.catalogus import CATALOGUS
from domain.effects import Bericht
from domain.feiten import Gebeurtenis
from domain.roles import Rol
from domain.traject import Traject
from domain.vastlegging import Vastlegging
from domain.verzendvenster import verzendmoment
from storage.people_tables import Aanstelling, Leerling, Organisatie, Persoon
from storage.record import leg_vast

PER_SCHOOL = 50
_BESTUUR = "o-bestuur-wad"
_GEBOREN = date(2017, 4, 1)
_PARTIJ = 500

Sessies = async_sessionmaker[AsyncSession]


@dataclass(frozen=True)
class Zaak:
    """One case of the morning: its state now, and everything that was put on record until now as one version."""

    nu: Vastlegging

    @property
    def traject(self) -> Traject:
        """The state with which its workflow begins."""
        return self.nu.traject


@cache
def voorbeeld() -> tuple[Vastlegging, datetime]:
    """The last version before the heads-up, with all facts so far, and the moment the clock comes by.

    Raises LookupError when the invented year has no such place any more.
    """
    feiten: list[Gebeurtenis] = []
    for eerder, later in pairwise(leef("t-voorbeeld")):
        feiten.extend(eerder.gebeurtenissen)
        soorten = [(m.bericht, m.rol) for m in later.meldingen]
        if soorten == [(Bericht.VOORAF, Rol.IB)] and (later.nu - eerder.nu).days >= 14:
            return eerder.model_copy(update={"gebeurtenissen": tuple(feiten), "meldingen": ()}), later.nu
    raise LookupError("geen stille week voor een aankondiging in het voorbeeldjaar")


def zaken(aantal: int) -> Iterator[Zaak]:
    """So many cases, each with an id, a pupil and a school of its own number."""
    mal, _ = voorbeeld()
    for nummer in range(aantal):
        eigen = {
            "traject_id": f"t-ochtend-{nummer:06}",
            "leerling_id": f"l-ochtend-{nummer:06}",
            "school_id": f"o-ochtend-{nummer // PER_SCHOOL:04}",
        }
        yield Zaak(mal.model_copy(update={"traject": mal.traject.model_copy(update=eigen)}))


def scholen(aantal: int) -> list[str]:
    """The schools of so many cases."""
    return [f"o-ochtend-{nummer:04}" for nummer in range(-(-aantal // PER_SCHOOL))]


async def zet_op(sessies: Sessies, aantal: int) -> None:
    """Schools with their intern begeleider, pupils, and the whole timeline and read model of each case."""
    async with sessies.begin() as session:
        await laad(session)
        await _mensen(session, aantal)
    kalender = omstandigheden().kalender
    alle = zaken(aantal)
    while groep := list(islice(alle, _PARTIJ)):
        async with sessies.begin() as session:
            for zaak in groep:
                await leg_vast(session, zaak.nu, CATALOGUS, lambda nu, _school: verzendmoment(kalender, nu))


async def _mensen(session: AsyncSession, aantal: int) -> None:
    namen = scholen(aantal)
    school = {
        "soort": "school",
        "ouder_id": _BESTUUR,
        "gemeente_id": GEMEENTE,
        "regio": "noord",
        "deelverband": "noord",
    }
    await session.execute(insert(Organisatie), [{"id": s, "naam": f"School {s[-4:]}", **school} for s in namen])
    await session.execute(
        insert(Persoon),
        [
            {"id": f"p-ib-{s[2:]}", "voornaam": "Imke", "achternaam": f"Proef{s[-4:]}", "email": f"ib@{s[2:]}.example"}
            for s in namen
        ],
    )
    await session.execute(
        insert(Aanstelling),
        [{"persoon_id": f"p-ib-{s[2:]}", "organisatie_id": s, "rol": Rol.IB, "van": SINDS, "tot": None} for s in namen],
    )
    await session.execute(
        insert(Leerling),
        [
            {
                "id": zaak.traject.leerling_id,
                "school_id": zaak.traject.school_id,
                "voornaam": "Proef",
                "achternaam": zaak.traject.leerling_id[-6:],
                "geboortedatum": _GEBOREN,
                "groep": "6",
            }
            for zaak in zaken(aantal)
        ],
    )


__all__ = ["PER_SCHOOL", "SWV", "Sessies", "Zaak", "scholen", "voorbeeld", "zaken", "zet_op"]
