"""What all pages share: the templates with their words, the demo banner, and the date on the clock of the cases."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api import woorden
from api.diensten import Diensten
from api.rondleiding import RONDLEIDING
from domain.ids import traject_code
from domain.roles import PARTIJ_LABEL, ROL_LABEL
from domain.tijd import in_woorden

_HIER = Path(__file__).resolve().parent.parent
STATISCH = _HIER / "static"
_DAG_SECONDEN = 24 * 60 * 60


def maak_sjablonen() -> Jinja2Templates:
    """The templates of the site. A name that does not exist in a template is an error, never an empty spot."""
    omgeving = Environment(
        loader=FileSystemLoader(_HIER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    omgeving.filters |= {
        "voluit": in_woorden,
        "dag": woorden.dag,
        "afstand": woorden.afstand,
        "te_laat": woorden.te_laat,
        "moment": woorden.moment,
        "schooldagen": woorden.dagen,
        "hoofdletter": woorden.hoofdletter,
        "code": traject_code,
        "rol": ROL_LABEL.__getitem__,
        "partij": PARTIJ_LABEL.__getitem__,
    }
    omgeving.globals |= {"statisch": statisch, "rondleiding": RONDLEIDING}
    return Jinja2Templates(env=omgeving)


@lru_cache
def statisch(naam: str) -> str:
    """The address of a static file, with a mark of its content so that a browser never keeps an old one."""
    kenmerk = hashlib.sha256((STATISCH / naam).read_bytes()).hexdigest()[:10]
    return f"/static/{naam}?v={kenmerk}"


def toon(request: Request, sjabloon: str, inhoud: dict[str, Any], status: int = 200) -> Response:
    """A page."""
    sjablonen: Jinja2Templates = request.app.state.sjablonen
    return sjablonen.TemplateResponse(request, sjabloon, inhoud, status_code=status)


def gemeenschappelijk(request: Request) -> dict[str, Any]:
    """What every template can use. `dag_seconden` is how long a day lasts in an accelerated demo, None otherwise."""
    diensten: Diensten = request.app.state.diensten
    schaal = diensten.klok.schaal
    return {
        "vandaag": diensten.vandaag(),
        "dag_seconden": None if schaal.factor == 1.0 else _DAG_SECONDEN / schaal.factor,
        "klok_verzet": not schaal.is_echt,
        "ververs": "3s" if schaal.factor > 1 else "15s",
        "heeft_postvak": diensten.postvak,
        "pad": request.url.path,
    }
