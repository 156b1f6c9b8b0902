"""A server is waited for politely and not for ever (RELIABILITY.md, faults 37 and 38)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapter.fhir.errors import LeftAlone, Refused, Rejected, ServerFailed, Throttled, TimedOut, Trouble, Unreachable
from adapter.fhir.pages import search
from adapter.fhir.write import create
from adapter.sources.hospital import OF_PATIENT, Asked
from adapter.sources.search import SearchSource
from tests.wire.scripted import Reply, page


def later(value: str | None = None, status: int = 429) -> Reply:
    return Reply(status, headers={} if value is None else {"Retry-After": value})


@pytest.mark.parametrize(
    ("said", "waited"),
    [
        ("7", 7.5),
        ("0", 1),
        ("-1", 1),
        ("2.5", 3),
        ("7200", 60.5),
        ("1000000000", 60.5),
        ("9" * 40, 60.5),
        ("9" * 9999, 1),
        ("Sun, 22 Nov 2026 10:00:09 GMT", 9.5),  # by the server's own clock, which is in the reply
        ("Sat, 21 Nov 2026 10:00:00 GMT", 1),
        ("Sunday, 22-Nov-26 10:00:09 GMT", 9.5),  # the two older forms of a date in HTTP
        ("Sun Nov 22 10:00:09 2026", 9.5),
        ("Sun, 22 Nov 2026 18:00:09 +0800", 9.5),
        ("Mon, 22 Nov 2126 10:00:00 GMT", 60.5),
        ("soon", 1),
        ("7 seconds", 1),
        ("Fri, 32 Nov 2026 99:00:00 GMT", 1),
        ("", 1),
        (None, 1),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_37_retry_after_is_honoured_in_every_form_and_capped(server, pulled, timepiece, said, waited, status):
    server.say(later(said, status), page(1))
    assert pulled() == ["o1"]
    assert timepiece.slept == [waited]


def test_37_no_server_is_asked_more_than_once_a_second_nor_longer_than_patience(server, connect, pulled, timepiece):
    server.answer = lambda asked: later("0")
    with pytest.raises(Throttled, match=r"asks to come later \(429\), 6 times\.") as caught:
        pulled(connect(patience_s=5))
    assert min(timepiece.slept) >= 1
    assert sum(timepiece.slept) <= 5
    assert caught.value.retry_after == 0


def test_37_patience_is_for_one_type_and_one_run(server, connect, pulled):
    client = connect(patience_s=10)
    server.say(later("6"), page(1), later("6"), page(2), later("1"))
    assert pulled(client) == ["o1"]
    assert pulled(client) == ["o2"]  # the second wait was cut to what was left
    with pytest.raises(Throttled):
        pulled(client)
    assert client.budget("Observation").left == 0
    assert client.budget("Condition").left == 10
    assert client.traffic.repeated == 2


def test_37_without_a_word_the_pauses_grow_and_differ(server, connect, pulled, timepiece):
    server.say(*[later(status=502)] * 4, page(1))
    assert pulled(connect(chance=0.9)) == ["o1"]
    assert timepiece.slept == pytest.approx([1.4, 2.8, 5.6, 11.2])


def test_threads_that_wait_together_use_patience_once(connect):
    budget = connect(patience_s=100).budget("Observation")
    for _ in range(4):
        budget.spend(10, 40)
    assert budget.left == 70


@pytest.mark.parametrize(
    ("status", "kind", "tries"),
    [
        (500, ServerFailed, 3),
        (507, ServerFailed, 3),
        (502, Unreachable, 5),
        (504, TimedOut, 5),
        (408, TimedOut, 5),
        (401, Refused, 1),
        (403, Refused, 1),
        (400, Rejected, 1),
        (422, Rejected, 1),
        (501, Rejected, 1),
    ],
)
def test_38_what_may_pass_is_tried_again_and_bounded(server, connect, pulled, status, kind, tries):
    server.answer = lambda asked: Reply(status)
    with pytest.raises(kind, match=rf"\({status}\)"):
        pulled(connect(patience_s=8))
    assert len(server.asked) == tries


def question(client, kind="Observation"):
    """Ask one question; return what it failed with, or None."""
    try:
        list(search(client, kind, {"code": "a"}))
    except Trouble as trouble:
        return trouble
    return None


def test_38_an_endpoint_that_keeps_failing_is_left_alone_and_probed_after_a_minute(server, connect, timepiece):
    client = connect(patience_s=1000)
    server.answer = lambda asked: Reply(500) if "/Observation" in asked.target else page(1)
    assert [type(question(client)) for _ in range(5)] == [ServerFailed] * 3 + [LeftAlone] * 2
    assert len(server.asked) == 9  # three questions of three tries
    assert question(client, "Condition") is None  # others go on
    said = str(question(client))
    assert "not asked, because 3 questions in a row failed (the server failed (500))" in said
    timepiece.sleep(60)
    assert isinstance(question(client), ServerFailed)  # a probe
    assert isinstance(question(client), LeftAlone)
    timepiece.sleep(60)
    server.answer = lambda asked: page(1)
    assert [question(client) for _ in range(3)] == [None] * 3
    server.answer = lambda asked: Reply(500)
    assert [type(question(client)) for _ in range(4)] == [ServerFailed] * 3 + [LeftAlone]


@pytest.mark.parametrize("status", [403, 404, 422])
def test_38_a_refusal_is_an_answer(server, connect, status):
    client = connect()
    server.answer = lambda asked: Reply(status)
    assert LeftAlone not in {type(question(client)) for _ in range(9)}
    assert len(server.asked) == 9


def test_38_writes_that_fail_keep_nobody_from_reading(server, connect):
    client = connect()
    server.answer = lambda asked: Reply(500) if asked.method == "POST" else page(1)
    for _ in range(9):
        with pytest.raises((ServerFailed, LeftAlone)):
            create(client, {"resourceType": "Observation"}, "identifier=a")
    assert len(server.asked) == 3
    assert question(client) is None


def test_no_more_requests_a_second_than_the_site_allows(server, connect, timepiece):
    server.answer = lambda asked: page(
        len(server.asked), next_link=None if len(server.asked) >= 10 else f"?page={len(server.asked)}"
    )
    client = connect(max_requests_per_s=4, patience_s=1)
    assert question(client) is None
    assert len(server.asked) == 10
    assert timepiece.slept == pytest.approx([0.25] * 9)
    assert client.budget("Observation").left == 1  # our own manners cost the server no patience
    timepiece.sleep(7)
    question(client)
    question(client)
    assert timepiece.slept[9:] == [7, pytest.approx(0.25)]  # nothing is saved up for a burst


def test_no_more_requests_at_once_than_the_site_allows(server, connect):
    under_way, most, lock = 0, 0, threading.Lock()

    def answer(asked):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.03)
        with lock:
            under_way -= 1
        return page(1)

    server.answer = answer
    client = connect(max_connections=2)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: question(client), range(12))) == [None] * 12
    assert most == 2


def every_type(client):
    """Read all types, one after the other, as a run does; return what kept each from its end."""
    source = SearchSource(client, Asked((), ()))
    return [source.of_patients(kind, ["Patient/p1"], None, bytes).trouble for kind in OF_PATIENT]


def test_a_server_that_is_gone_costs_patience_once_for_all_types(server, connect, timepiece):
    client = connect(patience_s=90)
    server.answer = lambda asked: page(1)
    assert every_type(client) == [None] * len(OF_PATIENT)
    server.close()
    client.close()  # the connection that was kept open
    troubles = every_type(client)
    assert all(isinstance(one, Unreachable) for one in troubles) and len(troubles) == 11
    assert sum(timepiece.slept) <= 90
    assert [one.tries for one in troubles[1:]] == [1] * 10
    assert "cannot be reached" in str(troubles[-1])


@pytest.mark.parametrize(
    ("gone", "kind"),
    [(Reply(reset=True), Unreachable), (Reply(502), Unreachable), (Reply(504), TimedOut), (Reply(408), TimedOut)],
    ids=["reset", "502", "504", "408"],
)
def test_a_server_that_gives_no_answer_costs_patience_once(server, connect, timepiece, gone, kind):
    server.answer = lambda asked: gone
    assert {type(one) for one in every_type(connect(patience_s=30))} == {kind}
    assert 29 <= sum(timepiece.slept) <= 30


def test_a_server_that_hangs_is_probed_by_each_further_type_for_a_short_while(server, connect, timepiece):
    client = connect(patience_s=90, idle_s=0.2)
    server.answer = lambda asked: Reply(stall=1)
    assert all(isinstance(one, TimedOut) for one in every_type(client))
    assert sum(timepiece.slept) <= 90 and client._limits(90).idle_s <= 10


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_server_that_does_answer_is_waited_for_by_each_type(server, connect, timepiece, status):
    server.answer = lambda asked: Reply(status)
    assert all(one.tries > 1 for one in every_type(connect(patience_s=5)))
    assert sum(timepiece.slept) > 11


def test_one_answer_gives_patience_back(server, connect):
    client = connect(patience_s=3)
    silent = {"AllergyIntolerance", "Observation"}
    server.answer = lambda asked: Reply(502) if asked.target.split("?")[0].rpartition("/")[2] in silent else page(1)
    troubles = dict(zip(OF_PATIENT, every_type(client), strict=True))
    assert {kind for kind, one in troubles.items() if one} == silent
    assert troubles["Observation"].tries > 1


def test_a_write_without_an_answer_says_nothing_of_the_server(server, connect):
    client = connect(patience_s=3)
    server.say(Reply(reset=True), Reply(502), page(1))
    with pytest.raises(Unreachable):
        create(client, {"resourceType": "Observation"}, "identifier=a")
    assert [*search(client, "Observation", {"code": "a"})]


def test_a_complaint_that_cannot_be_read_is_still_a_complaint(server, connect, pulled):
    server.answer = lambda asked: Reply(403, b"{" * 9999, cut=10)
    with pytest.raises(Refused):
        pulled(connect())


def test_threads_have_sessions_of_their_own(server, client, pulled):
    server.answer = lambda asked: page(1)
    threads = [threading.Thread(target=pulled) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.traffic.requests == 4
