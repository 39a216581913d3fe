"""When an urgent mail may leave: on school days, 07:30-18:00 in Amsterdam. Our own choice (nobody is written to at night)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from domain.tijd import AMSTERDAM

VROEGST, LAATST = time(7, 30), time(18)
_HOOGSTENS = 100  # days; longer than any holiday, and an end for a calendar without school days


def verzendmoment_op(is_schooldag: Callable[[str, date], bool]) -> Callable[[datetime, str], datetime]:
    """The function `leg_vast` asks for, over a calendar of schools (school_id, local date) -> is it a school day."""

    def verzendmoment(nu: datetime, school_id: str) -> datetime:
        lokaal = nu.astimezone(AMSTERDAM)
        if is_schooldag(school_id, lokaal.date()) and VROEGST <= lokaal.time() < LAATST:
            return nu
        dag = lokaal.date() if lokaal.time() < VROEGST else lokaal.date() + timedelta(days=1)
        for verder in range(_HOOGSTENS):
            if is_schooldag(school_id, dag + timedelta(days=verder)):
                dag += timedelta(days=verder)
                break
        # Without any school day in sight the next morning has to do: late is worse than a mail in a holiday.
        return datetime.combine(dag, VROEGST, AMSTERDAM)

    return verzendmoment
