"""Answers to a question for consent: in which order they count, who is asked next, and who talks when they clash."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import Antwoord, Doel, Leeftijdsgroep, Stand, Vorm
from domain.effects import Bericht
from domain.errors import DatumOngeldig, GegevenOntbreekt, PersoonOnbekend, VerkeerdeRol, Weigering
from domain.handelingen import LegToestemmingVast, RondAf, WijzigGezag
from domain.ingebouwd import Ingebouwd
from domain.roles import Partij, Rol
from domain.verwoording import titel_van
from tests.support.beloften import controleer, tijdlijn_is_genoeg, weigering_is_te_begrijpen
from tests.support.zaak import GEZAG, GEZAG_12, Zaak

KOO, JGZ = Doel.DELEN_KOO, Doel.DELEN_JGZ
VRAAG = "toestemming_delen_koo"


def koo() -> Zaak:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_koo()
    return zaak


def leg_vast(zaak: Zaak, antwoord: Antwoord, op: date | None = None, wie: str = "p-ouder1", doel: Doel = KOO) -> None:
    zaak.doe(Rol.IB, LegToestemmingVast(doel=doel, persoon_id=wie, antwoord=antwoord, vorm=Vorm.SCHRIFTELIJK, op=op))


def test_een_oudere_handtekening_maakt_intrekken_niet_ongedaan() -> None:
    zaak = koo()
    zaak.toestemming(KOO, Antwoord.GEGEVEN)
    zaak.naar(date(2026, 9, 10))
    leg_vast(zaak, Antwoord.INGETROKKEN)
    zaak.naar(date(2026, 9, 14))
    with pytest.raises(DatumOngeldig) as fout:
        leg_vast(zaak, Antwoord.GEGEVEN, date(2026, 9, 2))
    weigering_is_te_begrijpen(fout.value)
    assert "donderdag 10 september 2026" in fout.value.zin
    assert zaak.traject.stand(KOO) is Stand.INGETROKKEN
    leg_vast(zaak, Antwoord.GEGEVEN, date(2026, 9, 14))
    assert zaak.traject.stand(KOO) is Stand.GEGEVEN


def test_een_antwoord_van_de_eerste_editie_wordt_ook_niet_ingehaald() -> None:
    zaak = koo()
    zaak.naar(date(2026, 9, 10))
    leg_vast(zaak, Antwoord.GEWEIGERD)
    oud = zaak.traject.toestemmingen[KOO].model_copy(update={"gezegd_op": {}})
    zaak.traject = zaak.traject.model_copy(update={"toestemmingen": {KOO: oud}})
    zaak.naar(date(2026, 9, 14))
    with pytest.raises(DatumOngeldig, match="kan een later antwoord bekend zijn"):
        leg_vast(zaak, Antwoord.GEGEVEN, date(2026, 9, 2))
    leg_vast(zaak, Antwoord.EERST_PRATEN, date(2026, 9, 2))
    assert zaak.traject.stand(KOO) is Stand.EERST_PRATEN, "wat niets toestaat telt altijd"
    with pytest.raises(DatumOngeldig):
        leg_vast(zaak, Antwoord.GEGEVEN, date(2026, 9, 3))


@given(
    st.lists(
        st.tuples(st.integers(0, 27), st.sampled_from(Antwoord), st.sampled_from(["p-ouder1", "p-ouder2"])),
        max_size=12,
    )
)
def test_in_welke_volgorde_ook_opgeschreven_het_laatst_gezegde_geldt(
    gezegd: list[tuple[int, Antwoord, str]],
) -> None:
    zaak = koo()
    zaak.naar(date(2026, 9, 28))
    for dag, antwoord, wie in gezegd:
        try:
            leg_vast(zaak, antwoord, date(2026, 9, 1 + dag), wie)
        except Weigering as weigering:
            weigering_is_te_begrijpen(weigering)
    tijdlijn_is_genoeg(zaak)  # laatste_woord_telt


def test_na_praten_en_een_ja_is_de_andere_ouder_weer_aan_zet() -> None:
    zaak = koo()
    leg_vast(zaak, Antwoord.EERST_PRATEN)
    assert zaak.open(VRAAG).bal is Partij.SCHOOL
    begin = len(zaak.meldingen)
    leg_vast(zaak, Antwoord.GEGEVEN)
    assert zaak.traject.stand(KOO) is Stand.GEDEELTELIJK
    assert zaak.open(VRAAG).bal is Partij.OUDERS
    nieuw = [(m.bericht, m.persoon_id) for m in zaak.meldingen[begin:]]
    assert nieuw == [(Bericht.TOESTEMMING, "p-ouder2")], "alleen wie nog niet antwoordde"
    begin = len(zaak.meldingen)
    zaak.tot(zaak.open(VRAAG).streefdatum)
    herinnerd = [m.rol for m in zaak.meldingen[begin:] if m.afspraak_id == zaak.open(VRAAG).id]
    assert herinnerd == [Rol.OUDERS, Rol.OUDERS]


def test_iemand_van_school_vraagt_het_ook_aan_de_leerling() -> None:
    zaak = Zaak(gezag=GEZAG_12, na_afloop=controleer)
    zaak.naar_triage()
    vragen = [a for a in zaak.traject.open_afspraken if a.sjabloon == Ingebouwd.LEERLING_VRAGEN]
    assert [(a.rol, a.bal, a.doel) for a in vragen] == [
        (Rol.IB, Partij.SCHOOL, JGZ),
        (Rol.IB, Partij.SCHOOL, Doel.DELEN_SOCIAAL_TEAM),
    ]
    assert all(a.streefdatum == zaak.open("toestemming_delen_jgz").streefdatum for a in vragen)
    assert "leerling" in titel_van(zaak.kader.route, vragen[0])
    assert "GGD" in titel_van(zaak.kader.route, vragen[0])
    leg_vast(zaak, Antwoord.GEGEVEN, wie="l-1", doel=JGZ)
    zaak.doe(Rol.IB, RondAf(afspraak_id=vragen[1].id))
    assert not zaak.heeft_open(Ingebouwd.LEERLING_VRAGEN), "het antwoord rondt het af; afvinken kan ook"
    assert zaak.heeft_open("toestemming_delen_sociaal_team"), "gevraagd is nog niet beantwoord"


def test_zegt_een_ouder_nee_dan_hoeft_de_leerling_niet_meer_gevraagd() -> None:
    zaak = Zaak(gezag=GEZAG_12, na_afloop=controleer)
    zaak.naar_triage()
    leg_vast(zaak, Antwoord.GEWEIGERD, doel=JGZ)
    assert [a.doel for a in zaak.traject.open_afspraken if a.sjabloon == Ingebouwd.LEERLING_VRAGEN] == [
        Doel.DELEN_SOCIAAL_TEAM
    ]


def test_een_meerderjarige_leerling_tekent_alleen_en_ouders_krijgen_geen_vraag() -> None:
    gezag = GEZAG.model_copy(update={"leeftijdsgroep": Leeftijdsgroep.VANAF_18})
    zaak = Zaak(gezag=gezag, na_afloop=controleer)
    zaak.naar_koo()
    vraag = zaak.open(VRAAG)
    zaak.tot(date(2026, 10, 20))
    assert {rol for _, rol in zaak.verteld(vraag)} <= {Rol.IB, Rol.REGIEVOERDER, Rol.STAGNATIEPUNT}
    assert zaak.heeft_open(Ingebouwd.LEERLING_VRAGEN)
    leg_vast(zaak, Antwoord.GEGEVEN, wie="l-1")
    assert zaak.heeft_open("gesprek_koo")


@pytest.mark.parametrize("antwoord", [Antwoord.GEWEIGERD, Antwoord.EERST_PRATEN])
def test_botsende_antwoorden_zonder_open_vraag_zijn_iemands_afspraak(antwoord: Antwoord) -> None:
    zaak = koo()
    zaak.toestemming(KOO, Antwoord.GEGEVEN)
    leg_vast(zaak, antwoord, wie="p-ouder2")
    gesprek = zaak.open(Ingebouwd.TOESTEMMING_BESPREKEN)
    assert (gesprek.rol, gesprek.doel) == (Rol.IB, KOO)
    assert not zaak.heeft_open("gesprek_koo")
    leg_vast(zaak, Antwoord.GEGEVEN, wie="p-ouder2")
    assert not zaak.heeft_open(Ingebouwd.TOESTEMMING_BESPREKEN)
    assert zaak.heeft_open("gesprek_koo")


def test_een_nieuwe_gezagdrager_moet_eerst_ja_zeggen() -> None:
    zaak = koo()
    zaak.toestemming(KOO, Antwoord.GEGEVEN)
    assert zaak.heeft_open("gesprek_koo")
    begin = len(zaak.meldingen)
    erbij = GEZAG.model_copy(update={"gezagdragers": ("p-ouder1", "p-ouder2", "p-voogd")})
    zaak.doe(Rol.DIRECTIE, WijzigGezag(gezag=erbij, vastgesteld_op=date(2026, 8, 30), vastgesteld_door="p-ib"))
    assert zaak.traject.stand(KOO) is Stand.GEDEELTELIJK
    assert not zaak.heeft_open("gesprek_koo")
    assert zaak.open(VRAAG).bal is Partij.OUDERS
    assert Bericht.TOESTEMMING in {m.bericht for m in zaak.meldingen[begin:]}
    (feit,) = [g.feit for g in zaak.feiten("gezag_gewijzigd")]
    assert feit.model_dump(include={"vastgesteld_op", "vastgesteld_door"}) == {
        "vastgesteld_op": date(2026, 8, 30),
        "vastgesteld_door": "p-ib",
    }
    zaak.doe(Rol.IB, WijzigGezag(gezag=GEZAG))
    assert zaak.traject.stand(KOO) is Stand.GEGEVEN, "wie geen gezag meer heeft, houdt niets meer tegen"
    assert not zaak.heeft_open(VRAAG)
    assert zaak.heeft_open("gesprek_koo")


def test_wie_twaalf_wordt_tekent_mee() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_triage()
    assert not zaak.heeft_open(Ingebouwd.LEERLING_VRAGEN)
    zaak.toestemming(JGZ, Antwoord.GEGEVEN)
    zaak.doe(Rol.IB, WijzigGezag(gezag=GEZAG_12))
    assert zaak.traject.stand(JGZ) is Stand.GEDEELTELIJK
    assert [a.doel for a in zaak.traject.open_afspraken if a.sjabloon == Ingebouwd.LEERLING_VRAGEN] == [
        Doel.DELEN_SOCIAAL_TEAM,
        JGZ,
    ]
    assert not zaak.heeft_open("registratie_ggd")


def test_gezag_bijwerken_kan_niet_zomaar() -> None:
    zaak = koo()
    for gezag, fout in (
        (None, GegevenOntbreekt),
        (GEZAG.model_copy(update={"gezagdragers": ()}), GegevenOntbreekt),
        (GEZAG.model_copy(update={"leerling_id": "l-2"}), PersoonOnbekend),
    ):
        with pytest.raises(fout) as gevangen:
            zaak.doe(Rol.IB, WijzigGezag(gezag=gezag))
        weigering_is_te_begrijpen(gevangen.value)
    with pytest.raises(VerkeerdeRol):
        zaak.doe(Rol.OUDERS, WijzigGezag(gezag=GEZAG))
