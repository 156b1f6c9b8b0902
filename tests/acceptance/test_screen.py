"""What `screen` writes, word for word as other people's scripts read it."""

import json

import pytest

from tests.acceptance.command import STUDY, TOY, run, start
from tests.acceptance.conftest import SCREEN

# The ids of the protocol's criteria, parts included.
IDS = ["I1", "I2", "I2a", "I2b", "I3", "I3a", "I3b", "I4", "I4a", "I4b", "I4c", "E1a", "E1b", "E1c", "E1d", "E1e"]
IDS += ["E1f", "E1g", "E2", "E3", "E4", "E5", "E6"]
KEYS = ["patient", "study", "as_of", "decision", "criteria", "scores", "variables", "settles"]
CRITERION = ["id", "category", "answer", "because", "says", "evidence"]
ADDED = {"notes", "parts"}  # each only where there is something to say
EVIDENCE = ["resource", "version", "on", "value", "says"]
SETTLES = ["do", "what", "criteria", "rules_out", "says"]
DECISIONS = {"candidate", "potential-candidate", "open", "ineligible"}
REASONS = {"no_result", "too_old", "undated", "unreadable", "unmapped", "not_final", "not_assessed", "indeterminate"}
REASONS |= {"conflict", "source_incomplete", "part_unknown"}
SCORES = ["selena-sledai", "selena-sledai-clinical", "eular-acr-2019", "acr-1997"]
TOY_SCREEN = ("screen", "--study", TOY, "--as-of", "2026-03-16", "--source")


def flat(criteria: list[dict]) -> list[dict]:
    return [one for entry in criteria for one in (entry, *flat(entry.get("parts", [])))]


def entries(decisions: list[dict]) -> list[tuple[str, dict]]:
    return [(line["patient"], entry) for line in decisions for entry in flat(line["criteria"])]


def test_every_case_has_one_line_sorted_by_patient(decisions):
    patients = [line["patient"] for line in decisions]
    assert patients == sorted(set(patients)) and len(patients) == len(list((STUDY / "cases").glob("*.json")))
    assert all(patient.startswith("Patient/") for patient in patients)


def test_every_line_has_the_documented_keys_in_order(decisions):
    assert {tuple(line) for line in decisions} == {tuple(KEYS)}
    assert {(line["study"], line["as_of"]) for line in decisions} == {("telitacicept-belimumab", "2026-03-16")}


def test_every_kind_of_decision_occurs_and_no_other(decisions):
    assert {line["decision"] for line in decisions} == DECISIONS


def test_every_criterion_is_reported_once_for_every_patient(decisions):
    for line in decisions:
        assert sorted(entry["id"] for entry in flat(line["criteria"])) == sorted(IDS), line["patient"]


def test_every_criterion_has_the_documented_keys_and_words(decisions):
    for patient, entry in entries(decisions):
        assert list(entry)[:6] == CRITERION and set(entry) <= {*CRITERION, *ADDED}, (patient, entry)
        assert entry["category"] == ("inclusion" if entry["id"].startswith("I") else "exclusion")
        assert entry["answer"] in {"met", "not_met", "unknown"}
        assert isinstance(entry["says"], str) and entry["says"].strip()


def test_because_is_there_exactly_where_the_answer_is_unknown(decisions):
    for patient, entry in entries(decisions):
        assert (entry["because"] in REASONS) is (entry["answer"] == "unknown"), (patient, entry)
        assert entry["because"] is not None or entry["answer"] != "unknown", (patient, entry)


def test_every_criterion_is_answered_each_way_by_some_case(decisions):
    seen: dict[str, set[str]] = {}
    for _, entry in entries(decisions):
        seen.setdefault(entry["id"], set()).add(entry["answer"])
    assert seen == {name: {"met", "not_met", "unknown"} for name in IDS}


def test_evidence_is_a_resource_of_the_source_in_its_version(decisions, resources):
    for patient, entry in entries(decisions):
        for piece in entry["evidence"]:
            assert list(piece) == EVIDENCE, (patient, piece)
            resource = resources[piece["resource"]]
            about = resource.get("subject") or resource.get("patient") or resource.get("individual")
            owner = piece["resource"] if resource["resourceType"] == "Patient" else about["reference"]
            assert owner.endswith(patient), piece
            assert piece["version"] == resource.get("meta", {}).get("versionId")
            assert piece["says"].strip()


def test_what_rules_out_and_what_lets_in_by_a_result_shows_it(decisions):
    for patient, entry in entries(decisions):
        if entry["answer"] == "met" and entry["id"] != "I1":
            assert entry["evidence"], (patient, entry)


def test_the_decision_follows_from_the_criteria(decisions):
    for line in decisions:
        bad = {"inclusion": "not_met", "exclusion": "met"}
        answers = {entry["id"]: entry["answer"] for entry in line["criteria"]}
        failed = any(entry["answer"] == bad[entry["category"]] for entry in line["criteria"])
        is_open = "unknown" in answers.values()
        expected = {"ineligible"} if failed else {"open", "potential-candidate"} if is_open else {"candidate"}
        assert line["decision"] in expected, line["patient"]


