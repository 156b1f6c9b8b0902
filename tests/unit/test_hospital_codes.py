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


@pytest.mark.parametrize(
    "said",
    [
        "抗双链DNA抗体（IgG）",
        "抗双链ＤＮＡ抗体(igg)",
        " 抗双链 DNA 抗体 (IgG) ",
        "抗双链DNA抗体[IgG]",
        "抗双链DNA抗体【IgG】",
        "抗双链DNA抗体（IgG）（急）",
        "*抗双链DNA抗体(IgG)",
        "★抗双链DNA抗体(IgG)",
    ],
)
def test_a_text_is_known_whatever_its_brackets_blanks_and_marks(said, facts):
    row = ",,抗双链DNA抗体（IgG）,anti_dsdna,,\n"
    shown = {"coding": [{"system": LIS, "code": "0777", "display": said}]}
    for code in ({"text": said}, {"coding": [{"display": said}]}, local("0777", said), shown):
        assert [fact.concept for fact in facts(row, observation(code, valueString="阳性"))] == ["anti_dsdna"]


@pytest.mark.parametrize("said", ["抗双链DNA抗体", "抗双链DNA抗体（IgM）", "抗双链DNA抗体（IgG）复查", "（急）", "*"])
def test_another_text_is_another_thing(said, facts):
    row = ",,抗双链DNA抗体（IgG）,anti_dsdna,,\n"
    assert facts(row, observation({"text": said}, valueString="阳性")) == []


BOTH = "urn:hospital:lis,0301,白细胞,wbc,10*9/L,\n"


def test_the_text_beside_a_code_names_a_record_without_a_code(facts):
    (fact,) = facts(BOTH, observation({"text": "白细胞"}, valueQuantity={"value": 5.2}))
    assert (fact.concept, fact.quantity.unit, str(fact.quantity.low)) == ("wbc", "10*9/L", "5.2")


def test_it_does_not_name_a_record_with_another_code(facts):
    assert facts(BOTH, observation(local("0777", "白细胞"), valueQuantity={"value": 5.2})) == []


def test_it_does_not_speak_where_two_codes_of_that_name_differ(facts):
    rows = BOTH + "urn:hospital:lis,0777,白细胞,urine_wbc_vol,,\n"
    assert facts(rows, observation({"text": "白细胞"}, valueQuantity={"value": 5.2})) == []
    assert [fact.concept for fact in facts(rows, observation(local("0777"), valueString="12/uL"))] == ["urine_wbc_vol"]


@pytest.mark.parametrize(
    ("value", "low"),
    [
        ({"valueQuantity": {"value": 52}}, "0.52"),
        ({"valueQuantity": {"value": 52, "unit": " "}}, "0.52"),
        ({"valueInteger": 52}, "0.52"),
        ({"valueString": "52"}, "0.52"),
        ({"valueString": "５２"}, "0.52"),
        ({"valueQuantity": {"value": 0.52, "unit": "g/L"}}, "0.52"),
        ({"valueString": "0.52 g/L"}, "0.52"),
        ({"valueQuantity": {"value": 52, "unit": "zz"}}, None),
    ],
)
def test_the_unit_of_a_row_speaks_where_the_result_has_none(value, low, facts):
    (fact,) = facts("urn:hospital:lis,9,,c3,mg/dL,\n", observation(local("9"), **value))
    assert (str(fact.quantity.low) if fact.quantity else None) == low


