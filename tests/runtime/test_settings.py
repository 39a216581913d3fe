from __future__ import annotations

import base64
import os

import pytest
from pydantic import ValidationError

from runtime.settings import DEMO_NAMESPACE, Settings, leg_uit

SLEUTEL = base64.b64encode(b"k" * 32).decode()
RING = f"s1:{SLEUTEL}"


@pytest.fixture(autouse=True)
def schone_omgeving(monkeypatch: pytest.MonkeyPatch) -> None:
    for naam in list(os.environ):
        if naam.startswith("ROUTEWACHT_") or naam == "DATABASE_URL":
            monkeypatch.delenv(naam)
    monkeypatch.setenv("ROUTEWACHT_SLEUTELS", RING)


def uitleg(**omgeving: str) -> str:
    with pytest.MonkeyPatch.context() as m:
        for naam, waarde in omgeving.items():
            m.setenv(naam, waarde)
        with pytest.raises(ValidationError) as fout:
            Settings()
    return leg_uit(fout.value)


@pytest.mark.parametrize("leeg", ["", "   "])
def test_leeg_is_niet_ingesteld(monkeypatch: pytest.MonkeyPatch, leeg: str) -> None:
    for naam in ("SMTP_PORT", "SMTP_PASSWORD", "TEMPORAL_ADDRESS", "API_SOCKET", "LOG_LEVEL", "DATABASE_URL"):
        monkeypatch.setenv(f"ROUTEWACHT_{naam}", leeg)
    s = Settings()
    assert (s.smtp_port, s.smtp_password, s.temporal_address) == (587, None, "127.0.0.1:7233")
    assert (s.api_socket, s.log_level, s.database_url) == (None, "INFO", None)


@pytest.mark.parametrize("leeg", ["", "   "])
def test_een_lege_sleutel_is_een_ontbrekende_sleutel(leeg: str) -> None:
    assert uitleg(ROUTEWACHT_SLEUTELS=leeg) == (
        "De instelling ROUTEWACHT_SLEUTELS ontbreekt en heeft geen standaardwaarde."
    )


def test_database_url_met_en_zonder_voorvoegsel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://algemeen/a")
    assert Settings().database_url == "postgresql://algemeen/a"
    monkeypatch.setenv("ROUTEWACHT_DATABASE_URL", "postgresql://eigen/a")
    assert Settings().database_url == "postgresql://eigen/a"
    monkeypatch.setenv("ROUTEWACHT_DATABASE_URL", "")
    assert Settings().database_url == "postgresql://algemeen/a"


def test_geheimen_staan_nergens_leesbaar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:DBGEHEIM@db/a")
    monkeypatch.setenv("ROUTEWACHT_SMTP_USER", "relay")
    monkeypatch.setenv("ROUTEWACHT_SMTP_PASSWORD", "MAILGEHEIM")
    s = Settings()
    getoond = f"{s!r} {s}"
    assert not [geheim for geheim in ("DBGEHEIM", "MAILGEHEIM", SLEUTEL) if geheim in getoond]
    assert s.sleutelring().als_tekst() == RING


@pytest.mark.parametrize(
    "ring", ["GEHEIM", "s1:GEHEIM", "s1:R0VIRUlN", f"{RING},s1:{SLEUTEL}", f"a b:{SLEUTEL}", f"s1:{SLEUTEL[:-2]}"]
)
def test_een_onleesbare_sleutel_wordt_niet_herhaald(ring: str) -> None:
    with pytest.MonkeyPatch.context() as m:
        m.setenv("ROUTEWACHT_SLEUTELS", ring)
        with pytest.raises(ValidationError) as fout:
            Settings()
    zin = leg_uit(fout.value)
    assert zin.startswith("De instelling ROUTEWACHT_SLEUTELS klopt niet: ")
    for tekst in (zin, str(fout.value), repr(fout.value)):
        assert "GEHEIM" not in tekst
        assert "R0VIRUlN" not in tekst
        assert SLEUTEL[:8] not in tekst


