"""What the gate looks up before an act travels, and who leads: reopening, another gezag, taking over the regie."""

from datetime import date
from typing import Any

from sqlalchemy import update

from domain.roles import Rol
from domain.traject import Traject
from storage.people_tables import Gezagdrager, Leerling
from storage.read import lees_staat
from tests.api.test_acts import IB, besluit, eis_weigering, gesloten, klaar
from tests.api.test_pages import HTML, formulier, pagina
from tests.support import voorbeeld as v
from tests.support.site import VAN_ONS, VANDAAG, Site, sleutel

REGIE: dict[str, Any] = {"rol": "regievoerder", "persoon_id": v.REGIEVOERDER}


async def staat_van(s: Site, traject_id: str) -> Traject:
    async with s.db() as session:
        staat = await lees_staat(session, traject_id)
    assert staat is not None
    return staat


async def leerling_van(s: Site, traject_id: str) -> str:
    return (await staat_van(s, traject_id)).leerling_id


async def test_reopening_beside_a_running_traject_is_refused(levend: Site) -> None:
    oud = await gesloten(levend)
    leerling = await leerling_van(levend, oud["traject_id"])
    verzoek = {"leerling_id": leerling, "door": {"persoon_id": v.IB, "rol": "ib"}}
    assert (await levend.http.post("/api/v1/trajecten", json=verzoek, headers=sleutel())).status_code == 201
    voor = await levend.opname(oud["traject_id"])
    antwoord = await levend.doe(oud["traject_id"], {"soort": "heropen"}, **IB)
    await eis_weigering(levend, oud["traject_id"], voor, antwoord, 409, "traject_loopt_al", "leerling_id")


async def test_a_reopening_on_its_way_keeps_a_start_out(levend: Site) -> None:
    oud = await gesloten(levend)
    leerling = await leerling_van(levend, oud["traject_id"])
    assert (await levend.doe(oud["traject_id"], {"soort": "heropen"}, **IB)).status_code == 200
    verzoek = {"leerling_id": leerling, "door": {"persoon_id": v.IB, "rol": "ib"}}
    antwoord = await levend.http.post("/api/v1/trajecten", json=verzoek, headers=sleutel())
    assert (antwoord.status_code, antwoord.json()["code"]) == (409, "traject_loopt_al")


async def test_reopening_goes_by_the_gezag_and_the_age_of_today_and_may_be_sent_twice(levend: Site) -> None:
    oud = await gesloten(levend)
    leerling = await leerling_van(levend, oud["traject_id"])
    async with levend.db.begin() as session:
        await session.execute(
            update(Leerling).where(Leerling.id == leerling).values(geboortedatum=date(2014, VANDAAG.month, VANDAAG.day))
        )
    kop = sleutel()
    keren = [
        await levend.doe(oud["traject_id"], {"soort": "heropen"}, **IB, gezien_versie=oud["versie"], koppen=kop)
        for _ in range(2)
    ]
    assert [a.status_code for a in keren] == [200, 200]
    assert keren[0].json() == keren[1].json()
    assert (await staat_van(levend, oud["traject_id"])).gezag.leeftijdsgroep == "12_15"


async def test_another_gezag_is_seen_taken_over_and_asked(levend: Site) -> None:
    t = await klaar(levend, await levend.begin(), "Gesprek met ouders")
    assert (await besluit(levend, t, "Besluit over het vervolg", "koo_meedenken")).status_code == 200
    als_ib = f"{v.IB}.{Rol.IB}"
    assert 'id="f-gezag"' not in await pagina(levend, t["traject_id"], als_ib), "er is niets veranderd"
    leerling = await leerling_van(levend, t["traject_id"])
    async with levend.db.begin() as session:
        session.add(
            Gezagdrager(
                leerling_id=leerling,
                persoon_id=v.OUDER_ZONDER_GEZAG,
                heeft_gezag=True,
                vastgesteld_op=VANDAAG,
                vastgesteld_door=v.DIRECTIE,
            )
        )
    assert 'id="f-gezag"' not in await pagina(levend, t["traject_id"]), "een leerkracht gaat daar niet over"
    velden = formulier(await pagina(levend, t["traject_id"], als_ib), "gezag")
    antwoord = await levend.http.post(f"/traject/{t['traject_id']}/handelen", data=velden, headers=VAN_ONS)
    assert antwoord.status_code == 303
    na = (await levend.http.get(antwoord.headers["location"], headers=HTML)).text
    assert "Opnieuw nagegaan is wie het gezag heeft." in na
    assert 'id="f-gezag"' not in await pagina(levend, t["traject_id"], als_ib)
    staat = await staat_van(levend, t["traject_id"])
    assert v.OUDER_ZONDER_GEZAG in staat.gezag.gezagdragers


async def test_what_a_sender_says_about_gezag_does_not_count(levend: Site) -> None:
    t = await levend.begin()
    verzonnen = {"gezagdragers": [v.BUITENSTAANDER], "leerling_id": "l-1", "leeftijdsgroep": "18"}
    antwoord = await levend.doe(t["traject_id"], {"soort": "wijzig_gezag", "gezag": verzonnen}, **IB)
    assert antwoord.status_code == 200
    staat = await staat_van(levend, t["traject_id"])
    assert staat.gezag.gezagdragers == (v.OUDER, v.ANDERE_OUDER)


async def test_the_regievoerder_takes_over_and_hands_back_on_the_page(levend: Site) -> None:
    t = await levend.begin()
    als = f"{v.REGIEVOERDER}.{Rol.REGIEVOERDER}"
    assert 'id="f-regie"' not in await pagina(levend, t["traject_id"])
    for regie, zin in (
        ("regievoerder", "De regie is overgenomen door de regievoerder zorg."),
        ("ib", "De regie is teruggegeven aan de intern begeleider."),
    ):
        velden = formulier(await pagina(levend, t["traject_id"], als), "regie")
        antwoord = await levend.http.post(f"/traject/{t['traject_id']}/handelen", data=velden, headers=VAN_ONS)
        assert antwoord.status_code == 303
        assert zin in (await levend.http.get(antwoord.headers["location"], headers=HTML)).text
        assert (await levend.traject(t["traject_id"]))["regie_bij"] == regie
    voor = await levend.opname(t["traject_id"])
    geweigerd = await levend.doe(t["traject_id"], {"soort": "geef_regie_terug"}, **REGIE)
    await eis_weigering(levend, t["traject_id"], voor, geweigerd, 409, "regie_blijft", "rol")
