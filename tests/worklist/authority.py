"""A small OpenID authority that can be made to break each rule; how a real one behaves is asked of Keycloak."""

import base64
import hashlib
import json
import time
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.wire.scripted import Reply, Scripted

CLIENT, SECRET = "screening-page", "oidc-secret-canary"


class Authority:
    """It signs in whom `claims` say; `said`, `answer`, `header`, `key` and `token` are what may be wrong."""

    def __init__(self):
        self.http = Scripted()
        self.http.answer = self._answer
        self.issuer = self.http.origin + "/realms/hospital"
        self.key = self.published = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
        self.claims, self.said, self.answer, self.header, self.token, self.status = {}, {}, {}, {}, {}, 200
        self.codes, self.exchanged = {}, []

    def close(self):
        self.http.close()

    def visit(self, url):
        """A browser that signs in here: the address it is sent back to."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = f"code-{len(self.codes)}-canary"
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"], **self.answer})

    def _answer(self, asked):
        path = urlsplit(asked.target).path.removeprefix("/realms/hospital")
        ways = {
            "/.well-known/openid-configuration": self._metadata,
            "/certs": lambda _: {"keys": [self.published.as_dict(private=False)]},
            "/token": self._exchange,
        }
        said = ways[path](asked)
        return Reply(self.status, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def _metadata(self, _asked):
        at = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/certs",
              "end_session_endpoint": "/end"}  # fmt: skip
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in at.items()}, **self.said}

    def _exchange(self, asked):
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        begun = self.codes.pop(form["code"])
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert begun["code_challenge_method"] == "S256" and begun["code_challenge"] == proof
        assert form["redirect_uri"] == begun["redirect_uri"] and asked.headers["authorization"] == f"Basic {basic}"
        self.exchanged.append(form)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300,
                  "nonce": begun["nonce"], **self.claims}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "access-canary", "token_type": "Bearer", "id_token": self._signed(claims), **self.token}

    def _signed(self, claims):
        header = {"alg": "ES256", "kid": "one", **self.header}
        if header["alg"] == "none":
            parts = (json.dumps(one).encode() for one in (header, claims))
            return ".".join([*(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts), ""])
        return jwt.encode(header, claims, self.key, algorithms=["ES256", "HS256"])
