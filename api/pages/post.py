"""The inbox of the demo, and the mails of which nobody knows whether they arrived."""

import re
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from api import lezen, mailbeeld
from api.diensten import MetDiensten
from api.mail import BESLUIT_LABEL, Mailbesluit, beslis_over_mail
from api.pages.basis import toon
from api.pages.formulieren import als_waarde, lees_wie, wie
from domain.errors import Weigering
from domain.sjabloon import Sjabloon
from runtime.mailbericht import ONDERWERPEN
from storage.mail_list import aangehouden_mails, wie_beslissen
from storage.mail_tables import Stapsoort

router = APIRouter(include_in_schema=False)
postvak_router = APIRouter(include_in_schema=False)
MailId = Annotated[int, Path(ge=1, le=2**31 - 1)]

# The content of a mail is not ours to trust: no scripts, nothing from elsewhere, and only inside our own frame.
_CSP_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_PER_PAGINA = 50
_TRAJECT = re.compile(r"t-[0-9a-z]{4,40}")
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
STAP_LABEL: dict[Stapsoort, str] = {
    Stapsoort.AANGEHOUDEN: "aangehouden: onbekend of hij is aangekomen",
    Stapsoort.GEMELD: "doorgegeven aan het traject",
    Stapsoort.IN_GROOTBOEK: "gevonden in het grootboek van de mailserver",
    Stapsoort.NIET_IN_GROOTBOEK: "staat niet in het grootboek van de mailserver: opnieuw verstuurd",
    Stapsoort.OPNIEUW: "opnieuw versturen",
    Stapsoort.AANGEKOMEN: "is aangekomen",
    Stapsoort.LATEN_VALLEN: "laten vallen",
}


class Soort(StrEnum):
    """What the inbox can be narrowed down to."""

    OVERZICHT = "overzicht"
    SPOED = "spoed"
    ESCALATIE = "escalatie"
    TOESTEMMING = "toestemming"
    STAND = "stand"
    CONTACT = "contact"
    BEHEER = "beheer"


_SOORTEN: dict[Soort, tuple[str, Sjabloon]] = {
    Soort.OVERZICHT: ("Weekoverzicht", Sjabloon.WEEKOVERZICHT),
    Soort.SPOED: ("Dringend", Sjabloon.SPOED),
    Soort.ESCALATIE: ("Een zaak ligt stil", Sjabloon.ESCALATIE),
    Soort.TOESTEMMING: ("Toestemming gevraagd", Sjabloon.TOESTEMMING_GEVRAAGD),
    Soort.STAND: ("Hoe het ervoor staat, voor ouders", Sjabloon.STAND_VOOR_OUDERS),
    Soort.CONTACT: ("Adres klopt niet", Sjabloon.CONTACT_HERSTELLEN),
    Soort.BEHEER: ("Voor de beheerder", Sjabloon.BEWAKING),
}


@dataclass(frozen=True)
class Postvakvraag:
    """What was asked for in the address. What means nothing is left out, so that an old link still shows something."""

    ontvanger: str
    soort: Soort | None
    traject: str
    pagina: int

    @classmethod
    def lees(
        cls,
        ontvanger: Annotated[str, Query(max_length=254)] = "",
        soort: Annotated[str, Query(max_length=20)] = "",
        traject: Annotated[str, Query(max_length=64)] = "",
        pagina: Annotated[int, Query(ge=1, le=10_000)] = 1,
    ) -> Self:
        """From the query string."""
        schoon = "".join(teken for teken in ontvanger.strip() if teken.isprintable())
        gekozen = Soort(soort) if soort in tuple(Soort) else None
        return cls(schoon, gekozen, traject if _TRAJECT.fullmatch(traject) else "", pagina)

    @property
    def filter(self) -> lezen.Postvakfilter:
        """As the query wants it."""
        onderwerpen = (ONDERWERPEN[_SOORTEN[self.soort][1]],) if self.soort else ()
        return lezen.Postvakfilter(self.ontvanger, onderwerpen, self.traject)

    def adres(self, mail_id: int | None = None, **anders: Any) -> str:
        """The address of the list, or of a mail beside it, with this question or another."""
        velden = {**asdict(self), **anders}
        velden["pagina"] = velden["pagina"] if velden["pagina"] != 1 else ""
        vraag = urlencode({naam: waarde for naam, waarde in velden.items() if waarde})
        return "/postvak" + (f"/{mail_id}" if mail_id else "") + (f"?{vraag}" if vraag else "")


MetVraag = Annotated[Postvakvraag, Depends(Postvakvraag.lees)]


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
    return await _toon_aangehouden(request, diensten)


