"""The whole way on a real FHIR server: who is found, what is asked for, what is decided, written and read back."""

import json
import re
from collections import Counter

import pytest

from adapter.study.codelists import load_codelists
from tests.acceptance.command import run
from tests.fhir_server.records import ROOT, lupus, patient, ref, synthea
from tests.river.hospital import AS_OF, STUDY, content, screened
from tests.river.on_server import OnHapi

ABOUT = re.compile(r"(?<=Patient/)[A-Za-z0-9.-]+")
PERCENT = 100
ALWAYS = {"Medication", "ResearchStudy"}  # belong to no patient and are asked for by name in each run
CORRECTED = [{"text": "corrected by the laboratory"}]


@pytest.fixture
def river(hospital, tmp_path):
    return OnHapi(tmp_path, hospital.server)


def synthetic():
    return {patient(one) for one in synthea() if one["resourceType"] == "Patient"}


def test_the_patients_with_lupus_are_found_judged_and_written_once(river, tmp_path):
    ran = river.run()
    assert ran.code == 0, ran.err
    found = {who: line for who, line in river.decisions().items() if who in synthetic()}
    assert set(found) == lupus()
    assert_nobody_else_was_asked_for(river.asked)

    wanted = screened(tmp_path, [one for one in synthea() if patient(one) in lupus() or not patient(one)])
    assert [who for who in found if content(found[who]) != content(wanted[who])] == []

    flagged = {who: line["decision"] for who, line in river.decisions().items() if "candidate" in line["decision"]}
    written = {one["individual"]["reference"]: one["status"] for one in river.ours()}
    assert flagged and written == flagged and len(river.post.mails) == 1

    before, since = (river.decisions(), river.changes(), river.ours(), len(river.post.mails)), river.client.now()
    assert river.run().code == 0
    assert (river.decisions(), river.changes(), river.ours(), len(river.post.mails)) == before
    assert [line for line in river.asked if not line.startswith("GET") and "/_search" not in line] == []
    assert river.touched(since) == [], "the server's history has grown"


def test_a_look_at_the_server_judges_as_a_run_does_and_leaves_no_trace(river, hospital, tmp_path):
    mark = hospital.server.mark()
    ran = run("screen", "--source", river.base, "--config", river.settings, "--as-of", AS_OF)
    assert ran.code == 0, ran.err
    found = {line["patient"]: line for line in map(json.loads, ran.out.splitlines())}
    assert {who for who in found if who in synthetic()} == lupus()
    wanted = screened(tmp_path, [one for one in hospital.original.values() if patient(one) in {*found, ""}])
    assert [who for who in found if content(found[who]) != content(wanted[who])] == [] and len(found) == len(wanted)
    who = min(lupus())
    one = run("explain", who, "--source", river.base, "--config", river.settings, "--as-of", AS_OF, "--json")
    assert (one.code, json.loads(one.out)) == (0, found[who])
    asked = hospital.server.asked(mark)
    assert asked and not [line for line in asked if not line.startswith("GET") and "/_search" not in line]
    assert not (river.folder / "adapter.db").exists()


def assert_nobody_else_was_asked_for(log):
    """The server's own log names none of the others, and no search for Observations but by patients."""
    others = {who.partition("/")[2] for who in synthetic() - lupus()}
    assert [line for line in log for other in others if other in line] == []
    searches = [ABOUT.findall(line) for line in log if "/Observation" in line]
    assert all(searches)
    assert {f"Patient/{name}" for named in searches for name in named} & synthetic() == lupus()


