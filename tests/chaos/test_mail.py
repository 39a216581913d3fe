"""The relay refuses, breaks off, keeps us waiting or is not there: one copy at most, and never silence."""

from datetime import date, datetime, timedelta

import pytest

from domain.dagen import eerstvolgende_schooldag
from domain.ingebouwd import Ingebouwd
from domain.tijd import lokale_datum, om_acht
from storage.mail_tables import MailStatus
from tests.chaos.oordeel import Oordeel, mails_van, oordeel
from tests.chaos.opstelling import STAGNATIEPUNT, Opstelling
from tests.chaos.verslag import Rij
from tests.chaos.zaken import allemaal, begin, eerste_escalatie, ligt_stil, over, snel, stand, zet_klok
from tests.support.omgeving import Zaakdraad
from tests.support.replay_leven import traject_id_van, wacht_tot
from tests.support.smtp_sink import Fase
from tests.support.spelen import START
from tests.support.zaak import kalender


async def _een_mail(o: Opstelling, rij: Rij, aantal: int = 3) -> tuple[list[Zaakdraad], Oordeel]:
    """So many cases that each have one urgent mail, and what became of those."""
    await o.worker()
    zaken = await begin(o, aantal)
    await oordeel(o, zaken)
    rij.storing(aantal)
    await allemaal(ligt_stil(o, zaak) for zaak in zaken)
    return zaken, rij.neem(await oordeel(o, zaken, spoed=1))


@pytest.mark.parametrize(
    ("fase", "kopieen"),
    [
        pytest.param("na", 1, marks=pytest.mark.rij(4, "relay verbreekt na de inhoud, zonder antwoord", "M O S")),
        pytest.param("inhoud", 0, marks=pytest.mark.rij(5, "relay verbreekt tijdens de inhoud", "M O S")),
    ],
)
async def test_een_verbroken_lijn_wordt_een_vraag_aan_een_mens(
    o: Opstelling, rij: Rij, fase: Fase, kopieen: int
) -> None:
    o.sink.stoor(fase, "verbreek", keer=3)
    _, gevonden = await _een_mail(o, rij)
    assert (gevonden.aankomsten, gevonden.vastgehouden) == (3 * kopieen, 3)


@pytest.mark.parametrize(
    ("fase", "code"),
    [
        pytest.param("rcpt", 450, marks=pytest.mark.rij(7, "grijze lijst: 450 bij de ontvanger", "M O")),
        pytest.param("connect", 421, marks=pytest.mark.rij(7, "relay te druk: 421 bij het verbinden", "M O")),
        pytest.param("einde", 451, marks=pytest.mark.rij(7, "relay heeft even geen plaats: 451 na de inhoud", "M O")),
    ],
)
async def test_wat_even_niet_kan_komt_later_een_keer_aan(o: Opstelling, rij: Rij, fase: Fase, code: int) -> None:
    await o.worker()
    (zaak,) = await begin(o)
    o.sink.stoor(fase, code=code, keer=2)
    await zet_klok([zaak], lambda _: snel(START, factor=240))  # five minutes take a bit more than a second
    await ligt_stil(o, zaak)
    rij.storing(2)
    await wacht_tot(lambda: _aangekomen(o, 1), seconden=90, omschrijving="de mail na twee weigeringen")
    gevonden = rij.neem(await oordeel(o, [zaak], spoed=1))
    assert (gevonden.aankomsten, gevonden.vastgehouden) == (1, 0)


@pytest.mark.parametrize(
    ("fase", "code"),
    [
        pytest.param("rcpt", 550, marks=pytest.mark.rij(8, "adres geweigerd: 550 bij de ontvanger", "O S")),
        pytest.param("einde", 552, marks=pytest.mark.rij(8, "mail geweigerd: 552 na de inhoud", "O S")),
    ],
)
async def test_een_weigering_voorgoed_wordt_werk_voor_de_school(o: Opstelling, rij: Rij, fase: Fase, code: int) -> None:
    o.sink.stoor(fase, code=code, keer=99)
    zaken, gevonden = await _een_mail(o, rij)
    assert (gevonden.aankomsten, gevonden.vastgehouden) == (0, 0)
    geprobeerd = sum(opdracht.upper().startswith("RCPT") for opdracht in o.sink.opdrachten)
    for zaak in zaken:
        assert [a.sjabloon for a in (await zaak.toestand()).open_afspraken].count(Ingebouwd.CONTACT_HERSTELLEN) == 1
    assert geprobeerd == len(zaken), "een adres dat niet bestaat wordt niet steeds opnieuw geprobeerd"


@pytest.mark.chaos
@pytest.mark.rij(6, "geen mailserver, een dag lang (op de snelle klok)", "O M S")
async def test_een_dag_zonder_mailserver(o: Opstelling, rij: Rij) -> None:
    await o.worker()
    zaken = await begin(o, 5)
    await oordeel(o, zaken)
    await o.sink.stop()
    rij.storing(len(zaken))
    ochtend = {traject_id_van(z): eerste_escalatie(traject_id_van(z))[1] for z in zaken}
    await zet_klok(zaken, lambda z: snel(ochtend[traject_id_van(z)], factor=3600))  # a day in 24 seconds
    avond = max(ochtend.values()).replace(hour=20)
    await wacht_tot(lambda: _voorbij(zaken, avond), seconden=120, omschrijving="het einde van de dag")
    laatste = max([(await stand(zaak)).nu for zaak in zaken]) + timedelta(minutes=1)
    await zet_klok(zaken, lambda _: over(0, laatste))
    await o.sink.start()
    rij.voorbij()
    volgende = om_acht(_schooldag_na(laatste)) + timedelta(minutes=1)
    await zet_klok(zaken, lambda _: over(0, volgende))
    await wacht_tot(lambda: _voorbij(zaken, volgende), omschrijving="de volgende schooldag")
    # An attempt that failed just before the relay came back is tried again within the hour.
    await zet_klok(zaken, lambda _: over(0, volgende + timedelta(hours=2)))
    gevonden = rij.neem(await oordeel(o, zaken))
    dringend = [m for m in await mails_van(o, zaken) if m.mail.spoed]
    assert {m.mail.status for m in dringend} <= {MailStatus.SENT, MailStatus.LAPSED}
    assert len({m.regels[0].traject_id for m in dringend if m.bezorgd}) == len(zaken), "van elke zaak kwam er een"
    assert gevonden.vastgehouden == 0


def _schooldag_na(moment: datetime) -> date:
    return eerstvolgende_schooldag(kalender(), lokale_datum(moment) + timedelta(days=1))


async def _voorbij(zaken: list[Zaakdraad], moment: datetime) -> bool:
    return min([(await stand(zaak)).nu for zaak in zaken]) >= moment


async def _aangekomen(o: Opstelling, aantal: int) -> bool:
    return sum(b.ontvangers == (STAGNATIEPUNT,) for b in o.sink.bezorgd) >= aantal
