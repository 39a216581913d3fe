"""How long a party was waited for: each school day once, however many of its afspraken were open on that day."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from domain import feiten as f
from domain.dagen import Kalender
from domain.feiten import Gebeurtenis
from domain.roles import Partij
from domain.tijd import lokale_datum


class Gewacht(NamedTuple):
    """School days on which something lay with a party, and how many of those belong to what is still open."""

    dagen: int
    nu: int


class _Beurt(NamedTuple):
    """The ball of one afspraak lies with a party, from the day after `sinds`."""

    partij: Partij
    sinds: date


def gewacht(kalender: Kalender, gebeurtenissen: Iterable[Gebeurtenis], vandaag: date) -> dict[Partij, Gewacht]:
    """Per party that ever held a ball, from the timeline, as far back as the calendar reaches."""
    alles: dict[Partij, set[date]] = defaultdict(set)
    nu: dict[Partij, set[date]] = defaultdict(set)
    beurten: dict[str, _Beurt] = {}
    dagen = kalender.index.schooldagen

    def tel(beurt: _Beurt, tot_en_met: date, waarin: dict[Partij, set[date]]) -> None:
        waarin[beurt.partij].update(dagen[bisect_right(dagen, beurt.sinds) : bisect_right(dagen, tot_en_met)])

    for g in gebeurtenissen:
        match g.feit:
            case f.AfspraakGeopend(afspraak=a):
                beurten[a.id] = _Beurt(a.bal, a.bal_sinds)
            case f.BalVerplaatst(afspraak_id=wat, naar=naar, op=op) if wat in beurten:
                tel(beurten[wat], op, alles)
                beurten[wat] = _Beurt(naar, op)
            case f.AfspraakGedaan(afspraak_id=wat) | f.AfspraakVervallen(afspraak_id=wat) if wat in beurten:
                # Waiting ends when it is written down, also for what turns out to have been done earlier.
                tel(beurten.pop(wat), lokale_datum(g.op), alles)
    for beurt in beurten.values():
        tel(beurt, vandaag, nu)
    return {p: Gewacht(len(alles[p] | nu[p]), len(nu[p])) for p in Partij if p in alles or p in nu}