def test_of_the_resources_those_alone_that_have_changed_are_pulled(river, hospital):
    assert river.run().code == 0
    river.age()
    theirs = [one for one in hospital.original.values() if patient(one) in lupus() and one["resourceType"] != "Patient"]
    changed = theirs[::PERCENT]
    assert len(changed) > PERCENT
    assert river.client.put(one | {"note": CORRECTED} for one in changed) == {}
    ran = river.run("--json")
    assert ran.code == 0, ran.err
    pulled = json.loads(ran.out)["account"]["resources"]
    came = {kind: line["received"] for kind, line in pulled.items() if kind not in ALWAYS}
    came = {kind: count for kind, count in came.items() if count}
    assert came == Counter(one["resourceType"] for one in changed)
    assert all(pulled[kind]["unchanged"] == 0 for kind in came)


def test_what_changes_goes_and_is_merged_is_followed_by_the_next_run(river, hospital, tmp_path):
    """One in a hundred resources changes, some are deleted, two records are merged: what is held is what is there."""
    assert river.run("--dry-run").code == 0
    river.age()
    theirs = [one for one in hospital.original.values() if patient(one) in lupus() and one["resourceType"] != "Patient"]
    assert river.client.put(one | {"note": CORRECTED} for one in theirs[::PERCENT]) == {}
    gone = [ref(one) for one in theirs[50::PERCENT] if one["resourceType"] == "Observation"]
    for key in gone:
        river.client.ask("DELETE", key).raise_for_status()
    old, new, *_ = sorted(lupus())
    link = [{"other": {"reference": new}, "type": "replaced-by"}]
    river.client.ask("PUT", old, json=river.client.read(old) | {"link": link}).raise_for_status()
    ran = river.run("--dry-run", "--json")
    report = json.loads(ran.out)
    assert ran.code == 0, ran.err
    assert report["followed"] and report["not_judged"]["replaced by another record"] >= 1
    assert len(gone) > 20 and not {*gone} & {*river.chart()}
    assert river.chart() == river.anew(tmp_path / "anew")


def test_a_changed_patient_alone_is_written_anew(river):
    assert river.run().code == 0
    who, _ = river.changes()[0]
    count, since = len(river.changes()), river.client.now()
    kept = river.client.read(who)
    river.client.ask("PUT", who, json={**kept, "birthDate": "2015-01-01"})
    assert river.run().code == 0
    assert river.changes()[count:] == [(who, "ruled-out")]
    (subject,) = (one for one in river.ours() if one["individual"]["reference"] == who)
    assert subject["status"] == "ineligible"
    assert sorted(river.touched(since)) == sorted([f"PUT {who}", f"PUT {ref(subject)}"])
    assert len(river.post.mails) == 2


def test_a_subject_withdrawn_by_hand_stands(river, hospital):
    study = next(iter(hospital.client.every("ResearchStudy?identifier=NCT07069972")))
    mine = {
        "resourceType": "ResearchSubject",
        "id": "by-hand",
        "status": "withdrawn",
        "study": {"reference": f"ResearchStudy/{study['id']}"},
        "individual": {"reference": "Patient/c01"},
    }
    hospital.client.ask("PUT", "ResearchSubject/by-hand", json=mine).raise_for_status()
    assert river.run().code == 0
    subjects = list(hospital.client.every("ResearchSubject?individual=Patient/c01"))
    assert [(one["id"], one["status"]) for one in subjects] == [("by-hand", "withdrawn")]
    with river.journal() as journal:
        assert journal.latest(STUDY, "Patient/c01") is None


