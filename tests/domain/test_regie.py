"""Taking over the regie and handing it back, a course that begins anew, and pages that are not out of date."""

from datetime import date, timedelta

import pytest

from domain.consent import Antwoord, Doel, Stand
from domain.errors import DatumOngeldig, RegieBlijft, VerkeerdeRol, Verouderd
from domain.handelingen import GeefRegieTerug, Heropen, NeemRegieOver, RondAf
from domain.ingebouwd import Ingebouwd
from domain.roles import Rol
from tests.domain.test_antwoorden import leg_vast
from tests.domain.test_buiten_school import SOCIAAL, casemanager_leidt
from tests.support.beloften import controleer, tijdlijn_is_genoeg
from tests.support.zaak import GEZAG_12, Zaak


def test_overgenomen_regie_blijft_liggen_tot_zij_is_teruggegeven() -> None:
    zaak = casemanager_leidt(Zaak(na_afloop=controleer))
    zaak.doe(Rol.REGIEVOERDER, NeemRegieOver())
    assert zaak.traject.regie_bij is Rol.REGIEVOERDER
    with pytest.raises(RegieBlijft):
        zaak.doe(Rol.REGIEVOERDER, NeemRegieOver())
    zaak.naar(zaak.open("evaluatie").streefdatum)
    zaak.rond_af("contact_gemeente")
    zaak.besluit("evaluatie", "voortzetten", Rol.OUDERS, Rol.LEERKRACHT, Rol.IB, rol=Rol.REGIEVOERDER)
    assert zaak.traject.regie_bij is Rol.REGIEVOERDER, "een besluit geeft haar niet vanzelf terug"
    zaak.doe(Rol.COORDINATOR, GeefRegieTerug())
    assert zaak.traject.regie_bij is Rol.CASEMANAGER
    with pytest.raises(RegieBlijft):
        zaak.doe(Rol.REGIEVOERDER, GeefRegieTerug())


def test_teruggeven_gaat_niet_naar_wie_niets_meer_mag_weten() -> None:
    zaak = casemanager_leidt(Zaak(na_afloop=controleer))
    zaak.doe(Rol.REGIEVOERDER, NeemRegieOver())
    zaak.toestemming(SOCIAAL, Antwoord.INGETROKKEN, "p-ouder1")
    assert zaak.traject.regie_bij is Rol.REGIEVOERDER
    zaak.doe(Rol.REGIEVOERDER, GeefRegieTerug())
    assert zaak.traject.regie_bij is Rol.IB


@pytest.mark.parametrize("rol", [Rol.STAGNATIEPUNT, Rol.CASEMANAGER, Rol.IB, Rol.OUDERS])
def test_wie_niet_over_de_regie_gaat_neemt_haar_niet(rol: Rol) -> None:
    with pytest.raises(VerkeerdeRol):
        Zaak().doe(rol, NeemRegieOver())


def test_heropenen_begint_opnieuw() -> None:
    zaak = casemanager_leidt(Zaak(na_afloop=controleer))
    zaak.naar(zaak.open("evaluatie").streefdatum)
    zaak.rond_af("contact_gemeente")
    zaak.evalueer("afschalen")
    zaak.rond_af("gesprek_nazorg")
    zaak.besluit("evaluatie_nazorg", "sluiten")
    dicht = zaak.vandaag
    zaak.naar(date(2028, 9, 5))
    zaak.doe(Rol.IB, Heropen(stap="onderzoek_en_triage", gezag=GEZAG_12))
    t = zaak.traject
    assert (t.regie_bij, t.kenmerken, t.gezag) == (Rol.IB, {}, GEZAG_12)
    assert t.stand(SOCIAAL) is Stand.GEEN_ANTWOORD
    assert zaak.heeft_open("toestemming_delen_sociaal_team"), "het wordt opnieuw gevraagd"
    assert not zaak.heeft_open("intake_sociaal_team")
    zaak.naar(date(2028, 9, 12))
    with pytest.raises(DatumOngeldig, match="heropend"):
        leg_vast(zaak, Antwoord.GEGEVEN, dicht, doel=SOCIAAL)
    leg_vast(zaak, Antwoord.GEGEVEN, date(2028, 9, 5), doel=SOCIAAL)
    tijdlijn_is_genoeg(zaak)


def test_een_herinnering_maakt_een_pagina_niet_verouderd() -> None:
    zaak = Zaak(na_afloop=controleer)
    gesprek, gezien = zaak.open("gesprek_ouders"), zaak.traject.versie
    zaak.tot(gesprek.streefdatum + timedelta(days=1))
    assert zaak.feiten("trede_bereikt")
    zaak.doe(Rol.LEERKRACHT, RondAf(afspraak_id=gesprek.id), gezien=gezien)
    assert not zaak.heeft_open("gesprek_ouders")


def test_een_andere_datum_maakt_een_pagina_wel_verouderd() -> None:
    zaak = Zaak(na_afloop=controleer)
    gesprek, gezien = zaak.open("gesprek_ouders"), zaak.traject.versie
    zaak.stel_uit("gesprek_ouders", date(2026, 9, 15))
    with pytest.raises(Verouderd):
        zaak.doe(Rol.LEERKRACHT, RondAf(afspraak_id=gesprek.id), gezien=gezien)


def test_eigen_stilstand_gaat_naar_een_ander() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_uitvoering()
    zaak.naar(zaak.open("evaluatie").streefdatum)
    zaak.evalueer("opschalen")
    for doel in (SOCIAAL, Doel.MDO_EXTERNEN, Doel.ZAT_BESPREKING):
        zaak.toestemming(doel, Antwoord.GEWEIGERD)
    for sjabloon in ("meedenken_ondersteuningsteam",):
        zaak.rond_af(sjabloon)
    werk = [a for a in zaak.traject.open_afspraken if a.stap == "opschaling"]
    assert {a.rol for a in werk} == {Rol.REGIEVOERDER}
    zaak.tot(zaak.vandaag + timedelta(days=150))
    assert zaak.traject.stagnatie is not None
    assert zaak.open(Ingebouwd.STAGNATIE).rol is Rol.COORDINATOR
    zaak.over_stagnatie("in_beweging")
    assert zaak.traject.stagnatie is None