def test_settles_is_there_exactly_for_the_open(decisions):
    for line in decisions:
        is_open = line["decision"] in {"open", "potential-candidate"}
        assert bool(line["settles"]) is is_open, line["patient"]
        for entry in line["settles"]:
            assert list(entry) == SETTLES and entry["do"] in {"ask", "examine", "order", "repeat", "map"}
            assert set(entry["criteria"]) <= set(IDS) and isinstance(entry["rules_out"], bool)
            assert entry["criteria"] and entry["what"].strip() and entry["says"].strip()


def test_what_may_rule_out_comes_first(decisions):
    for line in decisions:
        ruling = [entry["rules_out"] for entry in line["settles"]]
        assert ruling == sorted(ruling, reverse=True), line["patient"]


def test_scores_are_ranges_and_one_has_an_entry(decisions):
    for line in decisions:
        assert list(line["scores"]) == SCORES
        for name, score in line["scores"].items():
            assert 0 <= score["low"] <= score["high"] and set(score) <= {"low", "high", "entry", "because"}
            assert ("entry" in score) is (name == "eular-acr-2019")
            assert score.get("entry", "met") in {"met", "not_met", "unknown"}


def test_variables_hold_age_and_egfr_as_numbers(decisions):
    for line in decisions:
        assert set(line["variables"]) >= {"age", "egfr"}
        assert isinstance(line["variables"]["age"], int | None) and isinstance(
            line["variables"]["egfr"], float | int | None
        )
    assert {line["patient"]: line["variables"] for line in decisions}["Patient/c01"] == {"age": 32, "egfr": 117.5}


def test_lines_are_utf8_with_real_chinese(screened):
    raw, _ = screened
    assert raw.endswith(b"}\n") and b"\r" not in raw and b"\\u" not in raw
    assert "阴性" in raw.decode("utf-8")


def test_the_account_names_no_patient(screened, resources):
    said = screened[1]
    names = [name["text"] for one in resources.values() for name in one.get("name", []) if isinstance(name, dict)]
    assert said.startswith(f"{len(list((STUDY / 'cases').glob('*.json')))} patients judged: ")
    assert [name for name in names if name and name in said] == []


@pytest.mark.slow
def test_two_workers_write_the_same_bytes(screened):
    ran = start("screen", *SCREEN, "--workers", 2)
    assert (ran.returncode, ran.stdout) == (0, screened[0])


def test_python_m_adapter_is_the_same_command():
    ran, here = start(*TOY_SCREEN, TOY / "cases"), run(*TOY_SCREEN, TOY / "cases")
    assert (ran.returncode, ran.stdout.decode("utf-8")) == (0, here.out) and here.out


@pytest.mark.parametrize("named", ["d1,d3", "Patient/d3,d1", " Patient/d1 , Patient/d3 ,", "d1,d3,d1"])
def test_patients_are_named_with_or_without_their_type(named):
    ran = run(*TOY_SCREEN, TOY / "cases", "--patients", named)
    assert [json.loads(line)["patient"] for line in ran.out.splitlines()] == ["Patient/d1", "Patient/d3"]


def test_who_is_not_judged_has_no_line_and_is_counted(tmp_path):
    people = [
        {"id": "alive", "birthDate": "1970-01-01"},
        {"id": "dead", "deceasedBoolean": True},
        {"id": "dead-since", "deceasedDateTime": "2024-05-01"},
        {"id": "replaced", "link": [{"type": "replaced-by", "other": {"reference": "Patient/alive"}}]},
        {"id": "test", "meta": {"security": [{"code": "HTEST"}]}},
    ]
    lines = [json.dumps({"resourceType": "Patient", **person}) for person in people]
    (tmp_path / "p.ndjson").write_text("\n".join(lines), encoding="utf-8")
    ran = run(*TOY_SCREEN, tmp_path)
    assert [json.loads(line)["patient"] for line in ran.out.splitlines()] == ["Patient/alive"]
    assert "not judged: 2 deceased, 1 replaced by another record, 1 test patient" in ran.err


@pytest.mark.parametrize("newer_first", [True, False])
def test_a_patient_who_comes_twice_has_one_line_by_the_newer_version(tmp_path, newer_first):
    old = {"resourceType": "Patient", "id": "p", "meta": {"versionId": "2"}, "birthDate": "1990-01-01"}
    new = {**old, "meta": {"versionId": "10"}, "birthDate": "1970-01-01"}
    both = [json.dumps(one) for one in ((new, old) if newer_first else (old, new))]
    (tmp_path / "p.ndjson").write_text("\n".join([*both, json.dumps(new)]), encoding="utf-8")
    ran = run(*TOY_SCREEN, tmp_path)
    assert [json.loads(line)["variables"]["age"] for line in ran.out.splitlines()] == [56]
    assert "Patient: 3 received = 1 stored + 1 unchanged + 1 ignored (older version)" in ran.err
