"""A token that is fetched late, renewed early, kept, and shared by all threads; and what it lets us do."""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from adapter.fhir.auth.base import Auth, Exchange, basic
from adapter.fhir.auth.discovery import Configuration, discover, object_of
from adapter.fhir.auth.scopes import Need, allows, names_types
from adapter.fhir.errors import Refused, place
from adapter.fhir.wire.exchange import Answer
from adapter.fhir.wire.links import safe

EARLY_S = 10.0  # a token is renewed this long before its end
UNSAID_S = 300.0  # SMART's longest life, where a server names none
LONGEST_S = 86_400.0

Sent = tuple[Mapping[str, str], Mapping[str, str]]  # headers and form of a token request


class Token(ABC):
    """OAuth 2 client credentials, whatever the client proves itself by. A refresh token is never used."""

    says = "Check client_id and scope in [fhir.auth]."

    def __init__(self, auth: Auth, base: str, exchange: Exchange, clock: Callable[[], float]) -> None:
        self._auth, self._base, self._exchange, self._clock = auth, base, exchange, clock
        self._lock = threading.Lock()
        self._token, self._until = "", float("-inf")
        self._found: Configuration | None = None
        self.had = False  # a token was given before
        self.asked, self.needs = auth.scope or "", auth.needs
        self.granted: str | None = None
        self.life_s = 0.0

    def header(self) -> str | None:
        """Return the bearer header, with a new token where the old one ends within ten seconds."""
        with self._lock:
            if not self._token or self._clock() >= self._until:
                self._fetch()
            return f"Bearer {self._token}"

    def renew(self, refused: str | None) -> bool:
        """Forget the refused token, unless another thread has fetched a new one already."""
        with self._lock:
            if refused == f"Bearer {self._token}":
                self._token = ""
            return True

    def lacks(self, need: Need) -> str | None:
        """Say that the scope for this was not granted; a server that names none has granted what was asked."""
        granted = self.granted if self.granted is not None else self.asked
        if not self._compared(granted) or allows(granted, need, self.asked):
            return None
        return f"the token endpoint did not grant system/{need.kind}.{need.rights}"

    def endpoint(self) -> str:
        """Return the token endpoint: the one of the settings, else the one that the server names."""
        return safe(self._auth.token_url or self.configuration().endpoint(), "[fhir.auth] token_url")

    def configuration(self) -> Configuration:
        """Return what the server says about signing in, asked once."""
        if self._found is None:
            self._found = discover(self._base, self._exchange)
        return self._found

    @abstractmethod
    def _request(self, endpoint: str) -> Sent:
        """Return what proves the client, new for every request."""

    @abstractmethod
    def _again(self, refused: Answer) -> bool:
        """Prepare another request after a refusal, or say that it would be refused, too."""

    def _compared(self, granted: str) -> bool:
        """Whether what was granted is in words that tell."""
        return names_types(granted)

    def _fetch(self) -> None:
        endpoint = self.endpoint()
        answer = self._exchange(endpoint, *self._request(endpoint))
        if answer.status >= 400 and self._again(answer):
            answer = self._exchange(endpoint, *self._request(endpoint))
        if answer.status >= 400:
            raise self._refused(endpoint, answer)
        said = object_of(answer)
        self._token = _bearer(said, endpoint)
        self.had = True
        self.life_s = _life(said.get("expires_in"))
        self._until = self._clock() + self.life_s - min(EARLY_S, self.life_s / 2)
        self.granted = said["scope"] if isinstance(said.get("scope"), str) else None

    def _form(self) -> dict[str, str]:
        return {"grant_type": "client_credentials"} | ({"scope": self.asked} if self.asked else {})

    def _refused(self, endpoint: str, answer: Answer) -> Refused:
        # Its own description may repeat what was sent; the code is one of a list.
        found = re.search(rb'"error"\s*:\s*"([a-z_]{1,40})"', answer.body)
        why = f", {found[1].decode()}" if found else ""
        what = f"the token endpoint does not let us in ({answer.status}{why})"
        return Refused(place(endpoint), what, self.says, status=answer.status)


class ClientSecret(Token):
    """A secret that the server knows, too, sent by Basic."""

    says = "Check client_id, client_secret_file and scope in [fhir.auth]."
    _plain = False

    def _request(self, endpoint: str) -> Sent:  # noqa: ARG002 - the face of every token
        return {"Accept": "application/json", "Authorization": self._basic(plain=self._plain)}, self._form()

    def _again(self, refused: Answer) -> bool:  # noqa: ARG002 - the face of every token
        # RFC 6749 escapes id and secret inside Basic, and not every server knows that.
        was, self._plain = self._plain, True
        return not was and self._basic(plain=True) != self._basic(plain=False)

    def _basic(self, *, plain: bool) -> str:
        pair = (self._auth.client_id, self._auth.client_secret)
        return basic(*(pair if plain else map(quote_plus, pair)))


def _bearer(said: Mapping[str, Any], endpoint: str) -> str:
    token, kind = said.get("access_token"), said.get("token_type", "bearer")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token) or str(kind).lower() != "bearer":
        raise Refused(place(endpoint), "the answer holds no bearer token", "Check [fhir.auth] token_url and scope.")
    return token


def _life(expires_in: object) -> float:
    try:
        life = float(str(expires_in))
    except ValueError:
        return UNSAID_S
    return min(max(life, 0.0), LONGEST_S) if life == life else UNSAID_S  # noqa: PLR0124 - NaN is a float too
