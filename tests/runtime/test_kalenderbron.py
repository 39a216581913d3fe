"""The library against the dates as the ministry published them, typed over as facts."""

import time
from datetime import date

import pytest

from domain.calendar import Klok, Periode, Regio, Termijn, bereken, is_schooldag, schooljaar_van
from runtime.kalenderbron import KalenderNietGepubliceerd, haal_kalender

# First school year, then per holiday its first and last day in Noord, Midden and Zuid.
VAKANTIES = """
2025 Herfst    2025-10-18 2025-10-26  2025-10-18 2025-10-26  2025-10-11 2025-10-19
2025 Kerst     2025-12-20 2026-01-04  2025-12-20 2026-01-04  2025-12-20 2026-01-04
2025 Voorjaars 2026-02-21 2026-03-01  2026-02-14 2026-02-22  2026-02-14 2026-02-22
2025 Mei       2026-04-25 2026-05-03  2026-04-25 2026-05-03  2026-04-25 2026-05-03
2025 Zomer     2026-07-04 2026-08-16  2026-07-18 2026-08-30  2026-07-11 2026-08-23
2026 Herfst    2026-10-10 2026-10-18  2026-10-17 2026-10-25  2026-10-17 2026-10-25
2026 Kerst     2026-12-19 2027-01-03  2026-12-19 2027-01-03  2026-12-19 2027-01-03
2026 Voorjaars 2027-02-20 2027-02-28  2027-02-20 2027-02-28  2027-02-13 2027-02-21
2026 Mei       2027-04-24 2027-05-02  2027-04-24 2027-05-02  2027-04-24 2027-05-02
2026 Zomer     2027-07-10 2027-08-22  2027-07-17 2027-08-29  2027-07-24 2027-09-05
2027 Herfst    2027-10-16 2027-10-24  2027-10-16 2027-10-24  2027-10-23 2027-10-31
2027 Kerst     2027-12-25 2028-01-09  2027-12-25 2028-01-09  2027-12-25 2028-01-09
2027 Voorjaars 2028-02-19 2028-02-27  2028-02-26 2028-03-05  2028-02-26 2028-03-05
2027 Mei       2028-04-29 2028-05-07  2028-04-29 2028-05-07  2028-04-29 2028-05-07
2027 Zomer     2028-07-15 2028-08-27  2028-07-08 2028-08-20  2028-07-22 2028-09-03
2028 Herfst    2028-10-14 2028-10-22  2028-10-21 2028-10-29  2028-10-21 2028-10-29
2028 Kerst     2028-12-23 2029-01-07  2028-12-23 2029-01-07  2028-12-23 2029-01-07
2028 Voorjaars 2029-02-17 2029-02-25  2029-02-17 2029-02-25  2029-02-10 2029-02-18
2028 Mei       2029-04-28 2029-05-06  2029-04-28 2029-05-06  2029-04-28 2029-05-06
2028 Zomer     2029-07-21 2029-09-02  2029-07-07 2029-08-19  2029-07-14 2029-08-26
2029 Herfst    2029-10-20 2029-10-28  2029-10-20 2029-10-28  2029-10-13 2029-10-21
2029 Kerst     2029-12-22 2030-01-06  2029-12-22 2030-01-06  2029-12-22 2030-01-06
2029 Voorjaars 2030-02-16 2030-02-24  2030-02-23 2030-03-03  2030-02-23 2030-03-03
2029 Mei       2030-04-27 2030-05-05  2030-04-27 2030-05-05  2030-04-27 2030-05-05
2029 Zomer     2030-07-20 2030-09-01  2030-07-13 2030-08-25  2030-07-06 2030-08-18
"""
# Easter moves, and so do these; the last column is Koningsdag, which avoids Sunday.
FEESTDAGEN = {
    2025: "04-18 04-21 05-29 05-30 06-09 04-26",
    2026: "04-03 04-06 05-14 05-15 05-25 04-27",
    2027: "03-26 03-29 05-06 05-07 05-17 04-27",
    2028: "04-14 04-17 05-25 05-26 06-05 04-27",
    2029: "03-30 04-02 05-10 05-11 05-21 04-27",
    2030: "04-19 04-22 05-30 05-31 06-10 04-27",
}
BEWEEGLIJK = (
    "Goede Vrijdag",
    "Tweede paasdag",
    "Hemelvaartsdag",
    "Vrijdag na Hemelvaart",
    "Tweede pinksterdag",
    "Koningsdag",
)
VAST = {
    "Nieuwjaarsdag": "01-01",
    "Bevrijdingsdag": "05-05",
    "Eerste kerstdag": "12-25",
    "Tweede kerstdag": "12-26",
}


def _gepubliceerd(regio: Regio, schooljaar: int) -> set[tuple[str, date, date]]:
    kolom = 2 + 2 * list(Regio).index(regio)
    rijen = [regel.split() for regel in VAKANTIES.split("\n") if regel.startswith(str(schooljaar))]
    return {(f"{rij[1]}vakantie", date.fromisoformat(rij[kolom]), date.fromisoformat(rij[kolom + 1])) for rij in rijen}


