"""Reading through the JSON API, what it does with nonsense, and what it does while Temporal is away."""

import json
import re
from typing import Any

import pytest

from storage.bewaren import houd_aan, meld_verzoek
from tests.support import voorbeeld as v
from tests.support.site import VANDAAG, Site, sleutel

TRAJECT = "t-4f7k2qh4m9xw3rt5yz8p"


async def verhaal(s: Site, leerling: str = v.LEERLING, traject_id: str = TRAJECT) -> v.Gemaakt:
    """A traject that began on 1 September and in which nobody did anything since."""
    begin = VANDAAG.replace(month=9, day=1)
    v_ = await v.Verhaal.start(s.db, leerling, begin, traject_id=traject_id, nu=s.diensten.klok.nu())
    return await v_.tot(VANDAAG).schrijf()


def handeling(**anders: Any) -> dict[str, Any]:
    return {
        "handeling": {"soort": "rond_af", "afspraak_id": "a1"},
        "door": {"persoon_id": v.LEERKRACHT, "rol": "leerkracht"},
        "gezien_versie": 1,
    } | anders


async def test_a_list_is_narrowed_down_and_counted(stil: Site) -> None:
    await verhaal(stil)
    lijst = (await stil.http.get("/api/v1/trajecten")).json()
    assert (lijst["totaal"], lijst["trajecten"][0]["code"], lijst["trajecten"][0]["te_laat"]) == (1, "T-4F7K2Q", True)
    for vraag, aantal in {
        "status=gesloten": 0,
        "status=lopend&stagnatie=true&te_laat=true": 1,
        "school_id=o-dorp": 0,
        "school_id=o-linde&rol=leerkracht": 1,
        "zoek=4F7": 1,
        "zoek=%25": 0,
        "offset=1": 0,
    }.items():
        antwoord = await stil.http.get(f"/api/v1/trajecten?{vraag}")
        assert len(antwoord.json()["trajecten"]) == aantal, vraag


async def test_one_traject_its_story_and_who_owes_what(stil: Site) -> None:
    gemaakt = await verhaal(stil)
    t = (await stil.http.get(f"/api/v1/trajecten/{TRAJECT}")).json()
    assert t["versie"] == gemaakt.traject.versie
    assert {a["afspraak_id"] for a in t["afspraken"]} == {a.id for a in gemaakt.traject.afspraken}
    assert all(a["uitleg"] for a in t["afspraken"])
    tijdlijn = (await stil.http.get(f"/api/v1/trajecten/{TRAJECT}/tijdlijn")).json()
    assert [r["nr"] for r in tijdlijn] == list(range(1, gemaakt.traject.versie + 1))
    assert tijdlijn[0]["zin"] == "Het traject is gestart."
    mijn = (await stil.http.get(f"/api/v1/afspraken?persoon_id={v.LEERKRACHT}")).json()
    assert {m["traject_id"] for m in mijn} == {TRAJECT}
    assert (await stil.http.get(f"/api/v1/afspraken?persoon_id={v.BUITENSTAANDER}")).json() == []


async def test_no_name_of_a_pupil_leaves_through_the_api(stil: Site) -> None:
    await verhaal(stil)
    for pad in ("", f"/{TRAJECT}", f"/{TRAJECT}/tijdlijn"):
        antwoord = await stil.http.get(f"/api/v1/trajecten{pad}")
        assert antwoord.status_code == 200
        assert not any(deel in antwoord.text for deel in v.KANARIE.split())


@pytest.mark.parametrize(
    "pad", ["/trajecten/t-is-er-niet", "/trajecten/t-is-er-niet/tijdlijn", "/trajecten/%00", "/opdrachten/onbekend1"]
)
async def test_what_does_not_exist_is_404_in_words(stil: Site, pad: str) -> None:
    antwoord = await stil.http.get(f"/api/v1{pad}")
    assert antwoord.status_code == 404
    assert antwoord.json()["code"] in {"traject_onbekend", "opdracht_onbekend"}
    assert (await stil.http.get("/api/v1/iets")).json()["code"] == "niet_gevonden"


