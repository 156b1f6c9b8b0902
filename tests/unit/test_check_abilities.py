"""`check` says what the server cannot do, what is done instead, what to ask its vendor, and which codes to map."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from adapter.check.probe import SYSTEM
from adapter.cli import main
from adapter.demo.exchange import Answer, outcome, read_json
from adapter.demo.hospital import SandboxHospital
from adapter.study.codelists import load_codelists

STUDY = "telitacicept-belimumab"
CASES = Path(__file__).resolve().parents[2] / "mappings" / "studies" / STUDY / "cases"
NAME = "Canary-Zhang"
TESTER = {"resourceType": "Patient", "id": "tester"}
NOTHING = {"resourceType": "Bundle", "type": "history"}


@pytest.fixture(scope="module")
def resources():
    files = sorted(CASES.glob("*.json"))[:6]
    return [entry["resource"] for file in files for entry in read_json(file.read_bytes())["entry"]] + [TESTER]


@pytest.fixture
def checked(resources, tmp_path, capsys):
    """Check a hospital; return the exit code, what was said, and the hospital."""

    def run(*more, front=None, settings="", extra=()):
        hospital = SandboxHospital([*resources, *extra])
        with hospital.serve(front=(lambda *visit: front(hospital, *visit)) if front else None) as here:
            file = tmp_path / "adapter.toml"
            place = f'[fhir]\nbase_url = "{here}"\npatience_s = 1\n[study]\nid = "{STUDY}"\n'
            file.write_text(f'{place}[database]\nurl = "sqlite:///{tmp_path}/adapter.db"\n{settings}')
            code = main(["check", "--config", str(file), *more])
        return code, capsys.readouterr().out, hospital

    return run


def by_about(out):
    return {one["about"]: one for one in json.loads(out)["findings"]}


def edited(kind, edit):
    """Answer searches of a type as the hospital does, but for an edit of the page."""

    def front(hospital, visit, request):
        said = hospital.answer(request)
        if request.path.split("/")[0] != kind or request.method != "GET" or said.body.get("type") != "searchset":
            return False
        visit.send(Answer(200, edit(said.body)))
        return True

    return front


def test_a_page_is_turned(checked):
    code, out, _ = checked("--json")
    assert code == 0 and by_about(out)["paging"]["says"] == "a page is turned"


def test_28_pages_that_lead_nowhere_are_found_before_the_first_run(checked):
    front = edited(
        "Observation", lambda page: {**page, "link": [one for one in page["link"] if one["relation"] == "self"]}
    )
    code, out, _ = checked("--json", front=front)
    found = by_about(out)["paging"]
    assert code == 13 and found["exit_code"] == 13
    assert found["says"].startswith("1 of ") and "no link to the next page" in found["says"]
    assert found["ask"].startswith("Have the FHIR server give a next link")


def test_1_pages_that_lead_elsewhere_are_found_before_the_first_run(checked):
    elsewhere = {"relation": "next", "url": "https://elsewhere.example/fhir?page=2"}
    front = edited("Observation", lambda page: {**page, "link": [elsewhere]})
    code, out, _ = checked(front=front)
    assert code == 13
    (line,) = [line for line in out.splitlines() if line.startswith("FAULT paging")]
    assert "links to another server (https://elsewhere.example)" in line
    asked = out.split("What to ask the vendor")[1]
    assert "paging: Have the FHIR server give next links that lead on" in asked


def test_35_a_server_that_does_not_heed_the_size_of_a_page_is_no_fault(checked):
    def whole(hospital, visit, request):
        every = (*(pair for pair in request.query if pair[0] != "_count"), ("_count", "1000"))
        if request.path != "Observation" or request.method != "GET":
            return False
        visit.send(hospital.answer(replace(request, query=every)))
        return True

    code, out, _ = checked("--json", front=whole)
    assert code == 0 and "came on one page" in by_about(out)["paging"]["says"]


def test_41_a_server_that_names_itself_otherwise_is_found_with_the_setting(checked):
    def internal(page):
        inside = json.dumps(page, default=str).replace(
            '"reference": "Patient/', '"reference": "http://inside/fhir/Patient/'
        )
        return json.loads(inside)

    code, out, _ = checked(front=edited("Condition", internal))
    assert code == 12
    assert "names its patients at http://inside/fhir, which is not [fhir] base_url" in out
    assert "[fhir] also_known_as" in out


def test_what_is_announced_of_exports_and_history_is_said(checked):
    found = by_about(checked("--json")[1])
    assert found["export"]["says"] == "not announced; not needed: [source] kind is search"
    assert found["history"]["says"] == "_history is announced for none of 11 types"
    assert found["history"]["instead"] == "Deletions are found by listing the ids of what there is, every 7 days."


def telling(change):
    """A hospital with a history of which a page is looked at first."""

    def front(hospital, visit, request):
        hospital.history = True
        if not request.path.endswith("/_history"):
            return False
        change(hospital, visit, request)
        return True

    return front


def generous(hospital, visit, request):
    pairs = tuple(pair for pair in request.query if pair[0] != "_elements")
    visit.send(hospital.answer(replace(request, query=pairs)))


@pytest.mark.parametrize(
    ("change", "says", "ask"),
    [
        (lambda hospital, visit, request: visit.send(hospital.answer(request)), "is followed by each run", ""),
        (generous, "shows whole records of all its patients. It is not followed.", "Heed _elements=id in _history."),
        (lambda _, visit, __: visit.send(Answer(403, outcome("error", "forbidden", "no"))), "and fails. ", ""),
        (lambda _, visit, __: visit.send(Answer(200, NOTHING)), "has nothing of the last day", ""),
    ],
)  # fmt: skip
def test_42_whether_the_history_tells_of_deletions_is_tried_with_one_entry(checked, change, says, ask):
    code, out, hospital = checked("--json", front=telling(change))
    found = by_about(out)["history"]
    assert code == 0 and says in found["says"] and found["ask"] == ask
    assert found["says"].startswith("_history is announced for 11 of 11 types")
    assert all("_count=1&" in line or "_count=1" in line for line in hospital.asked if "_history" in line)


def test_a_hospital_without_results_is_asked_where_they_are(checked):
    code, out, _ = checked(
        "--json", front=edited("Observation", lambda page: {**NOTHING, "type": "searchset", "total": 0})
    )
    found = by_about(out)
    assert code == 0 and found["results"]["to_do"].startswith("Ask where the hospital keeps its laboratory results")
    assert found["Observation"]["says"].startswith("no resources in 4 patients, as the server counts")


LOCAL = "https://lis.example.org/test"


def test_codes_are_printed_ready_to_paste_and_texts_never(checked, tmp_path):
    about = {"resourceType": "Observation", "status": "final"}
    extra = [
        {**about, "id": f"x{number}", "subject": {"reference": f"Patient/{patient}"},
         "code": {"coding": [{"system": LOCAL, "code": code, "display": display}], "text": NAME}}
        for number, (patient, code, display) in enumerate([
            ("c01", "IGG", "Immunoglobulin, total"), ("c02", "IGG", "Immunoglobulin, total"), ("c01", "C\"3", "odd"),
            ("c01", "C3", NAME),
        ])
    ] + [{**about, "id": "t", "subject": {"reference": "Patient/c01"}, "code": {"text": NAME}}]  # fmt: skip
    code, out, _ = checked(extra=extra)
    assert code == 0 and NAME not in out
    pasted = out.split("fill in `concept` where it matters:\n")[1].split("\n\n")[0]
    rows = list(csv.DictReader(pasted.splitlines()))
    assert {(row["system"], row["code"], row["text"]) for row in rows} == {
        (LOCAL, "IGG", "Immunoglobulin, total"), (LOCAL, "C3", ""),
    }  # fmt: skip
    assert rows[0]["code"] == "IGG"  # the most frequent first
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "codes.csv").write_text(pasted.replace('total",,', 'total",igg,'), "utf-8")
    read = load_codelists([CASES.parents[2] / "codelists"], folder).site
    assert [(one["code"], one["concept"]) for one in read if one["concept"]] == [("IGG", "igg")]
    assert by_about(checked("--json", extra=extra)[1])["codes"]["paste"] == pasted.splitlines()


def left(hospital):
    """What a probe left behind."""
    return [one for one in hospital.store.all("ResearchSubject") if SYSTEM in str(one.get("identifier"))]


PROBE = ("--json", "--write-probe", "Patient/tester")


def test_a_write_is_tried_and_nothing_is_left(checked):
    code, out, hospital = checked(*PROBE)
    found = by_about(out)["write probe"]
    assert code == 0, found
    assert "was made, read, changed and taken away; a change of an older version was refused" in found["says"]
    assert left(hospital) == []
    written = [line for line in hospital.asked if not line.startswith("GET") and "_search" not in line]
    assert [line.split()[0] for line in written] == ["POST", "PUT", "PUT", "DELETE"]
    assert all("ResearchSubject" in line for line in written)


@pytest.mark.parametrize(
    ("patient", "says"),
    [
        ("Patient/c01", "one of the population"),
        ("tester", "is none for tests"),
        ("Patient/nobody", "the server has no such patient"),
    ],
)
def test_a_write_is_tried_about_a_patient_for_tests_alone(checked, patient, says):
    code, out, hospital = checked("--json", "--write-probe", patient)
    found = by_about(out)["write probe"]
    assert code == 14 and says in found["says"] and found["says"].startswith("nothing was written")
    assert left(hospital) == []


def test_nothing_is_written_where_it_could_not_be_taken_away(checked):
    def front(hospital, visit, request):
        if request.path != "metadata":
            return False
        said = json.loads(json.dumps(hospital.answer(request).body).replace('"delete"', '"patch"'))
        visit.send(Answer(200, said))
        return True

    code, out, hospital = checked(*PROBE, front=front)
    assert code == 14 and "lists no delete of ResearchSubject" in by_about(out)["write probe"]["says"]
    assert not [line for line in hospital.asked if line.startswith(("POST /ResearchSubject", "PUT"))]


def test_57_a_server_that_does_not_heed_if_match_is_said(checked):
    def careless(hospital, visit, request):
        if request.method != "PUT":
            return False
        headers = {name: value for name, value in request.headers.items() if name.lower() != "if-match"}
        visit.send(hospital.answer(replace(request, headers=headers)))
        return True

    code, out, hospital = checked(*PROBE, front=careless)
    found = by_about(out)["write probe"]
    assert code == 0 and "(If-Match) was not refused" in found["says"]
    assert found["ask"].startswith("Heed If-Match") and found["instead"].startswith("Each write is read back")
    assert left(hospital) == []


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_58_a_write_that_is_refused_is_a_fault_and_leaves_nothing(checked, method):
    def front(hospital, visit, request):
        if request.method != method or not request.path.startswith("ResearchSubject") or "_search" in request.path:
            return False
        visit.send(Answer(403, outcome("error", "forbidden", "read only")))
        return True

    code, out, hospital = checked(*PROBE, front=front)
    assert code == 14 and "refuses this to us" in by_about(out)["write probe"]["says"]
    assert left(hospital) == []


def test_what_could_not_be_taken_away_is_named(checked):
    def front(hospital, visit, request):
        if request.method != "DELETE":
            return False
        visit.send(Answer(409, outcome("error", "conflict", "no")))
        return True

    code, out, _ = checked("--write-probe", "Patient/tester", front=front)
    assert code == 14
    assert [
        line
        for line in out.splitlines()
        if line.startswith("FAULT write probe: ResearchSubject/") and "removed" in line
    ]


def test_a_server_that_does_not_say_that_it_takes_forms_is_named_where_they_are_to_be_written(checked):
    def front(hospital, visit, request):
        said = hospital.answer(request)
        if request.path != "metadata":
            return False
        for one in said.body["rest"][0]["resource"]:
            if one["type"] == "QuestionnaireResponse":
                one["interaction"] = [{"code": "read"}]
        visit.send(Answer(200, said.body))
        return True

    on = "[outputs.forms]\nenabled = true\n"
    code, out, _ = checked("--json", front=front, settings=on)
    assert code == 0 and by_about(out)["forms"]["ask"] == "Allow the adapter on QuestionnaireResponse: create."
    assert "is announced" in by_about(checked("--json", settings=on)[1])["forms"]["says"]
    assert "forms" not in by_about(checked("--json")[1])
