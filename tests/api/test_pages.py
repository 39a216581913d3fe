"""The pages as HTML: what they show, how a form is refused, and that they never say more than they may."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from domain.errors import Verouderd
from domain.roles import Rol
from storage.case_tables import OpdrachtRij
from storage.journal import markeer_weigering, open_opdrachten
from storage.mail_tables import MailRij, MailStatus
from tests.support import voorbeeld as v
from tests.support.site import VAN_ONS, VANDAAG, Site, open_afspraak

HTML = {"Accept": "text/html"}
TRAJECT = "t-4f7k2qh4m9xw3rt5yz8p"


async def verhaal(s: Site, leerling: str = v.LEERLING, traject_id: str = TRAJECT, *, dag: int = 1) -> v.Gemaakt:
    begin = VANDAAG.replace(month=9, day=dag)
    loop = await v.Verhaal.start(s.db, leerling, begin, traject_id=traject_id, nu=s.diensten.klok.nu())
    return await loop.tot(VANDAAG).schrijf()


def formulier(html: str, sleutel: str) -> dict[str, str]:
    """The hidden and filled-in fields of one form."""
    stuk = html[html.index(f'id="f-{sleutel}"') :]
    stuk = stuk[: stuk.index("</form>")]
    velden = re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', stuk)
    return {naam: unescape(waarde) for naam, waarde in velden if 'type="radio"' not in naam}


async def pagina(s: Site, traject_id: str, als: str = f"{v.LEERKRACHT}.{Rol.LEERKRACHT}") -> str:
    antwoord = await s.http.get(f"/traject/{traject_id}", headers={**HTML, "Cookie": f"routewacht_als={als}"})
    assert antwoord.status_code == 200
    return str(antwoord.text)


async def test_the_board_counts_sorts_and_finds(stil: Site) -> None:
    await verhaal(stil)
    jong = await v.Verhaal.start(
        stil.db, v.OUDERE_LEERLING, VANDAAG, traject_id="t-zz9k2qh4m9xw3rt5yz8p", nu=stil.diensten.klok.nu()
    )
    await jong.schrijf()
    html = (await stil.http.get("/", headers=HTML)).text
    assert html.index("T-4F7K2Q") < html.index("T-ZZ9K2Q")
    assert "Ligt stil sinds" in html
    assert "Basisschool De Linde" in html
    alleen_stil = (await stil.http.get("/?stand=stil", headers=HTML)).text
    assert "T-4F7K2Q" in alleen_stil
    assert "T-ZZ9K2Q" not in alleen_stil
    assert "Niets gevonden." in (await stil.http.get("/?zoek=bestaatniet", headers=HTML)).text
    assert (await stil.http.get("/?stand=onzin&school=nergens&pagina=1", headers=HTML)).status_code == 200


async def test_the_page_says_who_and_when_and_why(stil: Site) -> None:
    gemaakt = await verhaal(stil)
    html = unescape(await pagina(stil, TRAJECT))
    for afspraak in gemaakt.traject.open_afspraken:
        assert afspraak.uitleg[1:] in html
    assert "School is aan zet" in html
    assert "Youssef Amrani" in html
    assert "Dit traject ligt stil" in html
    assert "eigen keuze" in html
    # The document names no number of days here, so the page may not say that it does.
    assert "De route noemt dit onderdeel wel, maar geen termijn: het getal is een keuze." in html
    assert "Dit getal staat in het document" not in html
    assert "Het traject is gestart." in html


async def test_the_refresh_answers_only_when_something_changed(stil: Site) -> None:
    gemaakt = await verhaal(stil)
    adres = f"/traject/{TRAJECT}/deel/stand?versie={{}}&dag={VANDAAG}"
    assert (await stil.http.get(adres.format(gemaakt.traject.versie))).status_code == 204
    nieuw = await stil.http.get(adres.format(gemaakt.traject.versie - 1))
    assert nieuw.status_code == 200
    assert "zojuist bijgewerkt" in nieuw.text
    assert "<form" not in nieuw.text


async def test_as_whom_one_acts_is_kept_for_this_case_only(stil: Site) -> None:
    await verhaal(stil)
    gekozen = await stil.http.post(f"/traject/{TRAJECT}/als", data={"als": f"{v.IB}.ib"}, headers=VAN_ONS)
    assert gekozen.status_code == 303
    koek = gekozen.headers["set-cookie"]
    assert "HttpOnly" in koek
    assert "SameSite=strict" in koek
    vreemd = await stil.http.post(f"/traject/{TRAJECT}/als", data={"als": f"{v.BUITENSTAANDER}.ib"}, headers=VAN_ONS)
    assert "Max-Age=0" in vreemd.headers["set-cookie"]
    assert 'id="f-klaar-' not in await pagina(stil, TRAJECT, f"{v.BUITENSTAANDER}.ib")


async def test_without_temporal_the_page_says_received(stil: Site) -> None:
    gemaakt = await verhaal(stil)
    velden = formulier(await pagina(stil, TRAJECT), f"klaar-{gemaakt.afspraak('gesprek_ouders')}")
    antwoord = await stil.http.post(f"/traject/{TRAJECT}/handelen", data=velden, headers=VAN_ONS)
    assert antwoord.status_code == 303
    html = (await stil.http.get(antwoord.headers["location"], headers=HTML)).text
    assert "Ontvangen, wordt verwerkt." in html
    assert await stil.opdrachten() == 1


@pytest.mark.parametrize(
    ("anders", "zin"),
    [
        ({"op": "2026-13-99"}, "Dit is geen datum die bestaat."),
        ({"als": ""}, "Kies eerst als wie u handelt."),
        ({"als": f"{v.BUITENSTAANDER}.ib"}, "Kies eerst als wie u handelt."),
        ({"soort": "toveren"}, "Deze soort handeling bestaat niet."),
        ({"commando_id": ""}, "Elke handeling heeft een eigen sleutel nodig."),
        ({"toelichting": "te lang " * 300}, "De toelichting is langer dan 2000 tekens."),
    ],
)
async def test_a_refused_form_comes_back_with_what_was_filled_in(stil: Site, anders: dict[str, str], zin: str) -> None:
    gemaakt = await verhaal(stil)
    velden = formulier(await pagina(stil, TRAJECT), f"klaar-{gemaakt.afspraak('gesprek_ouders')}")
    ingevuld = {**velden, "toelichting": "Dit <b>typte</b> ik", "aanwezig": ["ouders"], **anders}
    antwoord = await stil.http.post(f"/traject/{TRAJECT}/handelen", data=ingevuld, headers={**VAN_ONS, **HTML})
    assert antwoord.status_code in {409, 422}
    assert zin in unescape(antwoord.text)
    assert "Er is niets veranderd" in antwoord.text
    assert await stil.opdrachten() == 0
    if "als" not in anders and "toelichting" not in anders:
        assert "Dit &lt;b&gt;typte&lt;/b&gt; ik" in antwoord.text
        assert velden["commando_id"] not in antwoord.text


async def test_an_act_on_the_page_end_to_end(levend: Site) -> None:
    t = await levend.begin()
    gesprek = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    html = await pagina(levend, t["traject_id"])
    velden = formulier(html, f"klaar-{gesprek}")
    antwoord = await levend.http.post(
        f"/traject/{t['traject_id']}/handelen", data={**velden, "aanwezig": ["ouders"]}, headers=VAN_ONS
    )
    assert antwoord.status_code == 303
    na = unescape((await levend.http.get(antwoord.headers["location"], headers=HTML)).text)
    assert "Verwerkt." in na
    assert "Gedaan: Gesprek met ouders over de zorg. Erbij waren ouders." in na
    # The same click again: harmless. The same page with another act: told that it is stale.
    nogmaals = await levend.http.post(
        f"/traject/{t['traject_id']}/handelen", data={**velden, "aanwezig": ["ouders"]}, headers=VAN_ONS
    )
    assert nogmaals.status_code == 303
    ander = formulier(html, f"klaar-{gesprek}") | {"commando_id": "een-andere-sleutel-" + t["traject_id"][2:10]}
    verouderd = await levend.http.post(f"/traject/{t['traject_id']}/handelen", data=ander, headers={**VAN_ONS, **HTML})
    assert verouderd.status_code == 409
    assert "Deze afspraak is al afgesloten." in verouderd.text


async def test_a_refusal_of_the_workflow_stands_at_its_field(levend: Site) -> None:
    t = await levend.begin()
    gesprek = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    velden = formulier(await pagina(levend, t["traject_id"]), f"klaar-{gesprek}")
    antwoord = await levend.http.post(
        f"/traject/{t['traject_id']}/handelen", data={**velden, "op": "2026-11-30"}, headers={**VAN_ONS, **HTML}
    )
    assert antwoord.status_code == 422
    assert 'value="2026-11-30"' in antwoord.text
    assert re.search(rf'id="klaar-{gesprek}-op"[^>]*aria-invalid="true"', antwoord.text)
    assert "ligt in de toekomst." in antwoord.text


async def test_a_mail_with_an_unknown_outcome_is_shown_to_a_person(stil: Site) -> None:
    assert "Er is niets om na te kijken." in (await stil.http.get("/mail/aangehouden", headers=HTML)).text
    nu = stil.diensten.klok.nu()
    async with stil.db.begin() as session:
        session.add(
            MailRij(
                id="m-1",
                message_sleutel="sleutel-1",
                sjabloon="weekoverzicht",
                persoon_id=v.IB,
                swv_id=v.SWV,
                spoed=False,
                overzicht_op=None,
                status=MailStatus.HELD,
                niet_voor=nu,
                aangemaakt_op=nu,
                laatste_poging_op=nu,
                code=None,
                verzonden_op=None,
            )
        )
    html = (await stil.http.get("/mail/aangehouden", headers=HTML)).text
    assert "Anneke Jansen" in html
    assert "het weekoverzicht" in html
    assert "1 mail moet" in (await stil.http.get("/", headers=HTML)).text


async def test_what_is_law_and_what_we_chose_is_said(stil: Site) -> None:
    html = unescape((await stil.http.get("/over", headers=HTML)).text)
    assert "Ondersteuningsroute Midden-Groningen" in html
    assert re.search(r"Geen voortgang: eerste waarschuwing</th><td>10 schooldagen</td><td>.*eigen keuze", html)


async def _later_geweigerd(s: Site, opdracht: dict[str, Any], tekst: str | None, **velden: Any) -> str:
    """An act that was received on the page, taken by the relay, and refused there; returns its key."""
    velden = {"toelichting": tekst or "", **opdracht, **velden}
    antwoord = await s.http.post(f"/traject/{TRAJECT}/handelen", data=velden, headers=VAN_ONS)
    assert antwoord.status_code == 303, antwoord.text
    klok = s.diensten.klok
    async with s.db.begin() as session:
        straks = klok.nu() + timedelta(seconds=10)
        (regel,) = await open_opdrachten(session, ouder_dan=straks, limiet=5, nu=straks)
        fout = Verouderd("Dit is al afgerond.", veld="gezien_versie", remedie="Kijk wat er nu open staat.")
        await markeer_weigering(session, regel.commando_id, fout)
    return regel.commando_id


async def test_an_act_that_was_refused_later_is_told_on_the_page_of_the_traject(stil: Site) -> None:
    gemaakt = await verhaal(stil)
    velden = formulier(await pagina(stil, TRAJECT), f"klaar-{gemaakt.afspraak('gesprek_ouders')}")
    sleutel_ = await _later_geweigerd(stil, velden, "Wat ik <b>erbij</b> schreef")
    mij = unescape(await pagina(stil, TRAJECT, velden["als"]))
    assert "Uw handeling is niet uitgevoerd" in mij
    assert "afronden (Gesprek met ouders" in mij
    assert "Dit is al afgerond. Kijk wat er nu open staat." in mij
    assert "De toelichting die erbij stond is niet bewaard." in mij
    ander = unescape(await pagina(stil, TRAJECT, f"{v.BUITENSTAANDER}.ib"))
    assert "Een handeling is niet uitgevoerd" in ander
    # On the link of the act itself the answer stands on top already: not twice.
    via_link = (await stil.http.get(f"/traject/{TRAJECT}?opdracht={sleutel_}", headers=HTML)).text
    assert "Toch niet gelukt." in via_link
    assert "handeling is niet uitgevoerd" not in via_link


async def test_a_refusal_of_long_ago_or_told_at_once_is_not_told_again(stil: Site) -> None:
    gemaakt = await verhaal(stil)
    velden = formulier(await pagina(stil, TRAJECT), f"klaar-{gemaakt.afspraak('gesprek_ouders')}")
    await _later_geweigerd(stil, velden, None)
    async with stil.db.begin() as session:
        rij = (await session.scalars(select(OpdrachtRij))).one()
        assert rij.laatst_aangeboden_op is not None
        rij.laatst_aangeboden_op -= timedelta(days=22)
    assert "handeling is niet uitgevoerd" not in await pagina(stil, TRAJECT)
    async with stil.db.begin() as session:
        rij = (await session.scalars(select(OpdrachtRij))).one()
        rij.pogingen, rij.laatst_aangeboden_op = 0, None
    assert "handeling is niet uitgevoerd" not in await pagina(stil, TRAJECT)
