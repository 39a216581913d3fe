"""The site: one FastAPI application, made from its services. Importing this module does nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api.diensten import Diensten, Postvakplek
from api.errors import Vangnet, koppel_fouten
from api.guard import Guard
from api.pages import bord, gezond, kijk, over, post, traject
from api.pages.basis import STATISCH, gemeenschappelijk, maak_sjablonen
from api.postvak import Postvak
from api.rest import bewaren, codec, gezondheid, mail, trajecten
from api.spoor import Spoor
from runtime.settings import DemoSettings
from runtime.sleutelkast import Sleutelkast
from storage.zaaksleutels import Zaaksleutels

__all__ = ["Diensten", "Postvakplek", "maak_app"]

_UITLEG = """\
Routewacht bewaakt de ondersteuningsroute van een leerling. Alles wat het scherm kan, kan hier ook.

Elke handeling heeft een kop `Idempotency-Key` nodig: herhalen met dezelfde sleutel is veilig en geeft hetzelfde antwoord.
`verwerkt` betekent dat het in het traject te zien is, `ontvangen` dat het is opgeschreven en vanzelf volgt.
Weigeringen zijn `application/problem+json`, met een vaste `code`, het `veld`, een zin en een remedie in het Nederlands.
"""


def maak_app(diensten: Diensten, *, met_codec: bool | None = None) -> FastAPI:
    """The site. `met_codec` adds /codec for operators; by default only in the demo.

    While it runs (its lifespan), `app.state.postvak` is the inbox with its port, when `diensten.postvak` is set.
    """

    @asynccontextmanager
    async def leven(app: FastAPI) -> AsyncIterator[None]:
        if not diensten.postvak:
            yield
            return
        plek = diensten.postvakplek
        app.state.postvak = Postvak(diensten.sessies, diensten.klok, host=plek.host, poort=plek.poort)
        await app.state.postvak.start()
        try:
            yield
        finally:
            await app.state.postvak.stop()

    app = FastAPI(
        title="Routewacht",
        version="1",
        description=_UITLEG,
        docs_url=None,
        redoc_url=None,
        lifespan=leven,
        openapi_tags=[
            {"name": "trajecten", "description": "Trajecten en handelingen daarop."},
            {"name": "afspraken", "description": "Wat iemand moet doen."},
            {"name": "opdrachten", "description": "Wat er van een handeling is geworden."},
            {"name": "mail", "description": "Mails waarvan niemand weet of ze zijn aangekomen."},
            {"name": "bewaren", "description": "Bewaartermijnen, en wat er vernietigd is."},
            {"name": "techniek", "description": "Voor wie de site draait."},
        ],
    )
    app.state.diensten, app.state.postvak = diensten, None
    app.state.sjablonen = maak_sjablonen()
    app.state.sjablonen.context_processors.append(gemeenschappelijk)
    koppel_fouten(app)
    rest, paginas = (trajecten, mail, bewaren, gezondheid), (bord, traject, post, over, gezond)
    for deel in (*rest, *paginas):
        app.include_router(deel.router)
    if diensten.postvak:
        app.include_router(post.postvak_router)
        app.include_router(kijk.router)
    if met_codec if met_codec is not None else isinstance(diensten.settings, DemoSettings):
        ring = diensten.settings.sleutelring()
        kast = Sleutelkast(ring, Zaaksleutels(diensten.sessies))
        app.include_router(codec.maak_router(ring, kast, diensten.ui_oorsprong))
    app.mount("/static", StaticFiles(directory=STATISCH), name="static")
    app.add_middleware(Vangnet)
    app.add_middleware(Guard, codec_oorsprong=diensten.ui_oorsprong)
    if diensten.sporen is not None:
        app.add_middleware(Spoor, sporen=diensten.sporen)
    return app
