"""Version 2 of the route of Midden-Groningen, statement by statement: what the document demands and version 1 did not do.

The numbers in the docstrings are the lines of the source document.
"""

import pytest

from domain.consent import REGEL_VAN, Antwoord, Doel, Leeftijdsgroep, Regel
from domain.errors import AanwezigeOntbreekt, GegevenOntbreekt, ToestemmingOntbreekt, VoorwaardeOntbreekt, Weigering
from domain.kader import Kader
from domain.roles import Rol
from domain.route import EINDE, KENMERK_WAARDEN, AfspraakSjabloon, Kenmerk, Route, Soort, Status
from domain.route_bewijs import bereikbaar
from domain.route_check import compileer
from runtime.route_files import routemap
from tests.routes import test_midden_groningen as v1
from tests.support.beloften import controleer
from tests.support.zaak import GEZAG_12, Zaak, kader, routes

TEKST = (routemap() / "midden_groningen.v2.yaml").read_text(encoding="utf-8")
NODIG = {
    Rol.KOO: Doel.DELEN_KOO,
    Rol.JGZ: Doel.DELEN_JGZ,
    Rol.CASEMANAGER: Doel.DELEN_SOCIAAL_TEAM,
    Rol.GEDRAGSWETENSCHAPPER_ST: Doel.DELEN_SOCIAAL_TEAM,
}
SAMEN = (Rol.OUDERS, Rol.IB)


@pytest.fixture(scope="module")
def route() -> Route:
    return routes().nieuwste("midden_groningen")[1]


def bij_triage(problematiek_bekend: bool = True) -> Zaak:
    """In the triage: school has done its part and both parents agreed to the sociaal team, which looked too."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_triage()
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEGEVEN)
    klaar = ["onderzoek_onderwijs", "inschatting_basisondersteuning", "bespreking_ouders"]
    for sjabloon in [*klaar, *(["intake_sociaal_team", "duiding_hulpvraag"] if problematiek_bekend else [])]:
        zaak.rond_af(sjabloon)
    return zaak


def bij_opschaling() -> Zaak:
    """Support by school alone was not enough, and nobody outside school was ever asked anything."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_uitvoering()
    zaak.evalueer("opschalen")
    return zaak


def sjablonen(route: Route) -> list[tuple[str, AfspraakSjabloon]]:
    return [(s.id, a) for s in route.stappen for a in s.afspraken]


def kan(zaak: Zaak, uitkomst: str, leervraag: str, leefvraag: str, problematiek: str) -> bool:
    """Would the triage accept this outcome with these answers? Changes nothing when it does not."""
    antwoorden = {"leervraag": leervraag, "leefvraag": leefvraag, "problematiek": problematiek}
    try:
        zaak.besluit("triage", uitkomst, antwoorden=antwoorden)
    except Weigering:
        return False
    return True


def test_it_is_published_and_new_cases_begin_on_it(route: Route) -> None:
    assert (route.route, route.versie, route.status) == ("midden_groningen", 2, Status.GEPUBLICEERD)
    assert compileer(TEKST, "midden_groningen.v2.yaml") == route


def test_every_element_names_a_line_of_the_document_or_a_choice_with_a_reason(route: Route) -> None:
    bronnen = list(v1.bronnen_van(route))
    assert len(bronnen) > 130
    for bron in bronnen:
        assert all(1 <= r <= v1.REGELS_IN_DOCUMENT for r in bron.regels)
        assert len(set(bron.regels)) == len(bron.regels)
        assert bron.eigen_keuze is None or len(bron.eigen_keuze) > 15


def test_no_traject_can_get_stuck(route: Route) -> None:
    bewijs = bereikbaar(route)
    assert bewijs.geslaagd
    assert bewijs.toestanden > 5000
    assert set(bewijs.aan_zet) == {s.id for s in route.stappen}


def test_only_aftercare_leads_to_the_end(route: Route) -> None:
    assert {s.id for s in route.stappen for u in s.besluit.uitkomsten if u.naar == EINDE} == {"nazorg"}


def test_parents_read_short_sentences(route: Route) -> None:
    v1.test_ouders_lezen_korte_zinnen_en_geen_afkortingen(route)
    assert "meldcode" not in route.model_dump_json().lower()


