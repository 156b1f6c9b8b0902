"""A thousand hostile addresses, in every place where a server can put one: nothing goes elsewhere (faults 1 to 6)."""

import json
import socket
import threading
from itertools import cycle

import pytest

from adapter.fhir.auth import Auth
from adapter.fhir.errors import LinkRefused, Trouble
from adapter.fhir.export import File, Manifest, Order, download, kick_off, look, whole
from adapter.fhir.pages import batch, search
from adapter.fhir.wire.links import Home
from adapter.fhir.write import create, read, update
from tests.wire.hostile import COUNT, a_thousand
from tests.wire.scripted import Reply, bundle, resource
from tests.wire.watching import watching

CANARY = "Basic Y2FuYXJ5OnNlY3JldA=="
SAMPLE = 12  # CI takes every so manieth of the thousand over sockets


@pytest.fixture
def elsewhere_too(elsewhere):
    """The same port by its other names, where nobody may knock either."""
    knocked, doors = [], []
    for family, host in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.2")):
        door = socket.socket(family)
        door.bind((host, elsewhere.port))
        door.listen()
        doors.append(door)
        threading.Thread(target=_wait_for, args=(door, knocked), daemon=True).start()
    yield f"127.0.0.1:{elsewhere.port}"
    for door in doors:
        door.close()
    assert knocked == []


def _wait_for(door, knocked):
    try:
        while True:
            knocked.append(door.accept())
    except OSError:
        return


@pytest.fixture
def hostile(server, elsewhere_too):
    return a_thousand("127.0.0.1", server.port, elsewhere_too)


@pytest.fixture
def watched(server):
    """Note where the test goes, and hold it to the server alone; its sign-in goes along with each request there."""
    with watching() as went:
        yield
    assert {port for _, port in went} <= {server.port} and {host for host, _ in went} <= {"127.0.0.1"}
    assert went
    assert all(one.target.startswith("/fhir") for one in server.asked)
    assert {one.headers.get("authorization") for one in server.asked} == {CANARY}


@pytest.fixture
def guarded(connect, watched):
    return connect(auth=Auth("basic", username="canary", password="secret"), patience_s=1)


def header(url):
    """An address as a header carries it; one with a line end would not arrive as it is, and so as another one."""
    return "http://evil.example/" if {*"\r\n\0"} & {*url} else url.encode().decode("latin-1")


def moved(url, status):
    return Reply(status, headers={"Location": header(url)})


def manifest(server, next_link=None):
    """What an export came to, by the server's own word."""
    return Manifest(f"{server.base}/status", (), (), (), "2026-01-01T00:00:00Z", True, None, next_link)


SUBJECT = {"resourceType": "ResearchSubject", "id": "r1", "status": "candidate"}
STATUSES = cycle((301, 302, 303, 307, 308))


def as_next(server, client, url):
    server.say(Reply(body=bundle(resource(1), next_link=url)))
    list(search(client, "Observation", {"code": "a"}))


def as_next_of_a_batch(server, client, url):
    page = json.loads(bundle(resource(1), next_link=url))
    entry = {"response": {"status": "200"}, "resource": page}
    server.say(Reply(body=json.dumps({"resourceType": "Bundle", "type": "batch-response", "entry": [entry]}).encode()))
    (part,) = batch(client, "Observation", ["Observation?patient=1"])
    client.home.resolve(part.page.next_link, part.page.url)


def as_redirect_of_a_search(server, client, url):
    server.say(moved(url, next(STATUSES)))
    list(search(client, "Observation", {"code": "a"}))


def as_redirect_of_a_form(server, client, url):
    server.say(moved(url, next(STATUSES)))
    list(search(client, "Patient", {"identifier": "1"}, posted=True))


def as_redirect_of_a_read(server, client, url):
    server.say(moved(url, next(STATUSES)))
    read(client, "Group/1")


def as_redirect_of_a_write(server, client, url):
    server.say(moved(url, next(STATUSES)))
    update(client, "ResearchSubject/r1", b"{}", 'W/"1"')


def as_location_of_a_write(server, client, url):
    server.say(Reply(201, headers={"Location": header(url)}))
    create(client, SUBJECT, "identifier=a")


def as_content_location_of_a_write(server, client, url):
    server.say(Reply(201, headers={"Content-Location": header(url)}))
    create(client, SUBJECT, "identifier=a")


def as_content_location_of_an_export(server, client, url):
    server.say(Reply(202, headers={"Content-Location": header(url)}))
    look(client, kick_off(client, Order("$export", ("Patient",), None, posted=False)))


def as_file_of_a_manifest(server, client, url):
    download(client, File(url, "Patient"), manifest(server), lambda raw: None)


def as_next_of_a_manifest(server, client, url):
    whole(client, manifest(server, next_link=url), lambda wait: None)


PLACES = [
    as_next, as_next_of_a_batch, as_redirect_of_a_search, as_redirect_of_a_form, as_redirect_of_a_read,
    as_redirect_of_a_write, as_location_of_a_write, as_content_location_of_a_write, as_content_location_of_an_export,
    as_file_of_a_manifest, as_next_of_a_manifest,
]  # fmt: skip
NOT_SENT = {as_file_of_a_manifest, as_next_of_a_manifest}  # refused before anything is asked


def test_1_2_a_thousand_addresses_are_none_of_ours():
    home = Home.of("http://127.0.0.1:8080/fhir")
    thousand = a_thousand("127.0.0.1", 8080, "127.0.0.1:8081")
    assert len({*thousand}) == COUNT
    for url in thousand:
        with pytest.raises(LinkRefused) as caught:
            home.resolve(url, "http://127.0.0.1:8080/fhir/Observation")
        assert str(caught.value).isprintable() and len(str(caught.value)) < 500, url


def put(place, urls, server, client):
    """Put each address into a place; it has to be refused, or to be no address once it has been through a header."""
    for url in urls:
        server.replies.clear()
        with pytest.raises(Trouble):
            place(server, client, url)
    if place in NOT_SENT:
        server.say(Reply(body=bundle()))
        list(search(client, "Observation", {"code": "a"}))  # so that the watch has seen something


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_1_4_6_no_address_in_any_place_gets_a_request(place, server, hostile, guarded):
    put(place, hostile[::SAMPLE], server, guarded)


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_nor_does_any_of_the_thousand(place, server, hostile, guarded):
    put(place, hostile, server, guarded)
