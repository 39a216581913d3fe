"""The rhythm of school years: evaluations every six school weeks, two reviews a year, aftercare, closing, reopening."""

from datetime import date, timedelta

import pytest

from domain.consent import Antwoord, Doel
from domain.dagen import is_schooldag
from domain.effects import Bericht
from domain.errors import (
    AanwezigeOntbreekt,
    StapOnbekend,
    TrajectIsGesloten,
    TrajectLoopt,
    VerkeerdeRol,
    VoorwaardeOntbreekt,
)
from domain.handelingen import MeldBezorging, MeldSignaal
from domain.ingebouwd import Ingebouwd
from domain.progress import next_wake
from domain.roles import Rol
from domain.traject import TrajectStatus
from tests.support.beloften import controleer, tijdlijn_is_genoeg
from tests.support.zaak import START, Zaak, kalender, proefkader


def in_uitvoering(leefvraag: str = "geen") -> Zaak:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_uitvoering(leefvraag)
    return zaak


def gesloten() -> Zaak:
    zaak = in_uitvoering()
    zaak.evalueer("afschalen")
    zaak.tot(zaak.open("gesprek_nazorg").streefdatum)
    zaak.rond_af("gesprek_nazorg")
    zaak.tot(zaak.open("evaluatie_nazorg").streefdatum)
    zaak.besluit("evaluatie_nazorg", "sluiten")
    return zaak


def test_zes_schoolweken_over_kerst_en_zomer_heen_met_uitleg() -> None:
    zaak = in_uitvoering()
    gepland: list[tuple[date, str]] = []
    while zaak.vandaag < date(2027, 10, 1):
        evaluatie = zaak.open("evaluatie")
        gepland.append((evaluatie.streefdatum, evaluatie.uitleg))
        zaak.tot(evaluatie.streefdatum + timedelta(days=3))  # held a few days late, each time
        zaak.evalueer("voortzetten")
    assert [dag for dag, _ in gepland] == [
        date(2026, 10, 20),
        date(2026, 12, 1),
        date(2027, 1, 26),
        date(2027, 3, 16),
        date(2027, 5, 4),
        date(2027, 6, 15),
        date(2027, 9, 7),
        date(2027, 10, 26),
    ], "telt vanaf de geplande dag: een late evaluatie schuift de volgende niet op"
    per_dag = dict(gepland)
    assert "herfstvakantie telt niet mee (1 week)" in per_dag[date(2026, 10, 20)]
    assert "kerstvakantie telt niet mee (2 weken)" in per_dag[date(2027, 1, 26)]
    assert "zomervakantie telt niet mee (6 weken)" in per_dag[date(2027, 9, 7)]
    assert "telt" not in per_dag[date(2026, 12, 1)]


def test_een_evaluatie_van_maanden_geleden_plant_geen_volgende_in_het_verleden() -> None:
    zaak = in_uitvoering()
    zaak.tot(date(2027, 2, 1))
    zaak.evalueer("bijstellen")
    assert zaak.open("evaluatie").streefdatum == date(2027, 3, 22), "gerekend vanaf vandaag"


def test_bij_de_evaluatie_horen_ouders_leerkracht_en_ib_er() -> None:
    zaak = in_uitvoering()
    with pytest.raises(AanwezigeOntbreekt) as fout:
        zaak.besluit("evaluatie", "voortzetten", Rol.IB, Rol.LEERKRACHT)
    assert "ouders" in fout.value.zin
    assert "leerkracht" not in fout.value.zin


def test_de_gemeente_draagt_bij_aan_elke_evaluatie_zolang_de_ouders_dat_goed_vinden() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_plan()
    zaak.stel_plan_vast()
    zaak.rond_af("contact_gemeente")
    zaak.evalueer("voortzetten")
    assert zaak.heeft_open("contact_gemeente"), "elke ronde opnieuw"
    assert not zaak.heeft_open("toestemming_delen_sociaal_team")
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.INGETROKKEN, "p-ouder1")
    assert not zaak.heeft_open("contact_gemeente")
    zaak.evalueer("zonder_gemeente")
    assert zaak.traject.stap == "extra_ondersteuning"
    zaak.evalueer("voortzetten")
    assert not zaak.heeft_open("contact_gemeente")


def test_twee_keer_per_schooljaar_voortgang_drie_jaar_lang() -> None:
    zaak = in_uitvoering()
    geopend: list[date] = []
    while zaak.vandaag < date(2029, 7, 1):
        zaak.tot(zaak.vandaag + timedelta(days=7))
        if zaak.open("evaluatie").streefdatum <= zaak.vandaag:
            zaak.evalueer("voortzetten")
        for afspraak in zaak.traject.open_afspraken:
            if afspraak.sjabloon == "voortgang":
                geopend.append(afspraak.geopend_op)
                assert is_schooldag(kalender(), afspraak.streefdatum)
                einde = (2, 28) if afspraak.geopend_op.month == 1 else (6, 30)
                assert afspraak.uiterste <= date(afspraak.geopend_op.year, *einde)
                zaak.rond_af("voortgang")
    assert geopend == [date(jaar, maand, 10) for jaar in (2027, 2028, 2029) for maand in (1, 5)], (
        "in januari en in mei, ook als niemand eraan dacht"
    )


