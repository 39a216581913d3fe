"""From a context to the bytes of one mail that is safe to send.

A mail says what has to be done, by when, and where; it holds no name of a pupil, no diagnosis, no reason. Its headers
hold constants, addresses and a hash, nothing a person typed. The bytes are parsed again before they are handed over.
"""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import structlog

from domain.sjabloon import Sjabloon
from runtime.mailcontext import (
    BewakingContext,
    ContactContext,
    EscalatieContext,
    Groep,
    Mailcontext,
    Regel,
    SpoedContext,
    StandContext,
    ToestemmingContext,
    WeekoverzichtContext,
    lees_context,
)
from runtime.mailsjabloon import naar_html, naar_tekst

__all__ = [
    "ONDERWERPEN",
    "AdresOngeldig",
    "BewakingContext",
    "ContactContext",
    "EscalatieContext",
    "Groep",
    "KoppenAfwijkend",
    "Lekkend",
    "Mailbericht",
    "Mailcontext",
    "Regel",
    "SpoedContext",
    "StandContext",
    "ToestemmingContext",
    "WeekoverzichtContext",
    "bouw_bericht",
    "controleer_koppen",
    "controleer_python",
    "lees_context",
    "message_id",
    "naar_html",
    "naar_tekst",
    "onderwerp_van",
    "valideer_adres",
    "zelftest",
]

_log = structlog.get_logger(__name__)

# ASCII only: any other letter would travel as an encoded word, and those are refused below.
ONDERWERPEN: Final[dict[Sjabloon, str]] = {
    Sjabloon.WEEKOVERZICHT: "Routewacht: dit staat er voor je klaar",
    Sjabloon.SPOED: "Routewacht: dit vraagt vandaag je aandacht",
    Sjabloon.ESCALATIE: "Routewacht: een traject ligt stil",
    Sjabloon.TOESTEMMING_GEVRAAGD: "De school vraagt uw toestemming",
    Sjabloon.STAND_VOOR_OUDERS: "Hoe het ervoor staat en wie er aan de beurt is",
    Sjabloon.CONTACT_HERSTELLEN: "Routewacht: een bericht kwam niet aan",
    Sjabloon.BEWAKING: "Routewacht: er vraagt iets je aandacht als beheerder",
}
HERINNERING: Final = "Herinnering: de school vraagt uw toestemming"
GESLOTEN: Final = "Het traject is gesloten"
_KOPPEN: Final = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "x-auto-response-suppress",
        "mime-version",
        "content-type",
    }
)
_KOPPEN_DEEL: Final = frozenset({"content-type", "content-transfer-encoding", "mime-version"})
_ADRES = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)"
    r"[A-Za-z0-9_][A-Za-z0-9_+'%-]*(?:\.[A-Za-z0-9_+'%-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)


class AdresOngeldig(ValueError):
    """Not one plain e-mail address. The message does not repeat it: it may be somebody's."""


class KoppenAfwijkend(ValueError):
    """The finished mail has other headers than were meant; it must not leave."""


class Lekkend(RuntimeError):
    """The guards against header injection do not work here; no process that touches mail may start."""


@dataclass(frozen=True, slots=True)
class Mailbericht:
    """A finished mail: what goes over the line, and what the outbox keeps about it."""

    message_id: str
    onderwerp: str
    inhoud: bytes


def valideer_adres(adres: str) -> str:
    """The address itself, if it is exactly one plain ASCII address; raises `AdresOngeldig` otherwise.

    Narrower than the standards on purpose: no quotes, comments, spaces, commas or line ends, nothing that a program on
    the way could read as two addresses, an option, or an encoded word.
    """
    if not _ADRES.fullmatch(adres):
        raise AdresOngeldig("dit is geen enkelvoudig, gewoon e-mailadres")
    return adres


def message_id(sleutel: str, domein: str) -> str:
    """The same key always gives the same Message-ID, so that a receiver can recognise a repeated mail."""
    return f"<{hashlib.sha256(sleutel.encode()).hexdigest()[:40]}@{domein}>"


def onderwerp_van(context: Mailcontext) -> str:
    """One of the constants above; what is in the mail only chooses between them."""
    if isinstance(context, ToestemmingContext) and context.herinnering:
        return HERINNERING
    if isinstance(context, StandContext) and context.gesloten:
        return GESLOTEN
    return ONDERWERPEN[context.sjabloon]


def bouw_bericht(
    context: Mailcontext, *, ontvanger: str, sleutel: str, datum: datetime, afzender: str, domein: str
) -> Mailbericht:
    """Build the mail that belongs to `context`; the same arguments give the same bytes.

    `sleutel` is the key of the outbox row, `datum` the aware moment for the Date header, `domein` that of Message-IDs.
    Raises `AdresOngeldig`, `KoppenAfwijkend`, or `ValueError` for a moment without time zone.
    """
    if datum.tzinfo is None:
        raise ValueError("een moment zonder tijdzone is niet toegestaan")
    onderwerp, kenmerk = onderwerp_van(context), message_id(sleutel, domein)
    bericht = EmailMessage(policy=policy.SMTP)
    bericht["From"] = Address("Routewacht", addr_spec=valideer_adres(afzender))
    bericht["To"] = Address(addr_spec=valideer_adres(ontvanger))
    bericht["Subject"] = onderwerp
    bericht["Date"] = format_datetime(datum)
    bericht["Message-ID"] = kenmerk
    bericht["Auto-Submitted"] = "auto-generated"
    bericht["X-Auto-Response-Suppress"] = "All"  # Exchange: no out-of-office answers
    bericht.set_content(naar_tekst(context), cte="quoted-printable")
    bericht.add_alternative(naar_html(context), subtype="html", cte="quoted-printable")
    bericht.set_boundary(f"=_{hashlib.sha256(f'grens {sleutel}'.encode()).hexdigest()[:32]}")
    inhoud = bericht.as_bytes()
    controleer_koppen(inhoud, afzender=afzender, ontvanger=ontvanger, onderwerp=onderwerp, kenmerk=kenmerk)
    return Mailbericht(kenmerk, onderwerp, inhoud)