def test_titles_can_be_told_apart_in_a_mail(route: Route) -> None:
    """The same afspraak in two steps may share its title; two that are open together may not."""
    for stap in route.stappen:
        titels = [a.titel for a in stap.afspraken] + [stap.besluit.titel]
        assert len(set(titels)) == len(titels)
        assert all(len(t) <= 105 and not t.endswith(".") for t in titels)


# --- consent (253, 263, 271, 341) -------------------------------------------------------------------------------------


def test_nobody_outside_school_owes_anything_without_the_consent_for_that_role(route: Route) -> None:
    """253, 263, 271, 341: by itself, not only because something before it needed consent."""
    assert [(s, a.id) for s, a in sjablonen(route) if a.rol in NODIG and a.toestemming is not NODIG[a.rol]] == []


def test_no_meeting_with_others_is_without_consent(route: Route) -> None:
    """43, 47, 237: whoever is invited or sits at the table, a consent comes before it."""
    met_anderen = [a for _, a in sjablonen(route) if any(w in a.id for w in ("mdo", "zat_", "uitnodiging", "externen"))]
    assert len(met_anderen) >= 8
    assert [a.id for a in met_anderen if a.toestemming is None] == []
    assert [a.id for _, a in sjablonen(route) if set(a.aanwezig) & set(NODIG) and a.toestemming is None] == []


@pytest.mark.parametrize("doel", [Doel.DELEN_JGZ, Doel.DELEN_SOCIAAL_TEAM, Doel.MDO_EXTERNEN, Doel.ZAT_BESPREKING])
def test_from_12_the_pupil_signs_too(doel: Doel) -> None:
    """263, 271, 341."""
    assert REGEL_VAN[doel] is Regel.GEZAGDRAGERS_PLUS_LEERLING_12


def test_scaling_up_opens_no_meeting_with_others_before_parents_agreed() -> None:
    """43 and 237: not on silence, and each on its own consent."""
    zaak = bij_opschaling()
    wachten = {
        Doel.ZAT_BESPREKING: "zat_bespreking",
        Doel.MDO_EXTERNEN: "mdo_opschaling",
        Doel.DELEN_SOCIAAL_TEAM: "inbreng_gemeente",
    }
    assert not any(zaak.heeft_open(s) for s in wachten.values())
    assert zaak.heeft_open("gesprek_opschaling"), "met ouders en school kan altijd"
    for doel, sjabloon in wachten.items():
        zaak.toestemming(doel, Antwoord.GEGEVEN, "p-ouder1")
        assert not zaak.heeft_open(sjabloon), "een van de twee ouders is niet genoeg"
        zaak.toestemming(doel, Antwoord.GEGEVEN, "p-ouder2")
        assert zaak.heeft_open(sjabloon)
    zaak.toestemming(Doel.MDO_EXTERNEN, Antwoord.INGETROKKEN, "p-ouder1")
    assert not zaak.heeft_open("mdo_opschaling")
    assert zaak.heeft_open("zat_bespreking"), "elk doel staat op zichzelf"


def test_parents_who_refuse_others_still_get_further_after_scaling_up() -> None:
    zaak = bij_opschaling()
    for doel in (Doel.DELEN_SOCIAAL_TEAM, Doel.MDO_EXTERNEN, Doel.ZAT_BESPREKING):
        zaak.toestemming(doel, Antwoord.GEWEIGERD)
    zaak.rond_af("gesprek_opschaling", None, *SAMEN)
    for uitkomst, fout in (("nieuwe_aanpak", VoorwaardeOntbreekt), ("nieuw_plan", ToestemmingOntbreekt)):
        with pytest.raises(fout):
            zaak.besluit("vervolg_opschaling", uitkomst)
    zaak.besluit("vervolg_opschaling", "alleen_school")
    assert (zaak.traject.stap, zaak.traject.regie_bij) == ("extra_ondersteuning", Rol.IB)


