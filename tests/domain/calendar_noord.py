"""Region Noord for two school years, typed by hand, so that the tests of the clocks need no library."""

from datetime import date

from domain.calendar import Feestdag, Kalender, Klok, Periode, Regio, Termijn, bereken


def d(tekst: str) -> date:
    return date.fromisoformat(tekst)


def p(naam: str, van: str, tot_en_met: str | None = None) -> Periode:
    return Periode(van=d(van), tot_en_met=d(tot_en_met or van), naam=naam)


NOORD = Kalender(
    regio=Regio.NOORD,
    van=d("2026-08-01"),
    tot_en_met=d("2028-07-31"),
    vakanties=(
        p("Zomervakantie", "2026-07-04", "2026-08-16"),
        p("Herfstvakantie", "2026-10-10", "2026-10-18"),
        p("Kerstvakantie", "2026-12-19", "2027-01-03"),
        p("Voorjaarsvakantie", "2027-02-20", "2027-02-28"),
        p("Meivakantie", "2027-04-24", "2027-05-02"),
        p("Zomervakantie", "2027-07-10", "2027-08-22"),
        p("Kerstvakantie", "2027-12-25", "2028-01-09"),
        p("Voorjaarsvakantie", "2028-02-19", "2028-02-27"),
        p("Zomervakantie", "2028-07-15", "2028-08-27"),
    ),
    feestdagen=tuple(
        Feestdag(datum=d(dag), naam=naam)
        for dag, naam in [
            ("2026-12-25", "Eerste kerstdag"),
            ("2026-12-26", "Tweede kerstdag"),
            ("2027-01-01", "Nieuwjaarsdag"),
            ("2027-03-26", "Goede Vrijdag"),
            ("2027-03-29", "Tweede paasdag"),
            ("2027-04-27", "Koningsdag"),
            ("2027-05-05", "Bevrijdingsdag"),
            ("2027-05-06", "Hemelvaartsdag"),
            ("2027-05-07", "Vrijdag na Hemelvaart"),
            ("2027-05-17", "Tweede pinksterdag"),
        ]
    ),
    bron="met de hand",
)


def met(**anders: tuple[Periode, ...]) -> Kalender:
    return NOORD.model_copy(update=anders)


def reken(vanaf: str, aantal: int, klok: Klok, *, wettelijk: bool = False, k: Kalender = NOORD) -> tuple[str, str]:
    berekend = bereken(k, d(vanaf), Termijn(aantal=aantal, klok=klok, wettelijk=wettelijk))
    return berekend.datum.isoformat(), berekend.uitleg
