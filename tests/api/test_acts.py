"""Acts through the JSON API on the real Temporal: what is applied, once, and what is refused without a trace."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from storage.case_tables import Tekst
from tests.support import voorbeeld as v
from tests.support.site import Site, open_afspraak, sleutel

IB: dict[str, Any] = {"rol": "ib", "persoon_id": v.IB}


async def klaar(s: Site, t: dict[str, Any], titel: str, **meer: Any) -> dict[str, Any]:
    """Tick off an afspraak as the teacher; returns the traject after it."""
    afspraak = open_afspraak(t, titel)
    antwoord = await s.doe(t["traject_id"], {"soort": "rond_af", "afspraak_id": afspraak["afspraak_id"]}, **meer)
    assert antwoord.status_code == 200, antwoord.text
    return await s.traject(t["traject_id"])


async def besluit(s: Site, t: dict[str, Any], titel: str, uitkomst: str, **meer: Any) -> Any:
    afspraak = open_afspraak(t, titel)
    handeling = {"soort": "neem_besluit", "afspraak_id": afspraak["afspraak_id"], "uitkomst": uitkomst, **meer}
    return await s.doe(t["traject_id"], handeling, **IB)


async def gesloten(s: Site) -> dict[str, Any]:
    """A traject that went the short way: the teacher talks, the IB'er decides, aftercare ends it."""
    t = await klaar(s, await s.begin(), "Gesprek met ouders")
    t = await klaar(s, t, "Overleg van leerkracht")
    assert (await besluit(s, t, "Besluit over het vervolg", "basisondersteuning")).status_code == 200
    t = await s.traject(t["traject_id"])
    t = await klaar(s, t, "Gesprek met ouders over hoe het nu gaat")
    antwoord = await besluit(s, t, "Evaluatie van de nazorg", "sluiten")
    assert antwoord.status_code == 200, antwoord.text
    t = await s.traject(t["traject_id"])
    assert t["status"] == "gesloten"
    return t


async def eis_weigering(
    s: Site, traject_id: str, voor: tuple[object, ...], antwoord: Any, status: int, code: str, veld: str
) -> None:
    """Refused as promised, in words, and nothing changed."""
    assert antwoord.status_code == status, antwoord.text
    assert antwoord.headers["content-type"] == "application/problem+json"
    problem = antwoord.json()
    assert (problem["code"], problem["veld"]) == (code, veld)
    assert problem["type"] == f"urn:routewacht:{code}"
    assert problem["detail"].endswith(".")
    assert problem["remedie"].endswith(".")
    assert await s.opname(traject_id) == voor


async def test_a_traject_begins_and_says_where_it_is(levend: Site) -> None:
    leerling = await v.nieuwe_leerling(levend.db)
    verzoek = {"leerling_id": leerling, "door": {"persoon_id": v.LEERKRACHT, "rol": "leerkracht"}}
    kop = sleutel()
    eerste = await levend.http.post("/api/v1/trajecten", json=verzoek, headers=kop)
    assert (eerste.status_code, eerste.json()["status"]) == (201, "verwerkt")
    t = (await levend.http.get(eerste.headers["location"])).json()
    assert (t["stap"], t["bal"], t["gestart_op"]) == ("signaal", "school", "2026-11-23")
    assert t["afspraken"]
    # The same question again is the same traject; another question under that key is refused.
    assert (await levend.http.post("/api/v1/trajecten", json=verzoek, headers=kop)).json() == eerste.json()
    ander = verzoek | {"leerling_id": await v.nieuwe_leerling(levend.db)}
    botst = await levend.http.post("/api/v1/trajecten", json=ander, headers=kop)
    assert (botst.status_code, botst.json()["code"], botst.json()["veld"]) == (
        409, "sleutel_hergebruikt", "Idempotency-Key",
    )  # fmt: skip