def test_others_are_invited_to_the_meeting_about_the_plan_only_with_consent() -> None:
    """47, 263, 271, 341: gemeente, GGD and anybody else, each by a question of its own."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_plan()
    assert zaak.heeft_open("uitnodiging_mdo")
    assert not zaak.heeft_open("uitnodiging_jgz")
    assert not zaak.heeft_open("uitnodiging_externen")
    zaak.toestemming(Doel.DELEN_JGZ, Antwoord.GEGEVEN)
    zaak.toestemming(Doel.MDO_EXTERNEN, Antwoord.GEGEVEN)
    assert zaak.heeft_open("uitnodiging_jgz")
    assert zaak.heeft_open("uitnodiging_externen")
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.INGETROKKEN, "p-ouder2")
    assert not zaak.heeft_open("uitnodiging_mdo")


# --- evaluation (364) -------------------------------------------------------------------------------------------------


def test_no_round_ends_without_the_contact_of_the_gemeente() -> None:
    """364: always contacts of school and gemeente. What is owed in a round does not wander into the next."""
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_plan()
    zaak.stel_plan_vast()
    for _ in range(2):
        for uitkomst in ("voortzetten", "bijstellen", "afschalen"):
            with pytest.raises(VoorwaardeOntbreekt):
                zaak.evalueer(uitkomst)
        vorige = zaak.open("contact_gemeente").id
        zaak.rond_af("contact_gemeente")
        with pytest.raises(AanwezigeOntbreekt):
            zaak.besluit("evaluatie", "voortzetten", Rol.OUDERS, Rol.IB)
        zaak.evalueer("voortzetten")
        assert zaak.open("contact_gemeente").id != vorige


def test_more_help_does_not_wait_for_the_gemeente() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_plan()
    zaak.stel_plan_vast()
    zaak.evalueer("opschalen")
    assert zaak.traject.stap == "opschaling"


def test_only_when_consent_is_gone_does_school_go_on_alone() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_plan()
    zaak.stel_plan_vast()
    with pytest.raises(VoorwaardeOntbreekt):
        zaak.evalueer("zonder_gemeente")
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.INGETROKKEN, "p-ouder1")
    zaak.evalueer("zonder_gemeente")
    assert (zaak.traject.stap, zaak.traject.regie_bij) == ("extra_ondersteuning", Rol.IB)


def test_the_six_weeks_are_called_a_choice_and_no_custom_of_the_region(route: Route) -> None:
    """364 says "regularly"; six weeks stands in another support route (P12 of docs/bronnen.md)."""
    for stap in ("uitvoering", "extra_ondersteuning"):
        keuze = route.stap(stap).besluit.bron.eigen_keuze
        assert keuze is not None
        assert "andere ondersteuningsroute" in keuze
        assert "streek" not in keuze


# --- triage (295-321) -------------------------------------------------------------------------------------------------


def test_support_by_school_asks_nothing_of_the_gemeente(route: Route) -> None:
    """168, 329: without the gemeente is without the gemeente, whatever was said about a question at home."""
    stap = route.stap("extra_ondersteuning")
    assert not stap.toestemmingen
    assert {a.rol for a in stap.afspraken} <= {Rol.LEERKRACHT, Rol.IB}
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_uitvoering("complex")
    zaak.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.GEGEVEN)
    assert not any(a.rol in NODIG for a in zaak.traject.open_afspraken)
    zaak.evalueer("bijstellen")
    assert zaak.traject.regie_bij is Rol.IB, "de gemeente doet niet mee, dus leidt zij ook niet"


@pytest.mark.parametrize(
    ("leervraag", "leefvraag", "problematiek", "wegen"),
    [
        ("geen", "complex", "meervoudig", {"hulp_gemeente"}),
        ("geen", "enkelvoudig", "enkelvoudig", {"enkelvoudige_hulp"}),
        ("complex", "complex", "multi", {"plan_van_aanpak"}),
        ("enkelvoudig", "enkelvoudig", "enkelvoudig", {"enkelvoudige_hulp", "plan_van_aanpak"}),
        ("complex", "geen", "niet_bepaald", {"basisondersteuning", "extra_ondersteuning"}),
        ("geen", "geen", "niet_bepaald", {"basisondersteuning", "extra_ondersteuning"}),
    ],
)
def test_with_consent_each_question_has_its_own_road(
    route: Route, leervraag: str, leefvraag: str, problematiek: str, wegen: set[str]
) -> None:
    """297-299, 313, 321: step 3 only with both questions, a pure question at home to the sociaal team."""
    alle = [u.id for u in route.stap("onderzoek_en_triage").besluit.uitkomsten]
    assert {u for u in alle if kan(bij_triage(), u, leervraag, leefvraag, problematiek)} == wegen


def test_with_a_single_problem_the_gemeente_has_no_regie() -> None:
    """313: also when the question at home is called complex."""
    zaak = bij_triage()
    assert kan(zaak, "enkelvoudige_hulp", "geen", "complex", "enkelvoudig")
    assert (zaak.traject.stap, zaak.traject.regie_bij) == ("nazorg", Rol.IB)


@pytest.mark.parametrize(
    ("leervraag", "leefvraag", "problematiek", "regie"),
    [
        ("enkelvoudig", "enkelvoudig", "meervoudig", Rol.IB),
        ("complex", "enkelvoudig", "niet_bepaald", Rol.IB),
        ("enkelvoudig", "complex", "meervoudig", Rol.CASEMANAGER),
        ("complex", "complex", "niet_bepaald", Rol.CASEMANAGER),
        ("complex", "complex", "enkelvoudig", Rol.IB),
        ("complex", "enkelvoudig", "multi", Rol.CASEMANAGER),
    ],
)
def test_the_regie_follows_the_table_and_the_kind_of_problem(
    leervraag: str, leefvraag: str, problematiek: str, regie: Rol
) -> None:
    """353-359, with 313 (single) and 145, 299 (seriously threatened) before it."""
    zaak = bij_triage()
    assert kan(zaak, "plan_van_aanpak", leervraag, leefvraag, problematiek)
    assert zaak.traject.regie_bij is regie


def test_no_answer_is_true_for_everybody() -> None:
    """The answers of version 2 are refused on version 1, where cases run that never knew them."""
    assert list(kader().route.waarden(Kenmerk.LEERVRAAG)) == ["geen", "enkelvoudig", "complex"]
    oud = next(r for v, r in routes().alle() if v.versie == 1)
    for kenmerk in Kenmerk:
        assert oud.waarden(kenmerk) == KENMERK_WAARDEN[kenmerk]
    zaak = Zaak(frame=Kader(oud, kader().kalender, kader().instellingen))
    zaak.naar_triage()
    antwoorden = {"leervraag": "geen", "leefvraag": "complex", "problematiek": "multi"}
    with pytest.raises(GegevenOntbreekt):
        zaak.besluit("triage", "extra_ondersteuning", antwoorden=antwoorden)


# --- crisis (301, 319) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problematiek", ["meervoudig", "multi"])
def test_agreements_about_a_crisis_are_made_whichever_way_the_triage_goes(problematiek: str) -> None:
    """301, 319: with the gemeente, with the sociaal team alone, and by school where parents want neither."""
    plan = bij_triage()
    assert kan(plan, "plan_van_aanpak", "complex", "complex", problematiek)
    assert plan.open("crisisafspraken").rol is Rol.CASEMANAGER
    hulp = bij_triage()
    assert kan(hulp, "hulp_gemeente", "geen", "complex", problematiek)
    assert hulp.open("crisisafspraken").rol is Rol.CASEMANAGER
    alleen = bij_triage()
    alleen.toestemming(Doel.DELEN_SOCIAAL_TEAM, Antwoord.INGETROKKEN, "p-ouder1")
    assert kan(alleen, "extra_ondersteuning", "complex", "complex", problematiek)
    assert alleen.open("afspraken_crisis_school").rol is Rol.IB


def test_no_plan_is_adopted_before_they_are_made() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_plan(problematiek="multi")
    zaak.rond_af("uitnodiging_mdo")
    zaak.rond_af("mdo", None, Rol.OUDERS, Rol.IB, Rol.CASEMANAGER)
    for sjabloon in ("onderwijsdoelen", "zorgdoelen", "plan"):
        zaak.rond_af(sjabloon)
    with pytest.raises(VoorwaardeOntbreekt, match="crisis"):
        zaak.besluit("plan_vaststellen", "vastgesteld", leervraag="complex", leefvraag="complex")
    zaak.rond_af("crisisafspraken")
    zaak.besluit("plan_vaststellen", "vastgesteld", leervraag="complex", leefvraag="complex")


def test_without_such_problems_a_plan_does_not_wait_for_them() -> None:
    zaak = Zaak(na_afloop=controleer)
    zaak.naar_plan(problematiek="enkelvoudig")
    assert not zaak.heeft_open("crisisafspraken")
    zaak.stel_plan_vast()
    assert zaak.traject.stap == "uitvoering"


# --- what was missing (51, 189, 194, 223, 237, 249) -------------------------------------------------------------------


def test_everybody_who_takes_part_registers_it(route: Route) -> None:
    """51: once per organisation."""
    wie = {a.rol for _, a in sjablonen(route) if a.soort is Soort.REGISTRATIE and 51 in a.bron.regels}
    assert {Rol.IB, Rol.KOO, Rol.JGZ, Rol.CASEMANAGER, Rol.REGIEVOERDER} <= wie


def test_an_arrangement_is_asked_for_by_the_ib_and_granted_by_the_coordinator() -> None:
    """194, 223; parents are spoken with before anything is sent."""
    zaak = bij_opschaling()
    zaak.rond_af("gesprek_opschaling", None, *SAMEN)
    zaak.besluit("vervolg_opschaling", "arrangement")
    assert not zaak.heeft_open("aanvraag_arrangement")
    zaak.rond_af("gesprek_arrangement", None, *SAMEN)
    zaak.rond_af("aanvraag_arrangement", Rol.IB)
    with pytest.raises(VoorwaardeOntbreekt):
        zaak.besluit("vervolg_arrangement", "toegekend")
    zaak.rond_af("antwoord_arrangement", Rol.COORDINATOR)
    zaak.besluit("vervolg_arrangement", "toegekend")
    assert zaak.traject.stap == "extra_ondersteuning"


def test_a_tlv_goes_by_the_committee_and_by_the_parents() -> None:
    """189, 239: the committee decides, one parent signs, and nobody changes schools unaccompanied."""
    zaak = bij_opschaling()
    zaak.besluit("vervolg_opschaling", "samenwerkingsverband")
    zaak.rond_af("advies_swv")
    zaak.rond_af("gesprek_advies_ouders")
    zaak.besluit("vervolg_swv", "tlv")
    zaak.rond_af("besluit_cvb")
    assert not zaak.heeft_open("aanvraag_tlv")
    zaak.toestemming(Doel.TLV_AANVRAAG, Antwoord.GEGEVEN, "p-ouder1")
    zaak.rond_af("aanvraag_tlv")
    zaak.rond_af("antwoord_tlv")
    with pytest.raises(VoorwaardeOntbreekt):
        zaak.besluit("vervolg_tlv", "overstap")
    zaak.rond_af("begeleiding_overstap")
    zaak.besluit("vervolg_tlv", "overstap")
    assert zaak.traject.stap == "nazorg"


def test_a_refused_tlv_or_arrangement_is_not_the_end() -> None:
    zaak = bij_opschaling()
    zaak.besluit("vervolg_opschaling", "samenwerkingsverband")
    zaak.rond_af("advies_swv")
    zaak.rond_af("gesprek_advies_ouders")
    zaak.besluit("vervolg_swv", "tlv")
    zaak.toestemming(Doel.TLV_AANVRAAG, Antwoord.GEWEIGERD)
    zaak.besluit("vervolg_tlv", "geen_overstap")
    zaak.rond_af("gesprek_opschaling", None, *SAMEN)
    zaak.besluit("vervolg_opschaling", "arrangement")
    zaak.besluit("vervolg_arrangement", "geen_arrangement")
    assert zaak.traject.stap == "opschaling"


def test_the_regie_stays_where_it_is_until_the_regievoerder_takes_it() -> None:
    """237 says "when needed": entering the step moves nothing, and the first thing to do is to say who has it."""
    zaak = bij_opschaling()
    assert zaak.traject.regie_bij is Rol.IB
    assert zaak.kader.route.stap("opschaling").leidt is Rol.REGIEVOERDER
    assert zaak.open("regie_bepaald").rol is Rol.REGIEVOERDER


def test_others_outside_school_bring_a_signal_only_with_consent(route: Route) -> None:
    """249, 255, 263, 267, 271: the pupil, parents and every profession the document names may begin."""
    mag = {rol: s.toestemming for s in route.signaleren for rol in s.rollen}
    assert {rol: mag[rol] for rol in NODIG} == NODIG
    assert {r for r, doel in mag.items() if doel is None} >= {Rol.OUDERS, Rol.LEERLING, Rol.LEERKRACHT, Rol.LEERPLICHT}


def test_the_pupil_from_12_is_invited_and_asked() -> None:
    zaak = Zaak(gezag=GEZAG_12, na_afloop=controleer)
    assert zaak.traject.gezag.leeftijdsgroep is Leeftijdsgroep.VAN_12_TOT_16
    zaak.naar_uitvoering()
    zaak.evalueer("opschalen")
    zaak.toestemming(Doel.ZAT_BESPREKING, Antwoord.GEGEVEN)
    assert not zaak.heeft_open("zat_bespreking")
    zaak.toestemming(Doel.ZAT_BESPREKING, Antwoord.GEGEVEN, "l-1")
    assert zaak.heeft_open("zat_bespreking")
