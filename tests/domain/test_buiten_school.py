"""Nobody outside school hears of a case, owns something in it or leads it without the consent that belongs to that role."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.consent import Antwoord, Doel, Stand
from domain.delen import BUITEN_SCHOOL, doel_voor, toegestaan
from domain.effects import Bericht
from domain.errors import ToestemmingOntbreekt
from domain.feiten import RegieVerplaatst
from domain.handelingen import DraagOver
from domain.ladder import naar_rol
from domain.roles import PARTIJ_VAN, Partij, Rol
from tests.support.beloften import controleer, weigering_is_te_begrijpen
from tests.support.zaak import Zaak, kader

SOCIAAL = Doel.DELEN_SOCIAAL_TEAM
COMPLEX = {"leervraag": "complex", "leefvraag": "complex"}


def casemanager_leidt(zaak: Zaak) -> Zaak:
    """A plan of school and gemeente is being carried out; the casemanager has the regie."""
    zaak.naar_plan()
    zaak.stel_plan_vast("complex")
    assert (zaak.traject.stap, zaak.traject.regie_bij) == ("uitvoering", Rol.CASEMANAGER)
    return zaak


def test_elke_rol_van_gemeente_en_jgz_hoort_bij_een_doel_behalve_leerplicht() -> None:
    buiten = {rol for rol, partij in PARTIJ_VAN.items() if partij in {Partij.GEMEENTE, Partij.JGZ}}
    assert {rol for rol in buiten if doel_voor(rol) is None} == {Rol.LEERPLICHT}
    rollen = [rol for groep in BUITEN_SCHOOL.values() for rol in groep]
    assert len(rollen) == len(set(rollen)), "een rol hoort bij één doel"


@pytest.mark.parametrize("rol", Rol)
def test_zonder_enige_toestemming_is_er_altijd_nog_iemand(rol: Rol) -> None:
    assert doel_voor(toegestaan(Zaak().traject, rol)) is None


def test_intrekken_neemt_de_regie_terug_en_school_hoort_het() -> None:
    zaak = casemanager_leidt(Zaak(na_afloop=controleer))
    begin = len(zaak.meldingen)
    zaak.toestemming(SOCIAAL, Antwoord.INGETROKKEN, "p-ouder1")
    assert zaak.traject.regie_bij is Rol.IB
    assert [g.feit for g in zaak.feiten("regie_verplaatst")] == [
        RegieVerplaatst(naar=Rol.IB, reden="geen_toestemming", op=zaak.vandaag)
    ]
    assert [(m.bericht, m.rol) for m in zaak.meldingen[begin:]] == [(Bericht.DRINGEND, Rol.IB)]
    zaak.naar(zaak.open("evaluatie").streefdatum)
    zaak.evalueer("opschalen")
    assert zaak.traject.regie_bij is Rol.IB, "een besluit geeft de regie niet terug zonder toestemming"
    zaak.toestemming(SOCIAAL, Antwoord.GEGEVEN, "p-ouder1")
    zaak.besluit("vervolg_opschaling", "samenwerkingsverband")
    assert zaak.traject.regie_bij is Rol.CASEMANAGER, "met toestemming geldt de tabel van de route weer"


def test_wat_alleen_was_overgedragen_komt_terug_en_eigen_werk_vervalt() -> None:
    zaak = casemanager_leidt(Zaak(na_afloop=controleer))
    evaluatie, start = zaak.open("evaluatie").id, zaak.open("ondersteuning_gestart").id
    for afspraak in (evaluatie, start):
        zaak.doe(Rol.IB, DraagOver(afspraak_id=afspraak, rol=Rol.CASEMANAGER, persoon_id="p-cm"))
    zaak.toestemming(SOCIAAL, Antwoord.INGETROKKEN, "p-ouder2")
    assert {a.id: (a.rol, a.persoon_id, a.bal) for a in zaak.traject.open_afspraken if a.id in {evaluatie, start}} == {
        evaluatie: (Rol.IB, None, Partij.SCHOOL),
        start: (Rol.LEERKRACHT, None, Partij.SCHOOL),
    }
    assert not zaak.heeft_open("contact_gemeente")


def test_werk_dat_geen_toestemming_noemt_stopt_ook() -> None:
    """The registration by the casemanager in the step of the plan names no consent; it is still his."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_triage()
    zaak.toestemming(SOCIAAL, Antwoord.GEGEVEN)
    zaak.rond_af("onderzoek_onderwijs")
    zaak.rond_af("bespreking_ouders")
    zaak.besluit("triage", "plan_van_aanpak", antwoorden={**COMPLEX, "problematiek": "meervoudig"})
    zaak.rond_af("uitnodiging_mdo")
    zaak.rond_af("mdo", None, Rol.OUDERS, Rol.IB, Rol.CASEMANAGER)
    assert zaak.heeft_open("registratie_inzet")
    zaak.toestemming(SOCIAAL, Antwoord.INGETROKKEN, "p-ouder1")
    assert not zaak.heeft_open("registratie_inzet")
    zaak.toestemming(SOCIAAL, Antwoord.GEGEVEN, "p-ouder1")
    assert zaak.heeft_open("registratie_inzet"), "met toestemming gaat het weer open"


