"""The pages in a real browser: with and without JavaScript, by keyboard, at both widths, and with nothing from outside."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, async_playwright
from temporalio.client import Client

from domain.handelingen import DraagOver
from domain.roles import Rol
from runtime.devserver import DevServer
from tests.support import voorbeeld as v
from tests.support.servers import throwaway_database
from tests.support.site import VANDAAG, Site, open_afspraak, site

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TRAJECT = "t-4f7k2qh4m9xw3rt5yz8p"
PADEN = ("/", f"/traject/{TRAJECT}", "/over", "/mail/aangehouden", "/gezond", "/postvak")
BREEDTES = (1440, 390, 360, 320)
# What a quick look can prove without a checker: names for everything one can use, no double ids, headings in order.
TOEGANKELIJK = """() => {
  const fouten = [], ids = new Set();
  for (const e of document.querySelectorAll('[id]')) { if (ids.has(e.id)) fouten.push('dubbel id ' + e.id); ids.add(e.id); }
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!e.labels.length) fouten.push('geen label: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('a, button, summary'))
    if (!e.textContent.trim() && !e.getAttribute('aria-label')) fouten.push('geen naam: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('[aria-describedby], [aria-labelledby]'))
    for (const id of (e.getAttribute('aria-describedby') || e.getAttribute('aria-labelledby')).split(' '))
      if (!document.getElementById(id)) fouten.push('wijst naar niets: ' + id);
  for (const e of document.querySelectorAll('a[href^="#"]'))
    if (!document.querySelector(e.getAttribute('href'))) fouten.push('dode link ' + e.getAttribute('href'));
  for (const e of document.querySelectorAll('iframe')) if (!e.title) fouten.push('iframe zonder titel');
  for (const e of document.querySelectorAll('svg')) if (e.getAttribute('aria-hidden') !== 'true') fouten.push('svg leesbaar');
  let vorige = 0;
  for (const e of document.querySelectorAll('h1, h2, h3, h4')) {
    const niveau = +e.tagName[1];
    if (niveau > vorige + 1) fouten.push('kop overgeslagen: ' + e.textContent.slice(0, 40));
    vorige = niveau;
  }
  if (document.querySelectorAll('h1').length !== 1) fouten.push('niet precies één h1');
  if (document.documentElement.lang !== 'nl') fouten.push('taal');
  for (const e of document.querySelectorAll('form button, summary, nav a')) {
    const r = e.getBoundingClientRect();
    if (r.width && (r.height < 24 || r.width < 24)) fouten.push('te klein: ' + e.textContent.trim().slice(0, 40));
  }
  return fouten;
}"""


@dataclass
class Gezien:
    """What a page said and asked for."""

    console: list[str] = field(default_factory=list)
    adressen: list[str] = field(default_factory=list)


def _vrije_poort() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        poort: int = s.getsockname()[1]
        return poort


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a browser; `make test` sees to it that there is one."""
    pad = os.environ.get("ROUTEWACHT_TEST_CHROMIUM") or shutil.which("chromium")
    assert pad, "geen Chromium: draai scripts/browser.py"
    return pad


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests; each test has a context of its own."""
    async with async_playwright() as p:
        b = await p.chromium.launch(executable_path=chromium, args=ARGS)
        yield b
        await b.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def echt(postgres_url: str, migrated_template: str, dev_server: DevServer) -> AsyncIterator[tuple[Site, str]]:
    """The site on a real port, with the real Temporal; and its address."""
    client = await Client.connect(dev_server.address, namespace="demo")
    with throwaway_database(postgres_url, migrated_template) as url:
        async with site(url, client, postvak=True) as s:
            begin = VANDAAG.replace(month=9, day=1)
            verhaal = await v.Verhaal.start(s.db, v.LEERLING, begin, traject_id=TRAJECT, nu=s.diensten.klok.nu())
            # With a long name among those who were waited for: what once made the page slide sideways on a telephone.
            over = DraagOver(afspraak_id=verhaal.afspraak("gesprek_ouders"), rol=Rol.DEELCOORDINATOR)
            verhaal.tot(begin.replace(day=4)).doet(over, Rol.IB, v.IB)
            await verhaal.tot(VANDAAG).schrijf()
            poort = _vrije_poort()
            server = _Server(uvicorn.Config(s.app, port=poort, lifespan="off", log_config=None))
            async with _draaiend(server):
                yield s, f"http://127.0.0.1:{poort}"


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.luistert = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does it, and then say so."""
        await super().startup(sockets)
        self.luistert.set()


@contextlib.asynccontextmanager
async def _draaiend(server: _Server) -> AsyncIterator[None]:
    taak = asyncio.create_task(server.serve())
    await server.luistert.wait()
    yield
    server.should_exit = True
    await taak


@contextlib.asynccontextmanager
async def open_pagina(
    browser: Browser, basis: str, *, breedte: int = 1440, als: str = f"{v.IB}.ib", **context: Any
) -> AsyncIterator[tuple[Page, Gezien]]:
    c = await browser.new_context(viewport={"width": breedte, "height": 900}, **context)
    await c.add_cookies([{"name": "routewacht_als", "value": als, "url": basis}])
    pagina, gezien = await c.new_page(), Gezien()
    pagina.on("console", lambda m: gezien.console.append(m.text))
    pagina.on("pageerror", lambda fout: gezien.console.append(str(fout)))
    pagina.on("request", lambda r: gezien.adressen.append(r.url))
    yield pagina, gezien
    await c.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["met js", "zonder js"])
