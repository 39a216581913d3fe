"""What the JSON API does with text that cannot be kept, JSON without end, and names it does not know."""

import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from storage.case_tables import Tekst
from tests.support import voorbeeld as v
from tests.support.site import Site, sleutel
from tests.support.spelen import START

TRAJECT = "t-4f7k2qh4m9xw3rt5yz8p"
HALF = "\ud800"
BESLUIT = {"soort": "neem_besluit", "afspraak_id": "a1", "uitkomst": "x"}
ROND = {"soort": "rond_af", "afspraak_id": "a1"}


async def stuur(s: Site, inhoud: Any, pad: str = f"/trajecten/{TRAJECT}/handelingen") -> httpx2.Response:
    ruw = inhoud if isinstance(inhoud, bytes) else json.dumps(inhoud).encode()
    koppen = {"Content-Type": "application/json", **sleutel()}
    return await s.http.post(f"/api/v1{pad}", content=ruw, headers=koppen)


def verzoek(**anders: Any) -> dict[str, Any]:
    door = {"persoon_id": v.LEERKRACHT, "rol": "leerkracht"}
    return {"handeling": ROND, "door": door, "gezien_versie": 1} | anders


@pytest.mark.parametrize("slecht", [HALF, "\x00", "\x1b[31m", "\x7f"])
@pytest.mark.parametrize(
    ("maak", "veld"),
    [
        (lambda t: verzoek(toelichting=f"Goed{t} gesprek"), "toelichting"),
        (lambda t: verzoek(handeling=ROND | {"afspraak_id": t}), "handeling.afspraak_id"),
        (lambda t: verzoek(handeling=BESLUIT | {"uitkomst": t}), "handeling.uitkomst"),
        (lambda t: verzoek(handeling=BESLUIT | {"kenmerken": {"leervraag": t}}), "handeling.kenmerken.leervraag"),
        (lambda t: verzoek(handeling=BESLUIT | {"kenmerken": {t: "x"}}), "handeling.kenmerken"),
        (lambda t: verzoek(handeling={"soort": t}), "handeling.soort"),
        (lambda t: verzoek(handeling={"soort": "heropen", "stap": t}), "handeling.stap"),
        (lambda t: verzoek(door={"persoon_id": t, "rol": "ib"}), "door.persoon_id"),
        (lambda t: {t: 1}, ""),
    ],
)
async def test_text_that_nobody_can_read_is_refused_by_field(stil: Site, slecht: str, maak: Any, veld: str) -> None:
    antwoord = await stuur(stil, maak(slecht))
    problem = antwoord.json()
    assert (antwoord.status_code, problem["code"], problem["veld"]) == (422, "tekst_ongeldig", veld)
    assert problem["detail"] == "In dit veld staan onleesbare tekens."
    assert await stil.opdrachten() == 0


async def test_a_start_with_half_a_character_is_refused_by_field(stil: Site) -> None:
    door = {"persoon_id": v.IB, "rol": "ib"}
    for veld in ("leerling_id", "route"):
        antwoord = await stuur(stil, {"leerling_id": v.LEERLING, "door": door, veld: HALF}, "/trajecten")
        assert (antwoord.status_code, antwoord.json()["veld"]) == (422, veld)


