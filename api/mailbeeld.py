"""Reading a mail that may be broken: unknown charsets, torn MIME, bytes that are no text. Nothing here ever raises for that.

What the email package cannot read is shown as well as it can be: a wrong letter is better than no mail.
"""

import email
import email.policy
import re
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Final

_TRAJECT = re.compile(r"/traject/(t-[0-9a-z]{4,40})")
_JAREN: Final = range(1970, 2200)


def lees(ruw: bytes) -> EmailMessage:
    """The message; for bytes that are no mail at all one with these bytes as its text."""
    with suppress(Exception):
        bericht = email.message_from_bytes(ruw, policy=email.policy.default)
        if isinstance(bericht, EmailMessage):
            return bericht
    heel = EmailMessage()
    heel.set_content(_als_tekst(ruw))
    return heel


def netjes(tekst: str) -> str:
    """Without what neither a page nor the database can hold: half characters and NUL."""
    return tekst.encode("utf-8", "replace").decode().replace("\x00", "")


def koppen(bericht: EmailMessage) -> list[tuple[str, str]]:
    """All headers, as a person reads them; one that cannot be read as it was sent."""
    gelezen = []
    for naam, ruw in bericht.raw_items():
        waarde = str(ruw)
        with suppress(Exception):
            waarde = str(bericht.policy.header_fetch_parse(naam, ruw))
        gelezen.append((netjes(naam), netjes(waarde)))
    return gelezen


def kop(bericht: EmailMessage, naam: str) -> str | None:
    """The first header of this name."""
    return next((waarde for kop, waarde in koppen(bericht) if kop.lower() == naam.lower()), None)


def gedateerd_op(bericht: EmailMessage) -> datetime | None:
    """The moment in the Date header; None when it has none, or one without a time zone."""
    with suppress(Exception):
        moment = parsedate_to_datetime(kop(bericht, "date") or "")
        return moment if moment.tzinfo is not None and moment.year in _JAREN else None
    return None


def tekst(bericht: EmailMessage, soort: str) -> str | None:
    """The body of this kind ("plain" or "html"); None when the mail has none."""
    deel = None
    with suppress(Exception):
        deel = bericht.get_body((soort,))
    if deel is None:
        deel = next((d for d in bericht.walk() if _is(d, f"text/{soort}")), None)
    if not isinstance(deel, EmailMessage):
        return None
    with suppress(Exception):
        return netjes(str(deel.get_content()))
    with suppress(Exception):
        ruw = deel.get_payload(decode=True)
        return _als_tekst(ruw if isinstance(ruw, bytes) else str(ruw).encode("utf-8", "replace"))
    return None


def onderdelen(bericht: EmailMessage) -> list[str]:
    """The types of its parts."""
    return [netjes(deel.get_content_type()) for deel in bericht.walk() if not deel.is_multipart()]


def trajecten(bericht: EmailMessage) -> list[str]:
    """The trajecten it links to, in order."""
    inhoud = f"{tekst(bericht, 'plain') or ''} {tekst(bericht, 'html') or ''}"
    return list(dict.fromkeys(_TRAJECT.findall(inhoud)))


def _is(deel: object, soort: str) -> bool:
    return isinstance(deel, EmailMessage) and not deel.is_multipart() and deel.get_content_type() == soort


def _als_tekst(ruw: bytes) -> str:
    try:
        gelezen = ruw.decode()
    except UnicodeDecodeError:
        gelezen = ruw.decode("cp1252", "replace")
    return netjes(gelezen)
