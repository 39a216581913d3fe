"""Every way a relay can answer, break or fall silent, against a real conversation."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from runtime.codec import Sleutelring
from runtime.mailbericht import AdresOngeldig
from runtime.settings import Settings
from runtime.smtp import Aflevering, Postbode, Uitslag
from tests.support.smtp_sink import Fase, SmtpSink, Soort

VAN, AAN = "geen-antwoord@school.test", "ouder@example.test"
BERICHT = b"Message-ID: <een@school.test>\r\nSubject: Proef\r\n\r\nRegel\r\n.begint met een punt\r\n"


def instellingen(poort: int, **anders: object) -> Settings:
    waarden = {"smtp_host": "127.0.0.1", "smtp_port": poort, "smtp_tls": "geen", "mail_afzender": VAN, **anders}
    return Settings.voor_demo(sleutels=Sleutelring.nieuw().als_tekst(), **waarden)


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    async with SmtpSink() as sink:
        yield sink


@pytest.fixture
async def postbode(sink: SmtpSink) -> AsyncIterator[Postbode]:
    postbode = Postbode(instellingen(sink.poort), wachttijd=5, wachttijd_inhoud=5)
    yield postbode
    await postbode.sluit()


async def test_aangenomen(sink: SmtpSink, postbode: Postbode) -> None:
    assert await postbode.verstuur(BERICHT, VAN, AAN) == Aflevering(Uitslag.VERZONDEN, 250, "inhoud")
    (mail,) = sink.bezorgd
    assert mail.ontvangers == (AAN,)
    assert mail.message_id == "<een@school.test>"
    assert b"\r\n..begint met een punt\r\n" in mail.ruw


@pytest.mark.parametrize(
    ("fase", "code", "verwacht"),
    [
        ("connect", 421, Aflevering(Uitslag.TIJDELIJK, 421, "verbinding")),
        ("connect", 554, Aflevering(Uitslag.TIJDELIJK, 554, "verbinding")),
        ("mail", 450, Aflevering(Uitslag.TIJDELIJK, 450, "afzender")),
        ("mail", 550, Aflevering(Uitslag.BLIJVEND, 550, "afzender")),
        ("rcpt", 421, Aflevering(Uitslag.TIJDELIJK, 421, "ontvanger")),
        ("rcpt", 450, Aflevering(Uitslag.TIJDELIJK, 450, "ontvanger")),
        ("rcpt", 550, Aflevering(Uitslag.BLIJVEND, 550, "ontvanger")),
        ("data", 451, Aflevering(Uitslag.TIJDELIJK, 451, "inhoud")),
        ("data", 554, Aflevering(Uitslag.BLIJVEND, 554, "inhoud")),
        ("einde", 452, Aflevering(Uitslag.TIJDELIJK, 452, "inhoud")),
        ("einde", 552, Aflevering(Uitslag.BLIJVEND, 552, "inhoud")),
    ],
)
async def test_weigering(sink: SmtpSink, postbode: Postbode, fase: Fase, code: int, verwacht: Aflevering) -> None:
    sink.stoor(fase, code=code)
    assert await postbode.verstuur(BERICHT, VAN, AAN) == verwacht
    assert sink.bezorgd == []
    # A refusal must not poison the connection: the next mail goes to its own recipient only.
    assert (await postbode.verstuur(BERICHT, VAN, "ander@example.test")).uitslag is Uitslag.VERZONDEN
    assert [mail.ontvangers for mail in sink.bezorgd] == [("ander@example.test",)]


@pytest.mark.parametrize(
    ("fase", "uitslag", "kopieen"),
    [
        ("connect", Uitslag.TIJDELIJK, 0),
        ("mail", Uitslag.TIJDELIJK, 0),
        ("rcpt", Uitslag.TIJDELIJK, 0),
        ("data", Uitslag.ONBEKEND, 0),
        ("inhoud", Uitslag.ONBEKEND, 0),
        ("einde", Uitslag.ONBEKEND, 0),
        ("na", Uitslag.ONBEKEND, 1),
    ],
)
@pytest.mark.parametrize("soort", ["verbreek", "wacht"])
async def test_verbroken_of_stil(sink: SmtpSink, fase: Fase, soort: Soort, uitslag: Uitslag, kopieen: int) -> None:
    postbode = Postbode(instellingen(sink.poort), wachttijd=0.3, wachttijd_inhoud=0.3)
    sink.stoor(fase, soort)
    aflevering = await postbode.verstuur(BERICHT, VAN, AAN)
    assert (aflevering.uitslag, aflevering.code) == (uitslag, None)
    assert len(sink.bezorgd) == kopieen
    await postbode.sluit()


async def test_late_250_is_gewoon_verzonden(sink: SmtpSink, postbode: Postbode) -> None:
    sink.stoor("na", "wacht")
    bezig = asyncio.create_task(postbode.verstuur(BERICHT, VAN, AAN))
    await sink.ontvangen.wait()
    assert not bezig.done()
    sink.laat_los.set()
    assert (await bezig).uitslag is Uitslag.VERZONDEN
    assert len(sink.bezorgd) == 1


async def test_niemand_luistert() -> None:
    with socket.socket() as bezet:  # bound but not listening: the port refuses
        bezet.bind(("127.0.0.1", 0))
        postbode = Postbode(instellingen(bezet.getsockname()[1]), wachttijd=2)
        assert await postbode.verstuur(BERICHT, VAN, AAN) == Aflevering(Uitslag.TIJDELIJK, None, "verbinding")


async def test_twee_mails_een_verbinding(sink: SmtpSink, postbode: Postbode) -> None:
    uitslagen = await asyncio.gather(*(postbode.verstuur(BERICHT, VAN, f"o{i}@example.test") for i in range(2)))
    assert {a.uitslag for a in uitslagen} == {Uitslag.VERZONDEN}
    assert sorted(mail.ontvangers for mail in sink.bezorgd) == [("o0@example.test",), ("o1@example.test",)]
    assert sink.verbindingen == 1


async def test_relay_herstart_tussen_twee_mails(sink: SmtpSink, postbode: Postbode) -> None:
    await postbode.verstuur(BERICHT, VAN, AAN)
    await sink.stop()
    await sink.start()
    assert (await postbode.verstuur(BERICHT, VAN, AAN)).uitslag is Uitslag.VERZONDEN
    assert (len(sink.bezorgd), sink.verbindingen) == (2, 2)


@pytest.mark.parametrize(("soort", "code"), [("verbreek", 0), ("antwoord", 421)])
async def test_bewaarde_verbinding_blijkt_dood(sink: SmtpSink, postbode: Postbode, soort: Soort, code: int) -> None:
    """A relay that tires of an idle connection costs no retry of minutes and no second copy."""
    await postbode.verstuur(BERICHT, VAN, AAN)
    sink.stoor("mail", soort, code=code)
    assert (await postbode.verstuur(BERICHT, VAN, AAN)).uitslag is Uitslag.VERZONDEN
    assert (len(sink.bezorgd), sink.verbindingen) == (2, 2)


async def test_na_onbekend_gaat_de_volgende_over_een_nieuwe_verbinding(sink: SmtpSink) -> None:
    """The late 250 of the first mail must not be read as the answer to the second."""
    postbode = Postbode(instellingen(sink.poort), wachttijd=2, wachttijd_inhoud=0.2)
    sink.stoor("na", "wacht")
    asyncio.get_running_loop().call_later(0.4, sink.laat_los.set)
    assert (await postbode.verstuur(BERICHT, VAN, AAN)).uitslag is Uitslag.ONBEKEND
    sink.stoor("rcpt", code=550)
    assert (await postbode.verstuur(BERICHT, VAN, AAN)).uitslag is Uitslag.BLIJVEND
    assert sink.verbindingen == 2
    await postbode.sluit()


async def test_afgebroken_taak_laat_geen_half_gesprek_achter(sink: SmtpSink, postbode: Postbode) -> None:
    await postbode.verstuur(BERICHT, VAN, AAN)
    sink.stoor("einde", "wacht")
    bezig = asyncio.create_task(postbode.verstuur(BERICHT, VAN, AAN))
    await sink.wacht_nu.wait()
    bezig.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bezig
    sink.laat_los.set()
    assert (await postbode.verstuur(BERICHT, VAN, "ander@example.test")).uitslag is Uitslag.VERZONDEN
    assert sink.bezorgd[-1].ontvangers == ("ander@example.test",)
    assert sink.verbindingen == 2


async def test_zonder_starttls_gaat_er_niets_over_een_open_lijn(sink: SmtpSink) -> None:
    postbode = Postbode(instellingen(sink.poort, smtp_tls="starttls"), wachttijd=2)
    assert (await postbode.verstuur(BERICHT, VAN, AAN)).uitslag is Uitslag.TIJDELIJK
    assert not any(opdracht.startswith(("MAIL", "DATA")) for opdracht in sink.opdrachten)


@pytest.mark.parametrize("klopt", [True, False])
async def test_inloggen(klopt: bool) -> None:
    """A wrong password is our mistake, not the recipient's: the mail waits instead of being given up."""
    async with SmtpSink(wachtwoord_klopt=klopt) as sink:
        postbode = Postbode(instellingen(sink.poort, smtp_user="relay", smtp_password="geheim"), wachttijd=2)
        aflevering = await postbode.verstuur(BERICHT, VAN, AAN)
        verwacht = (Uitslag.VERZONDEN, 250) if klopt else (Uitslag.TIJDELIJK, 535)
        assert (aflevering.uitslag, aflevering.code) == verwacht
        await postbode.sluit()


@pytest.mark.parametrize("ontvanger", ["o@u.test, x@y.test", "o@u.test\r\nRCPT TO:<x@y.test>", "<o@u.test>", ""])
async def test_twee_ontvangers_in_een_adres(sink: SmtpSink, postbode: Postbode, ontvanger: str) -> None:
    with pytest.raises(AdresOngeldig):
        await postbode.verstuur(BERICHT, VAN, ontvanger)
    assert sink.verbindingen == 0


async def test_de_naam_van_de_machine_blijft_thuis(sink: SmtpSink, postbode: Postbode) -> None:
    await postbode.verstuur(BERICHT, VAN, AAN)
    assert sink.opdrachten[0] == "EHLO school.test"
