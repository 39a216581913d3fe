"""Our own PostgreSQL for the one-command start: no TCP port, no trust, nothing left running after us."""

import contextlib
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from runtime.children import Account, Claim, log_tail, open_private, spawn, stop
from runtime.postgres_binaries import Binaries, PostgresError, copy_for, find_binaries
from runtime.postmaster import end_orphan, wait_until_ready

__all__ = ["EmbeddedPostgres", "PostgresError", "create_database", "drop_database", "find_binaries"]

DATABASE = ROLE = "routewacht"
# The port only names the socket file; nothing listens on the network.
_PORT = "5432"
_SOCKET = f".s.PGSQL.{_PORT}"
_SOCKET_PATH_MAX = 107  # bytes in sockaddr_un, without the closing zero
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9_./+-]*")  # libpq and PostgreSQL both read a comma or colon as a separator
# As root the data may have to live elsewhere. /var/lib first: /var/tmp is swept of old files on many machines.
_ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - a private folder is made inside with mkdtemp


class EmbeddedPostgres:
    """One PostgreSQL server with its data under `root`, for as long as this process lives.

    Started as root it runs as the user in PG_USER, or `nobody`. If that user cannot reach `root` (say, below /root),
    the data goes to a folder of its own under `elsewhere`, and `root/database-staat-in.txt` says where; no existing
    folder ever gets other rights. `settings` are extra PostgreSQL parameters.
    """

    def __init__(
        self, root: Path, *, settings: Mapping[str, str] | None = None, elsewhere: Sequence[Path] = _ELSEWHERE
    ) -> None:
        self.root = root.absolute()
        self.log = self.root / "postgres.log"
        self._settings = dict(settings or {})
        self._elsewhere = elsewhere
        self._password = self.root / "postgres.wachtwoord"
        self._pointer = self.root / "database-staat-in.txt"
        self._digest = hashlib.sha256(os.fsencode(self.root.resolve())).hexdigest()[:12]
        self._child: subprocess.Popen[bytes] | None = None
        self._claim: Claim | None = None
        self._sockets: Path | None = None

    def start(self, patience: float = 60.0) -> URL:
        """Start, creating the cluster the first time; blocks up to `patience` seconds. Safe from any thread.

        Returns a URL for psycopg, sync and async alike, to the database `routewacht` as its owner, a superuser.
        Raises InUseError when `root` is served already and PostgresError for everything else; both in Dutch.
        """
        if self._claim is not None:
            raise PostgresError("Deze database is al gestart.")
        account = _account()
        # Another account has to pass through it to its data; what else is in it, it cannot read.
        self.root.mkdir(mode=0o711 if account.is_other else 0o700, parents=True, exist_ok=True)
        self._claim = Claim(self.root / "postgres.lock", "De database")
        try:
            home = self._settle(account)
            data = home / "data"
            binaries = find_binaries(data if data.exists() else None)
            if account.is_other and not account.can_run(binaries.folder / "postgres"):
                binaries = copy_for(account, binaries, home)
            deadline = time.monotonic() + patience
            if data.exists() and not self._password.exists():
                raise PostgresError(
                    f"Het wachtwoord van de database ontbreekt: {self._password}. Zet dat bestand terug, of verwijder "
                    f"{data} om met een lege database te beginnen."
                )
            if data.exists():
                end_orphan(data, deadline)
            else:
                self._initialise(account, binaries, home, deadline)
            self._sockets = self._socket_folder(account, home)
            self._launch(account, binaries, data, deadline)
            return self._open_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server with a fast shutdown: open connections are cut, committed work is kept. Idempotent."""
        if self._child is not None:
            stop(self._child, signal.SIGINT, patience=30)
            self._child = None
        if self._sockets is not None and self._sockets.parent != self.root:
            with contextlib.suppress(OSError):  # only a folder outside our own is worth removing, and only when empty
                self._sockets.rmdir()
        self._sockets = None
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def erase(self) -> None:
        """Stop and delete the database for good, also where it lives outside `root`."""
        self.stop()
        if self._pointer.exists():
            home = Path(self._pointer.read_text().strip())
            if home.name.startswith(f"routewacht-{self._digest}-"):  # never follow the file to anything else
                shutil.rmtree(home, ignore_errors=True)
        for folder in [self.root / "data", self.root / "run", *self.root.glob("programma-*")]:
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self._password, self._pointer, self.log):
            file.unlink(missing_ok=True)

    @property
    def url(self) -> URL:
        """The URL `start` returned; raises PostgresError when the server is not running."""
        if self._sockets is None:
            raise PostgresError("De database is niet gestart.")
        query = {"host": str(self._sockets), "port": _PORT}
        return URL.create("postgresql+psycopg", ROLE, self._password.read_text(), database=DATABASE, query=query)

    @property
    def draait(self) -> bool:
        """False once it was stopped, or ended by itself."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the server; raises PostgresError when it is not running."""
        if self._child is None:
            raise PostgresError("De database is niet gestart.")
        return self._child.pid

    def answering_sockets(self) -> Path | None:
        """The folder with the socket of a server that another process runs on `root`; None when nobody answers there."""
        home = Path(self._pointer.read_text().strip()) if self._pointer.exists() else self.root
        for folder in (home / "run", *self._short_folders()):
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(folder / _SOCKET))
                return folder
        return None

    def _short_folders(self) -> tuple[Path, Path]:
        name = f"rw-{self._digest}"
        return Path(tempfile.gettempdir(), name), Path("/tmp", name)  # noqa: S108 - whoever makes it checks the rights

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _settle(self, account: Account) -> Path:
        """The folder that holds the data: `root`, or one elsewhere that `account` can reach."""
        if self._pointer.exists():
            home = Path(self._pointer.read_text().strip())
            if not home.is_dir():
                raise PostgresError(
                    f"Volgens {self._pointer} staat de database in {home}, maar die map bestaat niet meer. Zet de map "
                    "terug, of verwijder dit bestand om met een lege database te beginnen."
                )
        elif account.can_enter(self.root) or (self.root / "data").exists():
            home = self.root
        else:
            home = self._home_elsewhere(account)
        data = home / "data"
        if data.exists() and (data.stat().st_uid != account.uid or not account.can_enter(data)):
            raise PostgresError(
                f"De database in {data} is gemaakt door een andere gebruiker (nummer {data.stat().st_uid}), of is "
                f"voor {account.name} niet bereikbaar. Start als die gebruiker (als root: met PG_USER), of kies een "
                "andere map."
            )
        return home

    def _home_elsewhere(self, account: Account) -> Path:
        for base in self._elsewhere:
            if os.access(base, os.W_OK) and account.can_enter(base):
                # A random part: whoever wipes `root` starts afresh, and never meets an old database again.
                home = Path(tempfile.mkdtemp(prefix=f"routewacht-{self._digest}-", dir=base))
                home.chmod(0o711)
                _write_private(self._pointer, f"{home}\n")
                return home
        raise PostgresError(
            f"De gebruiker {account.name} kan niet bij {self.root}, en er is geen andere plaats voor de database. "
            "Kies een map die voor iedereen doorzoekbaar is, of start niet als root."
        )

    def _initialise(self, account: Account, binaries: Binaries, home: Path, deadline: float) -> None:
        for rest in home.glob("data.nieuw*"):  # of a first start that was killed halfway
            shutil.rmtree(rest) if rest.is_dir() else rest.unlink()
        _write_private(self._password, secrets.token_urlsafe(24))
        new = home / "data.nieuw"
        secret = home / "data.nieuw.wachtwoord"
        _write_private(secret, self._password.read_text())
        new.mkdir()
        account.give(new)
        account.give(secret)
        locale = ["--locale=C"]
        if binaries.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        argv = [str(binaries.folder / "initdb"), "-D", str(new), "-U", ROLE, f"--pwfile={secret}"]
        argv += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", *locale]
        try:
            with open_private(self.log) as log:
                child = spawn(argv, account=account, stdout=log, stderr=log, env=_environment())
                child.wait(max(deadline - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            stop(child)
        finally:
            secret.unlink(missing_ok=True)
        if child.returncode != 0:
            raise PostgresError(f"De database kon niet worden aangemaakt. Uit {self.log}:\n{log_tail(self.log)}")
        new.rename(home / "data")

    def _socket_folder(self, account: Account, home: Path) -> Path:
        folder = home / "run"
        if len(os.fsencode(folder / _SOCKET)) > _SOCKET_PATH_MAX or not _PLAIN_PATH.fullmatch(str(folder)):
            folder, other = self._short_folders()
            if len(os.fsencode(folder / _SOCKET)) > _SOCKET_PATH_MAX or not account.can_enter(folder.parent):
                folder = other
        try:
            folder.mkdir(mode=0o700)
            account.give(folder)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
                raise PostgresError(
                    f"De map {folder} is niet veilig: zij moet van de gebruiker {account.name} zijn en voor niemand "
                    "anders toegankelijk. Verwijder haar en start opnieuw."
                ) from None
        for left_over in (_SOCKET, f"{_SOCKET}.lock"):  # we hold the claim and no server runs: nobody uses these
            (folder / left_over).unlink(missing_ok=True)
        return folder

    def _launch(self, account: Account, binaries: Binaries, data: Path, deadline: float) -> None:
        # Errors in SQL stay out of the log file, since their texts and details quote what people typed.
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "log",
            "log_error_verbosity": "terse",
            **self._settings,
        }
        argv = [str(binaries.folder / "postgres"), "-D", str(data), "-p", _PORT]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        crashed = (data / "postmaster.pid").exists()
        while True:
            with open_private(self.log) as log:
                self._child = spawn(
                    argv, account=account, death_signal=signal.SIGINT, stderr=log, stdout=log, env=_environment()
                )
            if wait_until_ready(self._child, data / "postmaster.pid", deadline):
                return
            ended = self._child.poll() is not None
            if not (ended and crashed and time.monotonic() < deadline):
                break
            time.sleep(0.05)  # backends of a killed server take a moment to notice, and block a new one until then
        what = "stopte meteen" if ended else "kwam niet op tijd op gang"
        raise PostgresError(f"De database {what}. Uit {self.log}:\n{log_tail(self.log)}")

    def _open_database(self) -> URL:
        try:
            create_database(self.url.set(database="postgres"), DATABASE, exist_ok=True)
        except OperationalError:
            raise PostgresError(
                f"De database draait, maar weigert de toegang. Past {self._password} wel bij deze database? "
                f"Zie ook {self.log}."
            ) from None
        return self.url


def create_database(url: URL | str, name: str, *, template: str | None = None, exist_ok: bool = False) -> URL:
    """Create database `name` on the server of `url`, as a copy of `template` if given; returns its URL.

    Nobody may be connected to the template meanwhile. With `exist_ok` an existing database is left as it is.
    """
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        quote = connection.dialect.identifier_preparer.quote_identifier
        known = text("select exists (select from pg_database where datname = :name)")
        if not (exist_ok and connection.scalar(known, {"name": name})):
            copying = f" template {quote(template)}" if template else ""
            connection.execute(text(f"create database {quote(name)}{copying}"))
    return make_url(url).set(database=name)


def drop_database(url: URL | str, name: str) -> None:
    """Drop database `name`, cutting whoever is still connected; fine if it does not exist. `url` names another one."""
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        quote = connection.dialect.identifier_preparer.quote_identifier
        connection.execute(text(f"drop database if exists {quote(name)} with (force)"))


def _account() -> Account:
    if os.geteuid() != 0:
        return Account.current()
    name = os.environ.get("PG_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise PostgresError(f"De gebruiker {name} bestaat niet. Zet PG_USER op een bestaande gebruiker.") from None
    if entry.pw_uid == 0:
        raise PostgresError("PostgreSQL mag niet als root draaien. Zet PG_USER op een gewone gebruiker.")
    return Account(entry.pw_uid, entry.pw_gid, name)


def _environment() -> dict[str, str]:
    """Nothing of the user's own PG* or locale variables may reach the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _write_private(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
