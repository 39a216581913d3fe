"""Acts that come twice, all at once, in the wrong moment or in the wrong shape: confirmed or refused, and done once."""

import asyncio
import json
import secrets
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from domain.feiten import Wie
from domain.handelingen import Opdracht
from domain.ingebouwd import Ingebouwd
from domain.roles import Rol
from tests.chaos.oordeel import oordeel
from tests.chaos.opstelling import DEMO, Opstelling
from tests.chaos.verslag import Rij
from tests.chaos.zaken import IB, allemaal, begin, klik, ligt_stil, toestemming
from tests.support.omgeving import Zaakdraad
from tests.support.replay_leven import traject_id_van, wacht_tot
from tests.support.verwacht import tijdlijn
from workflows.traject import SIGNAAL_HANDELING, TrajectWorkflow


async def effecten(o: Opstelling, zaak: Zaakdraad) -> Counter[str | None]:
    """How often each command was applied, by the facts it left."""
    feiten = await tijdlijn(o.omgeving().sessies, traject_id_van(zaak))
    return Counter(g.commando_id for g in feiten if g.feit.soort == "toestemming_vastgelegd")


async def volgende_run(zaak: Zaakdraad) -> None:
    """The case begins a new run, and has begun it."""
    voor = (await zaak.handle.describe()).run_id
    await zaak.handle.signal(TrajectWorkflow.ga_door)

    async def begonnen() -> bool:
        return (await zaak.handle.describe()).run_id != voor

    await wacht_tot(begonnen, omschrijving="de volgende run")


@pytest.mark.rij(18, "dezelfde handeling nog eens: site, update, signaal, en na continue-as-new", "U O")
async def test_dezelfde_handeling_telt_een_keer(o: Opstelling, rij: Rij) -> None:
    await o.worker()
    http = await o.site()
    (zaak,) = await begin(o)
    await oordeel(o, [zaak])
    handeling, sleutel = toestemming(o.kind()), f"k-{secrets.token_hex(8)}"
    opdracht = Opdracht(commando_id=sleutel, door=Wie(rol=Rol.IB, persoon_id=IB), handeling=handeling, gezien_versie=0)
    antwoorden = await allemaal(klik(http, zaak, handeling, sleutel) for _ in range(2))
    for _ in range(3):
        antwoorden.append(await klik(http, zaak, handeling, sleutel))
        # Past the journal, as a relay would that did not hear the answer; the server knows an id only within a run.
        await zaak.handle.execute_update(TrajectWorkflow.handel, opdracht, id=f"u-{secrets.token_hex(4)}")
        await zaak.handle.signal(SIGNAAL_HANDELING, opdracht)
        rij.storing(4)
        await volgende_run(zaak)
    assert {a.status_code for a in antwoorden} == {200}
    rij.neem(await oordeel(o, [zaak]))
    assert await effecten(o, zaak) == {sleutel: 1}


@pytest.mark.parametrize("rondes", [4, pytest.param(60, marks=(pytest.mark.chaos, pytest.mark.timeout(900)))])
@pytest.mark.rij(19, "handelingen onderweg terwijl de zaak aan een nieuwe run begint", "U O")
async def test_een_handeling_bij_continue_as_new_krijgt_antwoord(o: Opstelling, rij: Rij, rondes: int) -> None:
    await o.worker()
    http = await o.site()
    (zaak,) = await begin(o)
    await oordeel(o, [zaak])
    antwoorden = []
    for _ in range(rondes):
        klikken = [asyncio.ensure_future(klik(http, zaak, toestemming(o.kind()))) for _ in range(5)]
        await zaak.handle.signal(TrajectWorkflow.ga_door)
        rij.storing(5)
        antwoorden += await asyncio.gather(*klikken)
    assert {a.status_code for a in antwoorden} <= {200, 202}
    rij.neem(await oordeel(o, [zaak]))
    assert await effecten(o, zaak) == {a.json()["commando_id"]: 1 for a in antwoorden}