def controleer_koppen(inhoud: bytes, *, afzender: str, ontvanger: str, onderwerp: str, kenmerk: str) -> None:
    """Read the bytes as a receiver will, and raise `KoppenAfwijkend` unless the headers are exactly the intended ones.

    This catches what building cannot: a Python with CVE-2024-6923 writes an encoded word with a line end in it as a
    second, real header.
    """
    bericht = email.message_from_bytes(inhoud, policy=policy.SMTP)
    _eis(sorted(naam.lower() for naam in bericht) == sorted(_KOPPEN), "een kop te veel of te weinig")
    _eis(bericht["To"] == ontvanger, "een andere ontvanger")
    _eis([a.addr_spec for a in bericht["From"].addresses] == [afzender], "een andere afzender")
    _eis(bericht["Subject"] == onderwerp and bericht["Message-ID"] == kenmerk, "een ander onderwerp of kenmerk")
    delen = [bericht, *bericht.iter_parts()]
    for deel in delen[1:]:
        _eis({naam.lower() for naam in deel} <= _KOPPEN_DEEL, "een onbekende kop in een deel")
    # `=?` starts an encoded word; the boundary parameter starts with `=_` and is no such thing.
    koppen = [waarde for deel in delen for _, waarde in deel.raw_items()]
    _eis(not any("=?" in str(waarde) for waarde in koppen), "een gecodeerd woord in een kop")
    _eis(b"=?" not in inhoud.partition(b"\r\n\r\n")[0], "een gecodeerd woord in een kop")


def _eis(waar: bool, afwijking: str) -> None:
    if not waar:
        raise KoppenAfwijkend(f"de mail heeft {afwijking} en gaat niet weg")


def controleer_python() -> bool:
    """Self-test at start: does this Python refuse header injection by encoded words (CVE-2024-6923)?

    A vulnerable one is only warned about, not refused: our headers hold nothing but constants, checked addresses and a
    hash, `=?` is refused in all of them, and the bytes are read back before sending. Those three hold on any Python.
    """
    proef = EmailMessage(policy=policy.SMTP)
    try:
        proef["Subject"] = "=?utf-8?q?x=0D=0ABcc=3A_proef=40example.test?="
        veilig = "Bcc" not in email.message_from_bytes(proef.as_bytes(), policy=policy.SMTP)
    except (MessageError, ValueError):
        veilig = True
    if not veilig:
        _log.warning("python_vulnerable_to_header_injection", cve="CVE-2024-6923", guard="headers are constant")
    return veilig


_KWAAD = "=?utf-8?q?x=0D=0ABcc=3A_proef=40example.test?="


def zelftest() -> None:
    """Before a process starts: are the three guards that make a vulnerable Python harmless really there?

    Builds a mail of its own and breaks it the way an attacker would. Raises `Lekkend` when one of the guards lets it
    through; a vulnerable Python alone is only warned about (`controleer_python`).
    """
    controleer_python()
    afzender, ontvanger, sleutel = "proef@example.test", "ontvanger@example.test", "zelftest"
    proef = SpoedContext(
        voornaam="Proef",
        regel=Regel(titel="Proef", traject_code="T-PROEF", wanneer="vandaag", url="http://127.0.0.1/"),
    )
    goed = bouw_bericht(
        proef,
        ontvanger=ontvanger,
        sleutel=sleutel,
        datum=datetime(2026, 1, 1, tzinfo=UTC),
        afzender=afzender,
        domein="example.test",
    )
    for kwaad in (b"Bcc: proef@example.test\r\nTo: ", b"X-Proef: " + _KWAAD.encode() + b"\r\nTo: "):
        _moet_weigeren(
            controleer_koppen,
            goed.inhoud.replace(b"To: ", kwaad, 1),
            afzender=afzender,
            ontvanger=ontvanger,
            onderwerp=goed.onderwerp,
            kenmerk=goed.message_id,
        )
    for adres in (f"{_KWAAD}@example.test", f"{ontvanger}, {afzender}", f"{ontvanger}\r\nBcc: {afzender}"):
        _moet_weigeren(valideer_adres, adres)


def _moet_weigeren(wacht: Callable[..., object], *waarden: object, **meer: object) -> None:
    try:
        wacht(*waarden, **meer)
    except (AdresOngeldig, KoppenAfwijkend):
        return
    raise Lekkend("De zelftest van de mail is mislukt: een kwaadaardige kop kwam door de controle.")