@pytest.mark.parametrize(
    ("getypt", "bewaard"),
    [
        (r"Er stond \u0000 in het verslag", r"Er stond \u0000 in het verslag"),
        ("een\u00a0harde spatie\u202fen\u00adweg\u200b\ufeff", "een harde spatie enweg"),
        ("gezin \U0001f468\u200d\U0001f469\u200d\U0001f467", "gezin \U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("regel een\r\nregel\ttwee", "regel een\nregel\ttwee"),
    ],
)
async def test_what_people_paste_is_kept(stil: Site, getypt: str, bewaard: str) -> None:
    verhaal = await v.Verhaal.start(stil.db, v.LEERLING, START.date(), traject_id=TRAJECT, nu=stil.diensten.klok.nu())
    await verhaal.schrijf()
    antwoord = await stuur(stil, verzoek(toelichting=getypt))
    assert antwoord.status_code == 202, antwoord.text
    async with stil.db() as session:
        assert await session.scalar(select(Tekst.tekst).where(Tekst.traject_id == TRAJECT)) == bewaard


async def test_an_id_that_only_looks_like_a_control_character_is_just_unknown(stil: Site) -> None:
    """A backslash, a u and four zeros are six characters anybody may type."""
    antwoord = await stuur(stil, verzoek(handeling=ROND | {"afspraak_id": r"\u0000"}))
    assert antwoord.json()["code"] == "traject_onbekend"


@pytest.mark.parametrize(
    "inhoud",
    [
        b"[" * 30_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        b"\xff\xfe{}",
        b'{"gezien_versie": ' + b"9" * 5000 + b"}",
    ],
)
async def test_json_without_end_or_in_no_writing_is_400_in_words(stil: Site, inhoud: bytes) -> None:
    antwoord = await stuur(stil, inhoud)
    assert (antwoord.status_code, antwoord.json()["code"]) == (400, "json_onleesbaar"), antwoord.text
    assert antwoord.json()["remedie"]


async def test_names_that_were_made_up_are_not_said_back_at_length(stil: Site) -> None:
    lang, veel = "n" * 60_000, {f"veld{nr}": 1 for nr in range(2000)}
    for inhoud in (verzoek(**{lang: 1}), verzoek(**veel), verzoek(handeling=BESLUIT | {"kenmerken": {lang: 1}})):
        antwoord = await stuur(stil, inhoud)
        assert antwoord.status_code == 422
        assert len(antwoord.content) < 8_000
    antwoord = await stil.http.get(f"/api/v1/trajecten?{lang[:3000]}=1")
    assert antwoord.status_code == 422
    assert len(antwoord.content) < 1_000


@pytest.mark.parametrize(
    ("pad", "veld"),
    [
        ("/trajecten?statsu=lopend", "statsu"),
        ("/trajecten?status=lopend&Limit=5", "Limit"),
        (f"/afspraken?persoon_id={v.LEERKRACHT}&rol=ib", "rol"),
        (f"/trajecten/{TRAJECT}?versie=1", "versie"),
        (f"/trajecten/{TRAJECT}/tijdlijn?limit=1", "limit"),
        ("/trajecten?%ED%A0%80=1", "\ufffd\ufffd\ufffd"),
        ("/trajecten?%00=1", "?"),
    ],
)
async def test_a_question_nobody_knows_is_refused_and_not_ignored(stil: Site, pad: str, veld: str) -> None:
    antwoord = await stil.http.get(f"/api/v1{pad}")
    problem = antwoord.json()
    assert (antwoord.status_code, problem["code"], problem["veld"]) == (422, "vraag_onbekend", veld)
    assert pad.startswith(f"/trajecten/{TRAJECT}") or "Gebruik alleen: " in problem["remedie"]


async def test_pages_take_odd_characters_as_they_take_any_mistake(stil: Site) -> None:
    verhaal = await v.Verhaal.start(stil.db, v.LEERLING, START.date(), traject_id=TRAJECT, nu=stil.diensten.klok.nu())
    await verhaal.schrijf()
    koppen = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", **sleutel()}
    for raar in ("%00", "%ED%A0%80", "%1B", "%FF"):
        for naam in ("afspraak_id", "uitkomst", "kenmerken.leervraag", "kenmerken.%00", "soort", "commando_id"):
            formulier = (
                f"als={v.IB}.ib&soort=neem_besluit&afspraak_id=a1&uitkomst=x&commando_id=c-12345678&{naam}={raar}"
            )
            kop = {**koppen, "Content-Type": "application/x-www-form-urlencoded"}
            antwoord = await stil.http.post(f"/traject/{TRAJECT}/handelen", content=formulier, headers=kop)
            assert antwoord.status_code in {303, 409, 422}, (raar, naam, antwoord.status_code)
        for pad in (f"/traject/{TRAJECT}?opdracht={raar}", f"/?zoek={raar}&school={raar}", f"/traject/{raar}"):
            assert (await stil.http.get(pad, headers=koppen)).status_code < 500