@router.post("/mail/aangehouden/{mail_id}")
async def besluit(
    request: Request, mail_id: Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9._-]+$")], diensten: MetDiensten
) -> Response:
    """What a person decides; then back to the list, or the list with what is not right yet."""
    async with request.form(max_fields=10, max_files=0) as formulier:
        als, gekozen = str(formulier.get("als", "")), str(formulier.get("besluit", ""))
    try:
        if gekozen not in tuple(Mailbesluit):
            raise Weigering("Kies wat er met de mail moet gebeuren.", veld="besluit", remedie="")
        async with diensten.sessies() as session:
            mensen = await wie_beslissen(session, mail_id, diensten.vandaag())
        mens = lees_wie(als, tuple(mensen))
        if mens is None:
            raise Weigering("Kies eerst wie u bent.", veld="als", remedie="")
        await beslis_over_mail(diensten, mail_id, Mailbesluit(gekozen), wie(mens))
    except Weigering as fout:
        return await _toon_aangehouden(request, diensten, (mail_id, fout), fout.status)
    return RedirectResponse("/mail/aangehouden", status_code=303)


async def _toon_aangehouden(
    request: Request, diensten: MetDiensten, fout: tuple[str, Weigering] | None = None, status: int = 200
) -> Response:
    async with diensten.sessies() as session:
        mails = await aangehouden_mails(session)
        mensen = {m.mail_id: await wie_beslissen(session, m.mail_id, diensten.vandaag()) for m in mails}
        namen = await lezen.namen_van(
            session, {s.door_persoon_id for m in mails for s in m.stappen if s.door_persoon_id}
        )
    inhoud = {
        "mails": mails,
        "mensen": mensen,
        "namen": namen,
        "labels": SJABLOON_LABEL,
        "stap_labels": STAP_LABEL,
        "besluiten": BESLUIT_LABEL,
        "als_waarde": als_waarde,
        "fout": fout,
    }
    return toon(request, "aangehouden.html", inhoud, status)


@postvak_router.get("/postvak")
async def lijst(request: Request, diensten: MetDiensten, vraag: MetVraag) -> Response:
    """A page of mails, newest first."""
    return await _toon(request, diensten, vraag, None)


@postvak_router.get("/postvak/{mail_id}")
async def bericht(request: Request, mail_id: MailId, diensten: MetDiensten, vraag: MetVraag) -> Response:
    """One mail beside the list."""
    return await _toon(request, diensten, vraag, mail_id)


@postvak_router.get("/postvak/{mail_id}/html")
async def html(mail_id: MailId, diensten: MetDiensten) -> Response:
    """The HTML of one mail, shut in: for the frame only. Links open in a tab of their own."""
    inhoud = mailbeeld.tekst(mailbeeld.lees((await _ruw(diensten, mail_id))[1]), "html") or ""
    met_basis = re.sub(r"(?i)<head>", '<head><base target="_blank">', inhoud, count=1)
    return HTMLResponse(met_basis, headers={"Content-Security-Policy": _CSP_MAIL})


async def _toon(request: Request, diensten: MetDiensten, vraag: Postvakvraag, mail_id: int | None) -> Response:
    gekozen, beeld = None, None
    if mail_id is not None:
        gekozen, ruw = await _ruw(diensten, mail_id)
        beeld = _beeld(mailbeeld.lees(ruw))
    async with diensten.sessies() as session:
        begin = (vraag.pagina - 1) * _PER_PAGINA
        totaal, mails = await lezen.postvak(session, vraag.filter, limiet=_PER_PAGINA, offset=begin)
    inhoud = {
        "mails": mails,
        "totaal": totaal,
        "paginas": max(1, -(-totaal // _PER_PAGINA)),
        "vraag": vraag,
        "gefilterd": vraag.filter != lezen.Postvakfilter(),
        "soorten": {soort: label for soort, (label, _) in _SOORTEN.items()},
        "gekozen": gekozen,
        "mail": beeld,
    }
    return toon(request, "postvak.html", inhoud)


async def _ruw(diensten: MetDiensten, mail_id: int) -> tuple[lezen.Postvakregel, bytes]:
    async with diensten.sessies() as session:
        gevonden = await lezen.ruwe_mail(session, mail_id)
    if gevonden is None:
        raise HTTPException(404)
    return gevonden


def _beeld(bericht: EmailMessage) -> Mailbeeld:
    return Mailbeeld(
        koppen=mailbeeld.koppen(bericht),
        tekst=_met_links(mailbeeld.tekst(bericht, "plain") or ""),
        html=mailbeeld.tekst(bericht, "html") is not None,
        delen=mailbeeld.onderdelen(bericht),
    )


def _met_links(tekst: str) -> list[str]:
    stukken, eind = [], 0
    for gevonden in _LINK.finditer(tekst):
        link = gevonden.group().rstrip(".,;:)")
        stukken += [tekst[eind : gevonden.start()], link]
        eind = gevonden.start() + len(link)
    return [*stukken, tekst[eind:]]
