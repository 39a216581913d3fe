"""Every clock against a counter that walks day by day, on calendars nobody would draw up."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.calendar import (
    Feestdag,
    Kalender,
    Klok,
    Periode,
    Regio,
    Termijn,
    bereken,
    eerstvolgende_schooldag,
    is_schooldag,
    is_werkdag,
    laatste_schooldag_tot,
    schooldagen_tussen,
    werkdagen_tussen,
)

DAG = timedelta(days=1)
VAN, TOT = date(2026, 8, 1), date(2029, 7, 31)
SCHOOLKLOKKEN = (Klok.SCHOOLDAGEN, Klok.SCHOOLWEKEN)


def _dag(nummer: int) -> date:
    return VAN + timedelta(days=nummer)


@st.composite
def _periodes(draw: st.DrawFn, naam: str, hoogstens: int, langst: int) -> tuple[Periode, ...]:
    """Periods that do not overlap, so that a day has one vakantie to name."""
    begin, lijst = 0, []
    for n in range(draw(st.integers(0, hoogstens))):
        begin += draw(st.integers(1, 60))
        eind = begin + draw(st.integers(0, langst))
        lijst.append(Periode(van=_dag(begin), tot_en_met=_dag(eind), naam=f"{'abcdefgh'[n]}-{naam}"))
        begin = eind + 1
    return tuple(lijst)


@st.composite
def kalenders(draw: st.DrawFn) -> Kalender:
    feestdagen = draw(st.sets(st.integers(0, 400), max_size=12))
    return Kalender(
        regio=Regio.NOORD,
        van=VAN,
        tot_en_met=TOT,
        vakanties=draw(_periodes("vakantie", 6, 20)),
        feestdagen=tuple(Feestdag(datum=_dag(n), naam=f"Feestdag {n}") for n in sorted(feestdagen)),
        eigen_vrij=draw(_periodes("dicht", 5, 9)),
        eigen_open=draw(_periodes("open", 3, 9)),
        bron="verzonnen",
    )


DAGEN = st.integers(30, 300).map(_dag)
KLEIN = st.integers(0, 14)


def _in(periodes: tuple[Periode, ...], dag: date) -> bool:
    return any(p.van <= dag <= p.tot_en_met for p in periodes)


def _werkdag(k: Kalender, dag: date) -> bool:
    return dag.isoweekday() <= 5 and all(f.datum != dag for f in k.feestdagen)


def _in_vakantie(k: Kalender, dag: date) -> bool:
    return _in(k.vakanties, dag) and not _in(k.eigen_open, dag)


def _schooldag(k: Kalender, dag: date) -> bool:
    return _werkdag(k, dag) and not _in(k.eigen_vrij, dag) and not _in_vakantie(k, dag)


def _loop(telt: Callable[[Kalender, date], bool], k: Kalender, dag: date, aantal: int) -> date:
    stap = DAG if aantal > 0 else -DAG
    for _ in range(abs(aantal)):
        dag += stap
        while not telt(k, dag):
            dag += stap
    return dag


def _eerste(telt: Callable[[Kalender, date], bool], k: Kalender, dag: date, stap: timedelta = DAG) -> date:
    while not telt(k, dag):
        dag += stap
    return dag


def _schoolweken(k: Kalender, vanaf: date, aantal: int) -> tuple[date, list[date], date]:
    """Where it ends, the Mondays of the weeks passed over, and where it would have ended without moving."""
    week, weekdag, over = vanaf - DAG * vanaf.weekday(), vanaf.weekday(), []

    def heeft_school(maandag: date) -> bool:
        return any(_schooldag(k, maandag + DAG * n) for n in range(7))

    if not heeft_school(week):
        weekdag = 0
        while not heeft_school(week):
            over.append(week)
            week += 7 * DAG
    while aantal:
        week += 7 * DAG
        if heeft_school(week):
            aantal -= 1
        else:
            over.append(week)
    kaal = week + DAG * weekdag
    return _eerste(_schooldag, k, kaal), over, kaal


def _atw(k: Kalender, vanaf: date, dagen: int) -> date:
    eind = _eerste(_werkdag, k, vanaf + DAG * dagen)
    if dagen >= 3 and sum(_werkdag(k, vanaf + DAG * n) for n in range(1, (eind - vanaf).days + 1)) < 2:
        eind = _loop(_werkdag, k, eind, 1)
    return eind


def _noemt_vakanties(k: Kalender, dagen: Iterator[date], uitleg: str) -> bool:
    namen = {
        p.naam for dag in dagen if dag.weekday() < 5 for p in k.vakanties if _in((p,), dag) and _in_vakantie(k, dag)
    }
    return all(naam in uitleg for naam in namen)


def _tussen(a: date, b: date) -> Iterator[date]:
    return (min(a, b) + DAG * n for n in range(1, abs((b - a).days)))


@given(kalenders(), DAGEN, st.integers(-15, 40).filter(bool))
def test_schooldagen_en_werkdagen_tellen_dag_voor_dag(k: Kalender, vanaf: date, aantal: int) -> None:
    assume(_past(k, vanaf, aantal))
    school = bereken(k, vanaf, Termijn(aantal=aantal, klok=Klok.SCHOOLDAGEN))
    werk = bereken(k, vanaf, Termijn(aantal=aantal, klok=Klok.WERKDAGEN))
    assert school.datum == _loop(_schooldag, k, vanaf, aantal)
    assert werk.datum == _loop(_werkdag, k, vanaf, aantal)
    assert _noemt_vakanties(k, _tussen(vanaf, school.datum), school.uitleg)
    for f in k.feestdagen:
        if f.datum.weekday() < 5 and f.datum in _tussen(vanaf, werk.datum):
            assert f.naam in werk.uitleg


def _past(k: Kalender, vanaf: date, aantal: int) -> bool:
    """Does counting back stay inside the calendar?"""
    return aantal > 0 or sum(_schooldag(k, dag) for dag in _tussen(VAN - DAG, vanaf)) >= -aantal


@given(kalenders(), DAGEN, KLEIN)
def test_schoolweken_tellen_week_voor_week(k: Kalender, vanaf: date, aantal: int) -> None:
    berekend = bereken(k, vanaf, Termijn(aantal=aantal, klok=Klok.SCHOOLWEKEN))
    eind, over, kaal = _schoolweken(k, vanaf, aantal)
    assert berekend.datum == eind
    assert _noemt_vakanties(k, (maandag + DAG * n for maandag in over for n in range(5)), berekend.uitleg)
    assert _noemt_vakanties(k, _tussen(kaal - DAG, eind), berekend.uitleg)
    assert ("geen schooldag" in berekend.uitleg) == (kaal != eind)


@given(kalenders(), DAGEN, st.integers(-20, 120), st.booleans())
def test_kalenderdagen_verschuiven_alleen_aan_het_eind(k: Kalender, vanaf: date, dagen: int, wettelijk: bool) -> None:
    kaal = vanaf + DAG * dagen
    vooruit, stap = dagen >= 0, DAG if dagen >= 0 else -DAG
    assume(wettelijk or vooruit or any(_schooldag(k, dag) for dag in _tussen(VAN - DAG, kaal + DAG)))
    berekend = bereken(k, vanaf, Termijn(aantal=dagen, klok=Klok.KALENDERDAGEN, wettelijk=wettelijk))
    if not wettelijk:
        assert berekend.datum == _eerste(_schooldag, k, kaal, stap)
        assert _noemt_vakanties(k, _tussen(kaal - stap, berekend.datum), berekend.uitleg)
    else:
        assert berekend.datum == (_atw(k, vanaf, dagen) if 0 <= dagen <= 90 else kaal)


@given(kalenders(), DAGEN, KLEIN, st.sampled_from(Klok), st.booleans())
def test_later_beginnen_of_langer_duren_geeft_nooit_een_eerdere_datum(
    k: Kalender, vanaf: date, aantal: int, klok: Klok, wettelijk: bool
) -> None:
    def eind(begin: date, n: int) -> date:
        return bereken(k, begin, Termijn(aantal=n, klok=klok, wettelijk=wettelijk)).datum

    for n in range(10):
        assert eind(vanaf + DAG * n, aantal) <= eind(vanaf + DAG * (n + 1), aantal)
    if aantal != 12:  # where the Algemene termijnenwet stops
        assert eind(vanaf, aantal) <= eind(vanaf, aantal + 1)


@given(kalenders(), DAGEN, KLEIN, st.sampled_from(SCHOOLKLOKKEN), st.booleans())
def test_een_schoolklok_eindigt_op_een_schooldag(
    k: Kalender, vanaf: date, aantal: int, klok: Klok, wettelijk: bool
) -> None:
    berekend = bereken(k, vanaf, Termijn(aantal=aantal, klok=klok, wettelijk=wettelijk))
    assert _schooldag(k, berekend.datum)
    assert berekend == bereken(k, vanaf, Termijn(aantal=aantal, klok=klok, wettelijk=not wettelijk))


@given(kalenders(), DAGEN, DAGEN)
def test_vragen_over_dagen(k: Kalender, a: date, b: date) -> None:
    assert is_schooldag(k, a) == _schooldag(k, a)
    assert is_werkdag(k, a) == _werkdag(k, a)
    assert eerstvolgende_schooldag(k, a) == _eerste(_schooldag, k, a)
    if any(_schooldag(k, dag) for dag in _tussen(VAN - DAG, a)):
        assert laatste_schooldag_tot(k, a) == _eerste(_schooldag, k, a, -DAG)
    na_a = [a + DAG * n for n in range(1, (b - a).days + 1)]
    assert schooldagen_tussen(k, a, b) == sum(_schooldag(k, dag) for dag in na_a)
    assert werkdagen_tussen(k, a, b) == sum(_werkdag(k, dag) for dag in na_a)


@settings(max_examples=30)
@given(kalenders())
def test_een_kalender_overleeft_de_reis_door_json(k: Kalender) -> None:
    terug = Kalender.model_validate_json(k.model_dump_json())
    assert terug == k
    assert terug.kenmerk == k.kenmerk


@pytest.mark.parametrize("klok", [Klok.SCHOOLWEKEN, Klok.KALENDERWEKEN])
def test_weken_tellen_niet_terug(klok: Klok) -> None:
    with pytest.raises(ValueError, match="Terugtellen"):
        Termijn(aantal=-1, klok=klok)
