"""How long a closed traject is kept, and in which nights that is looked at."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bewaren import TERMIJNEN, VERWIJZING, bewaring, volgende_ronde
from domain.consent import Doel
from domain.instellingen import Herkomst
from domain.tijd import AMSTERDAM
from tests.architecture.test_docs import rijen

LABEL = {Herkomst.WET: "wet", Herkomst.ROUTE: "route", Herkomst.EIGEN_KEUZE: "eigen keuze"}
DAGEN = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("gesloten", "uitgeschreven", "gevraagd", "regel", "tot"),
    [
        (date(2027, 3, 1), date(2027, 7, 31), (), "leerlingdossier", date(2029, 7, 31)),
        (date(2027, 3, 1), date(2027, 7, 31), (Doel.TLV_AANVRAAG,), "verwijzing", date(2030, 7, 31)),
        (date(2027, 3, 1), None, (Doel.TLV_AANVRAAG,), "zonder_uitschrijving", date(2030, 3, 1)),
        (date(2027, 3, 1), date(2028, 2, 29), (), "leerlingdossier", date(2030, 2, 28)),
        (date(2027, 3, 1), date(2020, 7, 31), (), "leerlingdossier", date(2027, 3, 1)),
    ],
)
def test_the_term_and_its_last_day(
    gesloten: date, uitgeschreven: date | None, gevraagd: tuple[Doel, ...], regel: str, tot: date
) -> None:
    gevonden = bewaring(gesloten, uitgeschreven, frozenset(gevraagd))
    assert (gevonden.termijn.naam, gevonden.tot) == (regel, tot)


@given(DAGEN, st.none() | DAGEN, st.sets(st.sampled_from(Doel)))
def test_never_before_it_was_closed_and_never_longer_than_the_longest_term(
    gesloten: date, uitgeschreven: date | None, gevraagd: set[str]
) -> None:
    tot = bewaring(gesloten, uitgeschreven, frozenset(gevraagd)).tot
    assert gesloten <= tot
    laatste = max(gesloten, uitgeschreven or gesloten)
    assert tot.year - laatste.year <= VERWIJZING.jaren


@pytest.mark.parametrize("naam", TERMIJNEN)
def test_every_term_says_truly_whether_it_is_law(naam: str) -> None:
    _, _, label = rijen()[TERMIJNEN[naam].bron]
    assert label == LABEL[TERMIJNEN[naam].herkomst]


@given(st.integers(0, 4 * 366 * 24 * 60))
def test_a_round_is_always_at_three_on_a_monday_night_and_within_a_week(minuten: int) -> None:
    na = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minuten)
    ronde = volgende_ronde(na)
    lokaal = ronde.astimezone(AMSTERDAM)
    assert (lokaal.weekday(), lokaal.hour, lokaal.minute) == (0, 3, 0)
    assert 0 < (ronde.timestamp() - na.timestamp()) <= (7 * 24 + 1) * 3600
    assert volgende_ronde(ronde) > ronde
