"""Roles of people around a traject, the party each role belongs to, and how a role is called on screen."""

from enum import StrEnum


class Rol(StrEnum):
    """A role, not a person. Who fills it is found in the people tables at the moment it matters."""

    LEERKRACHT = "leerkracht"
    MENTOR = "mentor"
    IB = "ib"
    OCO = "oco"
    DIRECTIE = "directie"
    CVB = "cvb"
    SCHOOLBEGELEIDER = "schoolbegeleider"
    OWM = "owm"
    GEDRAGSWETENSCHAPPER = "gedragswetenschapper"
    OT_BOVENSCHOOLS = "ot_bovenschools"
    ONDERSTEUNINGSLOKET = "ondersteuningsloket"
    TOEWIJZINGSTEAM = "toewijzingsteam"
    AB = "ab"
    OUDERS = "ouders"
    LEERLING = "leerling"
    KOO = "koo"
    CASEMANAGER = "casemanager"
    GEDRAGSWETENSCHAPPER_ST = "gedragswetenschapper_st"
    CJG = "cjg"
    WIJKTEAM = "wijkteam"
    LEERPLICHT = "leerplicht"
    JGZ = "jgz"
    BESTUUR = "bestuur"
    REGIEVOERDER = "regievoerder"
    STAGNATIEPUNT = "stagnatiepunt"
    DEELCOORDINATOR = "deelcoordinator"
    COORDINATOR = "coordinator"
    AANDACHTSFUNCTIONARIS = "aandachtsfunctionaris"
    BEHEERDER = "beheerder"
    SYSTEEM = "systeem"


class Partij(StrEnum):
    """Who holds the ball: days of waiting are counted per party, never per person."""

    SCHOOL = "school"
    OUDERS = "ouders"
    GEMEENTE = "gemeente"
    JGZ = "jgz"
    BESTUUR = "bestuur"
    SWV = "swv"
    STAGNATIEPUNT = "stagnatiepunt"


_PARTIJ: dict[Partij, tuple[Rol, ...]] = {
    Partij.SCHOOL: (Rol.LEERKRACHT, Rol.MENTOR, Rol.IB, Rol.OCO, Rol.DIRECTIE, Rol.CVB, Rol.AANDACHTSFUNCTIONARIS),
    Partij.OUDERS: (Rol.OUDERS, Rol.LEERLING),
    Partij.GEMEENTE: (
        Rol.KOO,
        Rol.CASEMANAGER,
        Rol.GEDRAGSWETENSCHAPPER_ST,
        Rol.CJG,
        Rol.WIJKTEAM,
        Rol.LEERPLICHT,
    ),
    Partij.JGZ: (Rol.JGZ,),
    Partij.BESTUUR: (Rol.BESTUUR, Rol.REGIEVOERDER, Rol.ONDERSTEUNINGSLOKET),
    Partij.SWV: (
        Rol.SCHOOLBEGELEIDER,
        Rol.OWM,
        Rol.GEDRAGSWETENSCHAPPER,
        Rol.OT_BOVENSCHOOLS,
        Rol.TOEWIJZINGSTEAM,
        Rol.AB,
        Rol.DEELCOORDINATOR,
        Rol.COORDINATOR,
        Rol.BEHEERDER,
        Rol.SYSTEEM,
    ),
    Partij.STAGNATIEPUNT: (Rol.STAGNATIEPUNT,),
}
PARTIJ_VAN: dict[Rol, Partij] = {rol: partij for partij, rollen in _PARTIJ.items() for rol in rollen}

