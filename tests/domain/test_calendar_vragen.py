"""Questions about days, what a calendar refuses to guess, and what it refuses to be."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.calendar import (
    Kalender,
    KalenderReiktNietVer,
    Klok,
    Regio,
    Termijn,
    eerstvolgende_schooldag,
    is_feestdag,
    is_schooldag,
    is_werkdag,
    laatste_schooldag_tot,
    schooldagen_sinds,
    schooldagen_tussen,
    schooljaar_grenzen,
    schooljaar_van,
    werkdagen_tussen,
)
from tests.domain.calendar_noord import NOORD, d, met, p, reken


def test_bevrijdingsdag_is_elk_jaar_vrij() -> None:
    assert is_feestdag(NOORD, d("2027-05-05"))
    assert not is_werkdag(NOORD, d("2027-05-05"))
    assert not is_schooldag(NOORD, d("2027-05-05"))


def test_zoeken_en_tellen_rond_een_vakantie() -> None:
    assert eerstvolgende_schooldag(NOORD, d("2026-12-18")) == d("2026-12-18")
    assert eerstvolgende_schooldag(NOORD, d("2026-12-19")) == d("2027-01-04")
    assert laatste_schooldag_tot(NOORD, d("2027-01-03")) == d("2026-12-18")
    assert schooldagen_tussen(NOORD, d("2026-12-18"), d("2027-01-04")) == 1
    assert werkdagen_tussen(NOORD, d("2026-12-18"), d("2027-01-04")) == 9
    assert schooldagen_tussen(NOORD, d("2027-01-08"), d("2027-01-04")) == 0


def test_wie_langer_wacht_dan_de_kalender_terugkijkt_telt_vanaf_het_begin() -> None:
    """A case of years ago must still have a page and a mail: only its waiting is counted from where the calendar begins."""
    assert schooldagen_sinds(NOORD, NOORD.van - timedelta(days=400), d("2026-12-18")) == schooldagen_tussen(
        NOORD, NOORD.van, d("2026-12-18")
    )
    assert schooldagen_sinds(NOORD, d("2026-12-18"), d("2027-01-04")) == 1


@pytest.mark.parametrize(
    ("dag", "jaar"), [("2026-07-31", 2025), ("2026-08-01", 2026), ("2026-12-31", 2026), ("2027-01-01", 2026)]
)
def test_schooljaar(dag: str, jaar: int) -> None:
    assert schooljaar_van(d(dag)) == jaar
    van, tot_en_met = schooljaar_grenzen(jaar)
    assert van <= d(dag) <= tot_en_met


@pytest.mark.parametrize(
    ("vanaf", "aantal", "klok", "buiten"),
    [
        ("2028-07-10", 6, Klok.SCHOOLWEKEN, "2028-08-01"),
        ("2028-07-10", 30, Klok.SCHOOLDAGEN, "2028-08-01"),
        ("2028-07-10", 30, Klok.WERKDAGEN, "2028-08-01"),
        ("2028-07-10", 30, Klok.KALENDERDAGEN, "2028-08-09"),
        ("2028-07-10", 10**9, Klok.KALENDERDAGEN, "2028-08-01"),
        ("2026-08-18", -5, Klok.SCHOOLDAGEN, "2026-07-31"),
        ("2026-07-31", 1, Klok.SCHOOLDAGEN, "2026-07-31"),
        ("2028-08-01", 0, Klok.KALENDERDAGEN, "2028-08-01"),
    ],
)
def test_buiten_de_kalender_wordt_niet_gegokt(vanaf: str, aantal: int, klok: Klok, buiten: str) -> None:
    with pytest.raises(KalenderReiktNietVer) as fout:
        reken(vanaf, aantal, klok)
    assert fout.value.datum == d(buiten)
    assert isinstance(fout.value, ValueError)


@pytest.mark.parametrize("vraag", [is_schooldag, is_werkdag, is_feestdag, eerstvolgende_schooldag])
def test_een_vraag_buiten_de_kalender_krijgt_geen_antwoord(vraag: object) -> None:
    assert callable(vraag)
    with pytest.raises(KalenderReiktNietVer, match="dinsdag 1 augustus 2028 valt daarbuiten"):
        vraag(NOORD, d("2028-08-01"))


def test_een_kopie_met_andere_dagen_rekent_met_die_dagen() -> None:
    assert is_schooldag(NOORD, d("2026-11-03"))
    school = met(eigen_vrij=(p("Studiedag", "2026-11-03"),))
    assert not is_schooldag(school, d("2026-11-03"))
    assert is_schooldag(NOORD, d("2026-11-03"))
    assert school.kenmerk != NOORD.kenmerk


def test_kenmerk_hangt_niet_af_van_de_volgorde_of_de_bron() -> None:
    velden = NOORD.model_dump() | {"bron": "elders", "vakanties": NOORD.vakanties[::-1]}
    assert Kalender.model_validate(velden).kenmerk == NOORD.kenmerk


def test_een_periode_eindigt_niet_voor_haar_begin() -> None:
    with pytest.raises(ValidationError, match="periode"):
        p("Omgekeerd", "2026-11-04", "2026-11-03")
    with pytest.raises(ValidationError, match="kalender"):
        Kalender.model_validate(NOORD.model_dump() | {"tot_en_met": d("2026-07-31")})


def test_een_verschreven_veld_in_een_termijn_wordt_geweigerd() -> None:
    with pytest.raises(ValidationError, match="wetelijk"):
        Termijn.model_validate({"aantal": 6, "klok": "kalenderweken", "wetelijk": True})
    assert Termijn.model_validate({"aantal": 6, "klok": "schoolweken"}).klok is Klok.SCHOOLWEKEN


def test_een_kalender_die_op_zondag_begint_geeft_een_uitleg() -> None:
    zondag = Kalender(
        regio=Regio.ZUID,
        van=d("2027-08-01"),
        tot_en_met=d("2027-10-01"),
        vakanties=(),
        feestdagen=(),
        bron="met de hand",
    )
    datum, uitleg = reken("2027-08-01", 1, Klok.SCHOOLWEKEN, k=zondag)
    assert datum == "2027-08-09"
    assert "(weekend)" in uitleg
