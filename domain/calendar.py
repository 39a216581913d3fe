"""Where a term ends, and why there. All deadlines of the product come from `bereken`, and each explains itself.

The parts are in two modules that can be read apart: `domain.termijn` (what a term is, in Dutch) and `domain.dagen`
(which days count). Import from here.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from domain.dagen import (
    DAG,
    WEEKEND,
    Feestdag,
    Kalender,
    KalenderReiktNietVer,
    Periode,
    Regio,
    dag_op,
    eerstvolgende_schooldag,
    eis_bereik,
    is_feestdag,
    is_schooldag,
    is_werkdag,
    laatste_schooldag_tot,
    maandag,
    reeks,
    schooldagen_sinds,
    schooldagen_tussen,
    schooljaar_grenzen,
    schooljaar_van,
    werkdagen_tussen,
)
from domain.termijn import BerekendeDatum, Klok, Termijn, anker, opsomming, tellen_niet_mee, verplaatst
from domain.tijd import in_woorden

__all__ = [
    "BerekendeDatum",
    "Feestdag",
    "Kalender",
    "KalenderReiktNietVer",
    "Klok",
    "Periode",
    "Regio",
    "Termijn",
    "bereken",
    "eerstvolgende_schooldag",
    "is_feestdag",
    "is_schooldag",
    "is_werkdag",
    "laatste_schooldag_tot",
    "schooldagen_sinds",
    "schooldagen_tussen",
    "schooljaar_grenzen",
    "schooljaar_van",
    "werkdagen_tussen",
]

_WEEK = timedelta(days=7)
# Algemene termijnenwet art. 4: longer terms are left alone. Art. 2: a term from three days on has two working days.
_ATW_HOOGSTENS_DAGEN = {Klok.KALENDERDAGEN: 90, Klok.KALENDERWEKEN: 12 * 7}
_ATW_TWEE_WERKDAGEN_VANAF = 3


class _Telling(NamedTuple):
    """The days a clock counts, their name, and why the other days do not count."""

    dagen: tuple[date, ...]
    soort: str
    redenen: Mapping[date, str]


_Uitkomst = tuple[date, list[str]]


def bereken(kalender: Kalender, vanaf: date, termijn: Termijn) -> BerekendeDatum:
    """The date on which `termijn`, counted from `vanaf`, ends for this school, with the explanation.

    - schooldagen, werkdagen: the n-th such day after `vanaf` (before it when negative; 0: `vanaf` or the first after).
    - schoolweken: the same weekday, n weeks with school further on. A week is Monday to Sunday and counts when it has
      one school day. From a week without school the count starts at the Monday of the next week with school. The end
      moves on to a school day.
    - kalenderdagen, kalenderweken: plain. The end moves on to a school day (back to one when counting back), unless
      the term is `wettelijk`: then only the Algemene termijnenwet moves it, and never when counting back (art. 1.2).

    A later `vanaf` never gives an earlier date, and neither does a larger `aantal` (the law itself makes one exception:
    90 days may be moved past 91 days, which are not moved).
    Raises KalenderReiktNietVer when the answer needs a day the calendar does not know.
    """
    eis_bereik(kalender, vanaf)
    match termijn.klok:
        case Klok.SCHOOLDAGEN:
            datum, delen = _tel_dagen(kalender, _schooltelling(kalender), vanaf, termijn.aantal)
        case Klok.WERKDAGEN:
            datum, delen = _tel_dagen(kalender, _werktelling(kalender), vanaf, termijn.aantal)
        case Klok.SCHOOLWEKEN:
            datum, delen = _tel_schoolweken(kalender, vanaf, termijn.aantal)
        case Klok.KALENDERDAGEN | Klok.KALENDERWEKEN:
            datum, delen = _tel_kalender(kalender, vanaf, termijn)
    return BerekendeDatum(datum=datum, uitleg="; ".join([anker(termijn, vanaf), *delen]))


def _schooltelling(k: Kalender) -> _Telling:
    return _Telling(k.index.schooldagen, "schooldag", k.index.redenen)


def _werktelling(k: Kalender) -> _Telling:
    return _Telling(k.index.werkdagen, "werkdag", k.index.feestdagen)


def _tel_dagen(k: Kalender, telling: _Telling, vanaf: date, aantal: int) -> _Uitkomst:
    if aantal == 0:
        return _eerstvolgende(k, telling, vanaf)
    plaats = bisect_right(telling.dagen, vanaf) - 1 if aantal > 0 else bisect_left(telling.dagen, vanaf)
    datum = dag_op(k, telling.dagen, plaats + aantal)
    overgeslagen = reeks(min(vanaf, datum) + DAG, max(vanaf, datum) - DAG)
    per_reden = Counter(telling.redenen[dag] for dag in overgeslagen if dag.weekday() < 5 and dag in telling.redenen)
    delen = [tellen_niet_mee([reden], f"{n} doordeweekse dagen") for reden, n in per_reden.items() if n > 1]
    losse_dagen = [reden for reden, n in per_reden.items() if n == 1]
    return datum, [*delen, tellen_niet_mee(losse_dagen)] if losse_dagen else delen


def _tel_schoolweken(k: Kalender, vanaf: date, aantal: int) -> _Uitkomst:
    weken, eigen_week, delen = k.index.schoolweken, maandag(vanaf), []
    plaats = bisect_left(weken, eigen_week)
    eerste = dag_op(k, weken, plaats)
    weekdag = vanaf - eigen_week
    if eerste != eigen_week:
        # Keeping the weekday here would let a start in the holiday end before a start in the last week of school.
        weekdag = timedelta(0)
        redenen = dict.fromkeys(reden for week in _weken(eigen_week, eerste) for reden in _weekredenen(k, week))
        delen.append(
            f"{in_woorden(vanaf)} valt in een week zonder school ({opsomming(redenen)}), "
            f"daarom telt het vanaf de week van {in_woorden(eerste)}"
        )
    laatste = dag_op(k, weken, plaats + aantal)
    met_school = set(weken[plaats : plaats + aantal])
    vrije_weken = (week for week in _weken(eerste, laatste) if week not in met_school)
    for namen, keer in Counter(_weekredenen(k, week) for week in vrije_weken).items():
        delen.append(tellen_niet_mee(namen, "1 week" if keer == 1 else f"{keer} weken"))
    datum, verschoven = _eerstvolgende(k, _schooltelling(k), laatste + weekdag)
    return datum, delen + verschoven


def _tel_kalender(k: Kalender, vanaf: date, termijn: Termijn) -> _Uitkomst:
    dagen = termijn.aantal * (7 if termijn.klok is Klok.KALENDERWEKEN else 1)
    if abs(dagen) > (k.tot_en_met - k.van).days:  # also keeps an absurd number from running past the year 9999
        raise KalenderReiktNietVer(k.tot_en_met + DAG if dagen > 0 else k.van - DAG, k.van, k.tot_en_met)
    eind = vanaf + timedelta(days=dagen)
    eis_bereik(k, eind)
    if termijn.wettelijk:
        return _volgens_atw(k, vanaf, eind, termijn.klok)
    if dagen >= 0:
        return _eerstvolgende(k, _schooltelling(k), eind)
    datum = laatste_schooldag_tot(k, eind)
    redenen = _redenen(reversed(tuple(reeks(datum + DAG, eind))), k.index.redenen)
    return datum, [verplaatst(eind, datum, "schooldag", redenen)] if datum != eind else []


def _volgens_atw(k: Kalender, vanaf: date, eind: date, klok: Klok) -> _Uitkomst:
    dagen, hoogstens = (eind - vanaf).days, _ATW_HOOGSTENS_DAGEN[klok]
    if dagen < 0 or (dagen > hoogstens and is_werkdag(k, eind)):
        return eind, []
    if dagen > hoogstens:
        grens = f"{hoogstens // 7} weken" if klok is Klok.KALENDERWEKEN else f"{hoogstens} dagen"
        return eind, [f"de Algemene termijnenwet verlengt een termijn van meer dan {grens} niet"]
    datum, delen = _eerstvolgende(k, _werktelling(k), eind)
    if delen:
        delen = [f"{delen[0]} (Algemene termijnenwet)"]
    if dagen >= _ATW_TWEE_WERKDAGEN_VANAF and werkdagen_tussen(k, vanaf, datum) < 2:
        datum = dag_op(k, k.index.werkdagen, bisect_right(k.index.werkdagen, datum))
        delen.append(f"de termijn moet twee werkdagen bevatten, daarom {in_woorden(datum)} (Algemene termijnenwet)")
    return datum, delen


def _eerstvolgende(k: Kalender, telling: _Telling, dag: date) -> _Uitkomst:
    """`dag` itself when it counts, else the next day that does, with the sentence that says so."""
    eis_bereik(k, dag)
    datum = dag_op(k, telling.dagen, bisect_left(telling.dagen, dag))
    if datum == dag:
        return datum, []
    return datum, [verplaatst(dag, datum, telling.soort, _redenen(reeks(dag, datum - DAG), telling.redenen))]


def _redenen(dagen: Iterable[date], redenen: Mapping[date, str]) -> list[str]:
    """Each reason once. A weekend is only worth a word when it is where the term ended."""
    uniek = list(dict.fromkeys(redenen.get(dag, WEEKEND) for dag in dagen))
    return uniek[:1] + [reden for reden in uniek[1:] if reden != WEEKEND]


def _weken(van: date, tot: date) -> Iterator[date]:
    """Mondays from `van` up to, not including, `tot`."""
    return (van + n * _WEEK for n in range((tot - van) // _WEEK))


def _weekredenen(k: Kalender, week: date) -> tuple[str, ...]:
    redenen = k.index.redenen
    # Of a week at the edge of the calendar perhaps only the weekend is known.
    return tuple(dict.fromkeys(redenen[dag] for dag in reeks(week, week + 4 * DAG) if dag in redenen)) or (WEEKEND,)
