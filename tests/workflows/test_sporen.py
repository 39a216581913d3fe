"""One trace from the click of a person to the activity that puts it on record, with nothing in it that is personal."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest_asyncio
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select
from temporalio.client import Client

from api.app import maak_app
from api.opdrachten import TOELICHTING_HOOGSTENS
from runtime.devserver import DevServer
from runtime.sporen import TOEGESTAAN, Schoon, Sporen
from storage.case_tables import OpdrachtRij
from tests.support import voorbeeld as v
from tests.support.replay_leven import wacht_tot
from tests.support.servers import throwaway_database
from tests.support.site import BASIS, Site, open_afspraak, site, zonder_temporal
from worker.relay import relay_eenmaal

Spans = tuple[ReadableSpan, ...]


class Getraceerd:
    """A site whose requests, client and workers all trace into memory."""

    def __init__(self, s: Site, uitvoer: InMemorySpanExporter, sporen: Sporen) -> None:
        self.s, self.uitvoer, self.sporen = s, uitvoer, sporen

    async def van_http(self, naam: str, bevat: str) -> Spans:
        """The trace of the last request of this name, once it has a span with this name in it."""

        async def compleet() -> Spans | None:
            spans = self.uitvoer.get_finished_spans()
            verzoek = [s for s in spans if s.name == naam]
            spoor = [s for s in spans if verzoek and s.context.trace_id == verzoek[-1].context.trace_id]
            return tuple(spoor) if any(s.name == bevat for s in spoor) else None

        return await wacht_tot(compleet, omschrijving=f"{bevat} in het spoor van {naam}")


@pytest_asyncio.fixture(loop_scope="session")
async def g(postgres_url: str, migrated_template: str, dev_server: DevServer) -> AsyncIterator[Getraceerd]:
    uitvoer = InMemorySpanExporter()
    sporen = Sporen("proef", SimpleSpanProcessor(Schoon(uitvoer)))
    client = await Client.connect(dev_server.address, namespace="demo", interceptors=[sporen.interceptor])
    with throwaway_database(postgres_url, migrated_template) as url:
        async with site(url, client) as s:
            diensten = replace(s.diensten, sporen=sporen)
            transport = httpx2.ASGITransport(app=maak_app(diensten))
            async with httpx2.AsyncClient(transport=transport, base_url=BASIS) as http:
                yield Getraceerd(Site(s.app, diensten, http), uitvoer, sporen)


HANDELEN = "HTTP POST /api/v1/trajecten/{traject_id}/handelingen"


async def test_a_start_and_an_act_are_one_trace_each_up_to_the_record(g: Getraceerd) -> None:
    t = await g.s.begin()
    begin = await g.van_http("HTTP POST /api/v1/trajecten", "RunActivity:record")
    assert {"StartWorkflow:TrajectWorkflow", "RunWorkflow:TrajectWorkflow"} <= {s.name for s in begin}
    afspraak = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    antwoord = await g.s.doe(
        t["traject_id"],
        {"soort": "rond_af", "afspraak_id": afspraak, "aanwezig": ["ouders"]},
        gezien_versie=t["versie"],
        toelichting=f"{v.KANARIE} was er ook",
    )
    assert antwoord.status_code in {200, 202}, antwoord.text
    spoor = await g.van_http(HANDELEN, "RunActivity:record")
    assert spoor[0].context.trace_id != begin[0].context.trace_id
    (verzoek,) = [s for s in spoor if s.name == HANDELEN]
    assert dict(verzoek.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": antwoord.status_code,
        "http.route": "/api/v1/trajecten/{traject_id}/handelingen",
    }


async def test_an_act_that_waited_in_the_journal_goes_on_in_its_own_trace(g: Getraceerd) -> None:
    t = await g.s.begin()
    afspraak = open_afspraak(t, "Gesprek met ouders")["afspraak_id"]
    weg = replace(zonder_temporal(g.s), sporen=g.sporen)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=maak_app(weg)), base_url=BASIS) as http:
        antwoord = await Site(g.s.app, weg, http).doe(
            t["traject_id"], {"soort": "rond_af", "afspraak_id": afspraak}, gezien_versie=t["versie"]
        )
    assert antwoord.status_code == 202
    async with g.s.db() as session:
        assert await session.scalar(select(OpdrachtRij.spoor).where(OpdrachtRij.soort == "handeling"))
    nu = g.s.diensten.klok.nu()
    assert await relay_eenmaal(g.s.db, g.s.diensten.aanbieder, g.s.diensten.klok, ouder_dan=nu) == 1
    namen = {s.name for s in await g.van_http(HANDELEN, "RunActivity:record")}
    assert "StartUpdateWithStartWorkflow:TrajectWorkflow" in namen


async def test_nothing_personal_is_in_any_span(g: Getraceerd) -> None:
    """Names in the question, in a refusal and in an error: none of them leaves."""
    t = await g.s.begin()
    await g.s.doe(
        t["traject_id"], {"soort": "heropen", "stap": v.KANARIE}, toelichting="x" * (TOELICHTING_HOOGSTENS + 1)
    )
    await g.s.http.get(f"/api/v1/trajecten/{v.KANARIE}", params={"zoek": v.KANARIE})
    await g.s.http.get("/", params={"zoek": v.KANARIE})
    with g.sporen.tracer.start_as_current_span("proef") as span:
        span.set_attribute("naam", v.KANARIE)
        span.record_exception(ValueError(v.KANARIE))
        span.add_event(v.KANARIE)
    spans = g.uitvoer.get_finished_spans()
    assert len(spans) > 5
    assert v.KANARIE not in "".join(s.to_json() for s in spans)
    assert "Zonnebloem" not in "".join(s.to_json() for s in spans)
    assert {naam for s in spans for naam in (s.attributes or {})} <= TOEGESTAAN
    (proef,) = [s for s in spans if s.name == "proef"]
    assert [dict(e.attributes or {}) for e in proef.events] == [{"exception.type": "ValueError"}]


def test_without_an_address_there_is_no_tracing(g: Getraceerd) -> None:
    assert Sporen.uit_instellingen(g.s.diensten.settings, "worker") is None