@pytest.mark.parametrize(
    ("asked", "value", "word"),
    [
        ("attest.willing", {"valueString": "愿意"}, "yes"),
        ("attest.willing", {"valueString": "不愿意"}, "no"),
        ("attest.willing", {"valueString": "同意"}, "yes"),
        ("attest.willing", {"valueString": "不同意"}, "no"),
        ("attest.willing", {"valueCodeableConcept": {"text": "拒绝"}}, "no"),
        ("attest.willing", {"valueBoolean": True}, "yes"),
        ("attest.dialysis", {"valueString": "否"}, "no"),
        ("attest.dialysis", {"valueCodeableConcept": {"text": "无"}}, "absent"),
        ("attest.dialysis", {"valueInteger": 2}, "no"),
        ("attest.prior_therapy_response", {"valueString": "疗效欠佳"}, "inadequate"),
        ("attest.prior_therapy_response", {"valueString": "治疗失败"}, "inadequate"),
        ("attest.prior_therapy_response", {"valueString": "无应答"}, "inadequate"),
        ("attest.prior_therapy_response", {"valueString": "不良反应"}, "intolerance"),
        ("attest.prior_therapy_response", {"valueString": "无不良反应"}, None),
        ("attest.prior_therapy_response", {"valueString": "无复发"}, None),
        ("attest.prior_therapy_response", {"valueString": "有效"}, None),
        ("attest.prior_therapy_response", {"valueCodeableConcept": {"coding": [{"code": "C"}]}}, "relapse"),
        ("sledai.arthritis", {"valueString": "有"}, "present"),
        ("sledai.arthritis", {"valueString": "阳性(+)"}, "positive"),
        ("eular.oral_ulcers", {"valueBoolean": False}, "no"),
        ("acr97.malar_rash", {"valueString": "可疑"}, "indeterminate"),
    ],
)
def test_an_answer_may_be_ticked_coded_or_worded(asked, value, word, facts):
    rows = f"urn:hospital:lis,q,,{asked},,\n,2,,attest.dialysis,,no\n,,C,attest.prior_therapy_response,,relapse\n"
    assert [fact.word for fact in facts(rows, observation(local("q"), **value))] == [word]


@pytest.mark.parametrize("value", [{"valueInteger": 12}, {"valueQuantity": {"value": 12}}, {"valueString": "１２分"}])
def test_a_total_may_be_a_number_or_a_text(value, facts):
    (fact,) = facts("urn:hospital:lis,t,,sledai.total,,\n", observation(local("t"), **value))
    assert (fact.concept, str(fact.quantity.low)) == ("sledai.total", "12")


@pytest.mark.parametrize("asked", [FORM, f"{FORM}|2.1", f"{FORM}/"])
def test_an_item_of_a_form_is_found_at_any_depth_and_version(asked, facts):
    rows = f"{FORM},q7,,sledai.rash,,\n{FORM},q8,,sledai.total,,\n{FORM},1,,sledai.rash,,present\n"
    deep = {"linkId": "q8", "answer": [{"valueDecimal": 12}]}
    items = [{"linkId": "g", "item": [{"linkId": "q7", "answer": [{"valueCoding": {"system": FORM, "code": "1"}}]}]}]
    items += [{"linkId": "h", "answer": [{"valueBoolean": True, "item": [deep]}]}]
    form = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": asked, "item": items}
    found = [(fact.concept, fact.word or str(fact.quantity.low)) for fact in facts(rows, form)]
    assert sorted(found) == [("sledai.rash", "present"), ("sledai.total", "12")]


@pytest.mark.parametrize(
    ("row", "value", "word"),
    [
        ("hbsag,", {"valueInteger": 1}, "positive"),
        ("hbsag,", {"valueString": "１"}, "positive"),
        ("hbsag,", {"valueQuantity": {"value": 1}}, "positive"),
        ("hbsag,", {"valueQuantity": {"value": 1, "unit": "IU/mL"}}, None),
        ("hbsag,", {"valueString": "1 IU/mL"}, None),
        ("hbsag,IU/mL", {"valueQuantity": {"value": 1}}, None),
        ("hbsag,IU/mL", {"valueString": "1"}, None),
        ("hbsag,IU/mL", {"valueString": "阳"}, "positive"),
    ],
)
def test_a_number_is_a_code_only_where_it_measures_nothing(row, value, word, facts):
    rows = f"urn:hospital:lis,9,,{row},\n,,1,,,positive\n"
    assert [fact.word for fact in facts(rows, observation(local("9"), **value))] == [word]


@pytest.mark.parametrize(("named", "route"), [("他克莫司软膏", "local"), ("他克莫司胶囊", None), ("", None)])
def test_the_form_beside_a_drug_code_says_where_the_drug_is_put(named, route, facts):
    code = {"coding": [{"system": LIS, "code": "Y1"}]}
    row = f"{LIS},Y1,{named},他克莫司,,\n"
    drug = {"resourceType": "MedicationStatement", "status": "active"}
    for said in (
        {"medicationCodeableConcept": code},
        {
            "contained": [{"resourceType": "Medication", "id": "m", "code": code}],
            "medicationReference": {"reference": "#m"},
        },
    ):
        (fact,) = facts(row, drug | said)
        assert (fact.item, dict(fact.extra).get("route")) == ("drug.tacrolimus", route)
