"""Named timeouts and retry policies, each with its reason."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.common import Priority, RetryPolicy


@dataclass(frozen=True)
class Opties:
    """How one kind of activity is run."""

    start_to_close: timedelta
    retry: RetryPolicy


# The database may be away for hours; a traject waits for it and loses nothing. Retries cost no history.
RECORD = Opties(
    timedelta(seconds=30), RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
)

# One attempt is one SMTP conversation. A temporary failure is a *result*, not an error: the workflow puts the mail back with
# a later date, so that a mail server that is down never blocks the traject. Only a killed worker leads to a retry here,
# and then the outbox row says `sending` and is held.
# The time fits a turn (20 s) and the slowest conversation (three commands of 30 s and 120 s for the reply): a relay that is
# only slow must not be taken for a worker that died. It still shows a held mail to a person within five minutes.
DELIVER = Opties(
    timedelta(seconds=240), RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=30))
)

# Reading tables and the published calendar: cheap, may be repeated for ever.
LEZEN = Opties(
    timedelta(seconds=30), RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
)

# Destroying waits for the server, which deletes in the background, and goes on where it stopped. Not for ever: the others
# wait their turn, and the next round takes it up again.
WISSEN = Opties(timedelta(minutes=5), RetryPolicy(initial_interval=timedelta(seconds=10), maximum_attempts=3))

# A calendar that cannot be had within this time is for another day: the case goes on with the one it has.
LEZEN_HOOGSTENS = timedelta(minutes=2)


# What a person waits for goes before what the clock does, and that before bulk mail; within each, no samenwerkingsverband
# can push another aside (needs `matching.enableFairness` on the server; without it the key does nothing).
def van_mensen(swv_id: str) -> Priority:
    """Somebody is waiting for this."""
    return Priority(priority_key=1, fairness_key=swv_id)


def van_de_klok(swv_id: str) -> Priority:
    """A date arrived."""
    return Priority(priority_key=3, fairness_key=swv_id)


def bulk(swv_id: str) -> Priority:
    """Many at once, and nobody waits."""
    return Priority(priority_key=5, fairness_key=swv_id)


_UITSTEL_MINUTEN = (5, 10, 20, 40, 60)


def volgende_poging(pogingen: int) -> timedelta:
    """How long to wait after this many temporary failures of one mail: 5 minutes, doubling to an hour."""
    return timedelta(minutes=_UITSTEL_MINUTEN[min(pogingen, len(_UITSTEL_MINUTEN) - 1)])
