"""The words on the pages: one word for one thing, who said what, and nothing a reader cannot follow."""

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from api.pages.beeld import Rondes, rondes_van
from api.pages.bronnen import BRONNEN
from api.woorden import dagen
from domain.consent import Antwoord, Doel, Vorm
from domain.feiten import StapBetreden
from domain.handelingen import LegToestemmingVast, MeldStilstand, NeemBesluit, RondAf, StelUit, Uitstelreden
from domain.instellingen import STANDAARD
from domain.roles import Rol
from domain.route import Oorzaak
from domain.tijd import in_woorden
from tests.api.test_pages import HTML, TRAJECT, formulier, pagina
from tests.storage.zaken import Verhaal as Feiten
from tests.support import voorbeeld as v
from tests.support.site import VAN_ONS, VANDAAG, Site

DOCS = Path(__file__).parents[2] / "docs" / "bronnen.md"
BEGIN = VANDAAG.replace(month=11, day=2)


async def begin(s: Site) -> v.Verhaal:
    return await v.Verhaal.start(s.db, v.LEERLING, BEGIN, traject_id=TRAJECT, nu=s.diensten.klok.nu())


async def vraagt_toestemming(s: Site) -> v.Verhaal:
    """School wants to talk with the kind-ouderondersteuner; both parents are asked."""
    loop = await begin(s)
    loop.doet(RondAf(afspraak_id=loop.afspraak("gesprek_ouders")), Rol.LEERKRACHT, v.LEERKRACHT)
    besluit = NeemBesluit(afspraak_id=loop.afspraak("vervolg_signaal"), uitkomst="koo_meedenken")
    return loop.doet(besluit, Rol.IB, v.IB)


def antwoordt(ouder: str) -> LegToestemmingVast:
    return LegToestemmingVast(doel=Doel.DELEN_KOO, persoon_id=ouder, antwoord=Antwoord.GEGEVEN, vorm=Vorm.SCHRIFTELIJK)