def test_wie_laat_in_het_venster_begint_krijgt_het_pas_volgend_jaar() -> None:
    assert Zaak(START.replace(year=2027, month=1, day=20)).traject.vensters["voortgang:winter"] == date(2027, 1, 21)
    assert Zaak(START.replace(year=2027, month=2, day=15)).traject.vensters["voortgang:winter"] == date(2028, 1, 10)


def test_na_anderhalf_jaar_stilte_is_er_een_voortgang_en_niet_drie() -> None:
    zaak = Zaak()
    zaak.spring(date(2028, 3, 1))
    assert len([a for a in zaak.traject.open_afspraken if a.sjabloon == "voortgang"]) == 2, "een per venster"
    assert zaak.traject.vensters == {"voortgang:winter": date(2029, 1, 10), "voortgang:zomer": date(2028, 5, 10)}


def test_nazorg_en_sluiten() -> None:
    zaak = in_uitvoering()
    zaak.evalueer("afschalen")
    with pytest.raises(VoorwaardeOntbreekt):
        zaak.besluit("evaluatie_nazorg", "sluiten")
    assert zaak.open("gesprek_nazorg").streefdatum < zaak.open("evaluatie_nazorg").streefdatum
    zaak = gesloten()
    assert zaak.traject.status is TrajectStatus.GESLOTEN
    assert next_wake(zaak.kader, zaak.traject) is None
    assert (zaak.meldingen[-1].bericht, zaak.meldingen[-1].rol) == (Bericht.STAND_OUDERS, Rol.OUDERS)
    verteld = len(zaak.meldingen)
    zaak.tot(date(2028, 1, 1))
    assert len(zaak.meldingen) == verteld, "na het sluiten hoort niemand er meer iets van"
    with pytest.raises(TrajectIsGesloten):
        zaak.ligt_stil()


def test_heropenen_begint_waar_iemand_dat_wil() -> None:
    zaak = gesloten()
    zaak.tot(date(2027, 6, 1))
    with pytest.raises(VerkeerdeRol):
        zaak.heropen(rol=Rol.OUDERS)
    with pytest.raises(StapOnbekend):
        zaak.heropen("bestaat_niet")
    zaak.heropen("onderzoek_en_triage")
    assert zaak.traject.stap == "onderzoek_en_triage"
    assert zaak.heeft_open("triage")
    assert min(zaak.traject.vensters.values()) > zaak.vandaag
    with pytest.raises(TrajectLoopt):
        zaak.heropen()
    zaak.tot(date(2027, 9, 1))
    tijdlijn_is_genoeg(zaak)


def test_opschalen_kan_pas_na_het_vooroverleg() -> None:
    zaak = Zaak(frame=proefkader(), na_afloop=controleer)
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEGEVEN)
    zaak.rond_af("overleg", None, Rol.OUDERS, Rol.IB)
    zaak.besluit("interventies", "starten", leervraag="complex", leefvraag="complex")
    assert zaak.traject.regie_bij is Rol.CASEMANAGER, "complexe leefvraag: de gemeente heeft de regie"
    with pytest.raises(VoorwaardeOntbreekt) as fout:
        zaak.evalueer("opschalen")
    assert "Vooroverleg met schoolbegeleider" in fout.value.zin
    with pytest.raises(AanwezigeOntbreekt):
        zaak.rond_af("vooroverleg", None, Rol.SCHOOLBEGELEIDER)
    zaak.rond_af("vooroverleg", None, Rol.SCHOOLBEGELEIDER, Rol.OWM)
    zaak.evalueer("opschalen")
    assert zaak.traject.stap == "mdo"


def test_een_voorwaarde_zegt_wat_er_moet_kloppen() -> None:
    zaak = Zaak(frame=proefkader())
    with pytest.raises(VoorwaardeOntbreekt) as fout:
        zaak.besluit("interventies", "basis", leervraag="complex", leefvraag="complex")
    assert fout.value.zin == "'De basisaanpak is genoeg' kan alleen als dit klopt: er is geen leefvraag."


def test_een_mail_die_niet_aankomt_is_werk_voor_iemand() -> None:
    zaak = Zaak(na_afloop=controleer)
    for _ in range(2):
        zaak.systeem(MeldBezorging(persoon_id="p-9", rol=Rol.OUDERS, reden="blijvend"))
        zaak.systeem(MeldSignaal(code="onleesbaar"))
    zaak.systeem(MeldBezorging(persoon_id="p-8", rol=Rol.IB, reden="onbekend"))
    assert [(a.sjabloon, a.rol, a.over) for a in zaak.traject.open_afspraken if a.sjabloon in tuple(Ingebouwd)] == [
        (Ingebouwd.CONTACT_HERSTELLEN, Rol.IB, "p-9"),
        (Ingebouwd.SIGNAAL_BEKIJKEN, Rol.COORDINATOR, None),
        (Ingebouwd.MAIL_NAKIJKEN, Rol.DIRECTIE, "p-8"),
    ], "niet twee keer hetzelfde, en de IB'er herstelt niet zijn eigen adres"
    assert len(zaak.feiten("signaal_geweigerd")) == 2
