"""A bug in workflow code: one case stands still, all others go on, and a person sees which one within five minutes."""

import io
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from unittest.mock import patch

import pytest
import pytest_asyncio
import structlog
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from domain.bewaking import Controle, Stand, beoordeel
from domain.feiten import Wie
from domain.handelingen import DraagOver, MeldStilstand, Opdracht
from domain.roles import Rol
from runtime.devserver import DevServer
from runtime.klok import Klok
from runtime.logging import stel_logging_in
from runtime.smtp import Postbode
from storage.watch import bewaarde
from tests.support import storing
from tests.support.jaar import open_van
from tests.support.metfout import MetFout
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import bijgewerkt, leven, traject_id_van, wacht_tot
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen
from worker.bewaker import Bewaker
from worker.registry import Benodigdheden
from workflows.traject import TrajectWorkflow

BINNEN = 5 * 60
WACHT = timedelta(seconds=3)


@pytest_asyncio.fixture(loop_scope="session")
async def kapot(dev_server: DevServer, migrated_database_url: str) -> AsyncIterator[Omgeving]:
    """Workers that run the version with the mistake."""
    client = await plain_client(dev_server.address, "demo")
    with patch("worker.registry.TrajectWorkflow", MetFout):
        async with leven(migrated_database_url, client) as o:
            yield o
            storing.wis()


async def _begin(o: Omgeving, nummer: int) -> Zaakdraad:
    zaak = await o.begin_traject(kind_van("o-papaver", nummer), START, Springen.naar(START))
    await bijgewerkt(o, zaak)
    return zaak


async def _bied_aan(zaak: Zaakdraad, commando: str) -> None:
    """As the api does: it waits a moment for an answer, and the act stays in the journal when there is none."""
    opdracht = Opdracht(
        commando_id=commando, door=Wie(rol=Rol.OUDERS, persoon_id="p-ouders"), handeling=MeldStilstand()
    )
    with pytest.raises((RPCError, WorkflowUpdateRPCTimeoutOrCancelledError)):
        await zaak.handle.execute_update(TrajectWorkflow.handel, opdracht, id=commando, rpc_timeout=WACHT)


async def _nogmaals(zaak: Zaakdraad, commando: str) -> bool:
    """As the relay does. Until its next task succeeds, the server itself refuses updates for a case that failed."""
    try:
        await zaak.handel(Rol.OUDERS, MeldStilstand(), persoon="p-ouders", commando=commando)
    except RPCError:
        return False
    return True


@pytest.mark.chaos
async def test_a_stuck_case_is_seen_and_the_others_go_on(kapot: Omgeving) -> None:
    """Rows 22 and 23. The server reports a problem after a handful of failed tasks: about a minute."""
    stroom = io.StringIO()
    wortel = logging.getLogger()
    handlers, niveau = wortel.handlers[:], wortel.level
    structlog.reset_defaults()
    stel_logging_in(als_json=True, stroom=stroom)
    fout, lus, gezond = [await _begin(kapot, nummer) for nummer in range(3)]
    storing.FOUT.add(traject_id_van(fout))
    storing.LUS.add(traject_id_van(lus))
    begin = time.monotonic()
    await _bied_aan(fout, "c-fout")
    await _bied_aan(lus, "c-lus")

    afspraak = open_van(await gezond.toestand(), "gesprek_ouders")
    antwoord = await gezond.handel(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=Rol.IB))
    assert (await bijgewerkt(kapot, gezond)).versie >= antwoord.versie

    postbode = Postbode(kapot.settings)
    nodig = Benodigdheden(sessies=kapot.sessies, postbode=postbode, settings=kapot.settings)
    bewaker = Bewaker(kapot.client, nodig, Klok(Springen.naar(START)))

    async def gezien() -> set[str]:
        await bewaker.meet()
        async with kapot.sessies() as session:
            meting, _ = (await bewaarde(session, datetime.now(UTC)))[Controle.VASTGELOPEN]
        assert (beoordeel(meting).stand is Stand.MIS) == (meting.aantal > 0)
        return set(meting.voorbeelden)

    async def allebei() -> bool:
        return await gezien() == {fout.handle.id, lus.handle.id}

    await wacht_tot(allebei, seconden=BINNEN, omschrijving="beide vastlopers in beeld")
    duur = time.monotonic() - begin
    print(f"zichtbaar na {duur:.0f} s")
    afspraak = open_van(await gezond.toestand(), "gesprek_ouders")
    await gezond.handel(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=Rol.LEERKRACHT))

    # What the bug was about stays where it belongs: not in the history, not in a log line.
    assert storing.KANARIE not in (await fout.handle.fetch_history()).to_json()
    assert storing.KANARIE not in stroom.getvalue()
    assert "KeyError" in stroom.getvalue()

    # A mended version takes over. Nothing was lost meanwhile: the acts are offered again and get their answer.
    storing.wis()
    for zaak, commando in ((fout, "c-fout"), (lus, "c-lus")):
        await wacht_tot(partial(_nogmaals, zaak, commando), seconden=120, omschrijving="het antwoord op de handeling")
        assert (await bijgewerkt(kapot, zaak)).stagnatie is not None

    async def niemand() -> bool:
        return await gezien() == set()

    await wacht_tot(niemand, seconden=60, omschrijving="geen vastlopers meer")
    await postbode.sluit()
    wortel.handlers[:] = handlers
    wortel.setLevel(niveau)
    structlog.reset_defaults()
