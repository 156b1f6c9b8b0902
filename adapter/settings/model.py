"""What can be set, table by table, with defaults and what each setting must look like."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from adapter.errors import did_you_mean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_loopback(host: str) -> bool:
    """Tell whether what is sent to this host never leaves the machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected an address such as https://fhir.example.org/r4")
    if parts.username or parts.password:
        raise ValueError("a name or password does not belong in an address; use [fhir.auth]")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("plain http is for this machine alone (localhost, 127.0.0.1, ::1); use https")
    return url


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f'no time zone "{name}".{did_you_mean(name, available_timezones())}')
    return name


def _known_time(text: str) -> str:
    found = re.fullmatch(r"(?:([a-z]{3})(?:-([a-z]{3}))? )?(?:[01]\d|2[0-3]):[0-5]\d", text)
    days = [day for day in (found.groups() if found else ()) if day]
    if not found or any(day not in DAYS for day in days) or days != sorted(days, key=DAYS.index):
        raise ValueError('expected a time such as "06:00" or "mon-fri 06:00", days mon to sun')
    return text


def _forward(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("expected an address such as http://proxy.example.org:3128")
    if parts.username or parts.password:
        raise ValueError("a name or password does not belong in an address; use proxy_username and proxy_password_file")
    return url


Url = Annotated[str, AfterValidator(_guarded)]
Time = Annotated[str, AfterValidator(_known_time)]
ProxyUrl = Annotated[str, AfterValidator(_forward)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """A table of the settings file; what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Auth(Section):
    """How the adapter signs in to the FHIR server."""

    kind: Literal["none", "basic", "client_secret", "smart_backend"] = "none"
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    token_url: Url | None = None
    scope: str | None = None
    key_file: Path | None = None
    key_id: str | None = None


class Fhir(Section):
    """The hospital's FHIR R4 server."""

    base_url: Url | None = None
    ca_file: Path | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None
    proxy: ProxyUrl | None = None
    proxy_username: str | None = None
    proxy_password: SecretStr | None = None
    proxy_password_file: Path | None = None
    patience_s: float = Field(default=90, gt=0, allow_inf_nan=False)
    max_connections: int = Field(default=4, ge=1, le=32)
    max_requests_per_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    also_under: tuple[str, ...] = ()
    auth: Auth = Auth()


class Export(Section):
    """Bulk export, where the source is of that kind."""

    level: Literal["system", "group", "patient"] = "group"
    group: str | None = None


class Source(Section):
    """The way in."""

    kind: Literal["search", "export", "folder"] = "search"
    path: Path | None = None
    reconcile_days: int = Field(default=7, ge=0, le=366)
    compare_totals: bool = True
    export: Export = Export()


class Study(Section):
    """The trial that patients are screened for."""

    id: str | None = None
    research_study: str | None = Field(default=None, pattern=r"^ResearchStudy/[A-Za-z0-9.-]{1,64}$")


class Hospital(Section):
    """This site: its own codes and its calendar."""

    name: str | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"


class Database(Section):
    """Where chart and journal are kept."""

    url: str = "sqlite:///var/adapter.db"
    password: SecretStr | None = None
    password_file: Path | None = None


class Population(Section):
    """The ways to the patients of the study; their union counts."""

    ways: tuple[Literal["conditions", "scan", "group", "patients", "export"], ...] = ("conditions",)
    patients_file: Path | None = None
    group: str | None = None
    opted_out_file: Path | None = None


class ResearchSubject(Section):
    """Writing candidates back to the server."""

    enabled: bool = False


class Recipient(Section):
    """How one person wants to be told."""

    address: str
    language: Literal["en", "zh"] = "zh"
    digest: str = Field(default="at-once", pattern=r"^(at-once|([01]\d|2[0-3]):[0-5]\d)$")
    kinds: tuple[
        Literal["flagged", "moved", "ruled-out", "candidate", "potential-candidate", "open", "ineligible"], ...
    ] = ()


class Email(Section):
    """Mail to the investigators, and to IT when something is wrong."""

    enabled: bool = False
    host: str = "localhost"
    port: Port = 25
    security: Literal["none", "starttls", "tls"] = "starttls"
    ca_file: Path | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    sender: str | None = Field(default=None, alias="from")
    to: tuple[str, ...] = ()
    it_to: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()

    @model_validator(mode="after")
    def _not_in_the_clear(self) -> Email:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security "none" is for a mail server on this machine alone; use "starttls" or "tls"')
        return self


class Outputs(Section):
    """The ways out."""

    research_subject: ResearchSubject = ResearchSubject()
    email: Email = Email()


class Schedule(Section):
    """When runs begin on their own: at times of the hospital's day, or again and again."""

    times: tuple[Time, ...] = Field(default=("06:00",), min_length=1)
    every_minutes: int | None = Field(default=None, ge=1, le=10_080)


class Worklist(Section):
    """Where the investigators' page listens."""

    host: str = "127.0.0.1"
    port: Port = 8080


class Log(Section):
    """How much is logged: ids and counts, never names or values."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(Section):
    """All settings of one site."""

    fhir: Fhir = Fhir()
    source: Source = Source()
    study: Study = Study()
    hospital: Hospital = Hospital()
    database: Database = Database()
    population: Population = Population()
    outputs: Outputs = Outputs()
    schedule: Schedule = Schedule()
    worklist: Worklist = Worklist()
    log: Log = Log()
