"""How the adapter signs in. A secret goes to the server or its token endpoint, and into no message or log."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode

from adapter.errors import SettingsError
from adapter.fhir.errors import NotFhir, NotFound, Permanent, Refused, Rejected, place
from adapter.fhir.wire.links import safe

EARLY_S = 10.0  # a token is renewed this long before its end
UNSAID_S = 300.0  # SMART's longest life, where a server names none
LONGEST_S = 86_400.0
WELL_KNOWN = "/.well-known/smart-configuration"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Auth:
    """The settings of [fhir.auth], secrets already read."""

    kind: str = "none"
    username: str = ""
    password: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_url: str | None = None
    scope: str | None = None


class Exchange(Protocol):
    """One request outside the FHIR server's own addresses, without any sign-in and without following anything."""

    def __call__(self, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None) -> bytes:
        """GET, or POST a form; return the body of a 2xx answer or raise Temporary or Permanent."""
        ...


class SignIn(Protocol):
    """A way to sign in."""

    def header(self) -> str | None:
        """Return what the Authorization header says, or None for none; may ask a token endpoint."""
        ...

    def renew(self, refused: str | None) -> bool:
        """The server answered 401 to this header: tell whether it is worth another try with a new one."""
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


class ClientSecret:
    """OAuth 2 client credentials: a token is fetched late, kept, and shared by all threads."""

    def __init__(self, auth: Auth, base: str, exchange: Exchange, clock: Callable[[], float]) -> None:
        self._auth, self._base, self._exchange, self._clock = auth, base, exchange, clock
        self._lock = threading.Lock()
        self._token, self._until = "", float("-inf")
        self._endpoint: str | None = None
        self._plain = False
        self.granted: str | None = None

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

    def _fetch(self) -> None:
        if self._endpoint is None:
            self._endpoint = self._auth.token_url or self._discovered()
            safe(self._endpoint, "[fhir.auth] token_url")
        try:
            answer = self._ask(self._endpoint)
        except (Rejected, Refused) as no:
            # RFC 6749 escapes id and secret inside Basic, and not every server knows that.
            if self._plain or self._basic(plain=True) == self._basic(plain=False):
                raise _refused(self._endpoint, no) from None
            self._plain = True
            self._fetch()
            return
        self._token = _token(answer, self._endpoint)
        life = _life(answer.get("expires_in"))
        self._until = self._clock() + life - min(EARLY_S, life / 2)
        self.granted = answer["scope"] if isinstance(answer.get("scope"), str) else None

    def _ask(self, endpoint: str) -> dict[str, Any]:
        form = {"grant_type": "client_credentials"} | ({"scope": self._auth.scope} if self._auth.scope else {})
        headers = {"Accept": "application/json", "Authorization": self._basic(plain=self._plain)}
        return _object(self._exchange(endpoint, headers, form), endpoint)

    def _basic(self, *, plain: bool) -> str:
        pair = (self._auth.client_id, self._auth.client_secret)
        return basic(*(pair if plain else map(quote_plus, pair)))

    def _discovered(self) -> str:
        url = self._base + WELL_KNOWN
        try:
            found = _object(self._exchange(url, {"Accept": "application/json"}), url).get("token_endpoint")
        except (NotFound, NotFhir):
            found = None
        if not isinstance(found, str):
            raise SettingsError(f"{place(url)}: no token endpoint found there. Name it in [fhir.auth] token_url.")
        return found


def basic(username: str, password: str) -> str:
    """Return the value of a Basic Authorization header."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def encode_form(form: Mapping[str, str]) -> bytes:
    """Return the body of a form."""
    return urlencode(form).encode()


def sign_in(auth: Auth, base: str, exchange: Exchange, clock: Callable[[], float]) -> SignIn:
    """Return the way to sign in that the settings name."""
    way = WAYS.get(auth.kind)
    if way is None:
        known = ", ".join(f'"{kind}"' for kind in WAYS)
        raise SettingsError(f'[fhir.auth] kind: "{auth.kind}" is not possible with this version. Use one of {known}.')
    missing = [name for name in NEEDED.get(auth.kind, ()) if not getattr(auth, name)]
    if missing:
        raise SettingsError(f'[fhir.auth] {missing[0]}: kind "{auth.kind}" needs it. Set it (a secret by its _file).')
    return way(auth, base, exchange, clock)


# Another way to sign in is one more row.
WAYS: dict[str, Way] = {
    "none": lambda auth, base, exchange, clock: Fixed(None),
    "basic": lambda auth, base, exchange, clock: Fixed(basic(auth.username, auth.password)),
    "client_secret": ClientSecret,
}
NEEDED = {"basic": ("username", "password"), "client_secret": ("client_id", "client_secret")}


def _object(body: bytes, url: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NotFhir(place(url), "this is no answer of a token endpoint", "Check [fhir.auth] token_url.")
    return value


def _token(answer: Mapping[str, Any], endpoint: str) -> str:
    token, kind = answer.get("access_token"), answer.get("token_type", "bearer")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token) or str(kind).lower() != "bearer":
        raise Refused(place(endpoint), "the answer holds no bearer token", "Check [fhir.auth] token_url and scope.")
    return token


def _life(expires_in: object) -> float:
    try:
        life = float(str(expires_in))
    except ValueError:
        return UNSAID_S
    return min(max(life, 0.0), LONGEST_S) if life == life else UNSAID_S  # noqa: PLR0124 - NaN is a float too


def _refused(endpoint: str, no: Permanent) -> Refused:
    return Refused(
        place(endpoint), f"the token endpoint does not let us in ({no.status})",
        "Check client_id, client_secret_file and scope in [fhir.auth].", status=no.status,
    )  # fmt: skip
