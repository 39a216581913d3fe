"""Days waited for a party: a day counts once, whatever else lay there on that day."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain import feiten as f
from domain.dagen import is_schooldag
from domain.roles import Partij, Rol
from domain.tijd import om_acht
from domain.wachttijd import Gewacht, gewacht
from tests.domain.calendar_noord import NOORD
from tests.storage.zaken import afspraak

MAANDAG = date(2026, 11, 23)


def lijn(*feiten: tuple[date, f.EenFeit]) -> list[f.Gebeurtenis]:
    return [f.Gebeurtenis(nr=nr, op=om_acht(dag), feit=feit) for nr, (dag, feit) in enumerate(feiten, 1)]


def opent(nr: int, dag: date, bal: Partij = Partij.SCHOOL) -> tuple[date, f.EenFeit]:
    return dag, f.AfspraakGeopend(afspraak=afspraak(nr, bal=bal, bal_sinds=dag, rol=Rol.IB))


def klaar(nr: int, dag: date, op: date | None = None) -> tuple[date, f.EenFeit]:
    return dag, f.AfspraakGedaan(afspraak_id=f"a{nr}", op=op or dag)


def dag(n: int) -> date:
    return date(2026, 11, n)


def test_two_afspraken_of_one_party_on_the_same_days_count_once() -> None:
    gebeurd = lijn(opent(1, dag(23)), opent(2, dag(24)), klaar(1, dag(26)))
    # 24, 25 and 26 November for the first, 25 to 27 for the second.
    assert gewacht(NOORD, gebeurd, dag(27)) == {Partij.SCHOOL: Gewacht(4, 3)}


def test_parties_that_wait_at_the_same_time_both_count() -> None:
    gebeurd = lijn(opent(1, dag(23)), opent(2, dag(23), Partij.OUDERS), klaar(2, dag(25)))
    assert gewacht(NOORD, gebeurd, dag(27)) == {Partij.SCHOOL: Gewacht(4, 4), Partij.OUDERS: Gewacht(2, 0)}


def test_the_ball_moves_and_the_days_stay_with_who_had_it() -> None:
    bal = f.BalVerplaatst(afspraak_id="a1", van=Partij.OUDERS, naar=Partij.SCHOOL, schooldagen=2, op=dag(25))
    gebeurd = lijn(opent(1, dag(23), Partij.OUDERS), (dag(25), bal), klaar(1, dag(27), op=dag(26)))
    assert gewacht(NOORD, gebeurd, dag(30)) == {Partij.OUDERS: Gewacht(2, 0), Partij.SCHOOL: Gewacht(2, 0)}


def test_holidays_do_not_count() -> None:
    assert gewacht(NOORD, lijn(opent(1, date(2026, 12, 18))), date(2027, 1, 5)) == {Partij.SCHOOL: Gewacht(2, 2)}


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), min_size=1, max_size=6))
def test_never_more_days_than_there_were(beurten: list[tuple[int, int]]) -> None:
    begin = date(2026, 9, 1)

    def na(n: int) -> date:
        return date.fromordinal(begin.toordinal() + n)

    gebeurd = lijn(
        *(x for nr, (van, duur) in enumerate(beurten, 1) for x in (opent(nr, na(van)), klaar(nr, na(van + duur))))
    )
    geteld = {d for van, duur in beurten for n in range(van + 1, van + duur + 1) if is_schooldag(NOORD, d := na(n))}
    assert gewacht(NOORD, gebeurd, na(300)).get(Partij.SCHOOL, Gewacht(0, 0)) == Gewacht(len(geteld), 0)
