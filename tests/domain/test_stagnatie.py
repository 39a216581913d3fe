"""A case that stands still: noticed by the clock or said by a person, and always somebody's to get moving."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.consent import Antwoord, Doel
from domain.effects import Bericht
from domain.errors import AlGemeld, NietZoAfTeRonden, UitkomstOnbekend, VerkeerdeRol
from domain.feiten import StilteGezien
from domain.handelingen import DraagOver, RondAf
from domain.ingebouwd import Ingebouwd, Stagnatieuitkomst
from domain.instellingen import Instellingen
from domain.kader import Kader
from domain.roles import Partij, Rol
from domain.route import Oorzaak
from tests.support.beloften import controleer
from tests.support.zaak import Zaak, kader


def stil() -> Zaak:
    """School forgot the first talk; since 29 September it lies with the regievoerder."""
    zaak = Zaak(na_afloop=controleer)
    zaak.tot(date(2026, 9, 30))
    return zaak


def gepraat() -> Zaak:
    """Parents want to talk first; school lets it lie. The ladder would wait 4 school weeks, silence does not."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_koo()
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.EERST_PRATEN, "p-ouder1")
    return zaak


def test_stilte_waarschuwt_eerst_en_gaat_dan_naar_de_regievoerder() -> None:
    zaak = gepraat()
    zaak.tot(date(2026, 9, 28))
    assert not zaak.feiten("stilte_gezien")
    zaak.tot(date(2026, 9, 29))
    assert [g.feit.schooldagen for g in zaak.gebeurtenissen if isinstance(g.feit, StilteGezien)] == [10]
    assert (zaak.meldingen[-1].bericht, zaak.meldingen[-1].rol) == (Bericht.STILTE, Rol.IB)
    zaak.tot(date(2026, 10, 5))
    assert zaak.traject.stagnatie is None
    zaak.tot(date(2026, 10, 6))
    assert zaak.traject.stagnatie is not None
    assert (zaak.traject.stagnatie.bron, zaak.traject.stagnatie.bij) == ("stilte", Rol.REGIEVOERDER)


def test_uitgestelde_dagen_tellen_niet_als_stilte() -> None:
    zaak = gepraat()
    zaak.stel_uit("toestemming_delen_koo", date(2026, 9, 29), Rol.IB)
    zaak.tot(date(2026, 10, 6))
    assert not zaak.feiten("stilte_gezien")
    assert zaak.traject.stagnatie is None


def test_vakantie_telt_niet_als_stilte() -> None:
    zaak = Zaak(Zaak().nu.replace(month=12, day=17))
    zaak.tot(date(2027, 1, 14))
    assert not zaak.feiten("stilte_gezien")


def test_uitstellen_of_overdragen_is_geen_voortgang() -> None:
    zaak = gepraat()
    zaak.tot(date(2026, 10, 6))
    zaak.stel_uit("toestemming_delen_koo", date(2026, 10, 20), Rol.IB)
    vraag = zaak.open("toestemming_delen_koo")
    zaak.doe(Rol.IB, DraagOver(afspraak_id=vraag.id, rol=Rol.DIRECTIE))
    assert zaak.traject.stagnatie is not None, "zo haal je een zaak niet weg bij de regievoerder"
    zaak.toestemming(Doel.DELEN_KOO, Antwoord.GEWEIGERD)
    assert zaak.traject.stagnatie is None, "een antwoord is wel voortgang"


def test_echt_iets_doen_heft_een_stilstand_van_de_klok_op() -> None:
    zaak = stil()
    stagnatie = zaak.open(Ingebouwd.STAGNATIE)
    zaak.rond_af("gesprek_ouders")
    assert zaak.traject.stagnatie is None
    afgedaan = zaak.traject.afspraak(stagnatie.id)
    assert afgedaan is not None
    assert not afgedaan.open
    assert zaak.traject.wachtdagen[Partij.SCHOOL] > 0


def test_ouders_zeggen_dat_het_stil_ligt() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.ligt_stil(Rol.OUDERS)
    stagnatie = zaak.traject.stagnatie
    assert stagnatie is not None
    assert (stagnatie.bron, stagnatie.bij, stagnatie.over) == (
        "melding",
        Rol.STAGNATIEPUNT,
        zaak.open("gesprek_ouders").id,
    )
    assert zaak.meldingen[-1].bericht is Bericht.ESCALATIE
    zaak.rond_af("gesprek_ouders")
    assert zaak.traject.stagnatie is not None, "wat een mens meldde, verklaart een mens voor voorbij"
    zaak.over_stagnatie(Stagnatieuitkomst.IN_BEWEGING)
    assert zaak.traject.stagnatie is None


def test_twee_keer_hetzelfde_melden_hoeft_niet() -> None:
    zaak = Zaak()
    zaak.ligt_stil(Rol.OUDERS)
    with pytest.raises(AlGemeld):
        zaak.ligt_stil(Rol.IB)
    zaak.ligt_stil(Rol.IB, Oorzaak.SCHOOL)
    assert zaak.traject.stagnatie is not None
    assert zaak.traject.stagnatie.bij is Rol.REGIEVOERDER
    assert zaak.traject.stagnatie.over == zaak.open("gesprek_ouders").id, "het gaat nog steeds over dezelfde afspraak"