async def test_two_starts_at_once_give_one_traject(levend: Site) -> None:
    leerling = await v.nieuwe_leerling(levend.db)
    verzoek = {"leerling_id": leerling, "door": {"persoon_id": v.IB, "rol": "ib"}}
    antwoorden = await asyncio.gather(
        *(levend.http.post("/api/v1/trajecten", json=verzoek, headers=sleutel()) for _ in range(3))
    )
    assert sorted(a.status_code for a in antwoorden) == [201, 409, 409]
    geweigerd = next(a.json() for a in antwoorden if a.status_code == 409)
    assert (geweigerd["code"], geweigerd["veld"]) == ("traject_loopt_al", "leerling_id")


@pytest.mark.parametrize(
    ("verandering", "status", "code", "veld"),
    [
        ({"leerling_id": "l-bestaat-niet"}, 422, "leerling_onbekend", "leerling_id"),
        ({"leerling_id": v.LEERLING_ZONDER_GEZAG}, 422, "gezag_onbekend", "leerling_id"),
        ({"route": "wissewasje"}, 422, "route_onbekend", "route"),
        ({"door": {"persoon_id": "p-bestaat-niet", "rol": "ib"}}, 403, "verkeerde_rol", "door"),
        ({"door": {"persoon_id": v.BUITENSTAANDER, "rol": "leerkracht"}}, 403, "verkeerde_rol", "door"),
        ({"door": {"persoon_id": v.LEERKRACHT, "rol": "directie"}}, 403, "verkeerde_rol", "door"),
        ({"door": {"persoon_id": v.STAGNATIEPUNT, "rol": "stagnatiepunt"}}, 403, "verkeerde_rol", "door"),
        ({"door": {"persoon_id": v.JGZ, "rol": "jgz"}}, 409, "toestemming_ontbreekt", "met_toestemming"),
        (
            {"door": {"persoon_id": v.CASEMANAGER, "rol": "casemanager"}},
            409,
            "toestemming_ontbreekt",
            "met_toestemming",
        ),
    ],
)
async def test_a_start_that_may_not_be(
    levend: Site, verandering: dict[str, Any], status: int, code: str, veld: str
) -> None:
    leerling = await v.nieuwe_leerling(levend.db)
    voor = await levend.opdrachten()
    verzoek = {"leerling_id": leerling, "door": {"persoon_id": v.IB, "rol": "ib"}} | verandering
    antwoord = await levend.http.post("/api/v1/trajecten", json=verzoek, headers=sleutel())
    assert (antwoord.status_code, antwoord.json()["code"], antwoord.json()["veld"]) == (status, code, veld)
    assert await levend.opdrachten() == voor


@pytest.mark.parametrize(
    ("door", "meer"),
    [
        ({"persoon_id": v.OUDER, "rol": "ouders"}, {}),
        ({"persoon_id": "p-lpa", "rol": "leerplicht"}, {}),
        ({"persoon_id": v.JGZ, "rol": "jgz"}, {"met_toestemming": True}),
    ],
)
async def test_a_signal_also_comes_from_parents_and_from_outside_school(
    levend: Site, door: dict[str, str], meer: dict[str, Any]
) -> None:
    """Midden-Groningen, line 249. Whoever brings it is asked nothing and told nothing: school goes on with it."""
    verzoek = {"leerling_id": await v.nieuwe_leerling(levend.db), "door": door, **meer}
    antwoord = await levend.http.post("/api/v1/trajecten", json=verzoek, headers=sleutel())
    assert antwoord.status_code == 201, antwoord.text
    t = await levend.traject(antwoord.json()["traject_id"])
    assert {a["rol"] for a in t["afspraken"]} <= {"leerkracht", "ib"}
    assert t["toestemmingen"] == []
    handeling = {"soort": "rond_af", "afspraak_id": open_afspraak(t, "Gesprek met ouders")["afspraak_id"]}
    assert (await levend.doe(t["traject_id"], handeling, **door)).status_code == 403


