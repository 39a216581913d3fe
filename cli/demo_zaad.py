"""The history of the demo before it begins: trajecten that have been under way for weeks, made by the core itself.

Nothing is drawn from thin air: each timeline is a simulation with the same rules and the same cast, from the day the signal
came up to the morning the demo opens. Mails of that time are not sent again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cli.demo_cast import Cast, karakter_van
from cli.demo_gegevens import SWV, Kind, kinderen
from domain.catalogus import CATALOGUS
from domain.consent import Gezag
from domain.dagen import laatste_schooldag_tot
from domain.feiten import Gebeurtenis, TrajectGestart
from domain.kader import Kader, Omstandigheden
from domain.progress import next_wake
from domain.simulate import simuleer
from domain.tijd import lokale_datum
from domain.traject import Traject
from domain.vastlegging import Vastlegging
from domain.verloop import vouw_alles

ROUTE = "midden_groningen"
# Days before the opening on which each traject began; later pupils get their signal while the demo runs.
_BEGONNEN = (
    138,
    137,
    136,
    134,
    131,
    129,
    126,
    124,
    120,
    116,
    110,
    104,
    98,
    91,
    84,
    77,
    70,
    62,
    55,
    48,
    41,
    34,
    27,
    20,
    13,
    9,
    6,
    5,
    3,
    2,
)
# What came to a standstill in the weeks before the opening still does then, so that there is something to see at once.
_STIL_VOOR_OPENING = timedelta(days=70)


@dataclass(frozen=True)
class Zaad:
    """A traject as it stands on the morning of the opening, with everything that led to it."""

    kind: Kind
    traject: Traject
    gebeurtenissen: tuple[Gebeurtenis, ...]
    wek: datetime | None

    def vastlegging(self, nu: datetime) -> Vastlegging:
        """As one record; without messages, because these belong to the past."""
        return Vastlegging(traject=self.traject, gebeurtenissen=self.gebeurtenissen, volgende_wek=self.wek, nu=nu)


def traject_id_van(kind: Kind) -> str:
    """The id of the traject of a demo pupil: made from the random id of the pupil, so known in advance."""
    return f"t-{kind.id.removeprefix('l-')[::-1]}"


def zaai(opening: datetime, omstandigheden: dict[str, Omstandigheden], gezag: dict[str, Gezag]) -> list[Zaad]:
    """All trajecten that began before the opening. `omstandigheden` by school id, `gezag` by pupil id."""
    verwijzing, route = CATALOGUS.nieuwste(ROUTE)
    gezaaid = []
    for nummer, (kind, dagen) in enumerate(zip(kinderen(), _BEGONNEN, strict=True)):
        kader = Kader.van(route, omstandigheden[kind.school_id])
        begin = laatste_schooldag_tot(kader.kalender, lokale_datum(opening) - timedelta(days=dagen))
        gisteren: date = lokale_datum(opening) - timedelta(days=1)
        loop = simuleer(
            kader,
            verwijzing,
            begin,
            gisteren,
            gedrag=Cast(kader, kind, karakter_van(nummer), blijft_stil_vanaf=gisteren - _STIL_VOOR_OPENING),
            gezag=gezag[kind.id],
        )
        gebeurtenissen = _op_naam(loop.gebeurtenissen, kind)
        traject = vouw_alles(gebeurtenissen)
        gezaaid.append(Zaad(kind, traject, gebeurtenissen, next_wake(kader, traject)))
    return gezaaid


def _op_naam(gebeurtenissen: tuple[Gebeurtenis, ...], kind: Kind) -> tuple[Gebeurtenis, ...]:
    """The simulation speaks of a nameless case; its first fact gets the ids of this one."""
    eerste = gebeurtenissen[0]
    assert isinstance(eerste.feit, TrajectGestart)
    ids = {
        "traject_id": traject_id_van(kind),
        "swv_id": SWV,
        "school_id": kind.school_id,
        "leerling_id": kind.id,
    }
    return (eerste.model_copy(update={"feit": eerste.feit.model_copy(update=ids)}), *gebeurtenissen[1:])