@pytest.mark.parametrize(
    ("inhoud", "status", "code", "veld"),
    [
        ("{niet af", 400, "json_onleesbaar", ""),
        ("", 422, "ongeldig", ""),
        ("[]", 422, "ongeldig", ""),
        (handeling(gezien_versie="x"), 422, "ongeldig", "gezien_versie"),
        (handeling(gezien_versie=-1), 422, "ongeldig", "gezien_versie"),
        (handeling(verrassing=1), 422, "ongeldig", "verrassing"),
        (handeling(handeling={"soort": "toveren"}), 422, "ongeldig", "handeling"),
        (handeling(handeling={}), 422, "ongeldig", "handeling"),
        (handeling(handeling={"soort": "rond_af"}), 422, "ongeldig", "handeling.afspraak_id"),
        (
            handeling(handeling={"soort": "rond_af", "afspraak_id": "a1", "op": "31 februari"}),
            422,
            "ongeldig",
            "handeling.op",
        ),
        (
            handeling(handeling={"soort": "rond_af", "afspraak_id": "a1", "extra": 1}),
            422,
            "ongeldig",
            "handeling.extra",
        ),
        (
            handeling(handeling={"soort": "rond_af", "afspraak_id": "\x00"}),
            422,
            "tekst_ongeldig",
            "handeling.afspraak_id",
        ),
        (handeling(door={"persoon_id": v.LEERKRACHT, "rol": "koning"}), 422, "ongeldig", "door.rol"),
        (handeling(toelichting="x" * 2001), 422, "ongeldig", "toelichting"),
        (handeling(toelichting="\x00"), 422, "tekst_ongeldig", "toelichting"),
    ],
)
async def test_nonsense_is_refused_and_never_echoed(
    stil: Site, inhoud: object, status: int, code: str, veld: str
) -> None:
    await verhaal(stil)
    voor = (await stil.opname(TRAJECT), await stil.opdrachten())
    ruw = inhoud if isinstance(inhoud, str) else json.dumps(inhoud)
    antwoord = await stil.http.post(
        f"/api/v1/trajecten/{TRAJECT}/handelingen",
        content=ruw,
        headers={"Content-Type": "application/json", **sleutel()},
    )
    assert antwoord.headers["content-type"] == "application/problem+json"
    problem = antwoord.json()
    assert (antwoord.status_code, problem["code"], problem["veld"]) == (status, code, veld), antwoord.text
    assert problem["detail"].endswith(".")
    assert not any(waarde in antwoord.text for waarde in ("toveren", "koning", "31 februari", "xxxx"))
    assert (await stil.opname(TRAJECT), await stil.opdrachten()) == voor


@pytest.mark.parametrize("kop", [None, "kort", "met spatie erin", "x" * 65, "ongeldig/teken"])
async def test_an_act_without_a_key_of_its_own_is_refused(stil: Site, kop: str | None) -> None:
    await verhaal(stil)
    antwoord = await stil.http.post(
        f"/api/v1/trajecten/{TRAJECT}/handelingen",
        json=handeling(),
        headers={"Idempotency-Key": kop} if kop else {},
    )
    assert (antwoord.status_code, antwoord.json()["code"], antwoord.json()["veld"]) == (
        422, "sleutel_ongeldig", "Idempotency-Key",
    )  # fmt: skip
    assert await stil.opdrachten() == 0


