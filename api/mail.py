"""What a person decides about a mail of which nobody knows whether it arrived. One door for pages, API and command line."""

from enum import StrEnum

import structlog

from api.access import eis_mag_over_mail
from api.diensten import Diensten
from api.weigeringen import MailNietAangehouden
from domain.feiten import Wie
from storage.mail_hold import NietAangehouden, geef_vrij, is_aangekomen, laat_vallen

_log = structlog.get_logger(__name__)


class Mailbesluit(StrEnum):
    """Send it again, drop it, or note that it did arrive."""

    OPNIEUW = "opnieuw"
    LAAT_VALLEN = "laat_vallen"
    AANGEKOMEN = "aangekomen"


BESLUIT_LABEL: dict[Mailbesluit, str] = {
    Mailbesluit.AANGEKOMEN: "De mail is aangekomen",
    Mailbesluit.OPNIEUW: "Niet aangekomen: verstuur opnieuw",
    Mailbesluit.LAAT_VALLEN: "Niet meer nodig: laat vallen",
}
_UITVOEREN = {
    Mailbesluit.OPNIEUW: geef_vrij,
    Mailbesluit.LAAT_VALLEN: laat_vallen,
    Mailbesluit.AANGEKOMEN: is_aangekomen,
}


async def beslis_over_mail(diensten: Diensten, mail_id: str, besluit: Mailbesluit, door: Wie) -> None:
    """Carry out the decision and write down who took it. Raises VerkeerdeRol and MailNietAangehouden.

    Somebody who may not decide gets the same answer for a mail that does not exist.
    """
    try:
        async with diensten.sessies.begin() as session:
            await eis_mag_over_mail(session, mail_id, door, diensten.vandaag())
            await _UITVOEREN[besluit](session, mail_id, door, diensten.klok.nu())
    except NietAangehouden:
        raise MailNietAangehouden(
            "Over deze mail hoeft niemand meer te beslissen.",
            veld="mail_id",
            remedie="Kijk op de lijst: misschien was iemand u voor.",
        ) from None
    _log.info("held_mail_decided", outbox_id=mail_id, decision=besluit, role=door.rol)
