"""Whatever keeps a run from its end gives one clear line and its exit code, and the next healthy run catches up."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adapter.demo.exchange import Answer, outcome
from tests.river.hospital import FLAGGED, ward

HTML = b"<!DOCTYPE html><html><body>Sign in to the hospital</body></html>"
PACKED = gzip.compress(b'{"resourceType": "Bundle", "type": "searchset", "entry": []}' * 50)[:60]


def raw(visit, body, *headers):
    visit.send_response(200)
    for name, value in (*headers, ("Content-Length", str(len(body)))):
        visit.send_header(name, value)
    visit.end_headers()
    visit.wfile.write(body)
    return True


def status(number):
    def front(visit, request):
        visit.send(Answer(number, outcome("error", "forbidden", "no")))
        return True

    return front


def html(visit, request):
    return raw(visit, HTML, ("Content-Type", "text/html"))


def cut(visit, request):
    return raw(visit, PACKED, ("Content-Type", "application/fhir+json"), ("Content-Encoding", "gzip"))


def linked(url):
    def front(visit, request):
        link = [{"relation": "next", "url": f"{url}/fhir?_page=2"}]
        visit.send(Answer(200, {"resourceType": "Bundle", "type": "searchset", "link": link}))
        return True

    return front


def of_type(kind, front):
    """Answer so where this type is asked for about patients."""

    def spoiled(visit, request):
        about = any(name == "patient" for name, _ in (*request.query, *request.form))
        return request.path.split("/")[0] == kind and about and front(visit, request)

    return spoiled


def state(river):
    """Return all in which anybody could have been raised, lowered or told."""
    return river.decisions(), river.changes(), river.subjects(), len(river.post.mails)


@pytest.fixture
def elsewhere():
    """Open another server, and give its address and what it was asked."""
    asked = []

    class Visit(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Visit) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


@pytest.mark.parametrize(("front", "said"), [(status(401), "sign-in"), (html, "/Condition")])
def test_a_server_that_refuses_all_is_12(river, front, said):
    """Faults 20, 46: of all types."""
    river.front = front
    ran = river.run()
    assert ran.code == 12 and ran.err.count("\n") == 1 and said in ran.err
    assert (river.writes, river.post.mails) == ([], [])
    river.front = None
    assert river.run().code == 0
    assert set(river.subjects()) == FLAGGED


def test_a_server_that_is_down_is_12(river):
    base, river.base = river.base, "http://127.0.0.1:9/fhir"
    ran = river.run()
    assert ran.code == 12 and ran.err.count("\n") == 1 and "127.0.0.1:9" in ran.err
    river.base = base
    assert river.run().code == 0 and set(river.subjects()) == FLAGGED


@pytest.mark.slow
@pytest.mark.parametrize("front", [status(403), status(500), cut], ids=["refused", "failing", "cut off"])
@pytest.mark.parametrize("kind", ["Observation", "MedicationStatement"])
def test_a_type_read_in_part_decides_nobody_and_the_next_run_catches_up(river, kind, front):
    """Faults 15, 38, 46."""
    river.front = of_type(kind, front)
    ran = river.run()
    assert ran.code == 13, ran.err
    (line,) = (line for line in ran.err.splitlines() if line.startswith(f"{kind}: read in part"))
    assert f"/{kind}" in line
    assert state(river) == ({}, [], {}, 0)
    river.front = None
    assert river.run().code == 0
    assert set(river.subjects()) == FLAGGED and len(river.post.mails) == 1


def test_a_type_refused_later_moves_nobody_and_what_came_meanwhile_is_not_lost(flowing):
    """Fault 46: refused from one day on."""
    before = state(flowing)
    flowing.front = of_type("Observation", status(403))
    flowing.change("Patient/c01", birthDate="2015-01-01")
    flowing.sandbox.store.load(ward("c02"))
    assert flowing.run().code == 13
    assert state(flowing) == before
    flowing.front = None
    assert flowing.run().code == 0
    assert flowing.subjects()["Patient/c01"] == ["ineligible"]
    assert flowing.subjects()["Patient/c02"] == ["candidate"], "all Observations of who came meanwhile were read"


def test_a_link_to_another_host_is_not_followed(flowing, elsewhere):
    """Fault 1, in a run."""
    before, (url, asked) = state(flowing), elsewhere
    for spoiled in (linked(url), of_type("Observation", linked(url))):
        flowing.front = spoiled
        ran = flowing.run()
        assert ran.code == 13, ran.err
        assert "another server" in ran.err and "Traceback" not in ran.err
        assert asked == [] and state(flowing) == before
    flowing.front = None
    assert flowing.run().code == 0


def test_a_link_to_another_host_in_a_first_run_is_not_followed(river, elsewhere):
    url, asked = elsewhere
    river.front = linked(url)
    ran = river.run()
    assert ran.code == 13 and "another server" in ran.err and asked == []
    assert state(river) == ({}, [], {}, 0)


def test_a_server_that_dies_half_way_is_waited_for_once(flowing):
    """What was not read is in part: nobody moves, and no type waits anew for a server that is gone."""
    before = state(flowing)
    flowing.change("Patient/c01", birthDate="2015-01-01")
    asked = []

    def dying(visit, request):
        asked.append(request.path)
        if request.path != "MedicationAdministration" and "MedicationAdministration" not in asked:
            return False
        visit.close_connection = True
        return True  # without a word

    flowing.front = dying
    ran = flowing.run("--json")
    troubles = json.loads(ran.out)["troubles"]
    assert ran.code == 13 and len(troubles) == 10, ran.err  # nobody refers to a Medication; the first two were read
    assert state(flowing) == before
    begin = asked.index("MedicationAdministration")
    assert sorted(asked[begin:]) == sorted(troubles), "each is asked once"
    flowing.front = None
    assert flowing.run().code == 0
    assert flowing.subjects()["Patient/c01"] == ["ineligible"]


def test_mail_waits_for_its_server(river):
    ran = river.run(post=False)
    assert ran.code == 0 and river.pending() == 3 and set(river.subjects()) == FLAGGED
    assert river.run().code == 0
    assert river.pending() == 0 and len(river.post.mails) == 1
    assert all(number in river.post.texts[0] for number in ("S-0001", "S-0002", "S-0003"))
