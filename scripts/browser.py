"""Find a Chromium for the browser tests, get one if there is none, and print its path.

Fails with a remedy instead of letting the browser tests be skipped: a page nobody opened is a page nobody tested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 60
DOWNLOAD_SECONDS = 300
APT_SECONDS = 900
REMEDY = """\
Geen Chromium gevonden, en ophalen lukte ook niet. De browsertests worden niet overgeslagen. Kies een van deze:
  - installeer Chromium (Debian en Ubuntu: sudo apt-get update && sudo apt-get install -y chromium);
  - haal er een met: .venv/bin/playwright install chromium
  - wijs er zelf een aan met de omgevingsvariabele CHROMIUM (het pad van het programma)."""


def starts(path: str | None) -> bool:
    """Whether this is a browser that can start here; a wrapper without a browser behind it (snap) is not."""
    if path is None:
        return False
    try:
        proc = subprocess.run([path, "--version"], capture_output=True, timeout=START_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return proc.returncode == 0


def on_path() -> str | None:
    """The first working browser on PATH."""
    return next((path for name in NAMES if starts(path := shutil.which(name))), None)


def of_playwright() -> str | None:
    """The browser Playwright downloaded earlier."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and starts(path) else None


def run(command: list[str], seconds: int, **env: str) -> bool:
    """Run a command that fetches something. Says on stderr what it does and, in one line, why it failed."""
    print(f"Chromium ophalen: {' '.join(command)}", file=sys.stderr)
    try:
        proc = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=seconds, check=False, env={**os.environ, **env}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  lukte niet: {type(error).__name__}", file=sys.stderr)
        return False
    if proc.returncode != 0:
        lines = [line for line in (proc.stderr + proc.stdout).splitlines() if line.startswith(("E: ", "Error"))]
        print(f"  lukte niet: {lines[0] if lines else f'code {proc.returncode}'}", file=sys.stderr)
    return proc.returncode == 0


def download() -> str | None:
    """Playwright's own download, for any system and without root."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if run(command, DOWNLOAD_SECONDS, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT="10000"):
        return of_playwright()
    return None


def apt() -> str | None:
    """The package of Debian, only where we are root and so need to ask nobody."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    # A failed update is no reason to stop: the lists on the machine may still be good.
    run(["apt-get", "update", "-q"], APT_SECONDS)
    return on_path() if run(install, APT_SECONDS, DEBIAN_FRONTEND="noninteractive") else None


def main() -> int:
    """Print the path of a working Chromium and return 0, or print the remedy and return 1."""
    chosen = os.environ.get("CHROMIUM")
    if chosen and not starts(shutil.which(chosen)):
        print(
            "CHROMIUM is gezet, maar dat programma start niet. Verbeter het pad of wis de variabele.",
            file=sys.stderr,
        )
        return 1
    path = shutil.which(chosen) if chosen else on_path() or of_playwright() or download() or apt()
    if path is None:
        print(REMEDY, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
