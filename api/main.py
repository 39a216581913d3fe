"""The process of `routewacht api`: serves the site until it is stopped. Reads tables, and writes only to the journal."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
import uvicorn

from api.aanbieder import AanbiederBijGebruik, Verbinding
from api.app import maak_app
from api.diensten import Diensten
from domain.catalogus import CATALOGUS
from runtime.klok import Klok
from runtime.mailbericht import zelftest
from runtime.route_files import laad_routes
from runtime.settings import Settings
from runtime.sporen import Sporen
from storage.db import maak_engine, sessies

_log = structlog.get_logger(__name__)
# How long a person's request waits for Temporal before the act is left to the relay, and open requests for a stop.
_WACHT = timedelta(seconds=2)
_AFRONDEN_SECONDEN = 10


@asynccontextmanager
async def diensten(settings: Settings, *, rol: str = "api", wachttijd: timedelta = _WACHT) -> AsyncIterator[Diensten]:
    """What the site needs, on the real clock. Raises nothing when the database or Temporal is away: acts do."""
    assert settings.database_url is not None
    engine = maak_engine(settings.database_url)
    sporen = Sporen.uit_instellingen(settings, rol)
    verbinding = Verbinding(settings, sessies(engine), rol=rol, wachttijd=wachttijd, sporen=sporen)
    try:
        yield Diensten(
            sessies=sessies(engine),
            aanbieder=await AanbiederBijGebruik.maak(verbinding, sessies(engine)),
            klok=Klok(),
            settings=settings,
            catalogus=CATALOGUS,
            gezond=verbinding.gezond,
            sporen=sporen,
        )
    finally:
        await engine.dispose()
        if sporen is not None:
            sporen.sluit()


async def draai(settings: Settings) -> None:
    """Serve on the socket or the address of the settings until SIGINT or SIGTERM; open requests are finished first."""
    zelftest()
    laad_routes()
    async with diensten(settings) as d:
        server = uvicorn.Server(
            uvicorn.Config(
                maak_app(d),
                host=settings.api_host,
                port=settings.api_port,
                uds=str(settings.api_socket) if settings.api_socket else None,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_AFRONDEN_SECONDEN,
            )
        )
        # uvicorn stops on these signals itself and then sends them again; without a handler that would kill the process
        # and a tidy stop would look like a crash.
        for sein in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sein, lambda: None)
        _log.info("api_starting")
        await server.serve()
        _log.info("api_stopped")
