"""The account of a run balances, merges and prints the same whatever the order."""

import pytest

from adapter.errors import AdapterError
from adapter.facts.coding.unmapped import Coding
from adapter.facts.tally import Tally


def some_account() -> Tally:
    tally = Tally()
    tally.receive("Observation", 4)
    tally.store("Observation")
    tally.leave_unchanged("Observation")
    tally.ignore("Observation", "not-wanted")
    tally.quarantine("Observation", "no-id")
    return tally


def test_an_account_that_balances_says_nothing():
    some_account().balanced()


def test_a_resource_that_went_missing_is_named_by_its_type():
    tally = some_account()
    tally.receive("Condition")
    with pytest.raises(AdapterError, match="Condition: 1 received, but 0 accounted"):
        tally.balanced()


def test_a_resource_that_came_from_nowhere_is_found_too():
    tally = some_account()
    tally.store(None)
    with pytest.raises(AdapterError, match=r"\?: 0 received"):
        tally.balanced()


def test_merging_adds_in_any_order():
    first, second = some_account(), Tally()
    second.receive(None)
    second.quarantine(None, "not-json")
    second.unmapped.miss_code("Observation", Coding("urn:lab", "1-8"), "Patient/p")
    second.unmapped.miss_unit("c3", "furlong")
    second.repair("replaced-character", 2)
    second.remove("Condition", 2)
    second.remove("Procedure", 0)
    left, right = Tally(), Tally()
    for part in (first, second):
        left.merge(part)
    for part in (second, first):
        right.merge(part)
    left.balanced()
    assert left.as_dict() == right.as_dict()
    assert list(left.as_dict()["resources"]) == ["?", "Condition", "Observation"]
    assert left.as_dict()["resources"]["Condition"] == {
        "received": 0, "stored": 0, "unchanged": 0, "quarantined": {}, "ignored": {}, "removed": 2
    }  # fmt: skip
    assert left.unmapped.as_dict() == right.unmapped.as_dict()
    assert left.unmapped.by_type() == {"Observation urn:lab|1-8": 1}
    assert left.as_dict()["resources"]["Observation"]["ignored"] == {"not-wanted": 1}
