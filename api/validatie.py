"""What is wrong with the form of a request, in Dutch, a sentence per field. Values that came in are never repeated."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_VASTE_PLAATSEN = {"body", "query", "path", "header"}
# Names of fields come from the sender: of each this many characters are said back, and of a long list the beginning.
_NAAM_HOOGSTENS = 40
_DELEN_HOOGSTENS = 8
_FOUTEN_HOOGSTENS = 20
_ZINNEN: dict[str, tuple[str, str]] = {
    "missing": ("Dit is niet ingevuld.", "Vul het in."),
    "extra_forbidden": ("Dit gegeven kennen wij hier niet.", "Laat het weg, of controleer hoe het heet."),
    "enum": ("Deze keuze bestaat niet.", "Kies een van de mogelijkheden uit de lijst."),
    "literal_error": ("Deze keuze bestaat niet.", "Kies een van de mogelijkheden uit de lijst."),
    "union_tag_invalid": ("Deze soort handeling bestaat niet.", "Kies een soort uit de lijst."),
    "union_tag_not_found": ("De soort handeling ontbreekt.", "Vul bij 'soort' in wat u wilt doen."),
    "string_too_long": ("Deze tekst is te lang.", "Maak de tekst korter."),
    "string_too_short": ("Deze tekst is te kort.", "Vul meer in."),
    "string_pattern_mismatch": ("Dit heeft niet de goede vorm.", "Gebruik letters, cijfers en streepjes."),
    "string_unicode": ("In deze tekst staan onleesbare tekens.", "Typ de tekst opnieuw."),
    "none_required": ("Dit moet leeg blijven.", "Laat het weg."),
    "model_attributes_type": ("Dit heeft niet de goede vorm.", "Stuur hier een object met velden."),
    "dict_type": ("Dit heeft niet de goede vorm.", "Stuur hier een object met velden."),
    "value_error": ("Dit kan zo niet.", "Controleer wat u invulde."),
}
_GROEPEN: tuple[tuple[tuple[str, ...], tuple[str, str]], ...] = (
    (("date", "datetime"), ("Dit is geen datum die bestaat.", "Vul een dag in als 2026-11-23.")),
    (("int", "float"), ("Dit is geen geheel getal.", "Vul een getal in.")),
    (("greater", "less"), ("Dit getal ligt buiten het bereik.", "Kies een ander getal.")),
    (("bool",), ("Dit is geen ja of nee.", "Gebruik true of false.")),
    (("string",), ("Dit is geen tekst.", "Vul hier tekst in.")),
    (("tuple", "list", "set"), ("Dit is geen lijst.", "Stuur hier een lijst.")),
)
_ANDERS = ("Dit kan zo niet.", "Controleer wat u invulde.")


class Veldfout(NamedTuple):
    """One field that is not right, and what to do about it."""

    veld: str
    zin: str
    remedie: str


def veldfouten(fouten: Iterable[Mapping[str, Any]]) -> list[Veldfout]:
    """One sentence a field, for the errors of pydantic or FastAPI; never empty, and at most twenty."""
    gevonden: dict[str, Veldfout] = {}
    for fout in fouten:
        if len(gevonden) == _FOUTEN_HOOGSTENS:
            break
        veld = _veld(fout["loc"])
        gevonden.setdefault(veld, Veldfout(veld, *_zin(str(fout["type"]))))
    return list(gevonden.values()) or [Veldfout("", *_ANDERS)]


def _zin(soort: str) -> tuple[str, str]:
    if soort in _ZINNEN:
        return _ZINNEN[soort]
    return next((zin for begin, zin in _GROEPEN if soort.startswith(begin)), _ANDERS)


def _veld(plaats: Iterable[Any]) -> str:
    """The name as the sender knows it: without where it stood, and without the branch of the union it fell in."""
    delen = [str(deel) for deel in plaats]
    if delen and delen[0] in _VASTE_PLAATSEN:
        delen = delen[1:]
    if len(delen) > 1 and delen[0] == "handeling":
        delen = [delen[0], *delen[2:]]
    return veldnaam(delen)


def veldnaam(delen: Iterable[str]) -> str:
    """The place of a field in words of the sender, cut short and without characters that nobody can read."""
    return ".".join(_kort(deel) for deel in list(delen)[:_DELEN_HOOGSTENS])


def _kort(naam: str) -> str:
    kort = naam if len(naam) <= _NAAM_HOOGSTENS else f"{naam[:_NAAM_HOOGSTENS]}…"
    return "".join(teken if teken.isprintable() else "?" for teken in kort)
