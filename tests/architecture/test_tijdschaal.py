"""A real case can never see a school year pass in minutes: only the demo makes an accelerated clock."""

import ast
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.tijdschaal import Tijdschaal
from runtime.codec import Sleutelring
from runtime.settings import DEMO_NAMESPACE, Settings
from tests.architecture.boom import PACKAGES, ROOT, ontleed, python_bestanden, vindplaats

MAKERS = {"model_validate", "model_validate_json", "model_construct", "model_copy"}


def mag_versnellen(pad: Path) -> bool:
    """The definition itself, and the demo."""
    relatief = pad.relative_to(ROOT).as_posix()
    return relatief == "domain/tijdschaal.py" or relatief.startswith("cli/demo")


def versnellingen(boom: ast.AST) -> list[ast.Call]:
    """Every place that could make a scale other than the identity."""
    gevonden = []
    for knoop in ast.walk(boom):
        match knoop:
            case ast.Call(func=ast.Name(id="Tijdschaal") | ast.Attribute(attr="Tijdschaal")) if (
                knoop.args or knoop.keywords
            ):
                gevonden.append(knoop)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="Tijdschaal"), attr=naam)) if naam in MAKERS:
                gevonden.append(knoop)
    return gevonden


def test_only_the_demo_makes_an_accelerated_clock() -> None:
    gevonden = [
        vindplaats(pad, knoop)
        for pad in python_bestanden(*PACKAGES)
        if not mag_versnellen(pad)
        for knoop in versnellingen(ontleed(pad))
    ]
    assert gevonden == []


@pytest.mark.parametrize(
    "regel",
    [
        "Tijdschaal(factor=60)",
        "Tijdschaal(**velden)",
        "tijd.Tijdschaal(factor=2)",
        "Tijdschaal.model_validate(x)",
    ],
)
def test_the_check_sees(regel: str) -> None:
    assert len(versnellingen(ast.parse(regel))) == 1


def test_without_arguments_the_clock_is_real() -> None:
    assert Tijdschaal().is_echt
    assert versnellingen(ast.parse("Tijdschaal()")) == []


def test_no_setting_accelerates() -> None:
    """A setting of another type cannot either: the only way to a scale is the constructor above."""
    verdacht = {"factor", "tempo", "klok", "schaal", "tijdschaal", "anker", "nu", "demo"}
    assert [naam for naam in Settings.model_fields if verdacht & set(naam.split("_"))] == []
    soorten = [veld.annotation for veld in Settings.model_fields.values()]
    assert Tijdschaal not in soorten
    assert datetime not in soorten


def test_a_real_installation_cannot_enter_the_namespace_of_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEWACHT_SLEUTELS", Sleutelring.nieuw().als_tekst())
    monkeypatch.setenv("ROUTEWACHT_TEMPORAL_NAMESPACE", DEMO_NAMESPACE)
    with pytest.raises(ValidationError, match="demo"):
        Settings()