def test_after_a_full_run_the_chart_is_the_server(river, hospital, tmp_path):
    assert river.run("--dry-run").code == 0
    before = river.chart()
    mine = [key for key, one in before.items() if one.patient == "Patient/c01"]
    results = sorted(key for key in mine if key.startswith("Observation/"))
    (drug, *_) = sorted(key for key in mine if key.startswith("MedicationStatement/"))
    for gone in (*results[:2], drug):
        hospital.client.ask("DELETE", gone).raise_for_status()
    other = hospital.client.read(results[2]) | {"code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}}
    hospital.client.ask("PUT", results[2], json=other).raise_for_status()
    newer = hospital.client.read("Patient/c01") | {"birthDate": "2015-01-01"}
    hospital.client.ask("PUT", "Patient/c01", json=newer).raise_for_status()
    ran = river.run("--dry-run", "--full", "--json")
    assert ran.code == 0, ran.err
    lines = json.loads(ran.out)["account"]["resources"]
    assert {kind: line["removed"] for kind, line in lines.items() if line["removed"]} == {
        "Observation": 3, "MedicationStatement": 1
    }  # fmt: skip
    chart = river.chart()
    assert set(chart) == set(before) - {*results[:3], drug}
    assert chart == river.anew(tmp_path / "anew")


def test_a_roster_of_hospital_numbers_is_asked_for_by_post(river, hospital):
    newer = hospital.client.read("Patient/c01") | {"identifier": [{"system": "urn:mrn", "value": "ZY,0001"}]}
    hospital.client.ask("PUT", "Patient/c01", json=newer).raise_for_status()
    (river.folder / "roster").write_text("ZY,0001\nPatient/c13\nc14\nnobody at all\n")
    river.population = f'ways = ["patients"]\npatients_file = "{river.folder}/roster"'
    assert river.run("--dry-run", "--json").code == 0
    assert {one.patient for one in river.chart().values() if one.patient} == {
        "Patient/c01", "Patient/c13", "Patient/c14"
    }  # fmt: skip


def checked(river, *options):
    """What `check` says, by what it is about, and what the hospital's history says was written meanwhile."""
    since = river.client.now()
    with river.post.open():
        ran = run("check", "--config", river.settings, "--json", *options)
    assert ran.code == 0, ran.out
    return {one["about"]: one for one in json.loads(ran.out)["findings"]}, river.touched(since)


def test_what_is_checked_is_true_of_the_server_and_nothing_is_left_of_the_probe(river, hospital, tmp_path):
    local = [{"system": "urn:lis", "code": "IGG", "display": "Immunoglobulin, total"}]
    result = {"resourceType": "Observation", "status": "final", "code": {"coding": local}}
    two = sorted(lupus())[:2]  # a display that stands at one patient alone may be a name, and is not shown
    mine = [result | {"id": f"local-{n}", "subject": {"reference": who}} for n, who in enumerate(two)]
    assert river.client.put([*mine, {"resourceType": "Patient", "id": "tester"}]) == {}
    found, written = checked(river, "--write-probe", "Patient/tester")

    assert found["sign-in"]["says"].endswith("without a sign-in") and "HAPI" in found["server"]["says"]
    assert found["history"]["says"].endswith("it tells of deletions by ids alone, and is followed by each run")
    assert (found["paging"]["says"], found["mail"]["exit_code"]) == ("a page is turned", 0)
    assert found["population by conditions"]["counts"]["patients"] >= len(lupus())
    assert all(found[kind]["says"].endswith("at once; _lastUpdated is heeded") for kind in ("Observation", "Patient"))

    few = sorted(lupus())[:10]  # the names of the cases come later
    held = Counter(one["resourceType"] for one in hospital.original.values() if patient(one) in few)
    for kind in ("Condition", "MedicationRequest", "Observation", "Patient"):
        said = found[kind]
        assert said["counts"]["resources"] == held[kind] + len(mine) * (kind == "Observation"), kind
        assert f"{said['counts']['resources']} resources in 10 patients, as the server counts" in said["says"]

    rows = [line.replace('total",,', 'total",igg,') for line in found["codes"]["paste"]]
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "codes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    codelists = load_codelists([ROOT / "mappings" / "codelists"], tmp_path / "ours")
    assert ("urn:lis", "IGG", "igg") in {(one["system"], one["code"], one["concept"]) for one in codelists.site}

    assert "a change of an older version was refused, as it has to be" in found["write probe"]["says"]
    assert {line.split("/")[0] for line in written} == {
        "POST ResearchSubject",
        "PUT ResearchSubject",
        "DELETE ResearchSubject",
    }
    assert list(river.client.every("ResearchSubject?individual=Patient/tester")) == []
