"""The sign-in at a Keycloak, and the sandbox hospital behind a door that lets in whoever has one of its tokens.

Measured on two busy cores: once 35 s to fetch (177 MB) and 65 s to build into the cache; then 70 to 90 s to start and
65 s for the tests.
"""

import json
import time

import pytest
import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from adapter.cli import main
from adapter.demo.exchange import Answer
from adapter.demo.hospital import SandboxHospital, read_cases
from adapter.fhir.auth import Auth
from adapter.fhir.auth.keys import jwks, new_key, read_key
from adapter.fhir.auth.scopes import as_scope
from adapter.fhir.client import Client, Server
from adapter.places import folder
from adapter.settings import load
from adapter.wiring import needs_of

STUDY = "telitacicept-belimumab"
ASKED = as_scope(needs_of(load(None, {}))).split()


@pytest.fixture(scope="module")
def registered(keycloak, tmp_path_factory):
    """Both kinds of key, registered for one client; a third that nobody knows."""
    at = tmp_path_factory.mktemp("keys")
    keys = {kind: new_key(at / f"{kind}.pem", kind) for kind in ("ec", "rsa")}
    new_key(at / "unknown.pem", "ec")
    keycloak.register("the-adapter", jwks(*keys.values()), ASKED)
    return at


@pytest.fixture
def hospital(keycloak, registered):
    """The sandbox hospital; only a token that Keycloak has signed, and that has not ended, opens its door."""
    trusted = KeySet.import_key_set(keycloak.certs())

    def front(visit, request) -> bool:
        try:
            claims = jwt.decode(request.headers["authorization"].removeprefix("Bearer "), trusted).claims
        except (KeyError, ValueError, JoseError):
            claims = {}
        kind = request.path.partition("/")[0]
        scope = claims.get("scope", "").split()
        # A further page stands at the base itself, and names no type.
        known = claims.get("iss") == keycloak.issuer and claims["exp"] > time.time()
        if known and (kind in {"", "metadata"} or f"system/{kind}.rs" in scope):
            return False
        visit.send(Answer(403 if known else 401))
        return True

    with SandboxHospital(read_cases(folder("mappings") / "studies" / STUDY / "cases")).serve(front=front) as base:
        yield base


@pytest.fixture
def settings(keycloak, registered, hospital, tmp_path):
    """Return the settings file of a site that signs in with a key."""

    def made(key: str, scope: str = "") -> str:
        file = tmp_path / "adapter.toml"
        file.write_text(
            f'[fhir]\nbase_url = "{hospital}"\n[fhir.auth]\nkind = "smart_backend"\nclient_id = "the-adapter"\n'
            f'key_file = "{registered / key}.pem"\ntoken_url = "{keycloak.token_url}"\n{scope}'
            f'[study]\nid = "{STUDY}"\n[database]\nurl = "sqlite:///{tmp_path}/adapter.db"\n'
        )
        return str(file)

    return made


def test_without_a_token_the_door_stays_shut(hospital, tmp_path, capsys):
    assert main(["screen", "--source", hospital, "--study", STUDY, "--config", str(empty(tmp_path))]) == 12
    assert "does not accept our sign-in (401)" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_a_run_signs_in_and_reads_everything(settings, capsys, key):
    assert main(["run", "--config", settings(key), "--as-of", "2026-03-16", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == 0


def test_check_shows_what_was_granted_and_what_to_register(settings, registered, capsys):
    assert main(["check", "--config", settings("ec"), "--json"]) == 0
    found = {one["about"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert found["sign-in"]["says"] == "let in for 300 seconds at a time"
    assert found["scopes asked"]["says"].split() == ASKED
    assert set(found["scopes granted"]["says"].split()) >= set(ASKED)
    assert json.loads(found["key to register"]["says"]) == json.loads(jwks(read_key(registered / "ec.pem")))


def test_a_key_that_is_not_registered_is_refused_and_shown(settings, capsys):
    assert main(["check", "--config", settings("unknown")]) == 12
    told = capsys.readouterr().out
    assert "FAULT sign-in: " in told and "(400, invalid_client)" in told
    assert "fine  key to register: " in told
    assert main(["run", "--config", settings("unknown"), "--as-of", "2026-03-16"]) == 12


def test_a_scope_that_is_not_granted_leaves_its_type_out_with_one_line(settings, capsys):
    scope = " ".join(one for one in ASKED if one != "system/Procedure.rs")
    assert main(["run", "--config", settings("ec", f'scope = "{scope}"\n'), "--as-of", "2026-03-16"]) == 13
    told = [line for line in capsys.readouterr().err.splitlines() if "did not grant" in line]
    assert len(told) == 1 and "/Procedure: " in told[0] and "system/Procedure.s" in told[0]


def test_a_scope_that_the_realm_does_not_know_is_named(settings, capsys):
    assert main(["run", "--config", settings("ec", 'scope = "system/Nothing.rs"\n'), "--as-of", "2026-03-16"]) == 12
    assert "(400, invalid_scope)" in capsys.readouterr().err


def test_a_token_is_renewed_and_no_assertion_counts_twice(keycloak, registered):
    auth = Auth("smart_backend", client_id="the-adapter", key_file=registered / "ec.pem", token_url=keycloak.token_url,
                scope=" ".join(ASKED))  # fmt: skip
    with Client(Server("http://127.0.0.1:1/fhir", auth=auth)) as client:
        signing, tokens = client.signing, []
        for _ in range(3):
            tokens.append(signing.header())
            signing.renew(tokens[-1])
        headers, form = signing._request(keycloak.token_url)
    assert len(set(tokens)) == 3
    twice = [requests.post(keycloak.token_url, data=form, headers=headers, timeout=30) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [200, 400]
    assert "reuse" in twice[1].text


def empty(at):
    file = at / "empty.toml"
    file.write_text("")
    return file
