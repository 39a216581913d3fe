"""The inbox of the demo: what comes in is kept byte for byte, shown shut in, and too much is refused."""

import re
from email.message import EmailMessage

import aiosmtplib
import pytest

from domain.roles import Rol
from domain.sjabloon import Sjabloon
from runtime.mailbericht import ONDERWERPEN
from tests.support import voorbeeld as v
from tests.support.site import VANDAAG, Site

HTML = {"Accept": "text/html"}


def mail(
    html: str = "<html><head></head><body><p>Dag</p></body></html>",
    *,
    onderwerp: str = "Uw overzicht van deze week",
    aan: str = "anneke@voorbeeld.test",
    datum: str | None = None,
) -> EmailMessage:
    bericht = EmailMessage()
    bericht["Subject"] = onderwerp
    bericht["From"], bericht["To"] = "routewacht@voorbeeld.test", aan
    if datum:
        bericht["Date"] = datum
    bericht.set_content("Dag Anneke, zie http://127.0.0.1:8000/traject/t-abc.\n")
    bericht.add_alternative(html, subtype="html")
    return bericht


async def stuur(stil: Site, bericht: EmailMessage) -> None:
    await aiosmtplib.send(bericht, hostname="127.0.0.1", port=stil.app.state.postvak.poort)


async def test_a_mail_comes_in_and_can_be_read(stil: Site) -> None:
    assert "Nog geen berichten." in (await stil.http.get("/postvak", headers=HTML)).text
    await stuur(stil, mail())
    lijst = (await stil.http.get("/postvak", headers=HTML)).text
    assert "Uw overzicht van deze week" in lijst
    assert "aan anneke@voorbeeld.test" in lijst
    bericht = (await stil.http.get("/postvak/1", headers=HTML)).text
    assert '<a href="http://127.0.0.1:8000/traject/t-abc">' in bericht
    assert "Subject: Uw overzicht van deze week" in bericht
    assert "text/plain, text/html" in bericht


async def test_the_content_of_a_mail_can_do_nothing(stil: Site) -> None:
    await stuur(stil, mail("<html><head></head><body><script>alert(1)</script></body></html>"))
    antwoord = await stil.http.get("/postvak/1/html")
    csp = antwoord.headers["content-security-policy"]
    assert "default-src 'none'" in csp
    assert "script-src" not in csp
    assert "allow-scripts" not in csp
    assert "allow-same-origin" not in csp
    assert 'sandbox="allow-popups' in (await stil.http.get("/postvak/1", headers=HTML)).text


async def test_more_than_a_megabyte_is_refused(stil: Site) -> None:
    with pytest.raises(aiosmtplib.SMTPException) as fout:
        await stuur(stil, mail("x" * 1_100_000))
    assert getattr(fout.value, "code", None) == 552
    assert "Nog geen berichten." in (await stil.http.get("/postvak", headers=HTML)).text


async def test_a_mail_that_is_not_there_is_404(stil: Site) -> None:
    for pad in ("/postvak/9", "/postvak/9/html"):
        assert (await stil.http.get(pad, headers=HTML)).status_code == 404
    assert (await stil.http.get("/postvak/x", headers=HTML)).status_code == 422


def berichten(html: str) -> list[str]:
    """The subjects in the list, from the top."""
    return re.findall(r"<strong>([^<]+)</strong>", html[html.index("rw-berichten") :])


async def test_list_and_mail_show_one_and_the_same_moment(stil: Site) -> None:
    """The moment in the mail itself; when it happened to come in matters to nobody."""
    await stuur(stil, mail(datum="Fri, 20 Nov 2026 08:00:00 +0100"))
    for pad in ("/postvak", "/postvak/1"):
        html = (await stil.http.get(pad, headers=HTML)).text
        assert "vrijdag 20 november 2026, 08.00 uur" in html
        assert "maandag 23 november 2026" not in html
        assert "op de klok van de demo" in html or "van de klok van de demo" in html


