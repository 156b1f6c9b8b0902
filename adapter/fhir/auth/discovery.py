"""What a server says about how to sign in: `[base]/.well-known/smart-configuration`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from adapter.errors import SettingsError
from adapter.fhir.auth.base import Exchange
from adapter.fhir.errors import NotFhir, NotFound, Rejected, place
from adapter.fhir.wire.exchange import Answer

WELL_KNOWN = "/.well-known/smart-configuration"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was found; nothing at all where the server has no such page."""

    url: str
    token_endpoint: str | None = None
    capabilities: frozenset[str] = frozenset()
    algorithms: frozenset[str] = frozenset()  # that an assertion may be signed by; empty: not said

    def endpoint(self) -> str:
        """Return the token endpoint, or raise SettingsError: it has to be named then."""
        if self.token_endpoint is None:
            raise SettingsError(f"{place(self.url)}: no token endpoint found there. Name it in [fhir.auth] token_url.")
        return self.token_endpoint

    @property
    def old_words(self) -> bool:
        """Whether scopes are to be asked in the words of SMART 1: where those alone are announced."""
        return "permission-v1" in self.capabilities and "permission-v2" not in self.capabilities


def discover(base: str, exchange: Exchange) -> Configuration:
    """Read the page, without any sign-in."""
    url = base + WELL_KNOWN
    try:
        answer = exchange(url, {"Accept": "application/json"})
        said = object_of(answer) if answer.status < 300 else {}
    except (NotFound, NotFhir, Rejected):
        said = {}
    endpoint = said.get("token_endpoint")
    return Configuration(
        url, endpoint if isinstance(endpoint, str) else None, _words(said.get("capabilities")),
        _words(said.get("token_endpoint_auth_signing_alg_values_supported")),
    )  # fmt: skip


def object_of(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer, or raise NotFhir."""
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NotFhir(place(answer.url), "this is no answer of a token endpoint", "Check [fhir.auth] token_url.")
    return value


def _words(value: object) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
