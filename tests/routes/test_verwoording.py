"""Every fact has words that people can read, and no afspraak is without a title."""

from datetime import date
from typing import Any, get_args

import pytest

from domain import feiten as f
from domain.consent import Antwoord, Doel, Gezag, Vorm
from domain.ingebouwd import Ingebouwd
from domain.roles import Partij, Rol
from domain.route import Aan, Oorzaak, Route, Soort, Toon
from domain.route_check import compileer
from domain.traject import Afspraak, Stagnatie, Traject, TrajectStatus, Verwijzing
from domain.verwoording import feit_in_woorden, rol_met_lidwoord, stand_in_woorden, titel_van
from runtime.route_files import routemap

DAG = date(2026, 11, 23)
GEZAG = Gezag(gezagdragers=("p-geheim",), leerling_id="l-geheim")
VERWIJZING = Verwijzing(route="midden_groningen", versie=1, hash="x")


@pytest.fixture(scope="module")
def route() -> Route:
    return compileer((routemap() / "midden_groningen.v1.yaml").read_text(encoding="utf-8"), "mg")


def afspraak(**anders: Any) -> Afspraak:
    velden: dict[str, Any] = {
        "id": "a1",
        "sjabloon": "gesprek_ouders",
        "soort": Soort.OVERLEG,
        "stap": "signaal",
        "rol": Rol.LEERKRACHT,
        "bal": Partij.SCHOOL,
        "bal_sinds": DAG,
        "geopend_op": DAG,
        "vanaf": DAG,
        "termijn": None,
        "uiterlijk": None,
        "streefdatum": DAG,
        "uiterste": DAG,
        "uitleg": "",
        "ladder": "school",
    }
    return Afspraak(**(velden | anders))


def traject(**anders: Any) -> Traject:
    velden: dict[str, Any] = {
        "traject_id": "t1",
        "swv_id": "s",
        "school_id": "c",
        "leerling_id": "l-geheim",
        "route": VERWIJZING,
        "gezag": GEZAG,
        "gestart_op": DAG,
        "stap": "signaal",
        "stap_sinds": DAG,
        "regie_bij": Rol.IB,
        "stil_sinds": DAG,
        "afspraken": (afspraak(),),
    }
    return Traject(**(velden | anders))


