"""The settings of the ways out: what is written back, who is told, and how."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from adapter.settings.kinds import Port, Section, Url, Zone, is_loopback

Kind = Literal[
    "flagged", "moved", "ruled-out", "decidable", "review", "candidate", "potential-candidate", "open", "ineligible"
]


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError('expected a network such as "10.20.0.0/16", or one address such as "10.20.1.7"') from None
    return text


class ResearchSubject(Section):
    """Writing candidates back to the server."""

    enabled: bool = False


class Forms(Section):
    """Writing the forms that are filled in on the page to the server."""

    enabled: bool = False


class Audience(Section):
    """Of what somebody wants to hear; an empty list is everything."""

    studies: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


class Recipient(Audience):
    """How one person wants to be told."""

    address: str
    language: Literal["en", "zh"] = "zh"
    digest: str = Field(default="at-once", pattern=r"^(at-once|([01]\d|2[0-3]):[0-5]\d)$")
    time_zone: Zone | None = None


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
    it_language: Literal["en", "zh"] = "zh"
    recipients: tuple[Recipient, ...] = ()

    @model_validator(mode="after")
    def _not_in_the_clear(self) -> Email:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security "none" is for a mail server on this machine alone; use "starttls" or "tls"')
        return self


class Webhook(Audience):
    """A program of the hospital that is told what the investigators are."""

    enabled: bool = False
    url: Url | None = None
    ca_file: Path | None = None
    allow: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    secret: SecretStr | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Webhook:
        if self.enabled and self.url is None:
            raise ValueError("url must be set: the address of the program that is to be told")
        return self


class Outputs(Section):
    """The ways out."""

    again_after_days: int = Field(default=30, ge=0, le=3660)
    research_subject: ResearchSubject = ResearchSubject()
    forms: Forms = Forms()
    email: Email = Email()
    webhook: Webhook = Webhook()
