"""The text of a route file as plain data, with the line of every value.

A deliberately small part of YAML: mappings, lists, text, whole numbers, true and false. What surprises people in YAML is
not read as something else (`no`, `on` and `2026-08-01` stay text, `010` is not eight) and what hides content (anchors,
aliases, tags, keys given twice) is an error.
"""

import re
from dataclasses import dataclass, field

import yaml

from domain.route_fout import Pad, Vondst

DIEPTE_HOOGSTENS = 40
DUBBEL = "(dubbel)"
_ONZICHTBAAR = "In deze tekst staat een teken dat niet te zien is."
_HAAL_WEG = "Typ de tekst opnieuw, zonder codes met een schuine streep (\\) en zonder geplakte opmaak."
_TAG = "tag:yaml.org,2002:"


class _Onleesbaar(Exception):
    """The text cannot be read past this line."""

    def __init__(self, regel: int, zin: str, remedie: str) -> None:
        super().__init__(zin)
        self.regel, self.zin, self.remedie = regel, zin, remedie


class _Lezer(yaml.SafeLoader):
    """Reads nodes only; refuses aliases and depth that would make a small file large or bottomless."""

    # Emptied on purpose: the resolvers of YAML 1.1 turn `no` into False and `12:30` into 750.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    diepte = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        regel = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Onleesbaar(
                regel, "Een routebestand kent geen ankers (&) en verwijzingen (*).", "Schrijf het voluit."
            )
        if self.diepte >= DIEPTE_HOOGSTENS:
            raise _Onleesbaar(regel, "Hier zijn te veel niveaus in elkaar gestoken.", "Maak het platter.")
        self.diepte += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.diepte -= 1


for _naam, _patroon, _begin in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"^-?[0-9]+\.[0-9]+$", list("-0123456789")),
):
    _Lezer.add_implicit_resolver(_TAG + _naam, re.compile(_patroon), _begin)


@dataclass
class Gelezen:
    """The data, the line (from 1) of each path in it, and what could not be read."""

    data: object = None
    regels: dict[Pad, int] = field(default_factory=dict)
    vondsten: list[Vondst] = field(default_factory=list)
    afgebroken: bool = False

    def regel(self, pad: Pad) -> int:
        """The line of this path, or of the nearest part of it that stands in the file (a missing key has no line)."""
        while pad not in self.regels and pad:
            pad = pad[:-1]
        return self.regels.get(pad, 1)


def lees(tekst: str) -> Gelezen:
    """Reads the text. Never raises: what is wrong stands in `vondsten`, and `afgebroken` says nothing else is known."""
    gelezen = Gelezen()
    try:
        lezer = _Lezer(tekst)
        knoop = lezer.get_single_node()
    except _Onleesbaar as fout:
        return _breek_af(gelezen, fout.regel, fout.zin, fout.remedie)
    except yaml.reader.ReaderError as fout:
        regel = tekst.count("\n", 0, fout.position) + 1
        return _breek_af(gelezen, regel, "Hier staat een teken dat niet mag.", "Haal het onzichtbare teken weg.")
    except yaml.MarkedYAMLError as fout:
        # What is never closed is only noticed at the end; the place where it opened is the place to look.
        open_gebleven = "end of" in (fout.problem or "") and fout.context_mark
        mark = fout.context_mark if open_gebleven else fout.problem_mark or fout.context_mark
        regel = mark.line + 1 if mark else 1
        if "single document" in (fout.context or ""):
            zin, remedie = "Er staan twee documenten in het bestand.", "Haal de regel '---' weg of splits het bestand."
        else:
            zin = "De opmaak klopt hier niet."
            remedie = "Kijk naar inspringing (spaties, geen tabs), dubbele punten, haken en aanhalingstekens."
        return _breek_af(gelezen, min(regel, tekst.count("\n") + 1), zin, remedie)
    if knoop is None:
        return _breek_af(gelezen, 1, "Het bestand is leeg.", "Begin met route, versie en titel.")
    gelezen.regels[()] = 1
    gelezen.data = _bouw(knoop, (), gelezen)
    return gelezen


def _breek_af(gelezen: Gelezen, regel: int, zin: str, remedie: str) -> Gelezen:
    gelezen.regels[()] = regel
    gelezen.vondsten.append(Vondst((), zin, remedie))
    gelezen.afgebroken = True
    return gelezen


def _bouw(knoop: yaml.Node, pad: Pad, gelezen: Gelezen) -> object:
    if isinstance(knoop, yaml.MappingNode):
        return _bouw_sleutels(knoop, pad, gelezen)
    if isinstance(knoop, yaml.SequenceNode):
        lijst = []
        for i, onderdeel in enumerate(knoop.value):
            gelezen.regels[(*pad, i)] = onderdeel.start_mark.line + 1
            lijst.append(_bouw(onderdeel, (*pad, i), gelezen))
        return lijst
    return _waarde(knoop, pad, gelezen)


def _bouw_sleutels(knoop: yaml.MappingNode, pad: Pad, gelezen: Gelezen) -> dict[str, object]:
    uit: dict[str, object] = {}
    for sleutel, waarde in knoop.value:
        naam = _zichtbaar(sleutel.value) if isinstance(sleutel, yaml.ScalarNode) else "?"
        hier = (*pad, naam)
        regel = sleutel.start_mark.line + 1
        if naam in uit:
            # A path of its own, because the error belongs to the second one and not to the first.
            hier = (*pad, naam, DUBBEL, len(gelezen.regels))
            gelezen.regels[hier] = regel
            eerste = gelezen.regels[(*pad, naam)]
            gelezen.vondsten.append(
                Vondst(hier, f"'{naam}' staat hier twee keer; de eerste staat op regel {eerste}.", "Haal er een weg.")
            )
            continue
        gelezen.regels[hier] = regel
        if not isinstance(sleutel, yaml.ScalarNode):
            gelezen.vondsten.append(Vondst(hier, "Een naam voor de dubbele punt is een woord.", "Schrijf een woord."))
        elif naam != sleutel.value:
            gelezen.vondsten.append(Vondst(hier, _ONZICHTBAAR, _HAAL_WEG))
        uit[naam] = _bouw(waarde, hier, gelezen)
    return uit


def _leesbaar(tekst: str, pad: Pad, gelezen: Gelezen) -> str:
    """The text; with a finding when YAML smuggled something in that cannot be read: titles go to screens and mails."""
    schoon = _zichtbaar(tekst)
    if "\n" in tekst:
        gelezen.vondsten.append(Vondst(pad, "Deze tekst staat op meer dan een regel.", "Zet hem op een regel."))
    elif schoon != tekst:
        gelezen.vondsten.append(Vondst(pad, _ONZICHTBAAR, _HAAL_WEG))
    return schoon


def _zichtbaar(tekst: str) -> str:
    return "".join(teken if teken.isprintable() else "?" for teken in tekst)


def _waarde(knoop: yaml.Node, pad: Pad, gelezen: Gelezen) -> object:
    tekst, soort = str(knoop.value), str(knoop.tag).removeprefix(_TAG)
    try:
        match soort:
            case "str":
                return _leesbaar(tekst, pad, gelezen)
            case "null":
                return None
            case "bool":
                return {"true": True, "false": False}[tekst]
            case "int":
                return int(tekst)
            case "float":
                return float(tekst)
    except (ValueError, KeyError):
        pass
    gelezen.vondsten.append(Vondst(pad, f"De aanduiding '{soort}' kan hier niet.", "Haal het uitroepteken weg."))
    return tekst
