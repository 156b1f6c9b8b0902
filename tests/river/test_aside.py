"""A person marks a fact as not to be used: the next run leaves it out, says so, and takes it back when told to."""

import json

import pytest

from tests.acceptance.command import refused, run
from tests.river.hospital import AS_OF

IGG = "Observation/c01-igg"
WHY = ("--reason", "drawn from another patient", "--author", "Dr Wang")


def aside(river, *words):
    fact = ("--fact", *words) if words else ()
    return run("aside", "c01", "--config", river.settings, *fact)


def explained(river, *words):
    return run("explain", "c01", "--config", river.settings, *words).out


def answer(river, criterion):
    line = json.loads(explained(river, "--json"))
    whole = {entry["id"]: entry for entry in line["criteria"]}
    parts = {part["id"]: part for entry in line["criteria"] for part in entry.get("parts", ())}
    return {**whole, **parts}[criterion]["answer"]


def test_a_fact_set_aside_is_not_used_until_it_is_given_back(flowing):
    assert answer(flowing, "E1f") == "not_met"
    ran = aside(flowing, IGG, *WHY)
    assert ran.code == 0 and "IgG" in ran.out and "drawn from another patient" in ran.out, ran.err
    assert flowing.run().code == 0
    assert answer(flowing, "E1f") == "unknown"
    assert ("Patient/c01", "moved") in flowing.changes()
    for language, said in (("en", "Set aside by a person"), ("zh", "人工排除的记录")):
        note = explained(flowing, "--lang", language)
        assert said in note and IGG in note.split(said)[1] and "Dr Wang" in note
    [shown] = json.loads(explained(flowing, "--json"))["set_aside"]
    assert (shown["resource"], shown["applies"], shown["until"]) == (IGG, True, None)
    assert aside(flowing, IGG, *WHY, "--lift").code == 0
    assert flowing.run().code == 0
    assert answer(flowing, "E1f") == "not_met" and "set_aside" not in json.loads(explained(flowing, "--json"))


def test_another_value_is_another_fact(flowing):
    assert aside(flowing, IGG, *WHY).code == 0
    before = flowing.sandbox.store.find("Observation", "c01-igg").resource["valueQuantity"]
    flowing.change(IGG, valueQuantity={**before, "value": 11.5})
    assert flowing.run().code == 0
    assert answer(flowing, "E1f") == "not_met"
    [shown] = json.loads(explained(flowing, "--json"))["set_aside"]
    assert not shown["applies"] and "reads otherwise now" in shown["says"]


def test_it_holds_through_its_last_day(flowing):
    assert aside(flowing, IGG, *WHY, "--until", "2999-12-30").code == 0
    assert flowing.run().code == 0
    assert answer(flowing, "E1f") == "unknown"
    with flowing.journal() as journal:
        marks = journal.set_aside("telitacicept-belimumab")["Patient/c01"]
    assert [mark.due(mark.until) for mark in marks] == [True]
    assert [mark.due(mark.until.replace(day=31)) for mark in marks] == [False]


def test_what_is_set_aside_is_listed(flowing):
    assert aside(flowing).out == "Nothing of Patient/c01 is set aside.\n"
    assert aside(flowing, IGG, *WHY).code == 0
    assert IGG in aside(flowing).out and "Dr Wang" in run("aside", "S-0001", "--config", flowing.settings).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((IGG, "--author", "Dr Wang"), "--reason is missing"),
        ((IGG, "--reason", "why"), "--author is missing"),
        (("Observation/nothing", *WHY), "gives this patient no fact"),
        ((IGG, *WHY, "--item", "7"), "has no part 7"),
        ((IGG, *WHY, "--until", "2020-01-01"), "is past"),
        ((IGG, *WHY, "--lift"), "nothing to lift"),
    ],
)
def test_what_fits_no_fact_is_refused(flowing, words, said):
    refused(aside(flowing, *words), 2, said)
    with flowing.journal() as journal:
        assert journal.set_aside("telitacicept-belimumab") == {}


def test_a_database_is_not_made_for_it(river):
    ran = aside(river, IGG, *WHY)
    assert ran.code == 12 and not (river.folder / "adapter.db").exists(), ran.err
    assert AS_OF not in ran.err
