"""Directs the play of the demo: who comes next, and which stall waits a little. Pure: asked with the open trajecten.

A watcher must see every kind of case at any moment. So as many trajecten are kept open as a small samenwerkingsverband
has, the next pupil is one with people of a kind that is missing, and of the cases that stand still with somebody the last
one stays until another takes its place.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from cli.demo_cast import VARIATIE, Karakter, karakter_van
from cli.demo_gegevens import Kind, kinderen
from domain.roles import Rol
from domain.traject import Traject

# How many trajecten of each kind there should be; together the size of the demo.
GEWENST: dict[Karakter, int] = {
    Karakter.VLOT: 6,
    Karakter.TRAAG: 5,
    Karakter.SCHOOL_VERGEET: 4,
    Karakter.GEMEENTE_VERGEET: 3,
    Karakter.OUDERS_ZWIJGEN: 4,
    Karakter.OUDERS_WEIGEREN: 4,
    Karakter.OUDERS_TREKKEN_AAN_DE_BEL: 4,
}
AANTAL = sum(GEWENST.values())
# A signal is written down in the morning: what the machine needs to do it then still falls within the school day.
SIGNAAL_VAN, SIGNAAL_TOT = 8, 12
_LANGSTE_STILSTAND = timedelta(days=200)


def rolverdeling(geweest: Collection[str]) -> dict[str, tuple[Karakter, Kind]]:
    """The pupils among `geweest` (all who ever had a traject) by id, with the character of the people around them."""
    return {k.id: (karakter, k) for karakter, k in _denkbaar(geweest) if k.id in geweest}


def volgende(lopend: Sequence[Traject], geweest: Collection[str]) -> Kind | None:
    """The pupil whose signal comes next; None while there are enough. `geweest` are pupils who ever had a traject."""
    if len(lopend) >= AANTAL:
        return None
    rollen = rolverdeling(geweest)
    aanwezig = Counter(rollen[t.leerling_id][0] for t in lopend if t.leerling_id in rollen)
    gevraagd = max(GEWENST, key=lambda karakter: GEWENST[karakter] - aanwezig[karakter])
    return next(k for karakter, k in _denkbaar(geweest) if karakter is gevraagd and k.id not in geweest)


def _denkbaar(geweest: Collection[str]) -> list[tuple[Karakter, Kind]]:
    """Enough pupils to hold all that were chosen, and one more of each character."""
    return [(karakter_van(n), k) for n, k in enumerate(kinderen(VARIATIE * (len(geweest) + 1)))]


def blijft_nog_stil(lopend: Sequence[Traject], vandaag: date) -> frozenset[str]:
    """The trajecten whose stall nobody takes up yet: of those with the same role the one that stalled last, for as long
    as can be believed."""
    laatste: dict[Rol, tuple[date, str]] = {}
    for t in lopend:
        if t.stagnatie is not None and vandaag - t.stagnatie.sinds < _LANGSTE_STILSTAND:
            kandidaat = (t.stagnatie.sinds, t.traject_id)
            laatste[t.stagnatie.bij] = max(laatste.get(t.stagnatie.bij, kandidaat), kandidaat)
    return frozenset(traject_id for _, traject_id in laatste.values())
