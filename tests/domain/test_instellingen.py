"""Settings a school may change."""

import pytest
from pydantic import ValidationError

from domain.errors import InstellingOnbekend
from domain.instellingen import STANDAARD, Instellingen
from domain.termijn import Klok, Termijn


def test_what_a_school_set_goes_before_the_default() -> None:
    anders = Termijn(aantal=4, klok=Klok.SCHOOLWEKEN)
    instellingen = Instellingen(anders={"evaluatie_interval": anders})
    assert instellingen.termijn("evaluatie_interval") == anders
    assert instellingen.termijn("herstart") == STANDAARD["herstart"].termijn


@pytest.mark.parametrize("aantal", [0, -1])
def test_a_setting_of_nothing_is_refused(aantal: int) -> None:
    with pytest.raises(ValidationError, match="ten minste 1: herstart"):
        Instellingen(anders={"herstart": Termijn(aantal=aantal, klok=Klok.SCHOOLDAGEN)})


def test_an_unknown_setting_is_an_error_of_its_own_class() -> None:
    with pytest.raises(InstellingOnbekend):
        Instellingen().termijn("bestaat_niet")
