"""The route of Midden-Groningen holds what the document demands, and every element says where it comes from."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from domain.consent import REGEL_VAN, Doel, Regel
from domain.roles import Rol
from domain.route import EINDE, Aan, AfspraakSjabloon, Anker, Bron, Oorzaak, Route, Soort, Status
from domain.route_bewijs import bereikbaar
from domain.route_check import compileer
from domain.termijn import Klok
from runtime.route_files import routemap

# The length of the source document; a line beyond it does not exist.
REGELS_IN_DOCUMENT = 372
TEKST = (routemap() / "midden_groningen.v1.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def route() -> Route:
    return compileer(TEKST, "midden_groningen.v1.yaml")


def bronnen_van(deel: object) -> Iterator[Bron]:
    """The source of every element of the route that has to say where it comes from."""
    if isinstance(deel, Bron):
        yield deel
    elif isinstance(deel, BaseModel):
        for naam in type(deel).model_fields:
            yield from bronnen_van(getattr(deel, naam))
    elif isinstance(deel, tuple):
        for kind in deel:
            yield from bronnen_van(kind)


def test_het_is_de_gepubliceerde_route_van_dit_schooljaar(route: Route) -> None:
    assert (route.route, route.versie, route.status) == ("midden_groningen", 1, Status.GEPUBLICEERD)
    assert route.geldig_vanaf.isoformat() == "2026-08-01"


def test_elk_onderdeel_noemt_een_regel_van_het_document_of_een_eigen_keuze(route: Route) -> None:
    bronnen = list(bronnen_van(route))

    assert len(bronnen) > 80
    for bron in bronnen:
        assert all(1 <= r <= REGELS_IN_DOCUMENT for r in bron.regels)
        assert len(set(bron.regels)) == len(bron.regels)
        assert bron.eigen_keuze is None or len(bron.eigen_keuze) > 15, "een keuze heeft een reden"


def test_getallen_die_het_document_niet_noemt_heten_een_eigen_keuze(route: Route) -> None:
    assert all(ladder.bron.eigen_keuze for ladder in route.ladders)


def test_geen_traject_kan_vastlopen(route: Route) -> None:
    bewijs = bereikbaar(route)

    assert bewijs.geslaagd
    assert bewijs.toestanden > 1000
    assert set(bewijs.aan_zet) == {s.id for s in route.stappen}
    assert all(rollen for rollen in bewijs.aan_zet.values())


def test_de_stappen_staan_in_de_volgorde_van_het_document(route: Route) -> None:
    assert [s.id for s in route.stappen] == [
        "signaal",
        "overleg_koo",
        "onderzoek_en_triage",
        "plan_van_aanpak",
        "uitvoering",
        "opschaling",
        "samenwerkingsverband",
        "nazorg",
    ]


def test_de_leerkracht_praat_altijd_eerst_met_ouders(route: Route) -> None:
    """Line 253: parents first; the note and the talk with the IB come after it, and no outcome goes around it."""
    signaal = route.stap("signaal")
    assert {a.id for a in signaal.afspraken if not a.na} == {"gesprek_ouders"}
    for uitkomst in signaal.besluit.uitkomsten:
        assert "gesprek_ouders" in [e.afspraak for e in uitkomst.vereist]


def test_delen_met_anderen_kan_alleen_met_de_toestemming_die_het_document_noemt(route: Route) -> None:
    """Lines 253, 263, 271, 341: KOO, JGZ and sociaal team each behind their own consent, from 12 the pupil too."""
    nodig = {Rol.KOO: Doel.DELEN_KOO, Rol.JGZ: Doel.DELEN_JGZ, Rol.CASEMANAGER: Doel.DELEN_SOCIAAL_TEAM}
    vrij = [
        a.id
        for s in route.stappen
        for a in s.afspraken
        if a.rol in nodig and a.toestemming is not nodig[a.rol] and not _erft_toestemming(s.afspraken, a, nodig[a.rol])
    ]
    assert vrij == []
    for doel in (Doel.DELEN_JGZ, Doel.DELEN_SOCIAAL_TEAM):
        assert REGEL_VAN[doel] is Regel.GEZAGDRAGERS_PLUS_LEERLING_12


def _erft_toestemming(alle: tuple[AfspraakSjabloon, ...], afspraak: AfspraakSjabloon, doel: Doel) -> bool:
    """It comes after an afspraak that needs the consent."""
    return any(a.toestemming is doel for a in alle if a.id in afspraak.na)


def test_in_de_triage_worden_drie_registraties_nagekeken(route: Route) -> None:
    registraties = [
        a.verwijst_naar for a in route.stap("onderzoek_en_triage").afspraken if a.soort is Soort.REGISTRATIE
    ]
    assert sorted(str(r) for r in registraties) == ["ggd", "leerplicht", "zorg_voor_jeugd_groningen"]


def test_uitkomsten_met_de_gemeente_vragen_toestemming_en_zonder_kan_het_ook(route: Route) -> None:
    uitkomsten = {u.id: u for u in route.stap("onderzoek_en_triage").besluit.uitkomsten}
    met = {n for n, u in uitkomsten.items() if Doel.DELEN_SOCIAAL_TEAM in [e.toestemming for e in u.vereist]}
    assert met == {"enkelvoudige_hulp", "plan_van_aanpak"}
    assert uitkomsten["enkelvoudige_hulp"].naar == "nazorg"


def test_het_mdo_is_binnen_twee_schoolweken_met_ouders_school_en_gemeente(route: Route) -> None:
    afspraken = {a.id: a for a in route.stap("plan_van_aanpak").afspraken}
    keten = [afspraken[i].termijn for i in ("uitnodiging_mdo", "mdo")]
    assert sum(t.aantal or 0 for t in keten) == 2
    assert {t.klok for t in keten} == {Klok.SCHOOLWEKEN}
    assert {Rol.OUDERS, Rol.IB, Rol.CASEMANAGER} <= set(afspraken["mdo"].aanwezig)
    assert afspraken["uitnodiging_leerling"].als == "leerling_vanaf_12"


@pytest.mark.parametrize(
    ("leervraag", "leefvraag", "regie"),
    [
        ("enkelvoudig", "enkelvoudig", Rol.IB),
        ("complex", "enkelvoudig", Rol.IB),
        ("enkelvoudig", "complex", Rol.CASEMANAGER),
        ("complex", "complex", Rol.CASEMANAGER),
    ],
)
def test_de_regie_volgt_de_tabel_van_regel_353_tot_359(
    route: Route, leervraag: str, leefvraag: str, regie: Rol
) -> None:
    gevonden = [r.regie for r in route.regie.regels if (r.leervraag, r.leefvraag) == (leervraag, leefvraag)]
    assert gevonden == [regie]


def test_de_evaluatie_komt_elke_zes_schoolweken_met_ouders_leerkracht_en_ib(route: Route) -> None:
    besluit = route.stap("uitvoering").besluit
    assert (besluit.soort, besluit.anker) == (Soort.EVALUATIE, Anker.PLAN)
    assert besluit.termijn.instelling == "evaluatie_interval"
    assert set(besluit.aanwezig) == {Rol.OUDERS, Rol.LEERKRACHT, Rol.IB}
    assert {u.id: u.naar for u in besluit.uitkomsten} == {
        "voortzetten": "uitvoering",
        "bijstellen": "uitvoering",
        "opschalen": "opschaling",
        "afschalen": "nazorg",
    }


def test_stagnatie_gaat_naar_wie_het_document_noemt(route: Route) -> None:
    assert route.stagnatie.naar == {
        Oorzaak.SAMENWERKING: Rol.STAGNATIEPUNT,
        Oorzaak.SCHOOL: Rol.REGIEVOERDER,
        Oorzaak.VERZUIM: Rol.REGIEVOERDER,
    }
    laatste = {x.id: x.treden[-1] for x in route.ladders}
    assert laatste.pop("stagnatie").aan is Rol.COORDINATOR
    assert {t.aan for t in laatste.values()} == {Aan.ESCALATIEPUNT}


def test_herinneringen_over_toestemming_gaan_naar_wie_moet_antwoorden_en_dan_belt_school(route: Route) -> None:
    treden = route.ladder("toestemming").treden
    assert [(t.na.aantal, t.na.klok, t.aan) for t in treden[:3]] == [
        (-5, Klok.WERKDAGEN, Aan.BAL),
        (0, Klok.WERKDAGEN, Aan.BAL),
        (5, Klok.WERKDAGEN, Aan.EIGENAAR),
    ]


def test_de_voortgang_komt_twee_keer_per_schooljaar(route: Route) -> None:
    (voortgang,) = route.terugkerend
    assert voortgang.rol is Rol.LEERKRACHT
    assert [(v.van, v.tot_en_met) for v in voortgang.vensters] == [("01-10", "02-28"), ("05-10", "06-30")]


def test_alleen_nazorg_leidt_naar_het_einde(route: Route) -> None:
    """Nobody closes a traject without somebody having asked how things are."""
    assert {s.id for s in route.stappen for u in s.besluit.uitkomsten if u.naar == EINDE} == {"nazorg"}


def test_de_meldcode_staat_nergens_in_de_route(route: Route) -> None:
    assert "meldcode" not in route.model_dump_json().lower()


def test_ouders_lezen_korte_zinnen_en_geen_afkortingen(route: Route) -> None:
    for stap in route.stappen:
        for zin in re.split(r"(?<=[.?!])\s+", stap.ouders_horen.strip()):
            assert len(zin.split()) <= 18, zin
        assert not re.search(r"\b(MDO|ZAT|OPP|SWV|JGZ|KOO|IB|SOP|TLV)\b", stap.ouders_horen), stap.id


def test_titels_passen_in_een_mail(route: Route) -> None:
    titels = [a.titel for s in route.stappen for a in s.afspraken] + [s.besluit.titel for s in route.stappen]
    assert len(set(titels)) == len(titels), "twee afspraken met dezelfde titel zijn in een mail niet te onderscheiden"
    for titel in titels:
        assert len(titel) <= 100, titel
        assert not titel.endswith(".")
