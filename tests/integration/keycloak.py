"""A Keycloak in a process of its own: fetched and built once into a cache, started on a free port, ended with us."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.fhir_server.process import called, made_once

VERSION = "26.7.3"
DISTRIBUTION = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
NEEDED = ("java", "mvn")
START_LIMIT_S = 600
REALM = "hospital"
PAGE, PAGE_SECRET = "screening-page", "a-secret-of-these-tests"


@dataclass(frozen=True)
class Keycloak:
    """A running server; `realm` is the only one that the tests know."""

    origin: str
    admin: str

    @property
    def issuer(self) -> str:
        return f"{self.origin}/realms/{REALM}"

    @property
    def token_url(self) -> str:
        return f"{self.issuer}/protocol/openid-connect/token"

    def certs(self) -> dict:
        """The keys that its tokens are signed with."""
        return requests.get(f"{self.issuer}/protocol/openid-connect/certs", timeout=30).json()

    def register(self, client_id: str, jwks: str, scopes: list[str]) -> None:
        """Make the realm anew with one client that signs in by a key, and may ask for these scopes."""
        self._made(_for_program(client_id, jwks, scopes))

    def admit(self, page: str, people: Mapping[str, str]) -> None:
        """Make the realm anew with a page and another program that people sign in to, each of them in a group."""
        self._made(_for_people(page, people))

    def _made(self, realm: dict) -> None:
        headers = {"Authorization": f"Bearer {self._admin_token()}"}
        requests.delete(f"{self.origin}/admin/realms/{REALM}", headers=headers, timeout=60)
        made = requests.post(f"{self.origin}/admin/realms", headers=headers, json=realm, timeout=120)
        assert made.status_code == 201, made.text

    def _admin_token(self) -> str:
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": self.admin}
        url = f"{self.origin}/realms/master/protocol/openid-connect/token"
        return requests.post(url, data=form, timeout=60).json()["access_token"]


def _for_program(client_id: str, jwks: str, scopes: list[str]) -> dict:
    named = [
        {"name": scope, "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"}}
        for scope in scopes
    ]
    client = {
        "clientId": client_id,
        "clientAuthenticatorType": "client-jwt",
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "publicClient": False,
        "defaultClientScopes": [],
        "optionalClientScopes": scopes,
        "attributes": {"use.jwks.string": "true", "jwks.string": jwks},
    }
    return {"realm": REALM, "enabled": True, "clientScopes": named, "clients": [client]}


def _for_people(page: str, people: Mapping[str, str]) -> dict:
    groups = [{"name": name} for name in sorted({*people.values()})]
    users = [
        {"username": name, "enabled": True, "groups": [f"/{group}"], "email": f"{name}@hospital.example",
         "emailVerified": True, "firstName": name, "lastName": name,
         "credentials": [{"type": "password", "value": f"{name}-word", "temporary": False}]}
        for name, group in people.items()
    ]  # fmt: skip
    clients = [_page(PAGE, page, secret=PAGE_SECRET), _page("another", page, publicClient=True)]
    return {"realm": REALM, "enabled": True, "groups": groups, "users": users, "clients": clients}


def _page(client_id: str, page: str, **kind: object) -> dict:
    """A client as the how-to has it registered: the code flow by PKCE, and its groups in the token."""
    claim = {"claim.name": "groups", "full.path": "false", "id.token.claim": "true"}
    groups = {"name": "groups", "protocol": "openid-connect", "protocolMapper": "oidc-group-membership-mapper",
              "config": claim}  # fmt: skip
    return {
        "clientId": client_id,
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "redirectUris": [f"{page}/login/hospital/return"],
        "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": f"{page}/login"},
        "protocolMappers": [groups],
        **kind,
    }


def lacking() -> list[str]:
    """Return the programs that are needed and not on this machine."""
    return [name for name in NEEDED if shutil.which(name) is None]


def built() -> Path:
    """Return the folder of the distribution, fetched from Maven's repository and built for a database in memory."""
    return made_once(f"keycloak-{VERSION}", _build)


def _build(target: Path) -> None:
    folder = target.with_name("unpacked")
    called("mvn", "-q", "-B", f"{PLUGIN}:unpack", f"-Dartifact={DISTRIBUTION}", f"-DoutputDirectory={folder}",
           f"-DmarkersDirectory={folder}/markers", cwd=target.parent)  # fmt: skip
    home = folder / f"keycloak-{VERSION}"
    called("bin/kc.sh", "build", "--db=dev-mem", "--cache=local", cwd=home)
    home.rename(target)


@contextmanager
def running(folder: Path) -> Iterator[Keycloak]:
    """Start a server that forgets everything; it ends with the block."""
    home, admin = built(), os.urandom(12).hex()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": admin}
    command = [str(home / "bin" / "kc.sh"), "start", "--optimized", "--http-enabled=true", "--hostname-strict=false",
               "--http-host=127.0.0.1", f"--http-port={port}"]  # fmt: skip
    log = folder / "keycloak.log"
    with (
        log.open("wb") as sink,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environ) as java,
    ):
        try:
            yield _ready(Keycloak(f"http://127.0.0.1:{port}", admin), java, log)
        finally:
            java.terminate()  # kc.sh has become java by exec


def _ready(keycloak: Keycloak, java: subprocess.Popen, log: Path) -> Keycloak:
    ends = time.monotonic() + START_LIMIT_S
    while time.monotonic() < ends and java.poll() is None:
        try:
            if requests.get(f"{keycloak.origin}/realms/master", timeout=5).ok:
                return keycloak
        except requests.RequestException:
            pass
        time.sleep(1)
    raise RuntimeError(f"Keycloak did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
