"""Which template a mail gets. The texts are elsewhere (runtime/mailcontext.py)."""

from collections.abc import Collection

from domain.effects import Bericht
from domain.roles import Rol
from domain.route import Soort
from domain.sjabloon import Sjabloon

MET_GEZAG = frozenset({Rol.OUDERS, Rol.LEERLING})
_ESCALATIE_NAAR = frozenset({Rol.REGIEVOERDER, Rol.STAGNATIEPUNT})


def voor_spoed(bericht: Bericht, rol: Rol) -> Sjabloon:
    """The template of a mail that leaves at once."""
    escaleert = bericht is Bericht.ESCALATIE and rol in _ESCALATIE_NAAR
    return Sjabloon.ESCALATIE if escaleert else Sjabloon.SPOED


def voor_overzicht(regels: Collection[tuple[Bericht, Soort | None]], rol: Rol) -> Sjabloon:
    """The template of a morning mail with these lines (message, kind of afspraak). For parents a question for consent
    goes before news; everybody else gets a list."""
    if rol in MET_GEZAG:
        if any(soort is Soort.TOESTEMMING for _, soort in regels):
            return Sjabloon.TOESTEMMING_GEVRAAGD
        if all(bericht is Bericht.STAND_OUDERS for bericht, _ in regels):
            return Sjabloon.STAND_VOOR_OUDERS
    return Sjabloon.WEEKOVERZICHT