async def test_filters_stand_in_the_address_and_go_along(stil: Site) -> None:
    escalatie = ONDERWERPEN[Sjabloon.ESCALATIE]
    await stuur(stil, mail(onderwerp=escalatie, aan="karin@voorbeeld.test"))
    await stuur(stil, mail("<p>http://x/traject/t-zz9k2qh4m9xw3rt5yz8p</p>", onderwerp="Iets anders"))
    kijk = {
        "/postvak?soort=escalatie": [escalatie],
        "/postvak?ontvanger=ANNEKE": ["Iets anders"],
        "/postvak?ontvanger=karin&soort=escalatie": [escalatie],
        "/postvak?traject=t-zz9k2qh4m9xw3rt5yz8p": ["Iets anders"],
        # What means nothing narrows nothing down.
        "/postvak?soort=onzin&traject=%27%3B--": ["Iets anders", escalatie],
    }
    for pad, verwacht in kijk.items():
        assert berichten((await stil.http.get(pad, headers=HTML)).text) == verwacht, pad
    assert "Geen berichten gevonden." in (await stil.http.get("/postvak?ontvanger=niemand", headers=HTML)).text
    assert 'href="/postvak/1?soort=escalatie"' in (await stil.http.get("/postvak?soort=escalatie", headers=HTML)).text
    open_ = (await stil.http.get("/postvak/1?soort=escalatie", headers=HTML)).text
    assert 'href="/postvak?soort=escalatie"' in open_
    assert berichten(open_) == [escalatie]


async def test_fifty_to_a_page(stil: Site) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=stil.app.state.postvak.poort) as smtp:
        for n in range(51):
            await smtp.send_message(mail(onderwerp=f"Bericht {n}"))
    eerste = (await stil.http.get("/postvak", headers=HTML)).text
    assert berichten(eerste)[0] == "Bericht 50"
    assert len(berichten(eerste)) == 50
    assert 'href="/postvak?pagina=2"' in eerste
    assert berichten((await stil.http.get("/postvak?pagina=2", headers=HTML)).text) == ["Bericht 0"]
    ver = await stil.http.get("/postvak?pagina=9", headers=HTML)
    assert ver.status_code == 200
    assert "Zo ver gaan de berichten niet terug." in ver.text


@pytest.mark.parametrize("charset", ["klingon", "utf-8", "utf-16", '"', ""])
async def test_a_broken_mail_is_kept_and_shown(stil: Site, charset: str) -> None:
    kop = f"Subject: =?{charset}?b?w6k?= caf"
    soort = f"Content-Type: text/html; charset={charset}"
    ruw = f"{kop}\xe9\r\nDate: ooit\r\n{soort}\r\n\r\n<b>nog te lezen</b> \xe9\x00".encode("latin-1")
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=stil.app.state.postvak.poort) as smtp:
        await smtp.sendmail("a@voorbeeld.test", ["b@voorbeeld.test"], ruw)
    for pad in ("/postvak", "/postvak/1", "/postvak/1/html"):
        assert (await stil.http.get(pad, headers=HTML)).status_code == 200, pad


async def test_the_tour_leads_to_a_case_like_that(stil: Site) -> None:
    begin = VANDAAG.replace(month=9, day=1)
    verhaal = await v.Verhaal.start(
        stil.db, v.LEERLING, begin, traject_id="t-4f7k2qh4m9xw3rt5yz8p", nu=stil.diensten.klok.nu()
    )
    gemaakt = await verhaal.tot(VANDAAG).schrijf()
    assert gemaakt.traject.stagnatie is not None
    bij = {Rol.REGIEVOERDER: "stil-regievoerder", Rol.STAGNATIEPUNT: "stil-stagnatiepunt"}
    start = (await stil.http.get("/", headers=HTML)).text
    for rol, naam in bij.items():
        assert f'href="/kijk/{naam}"' in start
        antwoord = await stil.http.get(f"/kijk/{naam}")
        assert antwoord.status_code == 303
        erbij = rol is gemaakt.traject.stagnatie.bij
        assert antwoord.headers["location"] == ("/traject/t-4f7k2qh4m9xw3rt5yz8p" if erbij else "/")
    assert (await stil.http.get("/kijk/nergens", headers=HTML)).status_code == 404
