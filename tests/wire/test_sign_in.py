"""Signing in: the secret goes to one place, a token is renewed in time, and a refusal is said (faults 4, 9)."""

import base64
import json

import pytest

from adapter.errors import SettingsError
from adapter.fhir.auth import Auth
from adapter.fhir.client import Client, Server
from adapter.fhir.errors import LinkRefused, Refused, Throttled, Trouble, Unreachable
from tests.wire.scripted import Reply, Scripted, page

SECRET = "s3cret/+=canary"


@pytest.fixture
def tokens():
    """A token endpoint of its own origin that counts what it gives."""
    made = Scripted()
    made.life = 300
    made.answer = lambda asked: Reply(
        body=json.dumps(
            {"access_token": f"t{len(made.asked)}", "token_type": "Bearer", "expires_in": made.life, "scope": "x"}
        ).encode()
    )
    yield made
    made.close()


@pytest.fixture
def secret(connect, tokens):
    auth = Auth(
        "client_secret", client_id="me", client_secret=SECRET, token_url=tokens.origin + "/token", scope="system/*.rs"
    )
    return connect(auth=auth)


def bearers(server) -> list[str | None]:
    return [asked.headers.get("authorization") for asked in server.asked]


def test_basic_is_sent_with_every_request(server, connect, pulled):
    server.say(page(1, next_link="?page=2"), page(2))
    pulled(connect(auth=Auth("basic", "müller", "a:b")))
    assert bearers(server) == ["Basic " + base64.b64encode("müller:a:b".encode()).decode()] * 2


def test_none_sends_nothing(server, connect, pulled):
    server.say(page(1))
    pulled(connect())
    assert bearers(server) == [None]


def test_a_token_is_fetched_once_and_sent_to_the_server_alone(server, tokens, secret, pulled):
    server.say(page(1, next_link="?page=2"), page(2))
    assert pulled(secret) == ["o1", "o2"]
    assert bearers(server) == ["Bearer t1", "Bearer t1"]
    (asked,) = tokens.asked
    assert (asked.method, asked.body) == ("POST", b"grant_type=client_credentials&scope=system%2F%2A.rs")
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"me:s3cret%2F%2B%3Dcanary").decode()


def test_an_endpoint_that_does_not_know_the_escape_gets_the_secret_plain(server, tokens, secret, pulled):
    given, plain = tokens.answer, "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
    tokens.answer = lambda asked: given(asked) if asked.headers["authorization"] == plain else Reply(401)
    server.say(page(1))
    assert pulled(secret) == ["o1"]


def test_9_a_token_is_renewed_ten_seconds_before_its_end(server, tokens, secret, pulled, timepiece):
    server.answer = lambda asked: page(1)
    for now in (0, 289, 291):
        timepiece.now = 1000.0 + now
        pulled(secret)
    assert bearers(server) == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize("life", [0, -5, 5, None, "300", "soon", 10**30, "nan"])
def test_9_any_life_of_a_token_will_do(server, tokens, secret, pulled, life):
    tokens.life = life
    server.say(page(1, next_link="?page=2"), page(2))
    assert pulled(secret) == ["o1", "o2"]
    assert len(tokens.asked) <= 2


def test_9_a_refused_token_is_renewed_once_and_the_same_page_asked_again(server, secret, pulled):
    server.say(page(1, next_link="?page=2"), Reply(401), page(2))
    assert pulled(secret) == ["o1", "o2"]
    assert bearers(server) == ["Bearer t1", "Bearer t1", "Bearer t2"]
    server.say(Reply(401), Reply(401))
    with pytest.raises(Refused, match=r"does not accept our sign-in \(401\)"):
        pulled(secret)


@pytest.mark.parametrize("kind", ["none", "basic"])
def test_401_without_a_token_is_final(server, connect, pulled, kind):
    server.say(Reply(401), page(1))
    with pytest.raises(Refused):
        pulled(connect(auth=Auth(kind, "a", "b")))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(400, b'{"error":"invalid_client"}'), Refused),
        (Reply(401), Refused),
        (Reply(body=b"<html>"), Trouble),
        (Reply(body=b'{"access_token":7}'), Refused),
        (Reply(body=b'{"access_token":"a\\r\\nX: y"}'), Refused),
        (Reply(body=b'{"access_token":"a","token_type":"mac"}'), Refused),
        (Reply(429), Throttled),
        (Reply(502), Unreachable),
    ],
)
def test_an_endpoint_that_gives_no_token_is_named_without_the_secret(server, tokens, secret, pulled, reply, kind):
    tokens.answer = lambda asked: reply
    with pytest.raises(kind, match=f"{tokens.origin}/token: ") as caught:
        pulled(secret)
    shown = str(caught.value) + repr(caught.value) + repr(secret.server)
    assert "canary" not in shown
    assert server.asked == []


def test_4_a_token_request_is_never_redirected(server, elsewhere, tokens, secret, pulled):
    tokens.answer = lambda asked: Reply(307, headers={"Location": elsewhere.origin + "/token"})
    with pytest.raises(LinkRefused):
        pulled(secret)


def test_the_endpoint_is_discovered(server, tokens, connect, pulled):
    found = json.dumps({"token_endpoint": tokens.origin + "/token"}).encode()
    server.say(Reply(body=found), page(1))
    assert pulled(connect(auth=Auth("client_secret", client_id="me", client_secret="x"))) == ["o1"]
    assert server.asked[0].target == "/fhir/.well-known/smart-configuration"
    assert bearers(server) == [None, "Bearer t1"]


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"token_endpoint":"http://evil.example/token"}'])
def test_an_endpoint_that_cannot_be_found_or_trusted_is_a_setting(server, connect, pulled, body):
    server.say(Reply(body=body))
    with pytest.raises(SettingsError, match="token_url"):
        pulled(connect(auth=Auth("client_secret", client_id="me", client_secret="x")))


@pytest.mark.parametrize(
    "auth", [Auth("smart_backend"), Auth("basic"), Auth("basic", "me"), Auth("client_secret", client_id="me")]
)
def test_a_sign_in_that_cannot_work_is_a_setting(auth):
    with pytest.raises(SettingsError, match=r"^\[fhir.auth\] "):
        Client(Server("https://hospital.example/fhir", auth=auth))
