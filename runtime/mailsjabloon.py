"""Rendering of the mail templates: one context gives the plain text and the HTML, and they say the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from runtime.mailcontext import Mailcontext

_MAP = Path(__file__).parent / "templates" / "mail"


@cache
def _omgeving() -> Environment:
    return Environment(
        loader=FileSystemLoader(_MAP),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(context: Mailcontext, soort: str) -> str:
    sjabloon = _omgeving().get_template(f"{context.sjabloon.value}.{soort}")
    tekst = sjabloon.render({naam: getattr(context, naam) for naam in type(context).model_fields}, context=context)
    return tekst.strip() + "\n"


def naar_tekst(context: Mailcontext) -> str:
    """The plain text, for people and programs that show no HTML."""
    return _render(context, "txt")


def naar_html(context: Mailcontext) -> str:
    """The HTML, with every value escaped."""
    return _render(context, "html")
