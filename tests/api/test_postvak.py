"""The inbox of the demo: what comes in is kept byte for byte, shown shut in, and too much is refused."""

from email.message import EmailMessage

import aiosmtplib
import pytest

from tests.support.site import Site

HTML = {"Accept": "text/html"}


def mail(html: str = "<html><head></head><body><p>Dag</p></body></html>") -> EmailMessage:
    bericht = EmailMessage()
    bericht["Subject"] = "Uw overzicht van deze week"
    bericht["From"], bericht["To"] = "routewacht@voorbeeld.test", "anneke@voorbeeld.test"
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
