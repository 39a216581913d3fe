"""Asking consent, as parents and school live through it."""

from datetime import date, timedelta

import pytest

from domain.consent import Antwoord, Doel, Stand, Vorm
from domain.effects import Bericht
from domain.errors import NietZoAfTeRonden, PersoonOnbekend, ToestemmingOntbreekt
from domain.handelingen import DraagOver, LegToestemmingVast, RondAf
from domain.roles import Partij, Rol
from domain.traject import AfspraakStatus
from tests.support.zaak import GEZAG_12, Zaak, proefkader

VRAAG = "toestemming_delen_koo"


def bij_de_koo_vraag() -> Zaak:
    zaak = Zaak()
    zaak.naar_koo()
    return zaak


def test_school_vraagt_de_ouders_en_wacht() -> None:
    zaak = bij_de_koo_vraag()
    vraag = zaak.open(VRAAG)
    assert vraag.bal is Partij.OUDERS
    assert vraag.streefdatum == date(2026, 9, 15), "10 werkdagen na dinsdag 1 september"
    assert (Bericht.TOESTEMMING, Rol.OUDERS) in zaak.verteld(vraag)
    assert not zaak.heeft_open("gesprek_koo"), "zonder antwoord gebeurt er niets"


def test_herinnering_na_vijf_en_tien_werkdagen_en_dan_belt_de_ib_er() -> None:
    zaak = bij_de_koo_vraag()
    vraag = zaak.open(VRAAG)
    dagen: dict[date, tuple[Bericht, Rol]] = {}
    for dag in range(40):
        eerder = len(zaak.meldingen)
        zaak.tot(date(2026, 9, 1) + timedelta(days=dag))
        for m in zaak.meldingen[eerder:]:
            if m.afspraak_id == vraag.id:
                dagen[zaak.vandaag] = (m.bericht, m.rol)
    assert dagen == {
        date(2026, 9, 8): (Bericht.HERINNERING, Rol.OUDERS),
        date(2026, 9, 15): (Bericht.HERINNERING, Rol.OUDERS),
        date(2026, 9, 22): (Bericht.DRINGEND, Rol.IB),
        date(2026, 9, 29): (Bericht.STILTE, Rol.IB),
    }
    assert zaak.traject.stand(Doel.DELEN_KOO) is Stand.GEEN_ANTWOORD, "hoe lang het ook duurt: zwijgen is geen ja"


def test_wie_maanden_zwijgt_heeft_nog_steeds_geen_ja_gezegd() -> None:
    zaak = bij_de_koo_vraag()
    zaak.tot(date(2027, 6, 1))
    assert zaak.traject.stand(Doel.DELEN_KOO) is Stand.GEEN_ANTWOORD
    assert not zaak.heeft_open("gesprek_koo")
    assert zaak.traject.stagnatie is not None
    assert zaak.traject.stagnatie.bij is Rol.STAGNATIEPUNT, "de bal ligt bij de ouders, dus het is samenwerking"


def test_een_van_de_twee_ouders_is_niet_genoeg() -> None:
    zaak = bij_de_koo_vraag()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN, "p-ouder1")
    assert zaak.heeft_open(VRAAG)
    assert not zaak.heeft_open("gesprek_koo")
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN, "p-ouder2")
    assert not zaak.heeft_open(VRAAG)
    assert zaak.heeft_open("gesprek_koo")


def test_nee_van_een_ouder_wordt_niet_overruled_door_ja_van_de_ander() -> None:
    zaak = bij_de_koo_vraag()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN, "p-ouder1")
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEWEIGERD, "p-ouder2")
    vraag = zaak.open(VRAAG)
    assert zaak.traject.stand(Doel.DELEN_KOO) is Stand.TEGENSTRIJDIG
    assert vraag.bal is Partij.SCHOOL, "nu is school aan zet: het gesprek aangaan"
    assert (Bericht.DRINGEND, Rol.IB) in zaak.verteld(vraag)
    assert not zaak.heeft_open("gesprek_koo")


def test_eerst_praten_legt_de_bal_bij_school() -> None:
    zaak = bij_de_koo_vraag()
    zaak.tot(date(2026, 9, 8))
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.EERST_PRATEN, "p-ouder1")
    assert zaak.open(VRAAG).bal is Partij.SCHOOL
    assert zaak.traject.wachtdagen == {Partij.OUDERS: 5}
    zaak.tot(date(2026, 9, 15))
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN)
    assert zaak.traject.wachtdagen == {Partij.OUDERS: 5, Partij.SCHOOL: 5}


def test_weigeren_mag_en_het_traject_loopt_door() -> None:
    zaak = bij_de_koo_vraag()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEWEIGERD)
    assert not zaak.heeft_open(VRAAG)
    assert not zaak.heeft_open("gesprek_koo")
    zaak.besluit("vervolg_koo", "onderzoek")
    assert zaak.traject.stap == "onderzoek_en_triage"


