"""The right person is told, and only a parent with authority counts as parent."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.consent import Leeftijdsgroep
from domain.roles import Rol
from storage.errors import LeerlingOnbekend
from storage.people import gezag_van, leeftijdsgroep, ontvangers
from storage.people_tables import Betrokkene, Organisatie, Persoon
from tests.storage.zaken import VANDAAG, bevolk, persoon, stel_aan

Sessies = async_sessionmaker[AsyncSession]


async def wie(session: AsyncSession, rol: Rol, persoon_id: str | None = None, op: date = VANDAAG) -> dict[str, bool]:
    """Recipients and whether they stand in."""
    gevonden = await ontvangers(session, "t-1", "school", "kind", rol, persoon_id, op)
    return {o.persoon_id: o.vervanging for o in gevonden}


@pytest.mark.parametrize(
    ("rol", "verwacht"),
    [
        (Rol.IB, "ib"),
        (Rol.REGIEVOERDER, "regievoerder"),
        (Rol.CASEMANAGER, "casemanager"),
        (Rol.COORDINATOR, "coordinator"),
        (Rol.OUDERS, "ouder"),
    ],
)
async def test_a_role_is_found_where_it_lives(db: Sessies, rol: Rol, verwacht: str) -> None:
    async with db() as session:
        await bevolk(session)
        assert await wie(session, rol) == {verwacht: False}


async def test_the_person_closest_to_the_case_goes_first(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        await stel_aan(session, "coordinator", "bestuur", Rol.IB)
        assert await wie(session, Rol.IB) == {"ib": False}
        await persoon(session, "ib_van_het_kind")
        tot = date(2026, 12, 31)
        session.add(Betrokkene(traject_id="t-1", persoon_id="ib_van_het_kind", rol=Rol.IB, van=VANDAAG, tot=tot))
        await session.flush()
        assert await wie(session, Rol.IB) == {"ib_van_het_kind": False}
        assert await wie(session, Rol.IB, op=tot) == {"ib_van_het_kind": False}
        assert await wie(session, Rol.IB, op=date(2027, 1, 1)) == {"ib": False}
        assert await wie(session, Rol.IB, "directie") == {"directie": False}


@pytest.mark.parametrize(
    ("rol", "vervanger"),
    [
        (Rol.LEERKRACHT, "ib"),
        (Rol.KOO, "ib"),
        (Rol.STAGNATIEPUNT, "coordinator"),
    ],
)
async def test_for_a_role_nobody_holds_somebody_stands_in(db: Sessies, rol: Rol, vervanger: str) -> None:
    async with db() as session:
        await bevolk(session)
        assert await wie(session, rol) == {vervanger: True}


async def test_standing_in_goes_up_until_nobody_is_left(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        for weg, dan in (("ib", {"directie": True}), ("directie", {"coordinator": True}), ("coordinator", {})):
            await session.execute(update(Persoon).where(Persoon.id == weg).values(actief=False))
            assert await wie(session, Rol.IB) == dan


async def test_a_message_above_the_school_never_falls_back_on_the_school(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        await session.execute(update(Persoon).where(Persoon.id == "regievoerder").values(actief=False))
        assert await wie(session, Rol.REGIEVOERDER) == {"coordinator": True}


async def test_an_address_that_is_missing_is_somebody_who_is_missing(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        await session.execute(update(Persoon).where(Persoon.id == "ouder").values(email=None))
        assert await wie(session, Rol.OUDERS) == {"ib": True}
        assert await wie(session, Rol.OUDERS, "ouder") == {"ib": True}


async def test_a_parent_without_authority_is_told_nothing_however_listed(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        session.add(Betrokkene(traject_id="t-1", persoon_id="ouder_zonder", rol=Rol.OUDERS, van=VANDAAG))
        await stel_aan(session, "ouder_zonder", "school", Rol.OUDERS)
        assert await wie(session, Rol.OUDERS) == {"ouder": False}


async def test_another_school_or_deelverband_is_not_asked(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        session.add(Organisatie(id="school2", soort="school", naam="Verderop", ouder_id="bestuur"))
        await session.flush()
        await persoon(session, "ib2")
        await stel_aan(session, "ib2", "school2", Rol.IB)
        for naam, deel in (("dc_noord", "noord"), ("dc_zuid", "zuid")):
            await persoon(session, naam)
            await stel_aan(session, naam, "swv", Rol.DEELCOORDINATOR, deelverband=deel)
        await session.execute(update(Organisatie).where(Organisatie.id == "school").values(deelverband="noord"))
        assert await wie(session, Rol.IB) == {"ib": False}
        assert await wie(session, Rol.DEELCOORDINATOR) == {"dc_noord": False}


async def test_a_partner_works_for_whom_it_hangs_under(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        session.add(Organisatie(id="ggd", soort="partner", naam="GGD Proef", ouder_id="gemeente"))
        await session.flush()
        await persoon(session, "jeugdarts")
        await stel_aan(session, "jeugdarts", "ggd", Rol.JGZ)
        assert await wie(session, Rol.JGZ) == {"jeugdarts": False}


async def test_authority_as_consent_needs_it(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        gezag = await gezag_van(session, "kind", VANDAAG)
        assert (gezag.gezagdragers, gezag.leeftijdsgroep) == (("ouder",), Leeftijdsgroep.ONDER_12)
        assert (await gezag_van(session, "kind", date(2028, 5, 1))).leeftijdsgroep is Leeftijdsgroep.VAN_12_TOT_16
        with pytest.raises(LeerlingOnbekend):
            await gezag_van(session, "wie", VANDAAG)


@pytest.mark.parametrize(
    ("geboren", "op", "groep"),
    [
        (date(2014, 11, 24), date(2026, 11, 23), Leeftijdsgroep.ONDER_12),
        (date(2014, 11, 23), date(2026, 11, 23), Leeftijdsgroep.VAN_12_TOT_16),
        (date(2010, 11, 23), date(2026, 11, 23), Leeftijdsgroep.VAN_16_TOT_18),
        (date(2008, 11, 24), date(2026, 11, 23), Leeftijdsgroep.VAN_16_TOT_18),
        (date(2008, 11, 23), date(2026, 11, 23), Leeftijdsgroep.VANAF_18),
        (date(2012, 2, 29), date(2030, 2, 28), Leeftijdsgroep.VAN_16_TOT_18),
        (date(2012, 2, 29), date(2030, 3, 1), Leeftijdsgroep.VANAF_18),
    ],
)
def test_the_birthday_itself_counts(geboren: date, op: date, groep: Leeftijdsgroep) -> None:
    assert leeftijdsgroep(geboren, op) is groep
