"""What the file postmaster.pid tells about a PostgreSQL server: is it ready, and did one outlive its parent?"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from runtime.postgres_binaries import PostgresError


def wait_until_ready(child: subprocess.Popen[bytes], pid_file: Path, deadline: float) -> bool:
    """Follow postmaster.pid as pg_ctl does: line 1 is the process id, line 8 its status.

    False when the server ended, or when `deadline` (time.monotonic) passed.
    """
    while child.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            lines = pid_file.read_text().splitlines()
            if len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() == "ready":
                return True
        time.sleep(0.01)
    return False


def end_orphan(data: Path, deadline: float) -> None:
    """End a server that outlived a killed parent; forget a process id that another program has been given since."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return  # not running: PostgreSQL recovers by itself
    if not _serves(pid, data):
        pid_file.unlink(missing_ok=True)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    while _serves(pid, data):
        if time.monotonic() > deadline:
            raise PostgresError(f"Een eerdere database (procesnummer {pid}) sluit niet af. Beëindig dat proces.")
        time.sleep(0.02)


def _serves(pid: int, data: Path) -> bool:
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
        answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return str(data) in answer.stdout
    except OSError:
        return False
