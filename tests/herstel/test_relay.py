"""Temporal is away while people work: they see *ontvangen*, and once it is back *verwerkt*. Every act once, in order."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from runtime.devserver import DevServer
from storage.case_tables import TijdlijnRij
from tests.support.replay_leven import wacht_tot
from tests.support.servers import plain_client
from tests.support.site import Site, open_afspraak, site, sleutel
from worker.relay import relay_eenmaal

TRAJECTEN = 3
WACHT = 1


async def _relay(s: Site) -> int:
    klok = s.diensten.klok
    return await relay_eenmaal(s.db, s.diensten.aanbieder, klok, ouder_dan=klok.nu() + timedelta(seconds=1))


async def _keer(s: Site, traject_id: str) -> Counter[str]:
    """How often each act led to a change: its facts follow each other, so a second time would show as a second block."""
    async with s.db() as session:
        rijen = await session.scalars(
            select(TijdlijnRij.commando_id).where(TijdlijnRij.traject_id == traject_id).order_by(TijdlijnRij.nr)
        )
        commandos = list(rijen)
    return Counter(c for vorige, c in zip([None, *commandos], commandos, strict=False) if c is not None and c != vorige)


async def test_what_people_do_while_temporal_is_down_is_received_and_then_applied_once(
    tmp_path: Path, migrated_database_url: str
) -> None:
    geduld = patch("workflows.aanbod._WACHT", timedelta(seconds=WACHT))
    with geduld, DevServer(tmp_path, namespaces=("demo",)) as server:
        await server.ready()
        async with site(migrated_database_url, await plain_client(server.address, "demo")) as s:
            trajecten = [await s.begin() for _ in range(TRAJECTEN)]
            server.kill9()
            begin = monotonic()
            koppen = [await _twee_handelingen(s, t) for t in trajecten]
            # Nobody waits for a server that is away any longer than was agreed (nine requests of at most a second).
            assert monotonic() - begin < 3 * TRAJECTEN * (WACHT + 1)
            for t in trajecten:
                assert "ontvangen" in await _pagina(s, t["traject_id"], koppen[trajecten.index(t)][0])
            await _relay(s)
            server.start()
            await server.ready()

            async def alles() -> bool:
                await _relay(s)
                return {(await _opdracht(s, k))["status"] for paar in koppen for k in paar} == {"verwerkt"}

            await wacht_tot(alles, omschrijving="alle handelingen verwerkt", seconden=60)
            assert await _relay(s) == 0
            for t, paar in zip(trajecten, koppen, strict=True):
                versie = (await _opdracht(s, paar[1]))["versie"]
                await wacht_tot(lambda t=t, v=versie: _is_bij(s, t["traject_id"], v))  # type: ignore[misc]
                keer = await _keer(s, t["traject_id"])
                assert [keer[k] for k in paar] == [1, 1]
                assert "verwerkt" in await _pagina(s, t["traject_id"], paar[0])
                assert "ontvangen" not in await _pagina(s, t["traject_id"], paar[0])


async def _twee_handelingen(s: Site, t: dict[str, Any]) -> tuple[str, str]:
    """Two acts on one traject, the first of them sent twice by an impatient browser."""
    koppen = sleutel(), sleutel()
    rond_af = {"soort": "rond_af", "afspraak_id": open_afspraak(t, "Gesprek met ouders")["afspraak_id"]}
    for _ in range(2):
        antwoord = await s.doe(t["traject_id"], rond_af, koppen=koppen[0])
        assert (antwoord.status_code, antwoord.json()["status"]) == (202, "ontvangen")
    antwoord = await s.doe(t["traject_id"], {"soort": "meld_stilstand", "oorzaak": "samenwerking"}, koppen=koppen[1])
    assert (antwoord.status_code, antwoord.json()["status"]) == (202, "ontvangen"), antwoord.text
    return koppen[0]["Idempotency-Key"], koppen[1]["Idempotency-Key"]


async def _opdracht(s: Site, commando: str) -> dict[str, Any]:
    antwoord = await s.http.get(f"/api/v1/opdrachten/{commando}")
    assert antwoord.status_code == 200
    gelezen: dict[str, Any] = antwoord.json()
    return gelezen


async def _is_bij(s: Site, traject_id: str, versie: int) -> bool:
    return bool((await s.traject(traject_id))["versie"] >= versie)


async def _pagina(s: Site, traject_id: str, commando: str) -> str:
    """What the person sees about this act, in small letters."""
    antwoord = await s.http.get(f"/traject/{traject_id}", params={"opdracht": commando})
    assert antwoord.status_code == 200
    van = antwoord.text.index('id="melding"')
    return antwoord.text[van : van + 600].lower()
