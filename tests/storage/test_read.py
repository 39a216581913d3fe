"""What pages show is what is recorded, and a list agrees with the mail."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.feiten import AfspraakGedaan, StagnatieVastgesteld, TrajectGesloten
from domain.roles import Partij, Rol
from domain.route import Oorzaak
from domain.traject import TrajectStatus
from storage import read
from storage.case_tables import TrajectRij
from storage.people import ontvangers
from storage.people_tables import Persoon
from storage.record import leg_vast
from storage.views import Filters
from tests.storage.zaken import CATALOGUS, VANDAAG, Verhaal, afspraak, bevolk, meteen

Sessies = async_sessionmaker[AsyncSession]
MORGEN = VANDAAG + timedelta(days=1)


async def vul(session: AsyncSession) -> None:
    """Four cases: late, on time, standing still, closed."""
    await bevolk(session)
    stil = StagnatieVastgesteld(
        bron="melding", oorzaak=Oorzaak.SCHOOL, bij=Rol.REGIEVOERDER, afspraak_id="a1", over=None, op=VANDAAG
    )
    te_laat, op_tijd, ligt_stil, dicht = (Verhaal(f"t-{naam}") for naam in ("laat", "optijd", "stil", "dicht"))
    later = date(2026, 12, 1)
    for vastlegging in (
        te_laat.start(afspraak(1), afspraak(2, streef=later, rol=Rol.LEERKRACHT, persoon_id="directie")),
        op_tijd.start(afspraak(1, streef=later, rol=Rol.LEERKRACHT)),
        ligt_stil.start(afspraak(1, streef=later, rol=Rol.REGIEVOERDER, bal=Partij.BESTUUR)),
        ligt_stil.versie(stil),
        dicht.start(),
        dicht.versie(AfspraakGedaan(afspraak_id="a1", op=VANDAAG), TrajectGesloten(op=VANDAAG)),
    ):
        await leg_vast(session, vastlegging, CATALOGUS, meteen)


@pytest.mark.parametrize(
    ("filters", "verwacht"),
    [
        (Filters(), ["t-stil", "t-laat", "t-optijd", "t-dicht"]),
        (Filters(status=TrajectStatus.GESLOTEN), ["t-dicht"]),
        (Filters(te_laat_op=MORGEN), ["t-laat"]),
        (Filters(te_laat_op=VANDAAG), []),
        (Filters(stagnatie=True), ["t-stil"]),
        (Filters(rol=Rol.LEERKRACHT), ["t-laat", "t-optijd"]),
        (Filters(persoon_id="directie"), ["t-laat"]),
        (Filters(school_id="elders"), []),
        (Filters(zoek="T-OPT"), ["t-optijd"]),
        (Filters(zoek="sanne pr", status=TrajectStatus.LOPEND), ["t-stil", "t-laat", "t-optijd"]),
        (Filters(zoek="%"), []),
    ],
)
async def test_a_list_holds_what_was_asked(db: Sessies, filters: Filters, verwacht: list[str]) -> None:
    async with db() as session:
        await vul(session)
        lijst = await read.trajecten(session, filters)
        assert [r.traject_id for r in lijst.regels] == verwacht
        assert lijst.totaal == len(verwacht)
        halve = await read.trajecten(session, filters.model_copy(update={"limiet": 2, "offset": 1}))
        assert [r.traject_id for r in halve.regels] == verwacht[1:3]
        assert halve.totaal == len(verwacht)


async def test_one_traject_with_everything_in_it(db: Sessies) -> None:
    async with db() as session:
        await vul(session)
        detail = await read.traject(session, "t-dicht")
        assert detail is not None
        assert (detail.regel.leerling_naam, detail.regel.school_naam) == ("Sanne Proef", "De Proef")
        assert [(a.titel, a.status) for a in detail.afspraken] == [("Evalueren hoe het gaat", "gedaan")]
        assert detail.staat == await read.lees_staat(session, "t-dicht")
        assert [g.feit.soort for g in await read.tijdlijn(session, "t-dicht")][-1] == "traject_gesloten"
        assert await read.traject(session, "t-nergens") is None


async def test_a_pupil_the_people_tables_do_not_know_is_still_listed(db: Sessies) -> None:
    async with db() as session:
        await vul(session)
        await session.execute(update(TrajectRij).values(leerling_id="onbekend", school_id="onbekend"))
        assert (await read.trajecten(session, Filters())).totaal == 4


async def test_counts(db: Sessies) -> None:
    async with db() as session:
        await vul(session)
        t = await read.tellingen(session, MORGEN, "swv")
        assert (t.lopend, t.gesloten, t.te_laat, t.stagnatie) == (3, 1, 1, 1)
        assert t.per_bal == {Partij.SCHOOL: 2, Partij.BESTUUR: 1}
        assert (await read.tellingen(session, MORGEN, "ander")).lopend == 0


@pytest.mark.parametrize(
    ("wie", "verwacht"),
    [
        ("ib", [("t-laat", "a1", False), ("t-optijd", "a1", True)]),
        ("directie", [("t-laat", "a2", False)]),
        ("regievoerder", [("t-stil", "a1", False)]),
        ("coordinator", []),
        ("ouder", []),
    ],
)
async def test_somebodys_own_list(db: Sessies, wie: str, verwacht: list[tuple[str, str, bool]]) -> None:
    async with db() as session:
        await vul(session)
        mijn = await read.mijn_afspraken(session, wie, VANDAAG)
        assert [(m.traject.traject_id, m.afspraak.afspraak_id, m.vervanging) for m in mijn] == verwacht


async def test_list_and_mail_agree_whoever_is_missing(db: Sessies) -> None:
    """Every open afspraak is on the list of exactly those who would get the mail about it."""
    mensen = ["ib", "directie", "regievoerder", "casemanager", "coordinator", "ouder"]
    async with db() as session:
        await vul(session)
        weg_zijn = set[str]()
        for weg in ("", "ib", "directie", "regievoerder"):
            weg_zijn.add(weg)
            await session.execute(update(Persoon).where(Persoon.id == weg).values(actief=False))
            lijsten = {
                (m.traject.traject_id, m.afspraak.afspraak_id, wie)
                for wie in mensen
                for m in await read.mijn_afspraken(session, wie, VANDAAG)
                if wie not in weg_zijn
            }
            mails = set()
            for traject_id in ("t-laat", "t-optijd", "t-stil"):
                staat = await read.lees_staat(session, traject_id)
                assert staat is not None
                for a in staat.open_afspraken:
                    wie_dan = await ontvangers(session, traject_id, "school", "kind", a.rol, a.persoon_id, VANDAAG)
                    mails |= {(traject_id, a.id, o.persoon_id) for o in wie_dan}
            assert lijsten == mails, weg


async def test_who_can_act_in_a_traject(db: Sessies) -> None:
    async with db() as session:
        await vul(session)
        mensen = await read.mensen_van(session, "t-laat", VANDAAG)
        assert {(m.persoon_id, m.rol) for m in mensen} == {
            ("ib", Rol.IB),
            ("directie", Rol.DIRECTIE),
            ("regievoerder", Rol.REGIEVOERDER),
            ("casemanager", Rol.CASEMANAGER),
            ("coordinator", Rol.COORDINATOR),
            ("ouder", Rol.OUDERS),
        }
        assert next(m for m in mensen if m.persoon_id == "ib").naam == "Ib Proef"