async def test_an_act_is_to_be_seen_when_the_answer_comes(levend: Site) -> None:
    t = await levend.begin()
    afspraak = open_afspraak(t, "Gesprek met ouders")
    handeling = {"soort": "rond_af", "afspraak_id": afspraak["afspraak_id"], "aanwezig": ["ouders"]}
    antwoord = await levend.doe(t["traject_id"], handeling, toelichting="Fijn gesprek.\r\nVervolg over twee weken.")
    assert (antwoord.status_code, antwoord.json()["status"]) == (200, "verwerkt")
    na = await levend.traject(t["traject_id"])
    assert na["versie"] >= antwoord.json()["versie"] > t["versie"]
    assert next(a for a in na["afspraken"] if a["afspraak_id"] == afspraak["afspraak_id"])["status"] == "gedaan"
    stand = (await levend.http.get(antwoord.headers["location"])).json()
    assert (stand["status"], stand["versie"]) == ("verwerkt", antwoord.json()["versie"])
    async with levend.db() as session:
        tekst = await session.scalar(select(Tekst.tekst).where(Tekst.traject_id == t["traject_id"]))
    assert tekst == "Fijn gesprek.\nVervolg over twee weken."


async def test_a_double_click_is_one_act_with_one_answer(levend: Site) -> None:
    t = await levend.begin()
    handeling = {"soort": "rond_af", "afspraak_id": open_afspraak(t, "Gesprek met ouders")["afspraak_id"]}
    kop = sleutel()
    samen = await asyncio.gather(
        *(
            levend.doe(t["traject_id"], handeling, gezien_versie=t["versie"], koppen=kop, toelichting="ja")
            for _ in range(4)
        )
    )
    later = await levend.doe(t["traject_id"], handeling, gezien_versie=t["versie"], koppen=kop, toelichting="ja")
    assert {a.status_code for a in (*samen, later)} == {200}
    assert len({a.text for a in (*samen, later)}) == 1
    tijdlijn = (await levend.http.get(f"/api/v1/trajecten/{t['traject_id']}/tijdlijn")).json()
    assert [r["soort"] for r in tijdlijn].count("afspraak_gedaan") == 1


@pytest.mark.parametrize("anders", ["handeling", "toelichting", "traject", "persoon"])
async def test_a_key_used_for_something_else_is_refused(levend: Site, anders: str) -> None:
    t, ander = await levend.begin(), await levend.begin()
    handeling = {"soort": "rond_af", "afspraak_id": open_afspraak(t, "Gesprek met ouders")["afspraak_id"]}
    kop = sleutel()
    gezien: dict[str, Any] = {"gezien_versie": t["versie"], "koppen": kop}
    assert (await levend.doe(t["traject_id"], handeling, toelichting="a", **gezien)).status_code == 200
    voor = await levend.opname(t["traject_id"])
    if anders == "handeling":
        antwoord = await levend.doe(t["traject_id"], {"soort": "meld_stilstand"}, toelichting="a", **gezien)
    elif anders == "toelichting":
        antwoord = await levend.doe(t["traject_id"], handeling, toelichting="b", **gezien)
    elif anders == "traject":
        antwoord = await levend.doe(ander["traject_id"], handeling, toelichting="a", **gezien)
    else:
        antwoord = await levend.doe(t["traject_id"], handeling, **IB, toelichting="a", **gezien)
    await eis_weigering(levend, t["traject_id"], voor, antwoord, 409, "sleutel_hergebruikt", "Idempotency-Key")


async def test_a_refusal_is_remembered(levend: Site) -> None:
    t = await levend.begin()
    handeling = {"soort": "rond_af", "afspraak_id": "a999"}
    kop = sleutel()
    eerste, tweede = [
        await levend.doe(t["traject_id"], handeling, gezien_versie=t["versie"], koppen=kop) for _ in range(2)
    ]
    assert eerste.status_code == tweede.status_code == 404
    assert eerste.json() == tweede.json()
    stand = (await levend.http.get(f"/api/v1/opdrachten/{kop['Idempotency-Key']}")).json()
    assert (stand["status"], stand["code"]) == ("geweigerd", "afspraak_onbekend")


