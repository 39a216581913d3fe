"""The inbox of the demo, and the mails of which nobody knows whether they arrived."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from api import lezen
from api.diensten import MetDiensten
from api.pages.basis import toon
from storage import read

router = APIRouter(include_in_schema=False)
postvak_router = APIRouter(include_in_schema=False)
MailId = Annotated[int, Path(ge=1, le=2**31 - 1)]

# The content of a mail is not ours to trust: no scripts, nothing from elsewhere, and only inside our own frame.
_CSP_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_LINK = re.compile(r"https?://[^\s<>\"']+")
SJABLOON_LABEL = {
    "weekoverzicht": "het weekoverzicht",
    "spoed": "een dringend bericht",
    "escalatie": "een bericht dat iets vastloopt",
    "toestemming_gevraagd": "een vraag om toestemming",
    "stand_voor_ouders": "hoe het ervoor staat, voor ouders",
    "contact_herstellen": "een bericht dat een adres niet klopt",
    "bewaking": "een bericht voor de beheerder",
}


@dataclass(frozen=True)
class Mailbeeld:
    """One mail taken apart. `tekst` is split into pieces; every second one is a link."""

    koppen: list[tuple[str, str]]
    tekst: list[str]
    html: bool
    delen: list[str]


@router.get("/mail/aangehouden")
async def aangehouden(request: Request, diensten: MetDiensten) -> Response:
    """Mails with an unknown outcome, for a person to look at."""
    async with diensten.sessies() as session:
        mails = await read.aangehouden_mails(session)
        sinds = await lezen.aangehouden_sinds(session, [m.mail_id for m in mails])
    inhoud = {"mails": mails, "sinds": sinds, "labels": SJABLOON_LABEL}
    return toon(request, "aangehouden.html", inhoud)


@postvak_router.get("/postvak")
async def lijst(request: Request, diensten: MetDiensten) -> Response:
    """The newest mails."""
    return await _toon(request, diensten, None)


@postvak_router.get("/postvak/{mail_id}")
async def bericht(request: Request, mail_id: MailId, diensten: MetDiensten) -> Response:
    """One mail beside the list."""
    return await _toon(request, diensten, mail_id)


@postvak_router.get("/postvak/{mail_id}/html")
async def html(mail_id: MailId, diensten: MetDiensten) -> Response:
    """The HTML of one mail, shut in: for the frame only. Links open in a tab of their own."""
    deel = _lees((await _ruw(diensten, mail_id))[1]).get_body(("html",))
    inhoud = str(deel.get_content()) if deel is not None else ""
    met_basis = re.sub(r"(?i)<head>", '<head><base target="_blank">', inhoud, count=1)
    return HTMLResponse(met_basis, headers={"Content-Security-Policy": _CSP_MAIL})


async def _toon(request: Request, diensten: MetDiensten, mail_id: int | None) -> Response:
    gekozen, beeld = None, None
    if mail_id is not None:
        gekozen, ruw = await _ruw(diensten, mail_id)
        beeld = _beeld(_lees(ruw))
    async with diensten.sessies() as session:
        totaal, mails = await lezen.postvak(session)
    inhoud = {"mails": mails, "totaal": totaal, "gekozen": gekozen, "mail": beeld}
    return toon(request, "postvak.html", inhoud)


async def _ruw(diensten: MetDiensten, mail_id: int) -> tuple[lezen.Postvakregel, bytes]:
    async with diensten.sessies() as session:
        gevonden = await lezen.ruwe_mail(session, mail_id)
    if gevonden is None:
        raise HTTPException(404)
    return gevonden


def _lees(ruw: bytes) -> EmailMessage:
    bericht = email.message_from_bytes(ruw, policy=email.policy.default)
    assert isinstance(bericht, EmailMessage)
    return bericht


def _beeld(bericht: EmailMessage) -> Mailbeeld:
    plat = bericht.get_body(("plain",))
    tekst = str(plat.get_content()) if plat is not None else ""
    return Mailbeeld(
        koppen=[(naam, str(waarde)) for naam, waarde in bericht.items()],
        tekst=_met_links(tekst),
        html=bericht.get_body(("html",)) is not None,
        delen=[deel.get_content_type() for deel in bericht.walk() if not deel.is_multipart()],
    )


def _met_links(tekst: str) -> list[str]:
    stukken, eind = [], 0
    for gevonden in _LINK.finditer(tekst):
        link = gevonden.group().rstrip(".,;:)")
        stukken += [tekst[eind : gevonden.start()], link]
        eind = gevonden.start() + len(link)
    return [*stukken, tekst[eind:]]
