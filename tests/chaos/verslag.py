"""docs/reliability.md, written by the run itself: what was broken, how often, and what came of it."""

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from tests.chaos.oordeel import Oordeel

ROOT = Path(__file__).resolve().parents[2]
DOEL = ROOT / "docs" / "reliability.md"


@dataclass
class Rij:
    """One row: a fault of the table, how often it was injected, and the worst of what was seen after it."""

    nummer: int
    fout: str
    invarianten: str
    test: str
    keer: int = 0
    verloren: int = 0
    dubbel: int = 0
    hersteld: float | None = None
    opmerking: str = ""
    uitslag: str = "niet gedraaid"
    _sinds: float = field(default_factory=monotonic)

    def storing(self, keer: int = 1) -> None:
        """So many faults were injected."""
        self.keer += keer
        self._sinds = monotonic()

    def voorbij(self) -> None:
        """The cause is taken away; recovery is counted from here."""
        self._sinds = monotonic()

    def hersteld_nu(self) -> float:
        """It works again; returns the seconds since the cause was taken away (the longest counts)."""
        duur = monotonic() - self._sinds
        self.hersteld = max(self.hersteld or 0.0, duur)
        return duur

    def neem(self, oordeel: Oordeel) -> Oordeel:
        """Writes the judgement down and insists that it is good."""
        self.verloren += len(oordeel.verloren)
        self.dubbel += len(oordeel.dubbel)
        self.hersteld = max(self.hersteld or 0.0, oordeel.seconden)
        return oordeel.eis()
