"""Afspraken every route has without naming them: a stall to take up, an address to mend, a signal to look at."""

from enum import StrEnum

from domain.roles import Rol
from domain.route import Termijnkeuze

LADDER_STAGNATIE = "stagnatie"


class Ingebouwd(StrEnum):
    """Template ids of the built-in afspraken; no route may use these names for its own."""

    STAGNATIE = "stagnatie"
    MDO_BIJEENROEPEN = "mdo_bijeenroepen"
    SWV_MEEDENKEN = "swv_meedenken"
    CONTACT_HERSTELLEN = "contact_herstellen"
    MAIL_NAKIJKEN = "mail_nakijken"
    SIGNAAL_BEKIJKEN = "signaal_bekijken"
    LEERLING_VRAGEN = "leerling_vragen"
    TOESTEMMING_BESPREKEN = "toestemming_bespreken"


TITELS: dict[Ingebouwd, str] = {
    Ingebouwd.STAGNATIE: "Het traject weer in beweging brengen",
    Ingebouwd.MDO_BIJEENROEPEN: "Overleg bijeenroepen met alle betrokkenen",
    Ingebouwd.SWV_MEEDENKEN: "Meedenken vanuit het samenwerkingsverband",
    Ingebouwd.CONTACT_HERSTELLEN: "Contactgegevens herstellen",
    Ingebouwd.MAIL_NAKIJKEN: "Nagaan of een mail is aangekomen",
    Ingebouwd.SIGNAAL_BEKIJKEN: "Een geweigerd bericht van een ander systeem bekijken",
    Ingebouwd.LEERLING_VRAGEN: "Het ook aan de leerling vragen",
    Ingebouwd.TOESTEMMING_BESPREKEN: "Met ouders praten over hun antwoord",
}
TERMIJN: dict[Ingebouwd, Termijnkeuze] = {
    Ingebouwd.STAGNATIE: Termijnkeuze(instelling="stagnatie_oppakken"),
    Ingebouwd.MDO_BIJEENROEPEN: Termijnkeuze(instelling="mdo_gepland_binnen"),
    Ingebouwd.SWV_MEEDENKEN: Termijnkeuze(instelling="mdo_gepland_binnen"),
    Ingebouwd.CONTACT_HERSTELLEN: Termijnkeuze(instelling="contact_herstellen"),
    Ingebouwd.MAIL_NAKIJKEN: Termijnkeuze(instelling="contact_herstellen"),
    Ingebouwd.SIGNAAL_BEKIJKEN: Termijnkeuze(instelling="contact_herstellen"),
    Ingebouwd.LEERLING_VRAGEN: Termijnkeuze(instelling="toestemming_antwoord"),
    Ingebouwd.TOESTEMMING_BESPREKEN: Termijnkeuze(instelling="toestemming_gesprek"),
}


class Stagnatieuitkomst(StrEnum):
    """What the person who takes up a stall can decide. The stagnatiepunt mediates: it cannot bring in the SWV itself."""

    IN_BEWEGING = "in_beweging"
    MDO = "mdo"
    SWV = "swv"
    NAAR_STAGNATIEPUNT = "naar_stagnatiepunt"
    NAAR_REGIEVOERDER = "naar_regievoerder"


STAGNATIEUITKOMST_TITEL: dict[Stagnatieuitkomst, str] = {
    Stagnatieuitkomst.IN_BEWEGING: "Het traject loopt weer",
    Stagnatieuitkomst.MDO: "Er komt een overleg met alle betrokkenen",
    Stagnatieuitkomst.SWV: "Het samenwerkingsverband denkt mee",
    Stagnatieuitkomst.NAAR_STAGNATIEPUNT: "De samenwerking zit vast: naar het stagnatiepunt",
    Stagnatieuitkomst.NAAR_REGIEVOERDER: "School is aan zet: naar de regievoerder",
}
ALLEEN_REGIEVOERDER = frozenset({Stagnatieuitkomst.SWV})


def uitkomsten_voor(rol: Rol) -> tuple[Stagnatieuitkomst, ...]:
    """The outcomes this role can choose; handing over to oneself is left out."""
    weg = {
        Rol.STAGNATIEPUNT: Stagnatieuitkomst.NAAR_STAGNATIEPUNT,
        Rol.REGIEVOERDER: Stagnatieuitkomst.NAAR_REGIEVOERDER,
    }
    return tuple(
        u
        for u in Stagnatieuitkomst
        if u is not weg.get(rol) and not (u in ALLEEN_REGIEVOERDER and rol is Rol.STAGNATIEPUNT)
    )