async def test_refusals_on_a_running_traject_leave_no_trace(levend: Site) -> None:
    t = await levend.begin()
    gesprek = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    vervolg = open_afspraak(t, "Besluit over het vervolg")["afspraak_id"]
    traject_id, voor = t["traject_id"], await levend.opname(t["traject_id"])
    rond_af = {"soort": "rond_af", "afspraak_id": gesprek}
    beslis = {"soort": "neem_besluit", "afspraak_id": vervolg, "uitkomst": "onderzoek"}
    gevallen: list[tuple[dict[str, Any], dict[str, Any], int, str, str]] = [
        ({**rond_af, "afspraak_id": "a77"}, {}, 404, "afspraak_onbekend", "afspraak_id"),
        (rond_af, {"rol": "jgz", "persoon_id": v.JGZ}, 403, "verkeerde_rol", "rol"),
        (rond_af, {"rol": "ib", "persoon_id": v.BUITENSTAANDER}, 403, "verkeerde_rol", "door"),
        (rond_af, {"rol": "directie", "persoon_id": v.LEERKRACHT}, 403, "verkeerde_rol", "door"),
        ({**rond_af, "op": "2026-11-24"}, {}, 422, "datum_ongeldig", "op"),
        ({**rond_af, "op": "2026-11-20"}, {}, 422, "datum_ongeldig", "op"),
        (beslis, IB, 409, "voorwaarde_ontbreekt", "uitkomst"),
        ({**beslis, "uitkomst": "verzonnen"}, IB, 422, "uitkomst_onbekend", "uitkomst"),
        ({**rond_af, "afspraak_id": vervolg}, IB, 422, "past_niet", "soort"),
        (
            {"soort": "stel_uit", "afspraak_id": gesprek, "tot": "2026-11-20", "reden": "ziekte_medewerker"},
            {},
            422,
            "datum_ongeldig",
            "tot",
        ),
        ({"soort": "heropen"}, IB, 409, "traject_loopt", "traject_id"),
        (
            {"soort": "draag_over", "afspraak_id": gesprek, "rol": "mentor"},
            IB,
            422,
            "persoon_onbekend",
            "handeling.rol",
        ),
        (
            {"soort": "draag_over", "afspraak_id": gesprek, "rol": "ib", "persoon_id": v.JGZ},
            IB,
            422,
            "persoon_onbekend",
            "handeling.persoon_id",
        ),
    ]
    for handeling, wie, status, code, veld in gevallen:
        antwoord = await levend.doe(traject_id, handeling, **wie)
        await eis_weigering(levend, traject_id, voor, antwoord, status, code, veld)


async def test_a_stale_page_is_told_so(levend: Site) -> None:
    t = await levend.begin()
    gesprek = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    uitstel = {"soort": "stel_uit", "afspraak_id": gesprek, "tot": "2026-12-07", "reden": "op_verzoek_ouders"}
    assert (await levend.doe(t["traject_id"], uitstel)).status_code == 200
    voor = await levend.opname(t["traject_id"])
    antwoord = await levend.doe(
        t["traject_id"], {"soort": "rond_af", "afspraak_id": gesprek}, gezien_versie=t["versie"]
    )
    await eis_weigering(levend, t["traject_id"], voor, antwoord, 409, "verouderd", "gezien_versie")


async def test_nothing_that_needs_consent_happens_without_it(levend: Site) -> None:
    t = await klaar(levend, await levend.begin(), "Gesprek met ouders")
    t = await klaar(levend, await klaar(levend, t, "Notitie"), "Overleg van leerkracht")
    assert (await besluit(levend, t, "Besluit over het vervolg", "onderzoek")).status_code == 200
    t = await levend.traject(t["traject_id"])
    t = await klaar(levend, t, "Onderzoek door school", **IB)
    t = await klaar(levend, t, "Bespreking van de bevindingen")
    voor = await levend.opname(t["traject_id"])
    kenmerken = {"leervraag": "complex", "leefvraag": "complex", "problematiek": "meervoudig"}
    antwoord = await besluit(levend, t, "Besluit over de route", "plan_van_aanpak", kenmerken=kenmerken)
    await eis_weigering(levend, t["traject_id"], voor, antwoord, 409, "toestemming_ontbreekt", "uitkomst")
    antwoord = await besluit(levend, t, "Besluit over de route", "plan_van_aanpak")
    await eis_weigering(levend, t["traject_id"], voor, antwoord, 422, "gegeven_ontbreekt", "kenmerken.leervraag")


