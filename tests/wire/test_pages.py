"""A search is followed to its end, or said to have none (RELIABILITY.md, faults 23 to 26, 35, 36, 39 and 40)."""

import json
from datetime import UTC, datetime

import pytest

from adapter.fhir.errors import EndedEarly, Endless, LinkRefused, NotFhir, PageExpired, Refused, Rejected
from adapter.fhir.pages import batch, count, follow, search
from adapter.sources.hospital import Asked
from adapter.sources.search import SearchSource
from tests.wire.conftest import ids
from tests.wire.scripted import Reply, bundle, outcome, page, resource


def test_the_first_page_asks_past_the_servers_memory_and_names_a_size(server, client):
    """Faults 35, 36."""
    server.say(page(1, next_link="?page=2"), page(2))
    first, second = search(
        client, "Observation", {"code": "http://loinc.org|1,2", "_lastUpdated": ["ge2026", "le2027"]}
    )
    asked = server.asked[0]
    assert (
        asked.target
        == "/fhir/Observation?code=http://loinc.org%7C1,2&_lastUpdated=ge2026&_lastUpdated=le2027&_count=1000"
    )
    assert (asked.headers["cache-control"], asked.headers["accept-encoding"]) == ("no-cache", "gzip")
    assert asked.headers["accept"] == "application/fhir+json"
    assert "cache-control" not in server.asked[1].headers
    assert first.server_date == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert (first.total, first.self_link, second.next_link) == (None, None, None)


def test_a_long_search_is_posted_and_paged_by_get(server, pulled):
    server.say(page(1, next_link="/fhir?_getpages=x"), page(2))
    assert pulled(code="a" * 1800) == ["o1", "o2"]
    asked = server.asked[0]
    assert (asked.method, asked.target) == ("POST", "/fhir/Observation/_search")
    assert asked.body == b"code=" + b"a" * 1800 + b"&_count=1000"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert server.asked[1].method == "GET"


@pytest.mark.parametrize("fails", range(1, 5))
def test_24_pages_before_the_one_that_fails_are_given(server, client, fails):
    server.answer = lambda asked: (
        Reply(403)
        if f"page={fails}" in asked.target
        else page(len(server.asked), next_link=f"?page={len(server.asked)}")
    )
    read = []
    with pytest.raises(Refused):
        read += [read.append(one) for one in search(client, "Observation", {"code": "a"})]
    assert len(read) == fails


@pytest.mark.parametrize("status", [404, 410])
def test_25_a_page_that_has_expired_says_so(server, pulled, status):
    server.say(page(1, next_link="?page=2"), Reply(status, json.dumps(outcome()).encode()))
    with pytest.raises(PageExpired, match="no longer knows the next page"):
        pulled()


@pytest.fixture
def read(client):
    """Read the results of a patient as a run does; return their ids, and what kept it from the end."""
    found = []

    def reading():
        source = SearchSource(client, Asked((), ()))
        one = source.of_patients("Observation", ["Patient/p1"], None, lambda raw: found.append(json.loads(raw)["id"]))
        return found, one.trouble

    return reading


@pytest.mark.parametrize("status", [404, 410])
def test_25_a_search_whose_page_expired_is_begun_anew_and_gives_nothing_twice(server, read, status):
    server.say(page(1, 2, next_link="?page=2"), Reply(status))
    server.say(page(2, 3, next_link="?page=a"), page(1, next_link="?page=b"), page(4))
    assert read() == (["o1", "o2", "o3", "o4"], None)
    assert server.asked[0].target == server.asked[2].target


def test_25_a_page_that_expires_twice_is_trouble(server, read):
    server.say(page(1, next_link="?page=2"), Reply(410), page(1, 2, next_link="?page=3"), Reply(404))
    found, trouble = read()
    assert found == ["o1", "o2"] and isinstance(trouble, PageExpired) and len(server.asked) == 4


def test_25_a_resource_that_changed_meanwhile_is_given_in_both_versions(server, read):
    newer = Reply(body=bundle(resource(1, status="amended")))
    server.say(page(1, next_link="?page=2"), Reply(410), newer)
    assert read() == (["o1", "o1"], None)


def test_a_private_search_is_posted_and_a_link_that_repeats_it_is_refused(server, client):
    server.say(page(1, next_link="?_page=2&identifier=zy1"))
    with pytest.raises(LinkRefused, match="repeats what was asked for"):
        list(search(client, "Patient", {"identifier": "zy1"}, posted=True))
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("POST", "/fhir/Patient/_search")
    assert asked.body == b"identifier=zy1&_count=1000"
    server.say(page(1, next_link="?_page=2"), page(2))
    assert len(list(search(client, "Patient", {"identifier": "zy1"}, posted=True))) == 2


def test_25_a_first_page_that_is_not_there_is_another_thing(server, pulled):
    server.say(Reply(404))
    with pytest.raises(Exception, match="nothing at this address"):
        pulled()


@pytest.mark.parametrize(
    "answer",
    [
        lambda n: page(n, next_link="?page=2"),
        lambda n: page(n, next_link=f"?page={n % 3}"),
        lambda n: page(n % 3, next_link=f"?page={n}"),
        lambda n: page(next_link=f"?page={n}"),
        lambda n: page(1, next_link="?code=a&_count=1000"),
    ],
    ids=["the same link", "a circle of links", "a circle of pages", "nothing for ever", "itself"],
)
def test_26_pages_without_an_end_are_found_out(server, pulled, answer):
    server.answer = lambda asked: answer(len(server.asked))
    with pytest.raises(Endless, match="What was read is not the whole"):
        pulled()
    assert len(server.asked) < 110