@pytest.mark.parametrize("schooljaar", range(2025, 2030))
@pytest.mark.parametrize("regio", Regio)
def test_vakanties_zijn_de_gepubliceerde(regio: Regio, schooljaar: int) -> None:
    kalender = haal_kalender(regio, schooljaar, 1)
    gevonden = {(v.naam, v.van, v.tot_en_met) for v in kalender.vakanties if schooljaar_van(v.van) == schooljaar}
    verwacht = _gepubliceerd(regio, schooljaar)
    assert len(verwacht) == 5
    assert gevonden == verwacht
    for _, van, tot_en_met in gevonden:
        assert (van.isoweekday(), tot_en_met.isoweekday()) == (6, 7)


@pytest.mark.parametrize("schooljaar", range(2025, 2030))
def test_feestdagen_zijn_die_van_de_algemene_termijnenwet(schooljaar: int) -> None:
    verwacht = set()
    for jaar in (schooljaar, schooljaar + 1):
        dagen = dict(zip(BEWEEGLIJK, FEESTDAGEN[jaar].split(), strict=True)) | VAST
        verwacht |= {(naam, date.fromisoformat(f"{jaar}-{dag}")) for naam, dag in dagen.items()}
    kalender = haal_kalender(Regio.MIDDEN, schooljaar, 1)
    assert {(f.naam, f.datum) for f in kalender.feestdagen} == {
        (naam, dag) for naam, dag in verwacht if schooljaar_van(dag) == schooljaar
    }


@pytest.mark.parametrize("regio", Regio)
def test_augustus_hoort_nog_bij_de_zomervakantie_van_het_vorige_schooljaar(regio: Regio) -> None:
    kalender = haal_kalender(regio, 2026, 1)
    assert (kalender.van, kalender.tot_en_met) == (date(2026, 8, 1), date(2027, 7, 31))
    assert not is_schooldag(kalender, date(2026, 8, 14))


def test_een_kerstvakantie_is_een_periode_over_de_jaarwisseling() -> None:
    namen = [v.naam for v in haal_kalender(Regio.NOORD, 2026, 3).vakanties]
    assert namen.count("Kerstvakantie") == 3


@pytest.mark.parametrize(("van_schooljaar", "schooljaren", "ontbreekt"), [(2030, 1, 2030), (2028, 3, 2030)])
def test_voorbij_de_publicatie_is_er_geen_kalender(van_schooljaar: int, schooljaren: int, ontbreekt: int) -> None:
    with pytest.raises(KalenderNietGepubliceerd, match=f"{ontbreekt}-{ontbreekt + 1}") as fout:
        haal_kalender(Regio.ZUID, van_schooljaar, schooljaren)
    assert fout.value.schooljaar == ontbreekt


def test_tot_en_met_2030_kan_wel() -> None:
    assert haal_kalender(Regio.ZUID, 2029, 1).tot_en_met == date(2030, 7, 31)


def test_een_kalender_zonder_schooljaren_bestaat_niet() -> None:
    with pytest.raises(ValueError, match="ten minste één schooljaar"):
        haal_kalender(Regio.ZUID, 2026, 0)


def test_eigen_dagen_van_de_school_tellen_mee_in_de_kalender_en_het_kenmerk() -> None:
    regio = haal_kalender(Regio.ZUID, 2026)
    carnaval = Periode(van=date(2027, 2, 8), tot_en_met=date(2027, 2, 12), naam="Carnavalsvakantie")
    school = haal_kalender(
        Regio.ZUID,
        2026,
        eigen_vrij=[carnaval],
        eigen_open=[Periode(van=date(2027, 2, 15), tot_en_met=date(2027, 2, 19), naam="Gewoon les")],
    )
    assert is_schooldag(regio, date(2027, 2, 10))
    assert not is_schooldag(school, date(2027, 2, 10))
    assert is_schooldag(school, date(2027, 2, 17))
    assert regio.kenmerk == haal_kalender(Regio.ZUID, 2026).kenmerk != school.kenmerk


def test_bron_noemt_de_regeling_en_de_versie() -> None:
    assert haal_kalender(Regio.NOORD, 2026).bron == "Regeling vaststelling schoolvakanties, via holidays 0.109"


def test_een_kalender_is_klein_en_snel_genoeg_om_mee_te_reizen() -> None:
    begin = time.perf_counter()
    kalender = haal_kalender(Regio.NOORD, 2025, 4)
    zes_weken = Termijn(aantal=6, klok=Klok.SCHOOLWEKEN)
    bereken(kalender, date(2026, 11, 30), zes_weken)
    assert time.perf_counter() - begin < 1
    begin = time.perf_counter()
    for _ in range(200):
        bereken(kalender, date(2026, 11, 30), zes_weken)
    assert (time.perf_counter() - begin) / 200 < 0.001
    assert len(haal_kalender(Regio.NOORD, 2026, 3).model_dump_json()) < 4096