def test_een_koo_die_zwijgt_brengt_het_bij_de_ib_er() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_koo()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEGEVEN)
    gesprek = zaak.open("gesprek_koo")
    zaak.tot(date(2026, 11, 20))
    assert zaak.traject.stand(SOCIAAL) is Stand.GEEN_ANTWOORD
    assert {rol for _, rol in zaak.verteld(gesprek)} == {Rol.KOO, Rol.IB}


@pytest.mark.parametrize("rol", Rol)
def test_een_trede_die_een_rol_noemt_gaat_voorbij_wie_niets_mag_weten(rol: Rol) -> None:
    zaak = Zaak()
    gesprek = zaak.open("gesprek_ouders")
    trede = zaak.kader.route.ladder(gesprek.ladder).treden[-1].model_copy(update={"aan": rol})
    gekozen = naar_rol(zaak.kader, zaak.traject, gesprek, trede)
    assert doel_voor(gekozen) is None
    assert gekozen is rol or doel_voor(rol) is not None
    assert naar_rol(replace(zaak.kader, regels=1), zaak.traject, gesprek, trede) is rol


def test_overdragen_aan_wie_niets_mag_weten_kan_niet() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_triage()
    zaak.toestemming(SOCIAAL, Antwoord.GEWEIGERD)
    afspraak = zaak.open("onderzoek_onderwijs").id
    with pytest.raises(ToestemmingOntbreekt) as fout:
        zaak.doe(Rol.IB, DraagOver(afspraak_id=afspraak, rol=Rol.CASEMANAGER))
    weigering_is_te_begrijpen(fout.value)
    assert "sociaal team" in fout.value.zin
    assert "geweigerd" in fout.value.zin
    zaak.toestemming(SOCIAAL, Antwoord.GEGEVEN)
    zaak.doe(Rol.IB, DraagOver(afspraak_id=afspraak, rol=Rol.CASEMANAGER))
    assert zaak.open("onderzoek_onderwijs").rol is Rol.CASEMANAGER


def test_bij_enkelvoudige_problematiek_blijft_de_gemeente_niet() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_triage()
    zaak.toestemming(SOCIAAL, Antwoord.GEGEVEN)
    for sjabloon in ("onderzoek_onderwijs", "bespreking_ouders", "intake_sociaal_team", "duiding_hulpvraag"):
        zaak.rond_af(sjabloon)
    antwoorden = {"leervraag": "enkelvoudig", "leefvraag": "complex", "problematiek": "enkelvoudig"}
    zaak.besluit("triage", "enkelvoudige_hulp", antwoorden=antwoorden)
    assert (zaak.traject.stap, zaak.traject.regie_bij) == ("nazorg", Rol.IB)


def test_een_route_die_iemand_van_buiten_laat_beslissen_houdt_het_bij_school_tot_het_mag() -> None:
    """No packaged route does so; one of tomorrow may."""
    route = kader().route
    buiten = [
        s.model_copy(
            update={"leidt": Rol.CASEMANAGER, "besluit": s.besluit.model_copy(update={"rol": Rol.CASEMANAGER})}
        )
        for s in route.stappen
    ]
    terug = [t.model_copy(update={"rol": Rol.JGZ}) for t in route.terugkerend]
    anders = route.model_copy(update={"stappen": tuple(buiten), "terugkerend": tuple(terug)})
    zaak = Zaak(frame=replace(kader(), route=anders), na_afloop=controleer)
    assert zaak.open("vervolg_signaal").rol is Rol.IB
    zaak.tot(date(2027, 1, 15))
    assert zaak.open("voortgang").rol is Rol.IB
    zaak.toestemming(SOCIAAL, Antwoord.GEGEVEN)
    zaak.rond_af("gesprek_ouders")
    zaak.besluit("vervolg_signaal", "koo_meedenken")
    assert zaak.open("vervolg_koo").rol is Rol.CASEMANAGER
    zaak.toestemming(SOCIAAL, Antwoord.INGETROKKEN, "p-ouder1")
    assert zaak.open("vervolg_koo").rol is Rol.IB


def test_een_leven_van_de_eerste_editie_doet_wat_het_deed() -> None:
    zaak = casemanager_leidt(Zaak(frame=replace(kader(), regels=1), na_afloop=controleer))
    begin = len(zaak.meldingen)
    zaak.toestemming(SOCIAAL, Antwoord.INGETROKKEN, "p-ouder1")
    assert zaak.traject.regie_bij is Rol.CASEMANAGER
    assert [(m.bericht, m.rol) for m in zaak.meldingen[begin:]] == [(Bericht.DRINGEND, Rol.CASEMANAGER)]
    geschreven = zaak.traject.model_dump_json()
    for veld in ("regie_terug_naar", "toestemming_vanaf", "gezegd_op"):
        assert veld not in geschreven, "een oude stand wordt geschreven zoals hij was"
    zaak.kader = kader()
    zaak.tot(zaak.vandaag + timedelta(days=40))
    assert zaak.traject.regie_bij is Rol.IB, "de eerste datum onder de nieuwe regels brengt het in orde"
