"""Sentences for data a person gave that does not fit its model: options of an act, a JSON act, a scenario."""

from typing import Any

from pydantic import ValidationError

from cli.uitvoer import VERKEERD_GEBRUIK, Mislukt, Probleem


def niet_passend(fout: ValidationError) -> Mislukt:
    """One problem for each field that is wrong, with exit code 2. Never repeats a value."""
    regels = fout.errors(include_input=False, include_url=False)
    return Mislukt(VERKEERD_GEBRUIK, *(_probleem(dict(regel)) for regel in regels))


def _probleem(regel: dict[str, Any]) -> Probleem:
    veld = ".".join(str(deel) for deel in regel["loc"]) or "opdracht"
    zin, remedie = _zin(regel["type"], regel.get("ctx", {}))
    return Probleem("klopt_niet", f"'{veld}' {zin}.", veld, remedie)


def _zin(soort: str, ctx: dict[str, Any]) -> tuple[str, str]:
    match soort:
        case "missing" | "union_tag_not_found":
            return "ontbreekt", "Vul het in."
        case "enum" | "literal_error":
            return "heeft een waarde die niet bestaat", f"Kies uit: {_keuzes(ctx['expected'])}."
        case "union_tag_invalid":
            return "noemt een soort die niet bestaat", f"Kies uit: {_keuzes(ctx['expected_tags'])}."
        case "extra_forbidden":
            return "hoort hier niet", "Haal het weg, of controleer de spelling."
        case "value_error":
            return f"klopt niet: {ctx['error']}", ""
        case "json_invalid":
            return "is geen geldige JSON", "Controleer haken, komma's en aanhalingstekens."
        case _ if soort.startswith("date"):
            return "is geen datum", "Schrijf bijvoorbeeld 2026-09-01."
        case _:
            return "heeft een waarde die niet past", ""


def _keuzes(tekst: object) -> str:
    return str(tekst).replace(" or ", ", ").replace("'", "")
