"""What a person reads in a mail: true on the day it leaves, about the right thing, and with what each date rests on."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.mailinhoud import maak_context
from domain.consent import Doel
from domain.dagen import Kalender, Regio
from domain.effects import Bericht, Melding
from domain.feiten import AfspraakGedaan, AfspraakGeopend, AfspraakVervallen, StagnatieVastgesteld, TrajectGesloten
from domain.kader import Omstandigheden
from domain.roles import Partij, Rol
from domain.route import Oorzaak, Soort
from domain.tijd import om_acht
from domain.traject import Afspraak
from domain.vastlegging import Vastlegging
from runtime.kalenderbron import haal_kalender
from runtime.mailbericht import naar_html, naar_tekst, onderwerp_van
from runtime.mailcontext import Mailcontext
from storage.digest import maak_overzichten
from storage.mail_content import inhoud
from storage.outbox import neem_in_verzending
from storage.record import leg_vast
from tests.storage.zaken import CATALOGUS, VANDAAG, Verhaal, afspraak, bevolk, melding, meteen

Sessies = async_sessionmaker[AsyncSession]
KALENDER: Kalender = haal_kalender(Regio.NOORD, 2025, 3, frozenset(), frozenset())
SCHOOL = Omstandigheden(kalender=KALENDER)
BASIS = "https://routewacht.school.test"
DAG = timedelta(days=1)
VRAAG = {
    "soort": Soort.TOESTEMMING,
    "sjabloon": "toestemming_onderzoek",
    "doel": Doel.ONDERZOEK,
    "bal": Partij.OUDERS,
    "streef": VANDAAG + timedelta(days=14),
}


async def leg(db: Sessies, *vastleggingen: Vastlegging, eerst: bool = False) -> None:
    async with db.begin() as session:
        if eerst:
            await bevolk(session)
        for vastlegging in vastleggingen:
            await leg_vast(session, vastlegging, CATALOGUS, meteen)


async def ochtend(db: Sessies, dag: date) -> dict[str, Mailcontext]:
    """The mails of that morning by person, as they leave."""
    nu, mails = om_acht(dag), dict[str, Mailcontext]()
    async with db.begin() as session:
        for mail_id in await maak_overzichten(session, "swv", nu, lambda school, dag: True):
            mail = await inhoud(session, mail_id)
            if mail is not None and await neem_in_verzending(session, mail_id, nu):
                mails[mail.persoon_id] = maak_context(mail, CATALOGUS, SCHOOL, nu, BASIS)
    return mails


def tekst(context: Mailcontext) -> str:
    return " ".join(naar_tekst(context).split())


def vraag(sleutel: str, bericht: Bericht) -> Melding:
    return melding(sleutel, bericht, Rol.OUDERS)


async def test_a_reminder_says_so_and_asks_by_a_day_that_can_still_be_met(db: Sessies) -> None:
    verhaal, streef = Verhaal(), VANDAAG + timedelta(days=14)
    await leg(db, verhaal.start(afspraak(1, **VRAAG), meldingen=[vraag("v", Bericht.TOESTEMMING)]), eerst=True)
    eerste = (await ochtend(db, VANDAAG))["ouder"]
    assert onderwerp_van(eerste) == "De school vraagt uw toestemming"
    assert "Wilt u antwoorden op of vóór maandag 7 december 2026?" in tekst(eerste)
    assert "erinnering" not in tekst(eerste)
    await leg(db, verhaal.versie(meldingen=[vraag("h1", Bericht.HERINNERING)]))
    tweede = (await ochtend(db, VANDAAG + timedelta(days=7)))["ouder"]
    assert onderwerp_van(tweede) == "Herinnering: de school vraagt uw toestemming"
    assert "Dit is een herinnering." in tekst(tweede)
    await leg(db, verhaal.versie(meldingen=[vraag("h2", Bericht.HERINNERING)]))
    derde = tekst((await ochtend(db, streef))["ouder"])
    assert "Dit is de tweede herinnering." in derde
    assert "Wilt u vandaag antwoorden? Lukt dat niet, dan uiterlijk op maandag 14 december 2026." in derde
    assert "vóór maandag 7 december" not in derde
    assert "Deze datum volgt uit de afspraken tussen scholen en gemeente." in derde


async def test_a_reminder_that_was_never_seen_does_not_count(db: Sessies) -> None:
    berichten = [vraag("h1", Bericht.HERINNERING), vraag("h2", Bericht.HERINNERING)]
    await leg(db, Verhaal().start(afspraak(1, **VRAAG), meldingen=berichten), eerst=True)
    assert "Dit is een herinnering." in tekst((await ochtend(db, VANDAAG))["ouder"])


async def test_after_the_last_day_a_question_asks_for_no_day_that_is_over(db: Sessies) -> None:
    bericht = [vraag("h1", Bericht.HERINNERING)]
    await leg(db, Verhaal().start(afspraak(1, **VRAAG), meldingen=bericht), eerst=True)
    laat = tekst((await ochtend(db, VANDAAG + timedelta(days=30)))["ouder"])
    assert "Wilt u vandaag nog antwoorden?" in laat
    assert "14 december" not in laat


async def test_parents_read_the_date_of_the_step_they_read_about(db: Sessies) -> None:
    """The half-yearly review is owed earlier, but the text is about the step."""
    van_stap = afspraak(1, streef=date(2026, 12, 10), bal=Partij.GEMEENTE)
    jaarlijks = afspraak(2, streef=date(2026, 12, 1), stap=None, sjabloon="voortgang", bal=Partij.SCHOOL)
    stand = melding("o", Bericht.STAND_OUDERS, Rol.OUDERS, None)
    await leg(db, Verhaal().start(van_stap, jaarlijks, meldingen=[stand]), eerst=True)
    gelezen = tekst((await ochtend(db, VANDAAG))["ouder"])
    assert "donderdag 10 december 2026" in gelezen
    assert "1 december" not in gelezen
    assert "aan de beurt? Gemeente" in gelezen


async def test_parents_hear_that_the_traject_is_closed_and_nobody_else_does(db: Sessies) -> None:
    verhaal = Verhaal()
    stand, werk = melding("o", Bericht.STAND_OUDERS, Rol.OUDERS, None), melding("n")
    await leg(db, verhaal.start(meldingen=[stand, werk]), eerst=True)
    einde = melding("einde", Bericht.STAND_OUDERS, Rol.OUDERS, None)
    dicht = [AfspraakGedaan(afspraak_id="a1", op=VANDAAG), TrajectGesloten(op=VANDAAG)]
    await leg(db, verhaal.versie(*dicht, meldingen=[einde]))
    mails = await ochtend(db, VANDAAG + DAG)
    assert set(mails) == {"ouder"}
    gelezen = tekst(mails["ouder"])
    assert onderwerp_van(mails["ouder"]) == "Het traject is gesloten"
    assert "De afspraken voor uw kind zijn klaar en het traject is gesloten. U hoeft niets te doen." in gelezen
    assert "aan de beurt" not in gelezen
    assert "stap 1" not in gelezen


async def _escalatie(db: Sessies, over: Afspraak, bron: str, nu: datetime) -> str:
    verhaal = Verhaal()
    await leg(db, verhaal.start(over, afspraak(2)), eerst=True)
    # Other work went on, later than the afspraak that waits.
    stil = afspraak(3, sjabloon="stagnatie", rol=Rol.REGIEVOERDER, bal=Partij.BESTUUR, streef=date(2026, 12, 18))
    feiten = [
        AfspraakGedaan(afspraak_id="a2", op=date(2026, 12, 9)),
        AfspraakGeopend(afspraak=stil),
        StagnatieVastgesteld(
            bron=bron, oorzaak=Oorzaak.SCHOOL, bij=Rol.REGIEVOERDER, afspraak_id="a3", over=over.id, op=nu.date()
        ),
    ]
    bericht = melding("e", Bericht.ESCALATIE, Rol.REGIEVOERDER, "a3")
    async with db.begin() as session:
        vastgelegd = await leg_vast(session, verhaal.versie(*feiten, meldingen=[bericht], nu=nu), CATALOGUS, meteen)
        [mail] = vastgelegd.spoed
        gevonden = await inhoud(session, mail.mail_id)
        assert gevonden is not None
        return tekst(maak_context(gevonden, CATALOGUS, SCHOOL, nu, BASIS))


async def test_an_escalation_says_what_waits_on_whom_and_since_when(db: Sessies) -> None:
    over = afspraak(1, streef=date(2026, 11, 27), bal=Partij.OUDERS, bal_sinds=date(2026, 11, 24))
    gelezen = await _escalatie(db, over, "ladder", om_acht(date(2026, 12, 11)))
    assert "Eén afspraak blijft liggen, ook na herhaalde herinneringen." in gelezen
    assert "komt op school niet verder" not in gelezen
    assert "Wat er wacht: Evalueren hoe het gaat" in gelezen
    assert "Streefdatum daarvan: vrijdag 27 november 2026 (eigen keuze; 10 schooldagen geleden)" in gelezen
    assert (
        "De bal ligt bij: ouders (intern begeleider vraagt ernaar), sinds dinsdag 24 november 2026 (13 schooldagen)"
        in (gelezen)
    )
    assert "Streefdatum daarvoor: vrijdag 18 december 2026 (eigen keuze)" in gelezen


async def test_an_escalation_after_a_report_says_that_somebody_said_so(db: Sessies) -> None:
    over = afspraak(1, streef=date(2026, 12, 20))
    gelezen = await _escalatie(db, over, "melding", om_acht(date(2026, 12, 11)))
    assert "Iemand die erbij betrokken is, heeft gemeld dat het stilligt." in gelezen
    assert "geleden" not in gelezen


async def test_an_escalation_does_not_name_what_is_no_longer_owed(db: Sessies) -> None:
    verhaal = Verhaal()
    over = AfspraakVervallen(afspraak_id="a1", reden="stap_verlaten", op=VANDAAG)
    stil = AfspraakGeopend(afspraak=afspraak(2, sjabloon="stagnatie", rol=Rol.REGIEVOERDER))
    vast = StagnatieVastgesteld(
        bron="melding", oorzaak=Oorzaak.SCHOOL, bij=Rol.REGIEVOERDER, afspraak_id="a2", over="a1", op=VANDAAG
    )
    bericht = melding("e", Bericht.ESCALATIE, Rol.REGIEVOERDER, "a2")
    await leg(db, verhaal.start(), eerst=True)
    async with db.begin() as session:
        vastlegging = verhaal.versie(over, stil, vast, meldingen=[bericht])
        [mail] = (await leg_vast(session, vastlegging, CATALOGUS, meteen)).spoed
        gevonden = await inhoud(session, mail.mail_id)
    assert gevonden is not None
    gelezen = tekst(maak_context(gevonden, CATALOGUS, SCHOOL, om_acht(VANDAAG), BASIS))
    assert "Wat er wacht" not in gelezen
    assert "Wat we nu van je vragen" in gelezen


async def test_silence_says_how_long_and_from_where_it_counts(db: Sessies) -> None:
    verhaal = Verhaal()
    await leg(db, verhaal.start(afspraak(1, streef=date(2026, 11, 27))), eerst=True)
    await leg(db, verhaal.versie(meldingen=[melding("s", Bericht.STILTE)]))
    gelezen = tekst((await ochtend(db, date(2026, 12, 11)))["ib"])
    assert "Al 10 schooldagen geen voortgang, geteld vanaf vrijdag 27 november 2026 (de streefdatum)." in gelezen


async def test_the_digest_uses_one_word_for_each_date_and_says_what_it_rests_on(db: Sessies) -> None:
    te_laat = afspraak(1, streef=VANDAAG - DAG)
    uitgesteld = afspraak(
        2, streef=VANDAAG + DAG, uitleg="uitgesteld tot dinsdag 24 november 2026 (wacht op ander)", uitgesteld=1
    )
    meldingen = [melding("n1"), melding("n2", afspraak_id="a2")]
    await leg(db, Verhaal().start(te_laat, uitgesteld, meldingen=meldingen), eerst=True)
    mail = (await ochtend(db, VANDAAG))["ib"]
    gelezen = tekst(mail)
    assert "streefdatum was zondag 22 november 2026, uiterlijk zondag 29 november 2026, eigen keuze" in gelezen
    assert "streefdatum dinsdag 24 november 2026, gekozen bij uitstel" in gelezen
    assert "Uitgesteld tot en met dinsdag 24 november" in gelezen.replace(
        "uitgesteld tot en met", "Uitgesteld tot en met"
    )
    assert "zijn keuzes van jullie school" not in gelezen
    assert f"{BASIS}/over" in gelezen


async def test_equal_lines_are_told_once_with_how_many_pupils(db: Sessies) -> None:
    verhalen = [Verhaal(f"t-abc12{n}") for n in range(3)]
    starts = [v.start(afspraak(1, streef=VANDAAG + DAG), meldingen=[melding(f"n{n}")]) for n, v in enumerate(verhalen)]
    await leg(db, *starts, eerst=True)
    mail = (await ochtend(db, VANDAAG))["ib"]
    gelezen = tekst(mail)
    assert gelezen.count("Evalueren hoe het gaat") == 1
    assert "Evalueren hoe het gaat: 3 leerlingen" in gelezen
    assert gelezen.count("5 schooldagen") == 1
    assert "Er staan 3 dingen voor je klaar" in gelezen
    for n in range(3):
        assert f"{BASIS}/traject/t-abc12{n}" in gelezen
        assert f"{BASIS}/traject/t-abc12{n}" in naar_html(mail)
