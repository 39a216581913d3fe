"""A command without settings, beside a running demo: how to point it there."""

from pathlib import Path

from cli.uitvoer import Probleem

DEMO = Path(".routewacht/demo")


def wijs_op_demo() -> list[Probleem]:
    """How to look into the demo that runs in this folder; nothing when none does. No password comes on the screen."""
    from runtime.postgres import DATABASE, ROLE, EmbeddedPostgres

    try:
        sockets = EmbeddedPostgres(DEMO / "postgres").answering_sockets()
    except OSError:  # of somebody else
        return []
    if sockets is None:
        return []
    wachtwoord = f"$(cat {DEMO / 'postgres' / 'postgres.wachtwoord'})"
    regels = (
        "Om daarin te kijken, typ eerst:",
        f'export ROUTEWACHT_SLEUTELS="$(cat {DEMO / "sleutels"})"',
        f'export ROUTEWACHT_DATABASE_URL="postgresql://{ROLE}:{wachtwoord}@/{DATABASE}?host={sockets}&port=5432"',
        "Handelen in de demo gaat op de site: daar loopt de klok van de demo.",
    )
    return [Probleem("demo_draait", "In deze map draait een demo.", "", "\n  ".join(regels))]
