"""Whatever a writer breaks, the compiler answers with a line and a Dutch sentence, never with a crash."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.route_check import RouteFout, RouteFouten, compileer
from runtime.route_files import routemap

PROEF = (Path(__file__).parent / "data" / "proefroute.v1.yaml").read_text(encoding="utf-8")
MIDDEN_GRONINGEN = (routemap() / "midden_groningen.v1.yaml").read_text(encoding="utf-8")
ENGELS = ("Input should", "Field required", "Value error", "permitted", "Traceback")
# No shrinking: one example is a whole route, and the sentence of the error already says what is wrong with it.
ZUINIG: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
}
VREEMD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    st.sampled_from(["ib", "einde", "signaal", "school", "schoolweken", "tovenaar", "99-99", "2026-13-01"]),
)


def paden(data: Any, pad: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in the data, itself included."""
    kinderen = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [pad, *(p for sleutel, kind in kinderen for p in paden(kind, (*pad, sleutel)))]


def op(data: Any, pad: tuple[Any, ...]) -> Any:
    for deel in pad:
        data = data[deel]
    return data


def breek(data: Any, trek: st.DataObject) -> Any:
    data = copy.deepcopy(data)
    for _ in range(trek.draw(st.integers(1, 3))):
        pad = trek.draw(st.sampled_from(paden(data)[1:] or [()]))
        if not pad:
            break
        ouder = op(data, pad[:-1])
        match trek.draw(st.sampled_from(["weg", "vreemd", "erbij", "dubbel"])):
            case "weg":
                del ouder[pad[-1]]
            case "vreemd":
                ouder[pad[-1]] = trek.draw(VREEMD)
            case "erbij" if isinstance(ouder, dict):
                ouder[trek.draw(st.text(max_size=6))] = trek.draw(VREEMD)
            case "dubbel" if isinstance(ouder, list):
                ouder.append(copy.deepcopy(ouder[pad[-1]]))
    return data


def fouten_in(tekst: str) -> tuple[RouteFout, ...]:
    try:
        compileer(tekst, "gebroken.yaml")
    except RouteFouten as fouten:
        return fouten.errors or pytest.fail("een geweigerde route zonder fouten")
    return ()


def controleer(tekst: str) -> None:
    regels = tekst.count("\n") + 1
    for fout in fouten_in(tekst):
        assert 1 <= fout.regel <= regels
        assert fout.zin.endswith(".")
        assert fout.remedie
        assert fout.veld
        assert not any(e in f"{fout.zin} {fout.remedie}" for e in ENGELS), fout


BRONNEN = {naam: yaml.safe_load(t) for naam, t in {"proef": PROEF, "mg": MIDDEN_GRONINGEN}.items()}
for _data in BRONNEN.values():
    _data["geldig_vanaf"] = "2026-08-01"


@pytest.mark.parametrize(("naam", "keer"), [("proef", 80), ("mg", 8)])
def test_een_gebroken_route_geeft_alleen_routefouten(naam: str, keer: int) -> None:
    @settings(max_examples=keer, **ZUINIG)
    @given(trek=st.data())
    def proef(trek: st.DataObject) -> None:
        controleer(yaml.safe_dump(breek(BRONNEN[naam], trek), allow_unicode=True, sort_keys=False))

    proef()


@settings(max_examples=100, **ZUINIG)
@given(plek=st.integers(0, len(PROEF) - 1), lengte=st.integers(0, 30), erin=st.text(max_size=5))
def test_een_tikfout_ergens_in_de_tekst_geeft_alleen_routefouten(plek: int, lengte: int, erin: str) -> None:
    controleer(PROEF[:plek] + erin + PROEF[plek + lengte :])
