"""A search is held to the server's own numbers: no next link is no proof of the end (RELIABILITY.md, fault 28)."""

import json

import pytest

from adapter.fhir.errors import EndedEarly
from adapter.sources.hospital import Asked
from adapter.sources.reading import unheeded
from adapter.sources.search import SearchSource
from tests.wire.scripted import Reply, bundle, page, resource


def counted(number):
    return Reply(body=bundle(total=number))


def totalled(*numbers, total):
    return Reply(body=bundle(*map(resource, numbers), total=total))


@pytest.fixture
def read(server, client):
    """Read all results of a patient; return ids, trouble, how many were expected, and how often it was counted."""

    def reading(*, compare=True, since=None):
        found = []
        source = SearchSource(client, Asked((), ()), compare=compare)
        one = source.of_patients("Observation", ["Patient/p1"], since, lambda raw: found.append(json.loads(raw)["id"]))
        asked = ["_summary=count" in one.target for one in server.asked]
        return found, one.trouble, one.expected, sum(asked), len(asked)

    return reading


def test_28_a_total_that_agrees_costs_no_request(server, read):
    server.say(totalled(1, 2, total=2))
    assert read() == (["o1", "o2"], None, 2, 0, 1)


def test_28_without_a_total_the_server_is_asked_to_count(server, read):
    server.say(page(1, 2), counted(2))
    assert read() == (["o1", "o2"], None, 2, 1, 2)
    assert server.asked[1].target.startswith("/fhir/Observation?patient=Patient/p1&_summary=count")


def test_28_a_search_that_ended_early_is_read_once_more(server, read):
    server.say(page(1, 2), counted(3), page(1, 2, 3), counted(3))
    assert read() == (["o1", "o2", "o3"], None, 3, 2, 4)


def test_28_a_search_that_ends_early_twice_is_in_part(server, read):
    server.say(page(1, 2), counted(3), page(1, 2), counted(3))
    found, trouble, expected, *_ = read()
    assert found == ["o1", "o2"] and expected == 3
    assert isinstance(trouble, EndedEarly) and "2 resources came of 3 that the server counts" in str(trouble)


def test_28_a_row_that_comes_twice_hides_no_row_that_is_missing(server, read):
    twice = page(2, 3)
    server.say(page(1, 2, next_link="?p=2"), twice, counted(4), page(1, 2, next_link="?p=3"), page(3, 4), counted(4))
    assert read()[:3] == (["o1", "o2", "o3", "o4"], None, 4)


@pytest.mark.parametrize("total", [0, 1, 7])
def test_28_an_estimate_is_counted_anew(server, read, total):
    server.say(totalled(1, 2, total=total), counted(2))
    assert read() == (["o1", "o2"], None, 2, 1, 2)


def test_28_a_total_that_nobody_can_count_anew_is_believed_where_it_says_more(server, read):
    server.say(totalled(1, total=2), Reply(400), totalled(1, total=2))
    found, trouble, *_ = read()
    assert found == ["o1"] and isinstance(trouble, EndedEarly)


@pytest.mark.parametrize("reply", [Reply(400), Reply(403), Reply(body=bundle())], ids=["400", "403", "no number"])
def test_28_a_server_that_cannot_count_is_no_trouble_and_is_asked_once(server, client, reply):
    server.say(page(1), reply, page(2))
    source, found = SearchSource(client, Asked((), ())), []
    for name in ("p1", "p2"):
        assert source.of_patients("Observation", [f"Patient/{name}"], None, found.append).trouble is None
    assert len(found) == 2 and len(server.asked) == 3


def test_28_a_site_whose_server_counts_wrongly_can_say_so(server, read):
    server.say(totalled(1, 2, total=9))
    assert read(compare=False) == (["o1", "o2"], None, None, 0, 1)


BASE = "http://h/fhir/Observation"


@pytest.mark.parametrize(
    ("self_link", "left"),
    [
        (None, set()),
        ("", set()),
        (BASE, set()),
        (f"{BASE}?_getpages=7", set()),
        (f"{BASE}?patient=Patient/p1&_lastUpdated=ge2026&_count=9", set()),
        (f"{BASE}?patient:Patient=p1&_lastUpdated=ge2026", set()),
        (f"{BASE}?subject=Patient/p1&_lastUpdated=ge2026", set()),
        (f"{BASE}?patient=Patient/p1&_count=9", {"_lastUpdated"}),
        (f"{BASE}?_count=9", {"_lastUpdated", "patient"}),
        ("http://[h/?_count=9", set()),
    ],
)
def test_34_what_the_self_link_lacks_was_not_heeded(self_link, left):
    assert unheeded({"patient": "Patient/p1", "_lastUpdated": "ge2026", "_elements": "id"}, self_link) == left
