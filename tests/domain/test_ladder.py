"""An afspraak that is late climbs: who hears what, on which day, and where it ends up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from domain.consent import Antwoord, Doel
from domain.dagen import Periode
from domain.effects import Bericht
from domain.feiten import AfspraakVerzet, TredeBereikt
from domain.handelingen import DraagOver, VervangKalender
from domain.ingebouwd import Ingebouwd
from domain.kader import Kader
from domain.roles import Rol
from domain.route import Oorzaak
from runtime.kalenderbron import haal_kalender
from tests.support.zaak import Zaak, kader, kalender


def gehoord(zaak: Zaak, sjabloon: str, tot: date) -> dict[date, list[tuple[Bericht, Rol]]]:
    """What was told about an afspraak, per day."""
    afspraak = zaak.open(sjabloon)
    dagen: dict[date, list[tuple[Bericht, Rol]]] = {}
    while zaak.vandaag < tot:
        eerder = len(zaak.meldingen)
        zaak.tot(zaak.vandaag + timedelta(days=1))
        nieuw = [(m.bericht, m.rol) for m in zaak.meldingen[eerder:] if m.afspraak_id == afspraak.id]
        if nieuw:
            dagen[zaak.vandaag] = nieuw
    return dagen


def test_een_gesprek_dat_school_vergeet_klimt_naar_de_regievoerder() -> None:
    zaak = Zaak()
    assert zaak.open("gesprek_ouders").streefdatum == date(2026, 9, 8)
    assert gehoord(zaak, "gesprek_ouders", date(2026, 9, 30)) == {
        date(2026, 9, 8): [(Bericht.VANDAAG, Rol.LEERKRACHT)],
        date(2026, 9, 11): [(Bericht.HERINNERING, Rol.LEERKRACHT)],
        date(2026, 9, 15): [(Bericht.HERINNERING, Rol.LEERKRACHT)],
        date(2026, 9, 18): [(Bericht.DRINGEND, Rol.IB)],
        date(2026, 9, 22): [(Bericht.STILTE, Rol.LEERKRACHT)],
    }
    stagnatie = zaak.traject.stagnatie
    assert stagnatie is not None
    assert (stagnatie.bij, stagnatie.oorzaak, stagnatie.bron) == (Rol.REGIEVOERDER, Oorzaak.SCHOOL, "ladder")
    assert stagnatie.sinds == date(2026, 9, 29), "15 schooldagen na de streefdatum"
    assert zaak.verteld(zaak.open(Ingebouwd.STAGNATIE)) == [(Bericht.ESCALATIE, Rol.REGIEVOERDER)]


def test_een_besluit_wordt_vooraf_aangekondigd() -> None:
    zaak = Zaak()
    besluit = zaak.open("vervolg_signaal")
    zaak.tot(date(2026, 9, 16))
    assert (Bericht.VOORAF, Rol.IB) in zaak.verteld(besluit)


@pytest.mark.parametrize(
    ("doel", "sjabloon", "vooraf"),
    [
        (Doel.DELEN_SOCIAAL_TEAM, "intake_sociaal_team", ()),
        (Doel.DELEN_JGZ, "inschatting_jgz", ("registratie_ggd",)),
    ],
)
def test_wat_bij_gemeente_of_ggd_blijft_liggen_gaat_naar_het_stagnatiepunt(
    doel: Doel, sjabloon: str, vooraf: tuple[str, ...]
) -> None:
    zaak = Zaak()
    zaak.naar_triage()
    zaak.toestemming(doel, Antwoord.GEGEVEN)
    for eerst in vooraf:
        zaak.rond_af(eerst)
    laat = zaak.open(sjabloon)
    zaak.toestemming(next(d for d in (Doel.DELEN_JGZ, Doel.DELEN_SOCIAAL_TEAM) if d is not doel), Antwoord.GEWEIGERD)
    while zaak.traject.stagnatie is None:
        zaak.tot(zaak.vandaag + timedelta(days=7))
        for afspraak in zaak.traject.open_afspraken:  # school does its own work on time
            if afspraak.soort not in {"besluit", "toestemming"} and afspraak.rol in {Rol.IB, Rol.LEERKRACHT}:
                zaak.rond_af(afspraak.sjabloon)
        besluit = zaak.open("triage")
        if besluit.uitgesteld < 2 and besluit.streefdatum < zaak.vandaag:
            zaak.stel_uit("triage", date(2026, 11, 6) if besluit.uitgesteld == 0 else date(2026, 12, 4))
    assert zaak.traject.stagnatie.over == laat.id
    assert zaak.traject.stagnatie.bij is Rol.STAGNATIEPUNT


def test_wie_na_maanden_wakker_wordt_hoort_alleen_het_hoogste() -> None:
    zaak = Zaak()
    zaak.naar_koo()
    zaak.tot(date(2026, 9, 2))
    vraag, besluit = zaak.open("toestemming_delen_koo"), zaak.open("vervolg_koo")
    uitslag = zaak.spring(date(2026, 10, 12))
    assert [(m.bericht, m.rol) for m in uitslag.meldingen if m.afspraak_id == vraag.id] == [
        (Bericht.DRINGEND, Rol.IB),
        (Bericht.STILTE, Rol.IB),
    ]
    assert [m.bericht for m in uitslag.meldingen if m.afspraak_id == besluit.id] == [Bericht.HERINNERING]
    uitslag = zaak.spring(date(2027, 2, 12))
    treden = [g.feit.trede for g in uitslag.gebeurtenissen if isinstance(g.feit, TredeBereikt)]
    assert treden.count("escalatie") == 2, "opgeschreven is alles"
    oud = [(m.bericht, m.rol) for m in uitslag.meldingen if m.afspraak_id in {vraag.id, besluit.id}]
    assert oud == [], "geen stapel oude herinneringen"
    assert [m.rol for m in uitslag.meldingen if m.bericht is Bericht.ESCALATIE] == [Rol.REGIEVOERDER]


def test_aan_de_top_valt_niets_stil() -> None:
    zaak = Zaak()
    zaak.tot(date(2026, 9, 30))
    stagnatie = zaak.open(Ingebouwd.STAGNATIE)
    zaak.tot(date(2029, 5, 1))
    dagen = [
        date.fromisoformat(m.sleutel.rsplit(":", 1)[1])
        for m in zaak.meldingen
        if m.afspraak_id == stagnatie.id and m.rol is Rol.COORDINATOR and m.bericht is Bericht.ESCALATIE
    ]
    assert len(dagen) > 20
    assert all((b - a).days <= 75 for a, b in pairwise(dagen)), "hoogstens een zomer ertussen"
    assert zaak.vandaag - dagen[-1] < timedelta(days=60)


def test_een_tweede_escalatie_wacht_op_de_eerste_maar_gaat_niet_verloren() -> None:
    """Two things get late at once; only one stall is made. When that one is solved, the other one comes up."""
    zaak = Zaak()
    zaak.naar_triage()
    zaak.toestemming(Doel.DELEN_JGZ, Antwoord.GEWEIGERD)
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEWEIGERD)
    zaak.tot(date(2026, 11, 20))
    eerste = zaak.traject.stagnatie
    assert eerste is not None
    assert eerste.over == zaak.open("registratie_leerplicht").id
    zaak.rond_af("registratie_leerplicht")
    tweede = zaak.traject.stagnatie
    assert tweede is not None
    assert tweede.over == zaak.open("registratie_zorg_voor_jeugd").id


def test_uitstellen_zet_terug_op_de_trede_die_nog_komt() -> None:
    zaak = Zaak()
    zaak.naar_koo()
    zaak.tot(date(2026, 9, 15))
    vraag = zaak.open("toestemming_delen_koo")
    zaak.stel_uit("toestemming_delen_koo", date(2026, 9, 17))
    zaak.tik()
    zaak.stel_uit("toestemming_delen_koo", date(2026, 9, 18))
    zaak.tik()
    assert zaak.open("toestemming_delen_koo").trede_op == date(2026, 9, 18)
    assert [b for b, _ in zaak.verteld(vraag)].count(Bericht.HERINNERING) == 2, "geen herinnering door het uitstellen"


def test_een_gecorrigeerde_kalender_verzet_de_datum_en_zegt_waarom() -> None:
    zaak = Zaak()
    besluit, gesprek = zaak.open("vervolg_signaal"), zaak.open("gesprek_ouders")
    vrij = date(2026, 9, 14)
    zaak.kader = met_vrije_dag(vrij)
    zaak.systeem(VervangKalender())
    verzet = zaak.open("vervolg_signaal")
    assert (besluit.streefdatum, verzet.streefdatum) == (date(2026, 9, 22), date(2026, 9, 23))
    assert "Studiedag" in verzet.uitleg
    assert zaak.open("gesprek_ouders").streefdatum == gesprek.streefdatum, "dit verandert niet, dus blijft het staan"
    assert [g.feit.reden for g in zaak.gebeurtenissen if isinstance(g.feit, AfspraakVerzet)] == ["kalender"]
    zaak.kader = kader()
    zaak.systeem(VervangKalender())
    terug = zaak.open("vervolg_signaal")
    assert (terug.streefdatum, terug.uiterste) == (besluit.streefdatum, besluit.uiterste)


def test_een_kalender_vertelt_niemand_twee_keer_hetzelfde() -> None:
    zaak = Zaak()
    gesprek = zaak.open("gesprek_ouders")
    zaak.tot(date(2026, 9, 16))
    eerder = zaak.verteld(gesprek)
    zaak.kader = met_vrije_dag(date(2026, 9, 4))
    zaak.systeem(VervangKalender())
    zaak.tik()
    assert zaak.verteld(gesprek) == eerder
    zaak.tot(date(2026, 9, 18))
    assert zaak.verteld(gesprek)[-1] == (Bericht.DRINGEND, Rol.IB)


def test_een_nieuw_schooljaar_zonder_de_oude_dagen_laat_oude_afspraken_staan() -> None:
    zaak = Zaak()
    oud = zaak.open("gesprek_ouders")
    zaak.tot(date(2028, 9, 1))
    zaak.kader = Kader(zaak.kader.route, haal_kalender(kalender().regio, 2027, 3), zaak.kader.instellingen)
    zaak.systeem(VervangKalender())
    assert zaak.open("gesprek_ouders").streefdatum == oud.streefdatum
    zaak.rond_af("gesprek_ouders")


def test_een_ander_neemt_het_over_en_hoort_het() -> None:
    zaak = Zaak()
    gesprek = zaak.open("gesprek_ouders")
    zaak.doe(Rol.IB, DraagOver(afspraak_id=gesprek.id, rol=Rol.MENTOR, persoon_id="p-7"))
    laatste = zaak.meldingen[-1]
    assert (laatste.bericht, laatste.rol, laatste.persoon_id) == (Bericht.NIEUW, Rol.MENTOR, "p-7")
    zaak.tot(date(2026, 9, 18))
    assert zaak.verteld(gesprek)[-1] == (Bericht.DRINGEND, Rol.OCO), (
        "boven de mentor staat de ondersteuningscoördinator"
    )


def met_vrije_dag(dag: date) -> Kader:
    vrij = Periode(van=dag, tot_en_met=dag, naam="Studiedag")
    return Kader(kader().route, haal_kalender(kalender().regio, 2025, 5, (vrij,)), kader().instellingen)
