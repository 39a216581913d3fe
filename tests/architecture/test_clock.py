"""The core and the workflows know no clock and no chance: `now` is an argument, or replay and what-if would lie.

`domain` is passed through the sandbox of Temporal, so there a call of `datetime.now()` would run without a word.
"""

import ast

import pytest

from tests.architecture.boom import ontleed, python_bestanden, vindplaats

KLOKKEN = {"now", "utcnow", "today"}
# Temporal's own, which give the same answer on replay.
TOEGESTAAN = {"workflow"}
VERBODEN_MODULES = {"random", "secrets", "time"}
VERBODEN_NAMEN = {"uuid": {"uuid1", "uuid4", "uuid7"}, "os": {"urandom"}}


def overtredingen(boom: ast.AST) -> list[ast.expr | ast.stmt]:
    """Every place that asks a clock or a die."""
    return [knoop for knoop in ast.walk(boom) if isinstance(knoop, ast.expr | ast.stmt) and _verboden(knoop)]


def _verboden(knoop: ast.expr | ast.stmt) -> bool:
    match knoop:
        case ast.Import(names=namen):
            return any(n.name.split(".")[0] in VERBODEN_MODULES for n in namen)
        case ast.ImportFrom(module=module, names=namen):
            wortel = (module or "").split(".")[0]
            return wortel in VERBODEN_MODULES or any(n.name in VERBODEN_NAMEN.get(wortel, ()) for n in namen)
        case ast.Attribute(value=ast.Name(id=basis), attr=naam) if basis in VERBODEN_NAMEN:
            return naam in VERBODEN_NAMEN[basis]
        case ast.Attribute(value=ast.Name(id=basis), attr=naam) if basis in TOEGESTAAN:
            return False
        case ast.Attribute(attr=naam):
            return naam in KLOKKEN
    return False


def test_no_clock_and_no_chance_in_the_core() -> None:
    gevonden = [vindplaats(p, k) for p in python_bestanden("domain", "workflows") for k in overtredingen(ontleed(p))]
    assert gevonden == []


@pytest.mark.parametrize(
    "regel",
    [
        "from datetime import datetime\nnu = datetime.now(UTC)",
        "import datetime as dt\nnu = dt.datetime.utcnow()",
        "from datetime import date\nvandaag = date.today",
        "import time",
        "from time import time",
        "import random",
        "from uuid import uuid4",
        "import uuid\nx = uuid.uuid4()",
        "import os\nx = os.urandom(8)",
    ],
)
def test_the_check_sees(regel: str) -> None:
    assert len(overtredingen(ast.parse(regel))) == 1


@pytest.mark.parametrize("regel", ["nu = workflow.now()", "from datetime import time, datetime", "import uuid"])
def test_the_check_lets_through(regel: str) -> None:
    assert overtredingen(ast.parse(regel)) == []