@pytest.mark.rij(19, "een mail onderweg terwijl de zaak aan een nieuwe run begint", "O M S")
async def test_een_mail_onderweg_bij_continue_as_new_wordt_niet_vergeten(o: Opstelling, rij: Rij) -> None:
    await o.worker()
    (zaak,) = await begin(o)
    await oordeel(o, [zaak])
    o.sink.stoor("na", "wacht")
    await ligt_stil(o, zaak)
    await asyncio.wait_for(o.sink.wacht_nu.wait(), 60)
    await zaak.handle.signal(TrajectWorkflow.ga_door)
    await zaak.handel(Rol.IB, toestemming(o.kind()))  # answered, so the case knows by now that it is to go on
    await o.sink.stop()  # the line breaks: nobody knows whether the mail arrived, and the new run must know that
    rij.storing()
    gevonden = rij.neem(await oordeel(o, [zaak], spoed=1))
    assert (gevonden.aankomsten, gevonden.vastgehouden) == (1, 1)


@pytest.mark.rij(20, "veertien handelingen tegelijk op een zaak (de server staat er tien toe)", "U O")
async def test_veertien_tegelijk(o: Opstelling, rij: Rij) -> None:
    await o.worker()
    http = await o.site()
    (zaak,) = await begin(o)
    await oordeel(o, [zaak])
    rij.storing(14)
    antwoorden = await allemaal(klik(http, zaak, toestemming(o.kind())) for _ in range(14))
    assert {a.status_code for a in antwoorden} <= {200, 202}
    rij.neem(await oordeel(o, [zaak]))
    assert await effecten(o, zaak) == {a.json()["commando_id"]: 1 for a in antwoorden}


@pytest.mark.rij(21, "onleesbare signalen (met de temporal-opdracht) en onleesbare updates", "U S")
async def test_wat_niet_past_wordt_geweigerd_of_gezien(o: Opstelling, rij: Rij) -> None:
    await o.worker()
    (zaak,) = await begin(o)
    await oordeel(o, [zaak])
    onleesbaar = ['"tekst"', "[1, 2]", '{"commando_id": 7}', "null", json.dumps({"door": {"rol": "keizer"}})]
    for inhoud in onleesbaar:
        await _stuur_signaal(o, zaak, SIGNAAL_HANDELING, inhoud)
        await _stuur_signaal(o, zaak, "bestaat_niet", inhoud)
    rij.storing(2 * len(onleesbaar))

    async def gezien() -> bool:
        return any(a.sjabloon == Ingebouwd.SIGNAAL_BEKIJKEN for a in (await zaak.toestand()).open_afspraken)

    await wacht_tot(gezien, omschrijving="de afspraak om het signaal te bekijken")
    rij.hersteld_nu()
    for inhoud in ("tekst", [1, 2], {"commando_id": 7}, None):
        with pytest.raises((WorkflowUpdateFailedError, RPCError)):
            await asyncio.wait_for(zaak.handle.execute_update("handel", inhoud), 30)
        rij.storing()
    rij.neem(await oordeel(o, [zaak]))
    geweigerd = [g for g in await tijdlijn(o.omgeving().sessies, traject_id_van(zaak)) if "signaal" in g.feit.soort]
    assert len(geweigerd) == 2 * len(onleesbaar)
    await zaak.handel(Rol.IB, toestemming(o.kind()))


async def _stuur_signaal(o: Opstelling, zaak: Zaakdraad, naam: str, inhoud: str) -> None:
    """As an operator would by mistake: from the shell, not encrypted."""
    argv = [str(Path(sys.executable).parent / "temporal"), "workflow", "signal", "--workflow-id", zaak.handle.id]
    argv += ["--name", naam, "--input", inhoud, "--address", o.temporal.address, "--namespace", DEMO]
    await asyncio.to_thread(subprocess.run, argv, check=True, capture_output=True)
