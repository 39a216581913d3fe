"""Acts that were received and only later refused: the person who did them had left, so the page of the traject says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api import lezen
from api.pages.beeld import Beeld
from api.woorden import HANDELING_LABEL
from domain.feiten import Wie
from domain.roles import ROL_LABEL
from domain.verwoording import titel_van
from storage.journal import Journaalregel, later_geweigerd
from storage.views import Mens

# Own choice: long enough to come by after a school holiday, short enough not to become part of the page.
TE_ZIEN = timedelta(days=21)


@dataclass(frozen=True)
class NietUitgevoerd:
    """One such act: who wanted what and when, and why it could not be. `van_mij`: whoever looks now did it."""

    wie: str
    van_mij: bool
    wat: str
    op: datetime
    zin: str
    remedie: str
    met_tekst: bool


async def niet_uitgevoerd(
    session: AsyncSession, beeld: Beeld, als: Mens | None, nu: datetime, *, behalve: str
) -> list[NietUitgevoerd]:
    """Of the last three weeks on the clock of the case, newest first; without the command the page is about already."""
    regels = await later_geweigerd(session, beeld.traject.traject_id, sinds=nu - TE_ZIEN)
    regels = [regel for regel in regels if regel.commando_id != behalve]
    door = {regel.commando_id: Wie.model_validate(regel.inhoud["door"]) for regel in regels}
    namen = await lezen.namen_van(session, (wie.persoon_id for wie in door.values() if wie.persoon_id))
    return [_beeld(beeld, regel, door[regel.commando_id], namen, als) for regel in regels]


def _beeld(beeld: Beeld, regel: Journaalregel, door: Wie, namen: Mapping[str, str], als: Mens | None) -> NietUitgevoerd:
    rol = ROL_LABEL[door.rol]
    naam = namen.get(door.persoon_id or "")
    return NietUitgevoerd(
        wie=f"{naam} ({rol})" if naam else rol,
        van_mij=als is not None and (als.persoon_id, als.rol) == (door.persoon_id, door.rol),
        wat=_wat(beeld, regel.inhoud["handeling"]),
        op=regel.ontvangen_op,
        zin=regel.zin or "Deze handeling is geweigerd.",
        remedie=regel.remedie or "",
        met_tekst=bool(regel.inhoud.get("tekst_ref")),
    )


def _wat(beeld: Beeld, handeling: Mapping[str, Any]) -> str:
    wat = HANDELING_LABEL.get(str(handeling["soort"]), "een handeling")
    afspraak = next((a for a in beeld.traject.afspraken if a.id == handeling.get("afspraak_id")), None)
    return f"{wat} ({titel_van(beeld.kader.route, afspraak)})" if afspraak else wat
