"""How it goes, and deciding about held mail: on the page, in the API, and for Prometheus. No names where none belong."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import func, select, update

from domain.bewaking import Controle, Meting
from storage.mail_tables import BerichtRij, MailRij, MailStap, MailStatus
from storage.people_tables import Persoon
from storage.watch import bewaar
from storage.watch_tables import Bewakingstaak
from tests.support import voorbeeld as v
from tests.support.site import VAN_ONS, VANDAAG, Site

HTML = {"Accept": "text/html"}
TRAJECT = "t-4f7k2qh4m9xw3rt5yz8p"
NIEUWE_BUREN = {"Sec-Fetch-Site": "cross-site"}


async def aangehouden(s: Site, mail_id: str = "m-1") -> str:
    """A held mail about one traject."""
    nu = s.diensten.klok.nu()
    loop = await v.Verhaal.start(s.db, v.LEERLING, VANDAAG.replace(day=1), traject_id=TRAJECT, nu=nu)
    await loop.schrijf()
    async with s.db.begin() as session:
        session.add(
            MailRij(
                id=mail_id,
                message_sleutel="sleutel-1",
                sjabloon="spoed",
                persoon_id=v.OUDER,
                swv_id=v.SWV,
                spoed=True,
                status=MailStatus.HELD,
                niet_voor=nu,
                aangemaakt_op=nu,
                laatste_poging_op=nu,
                aangehouden_sinds=datetime.now(UTC),
            )
        )
        await session.flush()
        await session.execute(update(BerichtRij).values(mail_id=mail_id, status="opgenomen"))
    return mail_id


async def mail(s: Site, mail_id: str = "m-1") -> MailRij:
    async with s.db() as session:
        rij = await session.get(MailRij, mail_id)
    assert rij is not None
    return rij


async def gezond(s: Site) -> dict[str, dict[str, object]]:
    antwoord = (await s.http.get("/api/v1/gezond")).json()
    return {c["controle"]: c for c in antwoord["controles"]}


@pytest.mark.parametrize(
    ("besluit", "dan"), [("opnieuw", "queued"), ("laat_vallen", "vervallen"), ("aangekomen", "sent")]
)
async def test_a_person_decides_on_the_page_and_it_is_written_down(stil: Site, besluit: str, dan: str) -> None:
    await aangehouden(stil)
    html = unescape((await stil.http.get("/mail/aangehouden", headers=HTML)).text)
    assert f'value="{v.IB}.ib"' in html
    assert f'value="{v.COORDINATOR}.coordinator"' in html
    assert f'value="{v.OUDER}.ouders"' not in html
    velden = {"als": f"{v.IB}.ib", "besluit": besluit}
    antwoord = await stil.http.post("/mail/aangehouden/m-1", data=velden, headers=VAN_ONS)
    assert antwoord.status_code == 303
    assert (await mail(stil)).status == dan
    async with stil.db() as session:
        [stap] = await session.scalars(select(MailStap))
    assert (stap.door_persoon_id, stap.door_rol) == (v.IB, "ib")
    assert abs(stap.op - stil.diensten.klok.nu()) < timedelta(minutes=1)
    nogmaals = await stil.http.post("/mail/aangehouden/m-1", data=velden, headers={**VAN_ONS, **HTML})
    assert nogmaals.status_code == 409
    assert "hoeft niemand meer te beslissen" in nogmaals.text


@pytest.mark.parametrize(
    ("velden", "koppen", "status"),
    [
        ({"als": f"{v.OUDER}.ouders", "besluit": "opnieuw"}, VAN_ONS, 409),
        ({"als": "", "besluit": "opnieuw"}, VAN_ONS, 409),
        ({"als": f"{v.IB}.ib", "besluit": "verbrand"}, VAN_ONS, 409),
        ({"als": f"{v.IB}.ib", "besluit": "opnieuw"}, NIEUWE_BUREN, 403),
    ],
)
async def test_what_is_not_right_changes_nothing(
    stil: Site, velden: dict[str, str], koppen: dict[str, str], status: int
) -> None:
    await aangehouden(stil)
    antwoord = await stil.http.post("/mail/aangehouden/m-1", data=velden, headers={**koppen, **HTML})
    assert antwoord.status_code == status
    assert (await mail(stil)).status == MailStatus.HELD


async def test_the_api_lists_and_decides_without_names(stil: Site) -> None:
    await aangehouden(stil)
    antwoord = await stil.http.get("/api/v1/mail/aangehouden")
    [regel] = antwoord.json()["mails"]
    assert (regel["mail_id"], regel["persoon_id"], regel["traject_ids"]) == ("m-1", v.OUDER, [TRAJECT])
    assert "Bakker" not in antwoord.text
    vraag = {"besluit": "opnieuw", "door": {"persoon_id": "p-ib2", "rol": "ib"}}
    ander = await stil.http.post("/api/v1/mail/m-1/besluit", json=vraag)
    assert (ander.status_code, ander.json()["code"]) == (403, "verkeerde_rol")
    # The same answer for a mail that does not exist: nobody learns which there are.
    onbekend = await stil.http.post("/api/v1/mail/m-9/besluit", json=vraag)
    assert (onbekend.status_code, onbekend.json()) == (403, ander.json())
    vraag["door"] = {"persoon_id": v.COORDINATOR, "rol": "coordinator"}
    assert (await stil.http.post("/api/v1/mail/m-1/besluit", json=vraag)).status_code == 204
    over = await stil.http.post("/api/v1/mail/m-1/besluit", json=vraag)
    assert (over.status_code, over.json()["code"]) == (409, "mail_niet_aangehouden")


async def test_a_worker_that_says_nothing_is_wrong(stil: Site) -> None:
    assert (await gezond(stil))["worker"]["stand"] == "mis"
    assert (await gezond(stil))["vastgelopen"]["stand"] == "onbekend"
    nu = datetime.now(UTC)
    async with stil.db.begin() as session:
        metingen = [Meting(controle=c, aantal=int(c is Controle.WORKER)) for c in
                    (Controle.WORKER, Controle.VASTGELOPEN, Controle.ZONDER_EIGENAAR)]  # fmt: skip
        await bewaar(session, metingen, nu)
    antwoord = (await stil.http.get("/api/v1/gezond")).json()
    assert antwoord["stand"] == "goed", antwoord
    async with stil.db.begin() as session:
        await bewaar(session, metingen, nu - timedelta(seconds=100))
    na = await gezond(stil)
    assert [na[c]["stand"] for c in ("worker", "vastgelopen", "zonder_eigenaar")] == ["mis", "onbekend", "goed"]


async def test_a_held_mail_shows_everywhere_without_a_name(stil: Site) -> None:
    await aangehouden(stil)
    async with stil.db.begin() as session:
        vast = Meting(controle=Controle.VASTGELOPEN, aantal=1, voorbeelden=(f"traject/{TRAJECT}",))
        await bewaar(session, [vast], datetime.now(UTC))
    controles = await gezond(stil)
    assert (controles["mail_aangehouden"]["stand"], controles["mail_aangehouden"]["aantal"]) == ("let_op", 1)
    assert controles["vastgelopen"]["voorbeelden"] == [f"traject/{TRAJECT}"]
    metrics = await stil.http.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    regels = metrics.text.splitlines()
    assert 'routewacht_check_count{check="mail_aangehouden"} 1.0' in regels
    assert 'routewacht_check_state{check="mail_aangehouden"} 1.0' in regels
    assert 'routewacht_check_state{check="vastgelopen"} 3.0' in regels
    assert "routewacht_state 3.0" in regels
    pagina = unescape((await stil.http.get("/gezond", headers=HTML)).text)
    assert "Van één mail weet niemand of hij is aangekomen." in pagina
    async with stil.db() as session:
        namen = list(await session.scalars(select(func.lower(Persoon.achternaam))))
    for tekst in (metrics.text, (await stil.http.get("/api/v1/gezond")).text):
        assert TRAJECT not in metrics.text
        assert not any(naam in tekst.lower() for naam in [*namen, v.KANARIE.lower()])


async def test_tasks_of_the_daily_check_are_shown_with_their_owner(stil: Site) -> None:
    nu = stil.diensten.klok.nu()
    async with stil.db.begin() as session:
        for controle, wie in (("wekkers", v.COORDINATOR), ("leesmodel", None)):
            session.add(
                Bewakingstaak(
                    swv_id=v.SWV,
                    controle=controle,
                    aantal=2,
                    voorbeelden=[],
                    rol="coordinator",
                    persoon_id=wie,
                    geopend_op=nu,
                    gezien_op=nu,
                )
            )
    pagina = unescape((await stil.http.get("/gezond", headers=HTML)).text)
    assert "Voor Gerard Hoekstra (coördinator samenwerkingsverband)" in pagina
    assert "Voor niemand" in pagina
    assert "heeft niemand een rol die dit kan oppakken" in pagina


async def test_without_a_database_it_still_answers(stil: Site) -> None:
    class Weg:
        def __call__(self) -> object:
            raise ConnectionError

    object.__setattr__(stil.diensten, "sessies", Weg())
    antwoord = await stil.http.get("/api/v1/gezond")
    assert (antwoord.status_code, antwoord.json()["stand"]) == (200, "onbekend")
    pagina = await stil.http.get("/gezond", headers=HTML)
    assert pagina.status_code == 200
    assert "de database antwoordt niet" in pagina.text
    assert "routewacht_state 2.0" in (await stil.http.get("/metrics")).text
