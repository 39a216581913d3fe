"""Child processes that end with us: spawning, stopping, and the lock that says whose folder it is.

On Linux the kernel ends a child when its parent dies, also after SIGKILL (`prctl(PR_SET_PDEATHSIG)`). Elsewhere, such
as on macOS, a child survives a SIGKILL of its parent, and the next start on the same folder has to end it.
"""

import contextlib
import ctypes
import fcntl
import functools
import os
import pwd
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_ORPHANED = 125
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

Stream = int | IO[bytes] | None


class SupervisionError(RuntimeError):
    """A server could not be started. The text is plain Dutch, for the person who typed the command."""


class InUseError(SupervisionError):
    """Another running process already uses this folder or port."""


@dataclass(frozen=True)
class Account:
    """The operating-system user a child runs as."""

    uid: int
    gid: int
    name: str

    @classmethod
    def current(cls) -> "Account":
        uid = os.geteuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:  # a container may run under a number without a name
            name = str(uid)
        return cls(uid, os.getegid(), name)

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def give(self, path: Path) -> None:
        """Make `path` private to this account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700 if path.is_dir() else 0o600)

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can reach `folder`; tried for real, so that access lists count as well."""
        return self._succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        """Whether this account can execute `program`, which must understand `-V`."""
        return self._succeeds([str(program), "-V"])

    def _succeeds(self, argv: Sequence[str]) -> bool:
        try:
            child = spawn(argv, account=self, death_signal=signal.SIGKILL)
        except OSError:
            return False
        return child.wait(30) == 0


def spawn(
    argv: Sequence[str],
    *,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    stdout: Stream = subprocess.DEVNULL,
    stderr: Stream = subprocess.DEVNULL,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session; on Linux it receives `death_signal` as soon as this process dies.

    Files it makes are for its own account only.
    May be called from any thread. The kernel ties that signal to the *thread* that forked, so a call from a thread
    that may end earlier than the process is handed to a thread that never does.
    Raises OSError when the program cannot be executed.
    """

    def fork() -> subprocess.Popen[bytes]:
        other = account if account is not None and account.is_other else None
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=env,
            cwd="/",  # a child must not pin, or fail on, the folder the user happens to stand in
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
            umask=0o077,
            start_new_session=True,  # Ctrl-C in the terminal reaches us, and we stop the children in order
            preexec_fn=_follow_parent(os.getpid(), death_signal),
        )

    if threading.current_thread() is threading.main_thread():
        return fork()
    return _lasting_thread(os.getpid()).call(fork)


def stop(child: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, *, patience: float = 15.0) -> int:
    """Ask the child to end, wait `patience` seconds, then kill its whole process group. Returns its exit code."""
    if child.poll() is None:
        child.send_signal(how)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
    return child.wait()


class Claim:
    """An exclusive hold on a folder, freed by the kernel when this process ends, however it ends."""

    def __init__(self, lock_file: Path, what: str) -> None:
        """Take the hold; `what` names the thing in the text of the InUseError that is raised when it is taken."""
        self._fd = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._fd, 20).decode().strip() or "onbekend"
            os.close(self._fd)
            raise InUseError(
                f"{what} in {lock_file.parent} is al in gebruik (procesnummer {holder}). "
                "Sluit de andere Routewacht eerst af, of kies een andere map."
            ) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def open_private(path: Path) -> IO[bytes]:
    """Open a log for appending, readable by nobody else, also when an earlier version left it open to all."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    os.fchmod(fd, 0o600)
    return os.fdopen(fd, "ab")


def log_tail(log: Path, size: int = 1500) -> str:
    """The end of a server's log, for an error text."""
    try:
        return log.read_bytes()[-size:].decode(errors="replace").strip()
    except OSError:
        return ""


def _follow_parent(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    prctl, number = _libc.prctl, int(death_signal)  # looked up here: between fork and exec as little as possible

    def arm() -> None:
        # Runs after the change of user, which would have cleared the setting.
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before we armed: no signal will come any more
            os._exit(_ORPHANED)

    return arm


class _LastingThread:
    """Runs calls one by one in a thread that lives as long as the process."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="children", daemon=True).start()

    def call(self, function: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        future: Future[subprocess.Popen[bytes]] = Future()

        def run() -> None:
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)

        self._calls.put(run)
        return future.result()

    def _work(self) -> None:
        while True:
            self._calls.get()()


@functools.cache
def _lasting_thread(pid: int) -> _LastingThread:
    """One per process: the argument makes a forked copy of us start its own, since threads do not survive a fork."""
    return _LastingThread()
