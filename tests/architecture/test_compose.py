"""The compose file fits the settings, opens nothing to the outside, and holds no secret."""

import re
from typing import Any

import pytest
import yaml
from pydantic import AliasChoices

from runtime.settings import Settings
from tests.architecture.boom import PYPROJECT, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DIENSTEN: dict[str, dict[str, Any]] = COMPOSE["services"]
VAN_ONS = ["migrate", "worker", "api"]
# `${NAME}`, `${NAME:-default}`, `${NAME:?message}`
VARIABELE = re.compile(r"\$\{([A-Z_]+)(?::?([-?])([^}]*))?\}")
GEHEIM = re.compile(r"PASSWORD|PWD|SLEUTEL|SECRET|TOKEN")


def omgevingsnamen() -> dict[str, bool]:
    """Every environment variable that Settings reads, and whether it has to be there."""
    namen = {}
    for veld, gegevens in Settings.model_fields.items():
        alias = gegevens.validation_alias
        keuzes = [str(k) for k in alias.choices] if isinstance(alias, AliasChoices) else [f"ROUTEWACHT_{veld.upper()}"]
        namen.update(dict.fromkeys(keuzes, gegevens.is_required()))
    return namen


def voorbeeld() -> dict[str, str]:
    """`.env.example`, the lines that are switched on."""
    regels = (ROOT / ".env.example").read_text().splitlines()
    return dict(regel.split("=", 1) for regel in regels if regel and not regel.startswith("#"))


@pytest.mark.parametrize("dienst", VAN_ONS)
def test_every_variable_is_a_setting(dienst: str) -> None:
    """A typing error here would silently leave the default in force."""
    assert set(DIENSTEN[dienst]["environment"]) - set(omgevingsnamen()) == set()


@pytest.mark.parametrize("dienst", VAN_ONS)
def test_everything_required_is_set(dienst: str) -> None:
    gezet = set(DIENSTEN[dienst]["environment"])
    assert {naam for naam, verplicht in omgevingsnamen().items() if verplicht} <= gezet
    # These have a default that only makes sense on one's own machine.
    assert {"DATABASE_URL", "ROUTEWACHT_TEMPORAL_ADDRESS", "ROUTEWACHT_SMTP_HOST", "ROUTEWACHT_BASIS_URL"} <= gezet


@pytest.mark.parametrize("dienst", VAN_ONS)
def test_the_settings_accept_what_is_set(dienst: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The values themselves, with a filled-in `.env`."""
    ingevuld = {
        **voorbeeld(),
        "ROUTEWACHT_SLEUTELS": "proef:" + "A" * 43 + "=",
        "ROUTEWACHT_DB_PASSWORD": "proef",
        "ROUTEWACHT_SMTP_HOST": "relay.voorbeeld.nl",
        "ROUTEWACHT_MAIL_AFZENDER": "routewacht@voorbeeld.nl",
    }
    for naam in omgevingsnamen():
        monkeypatch.delenv(naam, raising=False)
    for naam, waarde in DIENSTEN[dienst]["environment"].items():
        monkeypatch.setenv(naam, VARIABELE.sub(lambda m: ingevuld.get(m[1]) or _standaard(m), waarde))
    settings = Settings()
    assert settings.database_url == "postgresql+psycopg://routewacht:proef@postgres:5432/routewacht"
    assert settings.temporal_namespace == "routewacht"


def _standaard(gevonden: re.Match[str]) -> str:
    assert gevonden[2] != "?", f"{gevonden[1]} is verplicht en niet ingevuld"
    return gevonden[3] or ""


def test_ports_are_published_on_loopback_only() -> None:
    poorten = [str(p) for dienst in DIENSTEN.values() for p in dienst.get("ports", [])]
    assert poorten
    assert [p for p in poorten if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", p)] == []
    assert not any(dienst.get("network_mode") for dienst in DIENSTEN.values())


def test_the_only_way_to_the_api_is_the_front_door() -> None:
    """Without a login nothing may reach the site but this machine: not another container either."""
    api, voordeur = DIENSTEN["api"], DIENSTEN["voordeur"]
    assert "ROUTEWACHT_API_HOST" not in api["environment"]
    socket = api["environment"]["ROUTEWACHT_API_SOCKET"]
    assert f"unix:{socket}" in (ROOT / "ops" / "voordeur.conf").read_text()
    met_socket = {naam for naam, d in DIENSTEN.items() if any(v.startswith("socket:") for v in d.get("volumes", []))}
    assert met_socket == {"api", "voordeur"}
    assert not set(api["networks"]) & set(voordeur["networks"])


def test_database_and_temporal_are_on_a_closed_network() -> None:
    assert COMPOSE["networks"]["binnen"]["internal"] is True
    for naam in ("postgres", "temporal"):
        assert DIENSTEN[naam]["networks"] == ["binnen"]


@pytest.mark.parametrize(
    ("dienst", "eerst", "voorwaarde"),
    [
        ("temporal-schema", "postgres", "service_healthy"),
        ("temporal", "temporal-schema", "service_completed_successfully"),
        ("temporal-namespace", "temporal", "service_healthy"),
        ("migrate", "postgres", "service_healthy"),
        ("worker", "migrate", "service_completed_successfully"),
        ("worker", "temporal-namespace", "service_completed_successfully"),
        ("api", "migrate", "service_completed_successfully"),
        ("api", "temporal-namespace", "service_completed_successfully"),
    ],
)
def test_things_start_in_order(dienst: str, eerst: str, voorwaarde: str) -> None:
    assert DIENSTEN[dienst]["depends_on"][eerst]["condition"] == voorwaarde
    if voorwaarde == "service_healthy":
        assert DIENSTEN[eerst]["healthcheck"]["test"]
    else:
        assert str(DIENSTEN[eerst].get("restart", "no")).startswith(("no", "on-failure"))


def test_images_are_pinned() -> None:
    los = {naam: d["image"] for naam, d in DIENSTEN.items() if not re.search(r":v?\d+\.\d+", d["image"])}
    assert los == {}
    eigen = {DIENSTEN[naam]["image"] for naam in VAN_ONS}
    assert eigen == {f"routewacht:{PYPROJECT['project']['version']}"}


def test_no_secret_is_written_down() -> None:
    """A secret comes from `.env`, without a default: a default would be the same everywhere."""
    for naam, dienst in DIENSTEN.items():
        for variabele, waarde in dienst.get("environment", {}).items():
            if GEHEIM.search(variabele):
                assert VARIABELE.fullmatch(waarde), (naam, variabele)
            for gevonden in VARIABELE.finditer(waarde):
                assert not (GEHEIM.search(gevonden[1]) and gevonden[2] == "-" and gevonden[3]), (naam, variabele)
    assert {naam: w for naam, w in voorbeeld().items() if GEHEIM.search(naam) and w} == {}


def test_the_example_names_exactly_what_compose_asks() -> None:
    gevraagd = {m[1] for m in VARIABELE.finditer((ROOT / "docker-compose.yml").read_text())}
    assert set(voorbeeld()) == gevraagd


def test_a_filled_in_env_never_enters_git_or_the_image() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
