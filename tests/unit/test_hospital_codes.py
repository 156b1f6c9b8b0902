"""What a hospital's codes.csv makes of its records: from the rows of the table to facts."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapter.facts.coding.codes import Codes
from adapter.facts.intake import Intake
from adapter.facts.read import Context
from adapter.facts.views.shipped import load_views
from adapter.screening.model import Fact
from adapter.study.codelists import load_codelists
from tests.unit.reading import MAPPINGS, UNITS, WORDS

HEADER = "system,code,text,concept,unit,value\n"
VIEWS = load_views(MAPPINGS / "views")
LIS = "urn:hospital:lis"
FORM = "http://emr.example.org/Questionnaire/screen"

Facts = Callable[..., list[Fact]]


@pytest.fixture(name="facts")
def facts_fixture(tmp_path) -> Facts:
    """Read one resource of one patient by the rows of a codes.csv."""

    def facts(rows: str, resource: dict[str, Any]) -> list[Fact]:
        (tmp_path / "codes.csv").write_text(HEADER + rows, encoding="utf-8")
        codes = Codes(load_codelists([MAPPINGS / "codelists"], tmp_path))
        intake = Intake(Context(codes, ZoneInfo("Asia/Shanghai"), UNITS, WORDS), VIEWS, "")
        about = {"id": "x", "subject": {"reference": "Patient/p"}, "status": "final"}
        for one in ({"resourceType": "Patient", "id": "p"}, about | resource):
            intake.take(json.dumps(one).encode())
        return list(intake.cohort(()).records[0].facts)

    return facts


def observation(code: dict[str, Any], **value: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "code": code, "effectiveDateTime": "2026-03-10"} | value


def local(code: str, text: str = "") -> dict[str, Any]:
    return {"coding": [{"system": LIS, "code": code}]} | ({"text": text} if text else {})


def test_a_code_that_is_a_result_and_a_reason_means_each_in_its_place(facts):
    rows = ",,泼尼松片,泼尼松,,\nurn:r,1,,hbsag,,positive\nurn:r,1,,attest.prior_therapy_response,,intolerance\n"
    drug = {
        "resourceType": "MedicationStatement",
        "status": "stopped",
        "medicationCodeableConcept": {"text": "泼尼松片"},
        "statusReason": [{"coding": [{"system": "urn:r", "code": "1"}]}],
    }
    assert [fact.word for fact in facts(rows, drug)] == [None, "intolerance"]
    test = observation(
        {"coding": [{"system": "http://loinc.org", "code": "5196-1"}]},
        valueCodeableConcept={"coding": [{"system": "urn:r", "code": "1"}]},
    )
    assert [fact.word for fact in facts(rows, test)] == ["positive"]
