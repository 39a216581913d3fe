"""The command as a person runs it: arguments in, exit code and two streams out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

SLEUTELS = "proef:" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
Draai = Callable[..., Result]


@pytest.fixture
def omgeving(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Settings of an installation of which nothing answers yet; a test puts in what it needs."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("ROUTEWACHT_SLEUTELS", SLEUTELS)
    monkeypatch.setenv("ROUTEWACHT_DATABASE_URL", "postgresql://niemand:geheim-wachtwoord@127.0.0.1:1/routewacht")
    monkeypatch.setenv("ROUTEWACHT_TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("ROUTEWACHT_TEMPORAL_NAMESPACE", "default")
    return monkeypatch


@pytest.fixture
def draai() -> Draai:
    """Run `routewacht` with these arguments. No traceback may ever reach a person."""

    def werk(*argumenten: str | Path, invoer: str | None = None) -> Result:
        uitkomst = CliRunner().invoke(app, [str(a) for a in argumenten], input=invoer, prog_name="routewacht")
        assert "Traceback" not in uitkomst.output
        assert uitkomst.exception is None or isinstance(uitkomst.exception, SystemExit), uitkomst.exception
        return uitkomst

    return werk


def document(uitkomst: Result) -> Any:
    """The one JSON document on stdout."""
    assert uitkomst.stdout.count("\n") == 1, uitkomst.stdout
    return json.loads(uitkomst.stdout)
