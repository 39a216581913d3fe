"""`routewacht people import`: what a school administrator meets when the file is wrong, and when it is right."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from storage.db import maak_engine, sessies
from storage.people_tables import Aanstelling, Persoon
from tests.cli.conftest import Draai, document
from tests.storage.zaken import bevolk

KOP = "voornaam;achternaam;email;organisatie;rol;van;tot\n"
ZOE = "Zoë;van Dijk;zoe@proef.test;De Proef;intern begeleider;2026-08-01;\n"
Tel = Callable[[], tuple[int, int]]


@pytest_asyncio.fixture(loop_scope="session")
async def gevuld(migrated_database_url: str, omgeving: pytest.MonkeyPatch) -> str:
    """A database with the school "De Proef" and five people who have a role."""
    engine = maak_engine(migrated_database_url)
    async with sessies(engine).begin() as session:
        await bevolk(session)
    await engine.dispose()
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    return migrated_database_url


@pytest.fixture
def tel(gevuld: str) -> Tel:
    """How many people and appointments there are now."""
    from sqlalchemy import NullPool, create_engine

    from storage.db import psycopg_url

    def werk() -> tuple[int, int]:
        with create_engine(psycopg_url(gevuld), poolclass=NullPool).connect() as c:
            mensen = c.scalar(select(func.count()).select_from(Persoon))
            return mensen or 0, c.scalar(select(func.count()).select_from(Aanstelling)) or 0

    return werk


def bestand(map_: Path, inhoud: str | bytes) -> Path:
    pad = map_ / "mensen.csv"
    pad.write_bytes(inhoud.encode() if isinstance(inhoud, str) else inhoud)
    return pad


@pytest.mark.parametrize("codering", ["utf-8", "utf-8-sig", "cp1252"])
def test_een_goed_bestand_wordt_overgenomen_ook_uit_een_oud_rekenblad(
    draai: Draai, tel: Tel, tmp_path: Path, codering: str
) -> None:
    mensen, aanstellingen = tel()
    uitkomst = draai("people", "import", bestand(tmp_path, (KOP + ZOE).encode(codering)))
    assert uitkomst.exit_code == 0
    assert uitkomst.stdout == "Het bestand is overgenomen.\nErbij gekomen: 1 persoon en 1 aanstelling.\n"
    assert tel() == (mensen + 1, aanstellingen + 1)


def test_hetzelfde_bestand_nog_eens_verandert_niets(draai: Draai, tel: Tel, tmp_path: Path) -> None:
    pad = bestand(tmp_path, KOP + ZOE)
    draai("people", "import", pad)
    voor = tel()
    assert "Erbij gekomen: 0 personen en 0 aanstellingen." in draai("people", "import", pad).stdout
    assert tel() == voor


def test_een_proef_controleert_en_schrijft_niets(draai: Draai, tel: Tel, tmp_path: Path) -> None:
    voor = tel()
    uitkomst = draai("people", "import", bestand(tmp_path, KOP + ZOE), "--proef")
    assert uitkomst.exit_code == 0
    assert "Er zouden bijkomen: 1 persoon en 1 aanstelling." in uitkomst.stdout
    assert tel() == voor


def test_alle_fouten_staan_er_ineens_met_hun_rij(draai: Draai, tel: Tel, tmp_path: Path) -> None:
    voor = tel()
    inhoud = (
        KOP
        + ZOE
        + "Jan;Jansen;geen-adres;De Proef;ib;2026-08-01;\n"
        + ZOE
        + "Piet;Pietersen;piet@proef.test;De Onbekende;directie;2026-08-01;\n"
        + "Kees;Keizer;ib@proef.test;De Proef;ib;2026-08-01;\n"
    )
    uitkomst = draai("people", "import", bestand(tmp_path, inhoud))
    assert uitkomst.exit_code == 1
    assert uitkomst.stdout == ""
    assert uitkomst.stderr.splitlines() == [
        "Er is niets overgenomen: 4 fouten in het bestand.",
        "Rij 3: Dit is geen geldig e-mailadres. Vul een adres in als naam@school.nl.",
        "Rij 4: Deze persoon heeft deze rol ook al op rij 2. Verwijder een van de twee rijen.",
        "Rij 5: Deze organisatie bestaat niet. Controleer de naam, of maak de organisatie eerst aan.",
        "Rij 6: Dit e-mailadres is al van iemand met een andere naam. "
        "Controleer het adres, of pas eerst de naam van die persoon aan.",
    ]
    assert tel() == voor


def test_een_bestand_dat_helemaal_fout_is_geeft_een_scherm_en_snel(draai: Draai, tel: Tel, tmp_path: Path) -> None:
    """Ten thousand lines with five mistakes each: nobody reads fifty thousand sentences, nor waits for them."""
    voor, begin = tel(), time.monotonic()
    regels = "".join(f"V{nr};;geen-adres;Nergens;koning;31-31-2026;\n" for nr in range(10_000))
    uitkomst = draai("people", "import", bestand(tmp_path, KOP + regels))
    duur = time.monotonic() - begin
    assert uitkomst.exit_code == 1
    scherm = uitkomst.stderr.splitlines()
    assert scherm[0] == "Er is niets overgenomen: 50000 fouten in het bestand."
    assert len([r for r in scherm if r.startswith("Rij ")]) == 50
    assert scherm[-1] == "En nog 49950 fouten. Verbeter eerst deze; met --json staan ze er allemaal."
    assert duur < 20, "a few seconds on a quiet machine"
    assert tel() == voor


def test_verkeerde_kolommen_worden_bij_naam_genoemd(draai: Draai, tel: Tel, tmp_path: Path) -> None:
    inhoud = "voornaam;achternaam;email;school;rol;van;tot\nA;B;a@b.test;De Proef;ib;2026-08-01;\n"
    uitkomst = draai("people", "import", bestand(tmp_path, inhoud))
    assert uitkomst.exit_code == 1
    assert uitkomst.stderr.splitlines() == [
        "Er is niets overgenomen: 2 fouten in het bestand.",
        "Rij 1: De kolom 'organisatie' ontbreekt. Voeg op de eerste rij de kolom 'organisatie' toe.",
        "Rij 1: De 4e kolom is onbekend. Gebruik alleen voornaam, achternaam, email, organisatie, rol, van, tot.",
    ]


@pytest.mark.parametrize(
    ("inhoud", "zin"),
    [
        (b"", "Het bestand is leeg."),
        (b"PK\x03\x04rest", "Dit is geen CSV-bestand."),
        (KOP.encode(), "Er staat niemand in dit bestand."),
        ((KOP + ZOE).encode("utf-16"), "Dit is geen CSV-bestand."),
    ],
)
def test_wat_geen_lijst_is_krijgt_een_zin_zonder_rij(
    draai: Draai, tel: Tel, tmp_path: Path, inhoud: bytes, zin: str
) -> None:
    uitkomst = draai("people", "import", bestand(tmp_path, inhoud))
    assert uitkomst.exit_code == 1
    assert uitkomst.stderr.splitlines()[1].startswith(zin)


def test_met_json_een_document_met_rij_en_kolom(draai: Draai, tel: Tel, tmp_path: Path) -> None:
    pad = bestand(tmp_path, KOP + "Jan;Jansen;geen-adres;De Proef;ib;2026-08-01;\n")
    uitkomst = draai("people", "import", pad, "--json")
    assert uitkomst.exit_code == 1
    assert uitkomst.stderr == ""
    antwoord = document(uitkomst)
    assert antwoord["gelukt"] is False
    assert [(f["rij"], f["kolom"]) for f in antwoord["fouten"]] == [(2, "email")]
    assert "geen-adres" not in uitkomst.output
