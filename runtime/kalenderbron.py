"""The published Dutch school calendar, as a Kalender. Belongs in an activity: it reads a library that may change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

# `holidays.NL` is a lazy entry of a registry and cannot be imported where imports are guarded; this is the real class.
from holidays.constants import OPTIONAL, PUBLIC, SCHOOL
from holidays.countries.netherlands import Netherlands
from holidays.holiday_base import HolidayBase
from holidays.version import __version__

from domain.calendar import Feestdag, Kalender, Periode, Regio, schooljaar_grenzen, schooljaar_van
from domain.errors import RoutewachtFout

_DAG = timedelta(days=1)
_VAKANTIES = frozenset({"Herfstvakantie", "Kerstvakantie", "Voorjaarsvakantie", "Meivakantie", "Zomervakantie"})
# Our spelling of what the library calls the days of the Algemene termijnenwet; Easter and Whit Sunday are left out,
# because the law does not name them: they are Sundays.
_FEESTDAGEN = {
    "Nieuwjaarsdag": "Nieuwjaarsdag",
    "Goede vrijdag": "Goede Vrijdag",
    "Tweede paasdag": "Tweede paasdag",
    "Koningsdag": "Koningsdag",
    "Bevrijdingsdag": "Bevrijdingsdag",
    "Hemelvaartsdag": "Hemelvaartsdag",
    "Tweede pinksterdag": "Tweede pinksterdag",
    "Eerste kerstdag": "Eerste kerstdag",
    "Tweede kerstdag": "Tweede kerstdag",
}


class KalenderNietGepubliceerd(RoutewachtFout):
    """The ministry has not fixed the holidays of this school year (or the library does not know them)."""

    def __init__(self, schooljaar: int) -> None:
        super().__init__(f"De schoolvakanties van schooljaar {schooljaar}-{schooljaar + 1} zijn niet bekend.")
        self.schooljaar = schooljaar


def haal_kalender(
    regio: Regio,
    van_schooljaar: int,
    schooljaren: int = 3,
    eigen_vrij: Iterable[Periode] = (),
    eigen_open: Iterable[Periode] = (),
) -> Kalender:
    """The calendar of a region for whole school years from 1 August of `van_schooljaar`, with a school's own days.

    Raises KalenderNietGepubliceerd, naming the first school year of which a holiday is missing: published until
    summer 2030. Raises ValueError when `schooljaren` is not positive.
    """
    return _maak(regio, van_schooljaar, schooljaren, tuple(eigen_vrij), tuple(eigen_open))


@lru_cache(maxsize=256)
def _maak(
    regio: Regio,
    van_schooljaar: int,
    schooljaren: int,
    eigen_vrij: tuple[Periode, ...],
    eigen_open: tuple[Periode, ...],
) -> Kalender:
    """Kept, because a Kalender builds an index of its days once: the same school asks for it with every act."""
    if schooljaren < 1:
        raise ValueError("Een kalender heeft ten minste één schooljaar.")
    van, _ = schooljaar_grenzen(van_schooljaar)
    _, tot_en_met = schooljaar_grenzen(van_schooljaar + schooljaren - 1)
    # The summer before belongs to the year before, but covers August.
    gevraagd = range(van_schooljaar, van_schooljaar + schooljaren)
    vakanties = _vakanties(regio, van.year, tot_en_met.year)
    for jaar in gevraagd:
        if _VAKANTIES - {vakantie.naam for vakantie in vakanties if schooljaar_van(vakantie.van) == jaar}:
            raise KalenderNietGepubliceerd(jaar)
    return Kalender(
        regio=regio,
        van=van,
        tot_en_met=tot_en_met,
        vakanties=tuple(v for v in vakanties if v.van <= tot_en_met and v.tot_en_met >= van),
        feestdagen=tuple(f for f in _feestdagen(van.year, tot_en_met.year) if van <= f.datum <= tot_en_met),
        eigen_vrij=eigen_vrij,
        eigen_open=eigen_open,
        bron=f"Regeling vaststelling schoolvakanties, via holidays {__version__}",
    )


@lru_cache(maxsize=64)
def _vakanties(regio: Regio, van_jaar: int, tot_jaar: int) -> tuple[Periode, ...]:
    """All school holidays that touch these calendar years."""
    tabel = _tabel(van_jaar, tot_jaar, (SCHOOL,), regio.capitalize())
    dagen = defaultdict(list)
    for dag in sorted(tabel):
        for naam in tabel.get_list(dag):
            dagen[naam].append(dag)
    return tuple(Periode(van=a, tot_en_met=b, naam=naam) for naam, lijst in dagen.items() for a, b in _blokken(lijst))


def _blokken(dagen: list[date]) -> Iterator[tuple[date, date]]:
    """Runs of days in a row as (first, last)."""
    begin = vorige = dagen[0]
    for dag in dagen[1:]:
        if dag != vorige + _DAG:
            yield begin, vorige
            begin = dag
        vorige = dag
    yield begin, vorige


@lru_cache(maxsize=64)
def _feestdagen(van_jaar: int, tot_jaar: int) -> tuple[Feestdag, ...]:
    tabel = _tabel(van_jaar, tot_jaar, (PUBLIC, OPTIONAL))
    gevonden = [
        Feestdag(datum=dag, naam=_FEESTDAGEN[naam])
        for dag in sorted(tabel)
        for naam in tabel.get_list(dag)
        if naam in _FEESTDAGEN
    ]
    # Not in the library: in practice always equated, and schools are closed.
    gevonden += [
        Feestdag(datum=f.datum + _DAG, naam="Vrijdag na Hemelvaart") for f in gevonden if f.naam == "Hemelvaartsdag"
    ]
    return tuple(gevonden)


def _tabel(van_jaar: int, tot_jaar: int, categorieen: tuple[str, ...], deelgebied: str | None = None) -> HolidayBase:
    return Netherlands(  # type: ignore[no-untyped-call]
        years=range(van_jaar, tot_jaar + 1),
        categories=categorieen,
        subdiv=deelgebied,
        language="nl",
        expand=False,
    )