ZINNEN: list[tuple[f.EenFeit, str | None]] = [
    (
        f.TrajectGestart(
            traject_id="t",
            swv_id="s",
            school_id="c",
            leerling_id="l-geheim",
            route=VERWIJZING,
            gezag=GEZAG,
            regie_bij=Rol.IB,
            kalender="k",
            op=DAG,
        ),
        "Het traject is gestart.",
    ),
    (f.StapBetreden(stap="signaal", op=DAG), "De stap begon: Signaal."),
    (
        f.StapBetreden(stap="uitvoering", ronde=True, op=DAG),
        "Een nieuwe ronde begon: Uitvoering en evaluatie.",
    ),
    (
        f.AfspraakGeopend(afspraak=afspraak()),
        "Afgesproken: Gesprek met ouders over de zorg. De leerkracht doet dit, streefdatum maandag 23 november 2026.",
    ),
    (
        f.AfspraakGeopend(
            afspraak=afspraak(sjabloon="toestemming_delen_koo", soort=Soort.TOESTEMMING, doel=Doel.DELEN_KOO)
        ),
        "Er wordt een antwoord verwacht, streefdatum maandag 23 november 2026: "
        "Toestemming voor overleg met de kind-ouderondersteuner.",
    ),
    (
        f.AfspraakGedaan(afspraak_id="a1", op=DAG, aanwezig=(Rol.OUDERS, Rol.IB)),
        "Gedaan: X. Erbij waren ouders en de intern begeleider.",
    ),
    (f.AfspraakGedaan(afspraak_id="a1", op=DAG), "Gedaan: X."),
    (
        f.AfspraakVervallen(afspraak_id="a1", reden="stap_verlaten", op=DAG),
        "Vervallen: X (de route ging door naar een andere stap).",
    ),
    (
        f.AfspraakVerzet(
            afspraak_id="a1",
            reden="kalender",
            streefdatum=DAG,
            uiterste=DAG,
            uitleg="",
            trede=None,
            trede_op=None,
            uitgesteld=0,
        ),
        "Verzet naar maandag 23 november 2026: X.",
    ),
    (
        f.AfspraakOvergedragen(afspraak_id="a1", rol=Rol.BESTUUR, persoon_id="p-geheim"),
        "Overgedragen aan het schoolbestuur: X.",
    ),
    (
        f.BalVerplaatst(afspraak_id="a1", van=Partij.SCHOOL, naar=Partij.OUDERS, schooldagen=1, op=DAG),
        "Ouders kwamen aan zet na 1 schooldag: X.",
    ),
    (f.BalVerplaatst(afspraak_id="a1", van=Partij.SCHOOL, naar=Partij.SCHOOL, schooldagen=4, op=DAG), None),
    (
        f.BesluitGenomen(
            stap="onderzoek_en_triage",
            besluit="triage",
            uitkomst="plan_van_aanpak",
            kenmerken={"leervraag": "complex", "leefvraag": "complex"},
            regie_bij=Rol.CASEMANAGER,
        ),
        "Besloten: Er is een leervraag en een leefvraag, samen een plan van aanpak maken. "
        "Vastgesteld: complexe leervraag en complexe leefvraag. De regie ligt bij de casemanager jeugd.",
    ),
    (f.ToestemmingGevraagd(doel=Doel.ONDERZOEK, op=DAG), "Er is toestemming gevraagd voor onderzoek."),
    *(
        (
            f.ToestemmingVastgelegd(
                doel=Doel.ONDERZOEK, persoon_id="p-geheim", antwoord=antwoord, vorm=Vorm.MONDELING, op=DAG
            ),
            zin,
        )
        for antwoord, zin in (
            (Antwoord.GEGEVEN, "Er is toestemming gegeven voor onderzoek."),
            (Antwoord.GEWEIGERD, "Er is geen toestemming gegeven voor onderzoek."),
            (Antwoord.EERST_PRATEN, "Er is gevraagd om eerst te praten over onderzoek."),
            (Antwoord.INGETROKKEN, "De toestemming voor onderzoek is ingetrokken."),
        )
    ),
    (
        f.TredeBereikt(
            afspraak_id="a1",
            trede="t",
            toon=Toon.HERINNERING,
            aan=Aan.BAL,
            naar_rol=Rol.OUDERS,
            volgende=None,
            volgende_op=None,
        ),
        "Ouders kregen een herinnering: X.",
    ),
    (f.VensterGepland(venster="voortgang:winter", op=DAG), None),
    (f.StilteGezien(schooldagen=10, op=DAG), "10 schooldagen geen voortgang terwijl er iets klaar had moeten zijn."),
    (
        f.StagnatieVastgesteld(
            bron="ladder", oorzaak=Oorzaak.SCHOOL, bij=Rol.REGIEVOERDER, afspraak_id="a2", over="a1", op=DAG
        ),
        "Het traject kwam stil te liggen: school was aan zet. Gevraagd is de regievoerder zorg.",
    ),
    (
        f.StagnatieOpgeheven(uitkomst="mdo", op=DAG),
        "De stagnatie is opgepakt: Er komt een overleg met alle betrokkenen.",
    ),
    (f.StagnatieOpgeheven(uitkomst="voortgang", op=DAG), "Het traject loopt weer."),
    (f.BezorgingMislukt(persoon_id="p-geheim", reden="blijvend", op=DAG), "Een mail kon niet worden bezorgd."),
    (
        f.SignaalGeweigerd(code="x", op=DAG),
        "Een bericht van een ander systeem paste niet en is geweigerd.",
    ),
    (f.KalenderVervangen(kalender="k", op=DAG), "De schoolkalender is bijgewerkt."),
    (f.TrajectGesloten(op=DAG), "Het traject is gesloten."),
    (f.TrajectHeropend(op=DAG), "Het traject is heropend."),
    (
        f.RegieVerplaatst(naar=Rol.IB, reden="geen_toestemming", op=DAG),
        "Er is geen toestemming meer. De regie ligt nu bij de intern begeleider.",
    ),
    (
        f.RegieVerplaatst(naar=Rol.REGIEVOERDER, reden="overgenomen", terug_naar=Rol.IB, op=DAG),
        "De regie is overgenomen door de regievoerder zorg.",
    ),
    (
        f.GezagGewijzigd(
            gezag=Gezag(gezagdragers=("p-geheim",), leerling_id="l-geheim"),
            vastgesteld_op=DAG,
            vastgesteld_door="p-ib",
            op=DAG,
        ),
        "Opnieuw nagegaan is wie het gezag heeft. Zo nodig wordt opnieuw om toestemming gevraagd.",
    ),
]


