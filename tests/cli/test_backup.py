"""A copy is whole or it is refused, in words an operator understands, before anything is put back."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.cli.conftest import Draai, document


def _schrijf(url: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as verbinding:
        verbinding.execute(text("insert into tekst (id, traject_id, tekst, op) values ('x-1', 't-1', 'geheim', now())"))


def _lees(url: str) -> list[str]:
    with create_engine(url, poolclass=NullPool).connect() as verbinding:
        return list(verbinding.scalars(text("select tekst from tekst")))


@pytest.fixture
def kopie(
    draai: Draai, omgeving: pytest.MonkeyPatch, migrated_database_url: str, database_url: str, tmp_path: Path
) -> Path:
    """A whole copy; from here on the settings point to another database, which is empty."""
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    _schrijf(migrated_database_url)
    store = tmp_path / "temporal.db"
    with sqlite3.connect(store) as db:
        db.execute("pragma journal_mode=wal")
        db.execute("create table events (n int)")
        db.execute("insert into events values (7)")
        db.commit()
        gemaakt = document(draai("backup", tmp_path / "kopie", "--temporal-db", store, "--json"))
    assert [b["naam"] for b in gemaakt["bestanden"]] == ["temporal.db", "routewacht.dump"]
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", database_url)
    return tmp_path / "kopie"


def test_a_whole_copy_is_put_back_in_an_empty_database_and_only_there(
    draai: Draai, kopie: Path, database_url: str
) -> None:
    assert draai("restore", kopie, "--controle").stdout == "De reservekopie is heel.\n"
    uitkomst = draai("restore", kopie)
    assert uitkomst.exit_code == 0, uitkomst.output
    assert "routewacht reconcile --herstel" in uitkomst.stdout
    assert _lees(database_url) == ["geheim"]
    assert document(draai("migrate", "--json"))["uitgevoerd"] == []
    with sqlite3.connect(kopie / "temporal.db") as db:  # what was only in the log beside the file is there too
        assert db.execute("select n from events").fetchall() == [(7,)]
    nogmaals = draai("restore", kopie)
    assert nogmaals.exit_code == 1
    assert "De database is niet leeg." in nogmaals.stderr


def _half(kopie: Path) -> None:
    dump = kopie / "routewacht.dump"
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])


def _temporal_weg(kopie: Path) -> None:
    (kopie / "temporal.db").unlink()


def _bit_om(kopie: Path) -> None:
    dump = kopie / "routewacht.dump"
    inhoud = bytearray(dump.read_bytes())
    inhoud[len(inhoud) // 2] ^= 1
    dump.write_bytes(inhoud)


def _niet_af(kopie: Path) -> None:
    (kopie / "inhoud.json").unlink()


def _inhoud_half(kopie: Path) -> None:
    (kopie / "inhoud.json").write_text((kopie / "inhoud.json").read_text()[:40])


@pytest.mark.parametrize(
    ("breek", "zin"),
    [
        (_half, "is maar half: routewacht.dump heeft"),
        (_temporal_weg, "is maar half: temporal.db heeft 0 van"),
        (_bit_om, "is beschadigd: routewacht.dump is niet meer wat het was"),
        (_niet_af, "is niet af: de inhoudsopgave ontbreekt"),
        (_inhoud_half, "De inhoudsopgave van de reservekopie"),
    ],
)
def test_half_a_copy_is_refused_before_anything_happens(
    draai: Draai, kopie: Path, database_url: str, breek: Callable[[Path], None], zin: str
) -> None:
    breek(kopie)
    for argumenten in (("--controle",), ()):
        uitkomst = draai("restore", kopie, *argumenten)
        assert uitkomst.exit_code == 1
        assert zin in uitkomst.stderr
        assert "Gebruik een andere kopie." in uitkomst.stderr
    with create_engine(database_url, poolclass=NullPool).connect() as verbinding:
        assert verbinding.scalar(text("select count(*) from pg_tables where schemaname = 'public'")) == 0


def test_a_copy_never_overwrites_another(draai: Draai, kopie: Path) -> None:
    voor = json.loads((kopie / "inhoud.json").read_text())
    uitkomst = draai("backup", kopie)
    assert uitkomst.exit_code == 1
    assert "Kies voor elke reservekopie een nieuwe map." in uitkomst.stderr
    assert json.loads((kopie / "inhoud.json").read_text()) == voor


def test_a_database_that_is_away_leaves_no_copy_that_looks_whole(
    draai: Draai, omgeving: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert omgeving
    uitkomst = draai("backup", tmp_path / "leeg")
    assert uitkomst.exit_code == 1
    assert "Het programma pg_dump is niet gelukt" in uitkomst.stderr
    assert "geheim-wachtwoord" not in uitkomst.output
    assert "is niet af" in draai("restore", tmp_path / "leeg", "--controle").stderr
