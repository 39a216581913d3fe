"""The templates of mails by name. The outbox stores these names, so one that was used never changes."""

from enum import StrEnum


class Sjabloon(StrEnum):
    """What kind of mail it is."""

    WEEKOVERZICHT = "weekoverzicht"
    SPOED = "spoed"
    ESCALATIE = "escalatie"
    TOESTEMMING_GEVRAAGD = "toestemming_gevraagd"
    STAND_VOOR_OUDERS = "stand_voor_ouders"
    CONTACT_HERSTELLEN = "contact_herstellen"
    BEWAKING = "bewaking"
