"""The command line speaks Dutch: help, headings and the sentences Typer has for a command that was typed wrongly.

Typer has no catalogue of translations, so its fixed words are set here, at start, and its error sentences are translated
by their form when they are shown.
"""

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption

from cli.fouten import als_mislukt
from cli.uitvoer import VERKEERD_GEBRUIK, Mislukt, Probleem, toon_mislukt, wil_json

_ZINNEN: tuple[tuple[str, str], ...] = (
    (r"No such option: (?P<x>\S+).*", "De optie {x} bestaat niet."),
    (r"No such command '(?P<x>.*?)'\. Did you mean (?P<y>.*)\?", "De opdracht '{x}' bestaat niet. Bedoelde u {y}?"),
    (r"No such command '(?P<x>.*?)'\.", "De opdracht '{x}' bestaat niet."),
    (r"Missing command\.", "Er ontbreekt een opdracht."),
    (r"Missing option '(?P<x>[^' ]*).*", "De optie {x} ontbreekt."),
    (r"Missing argument '(?P<x>.*?)'.*", "Het argument {x} ontbreekt."),
    (r"Got unexpected extra argument(?:\(s\)|s)? \((?P<x>.*)\)", "Dit hoort hier niet: {x}."),
    (r"Option '(?P<x>.*?)' requires .*", "Achter {x} hoort een waarde."),
    (r"Option '(?P<x>.*?)' does not take a value\.", "Achter {x} hoort geen waarde."),
    (
        r"Invalid value for '(?P<x>[^' ]*).*?': (?i:file|path|directory) .* does not exist\.",
        "Bij {x}: dit bestand is er niet.",
    ),
    (
        r"Invalid value for '(?P<x>[^' ]*).*?': (?i:file|path|directory) .* is a directory\.",
        "Bij {x}: dit is een map, geen bestand.",
    ),
    (
        r"Invalid value for '(?P<x>[^' ]*).*?': (?i:file|path|directory) .* is not readable\.",
        "Bij {x}: dit bestand mag u niet lezen.",
    ),
    (r"Invalid value for '(?P<x>[^' ]*).*?': (?P<y>[A-Z].*\.)", "Bij {x}: {y}"),
    (r"Invalid value for '(?P<x>[^' ]*).*", "De waarde bij {x} klopt niet."),
)
_ENGELS = re.compile(r"\b(is not|should|Input|Value|must be|valid)\b")


def vertaal(zin: str) -> str:
    """The Dutch for one of Typer's error sentences; a sentence that is not known gets a general one."""
    for patroon, nederlands in _ZINNEN:
        gevonden = re.fullmatch(patroon, zin.strip(), re.DOTALL)
        if gevonden is None:
            continue
        delen = {k: v.replace(" or ", " of ") if k == "y" else v for k, v in gevonden.groupdict().items()}
        if _ENGELS.search(delen.get("y", "")):
            continue
        return nederlands.format(**delen)
    return "De opdracht klopt niet."


def _zet_vaste_woorden() -> None:
    rich_utils.ARGUMENTS_PANEL_TITLE = "Argumenten"
    rich_utils.OPTIONS_PANEL_TITLE = "Opties"
    rich_utils.COMMANDS_PANEL_TITLE = "Opdrachten"
    rich_utils.ERRORS_PANEL_TITLE = "Fout"
    rich_utils.DEFAULT_STRING = "[standaard: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[verplicht]"
    rich_utils.ABORTED_TEXT = "Afgebroken."


class Commando(TyperCommand):
    """A command whose help is in Dutch."""

    def get_usage(self, ctx: Any) -> str:
        """ "Gebruik: ..."."""
        return super().get_usage(ctx).replace("Usage:", "Gebruik:", 1)

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """With a Dutch text."""
        return _in_het_nederlands(super().get_help_option(ctx))


class Groep(TyperGroup):
    """A group of commands whose help is in Dutch."""

    def get_usage(self, ctx: Any) -> str:
        """ "Gebruik: ..."."""
        return super().get_usage(ctx).replace("Usage:", "Gebruik:", 1)

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """With a Dutch text."""
        return _in_het_nederlands(super().get_help_option(ctx))


class Hoofdgroep(Groep):
    """The root: every error of any command ends here, as a sentence and an exit code, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors become typer.Exit."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as fout:
            mislukt = _verkeerd_gebruik(fout) if isinstance(fout, typer.TyperException) else als_mislukt(fout)
            toon_mislukt(mislukt, als_json=wil_json(ctx.meta))
            raise typer.Exit(mislukt.rc) from fout

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **anders: Any,
    ) -> Any:
        """As Typer's, with our sentences for what is wrong before a command is even known."""
        _zet_vaste_woorden()
        rc: Any
        try:
            rc = super().main(args, prog_name, complete_var, False, windows_expand_args, **anders)
        except typer.TyperException as fout:
            mislukt = _verkeerd_gebruik(fout)
            toon_mislukt(mislukt, als_json=False)
            rc = mislukt.rc
        except typer.Abort:
            rc = 130
        if standalone_mode:
            sys.exit(rc if isinstance(rc, int) else 0)
        return rc


class App(typer.Typer):
    """Typer with our classes: groups made from it and commands added to it speak Dutch."""

    def __init__(self, help: str, *, cls: type[TyperGroup] = Groep, **anders: Any) -> None:
        super().__init__(
            help=help,
            cls=cls,
            add_completion=False,
            rich_markup_mode="rich",
            pretty_exceptions_enable=False,
            options_metavar="[OPTIES]",
            subcommand_metavar="OPDRACHT ...",
            **anders,
        )

    def command(self, name: str | None = None, **anders: Any) -> Callable[[Any], Any]:
        """As Typer's."""
        return super().command(name, **{"cls": Commando, "options_metavar": "[OPTIES]", **anders})


def _in_het_nederlands(optie: TyperOption | None) -> TyperOption | None:
    if optie is not None:
        optie.help, optie.metavar = "Toon deze uitleg.", ""
    return optie


def _verkeerd_gebruik(fout: typer.TyperException) -> Mislukt:
    if type(fout).__name__ == "NoArgsIsHelpError":
        return Mislukt(VERKEERD_GEBRUIK, Probleem("gebruik", fout.format_message()))
    ctx = getattr(fout, "ctx", None)
    remedie = f"Kijk bij '{ctx.command_path} --help'." if ctx is not None else "Kijk bij 'routewacht --help'."
    veld = getattr(getattr(fout, "param", None), "name", None) or ""
    return Mislukt(VERKEERD_GEBRUIK, Probleem("gebruik", vertaal(fout.format_message()), veld, remedie))
