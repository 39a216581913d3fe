"""One realistic example of each mail, and the building of it."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

from runtime.mailbericht import (
    BewakingContext,
    ContactContext,
    EscalatieContext,
    Groep,
    Mailbericht,
    Mailcontext,
    Regel,
    SpoedContext,
    StandContext,
    ToestemmingContext,
    WeekoverzichtContext,
    bouw_bericht,
)

MOMENT = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
URL = "https://routewacht.school.test/a/"


def regel(titel: str = "Evaluatie vastleggen", nummer: int = 1) -> Regel:
    return Regel(
        titel=titel,
        traject_code="T-4F7K2",
        wanneer="vandaag",
        uitleg="Afspraak uit het plan.",
        herkomst="uit de route",
        url=f"{URL}{nummer}",
    )


def escalatie(rol: str) -> EscalatieContext:
    return EscalatieContext.model_validate(
        {
            "voornaam": "Henk",
            "rol": rol,
            "traject_code": "T-4F7K2",
            "waarom": "Eén afspraak blijft liggen.",
            "wacht": "Intakegesprek met het gezin",
            "streefdatum": "woensdag 4 november (18 schooldagen geleden)",
            "bal": "de gemeente, sinds maandag 2 november",
            "gevraagd": "Breng de betrokkenen bij elkaar.",
            "url": f"{URL}e",
        }
    )


CONTEXTEN: list[Mailcontext] = [
    WeekoverzichtContext(
        voornaam="Marieke",
        datum="maandag 30 november 2026",
        groepen=(Groep(titel="Te laat", regels=(regel(),)), Groep(titel="Vandaag", regels=(regel(nummer=2),))),
        overzicht_url=f"{URL}mijn",
        regels_url=f"{URL}over",
    ),
    SpoedContext(voornaam="Marieke", regel=regel()),
    escalatie("regievoerder"),
    escalatie("stagnatiepunt"),
    ToestemmingContext(
        traject_code="T-4F7K2", antwoord="Wilt u antwoorden op of vóór vrijdag 11 december?", url=f"{URL}t"
    ),
    StandContext(
        traject_code="T-4F7K2",
        stap=3,
        stappen=8,
        aan_de_beurt="de school",
        wat="een afspraak maken",
        wanneer="uiterlijk vrijdag",
        url=f"{URL}s",
    ),
    StandContext(
        traject_code="T-4F7K2",
        stap=8,
        stappen=8,
        aan_de_beurt="Niemand",
        wat="niets meer",
        wanneer="niets meer",
        gesloten=True,
        url=f"{URL}s",
    ),
    ContactContext(
        voornaam="Marieke", traject_code="T-4F7K2", rol="een ouder", sinds="maandag 23 november", url=f"{URL}c"
    ),
    BewakingContext(voornaam="Henk", taken=("Aangehouden mail: 2", "Wekkers die niet afgingen: 1"), url=f"{URL}g"),
]
SPOED = CONTEXTEN[1]


def bouw(context: Mailcontext, ontvanger: str = "ib@school.test", sleutel: str = "afspraak/1/ib") -> Mailbericht:
    return bouw_bericht(
        context,
        ontvanger=ontvanger,
        sleutel=sleutel,
        datum=MOMENT,
        afzender="routewacht@swv.test",
        domein="swv.test",
    )


def lees(bericht: Mailbericht) -> EmailMessage:
    gelezen = email.message_from_bytes(bericht.inhoud, policy=policy.SMTP)
    assert isinstance(gelezen, EmailMessage)
    return gelezen