def test_26_an_empty_page_is_not_the_end(server, pulled):
    server.say(page(next_link="?page=2"), page(next_link="?page=3"), page(7))
    assert pulled() == ["o7"]


def test_27_a_row_that_comes_twice_is_given_twice(server, pulled):
    server.say(page(1, 2, next_link="?page=2"), page(2, 3))
    assert pulled() == ["o1", "o2", "o2", "o3"]


def test_35_any_size_of_page_will_do(server, pulled):
    server.say(page(*range(3), next_link="?page=2"), page(*range(3, 3000)))
    assert len(pulled()) == 3000


def test_a_page_is_tried_again_where_it_failed(server, pulled):
    server.say(page(1, next_link="?page=2"), Reply(503), Reply(502), page(2))
    assert pulled() == ["o1", "o2"]


def test_39_outcomes_and_what_came_along_are_kept_apart(server, client):
    entries = [
        {"resource": resource(1), "search": {"mode": "match"}},
        {"resource": resource(2, "Patient"), "search": {"mode": "include"}},
        {"resource": outcome("warning", "not-found", "x" * 999), "search": {"mode": "outcome"}},
        {"resource": outcome("error", "security")},
        {"resource": resource(3, note='not an "OperationOutcome"')},
        {"fullUrl": "x"},
        {"resource": None},
    ]
    server.say(Reply(body=bundle(entry=entries, total=2)))
    (one,) = search(client, "Observation", {"code": "a"})
    assert ids([one]) == ["o1", "o3"]
    assert [json.loads(raw)["id"] for raw in one.included] == ["p2"]
    assert [(issue.severity, issue.code, issue.grave) for issue in one.outcomes] == [
        ("warning", "not-found", False), ("error", "security", True),
    ]  # fmt: skip
    assert len(one.outcomes[0].text) == 200
    assert (one.bare, one.total) == (2, 2)


ODD = {
    "deep": b'{"id":"odd","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "tab": b'{"id":"odd","x":"a\tb"}',
    "no number": b'{"id":"odd","x":NaN}',
    "half a pair": b'{"id":"odd","x":"\\ud800"}',
    "no utf-8": b'{"id":"odd","x":"\xff"}',
    "brackets in text": b'{"id":"odd","x":"]}\\"{,\t"}',
    "a text": b'"odd \t"',
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_23_one_odd_resource_does_not_cost_the_others(server, client, odd):
    body = bundle(resource(1), resource(2, "Odd"), resource(3), next_link="?page=2", total=9)
    server.say(Reply(body=body.replace(json.dumps(resource(2, "Odd")).encode(), odd)), page(4))
    first, second = search(client, "Observation", {"code": "a"})
    assert [json.loads(first.entries[at])["id"] for at in (0, 2)] == ["o1", "o3"]
    assert (first.entries[1], first.total, len(second.entries)) == (odd, 9, 1)


def test_an_odd_frame_is_read_as_far_as_it_is_clear(server, client):
    body = {"resourceType": "Bundle", "total": "9", "link": [7, {"relation": "self", "url": "s"}, {"relation": 1}],
            "entry": [None, 3, {"resource": resource(1), "search": 7, "response": []}]}  # fmt: skip
    server.say(Reply(body=json.dumps(body).encode()))
    (one,) = search(client, "Observation", {"code": "a"})
    assert (ids([one]), one.total, one.self_link, one.bare) == (["o1"], None, "s", 2)


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        (Reply(body=bundle(total=7)), 7),
        (Reply(body=bundle()), None),
        (Reply(body=bundle(total=-1)), None),
        (Reply(400, json.dumps(outcome()).encode()), None),
        (Reply(404), None),
    ],
)
def test_28_a_server_that_cannot_count_is_no_fault(server, client, reply, number):
    server.say(reply)
    assert count(client, "Observation", {"code": "a"}) == number
    assert server.asked[0].target == "/fhir/Observation?code=a&_summary=count"


def batched(*entries: dict) -> Reply:
    return Reply(body=json.dumps({"resourceType": "Bundle", "type": "batch-response", "entry": list(entries)}).encode())


def test_a_batch_has_an_answer_to_each_request(server, client):
    inner = json.loads(bundle(resource(1), next_link="Observation?page=2"))
    server.say(
        batched(
            {"response": {"status": "200 OK"}, "resource": inner},
            {"response": {"status": "404", "outcome": outcome("error", "not-found")}},
            {"response": {"status": "200"}, "resource": resource(5, "Patient")},
            {},
        ),
        page(2),
    )
    found, missing, patient, nothing = batch(
        client, "Observation", ["Observation?patient=1", "Patient/9", "Patient/5", "x"]
    )
    assert ids([found.page, *follow(client, "Observation", found.page)]) == ["o1", "o2"]
    assert (missing.status, missing.page, missing.outcomes[0].code) == (404, None, "not-found")
    assert json.loads(patient.resource)["id"] == "p5"
    assert (nothing.status, nothing.page, nothing.resource) == (0, None, None)
    sent = json.loads(server.asked[0].body)
    assert (server.asked[0].target, sent["type"]) == ("/fhir", "batch")
    assert sent["entry"][0] == {"request": {"method": "GET", "url": "Observation?patient=1"}}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(batched({}), NotFhir), (Reply(400, json.dumps(outcome()).encode()), Rejected), (Reply(body=b"{"), EndedEarly)],
)
def test_a_batch_that_fails_as_a_whole_says_so(server, connect, reply, kind):
    server.answer = lambda asked: reply
    with pytest.raises(kind):
        batch(connect(patience_s=2), "Observation", ["a", "b"])
