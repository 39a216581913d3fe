"""Dates a person can check with a calendar on the wall, and the sentences people get to read."""

from datetime import UTC, date, timedelta

import pytest

from domain.calendar import Klok, is_schooldag, schooldagen_tussen
from domain.tijd import om_acht
from tests.domain.calendar_noord import NOORD, d, met, p, reken


def test_een_evaluatie_over_de_kerst_komt_twee_weken_later() -> None:
    assert reken("2026-11-30", 6, Klok.SCHOOLWEKEN) == (
        "2027-01-25",
        "6 schoolweken na maandag 30 november 2026; kerstvakantie telt niet mee (2 weken)",
    )


@pytest.mark.parametrize(
    ("vanaf", "einde"),
    [("2026-12-01", "2027-01-26"), ("2026-12-02", "2027-01-27"), ("2026-12-04", "2027-01-29")],
)
def test_de_kerst_telt_voor_elke_weekdag_twee_weken(vanaf: str, einde: str) -> None:
    datum, uitleg = reken(vanaf, 6, Klok.SCHOOLWEKEN)
    assert datum == einde
    assert uitleg.endswith("kerstvakantie telt niet mee (2 weken)")


def test_een_afspraak_in_de_vakantie_telt_vanaf_de_eerste_schoolweek() -> None:
    assert reken("2026-12-23", 1, Klok.SCHOOLWEKEN) == (
        "2027-01-11",
        "1 schoolweek na woensdag 23 december 2026; woensdag 23 december 2026 valt in een week zonder school "
        "(kerstvakantie), daarom telt het vanaf de week van maandag 4 januari 2027",
    )


def test_een_schoolweek_die_op_een_vrije_dag_eindigt_schuift_door() -> None:
    assert reken("2027-04-22", 1, Klok.SCHOOLWEKEN) == (
        "2027-05-10",
        "1 schoolweek na donderdag 22 april 2027; meivakantie telt niet mee (1 week); donderdag 6 mei 2027 is geen "
        "schooldag (Hemelvaartsdag en vrijdag na Hemelvaart), daarom maandag 10 mei 2027",
    )


def test_een_tweede_meiweek_van_de_school_zelf_wordt_apart_genoemd() -> None:
    school = met(eigen_vrij=(p("Tweede week mei", "2027-05-03", "2027-05-07"),))
    assert reken("2027-04-19", 1, Klok.SCHOOLWEKEN, k=school) == (
        "2027-05-10",
        "1 schoolweek na maandag 19 april 2027; meivakantie telt niet mee (1 week); "
        "Tweede week mei telt niet mee (1 week)",
    )


def test_een_week_met_een_enkele_schooldag_telt() -> None:
    school = met(eigen_vrij=(p("Projectweek", "2026-11-09", "2026-11-12"),))
    assert reken("2026-11-02", 2, Klok.SCHOOLWEKEN, k=school) == (
        "2026-11-16",
        "2 schoolweken na maandag 2 november 2026",
    )


def test_open_in_de_herfstvakantie_van_de_regio() -> None:
    school = met(
        eigen_open=(p("Les", "2026-10-12", "2026-10-16"),), eigen_vrij=(p("Eigen herfst", "2026-10-19", "2026-10-23"),)
    )
    assert not is_schooldag(NOORD, d("2026-10-13"))
    assert is_schooldag(school, d("2026-10-13"))
    assert not is_schooldag(school, d("2026-10-17")), "een zaterdag gaat niet open"
    assert reken("2026-10-05", 2, Klok.SCHOOLWEKEN, k=school) == (
        "2026-10-26",
        "2 schoolweken na maandag 5 oktober 2026; Eigen herfst telt niet mee (1 week)",
    )


def test_eigen_vrij_en_feestdag_gaan_voor_eigen_open() -> None:
    school = met(
        eigen_open=(p("Les", "2027-04-26", "2027-04-30"),), eigen_vrij=(p("Studiedag", "2027-04-28", "2027-04-28"),)
    )
    open_dagen = [dag for dag in range(26, 31) if is_schooldag(school, date(2027, 4, dag))]
    assert open_dagen == [26, 29, 30]


