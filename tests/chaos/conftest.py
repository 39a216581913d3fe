"""An installation per module, cleaned for every test; and the report of the run."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.opstelling import Opstelling, schoon
from tests.chaos.verslag import Rij

_RIJEN = pytest.StashKey[list[Rij]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--verslag", type=Path, default=None, help="write the report of the fault suite to this file")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RIJEN] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    doel = session.config.getoption("--verslag", default=None)
    if doel is not None:
        from tests.chaos.schrijven import schrijf

        schrijf(doel, session.config.stash[_RIJEN])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    uitkomst = yield
    rij = item.funcargs.get("rij") if isinstance(item, pytest.Function) else None
    rapport = uitkomst.get_result()
    if isinstance(rij, Rij) and rapport.when == "call":
        rij.uitslag = {"passed": "goed", "failed": "FAALT", "skipped": "overgeslagen"}[rapport.outcome]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opstelling(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opstelling]:
    """Servers and relay of a module. In the end nothing about a child is found outside PostgreSQL."""
    async with Opstelling(tmp_path_factory.mktemp("chaos")) as opgezet:
        yield opgezet
        assert opgezet.geen_persoonsgegevens() == []


@pytest_asyncio.fixture(loop_scope="session")
async def o(opstelling: Opstelling) -> AsyncIterator[Opstelling]:
    """Everything works, and nothing of an earlier test is left."""
    async with schoon(opstelling) as klaar:
        yield klaar


@pytest.fixture
def rij(request: pytest.FixtureRequest) -> Rij:
    """The row of the report this test fills, from its mark `rij(number, fault, invariants)`."""
    merk = request.node.get_closest_marker("rij")
    assert merk is not None, "geef de test een merk: @pytest.mark.rij(nummer, fout, invarianten)"
    nummer, fout, invarianten = merk.args
    naam = request.node.nodeid.removeprefix("tests/chaos/")
    nieuw = Rij(nummer, fout, invarianten, naam)
    request.config.stash[_RIJEN].append(nieuw)
    return nieuw
