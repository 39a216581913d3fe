"""What other websites in the same browser can try, and what every answer carries."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from api.app import maak_app
from tests.support.site import BASIS, VAN_ONS, Site

HTML = {"Accept": "text/html"}
ALS = "/traject/t-x/als"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:99", "[::1]:8000"])
async def test_our_own_names_are_answered(stil: Site, host: str) -> None:
    assert (await stil.http.get("/over", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "boos.example",
        "127.0.0.1.boos.example",
        "10.0.0.7:8000",
        "",
        "localhost:8000@boos.example",
        "localhost:boos.example",
        "localhost:80:80",
        "localhost:",
        "localhost:99999",
        "localhost/x",
        "[::1]boos.example",
        "[::1",
        "user@localhost",
    ],
)
async def test_another_name_for_this_machine_is_not(stil: Site, host: str) -> None:
    antwoord = await stil.http.get("/", headers={"Host": host, **HTML})
    assert antwoord.status_code == 421
    assert "Onder deze naam" in antwoord.text


@pytest.mark.parametrize(
    ("pad", "koppen", "mag"),
    [
        (ALS, VAN_ONS, True),
        (ALS, {"Origin": BASIS}, True),
        (ALS, {}, False),
        (ALS, {"Origin": "null"}, False),
        (ALS, {"Origin": "http://127.0.0.1:9999"}, False),
        (ALS, {"Sec-Fetch-Site": "cross-site"}, False),
        (ALS, {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9999"}, False),
        (ALS, {"Sec-Fetch-Site": "none"}, False),
        ("/api/v1/trajecten", {}, True),
        ("/api/v1/trajecten", {"Sec-Fetch-Site": "cross-site"}, False),
        ("/api/v1/trajecten", {"Origin": "http://boos.example"}, False),
        ("/codec/decode", {}, True),
        ("/codec/decode", {"Origin": "http://boos.example"}, False),
    ],
)
async def test_only_our_own_pages_and_programs_may_post(
    stil: Site, pad: str, koppen: dict[str, str], mag: bool
) -> None:
    antwoord = await stil.http.post(pad, content="{}", headers={**koppen, "Content-Type": "application/json"})
    assert (antwoord.status_code == 403) is not mag
    if not mag:
        assert antwoord.json()["code"] == "van_elders"


async def test_too_much_is_refused_however_it_is_sent(stil: Site) -> None:
    async def stukjes() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b"x" * 1024

    inhouden: tuple[bytes | AsyncIterator[bytes], ...] = (b"x" * 70_000, stukjes())
    for inhoud in inhouden:
        antwoord = await stil.http.post("/api/v1/trajecten", content=inhoud)
        assert (antwoord.status_code, antwoord.json()["code"]) == (413, "te_groot")


@pytest.mark.parametrize("pad", ["/", "/over", "/postvak", "/bestaat-niet", "/api/v1/trajecten"])
async def test_every_answer_is_shut_in_and_not_kept(stil: Site, pad: str) -> None:
    koppen = (await stil.http.get(pad, headers=HTML)).headers
    assert "default-src 'none'" in koppen["content-security-policy"]
    assert "unsafe" not in koppen["content-security-policy"]
    assert koppen["cache-control"] == "no-store"
    assert koppen["x-content-type-options"] == "nosniff"
    assert koppen["referrer-policy"] == "same-origin"


async def test_an_unexpected_error_is_calm_and_has_a_reference(stil: Site) -> None:
    app = maak_app(stil.diensten)

    @app.get("/stuk")
    async def stuk() -> None:
        raise RuntimeError("geheim van Quirijntje")

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASIS) as http:
        voor_mensen = await http.get("/stuk", headers=HTML)
        voor_programmas = await http.get("/stuk")
    assert voor_mensen.status_code == voor_programmas.status_code == 500
    assert "Kenmerk" in voor_mensen.text
    assert voor_programmas.json()["code"] == "onverwacht"
    assert "geheim" not in voor_mensen.text + voor_programmas.text


async def test_a_page_that_is_not_there_is_a_page(stil: Site) -> None:
    antwoord = await stil.http.get("/bestaat-niet", headers=HTML)
    assert antwoord.status_code == 404
    assert "Deze pagina bestaat niet." in antwoord.text
    assert '<html lang="nl">' in antwoord.text


async def test_nothing_happens_when_an_app_is_made(stil: Site) -> None:
    app = maak_app(stil.diensten, met_codec=False)
    assert app.state.postvak is None
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASIS) as http:
        assert (await http.post("/codec/decode", content="{}")).status_code == 404
