"""Whatever is sent to the JSON API: never an unexpected error, always an answer in the promised form."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.rest.schemas import Problem
from tests.support import voorbeeld as v
from tests.support.site import Site, sleutel

TRAJECT = "t-4f7k2qh4m9xw3rt5yz8p"
# All characters there are, halves of them as well.
TEKST = st.text(st.characters(exclude_categories=()), max_size=12)
WAARDE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEKST,
    lambda deel: st.lists(deel, max_size=3) | st.dictionaries(TEKST, deel, max_size=3),
    max_leaves=6,
)
HANDELINGEN: list[dict[str, Any]] = [
    {"soort": "rond_af", "afspraak_id": "a1", "op": "2026-11-20", "aanwezig": ["ouders"]},
    {"soort": "neem_besluit", "afspraak_id": "a1", "uitkomst": "x", "kenmerken": {"leervraag": "complex"}},
    {"soort": "leg_toestemming_vast", "doel": "delen_koo", "persoon_id": v.OUDER, "antwoord": "gegeven", "vorm": "digitaal"},
    {"soort": "stel_uit", "afspraak_id": "a1", "tot": "2026-12-01", "reden": "ziekte_medewerker"},
    {"soort": "draag_over", "afspraak_id": "a1", "rol": "ib", "persoon_id": v.IB},
    {"soort": "meld_stilstand", "oorzaak": "school"},
    {"soort": "heropen", "stap": "signaal"},
]  # fmt: skip


@st.composite
def verzoeken(trek: st.DrawFn) -> dict[str, Any]:
    """A request that is right but for one or two places: a value that is anything, or a name that was made up."""
    handeling = dict(trek(st.sampled_from(HANDELINGEN)))
    verzoek: dict[str, Any] = {
        "handeling": handeling,
        "door": {"persoon_id": v.LEERKRACHT, "rol": "leerkracht"},
        "gezien_versie": 1,
        "toelichting": "Een gesprek",
    }
    for _ in range(trek(st.integers(1, 2))):
        doel = trek(st.sampled_from([verzoek, handeling, verzoek["door"]]))
        if isinstance(doel, dict) and doel:
            doel[trek(st.sampled_from(sorted(doel)) | TEKST)] = trek(WAARDE)
    return verzoek


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(verzoek=verzoeken(), vraag=st.dictionaries(st.sampled_from(["zoek", "limit", "offset", "rol"]) | TEKST, TEKST))
async def test_whatever_is_sent_the_answer_is_one_that_was_promised(
    stil: Site, verzoek: dict[str, Any], vraag: dict[str, str]
) -> None:
    if await stil.opname(TRAJECT) == (None, None, 0):
        verhaal = await v.Verhaal.start(
            stil.db, v.LEERLING, stil.diensten.vandaag(), traject_id=TRAJECT, nu=stil.diensten.klok.nu()
        )
        await verhaal.schrijf()
    koppen = {"Content-Type": "application/json", **sleutel()}
    pad = f"/api/v1/trajecten/{TRAJECT}/handelingen"
    antwoorden = [await stil.http.post(pad, content=json.dumps(verzoek).encode(), headers=koppen)]
    leesbaar = {naam: waarde.encode(errors="replace").decode() for naam, waarde in vraag.items()}
    antwoorden.append(
        await stil.http.get(
            "/api/v1/trajecten", params={n.encode(errors="replace").decode(): w for n, w in leesbaar.items()}
        )
    )
    for antwoord in antwoorden:
        assert antwoord.status_code < 500, antwoord.text
        if antwoord.status_code >= 400:
            assert antwoord.headers["content-type"] == "application/problem+json"
            problem = Problem.model_validate(antwoord.json())
            assert problem.detail.endswith(".")
            assert problem.veld.isprintable()
            assert len(antwoord.content) < 10_000
