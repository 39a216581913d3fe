"""The play of the demo, without servers: a year of all trajecten on the core, a day at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from cli.demo import Keuzes
from cli.demo_cast import Cast
from cli.demo_gegevens import SCHOLEN, SWV, Kind, kinderen
from cli.demo_regie import AANTAL, SIGNAAL_TOT, SIGNAAL_VAN, blijft_nog_stil, rolverdeling, volgende
from cli.demo_spel import volgende_ronde
from cli.demo_tijd import OPENING, einde, laatste_moment
from cli.demo_zaad import ROUTE, traject_id_van, zaai
from domain.catalogus import CATALOGUS
from domain.consent import Antwoord, Gezag
from domain.dagen import Regio, is_schooldag, schooljaar_van
from domain.feiten import Wie
from domain.handelingen import TijdVerstreken
from domain.kader import Kader, Omstandigheden
from domain.progress import begin, next_wake, progress
from domain.roles import Rol
from domain.tijd import AMSTERDAM, lokale_datum
from domain.traject import Traject, TrajectStatus
from runtime.kalenderbron import haal_kalender
from runtime.route_files import laad_routes

DAGEN = 600


def gezag(kind: Kind) -> Gezag:
    return Gezag(gezagdragers=kind.ouders, leerling_id=kind.id)


@dataclass
class Dag:
    """One morning: the open trajecten, and all pupils who ever had one."""

    op: date
    lopend: list[Traject]
    geweest: set[str]

    def bij(self, rol: Rol) -> int:
        return sum(t.stagnatie is not None and t.stagnatie.bij is rol for t in self.lopend)

    @property
    def tellingen(self) -> dict[str, int]:
        in_gang = [t for t in self.lopend if t.stagnatie is None and t.eerstvolgende is not None]
        return {
            "op koers": sum(t.eerstvolgende.streefdatum > self.op for t in in_gang if t.eerstvolgende),
            "stagnatiepunt": self.bij(Rol.STAGNATIEPUNT),
            "regievoerder": self.bij(Rol.REGIEVOERDER),
            "geen toestemming": sum(
                Antwoord.GEWEIGERD in s.antwoorden.values() for t in self.lopend for s in t.toestemmingen.values()
            ),
        }


def speel(dagen: int) -> Iterator[Dag]:
    """As cli/demo_spel.py does it, with the core in the place of workflows."""
    laad_routes()
    verwijzing, route = CATALOGUS.nieuwste(ROUTE)
    school = Omstandigheden(kalender=haal_kalender(Regio.NOORD, 2025, 4))
    zaden = zaai(OPENING, dict.fromkeys(SCHOLEN, school), {k.id: gezag(k) for k in kinderen()})
    geweest = {z.kind.id for z in zaden}
    lopend = [z.traject for z in zaden if z.traject.status is TrajectStatus.LOPEND]
    for dag in range(dagen):
        nu = datetime.combine(lokale_datum(OPENING) + timedelta(days=dag), time(8, 20), AMSTERDAM)
        # As in real life: a calendar looks back one school year.
        jaar = schooljaar_van(nu.date())
        kader = Kader.van(route, Omstandigheden(kalender=haal_kalender(Regio.NOORD, jaar - 1, min(4, 2031 - jaar))))
        lopend = [_gewekt(kader, t, nu) for t in lopend]
        if is_schooldag(kader.kalender, nu.date()) and (kind := volgende(lopend, geweest)):
            assert kind.id not in geweest
            geweest.add(kind.id)
            ids = {"traject_id": traject_id_van(kind), "school_id": kind.school_id, "leerling_id": kind.id}
            door = Wie(rol=Rol.LEERKRACHT)
            nieuw = begin(kader, nu, swv_id=SWV, route=verwijzing, gezag=gezag(kind), door=door, **ids)
            lopend.append(nieuw.traject)
        rollen, stil = rolverdeling(geweest), blijft_nog_stil(lopend, nu.date())
        for plek, traject in enumerate(lopend):
            karakter, kind = rollen[traject.leerling_id]
            vanaf = date.min if traject.traject_id in stil else None
            cast = Cast(kader, kind, karakter, blijft_stil_vanaf=vanaf)
            while opdracht := cast(traject, nu):
                traject = progress(kader, traject, opdracht, nu).traject
            lopend[plek] = traject
        lopend = [t for t in lopend if t.status is TrajectStatus.LOPEND]
        yield Dag(nu.date(), lopend, set(geweest))


def _gewekt(kader: Kader, traject: Traject, nu: datetime) -> Traject:
    while (wek := next_wake(kader, traject)) and wek <= nu:
        traject = progress(kader, traject, TijdVerstreken(), wek).traject
    return traject


@pytest.fixture(scope="module")
def jaar() -> list[Dag]:
    return list(speel(DAGEN))


def test_every_kind_of_case_is_there_on_every_day(jaar: list[Dag]) -> None:
    leeg = {(d.op, naam) for d in jaar for naam, aantal in d.tellingen.items() if not aantal}
    assert leeg == set()


def test_something_is_due_and_something_closes_in_any_five_weeks(jaar: list[Dag]) -> None:
    """Not every day: in the summer holidays nothing is due."""
    for i in range(0, DAGEN - 50, 5):
        stuk = jaar[i : i + 50]
        assert any(t.eerstvolgende and t.eerstvolgende.streefdatum <= d.op for d in stuk for t in d.lopend)
        assert any(t.stap == "nazorg" for d in stuk for t in d.lopend), stuk[0].op


def test_the_number_of_open_cases_stays_level(jaar: list[Dag]) -> None:
    aantallen = [len(d.lopend) for d in jaar]
    assert max(aantallen) <= AANTAL
    assert min(aantallen) >= AANTAL - 5
    # Level by movement, not by standing still: pupils come because others are done.
    assert len(jaar[-1].geweest) > len(jaar[0].geweest) + 15


def test_a_stall_makes_way_for_the_next_one(jaar: list[Dag]) -> None:
    gestaan = {t.traject_id for d in jaar for t in d.lopend if t.stagnatie is not None}
    assert len(gestaan) > 10
    assert all(d.bij(Rol.REGIEVOERDER) + d.bij(Rol.STAGNATIEPUNT) <= 12 for d in jaar)


def test_pupils_never_run_out_and_keep_their_place() -> None:
    eerste, alle = kinderen(), kinderen(900)
    assert alle[: len(eerste)] == eerste
    assert len({k.id for k in alle}) == len(alle)
    adressen = [ouder.email for k in alle for ouder in k.gezin]
    assert len(set(adressen)) == len(adressen)
    assert all(adres.endswith(".example") for adres in adressen)
    # Two parents, one parent, and a voogd all occur at every school.
    for school in SCHOLEN:
        gezinnen = [k.gezin for k in alle if k.school_id == school]
        soorten = {(len(g), g[0].email.endswith("@voogdij.example")) for g in gezinnen}
        assert soorten == {(2, False), (1, False), (1, True)}


@pytest.mark.parametrize("uur", range(24))
def test_the_cast_first_looks_in_the_morning(uur: int) -> None:
    nu = datetime(2027, 3, 27, uur, 30, tzinfo=AMSTERDAM)
    ronde = volgende_ronde(nu)
    assert timedelta(0) < ronde - nu < timedelta(hours=20)
    rondes = [ronde, volgende_ronde(ronde)]
    assert sum(SIGNAAL_VAN <= r.hour < SIGNAAL_TOT for r in rondes) == 1


def test_the_demo_stops_racing_half_a_year_before_dates_run_out() -> None:
    """Beyond the published holidays no date can be computed; what starts then is told the same choices."""
    assert laatste_moment().date() == date(2030, 8, 1)
    assert einde() + timedelta(weeks=26) == laatste_moment()
    keuzes = Keuzes(tempo=None, data=Path("/x"), poort=8000, temporal_poort=0, seconden=12.5, herhaal=True)
    assert keuzes.opties() == [
        *("--data", "/x", "--poort", "8000", "--temporal-poort", "0", "--realtime", "--seconden", "12.5", "--herhaal")
    ]
