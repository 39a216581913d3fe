"""The Algemene termijnenwet: a legal date that is a day off is a right lost or a term missed."""

import pytest

from domain.calendar import Klok
from tests.domain.calendar_noord import reken


@pytest.mark.parametrize(
    ("vanaf", "aantal", "klok", "einde"),
    [
        ("2026-11-02", 6, Klok.KALENDERWEKEN, "2026-12-14"),  # an ordinary Monday
        ("2026-11-07", 6, Klok.KALENDERWEKEN, "2026-12-21"),  # Saturday, and a vakantie does not stop the law
        ("2026-11-13", 6, Klok.KALENDERWEKEN, "2026-12-28"),  # 25 and 26 December, then a Sunday
        ("2027-02-12", 6, Klok.KALENDERWEKEN, "2027-03-30"),  # Goede Vrijdag up to and including tweede paasdag
        ("2027-03-16", 6, Klok.KALENDERWEKEN, "2027-04-28"),  # Koningsdag
        ("2027-03-24", 6, Klok.KALENDERWEKEN, "2027-05-10"),  # Bevrijdingsdag, Hemelvaart, the Friday, the weekend
        ("2027-01-03", 12, Klok.KALENDERWEKEN, "2027-03-30"),  # twelve weeks are moved
        ("2026-12-27", 13, Klok.KALENDERWEKEN, "2027-03-28"),  # thirteen are not
        ("2026-12-28", 90, Klok.KALENDERDAGEN, "2027-03-30"),  # ninety days end on Easter Sunday... and are moved
        ("2026-12-27", 91, Klok.KALENDERDAGEN, "2027-03-28"),  # ninety-one are not
        ("2027-03-25", 1, Klok.KALENDERDAGEN, "2027-03-30"),
        ("2027-03-25", 3, Klok.KALENDERDAGEN, "2027-03-31"),  # art. 2: two working days in a term of three days
        ("2027-03-25", 2, Klok.KALENDERDAGEN, "2027-03-30"),  # art. 2 says nothing about two days
        ("2027-04-05", -1, Klok.KALENDERDAGEN, "2027-04-04"),  # art. 1 lid 2: counting back is not moved
    ],
)
def test_algemene_termijnenwet(vanaf: str, aantal: int, klok: Klok, einde: str) -> None:
    assert reken(vanaf, aantal, klok, wettelijk=True)[0] == einde


def test_de_algemene_termijnenwet_staat_in_de_uitleg() -> None:
    assert reken("2027-02-12", 6, Klok.KALENDERWEKEN, wettelijk=True)[1] == (
        "6 kalenderweken na vrijdag 12 februari 2027; vrijdag 26 maart 2027 is geen werkdag "
        "(Goede Vrijdag en tweede paasdag), daarom dinsdag 30 maart 2027 (Algemene termijnenwet)"
    )
    assert reken("2026-12-27", 13, Klok.KALENDERWEKEN, wettelijk=True)[1].endswith(
        "; de Algemene termijnenwet verlengt een termijn van meer dan 12 weken niet"
    )
    assert "90 dagen" in reken("2026-12-27", 91, Klok.KALENDERDAGEN, wettelijk=True)[1]
    assert "twee werkdagen" in reken("2027-03-25", 3, Klok.KALENDERDAGEN, wettelijk=True)[1]
