"""`routewacht worker`, `api` and `migrate`: the processes of an installation, and its tables."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from cli.fouten import GEEN_TABELLEN
from cli.uitvoer import GEWEIGERD, JsonOptie, Mislukt, toon, toon_json, voortgang

if TYPE_CHECKING:
    from runtime.settings import Settings


def worker() -> None:
    """Verwerk trajecten en verstuur mail, tot het proces wordt gestopt."""
    settings = _klaar_om_te_draaien()
    from worker.main import draai

    asyncio.run(draai(settings))


def api() -> None:
    """Toon de site en neem handelingen aan, tot het proces wordt gestopt."""
    settings = _klaar_om_te_draaien()
    from api.main import draai

    asyncio.run(draai(settings))


def migrate(json: JsonOptie = False) -> None:
    """Breng de database bij tot de tabellen die deze versie nodig heeft. Herhalen kan geen kwaad."""
    from cli.verbinding import database_url, instellingen
    from storage.migrate import current, upgrade

    url = database_url(instellingen())
    van = current(url)
    te_doen = _te_doen(van)
    with voortgang("Tabellen bijwerken", max(len(te_doen), 1)) as verder:
        for nr, revisie in enumerate(te_doen):
            verder(revisie, nr)
            upgrade(url, revisie)
    if json:
        toon_json({"van": van, "naar": current(url), "uitgevoerd": te_doen})
    elif te_doen:
        toon(f"De database is bijgewerkt tot {te_doen[-1]}.", "green")
    else:
        toon("De database was al bij.", "green")


def _klaar_om_te_draaien() -> "Settings":
    """Settings that are right, logging, and a database with the tables of this version. Raises Mislukt."""
    from cli.verbinding import database_url, instellingen
    from runtime.logging import stel_logging_in
    from storage.migrate import current

    settings = instellingen()
    if _te_doen(current(database_url(settings))):
        raise Mislukt(GEWEIGERD, GEEN_TABELLEN)
    stel_logging_in(als_json=settings.log_json, niveau=settings.log_level)
    return settings


def _te_doen(revisie: str | None) -> list[str]:
    """The migrations after this one, oldest first. Empty for a revision of a newer version of Routewacht."""
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    import storage.migrate

    bestanden = ScriptDirectory(str(Path(storage.migrate.__file__).parent / "migrations"))
    try:
        return [s.revision for s in bestanden.iterate_revisions("head", revisie or "base")][::-1]
    except CommandError:
        return []
