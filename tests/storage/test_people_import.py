"""An import is taken over whole or not at all, and says everything that is wrong at once."""

import asyncio
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.roles import Rol
from runtime.mailbericht import valideer_adres
from storage.people_csv import EMAIL, lees_csv
from storage.people_import import voer_in
from storage.people_tables import Aanstelling, Organisatie, Persoon
from tests.storage.zaken import bevolk

Sessies = async_sessionmaker[AsyncSession]
KOP = "voornaam;achternaam;email;organisatie;rol;van;tot\n"
ZOE = "Zoë;van Dijk;zoe@proef.test;De Proef;intern begeleider;2026-08-01;\n"


def csv(*rijen: str) -> bytes:
    return (KOP + "".join(rijen)).encode()


def plekken(data: bytes) -> list[tuple[int, str | None]]:
    return [(f.rij, f.kolom) for f in lees_csv(data).fouten]


@pytest.mark.parametrize("codering", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("teken", [";", ","])
@pytest.mark.parametrize("einde", ["\n", "\r\n"])
def test_what_a_spreadsheet_writes_is_read(codering: str, teken: str, einde: str) -> None:
    tekst = (KOP + ZOE).replace(";", teken).replace("\n", einde)
    gelezen = lees_csv(tekst.encode(codering))
    assert gelezen.fouten == ()
    [rij] = gelezen.rijen
    assert (rij.voornaam, rij.achternaam, rij.rol, rij.van, rij.tot) == (
        "Zoë",
        "van Dijk",
        Rol.IB,
        date(2026, 8, 1),
        None,
    )


def test_columns_in_another_order_and_dutch_dates() -> None:
    data = (
        b'ROL,E-mail,van,tot,Organisatie,achternaam,voornaam\r\nib,A@Proef.Test,1-8-2026,31-07-2027,"Proef, De",B,A\r\n'
    )
    [rij] = lees_csv(data).rijen
    assert (rij.email, rij.organisatie, rij.van, rij.tot) == (
        "a@proef.test",
        "Proef, De",
        date(2026, 8, 1),
        date(2027, 7, 31),
    )


def test_all_errors_at_once_with_their_place() -> None:
    data = csv(
        ZOE,
        ";Jansen;geen-adres;De Proef;tovenaar;2026-13-01;\n",
        "\n",
        "Jan;Jansen;jan@proef.test;De Proef;ib;2026-08-01;2026-07-01\n",
        "te;weinig\n",
        "Piet;Pietersen;zoe@proef.test;De Proef;directie;2026-08-01;\n",
        ZOE,
        "Ouder;Ouders;ouder@proef.test;De Proef;ouders;2026-08-01;\n",
    )
    assert plekken(data) == [
        (3, "voornaam"),
        (3, "email"),
        (3, "rol"),
        (3, "van"),
        (5, "tot"),
        (6, None),
        (9, "rol"),
        (7, "email"),
        (8, "rol"),
    ]
    for fout in lees_csv(data).fouten:
        assert fout.zin.endswith(".")
        assert fout.remedie.endswith(".")
        assert "jan@" not in fout.zin.lower() + fout.remedie.lower()
        assert "Jansen" not in fout.zin + fout.remedie


@pytest.mark.parametrize(
    ("data", "verwacht"),
    [
        (b"", [(0, None)]),
        (b"\xef\xbb\xbf\r\n", [(0, None)]),
        (b"PK\x03\x04...", [(0, None)]),
        ("voornaam".encode("utf-16"), [(0, None)]),
        (KOP.encode(), [(0, None)]),
        (
            b"voornaam;naam\nx;y\n",
            [(1, k) for k in ("achternaam", "email", "organisatie", "rol", "van", "tot")] + [(1, None)],
        ),
        (KOP.encode() + b'"open;x;x;x;x;x;x\n', [(0, None)]),
    ],
)
def test_a_wrong_file_is_explained(data: bytes, verwacht: list[tuple[int, str | None]]) -> None:
    assert plekken(data) == verwacht


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: csv(t)))
def test_no_file_makes_it_fall_over(data: bytes) -> None:
    gelezen = lees_csv(data)
    assert gelezen.fouten or gelezen.rijen


@given(st.text("ab1.-_+", min_size=1, max_size=5), st.text("ab1.-_", min_size=1, max_size=6))
def test_an_address_that_is_let_in_can_also_be_written_to(naam: str, domein: str) -> None:
    adres = f"{naam}@{domein}.nl"
    if EMAIL.fullmatch(adres):
        assert valideer_adres(adres) == adres