async def test_a_parent_answers_only_for_oneself(levend: Site) -> None:
    t = await klaar(levend, await levend.begin(), "Gesprek met ouders")
    assert (await besluit(levend, t, "Besluit over het vervolg", "koo_meedenken")).status_code == 200
    antwoord = {"soort": "leg_toestemming_vast", "doel": "delen_koo", "antwoord": "gegeven", "vorm": "digitaal"}
    ouder: dict[str, Any] = {"rol": "ouders", "persoon_id": v.OUDER}
    voor = await levend.opname(t["traject_id"])
    ander = await levend.doe(t["traject_id"], {**antwoord, "persoon_id": v.ANDERE_OUDER}, **ouder)
    await eis_weigering(levend, t["traject_id"], voor, ander, 403, "verkeerde_rol", "rol")
    vreemd = await levend.doe(t["traject_id"], {**antwoord, "persoon_id": v.BUITENSTAANDER}, **IB)
    await eis_weigering(levend, t["traject_id"], voor, vreemd, 422, "persoon_onbekend", "persoon_id")
    assert (await levend.doe(t["traject_id"], {**antwoord, "persoon_id": v.OUDER}, **ouder)).status_code == 200
    (toestemming,) = (await levend.traject(t["traject_id"]))["toestemmingen"]
    assert toestemming["stand"] == "gedeeltelijk"


async def test_a_closed_traject_only_opens_again(levend: Site) -> None:
    t = await gesloten(levend)
    traject_id, voor = t["traject_id"], await levend.opname(t["traject_id"])
    afspraak = t["afspraken"][0]["afspraak_id"]
    for handeling in ({"soort": "rond_af", "afspraak_id": afspraak}, {"soort": "meld_stilstand"}):
        antwoord = await levend.doe(traject_id, handeling)
        await eis_weigering(levend, traject_id, voor, antwoord, 409, "traject_gesloten", "traject_id")
    antwoord = await levend.doe(traject_id, {"soort": "heropen", "stap": "hink_stap_sprong"}, **IB)
    await eis_weigering(levend, traject_id, voor, antwoord, 422, "stap_onbekend", "stap")
    assert (await levend.doe(traject_id, {"soort": "heropen"}, **IB)).status_code == 200
    assert (await levend.traject(traject_id))["status"] == "lopend"


async def test_health_of_a_living_site(levend: Site) -> None:
    antwoord = await levend.http.get("/api/v1/gereed")
    assert (antwoord.status_code, antwoord.json()) == (200, {"database": True, "temporal": True})


async def test_the_words_of_a_refused_act_are_not_kept_and_asking_again_says_the_same(levend: Site) -> None:
    t = await levend.begin()
    kop, geheim = sleutel(), "Dit hoort nergens te blijven"
    handeling = {"soort": "rond_af", "afspraak_id": "a999"}
    antwoorden = [await levend.doe(t["traject_id"], handeling, koppen=kop, toelichting=geheim) for _ in range(2)]
    assert {(a.status_code, a.json()["code"]) for a in antwoorden} == {(404, "afspraak_onbekend")}
    async with levend.db() as session:
        assert await session.scalar(select(Tekst.id).where(Tekst.tekst == geheim)) is None


async def test_for_which_acts_the_version_matters_is_as_the_description_says(levend: Site) -> None:
    schema = (await levend.http.get("/openapi.json")).json()["components"]["schemas"]["HandelVerzoek"]
    beschreven = schema["properties"]["gezien_versie"]["description"]
    t = await levend.begin()
    afspraak_id = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    for handeling, maakt_uit in (
        ({"soort": "rond_af", "afspraak_id": afspraak_id}, True),
        ({"soort": "draag_over", "afspraak_id": afspraak_id, "rol": "ib"}, True),
        ({"soort": "meld_stilstand"}, False),
    ):
        antwoord = await levend.doe(t["traject_id"], handeling, gezien_versie=0)
        assert (antwoord.status_code == 409 and antwoord.json()["code"] == "verouderd") is maakt_uit, antwoord.text
        assert (f"`{handeling['soort']}`" in beschreven) is not maakt_uit
