"""`routewacht sleutels`: making a key, seeing what hangs on which, and moving over to the new one."""

import asyncio
from datetime import timedelta

import pytest

from runtime.codec import Sleutelring
from runtime.sleutelkast import Sleutelkast
from storage.db import maak_engine, sessies
from storage.zaaksleutels import Zaaksleutels
from tests.cli.conftest import SLEUTELS, Draai, document


def vul(url: str, ring: Sleutelring, *zaken: str) -> None:
    """Data keys as an api or worker with this ring makes them."""

    async def werk() -> None:
        engine = maak_engine(url)
        kast = Sleutelkast(ring, Zaaksleutels(sessies(engine)))
        for zaak in zaken:
            await kast.voor_zaak(zaak)
        await engine.dispose()

    asyncio.run(werk())


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


def test_temporal_that_is_away_is_said_and_what_was_done_stays_done(
    draai: Draai, url: str, omgeving: pytest.MonkeyPatch
) -> None:
    omgeving.setattr("cli.verbinding.TEMPORAL_WACHT", timedelta(seconds=0.5))
    ander = Sleutelring.nieuw()
    vul(url, ander, "traject/t-1")
    uitkomst = draai("sleutels", "roteer")
    assert uitkomst.exit_code == 3
    assert "Temporal antwoordt niet" in uitkomst.stderr
