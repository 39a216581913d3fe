"""`routewacht sleutels`: making a key, seeing what hangs on which, and moving over to the new one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from runtime.codec import SleutelOnbekend, Sleutelring, VersleutelCodec
from runtime.sleutelkast import Sleutelkast
from storage.db import maak_engine, psycopg_url, sessies
from storage.zaaksleutels import Zaaksleutels
from tests.cli.conftest import SLEUTELS, Draai, document

Geschreven = set[tuple[str, bytes]]
TEKST = Payload(metadata={"encoding": b"json/plain"}, data=b"1")


def codec(url: str, ring: Sleutelring, werk: Callable[[VersleutelCodec], Awaitable[Geschreven]]) -> Geschreven:
    """The codec of a process with this ring, on this database."""

    async def draaien() -> Geschreven:
        engine = maak_engine(url)
        try:
            return await werk(VersleutelCodec(ring, Sleutelkast(ring, Zaaksleutels(sessies(engine)))))
        finally:
            await engine.dispose()

    return asyncio.run(draaien())


def vul(url: str, ring: Sleutelring, *zaken: str) -> Geschreven:
    """Something written for each of these workflows, with the keys an api or worker makes for that."""

    async def werk(c: VersleutelCodec) -> Geschreven:
        return {
            (
                zaak,
                (await c.with_context(WorkflowSerializationContext("ns", zaak)).encode([TEKST]))[0].SerializeToString(),
            )
            for zaak in zaken
        }

    return codec(url, ring, werk)


def lees(url: str, ring: Sleutelring, geschreven: Geschreven) -> Geschreven:
    """What of it can still be read."""

    async def werk(c: VersleutelCodec) -> Geschreven:
        leesbaar = set()
        for zaak, payload in geschreven:
            with contextlib.suppress(SleutelOnbekend):
                assert await c.decode([Payload.FromString(payload)]) == [TEKST]
                leesbaar.add((zaak, payload))
        return leesbaar

    return codec(url, ring, werk)


def sql(url: str, opdracht: str) -> None:
    with create_engine(psycopg_url(url), poolclass=NullPool).begin() as c:
        c.execute(text(opdracht))


@pytest.fixture
def url(migrated_database_url: str, omgeving: pytest.MonkeyPatch) -> str:
    omgeving.setenv("ROUTEWACHT_DATABASE_URL", migrated_database_url)
    return migrated_database_url


def test_a_new_key_goes_first_and_the_old_ones_stay(draai: Draai, omgeving: pytest.MonkeyPatch) -> None:
    uitkomst = draai("sleutels", "nieuw")
    assert uitkomst.exit_code == 0
    ring = Sleutelring.uit_tekst(uitkomst.stdout.strip())
    assert ring.namen[1:] == ("proef",)
    assert ring.actief != "proef"
    assert "routewacht sleutels roteer" in uitkomst.stderr
    assert ring.als_tekst().partition(",")[0] not in uitkomst.stderr


def test_rotation_moves_everything_to_the_active_key_and_again_does_nothing(
    draai: Draai, url: str, omgeving: pytest.MonkeyPatch
) -> None:
    vul(url, Sleutelring.uit_tekst(SLEUTELS), *(f"traject/t-{nr}" for nr in range(1200)))
    nieuw = document(draai("sleutels", "nieuw", "--json"))
    omgeving.setenv("ROUTEWACHT_SLEUTELS", nieuw["waarde"])
    voor = document(draai("sleutels", "lijst", "--json"))
    assert [(h["naam"], h["sleutels"]) for h in voor["hoofdsleutels"]] == [(nieuw["sleutel"], 0), ("proef", 1200)]
    assert "roteer" in draai("sleutels", "lijst").stdout
    eerst = document(draai("sleutels", "roteer", "--zonder-temporal", "--json"))
    assert eerst["omgepakt"] == 1200
    assert [(h["naam"], h["sleutels"]) for h in eerst["hoofdsleutels"]] == [(nieuw["sleutel"], 1200), ("proef", 0)]
    assert document(draai("sleutels", "roteer", "--zonder-temporal", "--json"))["omgepakt"] == 0
    omgeving.setenv("ROUTEWACHT_SLEUTELS", nieuw["waarde"].partition(",")[0])
    assert draai("sleutels", "lijst").exit_code == 0


def test_a_key_that_is_missing_is_said_and_the_rest_is_moved(
    draai: Draai, url: str, omgeving: pytest.MonkeyPatch
) -> None:
    weg, tweede = Sleutelring.nieuw(), Sleutelring.nieuw()
    vul(url, weg, "traject/t-1")
    vul(url, tweede, "traject/t-2")
    omgeving.setenv("ROUTEWACHT_SLEUTELS", f"{SLEUTELS},{tweede.als_tekst()}")
    uitkomst = draai("sleutels", "roteer", "--zonder-temporal", "--json")
    assert uitkomst.exit_code == 1
    stand = document(uitkomst)
    assert stand["omgepakt"] == 1
    assert {h["naam"]: (h["in_ring"], h["sleutels"]) for h in stand["hoofdsleutels"]} == {
        "proef": (True, 1),
        tweede.actief: (True, 0),
        weg.actief: (False, 1),
    }
    assert "ontbreekt in ROUTEWACHT_SLEUTELS" in draai("sleutels", "lijst").stdout


def test_a_copy_of_the_keys_brings_back_what_an_older_database_lost(
    draai: Draai, url: str, tmp_path: Path, omgeving: pytest.MonkeyPatch
) -> None:
    """A restore of last night's database loses the keys of the cases that began today. Meanwhile somebody wrote to one."""
    ring, kopie = Sleutelring.uit_tekst(SLEUTELS), tmp_path / "sleutels.kopie"
    payloads = vul(url, ring, "traject/t-1", "traject/t-2", "traject/t-weg")
    assert document(draai("sleutels", "export", kopie, "--json")) == {"sleutels": 3}
    assert kopie.stat().st_mode & 0o077 == 0
    sql(url, "DELETE FROM zaaksleutel")
    sql(url, "INSERT INTO zaaksleutel (sleutel_id, zaak, kek_id) VALUES ('x', 'traject/t-weg', '')")
    payloads |= vul(url, ring, "traject/t-2")
    assert len(payloads) == 4
    assert document(draai("sleutels", "import", kopie, "--json")) == {"in_bestand": 3, "teruggezet": 2}
    assert document(draai("sleutels", "import", kopie, "--json"))["teruggezet"] == 0
    assert {zaak for zaak, _ in lees(url, ring, payloads)} == {"traject/t-1", "traject/t-2"}
    assert len(lees(url, ring, payloads)) == 3
    kopie.write_text(kopie.read_text()[:-20])
    assert draai("sleutels", "import", kopie).exit_code == 2


def test_temporal_that_is_away_is_said_and_what_was_done_stays_done(
    draai: Draai, url: str, omgeving: pytest.MonkeyPatch
) -> None:
    omgeving.setattr("cli.verbinding.TEMPORAL_WACHT", timedelta(seconds=0.5))
    ander = Sleutelring.nieuw()
    vul(url, ander, "traject/t-1")
    uitkomst = draai("sleutels", "roteer")
    assert uitkomst.exit_code == 3
    assert "Temporal antwoordt niet" in uitkomst.stderr
