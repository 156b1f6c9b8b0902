"""What cannot be read leaves its own patient open for its type, and nobody else (fault 23), in a folder of files."""

import json

import pytest

from adapter import pipeline
from adapter.sources.folder import FolderSource
from tests.robustness.ward import AS_OF, CASES, patient, resources, screen

CANDIDATE, OTHER = (next(case for case in CASES if f"-{kind}-" in case.stem) for kind in ("candidate", "ineligible"))
DEEP = "[" * 300 + "]" * 300


def unread(name="odd", about=CANDIDATE, base="", kind="Observation", version="1", day="2026-03-10"):
    """A resource that nobody can read."""
    meta = f'{{"versionId":"{version}","lastUpdated":"{day}T08:00:00Z"}}'
    named = f'"id":"{name}",' if name else ""
    subject = f'{{"reference":"{base}Patient/{patient(about)}"}}'
    return f'{{"resourceType":"{kind}",{named}"meta":{meta},"subject":{subject},"note":{DEEP}}}'


@pytest.fixture
def decided(tmp_path):
    """Return the decisions of two patients and what was quarantined, with further lines beside their resources."""

    def decisions(*lines):
        whole = [json.dumps(one) for case in (CANDIDATE, OTHER) for one in resources(case)]
        (tmp_path / "all.ndjson").write_text("\n".join([*whole, *lines]), encoding="utf-8")
        cohort = pipeline.read(FolderSource(tmp_path), screen())
        found = map(json.loads, (line.text for line in pipeline.lines(cohort.records, screen(), AS_OF)))
        account = cohort.tally.as_dict()["resources"]
        quarantined = sum(sum(line["quarantined"].values()) for line in account.values())
        return {one["patient"].removeprefix("Patient/"): one for one in found}, quarantined

    return decisions


def test_23_its_own_patient_is_open_for_its_type_and_nobody_else(decided):
    plain, _ = decided()
    found, quarantined = decided(unread())
    mine, other = found[patient(CANDIDATE)], found[patient(OTHER)]
    assert quarantined == 1
    assert (mine["decision"], mine["incomplete"]) == ("open", ["Observation"])
    assert other == plain[patient(OTHER)] and other["decision"] == "ineligible"
    because = {one["because"] for one in mine["criteria"] if one["answer"] == "unknown"}
    assert "source_incomplete" in because


@pytest.mark.parametrize("kind", ["Condition", "MedicationStatement", "Procedure"])
def test_23_each_type_is_named(decided, kind):
    found, _ = decided(unread(kind=kind))
    assert found[patient(CANDIDATE)]["incomplete"] == [kind]


def test_23_one_without_an_id_counts_as_well(decided):
    found, quarantined = decided(unread(name=""))
    assert quarantined == 1 and found[patient(CANDIDATE)]["incomplete"] == ["Observation"]


@pytest.mark.parametrize("first", [True, False])
def test_23_a_newer_version_that_can_be_read_mends_it_in_any_order(decided, first):
    meta = {"versionId": "2", "lastUpdated": "2026-03-11T08:00:00Z"}
    about = {"subject": {"reference": f"Patient/{patient(CANDIDATE)}"}, "meta": meta, "status": "final"}
    newer = {"resourceType": "Observation", "id": "odd", **about}
    lines = [unread(), json.dumps(newer)]
    found, _ = decided(*(lines if first else lines[::-1]))
    assert "incomplete" not in found[patient(CANDIDATE)]
    found, _ = decided(unread(version="3", day="2026-03-12"), json.dumps(newer))
    assert found[patient(CANDIDATE)]["incomplete"] == ["Observation"]


def test_23_one_about_a_patient_of_another_server_concerns_nobody_here(decided):
    found, quarantined = decided(unread(base="https://elsewhere.example/fhir/"))
    assert quarantined == 1 and "incomplete" not in found[patient(CANDIDATE)]
