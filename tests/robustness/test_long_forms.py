"""A form of very many items costs as much more as it is longer; what it says again word for word changes nothing.

Work is counted in calls, which no load of the machine changes.
"""

import json
import sys
from dataclasses import replace
from typing import Any

from adapter import pipeline
from adapter.screening.model import PatientRecord
from adapter.sources.folder import FolderSource
from tests.robustness.ward import AS_OF, CASES, resources, screen

CASE = next(case for case in CASES if case.stem.startswith("115-"))
FORM = "QuestionnaireResponse"


def record(folder, times: int = 1) -> PatientRecord:
    """The patient of the case, with every item of the form so many times."""
    longer: list[dict[str, Any]] = [
        {**one, "item": one["item"] * times} if one["resourceType"] == FORM else one for one in resources(CASE)
    ]
    (folder / "case.ndjson").write_text("\n".join(map(json.dumps, longer)), encoding="utf-8")
    return pipeline.read(FolderSource(folder), screen()).records[0]


def calls(known: PatientRecord, times: int) -> int:
    """How many calls it takes to judge a patient whose form gives every answer so many times, each in other words."""
    said = [fact for fact in known.facts if fact.resource.startswith(FORM)]
    more = [replace(fact, received=f"{fact.received} {number}") for number in range(times) for fact in said]
    longer = replace(known, facts=(*known.facts, *more))
    seen = 0

    def count(frame: object, event: str, arg: object) -> None:
        nonlocal seen
        seen += event == "call"

    sys.setprofile(count)
    try:
        pipeline.judge_one(longer, screen().study, AS_OF)
    finally:
        sys.setprofile(None)
    return seen


def test_22_what_a_form_says_again_word_for_word_is_said_once(tmp_path):
    assert record(tmp_path, 300).facts == record(tmp_path).facts


def test_22_a_form_twice_as_long_costs_twice_as_much_to_judge(tmp_path):
    known = record(tmp_path)
    none, once, twice = (calls(known, times) for times in (0, 16, 32))
    assert twice - none < 2.2 * (once - none)
