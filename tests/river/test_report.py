"""What a run says of itself: what could be mapped, how the criteria came out, how long each phase took."""

import json

import pytest

from tests.river.hospital import SOME, STUDY

LAB = "urn:hospital:lab"
NAME = "王小明"


def result(key, who, code, **elements):
    about = {"resourceType": "Observation", "id": key, "status": "final", "subject": {"reference": f"Patient/{who}"}}
    return {**about, "effectiveDateTime": "2026-03-10", "code": code, **elements}


def coded(code, display=None, system=LAB):
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


@pytest.fixture
def local(river):
    """Return the hospital with results under its own codes, units and words."""
    igg, hbsag = coded("2465-3", system="http://loinc.org"), coded("5196-1", system="http://loinc.org")
    panel = {"code": coded("Z-2"), "valueQuantity": {"value": 1}}
    for one in (
        result("l1", "c01", coded("Z-1", "C3 in serum"), valueQuantity={"value": 1}),
        result("l2", "c13", coded("Z-1", "C3 in serum")),
        result("l3", "c14", coded("Z-1", NAME)),
        result("l4", "c14", {"text": NAME}, valueString=NAME),
        result("l5", "c14", coded("8302-2", "Body height", "http://loinc.org")),
        result("l6", "c14", igg, component=[panel], valueQuantity={"value": 3, "unit": "furlong"}),
        result("l7", "c14", hbsag, valueCodeableConcept=coded("V-9")),
    ):
        river.sandbox.change(one)
    return river


def test_what_could_be_mapped_is_counted(local):
    ran = local.run("--json")
    report = json.loads(ran.out)
    assert ran.code == 0, ran.err
    assert report["unmapped_codes"] == {f"{LAB}|Z-1": 3, f"{LAB}|V-9": 1, f"{LAB}|Z-2": 1}
    assert report["unmapped_codes_not_listed"] == {"codes": 0, "times": 0}
    assert report["unmapped_displays"] == {f"{LAB}|Z-1": "C3 in serum"}
    assert report["unmapped_texts"] == {"Observation": 1}
    assert report["unmapped_units"] == [["igg", "furlong", 1]]
    assert report["account"]["resources"]["Observation"]["ignored"]["not wanted code"] == 5
    assert f"unmapped codes: {LAB}|Z-1 3, {LAB}|V-9 1, {LAB}|Z-2 1\n" in ran.err
    assert "unmapped units: igg [furlong] 1\n" in ran.err and NAME not in ran.err + ran.out


def test_a_code_that_is_mapped_is_counted_no_more(local):
    (local.folder / "codes.csv").write_text(f"system,code,text,concept\n{LAB},Z-1,,c3\n")
    ran = local.run("--json", "--hospital", local.folder / "codes.csv")
    assert f"{LAB}|Z-1" not in json.loads(ran.out)["unmapped_codes"], ran.err


def test_the_criteria_are_counted_by_answer_and_reason(river):
    report = json.loads(river.run("--json").out)
    wanted = {}
    for line in river.decisions().values():
        for entry in [part for one in line["criteria"] for part in (one, *one.get("parts", ()))]:
            came = wanted.setdefault(entry["id"], {"met": 0, "not_met": 0, "unknown": {}})
            if entry["because"]:
                came["unknown"][entry["because"]] = came["unknown"].get(entry["because"], 0) + 1
            else:
                came[entry["answer"]] += 1
    assert report["criteria"] == wanted and len(wanted) == 23
    assert all(one["met"] + one["not_met"] + sum(one["unknown"].values()) == len(SOME) for one in wanted.values())


def test_the_phases_are_timed(river):
    report = json.loads(river.run("--json").out)
    phases = {*report["seconds"]} - {"total"}
    assert {"find population", "pull Observation", "pull Patient", "judge", "record", "deliver"} <= phases
    spent = sum(report["seconds"][phase] for phase in phases)
    assert 0 < spent <= report["seconds"]["total"] + 0.05
    assert report["seconds"]["judge"] > 0


def test_the_journal_keeps_the_report_with_its_counts(local):
    assert local.run().code == 0
    with local.journal() as journal:
        kept = json.loads(journal.last_run(STUDY).report)
    assert kept["criteria"]["E1f"] and kept["unmapped_units"] and kept["requests"] > 0
    assert kept["seconds"]["judge"] > 0


def test_a_dry_run_has_the_counts_too(local):
    report = json.loads(local.run("--dry-run", "--json").out)
    assert report["criteria"]["I1"] and report["unmapped_codes"] and report["seconds"]["judge"] > 0


def test_the_tables_come_when_they_are_asked_for(local):
    assert "criterion" not in local.run().err
    said = local.run("--full", "--summary").err
    assert "criterion" in said and f"        3  {LAB}|Z-1  C3 in serum\n" in said


def test_a_quiet_run_says_nothing_unless_something_is_wrong(river):
    ran = river.run("--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    river.front = lambda visit, request: request.path == "Procedure" and visit.send_error(403, "no") is None
    ran = river.run("--quiet")
    assert ran.code == 13 and "Procedure: read in part" in ran.err
