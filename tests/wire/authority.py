"""An authorization server that lets nobody in who breaks a rule of SMART Backend Services.

It checks what Inferno's client suite checks (inferno-framework/smart-app-launch-test-kit, client_suite/
token_request_verification.rb) and what the specification says besides; `faults` keeps what it finds.
"""

import json
import time
from email.utils import formatdate
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.wire.scripted import Reply, Scripted

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SENT = {"grant_type", "scope", "client_assertion_type", "client_assertion"}


class Authority:
    """Its clock may differ from ours by `ahead_s`; `jwks` is what was registered, `grants` what it answers as scope."""

    def __init__(self, client_id: str, jwks: str, tls=None):
        self.client_id, self.registered = client_id, json.loads(jwks)
        self.ahead_s, self.life_s, self.more = 0, 300, {}
        self.grants = lambda scope: scope
        self.refuse_next = 0  # this many requests get a bare 400, whatever they hold
        self.jtis, self.tokens, self.faults, self.headers, self.claims, self.scopes = set(), [], [], [], [], []
        self.http = Scripted(tls)
        self.http.answer = self._answer
        self.url = self.http.origin + "/token"

    @property
    def asked(self):
        return self.http.asked

    def close(self):
        self.http.close()

    def configuration(self, **more) -> Reply:
        """What the FHIR server says at .well-known/smart-configuration."""
        return Reply(body=json.dumps({"token_endpoint": self.url, **more}).encode())

    def now(self) -> float:
        return time.time() + self.ahead_s

    def _answer(self, asked) -> Reply:
        headers = {"Date": formatdate(self.now(), usegmt=True), "Cache-Control": "no-store"}
        if self.refuse_next:
            self.refuse_next -= 1
            return Reply(400, b"", headers)
        fault = self._form_fault(asked) or self._assertion_fault(parse_qs(asked.body.decode())["client_assertion"][0])
        if fault:
            self.faults.append(fault)
            said = {"error": "invalid_client", "error_description": fault + asked.body.decode()}
            return Reply(400, json.dumps(said).encode(), headers)
        return Reply(200, json.dumps(self._given(asked)).encode(), headers)

    def _given(self, asked) -> dict:
        scope = parse_qs(asked.body.decode())["scope"][0]
        self.scopes.append(scope)
        self.tokens.append(f"token-{len(self.tokens) + 1}-canary")
        said = {"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": self.life_s, **self.more}
        granted = self.grants(scope)
        return said if granted is None else said | {"scope": granted}

    def _form_fault(self, asked) -> str | None:
        form = parse_qs(asked.body.decode(), keep_blank_values=True)
        expected = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION}
        if (asked.method, asked.target) != ("POST", "/token"):
            return f"{asked.method} {asked.target}"
        if asked.headers.get("content-type") != "application/x-www-form-urlencoded":
            return "not a form"
        if "authorization" in asked.headers:
            return "two ways of authentication"
        if set(form) != SENT or any(len(values) > 1 for values in form.values()):
            return f"parameters {sorted(form)}"
        wrong = [name for name, value in expected.items() if form[name] != [value]]
        return f"wrong {wrong}" if wrong else None if form["scope"][0] else "no scope"

    def _assertion_fault(self, assertion: str) -> str | None:
        try:
            read = jwt.decode(assertion, KeySet.import_key_set(self.registered), algorithms=["RS384", "ES384"])
        except (JoseError, ValueError) as fault:
            return f"signature: {type(fault).__name__}"
        self.headers.append(read.header)
        self.claims.append(read.claims)
        return self._header_fault(read.header) or self._claims_fault(read.claims)

    def _header_fault(self, header: dict) -> str | None:
        if set(header) != {"alg", "kid", "typ"} or header["typ"] != "JWT":
            return f"header {header}"
        (key,) = (one for one in self.registered["keys"] if one["kid"] == header["kid"])
        return None if header["alg"] == {"RSA": "RS384", "EC": "ES384"}[key["kty"]] else "algorithm of another key"

    def _claims_fault(self, claims: dict) -> str | None:
        if not claims["iss"] == claims["sub"] == self.client_id:
            return "issuer or subject"
        if claims["aud"] != self.url:
            return "audience"
        if not claims["iat"] <= self.now() < claims["exp"] <= min(self.now(), claims["iat"]) + 300:
            return "expiry"
        if not claims["jti"] or claims["jti"] in self.jtis:
            return "token reuse"
        self.jtis.add(claims["jti"])
        return None


class Guarded:
    """A FHIR server that answers with a page to whoever has a token of the authority, and with 401 to others."""

    def __init__(self, server, authority: Authority, page: Reply, **said):
        self.authority, self.page = authority, page
        self.said, self.revoked = said, set()
        server.answer = self._answer

    def _answer(self, asked) -> Reply:
        if asked.target == "/fhir/.well-known/smart-configuration":
            return self.authority.configuration(**self.said)
        bearer = asked.headers.get("authorization", "")
        known = {f"Bearer {token}" for token in self.authority.tokens} - self.revoked
        return self.page if bearer in known else Reply(401)
