"""What can be wrong with a route file: one sentence, one remedy, one line. All errors of a file travel together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from domain.errors import RoutewachtFout

Pad = tuple[str | int, ...]


@dataclass(frozen=True)
class Vondst:
    """Something wrong at a path in the parsed data; the line is looked up later."""

    pad: Pad
    zin: str
    remedie: str


@dataclass(frozen=True, order=True)
class RouteFout:
    """One error for whoever wrote the file. `regel` counts from 1; `stap` is empty outside the steps."""

    bestand: str
    regel: int
    stap: str
    veld: str
    zin: str
    remedie: str

    def __str__(self) -> str:
        plaats = f"stap {self.stap}, {self.veld}" if self.stap else self.veld
        return f"{self.bestand}, regel {self.regel} ({plaats}): {self.zin} {self.remedie}"


class RouteFouten(RoutewachtFout):
    """A route file that cannot be used, with everything that is wrong in it, in the order of its lines."""

    def __init__(self, errors: Iterable[RouteFout]) -> None:
        self.errors = tuple(sorted(set(errors)))
        super().__init__("\n".join(str(f) for f in self.errors))


def dichtstbij(fout: str, keuzes: Iterable[str], anders: Mapping[str, str] | None = None) -> str | None:
    """The name nearest to a wrong one. `anders` holds other words for the same choices ("intern_begeleider" for "ib")."""
    namen = {k: k for k in sorted(set(keuzes))} | dict(anders or {})
    gevonden = get_close_matches(fout.lower().replace(" ", "_"), namen, n=1, cutoff=0.6)
    return namen[gevonden[0]] if gevonden else None


def bedoelde(fout: str, keuzes: Iterable[str], anders: Mapping[str, str] | None = None) -> str:
    """The remedy for a name that does not exist: the nearest one, or the list when nothing is near."""
    bekend = sorted(set(keuzes))
    dichtbij = dichtstbij(fout, bekend, anders)
    if dichtbij:
        return f"Bedoelde u '{dichtbij}'?"
    return f"Kies uit: {', '.join(bekend)}." if bekend else "Er is hier niets om uit te kiezen; haal dit weg."


def opgesomd(namen: Sequence[str]) -> str:
    """ "'a', 'b' en 'c'"."""
    *eerste, laatste = [f"'{n}'" for n in namen]
    return f"{', '.join(eerste)} en {laatste}" if eerste else laatste