@pytest.mark.parametrize(
    ("oorzaak", "rol", "kan"),
    [
        (Oorzaak.SCHOOL, Rol.REGIEVOERDER, {"in_beweging", "mdo", "swv", "naar_stagnatiepunt"}),
        (Oorzaak.VERZUIM, Rol.REGIEVOERDER, {"in_beweging", "mdo", "swv", "naar_stagnatiepunt"}),
        (Oorzaak.SAMENWERKING, Rol.STAGNATIEPUNT, {"in_beweging", "mdo", "naar_regievoerder"}),
    ],
)
def test_wat_wie_kan_kiezen(oorzaak: Oorzaak, rol: Rol, kan: set[str]) -> None:
    gelukt = set()
    for keuze in Stagnatieuitkomst:
        zaak = Zaak(na_afloop=controleer)
        zaak.ligt_stil(Rol.OUDERS, oorzaak)
        assert zaak.open(Ingebouwd.STAGNATIE).rol is rol
        try:
            zaak.over_stagnatie(keuze)
        except UitkomstOnbekend:
            continue
        gelukt.add(keuze.value)
    assert gelukt == kan, "het stagnatiepunt bemiddelt: het kan het samenwerkingsverband niet zelf inschakelen"


@pytest.mark.parametrize(
    ("uitkomst", "wat", "rol"),
    [
        (Stagnatieuitkomst.MDO, Ingebouwd.MDO_BIJEENROEPEN, Rol.REGIEVOERDER),
        (Stagnatieuitkomst.SWV, Ingebouwd.SWV_MEEDENKEN, Rol.COORDINATOR),
    ],
)
@pytest.mark.parametrize("maak", [stil, gepraat])
def test_eerst_nog_iets_doen_laat_de_stilstand_staan(
    uitkomst: str, wat: Ingebouwd, rol: Rol, maak: Callable[[], Zaak]
) -> None:
    zaak = maak()
    zaak.tot(date(2026, 10, 6))
    voor = zaak.open(Ingebouwd.STAGNATIE).streefdatum
    zaak.over_stagnatie(uitkomst)
    assert zaak.traject.stagnatie is not None
    assert zaak.open(wat).rol is rol
    assert zaak.open(Ingebouwd.STAGNATIE).streefdatum > max(voor, zaak.open(wat).streefdatum)
    with pytest.raises(AlGemeld):
        zaak.over_stagnatie(uitkomst)
    zaak.rond_af(wat)
    assert zaak.traject.stagnatie is not None, "na het overleg zegt de regievoerder hoe het verder gaat"


def test_weer_in_beweging_geeft_een_nieuwe_datum() -> None:
    zaak = stil()
    zaak.over_stagnatie(Stagnatieuitkomst.IN_BEWEGING)
    gesprek = zaak.open("gesprek_ouders")
    assert gesprek.streefdatum == date(2026, 10, 7), "vijf schooldagen"
    assert "stil lag" in gesprek.uitleg
    zaak.tot(date(2026, 10, 7))
    assert zaak.verteld(gesprek)[-1] == (Bericht.VANDAAG, Rol.LEERKRACHT), "de ladder begint opnieuw"


def test_na_het_oplossen_is_ook_het_andere_dat_te_laat_was_niet_vergeten() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.tot(date(2026, 11, 1))
    assert zaak.open("vervolg_signaal").trede is None
    zaak.over_stagnatie(Stagnatieuitkomst.IN_BEWEGING)
    assert all(a.trede_op is not None for a in zaak.traject.open_afspraken)


def test_niemand_verklaart_zijn_eigen_stilstand_voor_voorbij() -> None:
    zaak = stil()
    with pytest.raises(VerkeerdeRol):
        zaak.over_stagnatie(Stagnatieuitkomst.IN_BEWEGING, Rol.IB)
    afspraak = zaak.open(Ingebouwd.STAGNATIE)
    with pytest.raises(VerkeerdeRol):
        zaak.doe(Rol.IB, DraagOver(afspraak_id=afspraak.id, rol=Rol.IB))
    with pytest.raises(NietZoAfTeRonden):
        zaak.doe(Rol.REGIEVOERDER, DraagOver(afspraak_id=afspraak.id, rol=Rol.DIRECTIE))


def test_de_regievoerder_kan_een_stilstand_overdragen_en_terugkrijgen() -> None:
    zaak = stil()
    zaak.doe(Rol.REGIEVOERDER, DraagOver(afspraak_id=zaak.open(Ingebouwd.STAGNATIE).id, rol=Rol.COORDINATOR))
    assert zaak.open(Ingebouwd.STAGNATIE).rol is Rol.COORDINATOR
    with pytest.raises(AlGemeld) as fout:
        zaak.ligt_stil(Rol.OUDERS, Oorzaak.SCHOOL)
    assert "coördinator" in fout.value.zin
    zaak.over_stagnatie(Stagnatieuitkomst.NAAR_REGIEVOERDER)
    assert zaak.traject.stagnatie is not None
    assert zaak.traject.stagnatie.bij is Rol.REGIEVOERDER


def test_een_school_mag_andere_getallen_kiezen() -> None:
    anders = Instellingen(anders={"stilte_stagnatie": Instellingen().termijn("herstart")})
    zaak = Zaak(frame=Kader(kader().route, kader().kalender, anders))
    zaak.tot(date(2026, 9, 15))
    assert zaak.traject.stagnatie is not None
    assert zaak.traject.stagnatie.bron == "stilte"


def test_na_een_waarschuwing_geen_tweede_omdat_iemand_oud_werk_bijschrijft() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.rond_af("gesprek_ouders")
    zaak.tot(date(2026, 9, 23))
    assert len(zaak.feiten("stilte_gezien")) == 1
    zaak.doe(Rol.LEERKRACHT, RondAf(afspraak_id=zaak.open("dossiernotitie").id, op=date(2026, 9, 2)))
    zaak.tik()
    assert len(zaak.feiten("stilte_gezien")) == 1
    zaak.rond_af("overleg_ib")
    zaak.tot(date(2026, 10, 8))
    assert len(zaak.feiten("stilte_gezien")) == 2, "een nieuwe stilte krijgt wel een nieuwe waarschuwing"
