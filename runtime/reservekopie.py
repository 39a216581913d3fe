"""A copy of the database (and of the SQLite store of a small Temporal) that knows by itself whether it is whole.

The list of contents is written last. A copy that broke off has none, and one that was damaged or cut short later does not
match it: neither is ever put back.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import NullPool, create_engine, inspect
from sqlalchemy.engine import URL, make_url

from domain.errors import RoutewachtFout
from runtime.postgres_binaries import PostgresError, find_binaries

DUMP: Final = "routewacht.dump"
TEMPORAL: Final = "temporal.db"
INHOUD: Final = "inhoud.json"


class ReservekopieFout(RoutewachtFout):
    """A copy cannot be made or put back. The text is Dutch and complete; it holds paths and sizes, never data."""


class Bestand(BaseModel):
    """One file of a copy, as it was when it was whole."""

    model_config = ConfigDict(frozen=True)
    naam: str
    bytes: int
    sha256: str


class Inhoud(BaseModel):
    """The list of contents. `op` is the real moment at which the copy began."""

    model_config = ConfigDict(frozen=True)
    op: datetime
    bestanden: tuple[Bestand, ...]


def maak(url: str | URL, map_: Path, op: datetime, temporal_db: Path | None = None) -> Inhoud:
    """Copy into an empty or new folder, while everything runs. Temporal first, so that the database is the newer of the
    two: what it knows need not be read back. Raises ReservekopieFout."""
    map_.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(map_.iterdir()):
        raise ReservekopieFout(f"De map {map_} is niet leeg. Kies voor elke reservekopie een nieuwe map.")
    namen = []
    if temporal_db is not None:
        _kopieer_sqlite(temporal_db, map_ / TEMPORAL)
        namen.append(TEMPORAL)
    _draai("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={map_ / DUMP}"])
    namen.append(DUMP)
    inhoud = Inhoud(op=op, bestanden=tuple(_bestand(map_ / naam) for naam in namen))
    tijdelijk = map_ / f"{INHOUD}.nieuw"
    tijdelijk.write_text(inhoud.model_dump_json(indent=2))
    tijdelijk.rename(map_ / INHOUD)
    return inhoud


def controleer(map_: Path) -> Inhoud:
    """The list of contents of a copy of which every byte is there. Raises ReservekopieFout."""
    try:
        inhoud = Inhoud.model_validate_json((map_ / INHOUD).read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise ReservekopieFout(
            f"De reservekopie in {map_} is niet af: de inhoudsopgave ontbreekt. Gebruik een andere kopie."
        ) from None
    except ValidationError:
        raise ReservekopieFout(
            f"De inhoudsopgave van de reservekopie in {map_} is beschadigd. Gebruik een andere kopie."
        ) from None
    for hoort in inhoud.bestanden:
        pad = map_ / hoort.naam
        is_ = pad.stat().st_size if pad.exists() else 0
        if is_ != hoort.bytes:
            raise ReservekopieFout(
                f"De reservekopie in {map_} is maar half: {hoort.naam} heeft {is_} van {hoort.bytes} bytes. "
                "Er is niets teruggezet. Gebruik een andere kopie."
            )
        if _bestand(pad) != hoort:
            raise ReservekopieFout(
                f"De reservekopie in {map_} is beschadigd: {hoort.naam} is niet meer wat het was. "
                "Er is niets teruggezet. Gebruik een andere kopie."
            )
    return inhoud


def zet_terug(url: str | URL, map_: Path) -> Inhoud:
    """Put the database back, whole or not at all, into one without tables. Raises ReservekopieFout."""
    inhoud = controleer(map_)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as verbinding:
        if inspect(verbinding).get_table_names():
            raise ReservekopieFout(
                "De database is niet leeg. Zet een reservekopie terug in een nieuwe, lege database, "
                "zodat wat er nu is bewaard blijft."
            )
    opties = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    _draai("pg_restore", url, [*opties, f"--dbname={make_url(url).database}", str(map_ / DUMP)])
    return inhoud


def _kopieer_sqlite(bron: Path, naar: Path) -> None:
    if not bron.exists():
        raise ReservekopieFout(f"Het bestand {bron} bestaat niet.")
    with sqlite3.connect(f"file:{bron}?mode=ro", uri=True) as van, sqlite3.connect(naar) as kopie:
        van.backup(kopie)
        if kopie.execute("pragma quick_check").fetchone() != ("ok",):
            raise ReservekopieFout(f"Het bestand {bron} is beschadigd; er is geen reservekopie van gemaakt.")
    naar.chmod(0o600)


def _draai(programma: str, url: str | URL, opties: Sequence[str]) -> None:
    """Run a program of PostgreSQL. The password travels in the environment, never in the list of processes."""
    adres = make_url(url)
    query = {naam: waarde for naam, waarde in adres.query.items() if isinstance(waarde, str)}
    omgeving = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "PGHOST": query.get("host") or adres.host or "",
        "PGPORT": query.get("port") or str(adres.port or 5432),
        "PGUSER": adres.username or "",
        "PGPASSWORD": adres.password or "",
        "PGDATABASE": adres.database or "",
    }
    uitkomst = subprocess.run(
        [_vind(programma), *opties], env=omgeving, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if uitkomst.returncode != 0:
        # What the program itself says may quote a row.
        raise ReservekopieFout(
            f"Het programma {programma} is niet gelukt (code {uitkomst.returncode}). Controleer de verbinding met de database, "
            f"de vrije schijfruimte, en of {programma} niet ouder is dan de database."
        )


def _vind(programma: str) -> str:
    gevonden = shutil.which(programma)
    if gevonden is not None:
        return gevonden
    try:
        eigen = find_binaries().folder / programma
    except PostgresError:
        eigen = Path()
    if not eigen.is_file():
        raise ReservekopieFout(f"Het programma {programma} ontbreekt. Installeer de client van PostgreSQL.")
    return str(eigen)


def _bestand(pad: Path) -> Bestand:
    with pad.open("rb") as inhoud:
        return Bestand(
            naam=pad.name, bytes=pad.stat().st_size, sha256=hashlib.file_digest(inhoud, "sha256").hexdigest()
        )
