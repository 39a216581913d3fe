"""When a message may leave: school days between 07:30 and 18:00 (own choice E-10); digests at 08:00."""

from datetime import datetime, time, timedelta

from domain.dagen import Kalender, eerstvolgende_schooldag, is_schooldag
from domain.tijd import AMSTERDAM, lokale_datum, om_acht

BEGIN, EINDE = time(7, 30), time(18, 0)


def verzendmoment(kalender: Kalender, nu: datetime) -> datetime:
    """`nu` if messages may leave now, else 08:00 on the next school day. Nothing goes out at night, in a weekend or in a
    holiday."""
    dag, tijd = lokale_datum(nu), nu.astimezone(AMSTERDAM).time()
    if is_schooldag(kalender, dag):
        if BEGIN <= tijd < EINDE:
            return nu
        if tijd < BEGIN:
            return om_acht(dag)
    return om_acht(eerstvolgende_schooldag(kalender, dag + timedelta(days=1)))


def volgende_ochtend(na: datetime) -> datetime:
    """08:00 on the first weekday after `na` (strictly later): when the digest looks whether anybody has mail.

    Weekdays only; whether it is a school day is asked per person, because regions differ.
    """
    dag = lokale_datum(na)
    ochtend = om_acht(dag)
    while ochtend <= na or dag.weekday() >= 5:
        dag += timedelta(days=1)
        ochtend = om_acht(dag)
    return ochtend


def is_overdag(nu: datetime) -> bool:
    """May mail leave at this hour, on a weekday? Whether a school is open that day is asked per person."""
    lokaal = nu.astimezone(AMSTERDAM)
    return lokaal.weekday() < 5 and BEGIN <= lokaal.time() < EINDE
