"""`routewacht demo` as somebody meets it: up soon, alive, stops clean, goes on where it was, leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from cli.demo import vrije_poort
from runtime.postgres import EmbeddedPostgres

BINNEN = 90.0


class Demo:
    """A demo in a process group of its own, with the processes it started."""

    def __init__(self, data: Path, tempo: float) -> None:
        self.poort = vrije_poort(0)
        self.uit = data.with_suffix(".uit")
        opdracht = [
            *(str(Path(sys.executable).parent / "routewacht"), "demo", "--data", str(data), "--tempo", str(tempo)),
            *("--poort", str(self.poort), "--temporal-poort", str(vrije_poort(0))),
        ]
        self.proces = subprocess.Popen(opdracht, stdout=self.uit.open("w"), stderr=subprocess.STDOUT)

    def get(self, pad: str) -> str:
        """The body of a page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.poort}{pad}", timeout=10) as antwoord:
            return str(antwoord.read().decode())

    def wacht_op(self, pad: str, tekst: str) -> str:
        """The body, as soon as the page answers and holds this text."""
        einde = time.monotonic() + BINNEN
        while time.monotonic() < einde:
            assert self.proces.poll() is None, self.uit.read_text()
            try:
                inhoud = self.get(pad)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                inhoud = ""
            if tekst in inhoud:
                return inhoud
        raise AssertionError(f"{pad} toonde niet op tijd: {tekst}\n{self.uit.read_text()}")

    def kinderen(self) -> list[psutil.Process]:
        """PostgreSQL, Temporal and whatever else was started."""
        return psutil.Process(self.proces.pid).children(recursive=True)


@contextmanager
def demo(data: Path, tempo: float = 1.0) -> Iterator[Demo]:
    """A running demo; killed hard if the test did not end it."""
    draait = Demo(data, tempo)
    try:
        yield draait
    finally:
        if draait.proces.poll() is None:
            draait.proces.kill()
            draait.proces.wait()


@pytest.fixture
def map_van_demo(tmp_path: Path) -> Iterator[Path]:
    """Where a demo keeps its data; afterwards also what had to live elsewhere is gone, as when we are root."""
    data = tmp_path / "demo"
    try:
        yield data
    finally:
        EmbeddedPostgres(data / "postgres").erase()


def _allen_weg(processen: list[psutil.Process]) -> None:
    _, over = psutil.wait_procs(processen, timeout=20)
    assert not over, f"achtergebleven: {[p.cmdline() for p in over]}"


def _klok(data: Path) -> datetime:
    return datetime.fromisoformat(json.loads((data / "klok.json").read_text())["schijn"])


def test_the_demo_lives_stops_and_goes_on_also_after_a_kill(map_van_demo: Path) -> None:
    data = map_van_demo
    with demo(data) as eerste:
        eerste.wacht_op("/", "T-")
        eerste.wacht_op("/postvak", "Routewacht: dit staat er voor je klaar")
        kinderen = eerste.kinderen()
        assert {"temporal", "postgres"} <= {p.name() for p in kinderen}
        eerste.proces.send_signal(signal.SIGINT)
        assert eerste.proces.wait(30) == 0, eerste.uit.read_text()
        _allen_weg(kinderen)
    bij_stop = _klok(data)
    with demo(data) as tweede:
        tweede.wacht_op("/", "T-")
        trajecten = json.loads(tweede.get("/api/v1/trajecten"))
        assert trajecten["totaal"] >= 26
        kinderen = tweede.kinderen()
        os.kill(tweede.proces.pid, signal.SIGKILL)
        tweede.proces.wait()
        _allen_weg(kinderen)
    # The pause between the two took no time on the clock of the cases: it went on from where it stood.
    bij_kill = _klok(data)
    assert bij_stop <= bij_kill
    assert (bij_kill - bij_stop).days < 120
    with demo(data, tempo=60) as derde:
        derde.wacht_op("/api/v1/gereed", "{")
        assert _klok(data) >= bij_kill