async def test_without_temporal_an_act_is_received_and_not_lost(stil: Site) -> None:
    gemaakt = await verhaal(stil)
    kop = sleutel()
    doe = {"soort": "rond_af", "afspraak_id": gemaakt.afspraak("gesprek_ouders")}
    for _ in range(2):
        antwoord = await stil.doe(TRAJECT, doe, koppen=kop)
        assert (antwoord.status_code, antwoord.json()["status"], antwoord.json()["versie"]) == (202, "ontvangen", None)
    assert await stil.opdrachten() == 1
    stand = (await stil.http.get(antwoord.headers["location"])).json()
    assert (stand["status"], stand["traject_id"]) == ("ontvangen", TRAJECT)
    start = {"leerling_id": v.OUDERE_LEERLING, "door": {"persoon_id": v.IB, "rol": "ib"}}
    eerste = await stil.http.post("/api/v1/trajecten", json=start, headers=sleutel())
    assert eerste.status_code == 202
    # It is on its way: a second one would become a second traject as soon as Temporal is back.
    tweede = await stil.http.post("/api/v1/trajecten", json=start, headers=sleutel())
    assert (tweede.status_code, tweede.json()["code"]) == (409, "traject_loopt_al")


async def test_health_says_which_part_is_away(stil: Site) -> None:
    assert (await stil.http.get("/api/v1/gezond")).status_code == 200
    antwoord = await stil.http.get("/api/v1/gereed")
    assert (antwoord.status_code, antwoord.json()) == (503, {"database": True, "temporal": False})


async def test_the_description_is_dutch_and_complete(stil: Site) -> None:
    schema = (await stil.http.get("/openapi.json")).json()
    paden = {pad for pad in schema["paths"] if pad.startswith("/api/v1")}
    assert {"/api/v1/trajecten", "/api/v1/trajecten/{traject_id}/handelingen", "/api/v1/gereed"} <= paden
    assert paden == set(schema["paths"])
    for pad, werkwoorden in schema["paths"].items():
        for werkwoord in werkwoorden.values():
            assert werkwoord["summary"], pad
            assert werkwoord["description"].rstrip().endswith("."), pad
    soorten = schema["components"]["schemas"]["HandelVerzoek"]["properties"]["handeling"]["discriminator"]["mapping"]
    assert "leg_toestemming_vast" in soorten


async def test_what_the_description_promises_about_acts_is_what_happens(stil: Site) -> None:
    """A generated client knows nothing but this document."""
    schema = (await stil.http.get("/openapi.json")).json()
    for pad in ("/api/v1/trajecten", "/api/v1/trajecten/{traject_id}/handelingen"):
        doen = schema["paths"][pad]["post"]
        (kop,) = [p for p in doen["parameters"] if p["name"] == "Idempotency-Key"]
        assert (kop["in"], kop["required"]) == ("header", True)
        vorm = kop["schema"]
        assert (vorm["type"], vorm["minLength"], vorm["maxLength"]) == ("string", 8, 64)
        assert re.fullmatch(vorm["pattern"], sleutel()["Idempotency-Key"])
        assert not re.fullmatch(vorm["pattern"], "met spatie")
        assert {"400", "403", "404", "409", "413", "422", "503"} <= set(doen["responses"])
    assert "fouten" in schema["components"]["schemas"]["Problem"]["properties"]


async def test_what_will_be_destroyed_can_be_read_without_personal_data(stil: Site) -> None:
    async with stil.db.begin() as session:
        await meld_verzoek(session, "t-gewist000", "o-swv", "zonder_uitschrijving", stil.diensten.klok.nu())
        tot = stil.diensten.vandaag()
        wat = {"reden": "Sanne heeft een klacht", "door": "p-x:coordinator", "nu": stil.diensten.klok.nu()}
        await houd_aan(session, "t-gewist000", tot=tot, **wat)
    antwoord = await stil.http.get("/api/v1/bewaren")
    (regel,) = antwoord.json()
    assert (regel["status"], regel["herkomst"], regel["bron"]) == ("aangekondigd", "eigen_keuze", "E-16")
    assert regel["aangehouden_tot"] == tot.isoformat()
    assert "Sanne" not in antwoord.text
    assert (await stil.http.get("/api/v1/bewaren", params={"vernietigd": True})).json() == []
    assert (await stil.http.get("/api/v1/bewaren", params={"swv_id": "o-ander"})).json() == []
