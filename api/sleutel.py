"""The key of an act: chosen by whoever sends it, so that sending it again is safe."""

import re

from api.weigeringen import SleutelOngeldig

KOP = "Idempotency-Key"
KORTST, LANGST = 8, 64
VORM = r"^[A-Za-z0-9_-]+$"


def eis_sleutel(sleutel: str) -> str:
    """The key as it came in. Raises SleutelOngeldig for one that is missing, too short, too long, or no id."""
    if not KORTST <= len(sleutel) <= LANGST or not re.fullmatch(VORM, sleutel):
        raise sleutel_ongeldig()
    return sleutel


def sleutel_ongeldig() -> SleutelOngeldig:
    """The refusal of a key that is missing or cannot be one."""
    return SleutelOngeldig(
        "Elke handeling heeft een eigen sleutel nodig.",
        veld=KOP,
        remedie=f"Stuur een willekeurige sleutel van {KORTST} tot {LANGST} letters, cijfers of streepjes mee, zoals een UUID.",
    )