async def test_every_page_is_quiet_complete_and_ours(
    echt: tuple[Site, str], browser: Browser, javascript: bool
) -> None:
    _, basis = echt
    for breedte in BREEDTES:
        async with open_pagina(browser, basis, breedte=breedte, java_script_enabled=javascript) as (pagina, gezien):
            for pad in PADEN:
                antwoord = await pagina.goto(basis + pad)
                assert antwoord is not None
                assert antwoord.status == 200
                assert await pagina.locator("h1").count() == 1
                await pagina.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
                breed = await pagina.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not breed, f"{pad} schuift opzij op {breedte}"
        assert gezien.console == []
        assert [a for a in gezien.adressen if not a.startswith((basis, "data:"))] == []


async def test_everything_has_a_name_and_a_place(echt: tuple[Site, str], browser: Browser) -> None:
    _, basis = echt
    for als in (f"{v.IB}.ib", f"{v.LEERKRACHT}.leerkracht", f"{v.OUDER}.ouders", ""):
        async with open_pagina(browser, basis, als=als) as (pagina, _):
            for pad in PADEN:
                await pagina.goto(basis + pad)
                assert await pagina.evaluate(TOEGANKELIJK) == [], f"{pad} als {als}"


@pytest.mark.parametrize("javascript", [True, False], ids=["met js", "zonder js"])
async def test_an_act_by_keyboard_alone(echt: tuple[Site, str], browser: Browser, javascript: bool) -> None:
    s, basis = echt
    t = await s.begin()
    gesprek = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    als = f"{v.LEERKRACHT}.leerkracht"
    async with open_pagina(browser, basis, als=als, java_script_enabled=javascript) as (pagina, gezien):
        await pagina.goto(f"{basis}/traject/{t['traject_id']}")
        await pagina.keyboard.press("Tab")
        assert await pagina.locator("a.rw-skip").evaluate("e => e === document.activeElement")
        knop = pagina.locator(f"#f-klaar-{gesprek} button[type=submit]")
        for _ in range(60):
            await pagina.keyboard.press("Tab")
            if await knop.evaluate("e => e === document.activeElement"):
                break
        else:
            pytest.fail("de knop is met Tab niet te bereiken")
        stijl = await knop.evaluate("e => getComputedStyle(e).outlineStyle")
        assert stijl == "solid"
        await pagina.keyboard.press("Enter")
        await pagina.wait_for_url("**?opdracht=*")
        assert "Verwerkt." in await pagina.locator("#melding").inner_text()
        assert "Gedaan: Gesprek met ouders over de zorg." in await pagina.locator("#verloop").inner_text()
        assert gezien.console == []


async def test_a_refusal_keeps_what_was_typed_and_points_at_it(echt: tuple[Site, str], browser: Browser) -> None:
    s, basis = echt
    t = await s.begin()
    besluit = open_afspraak(t, "Besluit over het vervolg")["afspraak_id"]
    async with open_pagina(browser, basis) as (pagina, _):
        await pagina.goto(f"{basis}/traject/{t['traject_id']}")
        formulier = pagina.locator(f"#f-besluit-{besluit}")
        await pagina.locator("details.rw-doen", has=formulier).evaluate("e => { e.open = true }")
        await formulier.get_by_label("Er is onderzoek en triage nodig").check()
        await formulier.get_by_label("Korte toelichting").fill("Nog even wachten")
        await formulier.get_by_role("button", name="Leg het besluit vast").click()
        assert "Nog niet gelukt" in await pagina.locator("#melding").inner_text()
        assert await formulier.get_by_label("Er is onderzoek en triage nodig").is_checked()
        assert await formulier.get_by_label("Korte toelichting").input_value() == "Nog even wachten"
    assert (await s.traject(t["traject_id"]))["versie"] == t["versie"]


async def test_the_filter_works_at_once_and_with_the_back_button(echt: tuple[Site, str], browser: Browser) -> None:
    _, basis = echt
    async with open_pagina(browser, basis) as (pagina, gezien):
        await pagina.goto(basis + "/")
        await pagina.select_option("#stand", "gesloten")
        await pagina.wait_for_url("**stand=gesloten*")
        await pagina.get_by_text("Niets gevonden.").wait_for()
        await pagina.go_back()
        await pagina.get_by_role("link", name="T-4F7K2Q").wait_for()
        assert gezien.console == []
