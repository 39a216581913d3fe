"""What we log must be readable: a keyword that sounds personal is always printed as left out."""

import ast

from runtime.logging import PERSOONLIJK
from tests.architecture.boom import PACKAGES, ontleed, python_bestanden, vindplaats

_NIVEAUS = {"debug", "info", "warning", "error", "exception", "critical"}


def test_no_keyword_of_a_log_line_is_one_that_is_always_left_out() -> None:
    """Operators follow a mail by its id in the outbox; under `mail_id` they would only ever see that it was left out."""
    gezien, verloren = 0, []
    for bestand in python_bestanden(*PACKAGES):
        for knoop in ast.walk(ontleed(bestand)):
            if not isinstance(knoop, ast.Call) or not isinstance(knoop.func, ast.Attribute):
                continue
            if knoop.func.attr not in _NIVEAUS or not ast.unparse(knoop.func.value).endswith("_log"):
                continue
            gezien += 1
            namen = {sleutel.arg for sleutel in knoop.keywords if sleutel.arg}
            weg = {naam for naam in namen if not PERSOONLIJK.isdisjoint(naam.lower().split("_"))}
            verloren += [f"{vindplaats(bestand, knoop)}: {naam}" for naam in sorted(weg)]
    assert gezien > 10, "found no log lines: this test looks in the wrong place"
    assert verloren == []
