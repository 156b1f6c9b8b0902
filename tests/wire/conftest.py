"""A scripted server, a second one that nobody may touch, and clients that do not really wait."""

import json

import pytest

from adapter.fhir.auth import Auth, Need
from adapter.fhir.auth.keys import jwks, new_key, read_key
from adapter.fhir.client import Client, Server
from adapter.fhir.pages import search
from tests.wire.authority import Authority
from tests.wire.scripted import Scripted, Timepiece

NEEDS = (Need("Patient", "rs"), Need("Observation", "rs"))


@pytest.fixture
def server():
    made = Scripted()
    yield made
    made.close()


@pytest.fixture
def elsewhere():
    """Another origin: a request that reaches it fails the test."""
    made = Scripted()
    yield made
    made.close()
    assert made.asked == []


@pytest.fixture
def timepiece():
    return Timepiece()


@pytest.fixture
def connect(server, timepiece):
    """Return a client of the scripted server, with other settings where they are named."""
    clients = []

    def made(stop=None, chance=0.5, **settings):
        settings = {"base_url": server.base, **settings}
        client = Client(Server(**settings), stop=stop, clock=timepiece.clock, sleep=timepiece.sleep,
                        chance=lambda: chance)  # fmt: skip
        clients.append(client)
        return client

    yield made
    for client in clients:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def pulled(client):
    """Return the ids of a whole search."""
    return lambda who=client, **params: ids(search(who, "Observation", params or {"code": "a"}))


def ids(pages) -> list[str]:
    return [json.loads(entry)["id"] for page in pages for entry in page.entries]


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """A key of each kind that SMART knows, in files."""
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for kind in ("ec", "rsa"):
        made[kind] = folder / f"{kind}.pem"
        new_key(made[kind], kind)
    return made


@pytest.fixture(params=["ec", "rsa"])
def key_file(keys, request):
    return keys[request.param]


@pytest.fixture
def authority(keys):
    """An authorization server with both keys registered."""
    made = Authority("the-adapter", jwks(*map(read_key, keys.values())))
    yield made
    made.close()


@pytest.fixture
def backend(connect, keys):
    """Return a client that signs in by SMART Backend Services."""

    def made(key_file=keys["ec"], needs=NEEDS, **settings):
        named = {name: settings.pop(name) for name in ("token_url", "scope", "key_id") if name in settings}
        return connect(auth=Auth("smart_backend", client_id="the-adapter", key_file=key_file, needs=needs, **named),
                       **settings)  # fmt: skip

    return made
