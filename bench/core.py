"""The core and the calendar: what deciding costs, next to what merely carrying the state around costs."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

from bench.meten import Cijfer, Maat, Paar, vaak, vergelijk
from bench.zaak import BEGIN, EINDE, gezag, halverwege, plan, route
from domain.calendar import bereken
from domain.progress import next_wake, progress
from domain.simulate import simuleer
from domain.termijn import Klok, Termijn
from domain.traject import Traject

_VANAF = date(2026, 11, 30)


async def kern(maat: Maat) -> AsyncIterator[Cijfer]:
    """One act, one look at the clock, and a whole year."""
    kader, verwijzing = route()
    midden = halverwege()
    traject, opdracht, nu = midden.traject, midden.opdracht, midden.na.nu
    stap = vaak(lambda: progress(kader, traject, opdracht, nu))
    rondreis = vaak(lambda: Traject.model_validate_json(traject.model_dump_json()))
    heen_en_terug = "toestand naar JSON en terug"
    yield await vergelijk(Paar("stap", "één handeling verwerken", heen_en_terug), stap, rondreis, maat)
    wek = vaak(lambda: next_wake(kader, traject))
    yield await vergelijk(Paar("wekmoment", "bepalen wanneer de klok weer gaat", heen_en_terug), wek, rondreis, maat)

    def jaar() -> int:
        return len(simuleer(kader, verwijzing, BEGIN, EINDE, plan(), gezag=gezag()).momenten)

    woorden = f"schooljaar van één traject ({jaar()} stappen)"
    yield await vergelijk(Paar("schooljaar", woorden, "één handeling verwerken"), vaak(jaar), stap, maat)


async def kalender(maat: Maat) -> AsyncIterator[Cijfer]:
    """Six school weeks with their explanation, next to six weeks on a wall calendar. The Christmas holiday lies between."""
    frame, _ = route()
    termijn = Termijn(aantal=6, klok=Klok.SCHOOLWEKEN)
    zes_weken = timedelta(weeks=6)
    yield await vergelijk(
        Paar("zes_schoolweken", "zes schoolweken met uitleg", "datum plus zes weken"),
        vaak(lambda: bereken(frame.kalender, _VANAF, termijn)),
        vaak(lambda: _VANAF + zes_weken),
        maat,
    )