def leesbaar(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def test_streefdatum_and_uiterlijk_are_two_things_with_a_label_each(stil: Site) -> None:
    gemaakt = await (await begin(stil)).tot(VANDAAG).schrijf()
    html = await pagina(stil, TRAJECT)
    gelezen = leesbaar(html)
    for a in gemaakt.traject.open_afspraken:
        streef, uiterst = in_woorden(a.streefdatum)[:-5], in_woorden(a.uiterste)[:-5]
        assert f"Streefdatum {streef}" in gelezen
        assert f"uiterlijk {streef}" not in gelezen
        assert f"Uiterlijk {uiterst[0].upper()}{uiterst[1:]}" in gelezen
    # Streefdatum and uiterlijk of each afspraak, and what is sent next.
    assert html.count('class="rw-herkomst ') >= 2 * len(gemaakt.traject.open_afspraken)
    assert "E-01" in gelezen


async def test_who_answered_is_named(stil: Site) -> None:
    loop = await vraagt_toestemming(stil)
    loop.doet(antwoordt(v.OUDER), Rol.IB, v.IB).doet(antwoordt(v.ANDERE_OUDER), Rol.IB, v.IB)
    await loop.schrijf()
    gelezen = leesbaar(await pagina(stil, TRAJECT))
    for naam in ("Sanne Bakker", "Piet Bakker"):
        zin = f"Er is toestemming gegeven voor overleg met de kind-ouderondersteuner. Antwoord van {naam}."
        assert gelezen.count(zin) == 1


async def test_a_parent_answers_in_the_first_person_and_reads_what_it_is_about(stil: Site) -> None:
    await (await vraagt_toestemming(stil)).schrijf()
    sleutel = f"antwoord-delen_koo-{v.OUDER}"
    eigen = await pagina(stil, TRAJECT, f"{v.OUDER}.ouders")
    stuk = eigen[eigen.index(f'id="f-{sleutel}') :].partition("</form>")[0]
    assert "Ja, ik geef toestemming" in stuk
    assert "Wat is uw antwoord?" in stuk
    assert "Sanne Bakker" not in stuk
    assert "Hoe kwam het antwoord?" not in stuk
    gelezen = leesbaar(eigen)
    assert "Waar gaat het over? De school wil over uw kind praten met de kind-ouderondersteuner." in gelezen
    assert "Wij vragen het aan Sanne Bakker en aan Piet Bakker." in gelezen or "Piet Bakker en aan Sanne" in gelezen
    school = await pagina(stil, TRAJECT, f"{v.IB}.ib")
    assert "Het antwoord van Sanne Bakker" in school
    assert "Hoe kwam het antwoord?" in school


async def test_a_parents_own_answer_arrives(stil: Site) -> None:
    gemaakt = await (await vraagt_toestemming(stil)).schrijf()
    vraag = gemaakt.afspraak("toestemming_delen_koo")
    html = await pagina(stil, TRAJECT, f"{v.OUDER}.ouders")
    velden = formulier(html, f"antwoord-delen_koo-{v.OUDER}-{vraag}")
    assert (velden["vorm"], velden["op"]) == ("digitaal", VANDAAG.isoformat())
    antwoord = await stil.http.post(
        f"/traject/{TRAJECT}/handelen", data={**velden, "antwoord": "gegeven"}, headers=VAN_ONS
    )
    assert antwoord.status_code == 303
    assert await stil.opdrachten() == 1


async def test_an_empty_decision_says_which_question_is_open(stil: Site) -> None:
    gemaakt = await (await begin(stil)).schrijf()
    velden = formulier(await pagina(stil, TRAJECT, f"{v.IB}.ib"), f"besluit-{gemaakt.afspraak('vervolg_signaal')}")
    velden.pop("uitkomst", None)
    antwoord = await stil.http.post(f"/traject/{TRAJECT}/handelen", data=velden, headers={**VAN_ONS, **HTML})
    assert antwoord.status_code == 422
    assert "Kijk bij ‘Wat is er besloten?’. Dit is niet ingevuld. Vul het in." in leesbaar(antwoord.text)


async def test_partners_the_route_names_can_be_ticked_as_present(stil: Site) -> None:
    gemaakt = await (await begin(stil)).schrijf()
    html = await pagina(stil, TRAJECT)
    stuk = html[html.index(f'id="f-klaar-{gemaakt.afspraak("gesprek_ouders")}') :].partition("</form>")[0]
    rollen = re.findall(r'name="aanwezig" value="([a-z_]+)"', stuk)
    assert {"leerkracht", "ib", "ouders", "koo", "casemanager", "jgz", "regievoerder", "stagnatiepunt"} <= set(rollen)
    assert len(rollen) == len(set(rollen))
    assert "systeem" not in rollen


async def test_a_stall_says_about_what_with_whom_and_since_when(stil: Site) -> None:
    loop = (await begin(stil)).tot(VANDAAG)
    gesprek = loop.t.afspraak(loop.afspraak("gesprek_ouders"))
    assert gesprek is not None
    loop.doet(MeldStilstand(oorzaak=Oorzaak.SCHOOL), Rol.OUDERS, v.OUDER)
    await loop.schrijf()
    gelezen = leesbaar(await pagina(stil, TRAJECT))
    over = f"De streefdatum was {in_woorden(gesprek.streefdatum)}; school is aan zet sinds {in_woorden(BEGIN)}."
    assert f"Het gaat om: Gesprek met ouders over de zorg. {over}" in gelezen
    assert "Vastgesteld op maandag 23 november: iemand die erbij betrokken is heeft het gemeld." in gelezen
    assert over.replace("school is", "school was") in gelezen


async def test_silence_says_what_it_counts_from(stil: Site) -> None:
    loop = await begin(stil)
    loop.doet(RondAf(afspraak_id=loop.afspraak("gesprek_ouders")), Rol.LEERKRACHT, v.LEERKRACHT)
    streef = min(a.streefdatum for a in loop.t.open_afspraken)
    await loop.tot(VANDAAG).schrijf()
    gelezen = leesbaar(await pagina(stil, TRAJECT))
    assert (
        f"10 schooldagen geen voortgang terwijl er iets klaar had moeten zijn, geteld vanaf {in_woorden(streef)}"
        in gelezen
    )
    assert "niets in dit traject" not in gelezen


def test_the_step_keeps_its_first_day_when_a_round_begins() -> None:
    verhaal = Feiten()
    dagen_ = [date(2026, 11, 23), date(2026, 12, 7), date(2026, 12, 14), date(2027, 1, 11)]
    gebeurd = [
        *verhaal.start().gebeurtenissen,
        *(
            g
            for ronde, op in ((True, dagen_[1]), (True, dagen_[2]))
            for g in verhaal.versie(StapBetreden(stap="signaal", ronde=ronde, op=op)).gebeurtenissen
        ),
    ]
    assert verhaal.traject is not None
    assert verhaal.traject.stap_sinds == dagen_[2]
    assert rondes_van(verhaal.traject, gebeurd) == Rondes(dagen_[0], 3, dagen_[2])
    gebeurd += verhaal.versie(StapBetreden(stap="signaal", op=dagen_[3])).gebeurtenissen
    assert rondes_van(verhaal.traject, gebeurd) == Rondes(dagen_[3], 1, dagen_[3])


async def test_the_first_round_is_not_counted_aloud(stil: Site) -> None:
    await (await begin(stil)).schrijf()
    assert "In deze stap sinds maandag 2 november. De regie" in leesbaar(await pagina(stil, TRAJECT))


async def test_postponed_is_until_and_including(stil: Site) -> None:
    loop = await begin(stil)
    tot = BEGIN.replace(day=12)
    uitstel = StelUit(afspraak_id=loop.afspraak("gesprek_ouders"), tot=tot, reden=Uitstelreden.OP_VERZOEK_OUDERS)
    await loop.doet(uitstel, Rol.LEERKRACHT, v.LEERKRACHT).schrijf()
    gelezen = leesbaar(await pagina(stil, TRAJECT))
    assert "Uitgesteld tot en met donderdag 12 november 2026" in gelezen
    assert "Tot en met welke dag?" in gelezen
    assert "gekozen bij uitstel" in gelezen


def test_nobody_says_zero_school_days() -> None:
    assert [dagen(n) for n in (0, 1, 2)] == ["nog geen hele schooldag", "1 schooldag", "2 schooldagen"]


async def test_the_rules_page_holds_every_source_it_names(stil: Site) -> None:
    html = (await stil.http.get("/over", headers=HTML)).text
    for sleutel in {i.bron for i in STANDAARD.values()}:
        assert f'href="#{sleutel}"' in html
        assert f'id="{sleutel}"' in html
    assert "docs/bronnen.md" not in html


@pytest.mark.parametrize("sleutel", BRONNEN)
def test_the_sources_on_the_page_are_those_of_the_docs(sleutel: str) -> None:
    rij = re.search(rf"^\| `{sleutel}` \| (.+?) \| (.+?) \| .+ \|$", DOCS.read_text(), re.M)
    assert rij is not None
    assert BRONNEN[sleutel] == (rij[1] if rij[2] == "—" else f"{rij[1]} Bron: {rij[2]}")
