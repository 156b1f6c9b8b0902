"""A real FHIR server, and a hospital on it. All tests of this folder share one server and so run on one worker."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import absent
from tests.fhir_server import server
from tests.fhir_server.loading import Client
from tests.fhir_server.medplum import server as medplum_server
from tests.fhir_server.process import Server
from tests.fhir_server.records import Resource, cases, ref, synthea
from tests.integration import keycloak as kc

HERE = Path(__file__).resolve().parent
GROUP = "hapi"


@dataclass(frozen=True)
class Hospital:
    """A server with the study's cases, the patients with lupus and the others on it."""

    server: Server
    client: Client
    original: dict[str, Resource]
    refused: dict[str, str]

    @property
    def base_url(self) -> str:
        """The address that the adapter is given."""
        return self.server.base_url


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group(GROUP))
            if getattr(config.option, "loadgroup", False):
                _name_group(item)


def _name_group(item: pytest.Item) -> None:
    # xdist 3.8 names the group in a place that pytest 9.2 no longer reads (pytest-dev/pytest-xdist#1386), and every
    # worker would start a server of its own. Once xdist does it again, the group stands there twice, which is the same.
    if hasattr(item, "_id"):
        item._id = type(item._id).parse(f"{item.nodeid}@{GROUP}")


@pytest.fixture(scope="session")
def hapi(tmp_path_factory) -> Iterator[Server]:
    if server.lacking():
        absent(f"Java 17 and Maven ({', '.join(server.lacking())})")
    with server.running(tmp_path_factory.mktemp("hapi")) as running:
        yield running


@pytest.fixture(scope="session")
def medplum(tmp_path_factory) -> Iterator[Server]:
    """A second server with ways of its own; it is empty at first, and forgets everything at the end."""
    if medplum_server.lacking():
        absent(f"Node.js and npm ({', '.join(medplum_server.lacking())})")
    with medplum_server.running(tmp_path_factory.mktemp("medplum")) as running:
        yield running


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory) -> Iterator[kc.Keycloak]:
    """A Keycloak whose realm every module makes as it needs it."""
    if kc.lacking():
        absent(f"Java 17 and Maven ({', '.join(kc.lacking())})")
    with kc.running(tmp_path_factory.mktemp("keycloak")) as running:
        yield running


@pytest.fixture
def client(hapi) -> Client:
    return Client(hapi.base_url)


@pytest.fixture(scope="session")
def loaded(hapi) -> Hospital:
    """Load the hospital once; ask for `hospital`, which leaves it to the next test as it was."""
    resources = [*cases(), *synthea()]
    client = Client(hapi.base_url)
    refused = client.load(resources)
    return Hospital(hapi, client, {ref(one): one for one in resources if ref(one) not in refused}, refused)


@pytest.fixture
def hospital(loaded) -> Iterator[Hospital]:
    since = loaded.client.now()
    yield loaded
    loaded.client.restore(loaded.original, since)