ROL_LABEL: dict[Rol, str] = {
    Rol.LEERKRACHT: "leerkracht",
    Rol.MENTOR: "mentor",
    Rol.IB: "intern begeleider",
    Rol.OCO: "ondersteuningscoördinator",
    Rol.DIRECTIE: "directie",
    Rol.CVB: "commissie van begeleiding",
    Rol.SCHOOLBEGELEIDER: "schoolbegeleider",
    Rol.OWM: "onderwijskundig medewerker",
    Rol.GEDRAGSWETENSCHAPPER: "gedragswetenschapper onderwijs",
    Rol.OT_BOVENSCHOOLS: "bovenschools ondersteuningsteam",
    Rol.ONDERSTEUNINGSLOKET: "ondersteuningsloket",
    Rol.TOEWIJZINGSTEAM: "toewijzingsteam",
    Rol.AB: "ambulant begeleider",
    Rol.OUDERS: "ouders",
    Rol.LEERLING: "leerling",
    Rol.KOO: "kind-ouderondersteuner",
    Rol.CASEMANAGER: "casemanager jeugd",
    Rol.GEDRAGSWETENSCHAPPER_ST: "gedragswetenschapper sociaal team",
    Rol.CJG: "Centrum voor Jeugd en Gezin",
    Rol.WIJKTEAM: "wijkteam",
    Rol.LEERPLICHT: "leerplichtambtenaar",
    Rol.JGZ: "jeugdgezondheidszorg (GGD)",
    Rol.BESTUUR: "schoolbestuur",
    Rol.REGIEVOERDER: "regievoerder zorg",
    Rol.STAGNATIEPUNT: "medewerker stagnatiepunt",
    Rol.DEELCOORDINATOR: "deelcoördinator",
    Rol.COORDINATOR: "coördinator samenwerkingsverband",
    Rol.AANDACHTSFUNCTIONARIS: "aandachtsfunctionaris",
    Rol.BEHEERDER: "beheerder",
    Rol.SYSTEEM: "Routewacht",
}
PARTIJ_LABEL: dict[Partij, str] = {
    Partij.SCHOOL: "school",
    Partij.OUDERS: "ouders",
    Partij.GEMEENTE: "gemeente",
    Partij.JGZ: "jeugdgezondheidszorg",
    Partij.BESTUUR: "schoolbestuur",
    Partij.SWV: "samenwerkingsverband",
    Partij.STAGNATIEPUNT: "stagnatiepunt",
}

# The next role a ladder turns to when the owner keeps still. People of a school answer to their own school first.
VOLGENDE_ROL: dict[Rol, Rol] = {
    Rol.LEERKRACHT: Rol.IB,
    Rol.MENTOR: Rol.OCO,
    Rol.IB: Rol.DIRECTIE,
    Rol.OCO: Rol.DIRECTIE,
    Rol.CVB: Rol.DIRECTIE,
    Rol.AANDACHTSFUNCTIONARIS: Rol.DIRECTIE,
    Rol.DIRECTIE: Rol.REGIEVOERDER,
    Rol.OUDERS: Rol.IB,
    Rol.LEERLING: Rol.IB,
    Rol.KOO: Rol.IB,
    Rol.CASEMANAGER: Rol.GEDRAGSWETENSCHAPPER_ST,
    Rol.GEDRAGSWETENSCHAPPER_ST: Rol.DEELCOORDINATOR,
    Rol.LEERPLICHT: Rol.REGIEVOERDER,
    Rol.JGZ: Rol.IB,
    Rol.BESTUUR: Rol.REGIEVOERDER,
    Rol.REGIEVOERDER: Rol.DEELCOORDINATOR,
    Rol.STAGNATIEPUNT: Rol.DEELCOORDINATOR,
    Rol.DEELCOORDINATOR: Rol.COORDINATOR,
    Rol.COORDINATOR: Rol.BEHEERDER,
}
# What recorded lives did (domain/kader.py, first edition): from the KOO on to somebody parents said nothing about.
_EERSTE_EDITIE: dict[Rol, Rol] = {Rol.KOO: Rol.CASEMANAGER}


def volgende_rol(rol: Rol, *, eerste_editie: bool = False) -> Rol:
    """Who is asked next when `rol` does not move: our own choice, one table; unlisted roles go to the coordinator."""
    if eerste_editie and rol in _EERSTE_EDITIE:
        return _EERSTE_EDITIE[rol]
    return VOLGENDE_ROL.get(rol, Rol.COORDINATOR)
