"""Writes docs/reliability.md from what a run measured."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.chaos.invarianten import INVARIANTEN
from tests.chaos.verslag import Rij

MUTATIES = Path(__file__).with_name("mutaties.json")
_UITLEG = {
    "O": "no obligation lost",
    "M": "no mail twice: at most one copy, or held and shown to a person",
    "R": "the read model is right within a minute of recovery",
    "S": "a stuck or doubtful thing is visible to a person within five minutes",
    "U": "an act is confirmed or refused, never silently gone",
    "C": "no personal data outside PostgreSQL",
}
_KOP = """# What we broke, and what came of it

This page is written by `make chaos`, which breaks a real installation in all these ways: real processes killed with
SIGKILL, a real PostgreSQL, a real Temporal server with its state in a file, real SMTP conversations. `make test` runs the
rows that take seconds. Do not edit it by hand.
"""
_LEES = """
*Lost* counts what was promised and is nowhere: an act, a fact, a mail, an open afspraak without a wake-up. *Twice* counts
copies too many, by Message-ID and by (afspraak, rung, recipient). Both are counted at the relay, in the tables and in the
workflow, by `tests/chaos/oordeel.py`. *Recovery* is from the end of the fault (or from the fault, when it does not end by
itself) until workflow, tables and outbox agree, in seconds; the longest of the run, on a machine that also did other
work. After each group of tests the name of the pupil is looked for in Temporal's file and in all logs (C).
"""


def schrijf(doel: Path, rijen: Sequence[Rij]) -> None:
    """The whole page, from the rows of this run and the mutations tried last."""
    delen = [_KOP, _machine(rijen), _letters(), *_tabel(rijen), _LEES, *_beloften(), *_mutaties(), *_grenzen()]
    doel.write_text("\n".join(delen) + "\n")


def _machine(rijen: Sequence[Rij]) -> str:
    slecht = [rij for rij in rijen if rij.uitslag not in {"goed", "overgeslagen"}]
    storingen = sum(rij.keer for rij in rijen)
    return (
        f"Run of {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, temporalio {version('temporalio')}, "
        f"{os.cpu_count()} cores: {len(rijen)} rows, {storingen} faults, "
        f"{sum(r.verloren for r in rijen)} lost, {sum(r.dubbel for r in rijen)} twice, {len(slecht)} rows that failed.\n"
    )


def _letters() -> str:
    return "Invariants: " + "; ".join(f"**{letter}** {uitleg}" for letter, uitleg in _UITLEG.items()) + ".\n"


def _tabel(rijen: Sequence[Rij]) -> Iterable[str]:
    yield "| # | fault | times | lost | twice | recovery (s) | invariants | result | test | remark |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for rij in sorted(rijen, key=lambda r: (r.nummer, r.test)):
        hersteld = "" if rij.hersteld is None else f"{rij.hersteld:.1f}"
        yield (
            f"| {rij.nummer} | {rij.fout} | {rij.keer} | {rij.verloren} | {rij.dubbel} | {hersteld} | {rij.invarianten} "
            f"| {rij.uitslag} | `{rij.test}` | {rij.opmerking} |"
        )


def _beloften() -> Iterable[str]:
    yield "\n## The promises and their guards\n"
    yield "| # | promise | tests that fail without it | not there yet |"
    yield "|---|---|---|---|"
    for nummer, belofte in enumerate(INVARIANTEN, start=1):
        bewakers = "<br>".join(f"`{naam}`" for naam in belofte.bewakers)
        yield f"| {nummer} | {belofte.belofte} | {bewakers} | {belofte.nog_niet} |"


def _mutaties() -> Iterable[str]:
    if not MUTATIES.exists():
        return
    gedaan = json.loads(MUTATIES.read_text())
    yield "\n## The code broken on purpose\n"
    yield "`python -m tests.chaos.mutaties` breaks a copy of the code, one place at a time, and runs the test that must see it.\n"
    yield "| broken | in | seen by | result |"
    yield "|---|---|---|---|"
    for m in gedaan:
        yield f"| {m['wat']} | `{m['bestand']}` | `{m['test']}` | {m['uitslag']} |"


def _grenzen() -> Iterable[str]:
    yield "\n## What is not in here\n"
    yield (
        "Copies put back of Temporal, of SQL and of both (rows 15-17) have tests of their own in `tests/herstel`, and "
        "replay of recorded histories (row 24) in `tests/replay`. The rules of time (row 30) are also in "
        "`tests/domain/test_calendar_*`; here only the hour at which a mail really leaves is looked at. The clock of a worker "
        "(row 29) is put wrong by a small preloaded library and needs a C compiler; a full disk (row 41) needs root for a "
        "disk of its own. The clock of the Temporal server itself was not moved: it is a static program, and the machine has "
        "one clock. One power cut of the whole machine was not tried."
    )
