"""A scripted server, a second one that nobody may touch, and clients that do not really wait."""

import json

import pytest

from adapter.fhir.client import Client, Server
from adapter.fhir.pages import search
from tests.wire.scripted import Scripted, Timepiece


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
