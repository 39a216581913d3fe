"""The codec endpoint speaks as the Temporal CLI and UI expect, and only to those who were named."""

from dataclasses import replace

import httpx2
from google.protobuf.json_format import MessageToJson, Parse
from temporalio.api.common.v1 import Payload, Payloads

from api.app import maak_app
from tests.support.site import BASIS, Site

UI = "http://127.0.0.1:8233"


async def test_what_goes_in_comes_out(stil: Site) -> None:
    los = Payloads(payloads=[Payload(metadata={"encoding": b"json/plain"}, data=b'{"stap":"signaal"}')])
    dicht = await stil.http.post("/codec/encode", content=MessageToJson(los))
    assert "signaal" not in dicht.text
    weer_open = await stil.http.post("/codec/decode", content=dicht.text)
    assert Parse(weer_open.text, Payloads()) == los


async def test_nonsense_and_strange_keys_are_refused(stil: Site) -> None:
    assert (await stil.http.post("/codec/decode", content="{geen json")).status_code == 400
    vreemd = Payloads(
        payloads=[
            Payload(metadata={"encoding": b"binary/encrypted", "sleutel": b"weg", "ingepakt": b"0"}, data=b"x" * 40)
        ]
    )
    antwoord = await stil.http.post("/codec/decode", content=MessageToJson(vreemd))
    assert (antwoord.status_code, antwoord.json()["code"]) == (422, "niet_te_ontsleutelen")


async def test_only_the_named_ui_may_ask_from_a_browser(stil: Site) -> None:
    app = maak_app(replace(stil.diensten, ui_oorsprong=UI))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASIS) as http:
        vooraf = await http.options("/codec/decode", headers={"Origin": UI})
        goed = await http.post("/codec/decode", content="{}", headers={"Origin": UI, "Sec-Fetch-Site": "same-site"})
        fout = await http.post("/codec/decode", content="{}", headers={"Origin": "http://127.0.0.1:1"})
    assert vooraf.headers["access-control-allow-origin"] == goed.headers["access-control-allow-origin"] == UI
    assert (goed.status_code, fout.status_code) == (200, 403)
