"""What the site is made with. Everything comes in from outside, so that tests and the demo can bring their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.catalogus import Catalogus
from domain.tijd import lokale_datum
from runtime.klok import Klok
from runtime.settings import Settings
from runtime.sporen import Sporen
from workflows.aanbod import Aanbieder


@dataclass(frozen=True)
class Postvakplek:
    """Where the SMTP server of the demo listens; `poort` 0 lets the system choose one. Loopback only, always."""

    host: str = "127.0.0.1"
    poort: int = 0


@dataclass(frozen=True)
class Diensten:
    """What the site needs.

    `gezond` says whether Temporal answers; it may take its time and may raise, which counts as no. With `postvak` the
    site receives mail and shows it, for the demo only. `ui_oorsprong` is the web address of a Temporal UI whose pages
    may ask for decoded payloads. `geduld` (real time) is how long a person waits until an act that was written down is
    seen to be done; after that the answer is that it was received. With `sporen` every request begins a trace.
    """

    sessies: async_sessionmaker[AsyncSession]
    aanbieder: Aanbieder
    klok: Klok
    settings: Settings
    catalogus: Catalogus
    gezond: Callable[[], Awaitable[bool]]
    postvak: bool = False
    postvakplek: Postvakplek = field(default_factory=Postvakplek)
    ui_oorsprong: str | None = None
    geduld: timedelta = timedelta(seconds=3)
    sporen: Sporen | None = None

    def vandaag(self) -> date:
        """The local date on the clock of the cases."""
        return lokale_datum(self.klok.nu())


def _van_app(request: Request) -> Diensten:
    diensten = request.app.state.diensten
    assert isinstance(diensten, Diensten)
    return diensten


MetDiensten = Annotated[Diensten, Depends(_van_app)]