async def test_the_same_file_twice_changes_nothing(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        voor = await session.scalar(select(func.count()).select_from(Persoon))
        data = csv(ZOE, ZOE.replace("intern begeleider", "leerkracht"))
        eerste = await voer_in(session, lees_csv(data))
        assert (eerste.gelukt, eerste.personen_nieuw, eerste.aanstellingen_nieuw) == (True, 1, 2)
        tweede = await voer_in(session, lees_csv(data))
        assert (tweede.gelukt, tweede.personen_nieuw, tweede.aanstellingen_nieuw) == (True, 0, 0)
        assert await session.scalar(select(func.count()).select_from(Persoon)) == (voor or 0) + 1


async def test_an_end_date_that_was_filled_in_arrives(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        await voer_in(session, lees_csv(csv(ZOE)))
        await voer_in(session, lees_csv(csv(ZOE.replace(";\n", ";2027-07-31\n"))))
        gevonden = select(Aanstelling.tot).join(Persoon).where(Persoon.email == "zoe@proef.test")
        assert list(await session.scalars(gevonden)) == [date(2027, 7, 31)]


async def test_one_wrong_row_and_nobody_is_let_in(db: Sessies) -> None:
    async with db() as session:
        await bevolk(session)
        session.add(Organisatie(id="school2", soort="school", naam="De Proef", ouder_id="bestuur"))
        await session.execute(update(Persoon).where(Persoon.id == "directie").values(actief=False))
        data = csv(
            ZOE.replace("De Proef", "school2"),
            "Onjuist;Proef;IB@proef.test;school;ib;2026-08-01;\n",
            "Directie;Proef;directie@proef.test;school;directie;2026-08-02;\n",
            "A;B;a@proef.test;Nergens;ib;2026-08-01;\n",
            "C;D;c@proef.test;De Proef;ib;2026-08-01;\n",
            "E;F;geen-adres;Nergens;ib;2026-08-01;\n",
        )
        resultaat = await voer_in(session, lees_csv(data))
        assert [(f.rij, f.kolom) for f in resultaat.fouten] == [
            (3, "email"),
            (4, "email"),
            (5, "organisatie"),
            (6, "organisatie"),
            (7, "email"),
            (7, "organisatie"),
        ]
        assert await session.scalar(select(Persoon).where(Persoon.email == "zoe@proef.test")) is None


@pytest.mark.parametrize(
    ("kolom", "waarde"),
    [
        ("voornaam", '"Anna\nBcc: ander@kwaad.example"'),
        ("voornaam", "x" * 101),
        ("achternaam", "a\x1b[31mb"),
        ("achternaam", "a\u202eb"),
        ("van", "0001-01-01"),
        ("tot", "9999-12-31"),
    ],
)
def test_what_would_break_a_mail_or_a_page_later_is_refused_now(kolom: str, waarde: str) -> None:
    velden = {
        "voornaam": "Anna",
        "achternaam": "Proef",
        "email": "anna@proef.example",
        "organisatie": "De Papaver",
        "rol": "ib",
        "van": "2026-08-01",
        "tot": "",
    }
    regel = ",".join({**velden, kolom: waarde}.values())
    gelezen = lees_csv(f"{','.join(velden)}\n{regel}\n".encode())
    assert [(f.rij, f.kolom) for f in gelezen.fouten] == [(2, kolom)]


async def test_two_parents_share_an_address_and_somebody_who_works_here_may_be_at_it_too(db: Sessies) -> None:
    thuis = "gezin@proef.test"
    async with db.begin() as session:
        await bevolk(session)
        for nr, naam in enumerate(("Moeder", "Vader")):
            session.add(Persoon(id=f"ouder{nr}", voornaam=naam, achternaam="Gezin", email=thuis))
    async with db.begin() as session:
        # The mother teaches at the school herself; a neighbour with the same address at home is somebody else.
        rijen = f"moeder;gezin;{thuis};De Proef;leerkracht;2026-08-01;\n"
        uitkomst = await voer_in(session, lees_csv(csv(rijen)))
        assert (uitkomst.fouten, uitkomst.personen_nieuw, uitkomst.aanstellingen_nieuw) == ((), 0, 1)
    async with db.begin() as session:
        assert await session.scalar(select(Aanstelling.persoon_id).where(Aanstelling.rol == "leerkracht")) == "ouder0"
        ander = await voer_in(session, lees_csv(csv(f"Buur;Vrouw;{thuis};De Proef;ib;2026-08-01;\n")))
        assert [(f.rij, f.kolom) for f in ander.fouten] == [(2, "email")]


async def test_an_address_of_a_parent_does_not_keep_a_colleague_out(db: Sessies) -> None:
    async with db.begin() as session:
        await bevolk(session)
        session.add(Persoon(id="ouder-een", voornaam="Ouder", achternaam="Een", email="Thuis@proef.test"))
        resultaat = await voer_in(session, lees_csv(csv("Zoë;van Dijk;thuis@proef.test;De Proef;ib;2026-08-01;\n")))
        assert (resultaat.personen_nieuw, resultaat.aanstellingen_nieuw) == (1, 1)
        weer = await voer_in(session, lees_csv(csv("Zoë;van Dijk;thuis@proef.test;De Proef;ib;2026-08-01;\n")))
        assert (weer.fouten, weer.personen_nieuw, weer.aanstellingen_nieuw) == ((), 0, 0)


async def test_two_imports_at_once_do_not_make_somebody_twice(db: Sessies) -> None:
    async with db.begin() as session:
        await bevolk(session)

    async def een() -> int:
        async with db.begin() as session:
            return (await voer_in(session, lees_csv(csv(ZOE)))).personen_nieuw

    assert sorted(await asyncio.gather(*(een() for _ in range(4)))) == [0, 0, 0, 1]


async def test_a_whole_region_is_taken_over_in_a_few_statements(db: Sessies) -> None:
    """Asking and writing per row would take minutes; the number of statements may not grow with the file."""
    rijen = [f"V{nr};A{nr};p{nr}@proef.test;De Proef;leerkracht;2026-08-01;\n" for nr in range(3000)]
    async with db.begin() as session:
        await bevolk(session)
        verzonden: list[str] = []
        verbinding = (await session.connection()).sync_connection
        event.listen(verbinding, "before_cursor_execute", lambda *a: verzonden.append(a[2]))
        resultaat = await voer_in(session, lees_csv(csv(*rijen)))
        assert (resultaat.fouten, resultaat.aanstellingen_nieuw) == ((), 3000)
        assert len(verzonden) < 20