def test_een_gewone_installatie_mag_niet_in_de_demo() -> None:
    zin = uitleg(ROUTEWACHT_TEMPORAL_NAMESPACE=DEMO_NAMESPACE)
    assert zin == (
        "De instelling ROUTEWACHT_TEMPORAL_NAMESPACE klopt niet: "
        "de namespace 'demo' heeft een versnelde klok en is alleen voor de demo zelf."
    )


def test_de_demo_hoort_niets_van_de_omgeving(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo started in the shell of a real installation must not find its database, keys or relay."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://echt/a")
    monkeypatch.setenv("ROUTEWACHT_SMTP_HOST", "relay.echt.test")
    demo = Settings.voor_demo(sleutels=RING)
    assert (demo.temporal_namespace, demo.database_url, demo.smtp_host) == (DEMO_NAMESPACE, None, "127.0.0.1")
    with pytest.raises(ValidationError):
        Settings.voor_demo()
    with pytest.raises(ValidationError, match="demo"):
        Settings.voor_demo(sleutels=RING, temporal_namespace="routewacht")


def test_sporen_gaan_alleen_naar_een_webadres() -> None:
    zin = uitleg(ROUTEWACHT_OTLP_ENDPOINT="collector:4317")
    assert zin.startswith("De instelling ROUTEWACHT_OTLP_ENDPOINT klopt niet: een adres voor sporen")
    assert "collector" not in zin


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "routewacht.school.test"])
def test_zonder_inlog_luistert_de_site_niet_naar_buiten(host: str) -> None:
    zin = uitleg(ROUTEWACHT_API_HOST=host)
    assert zin.startswith("De instelling ROUTEWACHT_API_HOST klopt niet: er is nog geen inlog")
    assert "\n" not in zin


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_op_de_eigen_machine_mag_wel(host: str) -> None:
    assert Settings(api_host=host, sleutels=RING).api_host == host


def test_een_wachtwoord_gaat_niet_over_een_open_lijn() -> None:
    over_het_net = {
        "ROUTEWACHT_SMTP_HOST": "relay.test",
        "ROUTEWACHT_SMTP_USER": "relay",
        "ROUTEWACHT_SMTP_PASSWORD": "GEHEIM",
        "ROUTEWACHT_SMTP_TLS": "geen",
    }
    zin = uitleg(**over_het_net)
    assert zin == (
        "De instellingen passen niet bij elkaar: "
        "een wachtwoord gaat alleen over een versleutelde lijn: zet ROUTEWACHT_SMTP_TLS aan."
    )


def test_elke_fout_krijgt_een_eigen_zin() -> None:
    zinnen = uitleg(
        ROUTEWACHT_SMTP_PORT="GEHEIM",
        ROUTEWACHT_API_PORT="70000",
        ROUTEWACHT_SMTP_TLS="GEHEIM",
        ROUTEWACHT_LOG_JSON="GEHEIM",
        ROUTEWACHT_MAIL_AFZENDER="GEHEIM",
        ROUTEWACHT_BASIS_URL="GEHEIM",
    ).splitlines()
    assert sorted(zinnen) == [
        "De instelling ROUTEWACHT_API_PORT valt buiten het toegestane bereik.",
        "De instelling ROUTEWACHT_BASIS_URL klopt niet: "
        "een webadres begint met https:// (of http:// op de eigen machine).",
        "De instelling ROUTEWACHT_LOG_JSON moet 'true' of 'false' zijn.",
        "De instelling ROUTEWACHT_MAIL_AFZENDER klopt niet: dit is geen enkelvoudig, gewoon e-mailadres.",
        "De instelling ROUTEWACHT_SMTP_PORT moet een geheel getal zijn.",
        "De instelling ROUTEWACHT_SMTP_TLS moet een van deze zijn: 'geen', 'starttls' of 'tls'.",
    ]


def test_message_ids_dragen_het_domein_van_de_afzender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEWACHT_MAIL_AFZENDER", "routewacht@swv.test")
    assert Settings().message_id_domein == "swv.test"
    monkeypatch.setenv("ROUTEWACHT_MAIL_DOMEIN", "mail.swv.test")
    assert Settings().message_id_domein == "mail.swv.test"
