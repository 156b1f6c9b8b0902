"""SMART Backend Services: every token request is proved by a new assertion, signed with a key that stays here.

Source: SMART App Launch 2.2, backend-services and client-confidential-asymmetric.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from joserfc import jwt

from adapter.errors import SettingsError
from adapter.fhir.auth.base import Auth, Exchange
from adapter.fhir.auth.keys import SigningKey, read_key
from adapter.fhir.auth.scopes import as_scope
from adapter.fhir.auth.token import Sent, Token
from adapter.fhir.errors import Refused
from adapter.fhir.wire.exchange import Answer
from adapter.fhir.wire.retries import http_date

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE_S = 240  # at most 300, and a minute is left for clocks that differ
ISSUED_S = 30  # so long ago, lest a clock behind ours take it for a thing of the future; Keycloak asks for `iat`
NOTICED_S = 30.0  # below that the minute is enough, and Date and the way here are no better
BELIEVED_S = 3600.0  # beyond that one of the two clocks is wrong, and a person has to say which


class SmartBackend(Token):
    """A signed assertion of our own in place of a secret."""

    says = "Check client_id, key_file and scope in [fhir.auth]; `trial-adapter check` shows the public key to register."

    def __init__(self, auth: Auth, base: str, exchange: Exchange, clock: Callable[[], float]) -> None:
        super().__init__(auth, base, exchange, clock)
        self.skew_s = 0.0  # what has to be added to our clock
        self._off_s = 0.0  # the same, as last measured
        self.key = self._read()

    def _read(self) -> SigningKey:
        assert self._auth.key_file is not None
        return read_key(self._auth.key_file, self._auth.key_id)

    def endpoint(self) -> str:
        """Return the token endpoint, once it is clear that it takes our key and how scopes are named there."""
        if self._auth.token_url is None or not self.asked:
            found = self.configuration()
            if found.algorithms and self.key.algorithm not in found.algorithms:
                takes = ", ".join(sorted(found.algorithms))[:80]
                raise SettingsError(
                    f"[fhir.auth] key_file: the key signs by {self.key.algorithm}, and the server takes {takes}. "
                    "Make a key of the other kind: `trial-adapter key new FILE --kind ec|rsa`."
                )
            self.asked = self.asked or as_scope(self._auth.needs, old=found.old_words)
        return super().endpoint()

    def _request(self, endpoint: str) -> Sent:
        form = {**self._form(), "client_assertion_type": ASSERTION, "client_assertion": self._assertion(endpoint)}
        return {"Accept": "application/json"}, form

    def _assertion(self, endpoint: str) -> str:
        header = {"alg": self.key.algorithm, "kid": self.key.id, "typ": "JWT"}
        now = int(time.time() + self.skew_s)
        claims = {
            "iss": self._auth.client_id, "sub": self._auth.client_id, "aud": endpoint,
            "iat": now - ISSUED_S, "exp": now + LIFE_S, "jti": str(uuid4()),
        }  # fmt: skip
        return jwt.encode(header, claims, self.key.key, algorithms=[self.key.algorithm])

    def _again(self, refused: Answer) -> bool:
        """Once more by the server's clock, or where it has let us in before: with what the key file holds now."""
        said = http_date(refused.headers.get("Date", ""))
        self._off_s = (said - datetime.now(UTC)).total_seconds() if said else 0.0
        if abs(self._off_s - self.skew_s) >= NOTICED_S and abs(self._off_s) <= BELIEVED_S:
            self.skew_s = self._off_s
            return True
        if self.had:
            self.key = self._read()
        return self.had

    def _refused(self, endpoint: str, answer: Answer) -> Refused:
        refused = super()._refused(endpoint, answer)
        if abs(self._off_s) >= NOTICED_S:
            refused.what += f"; our clock differs from the server's by {abs(self._off_s):.0f} s"
        return refused

    def _compared(self, granted: str) -> bool:  # noqa: ARG002 - the face of every token
        return True
