"""Which template a mail gets. Only the names live here; the texts are runtime/mailcontext.py, a test keeps them equal."""

from collections.abc import Collection
from enum import StrEnum

from domain.effects import Bericht
from domain.roles import Rol

MET_GEZAG = frozenset({Rol.OUDERS, Rol.LEERLING})
_ESCALATIE_NAAR = frozenset({Rol.REGIEVOERDER, Rol.STAGNATIEPUNT})


class Sjabloon(StrEnum):
    """Names of the templates, as the outbox stores them."""

    WEEKOVERZICHT = "weekoverzicht"
    SPOED = "spoed"
    ESCALATIE = "escalatie"
    TOESTEMMING_GEVRAAGD = "toestemming_gevraagd"
    STAND_VOOR_OUDERS = "stand_voor_ouders"
    CONTACT_HERSTELLEN = "contact_herstellen"


def voor_spoed(bericht: Bericht, rol: Rol) -> Sjabloon:
    """The template of a mail that leaves at once."""
    escaleert = bericht is Bericht.ESCALATIE and rol in _ESCALATIE_NAAR
    return Sjabloon.ESCALATIE if escaleert else Sjabloon.SPOED


def voor_overzicht(berichten: Collection[Bericht], rol: Rol) -> Sjabloon:
    """The template of a morning mail. A question to parents goes before news for parents; others get a list."""
    if rol in MET_GEZAG:
        alleen_nieuws = set(berichten) == {Bericht.STAND_OUDERS}
        return Sjabloon.STAND_VOOR_OUDERS if alleen_nieuws else Sjabloon.TOESTEMMING_GEVRAAGD
    if set(berichten) == {Bericht.CONTACT_HERSTELLEN} and len(berichten) == 1:
        return Sjabloon.CONTACT_HERSTELLEN
    return Sjabloon.WEEKOVERZICHT
