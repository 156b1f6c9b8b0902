"""Every run tries all that is pending once, and what one delivery brings to light stops no other."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from adapter.database import DatabaseError
from adapter.errors import AdapterError
from adapter.fhir.errors import Refused, Unreachable
from adapter.journal import Decided, Review
from adapter.outputs.base import FailedForGood, State, Told, attempt
from adapter.outputs.deliver import Count, deliver_pending

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
AT = "2026-03-16T09:00:00Z"


@dataclass
class ListOutput:
    """An output that keeps what it is given, and fails as a test asks."""

    name: str = "list"
    faults: dict = field(default_factory=dict)
    kept: list = field(default_factory=list)

    def deliver(self, pending):
        for one in pending:
            yield attempt([one], lambda one=one: self.keep(one))

    def keep(self, one):
        if one.payload in self.faults:
            raise self.faults[one.payload]
        self.kept.append(one.payload)
        return Told((one,), State.DONE)


def put(journal, *payloads, output="list"):
    with journal.transaction() as work:
        for one in payloads:
            work.deliver(output, f"{output}:{one}", one, AT)


def test_one_fault_stops_neither_the_others_nor_another_output(journal):
    put(journal, "a", "b", "c", "d", "e")
    put(journal, "f", output="other")
    faults = {"a": Unreachable("x", "nobody answers", "Try later."), "b": FailedForGood("never"),
              "c": Refused("x", "no", "Ask IT."), "d": KeyError("canary-name")}  # fmt: skip
    first, other = ListOutput(faults=faults), ListOutput("other")
    told = deliver_pending(journal, [first, other], NOW)
    assert told.counts == {"list": Count(done=1, pending=3, dead=1, stuck=2), "other": Count(done=1)}
    assert told.failed_for_good and (first.kept, other.kept) == (["e"], ["f"])
    assert len(told.trouble) == 4 and "canary" not in str(told)
    assert any("KeyError in test_deliver.py" in line for line in told.trouble)
    states = {
        state: [one.payload for one in journal.deliveries("list", state)] for state in ("done", "pending", "dead")
    }
    assert states == {"done": ["e"], "pending": ["a", "c", "d"], "dead": ["b"]}


def test_every_run_tries_what_is_pending_once_more_and_rests_longer_each_time(journal):
    put(journal, "a")
    rests = []
    for _ in range(12):
        deliver_pending(journal, [ListOutput(faults={"a": AdapterError("not now")})], NOW)
        (one,) = journal.pending("list")
        rests.append(datetime.fromisoformat(one.next_try_at) - NOW)
    assert one.attempts == 12
    assert rests[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert rests[-1] == timedelta(days=1)
    deliver_pending(journal, [output := ListOutput()], NOW)
    assert output.kept == ["a"] and journal.pending("list") == []


def test_each_result_is_kept_before_the_next_is_tried(journal):
    class Dies(ListOutput):
        def keep(self, one):
            if one.payload == "b":
                raise KeyboardInterrupt
            return super().keep(one)

    put(journal, "a", "b")
    with pytest.raises(KeyboardInterrupt):
        deliver_pending(journal, [Dies()], NOW)
    assert [one.payload for one in journal.pending("list")] == ["b"]


def test_a_database_that_fails_ends_it(journal):
    put(journal, "a")
    with pytest.raises(DatabaseError):
        deliver_pending(journal, [ListOutput(faults={"a": DatabaseError("full")})], NOW)


def test_a_trouble_shared_by_many_is_one_line(journal):
    class Points(ListOutput):
        def keep(self, one):
            return Told((one,), State.DONE, "look here")

    put(journal, "a", "b")
    assert deliver_pending(journal, [Points()], NOW).trouble == ("list: look here (2 times)",)


def test_a_review_is_open_until_the_same_patient_is_looked_at_without_one(journal):
    with journal.transaction() as work:
        work.begin_run(started_at=AT, as_of="2026-03-16", study="s", study_hash="v1", adapter_version="0")
        work.record(Decided(1, "Patient/p1", "s", "2026-03-16", "ineligible", "{}", "{}", AT))
    review = Review("s", "Patient/p1", 1, "ineligible", "screening")
    results = {"a": {"review": review}, "b": {}, "c": {"looked_at": ("s", "Patient/p1")}}

    class Looks(ListOutput):
        def keep(self, one):
            return Told((one,), State.DONE, **results[one.payload])

    for payload, still_open in (("a", 1), ("b", 1), ("c", 0)):
        put(journal, payload)
        told = deliver_pending(journal, [Looks()], NOW)
        assert told.reviews == ((review,) if payload == "a" else ())
        assert len(journal.open_reviews("s")) == still_open


def test_what_an_output_leaves_aside_stays_pending(journal):
    class Idle(ListOutput):
        def deliver(self, pending):
            return []

    put(journal, "a")
    assert deliver_pending(journal, [Idle()], NOW).counts == {"list": Count(pending=1)}
