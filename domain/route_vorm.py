"""The form of a route file: every key known, every value of the right kind. Says in Dutch what pydantic found.

After a fault in the form the rest can often still be checked: the faulty value is replaced by a harmless one and its path
is remembered, so that one round shows the writer as much as possible and nothing that is only a consequence.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.roles import ROL_LABEL, Rol
from domain.route import Route
from domain.route_fout import Pad, Vondst, bedoelde, dichtstbij

# A harmless value per field. Names other parts refer to are not here: a guess there would only bring false alarms.
_PLAATSHOUDERS: dict[str, object] = {
    "titel": "?",
    "ouders_horen": "?",
    "brondocument": "?",
    "bron": {"eigen_keuze": "?"},
    "termijn": {"aantal": 1, "klok": "schooldagen"},
    "rol": "ib",
    "leidt": "ib",
    "toon": "escalatie",
    "aan": "escalatiepunt",
    "soort": "taak",
    "anker": "voltooiing",
    "versie": 1,
    "geldig_vanaf": "2000-01-01",
    "sector": "po",
    "status": "concept",
}
# Others refer to these: only a near miss is read as what was meant.
_GERADEN = frozenset({"doel", "toestemming"})
_BINNENIN = frozenset({"aantal", "klok", "wettelijk", "instelling", "regels", "eigen_keuze"})
_WEGLAATBAAR = frozenset({"uiterlijk", "herhaal", "aanwezig", "vragen", "spoor", "verwijst_naar", "vanaf"})


@dataclass
class Vorm:
    """What the form check found. `route` is there when the data is right, or could be made readable (`hersteld`)."""

    route: Route | None = None
    vondsten: list[Vondst] = field(default_factory=list)
    hersteld: set[Pad] = field(default_factory=set)


def controleer(data: object) -> Vorm:
    """Checks the data against the model of a route; never raises."""
    vorm = Vorm()
    try:
        vorm.route = _als_route(data)
    except ValidationError as fouten:
        per_plek: dict[Pad, list[ErrorDetails]] = {}
        for fout in fouten.errors():
            if fout["type"] == "too_short" and _waarde(data, _pad(data, fout)):
                continue  # pydantic counts only what was right; each wrong part is reported by itself
            per_plek.setdefault(_pad(data, fout), []).append(fout)
        vorm.vondsten = [_vertaal(data, pad, bij) for pad, bij in per_plek.items()]
        vorm.hersteld = set(per_plek)
        vorm.route = _herstel(data, {pad: bij[0]["type"] for pad, bij in per_plek.items()})
    return vorm


def _als_route(data: object) -> Route:
    # Strict JSON mode: text is no number and true is no 1, while names still become roles and text becomes a date.
    return Route.model_validate_json(json.dumps(data), strict=True)


def _pad(data: object, fout: ErrorDetails) -> Pad:
    """The path in the file: pydantic adds parts of its own (members of a union, "[key]") that stand in no file."""
    pad: Pad = ()
    hier: Any = data
    for deel in fout["loc"]:
        in_groep = isinstance(hier, dict) and deel in hier
        in_lijst = isinstance(hier, list) and isinstance(deel, int) and deel < len(hier)
        if not in_groep and not in_lijst:
            ontbreekt = fout["type"] == "missing" and isinstance(hier, dict)
            return (*pad, deel) if ontbreekt else pad
        hier, pad = hier[deel], (*pad, deel)
    return pad


def _waarde(data: object, pad: Pad) -> Any:
    hier: Any = data
    for deel in pad:
        hier = hier[deel] if not isinstance(hier, dict) or deel in hier else None
    return hier


def _vertaal(data: object, pad: Pad, fouten: list[ErrorDetails]) -> Vondst:
    fout = fouten[0]
    naam, soort = str(pad[-1]) if pad else "bestand", fout["type"]
    kort = f"'{naam}'" if pad and not isinstance(pad[-1], int) else "dit onderdeel"
    if any("[key]" in f["loc"] for f in fouten):
        return Vondst(pad, f"'{naam}' is hier geen bekende naam.", bedoelde(naam, _sleutelkeuzes(pad)))
    if soort == "missing":
        return Vondst(pad, f"'{naam}' ontbreekt.", f"Voeg '{naam}:' toe.")
    if soort == "extra_forbidden":
        return Vondst(pad, f"'{naam}' bestaat hier niet.", bedoelde(naam, _sleutelkeuzes(pad[:-1])))
    if all(f["type"] == "enum" for f in fouten):
        waarde = _waarde(data, pad)
        remedie = bedoelde(str(waarde), _keuzes(_type_van(pad)), _ANDERE_WOORDEN if _is_rol(pad) else None)
        return Vondst(pad, f"'{_kort(waarde)}' kan niet bij {kort}.", remedie)
    if soort == "value_error":
        zin = str(fout["msg"]).removeprefix("Value error, ")
        return Vondst(pad, f"{_hoofdletter(zin.rstrip('.'))}.", "Pas dit onderdeel aan.")
    zin, remedie = _VERTALING.get(soort, _past_niet)(kort)
    return Vondst(pad, zin, remedie)


_ANDERE_WOORDEN = {label.lower().replace(" ", "_"): str(rol) for rol, label in ROL_LABEL.items()}


def _is_rol(pad: Pad) -> bool:
    return str(Rol.IB) in _keuzes(_type_van(pad))


def _kort(waarde: object) -> str:
    tekst = str(waarde)
    return tekst if len(tekst) <= 40 else f"{tekst[:37]}..."


def _hoofdletter(tekst: str) -> str:
    return f"{tekst[:1].upper()}{tekst[1:]}"


def _tekst(kort: str) -> tuple[str, str]:
    return f"{_hoofdletter(kort)} moet tekst zijn.", "Schrijf tekst; zet die zo nodig tussen aanhalingstekens."


def _getal(kort: str) -> tuple[str, str]:
    return f"{_hoofdletter(kort)} moet een heel getal zijn.", "Schrijf een getal zonder aanhalingstekens."


def _datum(kort: str) -> tuple[str, str]:
    return f"{_hoofdletter(kort)} moet een bestaande datum zijn.", "Schrijf jaar-maand-dag, zoals 2026-08-01."


def _groep(kort: str) -> tuple[str, str]:
    return f"{_hoofdletter(kort)} moet uit namen met een waarde bestaan.", "Schrijf 'naam: waarde' per regel."


def _lijst(kort: str) -> tuple[str, str]:
    return f"{_hoofdletter(kort)} moet een lijst zijn.", "Begin elke regel met een streepje, of gebruik [a, b]."


def _patroon(kort: str) -> tuple[str, str]:
    remedie = "Een naam heeft kleine letters, cijfers en liggende streepjes; een dag is maand-dag, zoals 01-15."
    return f"{_hoofdletter(kort)} heeft niet de juiste vorm.", remedie


def _past_niet(kort: str) -> tuple[str, str]:
    return f"Deze waarde past niet bij {kort}.", "Vergelijk met een andere route of met docs/routes/README.md."


_VERTALING: dict[str, Callable[[str], tuple[str, str]]] = {
    "string_type": _tekst,
    "string_pattern_mismatch": _patroon,
    "int_type": _getal,
    "int_parsing": _getal,
    "int_from_float": _getal,
    "int_parsing_size": _getal,
    "date_type": _datum,
    "date_parsing": _datum,
    "date_from_datetime_parsing": _datum,
    "date_from_datetime_inexact": _datum,
    "model_type": _groep,
    "model_attributes_type": _groep,
    "dict_type": _groep,
    "tuple_type": _lijst,
    "list_type": _lijst,
    "bool_type": lambda kort: (f"{_hoofdletter(kort)} is waar of niet waar.", "Schrijf true of false."),
    "too_short": lambda kort: (f"{_hoofdletter(kort)} mag niet leeg zijn.", "Zet er ten minste een in."),
    "greater_than_equal": lambda kort: (f"{_hoofdletter(kort)} is te klein.", "Begin te tellen bij 1."),
}


def _type_van(pad: Pad) -> Any:
    """The annotation of the model at this path; None when the path leaves the model."""
    hier: Any = Route
    for deel in pad:
        hier = _stap_in(hier, deel)
    return hier


def _stap_in(soort: Any, deel: str | int) -> Any:
    kern = _kern(soort)
    if isinstance(kern, type) and issubclass(kern, BaseModel):
        veld = kern.model_fields.get(str(deel))
        return veld.annotation if veld else None
    oorsprong, delen = get_origin(kern), get_args(kern)
    if oorsprong is tuple and delen:
        return delen[0]
    return delen[1] if oorsprong is dict else None


def _kern(soort: Any) -> Any:
    """Without the `| None`."""
    if get_origin(soort) in (UnionType, Union):
        over = [a for a in get_args(soort) if a is not type(None)]
        return over[0] if len(over) == 1 else soort
    return soort


def _keuzes(soort: Any) -> list[str]:
    kern = _kern(soort)
    if get_origin(kern) in (UnionType, Union):
        return [k for a in get_args(kern) for k in _keuzes(a)]
    return [str(x.value) for x in kern] if isinstance(kern, type) and issubclass(kern, Enum) else []


def _sleutelkeuzes(pad: Pad) -> list[str]:
    kern = _kern(_type_van(pad))
    if isinstance(kern, type) and issubclass(kern, BaseModel):
        return list(kern.model_fields)
    if get_origin(kern) is dict:
        return _keuzes(get_args(kern)[0])
    ouder = _kern(_type_van(pad[:-1])) if pad else None
    return _keuzes(get_args(ouder)[0]) if get_origin(ouder) is dict else []


def _herstel(data: object, fouten: dict[Pad, str]) -> Route | None:
    """The route with every fault replaced by something harmless, or None when that cannot be done honestly."""
    if not isinstance(data, dict):
        return None
    heel = copy.deepcopy(data)
    for pad, soort in fouten.items():
        if not _vervang(heel, pad, overbodig=soort == "extra_forbidden"):
            return None
    try:
        return _als_route(heel)
    except ValidationError:
        return None


def _vervang(heel: dict[str, Any], pad: Pad, *, overbodig: bool) -> bool:
    if overbodig:
        _waarde(heel, pad[:-1]).pop(pad[-1], None)
        return True
    if pad and pad[-1] in _GERADEN:
        geraden = dichtstbij(str(_waarde(heel, pad)), _keuzes(_type_van(pad)))
        _waarde(heel, pad[:-1])[pad[-1]] = geraden
        return geraden is not None
    for einde in range(len(pad), 0, -1):
        naam, ouder = pad[einde - 1], _waarde(heel, pad[: einde - 1])
        if not isinstance(ouder, dict):
            continue
        if naam in _WEGLAATBAAR:
            ouder.pop(naam, None)
            return True
        plaatshouder = _PLAATSHOUDERS.get("termijn" if naam == "na" and "toon" in ouder else str(naam))
        if plaatshouder is not None:
            ouder[str(naam)] = copy.deepcopy(plaatshouder)
            return True
        # Inside a term or a source the whole of it is replaced; elsewhere the fault lies in what others refer to.
        if naam not in _BINNENIN:
            return False
    return False
