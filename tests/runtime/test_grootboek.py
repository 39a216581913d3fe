"""The ledger: found is found, and absence counts only when later mail did come in."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.grootboek import Maildir

SINDS = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def map_(tmp_path: Path) -> Path:
    for deel in ("new", "cur", "tmp"):
        (tmp_path / deel).mkdir()
    return tmp_path


def leg(map_: Path, message_id: str, op: datetime, *, deel: str = "new") -> None:
    pad = map_ / deel / f"{message_id.strip('<>')}.relay:2,S"
    pad.write_bytes(
        f"Received: by relay\r\nMessage-ID:\r\n {message_id}\r\nSubject: x\r\n\r\ntekst {message_id}".encode()
    )
    os.utime(pad, (op.timestamp(), op.timestamp()))


@pytest.mark.parametrize("deel", ["new", "cur"])
async def test_a_copy_is_found_by_its_message_id(map_: Path, deel: str) -> None:
    leg(map_, "<een@x.test>", SINDS + timedelta(seconds=3), deel=deel)
    assert await Maildir(map_).zoek("<een@x.test>", SINDS) is True


async def test_a_text_that_names_the_id_is_not_that_mail(map_: Path) -> None:
    leg(map_, "<ander@x.test>", SINDS + timedelta(minutes=2))
    with (map_ / "new" / "ander@x.test.relay:2,S").open("ab") as bestand:
        bestand.write(b"\r\nMessage-ID: <een@x.test>")
    os.utime(map_ / "new" / "ander@x.test.relay:2,S", ((SINDS + timedelta(minutes=2)).timestamp(),) * 2)
    assert await Maildir(map_).zoek("<een@x.test>", SINDS) is False


async def test_absence_is_proven_only_by_what_came_later(map_: Path) -> None:
    boek = Maildir(map_)
    assert await boek.zoek("<een@x.test>", SINDS) is None
    leg(map_, "<eerder@x.test>", SINDS - timedelta(minutes=5))
    leg(map_, "<tegelijk@x.test>", SINDS + timedelta(seconds=30))
    assert await boek.zoek("<een@x.test>", SINDS) is None
    leg(map_, "<later@x.test>", SINDS + timedelta(seconds=90))
    assert await boek.zoek("<een@x.test>", SINDS) is False


async def test_a_mailbox_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    assert await Maildir(tmp_path / "weg").zoek("<een@x.test>", SINDS) is None
