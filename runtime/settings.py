"""All settings of the processes, read from the environment once, in `main`.

Every variable is called `ROUTEWACHT_<FIELD>`; the database may also be given as plain `DATABASE_URL`. A blank variable
counts as one that was not set, because compose files and shells leave those behind.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from runtime.codec import Sleutelring
from runtime.mailbericht import valideer_adres

DEMO_NAMESPACE = "demo"
_PREFIX = "ROUTEWACHT_"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """What an operator can set. Raises `ValidationError`; show that to a person through `leg_uit`."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,
        populate_by_name=True,
        frozen=True,
        # Without this a wrong secret would be quoted in the error text.
        hide_input_in_errors=True,
    )
    _demo: ClassVar[bool] = False

    # Not in repr: the address carries the password of the database.
    database_url: str | None = Field(
        default=None, repr=False, validation_alias=AliasChoices(f"{_PREFIX}DATABASE_URL", "DATABASE_URL")
    )
    data_dir: Path = Path(".routewacht")

    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "routewacht"
    sleutels: SecretStr

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["geen", "starttls", "tls"] = "starttls"
    mail_afzender: str = "geen-antwoord@routewacht.invalid"
    mail_domein: str = ""
    mail_grootboek: Path | None = None

    basis_url: str = "http://127.0.0.1:8000"
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=1, le=65535)
    api_socket: Path | None = None

    sdk_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    otlp_endpoint: str | None = None

    log_json: bool = True
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def voor_demo(cls, **waarden: Any) -> DemoSettings:
        """Settings for the demo: namespace "demo", and nothing from the environment.

        The demo runs on an accelerated clock, so a database or relay that happens to be configured in the shell of a
        real installation must never leak into it: everything that is not passed has its default.
        """
        return DemoSettings(**{"temporal_namespace": DEMO_NAMESPACE, "log_json": False, **waarden})

    def sleutelring(self) -> Sleutelring:
        """The ring of keys for everything that goes to Temporal."""
        return Sleutelring.uit_tekst(self.sleutels.get_secret_value())

    @model_validator(mode="before")
    @classmethod
    def _leeg_is_niet_ingesteld(cls, waarden: Any) -> Any:
        if not isinstance(waarden, dict):
            return waarden
        return {naam: w for naam, w in waarden.items() if not (isinstance(w, str) and not w.strip())}

    @field_validator("temporal_namespace")
    @classmethod
    def _demo_alleen_in_de_demo(cls, namespace: str) -> str:
        if (namespace == DEMO_NAMESPACE) != cls._demo:
            raise ValueError("de namespace 'demo' heeft een versnelde klok en is alleen voor de demo zelf")
        return namespace

    @field_validator("sleutels")
    @classmethod
    def _sleutels_zijn_leesbaar(cls, sleutels: SecretStr) -> SecretStr:
        Sleutelring.uit_tekst(sleutels.get_secret_value())
        return sleutels

    @field_validator("api_host")
    @classmethod
    def _zonder_login_niet_naar_buiten(cls, host: str) -> str:
        if not _is_loopback(host):
            raise ValueError(
                "er is nog geen inlog, dus de site luistert alleen op deze machine zelf: gebruik 127.0.0.1 "
                f"of een unix-socket ({_PREFIX}API_SOCKET)"
            )
        return host

    @field_validator("mail_afzender")
    @classmethod
    def _afzender_is_een_adres(cls, adres: str) -> str:
        return valideer_adres(adres)

    @field_validator("basis_url")
    @classmethod
    def _basis_is_een_webadres(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("een webadres begint met https:// (of http:// op de eigen machine)")
        return url.rstrip("/")

    @field_validator("otlp_endpoint")
    @classmethod
    def _sporen_naar_een_webadres(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("een adres voor sporen begint met https:// (of http:// op de eigen machine)")
        return url

    @field_validator("log_level", mode="before")
    @classmethod
    def _niveau_in_hoofdletters(cls, niveau: Any) -> Any:
        return niveau.upper() if isinstance(niveau, str) else niveau

    @model_validator(mode="after")
    def _geen_wachtwoord_over_een_open_lijn(self) -> Self:
        if self.smtp_password and self.smtp_tls == "geen" and not _is_loopback(self.smtp_host):
            raise ValueError(f"een wachtwoord gaat alleen over een versleutelde lijn: zet {_PREFIX}SMTP_TLS aan")
        if self.smtp_password and not self.smtp_user:
            raise ValueError(f"bij een wachtwoord hoort een gebruiker: zet {_PREFIX}SMTP_USER")
        return self

    @property
    def message_id_domein(self) -> str:
        """The domain in every Message-ID: as set, or that of the sender."""
        return self.mail_domein or self.mail_afzender.rpartition("@")[2]


class DemoSettings(Settings):
    """Settings that may run in the demo namespace, and nowhere else; deaf to the environment."""

    _demo: ClassVar[bool] = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def leg_uit(fout: ValidationError) -> str:
    """One plain Dutch sentence for each setting that is wrong, a line each. Never repeats a value."""
    return "\n".join(_zin(dict(regel)) for regel in fout.errors(include_input=False, include_url=False))


def _zin(regel: dict[str, Any]) -> str:
    veld = str(regel["loc"][0]) if regel["loc"] else ""
    soort, ctx = regel["type"], regel.get("ctx", {})
    match soort:
        case "missing":
            reden = "ontbreekt en heeft geen standaardwaarde"
        case "value_error":
            reden = f"klopt niet: {ctx['error']}"
        case "literal_error":
            reden = f"moet een van deze zijn: {str(ctx['expected']).replace(' or ', ' of ')}"
        case _ if soort.startswith("int_"):
            reden = "moet een geheel getal zijn"
        case _ if soort.startswith("bool_"):
            reden = "moet 'true' of 'false' zijn"
        case "greater_than_equal" | "less_than_equal":
            reden = "valt buiten het toegestane bereik"
        case "extra_forbidden":
            reden = "is geen bekende instelling"
        case _:
            reden = "heeft een waarde die niet klopt"
    if not veld:
        return f"De instellingen passen niet bij elkaar: {reden.removeprefix('klopt niet: ')}."
    naam = veld if veld.isupper() else f"{_PREFIX}{veld.upper()}"
    return f"De instelling {naam} {reden}."
