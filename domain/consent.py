"""Consent: purposes, who must sign, and what the answers add up to. Silence is never consent (docs/bronnen.md T)."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Doel(StrEnum):
    """A purpose a consent is asked for; each is asked, answered and withdrawn on its own."""

    DELEN_KOO = "delen_koo"
    DELEN_JGZ = "delen_jgz"
    DELEN_SOCIAAL_TEAM = "delen_sociaal_team"
    MDO_EXTERNEN = "mdo_externen"
    ZAT_BESPREKING = "zat_bespreking"
    ONDERZOEK = "onderzoek"
    OBSERVATIE = "observatie"
    ABC_FORMULIER = "abc_formulier"
    TOESTEMMINGSVERKLARING_DM = "toestemmingsverklaring_dm"
    INZET_ONDERSTEUNINGSLOKET = "inzet_ondersteuningsloket"
    ZATT_OZL = "zatt_ozl"
    TLV_AANVRAAG = "tlv_aanvraag"
    INSTEMMING_OPP = "instemming_opp"


class Regel(StrEnum):
    """Who must sign."""

    EEN_OUDER = "een_ouder"
    ALLE_GEZAGDRAGERS = "alle_gezagdragers"
    GEZAGDRAGERS_PLUS_LEERLING_12 = "gezagdragers_plus_leerling_12"


DOEL_LABEL: dict[Doel, str] = {
    Doel.DELEN_KOO: "overleg met de kind-ouderondersteuner",
    Doel.DELEN_JGZ: "overleg met de jeugdgezondheidszorg (GGD)",
    Doel.DELEN_SOCIAAL_TEAM: "overleg met het sociaal team van de gemeente",
    Doel.MDO_EXTERNEN: "deelname van anderen aan het multidisciplinair overleg",
    Doel.ZAT_BESPREKING: "bespreking in het zorg- en adviesteam (ZAT), met partners van school",
    Doel.ONDERZOEK: "onderzoek",
    Doel.OBSERVATIE: "observatie in de klas",
    Doel.ABC_FORMULIER: "bespreking in het ondersteuningsteam (abc-formulier)",
    Doel.TOESTEMMINGSVERKLARING_DM: "toestemmingsverklaring DM",
    Doel.INZET_ONDERSTEUNINGSLOKET: "inzet van het OndersteuningsLoket",
    Doel.ZATT_OZL: "bespreking in het toewijzingsteam",
    Doel.TLV_AANVRAAG: "aanvraag van een toelaatbaarheidsverklaring",
    Doel.INSTEMMING_OPP: "instemming met het handelingsdeel van het OPP",
}

# Sources per row: docs/bronnen.md, T1 (jeugdwet: both), T2 and T2a
# (Midden-Groningen: from 12 the pupil too), T3 (school: one parent).
REGEL_VAN: dict[Doel, Regel] = {
    Doel.DELEN_KOO: Regel.ALLE_GEZAGDRAGERS,
    Doel.DELEN_JGZ: Regel.GEZAGDRAGERS_PLUS_LEERLING_12,
    Doel.DELEN_SOCIAAL_TEAM: Regel.GEZAGDRAGERS_PLUS_LEERLING_12,
    Doel.MDO_EXTERNEN: Regel.GEZAGDRAGERS_PLUS_LEERLING_12,
    Doel.ZAT_BESPREKING: Regel.GEZAGDRAGERS_PLUS_LEERLING_12,
    Doel.ONDERZOEK: Regel.ALLE_GEZAGDRAGERS,
    Doel.OBSERVATIE: Regel.EEN_OUDER,
    Doel.ABC_FORMULIER: Regel.ALLE_GEZAGDRAGERS,
    Doel.TOESTEMMINGSVERKLARING_DM: Regel.ALLE_GEZAGDRAGERS,
    Doel.INZET_ONDERSTEUNINGSLOKET: Regel.ALLE_GEZAGDRAGERS,
    Doel.ZATT_OZL: Regel.ALLE_GEZAGDRAGERS,
    Doel.TLV_AANVRAAG: Regel.EEN_OUDER,
    Doel.INSTEMMING_OPP: Regel.ALLE_GEZAGDRAGERS,
}


class Antwoord(StrEnum):
    """What one person said."""

    GEGEVEN = "gegeven"
    GEWEIGERD = "geweigerd"
    EERST_PRATEN = "eerst_praten"
    INGETROKKEN = "ingetrokken"


class Vorm(StrEnum):
    """How the answer came in. All forms count the same; who wrote it down is always recorded."""

    SCHRIFTELIJK = "schriftelijk"
    DIGITAAL = "digitaal"
    MONDELING = "mondeling"


class Leeftijdsgroep(StrEnum):
    """The only thing about age that leaves the database: which consent rule applies."""

    ONDER_12 = "onder_12"
    VAN_12_TOT_16 = "12_15"
    VAN_16_TOT_18 = "16_17"
    VANAF_18 = "18"


class Gezag(BaseModel):
    """Who can be asked: ids of those with parental authority, and the pupil where the age makes them a signer."""

    model_config = ConfigDict(frozen=True)
    gezagdragers: tuple[str, ...]
    leerling_id: str
    leeftijdsgroep: Leeftijdsgroep = Leeftijdsgroep.ONDER_12


class Stand(StrEnum):
    """What the answers of all signers add up to. Only GEGEVEN lets an act go through."""

    GEEN_ANTWOORD = "geen_antwoord"
    GEDEELTELIJK = "gedeeltelijk"
    EERST_PRATEN = "eerst_praten"
    TEGENSTRIJDIG = "tegenstrijdig"
    GEWEIGERD = "geweigerd"
    INGETROKKEN = "ingetrokken"
    GEGEVEN = "gegeven"


def ondertekenaars(doel: Doel, gezag: Gezag) -> tuple[str, ...]:
    """Ids of everybody whose answer counts for this purpose.

    From 18 the pupil takes the parents' place for every purpose; from 12 the pupil signs beside the parents where the rule
    says so. That a pupil of 16 decides alone about help as such is no purpose of ours (docs/bronnen.md T1).
    """
    regel, groep = REGEL_VAN[doel], gezag.leeftijdsgroep
    if groep is Leeftijdsgroep.VANAF_18:
        return (gezag.leerling_id,)
    if regel is Regel.GEZAGDRAGERS_PLUS_LEERLING_12 and groep is not Leeftijdsgroep.ONDER_12:
        return (*gezag.gezagdragers, gezag.leerling_id)
    return gezag.gezagdragers


def vraagt_ouders(doel: Doel, gezag: Gezag) -> bool:
    """Do parents sign for this purpose, alone or beside the pupil? Not any more once the pupil is of age."""
    return any(persoon in gezag.gezagdragers for persoon in ondertekenaars(doel, gezag))


def stand(doel: Doel, gezag: Gezag, antwoorden: Mapping[str, Antwoord]) -> Stand:
    """What holds now. One yes beside one no is TEGENSTRIJDIG and stops the processing, also under `een_ouder` (T3)."""
    vragen = ondertekenaars(doel, gezag)
    gezegd = [antwoorden[p] for p in vragen if p in antwoorden]
    if not gezegd:
        return Stand.GEEN_ANTWOORD
    if Antwoord.INGETROKKEN in gezegd:
        return Stand.INGETROKKEN
    if Antwoord.GEWEIGERD in gezegd:
        return Stand.TEGENSTRIJDIG if Antwoord.GEGEVEN in gezegd else Stand.GEWEIGERD
    if Antwoord.EERST_PRATEN in gezegd:
        return Stand.EERST_PRATEN
    genoeg = REGEL_VAN[doel] is Regel.EEN_OUDER or len(gezegd) == len(vragen)
    return Stand.GEGEVEN if genoeg else Stand.GEDEELTELIJK