@pytest.mark.parametrize(("feit", "zin"), ZINNEN, ids=lambda x: getattr(x, "soort", ""))
def test_elk_feit_heeft_woorden(route: Route, feit: f.EenFeit, zin: str | None) -> None:
    assert feit_in_woorden(route, feit, lambda _: "X") == zin


def test_geen_soort_feit_is_vergeten() -> None:
    soorten = set(get_args(get_args(f.EenFeit)[0]))
    assert {type(feit) for feit, _ in ZINNEN} == soorten


def test_een_zin_noemt_nooit_een_persoon(route: Route) -> None:
    for feit, _ in ZINNEN:
        assert "geheim" not in (feit_in_woorden(route, feit, lambda _: "X") or "")


def test_elke_afspraak_van_de_route_heeft_haar_titel(route: Route) -> None:
    for stap in route.stappen:
        for sjabloon in stap.afspraken:
            assert titel_van(route, afspraak(sjabloon=sjabloon.id, stap=stap.id)) == sjabloon.titel
        besluit = afspraak(sjabloon=stap.besluit.id, stap=stap.id, soort=stap.besluit.soort)
        assert titel_van(route, besluit) == stap.besluit.titel
    voortgang = afspraak(sjabloon="voortgang", stap=None, soort=Soort.VOORTGANG)
    assert titel_van(route, voortgang) == route.terugkerend[0].titel


@pytest.mark.parametrize("wat", list(Ingebouwd))
def test_ook_wat_elke_route_heeft_kent_een_titel(route: Route, wat: Ingebouwd) -> None:
    assert len(titel_van(route, afspraak(sjabloon=wat, stap=None))) > 10


def test_een_afspraak_die_de_route_niet_meer_kent_breekt_de_pagina_niet(route: Route) -> None:
    assert "eerdere versie" in titel_van(route, afspraak(sjabloon="weg"))
    assert "eerdere versie" in str(feit_in_woorden(route, f.StapBetreden(stap="weg", op=DAG), str))
    oud = f.BesluitGenomen(stap="weg", besluit="b", uitkomst="u", regie_bij=Rol.IB)
    assert "eerdere versie" in str(feit_in_woorden(route, oud, str))


def test_de_stand_zegt_wie_aan_zet_is_en_tot_wanneer(route: Route) -> None:
    assert stand_in_woorden(route, traject()) == (
        "De stap is nu: Signaal. De leerkracht is aan zet, streefdatum maandag 23 november 2026: "
        "Gesprek met ouders over de zorg."
    )
    wacht = traject(afspraken=(afspraak(rol=Rol.IB, bal=Partij.OUDERS, soort=Soort.TOESTEMMING, doel=Doel.DELEN_KOO),))
    assert "Ouders zijn aan zet" in stand_in_woorden(route, wacht)
    assert stand_in_woorden(route, traject(status=TrajectStatus.GESLOTEN)) == "Dit traject is gesloten."


def test_de_stand_zegt_dat_het_stil_ligt(route: Route) -> None:
    stagnatie = Stagnatie(
        oorzaak=Oorzaak.SAMENWERKING, bron="melding", bij=Rol.STAGNATIEPUNT, sinds=DAG, afspraak_id="a1"
    )
    assert "Het ligt stil sinds maandag 23 november 2026; de medewerker stagnatiepunt is gevraagd" in stand_in_woorden(
        route, traject(stagnatie=stagnatie)
    )


def test_rollen_krijgen_het_goede_lidwoord() -> None:
    assert rol_met_lidwoord(Rol.OUDERS) == "ouders"
    assert rol_met_lidwoord(Rol.OT_BOVENSCHOOLS) == "het bovenschools ondersteuningsteam"
    assert rol_met_lidwoord(Rol.IB) == "de intern begeleider"
