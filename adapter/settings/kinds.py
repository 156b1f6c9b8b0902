"""What a setting may look like: addresses, times, ports; and the table that refuses what it does not know."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


def _bare(url: str) -> str:
    parts = urlsplit(_guarded(url))
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("expected an address without a path, such as https://screening.example.org")
    return url.rstrip("/")


def _of_record(url: str) -> str:
    try:
        filled = url.format(id="x", number="x")
    except (LookupError, ValueError):
        filled = ""
    if not filled or filled == url:
        raise ValueError("expected an address with {id} or {number} in it, such as https://emr.example.org/p/{id}")
    return _guarded(filled) and url


def _known_ip(text: str) -> str:
    return str(ip_address(text))


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected a base address such as http://fhir-internal:8080/fhir")
    return url


Url = Annotated[str, AfterValidator(_guarded)]
Origin = Annotated[str, AfterValidator(_bare)]
RecordUrl = Annotated[str, AfterValidator(_of_record)]
Address = Annotated[str, AfterValidator(_known_ip)]
Time = Annotated[str, AfterValidator(_known_time)]
Zone = Annotated[str, AfterValidator(_known_zone)]
BaseUrl = Annotated[str, AfterValidator(_base)]  # a name only: nothing is ever sent there
ProxyUrl = Annotated[str, AfterValidator(_forward)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """A table of the settings file; what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
