"""What a count means for a person, and when the daily check comes round."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.bewaking import (
    Controle,
    Meting,
    Stand,
    beoordeel,
    ergste,
    niet_gemeten,
    volgende_controle,
    vraagt_iemand,
)
from domain.tijd import AMSTERDAM


@pytest.mark.parametrize("controle", Controle)
def test_nothing_found_is_good_and_asks_nothing(controle: Controle) -> None:
    bevinding = beoordeel(Meting(controle=controle, aantal=0, oudste=None))
    assert (bevinding.stand, bevinding.wat_te_doen) == (Stand.GOED, None)
    assert not vraagt_iemand(bevinding)
    assert bevinding.zin.endswith(".")


@pytest.mark.parametrize("controle", Controle)
def test_much_and_old_is_never_good_and_says_what_to_do(controle: Controle) -> None:
    for aantal in (1, 3):
        bevinding = beoordeel(Meting(controle=controle, aantal=aantal, oudste=1e6))
        assert bevinding.stand in {Stand.LET_OP, Stand.MIS}
        assert bevinding.wat_te_doen
        assert vraagt_iemand(bevinding)
        assert "{" not in bevinding.zin
        assert aantal == 1 or "3" in bevinding.zin or controle is Controle.WORKER


@pytest.mark.parametrize(
    ("seconden", "stand"), [(59, Stand.GOED), (61, Stand.LET_OP), (299, Stand.LET_OP), (301, Stand.MIS)]
)
def test_an_act_that_waits_gets_worse_with_time(seconden: float, stand: Stand) -> None:
    assert beoordeel(Meting(controle=Controle.OPDRACHTEN, aantal=1, oudste=seconden)).stand is stand


def test_what_was_not_measured_is_not_good() -> None:
    onbekend = niet_gemeten(Controle.VASTGELOPEN, "Dit kon niet.")
    goed = beoordeel(Meting(controle=Controle.WEKKERS, aantal=0))
    let_op = beoordeel(Meting(controle=Controle.MAIL_AANGEHOUDEN, aantal=1, oudste=1))
    mis = beoordeel(Meting(controle=Controle.ZONDER_AFSPRAAK, aantal=1))
    assert ergste([goed, let_op]) is Stand.LET_OP
    assert ergste([goed, let_op, onbekend]) is Stand.ONBEKEND
    assert ergste([onbekend, mis, goed]) is Stand.MIS


@pytest.mark.parametrize(
    ("na", "dan"),
    [
        (datetime(2026, 11, 24, 5, 59, tzinfo=AMSTERDAM), datetime(2026, 11, 24, 6, tzinfo=AMSTERDAM)),
        (datetime(2026, 11, 24, 6, tzinfo=AMSTERDAM), datetime(2026, 11, 25, 6, tzinfo=AMSTERDAM)),
        # Saturday too, and in both nights in which the clocks change it is six on the wall.
        (datetime(2026, 11, 27, 12, tzinfo=AMSTERDAM), datetime(2026, 11, 28, 6, tzinfo=AMSTERDAM)),
        (datetime(2027, 3, 27, 7, tzinfo=AMSTERDAM), datetime(2027, 3, 28, 4, tzinfo=UTC)),
        (datetime(2026, 10, 24, 7, tzinfo=AMSTERDAM), datetime(2026, 10, 25, 5, tzinfo=UTC)),
    ],
)
def test_the_check_comes_every_day_at_six(na: datetime, dan: datetime) -> None:
    gevonden = volgende_controle(na)
    assert gevonden == dan
    assert volgende_controle(gevonden) - gevonden > timedelta(hours=22)
