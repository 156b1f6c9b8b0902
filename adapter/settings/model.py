"""What can be set, table by table, with defaults and what each setting must look like."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from adapter.settings.kinds import (
    Address,
    BaseUrl,
    Origin,
    Port,
    ProxyUrl,
    RecordUrl,
    Section,
    Time,
    Url,
    Zone,
    is_loopback,
)
from adapter.settings.outputs import Email, Outputs, Recipient, ResearchSubject, Webhook
from adapter.settings.sign_in import Oidc

__all__ = ["Email", "Outputs", "Recipient", "ResearchSubject", "Settings", "Webhook", "is_loopback"]


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
    also_known_as: tuple[BaseUrl, ...] = ()
    auth: Auth = Auth()


class Export(Section):
    """Bulk export, where the source is of that kind."""

    level: Literal["system", "group", "patient"] = "group"
    group: str | None = Field(default=None, pattern=r"^Group/[A-Za-z0-9.-]{1,64}$")
    wait_minutes: float = Field(default=60, ge=0, allow_inf_nan=False)
    files_from: tuple[Origin, ...] = ()


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
    recruiting_from: date | None = None
    recruiting_until: date | None = None
    paused: bool = False
    target: int | None = Field(default=None, ge=1)
    legal_basis: str | None = None


class Hospital(Section):
    """This site: its own codes and its calendar."""

    name: str | None = None
    time_zone: Zone = "Asia/Shanghai"


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


class Schedule(Section):
    """When runs begin on their own: at times of the hospital's day, or again and again."""

    times: tuple[Time, ...] = Field(default=("06:00",), min_length=1)
    every_minutes: int | None = Field(default=None, ge=1, le=10_080)
    full_times: tuple[Time, ...] = ("sun 02:30",)
    longest_hours: int = Field(default=24, ge=1, le=720)


class Worklist(Section):
    """Where the investigators' page listens, and how browsers come to it."""

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: Origin | None = None
    trusted_proxy: Address | None = None
    idle_minutes: int = Field(default=15, ge=1, le=480)
    record_url: RecordUrl | None = None
    names: bool = False
    oidc: Oidc = Oidc()


class Retention(Section):
    """How long facts about patients are kept who are screened no more."""

    facts_after_leaving_days: int | None = Field(default=None, ge=0, le=36_525)


class Audit(Section):
    """What proves, from outside the database, that its end is not missing."""

    head_file: Path | None = None


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
    audit: Audit = Audit()
    retention: Retention = Retention()
    log: Log = Log()
