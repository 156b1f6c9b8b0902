"""The authority that knows the hospital's people: where it is, and whom it names in a token that it signed.

Source: OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636), and RFC 9207 for who answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from adapter.settings import is_loopback, secret
from adapter.settings.sign_in import Oidc
from adapter.worklist.access.oidc.pending import Begun

DISCOVERY = "/.well-known/openid-configuration"
LASTS_S = 600.0  # so long what the authority says of itself is believed; its keys are asked for at each sign-in
AWAY_S = 5.0  # so long one that did not answer is not asked again: whoever clicks must not keep the page busy waiting
TIMEOUT_S = 10
LEEWAY_S = 60  # clocks differ
# By a key that the authority alone has: neither "none" nor a secret that is shared.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
FAULTS = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError)


class NotLetIn(Exception):  # noqa: N818 - an answer, not an error
    """The authority did not name somebody; `why` is one of our own words, never one of theirs."""

    def __init__(self, why: str, *, unreachable: bool = False) -> None:
        super().__init__(why)
        self.why, self.unreachable = why, unreachable


class Authority:
    """The authority as the settings name it."""

    def __init__(self, place: Oidc, clock: Callable[[], float]) -> None:
        self.place, self._clock = place, clock
        has_secret = place.client_secret is not None or place.client_secret_file is not None
        named = (place.client_secret, place.client_secret_file, "worklist.oidc.client_secret")
        self._secret = secret(*named) if has_secret else None
        self._door = threading.Lock()
        self._said: tuple[float, Mapping[str, Any]] | None = None
        self._away: tuple[float, NotLetIn] | None = None

    def ready(self) -> int:
        """How many keys its tokens may be signed by; raises NotLetIn where nobody could sign in by it."""
        for name in ("authorization_endpoint", "token_endpoint"):
            self._endpoint(name)
        try:
            keys = self._keys()
        except (OSError, *FAULTS):
            keys = []
        if not keys:
            raise NotLetIn("the authority publishes no key of a kind that is taken")
        return len(keys)

    def address(self, begun: Begun, comes_back_to: str) -> str:
        """Where to send a browser that is to sign in."""
        with self._session(comes_back_to) as session:
            url, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"), begun.state, begun.verifier, nonce=begun.nonce
            )
        return str(url)

    def farewell(self, comes_back_to: str) -> str | None:
        """Where to send a browser that is to sign out there too; None where the authority offers none."""
        if "end_session_endpoint" not in self._metadata():
            return None
        said = {"client_id": self.place.client_id or "", "post_logout_redirect_uri": comes_back_to}
        return f"{self._endpoint('end_session_endpoint')}?{urlencode(said)}"

    def claims(self, answer: Mapping[str, str], begun: Begun, comes_back_to: str) -> Mapping[str, Any]:
        """What the authority signs of whoever comes back with this answer; raises NotLetIn."""
        self._is_theirs(answer)
        with self._session(comes_back_to) as session:
            try:
                token = session.fetch_token(
                    self._endpoint("token_endpoint"), code=answer["code"], code_verifier=begun.verifier,
                    grant_type="authorization_code", timeout=TIMEOUT_S, allow_redirects=False,
                )  # fmt: skip
                return self._proved(token, self._keys(), begun)
            except OSError:  # no answer, or none over a line that is trusted
                raise NotLetIn("no answer to the code", unreachable=True) from None
            except FAULTS as fault:
                raise NotLetIn(_why(fault)) from None

    def _is_theirs(self, answer: Mapping[str, str]) -> None:
        """Whether an answer is of this authority and holds a code."""
        always = self._metadata().get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if always else self.place.issuer) != self.place.issuer:
            raise NotLetIn("the answer is another authority's")
        if not answer.get("code"):
            raise NotLetIn("the authority gave no code")

    def _keys(self) -> list[dict[str, Any]]:
        """The keys that it publishes to tell its signatures by."""
        keys: list[dict[str, Any]] = self._asked(self._endpoint("jwks_uri"))["keys"]
        return [key for key in keys if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"]

    def _proved(self, token: Mapping[str, Any], keys: list[dict[str, Any]], begun: Begun) -> Mapping[str, Any]:
        """The claims of an id_token, once signature, issuer, audience, times and nonce are as they must be."""
        read = jwt.decode(token["id_token"], KeySet.import_key_set({"keys": keys}), algorithms=ALGORITHMS)
        expected = {"iss": self.place.issuer, "aud": self.place.client_id}
        claims = CodeIDToken(
            read.claims,
            read.header,
            {name: {"essential": True, "value": value} for name, value in expected.items()},
            {"nonce": begun.nonce, "client_id": self.place.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=LEEWAY_S)
        return dict(claims)

    def _endpoint(self, name: str) -> str:
        """An address that the authority names: https, or on this machine."""
        url = self._metadata().get(name)
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts is None or not (parts.scheme == "https" or is_loopback(parts.hostname or "")):
            raise NotLetIn(f"the authority names no safe {name}")
        return str(url)

    def _metadata(self) -> Mapping[str, Any]:
        """What it says of itself, as of a while ago; where it did not answer just now, that."""
        with self._door:
            if self._away is not None and self._clock() - self._away[0] < AWAY_S:
                raise NotLetIn(self._away[1].why, unreachable=True)
            if self._said is None or self._clock() - self._said[0] > LASTS_S:
                self._said = self._discovered_at(self._clock())
            return self._said[1]

    def _discovered_at(self, now: float) -> tuple[float, Mapping[str, Any]]:
        try:
            return now, self._discovered()
        except NotLetIn as refusal:
            if refusal.unreachable:
                self._away = self._clock(), refusal
            raise

    def _discovered(self) -> Mapping[str, Any]:
        issuer = self.place.issuer or ""
        try:
            said = self._asked(issuer.rstrip("/") + DISCOVERY)
        except (OSError, ValueError) as fault:
            said_so = f"the authority does not say where it is ({_kind(fault)})"
            raise NotLetIn(said_so, unreachable=True) from None
        if said.get("issuer") != issuer:
            raise NotLetIn("the authority names another issuer than the settings")
        return said

    def _session(self, comes_back_to: str) -> OAuth2Session:
        post = self._metadata().get("token_endpoint_auth_methods_supported") == ["client_secret_post"]
        way = ("client_secret_post" if post else "client_secret_basic") if self._secret else "none"
        return self._opened(OAuth2Session(
            self.place.client_id, self._secret, way, scope=self.place.scope, redirect_uri=comes_back_to,
            code_challenge_method="S256",
        ))  # fmt: skip

    def _opened(self, session: Any) -> Any:
        """A session that trusts the settings alone: no proxy, no authority and no password of the environment."""
        session.trust_env = False
        session.verify = str(self.place.ca_file) if self.place.ca_file else True
        return session

    def _asked(self, url: str) -> dict[str, Any]:
        """What stands at an address of the authority for everybody; nothing of ours goes along."""
        with self._opened(requests.Session()) as session:
            answer = session.get(url, timeout=TIMEOUT_S, allow_redirects=False)
        answer.raise_for_status()
        said = answer.json()
        if not isinstance(said, dict):
            raise ValueError("not an object")
        return said


def _why(fault: Exception) -> str:
    """Why a token was refused: in our own words, and by the kind of the fault, which is a name of the library's."""
    if isinstance(fault, AuthlibBaseError) and fault.error in {"invalid_client", "unauthorized_client"}:
        return "the authority does not know this client by its secret"
    return f"the token was refused ({type(fault).__name__})"


def _kind(fault: Exception) -> str:
    """What kind of fault it is, with the status where it is an answer."""
    status = fault.response.status_code if isinstance(fault, requests.HTTPError) else None
    return f"{status}" if status else type(fault).__name__
