"""Who may do what. The table is written out here by hand; the code has to agree with it for every role there is."""

import pytest

from domain.consent import Antwoord, Doel, Vorm
from domain.errors import VerkeerdeRol, Weigering
from domain.handelingen import (
    DraagOver,
    EenHandeling,
    GeefRegieTerug,
    Heropen,
    LegToestemmingVast,
    MeldStilstand,
    NeemBesluit,
    NeemRegieOver,
    RondAf,
    StelUit,
    Uitstelreden,
    WijzigGezag,
)
from domain.ingebouwd import Ingebouwd
from domain.roles import Rol
from tests.support.zaak import GEZAG, START, Zaak

SCHOOL = {Rol.IB, Rol.OCO, Rol.DIRECTIE}
BOVEN = {Rol.REGIEVOERDER, Rol.COORDINATOR, Rol.DEELCOORDINATOR}
NOTEERT = SCHOOL | {Rol.LEERKRACHT, Rol.MENTOR, Rol.KOO, Rol.JGZ, Rol.CASEMANAGER, Rol.SCHOOLBEGELEIDER}
STAGNATIE = {Rol.REGIEVOERDER, Rol.COORDINATOR, Rol.DEELCOORDINATOR}


def mag(zaak: Zaak, handeling: EenHandeling, rol: Rol) -> bool:
    """Anything but a VerkeerdeRol means: it is not your role that stands in the way."""
    kopie = zaak.traject
    try:
        zaak.doe(rol, handeling)
    except VerkeerdeRol:
        return False
    except Weigering:
        return True
    zaak.traject = kopie
    return True


def wie_mag(zaak: Zaak, handeling: EenHandeling) -> set[Rol]:
    return {rol for rol in Rol if mag(zaak, handeling, rol)}


def bij_de_koo() -> Zaak:
    zaak = Zaak()
    zaak.naar_koo()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN)
    return zaak


def met_stilstand() -> Zaak:
    zaak = Zaak()
    zaak.tot(START.date().replace(day=30))
    return zaak


def test_werk_van_school_mag_door_de_eigenaar_de_ib_er_en_de_directie() -> None:
    zaak = Zaak()
    gesprek = zaak.open("gesprek_ouders").id
    assert wie_mag(zaak, RondAf(afspraak_id=gesprek)) == SCHOOL | {Rol.LEERKRACHT}
    uitstel = StelUit(afspraak_id=gesprek, tot=START.date().replace(day=15), reden=Uitstelreden.OP_VERZOEK_OUDERS)
    assert wie_mag(zaak, uitstel) == SCHOOL | BOVEN | {Rol.LEERKRACHT}
    besluit = NeemBesluit(afspraak_id=zaak.open("vervolg_signaal").id, uitkomst="x")
    assert wie_mag(zaak, besluit) == SCHOOL | {Rol.LEERKRACHT}, "de leerkracht leidt deze stap"


def test_werk_van_de_gemeente_is_van_de_gemeente_en_van_wie_de_stap_leidt() -> None:
    zaak = bij_de_koo()
    assert wie_mag(zaak, RondAf(afspraak_id=zaak.open("gesprek_koo").id)) == {Rol.KOO, Rol.IB}


def test_wie_de_regie_heeft_mag_alles_in_de_stap() -> None:
    zaak = Zaak()
    zaak.naar_triage()
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEGEVEN)
    zaak.rond_af("onderzoek_onderwijs")
    zaak.rond_af("bespreking_ouders")
    antwoorden = {"leervraag": "complex", "leefvraag": "complex", "problematiek": "meervoudig"}
    zaak.besluit("triage", "plan_van_aanpak", antwoorden=antwoorden)
    assert zaak.traject.regie_bij is Rol.CASEMANAGER
    start = RondAf(afspraak_id=zaak.open("uitnodiging_mdo").id)
    assert wie_mag(zaak, start) == SCHOOL | {Rol.CASEMANAGER}


def test_zonder_de_gemeente_blijft_de_regie_bij_school() -> None:
    """A complex question at home gives the casemanager the regie, but not when parents keep the municipality out."""
    zaak = Zaak()
    zaak.naar_uitvoering("complex")
    assert zaak.traject.regie_bij is Rol.IB


def test_overdragen_mag_door_school_en_bovenschools() -> None:
    zaak = bij_de_koo()
    handeling = DraagOver(afspraak_id=zaak.open("gesprek_koo").id, rol=Rol.CJG)
    assert wie_mag(zaak, handeling) == SCHOOL | BOVEN


def test_een_stilstand_is_van_wie_hem_kreeg_en_van_de_coordinatoren() -> None:
    zaak = met_stilstand()
    stagnatie = zaak.open(Ingebouwd.STAGNATIE).id
    assert wie_mag(zaak, NeemBesluit(afspraak_id=stagnatie, uitkomst="in_beweging")) == STAGNATIE
    assert wie_mag(zaak, DraagOver(afspraak_id=stagnatie, rol=Rol.COORDINATOR)) == STAGNATIE


def test_iedereen_mag_zeggen_dat_het_stil_ligt() -> None:
    assert wie_mag(Zaak(), MeldStilstand()) == set(Rol)


def test_toestemming_vastleggen_mag_door_wie_de_ouders_spreekt() -> None:
    antwoord = LegToestemmingVast(
        doel=Doel.ONDERZOEK, persoon_id="p-ouder1", antwoord=Antwoord.GEGEVEN, vorm=Vorm.MONDELING
    )
    assert wie_mag(Zaak(), antwoord) == NOTEERT


def test_een_ouder_antwoordt_voor_zichzelf_en_niet_voor_de_ander() -> None:
    zaak = Zaak()
    antwoord = LegToestemmingVast(
        doel=Doel.ONDERZOEK, persoon_id="p-ouder1", antwoord=Antwoord.GEGEVEN, vorm=Vorm.DIGITAAL
    )
    with pytest.raises(VerkeerdeRol):
        zaak.doe(Rol.OUDERS, antwoord, persoon="p-ouder2")
    zaak.doe(Rol.OUDERS, antwoord, persoon="p-ouder1")


def test_heropenen_mag_door_school_en_bovenschools() -> None:
    assert wie_mag(Zaak(), Heropen()) == SCHOOL | BOVEN


def test_gezag_bijwerken_mag_door_de_leiding_van_school() -> None:
    assert wie_mag(Zaak(), WijzigGezag(gezag=GEZAG)) == SCHOOL


def test_regie_overnemen_mag_de_regievoerder_en_teruggeven_ook_een_coordinator() -> None:
    zaak = Zaak()
    assert wie_mag(zaak, NeemRegieOver()) == {Rol.REGIEVOERDER}
    zaak.doe(Rol.REGIEVOERDER, NeemRegieOver())
    assert wie_mag(zaak, GeefRegieTerug()) == BOVEN