def test_schooldagen_over_de_jaarwisseling() -> None:
    heen = reken("2026-12-16", 5, Klok.SCHOOLDAGEN)
    assert heen == (
        "2027-01-06",
        "5 schooldagen na woensdag 16 december 2026; kerstvakantie telt niet mee (10 doordeweekse dagen)",
    )
    assert reken(heen[0], -5, Klok.SCHOOLDAGEN) == (
        "2026-12-16",
        "5 schooldagen vóór woensdag 6 januari 2027; kerstvakantie telt niet mee (10 doordeweekse dagen)",
    )


def test_werkdagen_lopen_door_in_de_vakantie_maar_niet_op_feestdagen() -> None:
    assert reken("2027-03-24", 5, Klok.WERKDAGEN) == (
        "2027-04-02",
        "5 werkdagen na woensdag 24 maart 2027; Goede Vrijdag en tweede paasdag tellen niet mee",
    )
    assert reken("2027-07-12", 5, Klok.WERKDAGEN) == ("2027-07-19", "5 werkdagen na maandag 12 juli 2027")


def test_nul_dagen_is_de_dag_zelf_of_de_eerstvolgende() -> None:
    assert reken("2026-11-30", 0, Klok.SCHOOLDAGEN) == ("2026-11-30", "op maandag 30 november 2026")
    assert reken("2027-03-26", 0, Klok.WERKDAGEN) == (
        "2027-03-30",
        "op vrijdag 26 maart 2027; vrijdag 26 maart 2027 is geen werkdag (Goede Vrijdag en tweede paasdag), "
        "daarom dinsdag 30 maart 2027",
    )


def test_kalenderweken_die_in_de_vakantie_eindigen_gaan_naar_de_eerste_schooldag() -> None:
    assert reken("2026-12-14", 2, Klok.KALENDERWEKEN) == (
        "2027-01-04",
        "2 kalenderweken na maandag 14 december 2026; maandag 28 december 2026 is geen schooldag (kerstvakantie), "
        "daarom maandag 4 januari 2027",
    )


def test_terugtellen_in_kalenderdagen_komt_niet_op_de_dag_zelf_uit() -> None:
    assert reken("2026-11-30", -1, Klok.KALENDERDAGEN) == (
        "2026-11-27",
        "1 kalenderdag vóór maandag 30 november 2026; zondag 29 november 2026 is geen schooldag (weekend), "
        "daarom vrijdag 27 november 2026",
    )


def test_schrikkeldag() -> None:
    assert is_schooldag(NOORD, d("2028-02-29"))
    assert reken("2028-02-28", 1, Klok.SCHOOLDAGEN)[0] == "2028-02-29"
    assert reken("2028-02-29", 1, Klok.SCHOOLDAGEN)[0] == "2028-03-01"
    assert reken("2028-02-29", 1, Klok.SCHOOLWEKEN)[0] == "2028-03-07"
    assert schooldagen_tussen(NOORD, d("2028-02-28"), d("2028-03-01")) == 2


@pytest.mark.parametrize(
    ("vanaf", "einde", "verschil"),
    [
        ("2027-03-22", "2027-03-30", timedelta(days=8, hours=-1)),  # the night of 28 March is an hour short
        ("2026-10-23", "2026-10-26", timedelta(days=3, hours=1)),  # the night of 25 October an hour long
    ],
)
def test_een_termijn_over_de_zomertijd_eindigt_om_acht_uur(vanaf: str, einde: str, verschil: timedelta) -> None:
    aantal = schooldagen_tussen(NOORD, d(vanaf), d(einde))
    datum, _ = reken(vanaf, aantal, Klok.SCHOOLDAGEN)
    assert datum == einde
    assert om_acht(d(datum)).astimezone(UTC) - om_acht(d(vanaf)).astimezone(UTC) == verschil