def test_intrekken_stopt_meteen_wat_ervan_afhangt_en_ja_zeggen_opent_het_weer() -> None:
    zaak = bij_de_koo_vraag()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN)
    gesprek = zaak.open("gesprek_koo")
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.INGETROKKEN, "p-ouder2")
    gestopt = zaak.traject.afspraak(gesprek.id)
    assert gestopt is not None
    assert gestopt.status is AfspraakStatus.VERVALLEN
    assert (Bericht.DRINGEND, Rol.IB) in zaak.verteld(zaak.open("vervolg_koo")), "wie de regie heeft hoort het"
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN, "p-ouder2")
    assert zaak.open("gesprek_koo").id != gesprek.id


@pytest.mark.parametrize("antwoord", [Antwoord.GEWEIGERD, Antwoord.EERST_PRATEN])
def test_wie_na_een_ja_alsnog_nee_zegt_houdt_het_ook_tegen(antwoord: Antwoord) -> None:
    zaak = bij_de_koo_vraag()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN)
    zaak.toestemming(Doel.DELEN_KOO, antwoord, "p-ouder1")
    assert not zaak.heeft_open("gesprek_koo")
    assert (Bericht.DRINGEND, Rol.IB) in zaak.verteld(zaak.open("vervolg_koo"))


def test_intrekken_kan_alleen_wat_gegeven_is() -> None:
    zaak = bij_de_koo_vraag()
    with pytest.raises(NietZoAfTeRonden):
        zaak.toestemming(Doel.DELEN_KOO, Antwoord.INGETROKKEN, "p-ouder1")


def test_een_uitkomst_die_toestemming_vraagt_gaat_niet_zonder() -> None:
    zaak = Zaak()
    zaak.naar_triage()
    for sjabloon in ("onderzoek_onderwijs", "bespreking_ouders"):
        zaak.rond_af(sjabloon)
    antwoorden = {"leervraag": "complex", "leefvraag": "complex", "problematiek": "meervoudig"}
    for antwoord in (None, Antwoord.GEGEVEN, Antwoord.EERST_PRATEN, Antwoord.GEWEIGERD):
        if antwoord is not None:
            zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, antwoord, "p-ouder1")
        with pytest.raises(ToestemmingOntbreekt):
            zaak.besluit("triage", "plan_van_aanpak", antwoorden=antwoorden)
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEGEVEN)
    zaak.besluit("triage", "plan_van_aanpak", antwoorden=antwoorden)
    assert zaak.traject.stap == "plan_van_aanpak"


def test_vanaf_12_jaar_vraagt_school_het_ook_aan_de_leerling() -> None:
    zaak = Zaak(gezag=GEZAG_12)
    zaak.naar_triage()
    zaak.toestemming(Doel.DELEN_JGZ, Antwoord.GEGEVEN)
    assert not zaak.heeft_open("registratie_ggd")
    zelf = LegToestemmingVast(doel=Doel.DELEN_JGZ, persoon_id="l-1", antwoord=Antwoord.GEGEVEN, vorm=Vorm.DIGITAAL)
    zaak.doe(Rol.LEERLING, zelf, persoon="l-1")
    assert zaak.heeft_open("registratie_ggd")


def test_een_leerling_onder_12_hoeft_niet_te_tekenen() -> None:
    zaak = Zaak()
    zaak.naar_triage()
    with pytest.raises(PersoonOnbekend):
        zaak.toestemming(Doel.DELEN_JGZ, Antwoord.GEWEIGERD, "l-1")


def test_een_vraag_om_toestemming_kun_je_niet_zomaar_afvinken() -> None:
    zaak = bij_de_koo_vraag()
    with pytest.raises(NietZoAfTeRonden):
        zaak.doe(Rol.IB, RondAf(afspraak_id=zaak.open(VRAAG).id))


def test_wie_de_vraag_overneemt_mag_ook_het_antwoord_vastleggen() -> None:
    zaak = bij_de_koo_vraag()
    vraag = zaak.open(VRAAG)
    zaak.doe(Rol.IB, DraagOver(afspraak_id=vraag.id, rol=Rol.OWM))
    assert zaak.open(VRAAG).bal is Partij.OUDERS, "de ouders moeten nog steeds antwoorden"
    for ouder in ("p-ouder1", "p-ouder2"):
        antwoord = LegToestemmingVast(
            doel=Doel.DELEN_KOO, persoon_id=ouder, antwoord=Antwoord.GEGEVEN, vorm=Vorm.MONDELING
        )
        zaak.doe(Rol.OWM, antwoord)
    assert zaak.heeft_open("gesprek_koo")


def test_wat_al_gegeven_is_wordt_niet_opnieuw_gevraagd() -> None:
    zaak = Zaak()
    zaak.naar_triage()
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEGEVEN)
    for sjabloon in ("onderzoek_onderwijs", "bespreking_ouders"):
        zaak.rond_af(sjabloon)
    zaak.besluit("triage", "plan_van_aanpak", leervraag="complex", leefvraag="complex", problematiek="multi")
    assert not zaak.heeft_open("toestemming_delen_sociaal_team")
    assert zaak.heeft_open("crisisafspraken")


def test_op_een_andere_route_wacht_de_inbreng_van_externen_op_de_ouders() -> None:
    zaak = Zaak(frame=proefkader())
    assert not zaak.heeft_open("inbreng_externen")
    zaak.toestemming(Doel.MDO_EXTERNEN, Antwoord.GEGEVEN)
    assert zaak.heeft_open("inbreng_externen")
