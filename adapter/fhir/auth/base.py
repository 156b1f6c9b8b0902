"""What every way to sign in has in common: the settings, and the faces it shows and is shown."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from adapter.fhir.auth.scopes import Need
from adapter.fhir.wire.exchange import Answer


@dataclass(frozen=True, slots=True)
class Auth:
    """The settings of [fhir.auth], secrets already read, and what is to be asked for where no scope is named."""

    kind: str = "none"
    username: str = ""
    password: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_url: str | None = None
    scope: str | None = None
    key_file: Path | None = None
    key_id: str | None = None
    needs: tuple[Need, ...] = ()


class Exchange(Protocol):
    """One request outside the FHIR server's own addresses, without any sign-in and without following anything."""

    def __call__(self, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None) -> Answer:
        """GET, or POST a form; return an answer of 2xx, 400, 401 or 403, or raise Temporary or Permanent."""
        ...


class SignIn(Protocol):
    """A way to sign in."""

    def header(self) -> str | None:
        """Return what the Authorization header says, or None for none; may ask a token endpoint."""
        ...

    def renew(self, refused: str | None) -> bool:
        """The server answered 401 to this header: tell whether it is worth another try with a new one."""
        ...

    def lacks(self, need: Need) -> str | None:
        """Say why this must not be asked for with what was granted, or None where it may be."""
        ...


Way = Callable[[Auth, str, Exchange, Callable[[], float]], SignIn]


class Fixed:
    """The same header every time, or none at all."""

    def __init__(self, value: str | None) -> None:
        self._value = value

    def header(self) -> str | None:
        """Return the header."""
        return self._value

    def renew(self, refused: str | None) -> bool:  # noqa: ARG002 - the face of every sign-in
        """There is no other one."""
        return False

    def lacks(self, need: Need) -> str | None:  # noqa: ARG002 - the face of every sign-in
        """Nothing is granted in words, so nothing is known to lack."""
        return None


def basic(username: str, password: str) -> str:
    """Return the value of a Basic Authorization header."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
