"""A server that does not heed what it is asked widens nothing and hides nothing (faults 30, 32, 33 and 34)."""

import json

import pytest

from adapter.demo.exchange import Answer, outcome
from tests.fhir_server.records import ref
from tests.river.fronts import deaf, edited
from tests.river.hospital import SOME, ward
from tests.river.test_full import removed, results
from tests.river.test_population import NUMBERS


@pytest.fixture
def crowded(river):
    """Return the hospital with others in it: one who is of no study, one whom no list names."""
    river.sandbox.store.load(ward("c03"))
    river.sandbox.change({"resourceType": "Patient", "id": "stranger", "identifier": [{"value": "X-99"}]})
    cold = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J00"}]}
    about = {"reference": "Patient/stranger"}
    river.sandbox.change({"resourceType": "Condition", "id": "cold", "subject": about, "code": cold})
    return river


def notes(ran):
    return json.loads(ran.out)["notes"]


@pytest.mark.parametrize("says", [True, False])
def test_33_34_code_that_is_not_heeded_widens_no_population(crowded, says):
    crowded.front = deaf(crowded, "code", says=says)
    ran = crowded.run("--json")
    assert ran.code == 0 and json.loads(ran.out)["population"] == len(SOME), ran.err
    assert set(crowded.decisions()) == {f"Patient/{name}" for name in SOME}
    (note,) = notes(ran)
    assert "does not heed code" in note and note in ran.err


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("parameter", ["identifier", "_id"])
def test_33_34_a_name_that_is_not_heeded_widens_no_population(crowded, parameter, says):
    for name, number in NUMBERS.items():
        crowded.change(f"Patient/{name}", identifier=[{"system": "urn:mrn", "value": number}])
    (crowded.folder / "roster").write_text("\n".join([*NUMBERS.values(), "c30", "Patient/c35"]))
    crowded.population = f'ways = ["patients"]\npatients_file = "{crowded.folder}/roster"'
    crowded.front = deaf(crowded, parameter, kind="Patient", says=says)
    ran = crowded.run("--json")
    assert ran.code == 0, ran.err
    assert set(crowded.decisions()) == {f"Patient/{name}" for name in (*NUMBERS, "c30", "c35")}
    assert any("population" in note and f"does not heed {parameter}" in note for note in notes(ran))
    assert not any(number in ran.out + ran.err for number in NUMBERS.values())


def test_33_patient_that_is_not_heeded_brings_in_nobody_else(crowded, tmp_path):
    crowded.front = deaf(crowded, "patient")
    ran = crowded.run("--json")
    assert ran.code == 0, ran.err
    assert any("Observation: the server does not heed patient" in note for note in notes(ran))
    assert json.loads(ran.out)["account"]["resources"]["Observation"]["ignored"]["of another patient"] > 0
    assert not any(one.patient == "Patient/c03" for one in crowded.chart().values())
    crowded.front = None
    assert crowded.chart() == crowded.anew(tmp_path / "anew")


def refused(visit, request):
    if not any(name == "_lastUpdated" for name, _ in request.query):
        return False
    visit.send(Answer(400, outcome("error", "not-supported", "_lastUpdated is not known")))
    return True


@pytest.mark.parametrize("way", ["refused", "said", "unsaid"])
def test_32_without_last_updated_a_type_is_read_whole_and_compared(flowing, tmp_path, way):
    gone, changed = results(flowing)[:2]
    flowing.front = refused if way == "refused" else deaf(flowing, "_lastUpdated", says=way == "said")
    flowing.sandbox.delete(gone)
    with flowing.late():
        flowing.change(changed, status="entered-in-error")
    flowing.change("Patient/c01", birthDate="2015-01-01")
    ran = flowing.run("--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}, ran.err
    assert "Observation: the server refuses" in ran.err if way == "refused" else "does not heed _lastUpdated" in ran.err
    assert flowing.subjects()["Patient/c01"] == ["ineligible"]
    assert flowing.chart() == flowing.anew(tmp_path / "anew")


def undated(page):
    for entry in page.get("entry", ()):
        entry["resource"] = {name: value for name, value in entry["resource"].items() if name != "meta"}
    return page


def test_32_resources_without_a_date_are_read_whole_each_time(river, tmp_path):
    river.front = edited(river, "Observation", undated)
    assert river.run().code == 0
    gone, changed = results(river)[:2]
    river.sandbox.delete(gone)
    with river.late():  # the server's filter would not show it
        river.change(changed, status="entered-in-error")
    ran = river.run("--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}
    assert notes(ran) == [note for note in notes(ran) if note.startswith("Observation: resources without")] != []
    assert not any("_lastUpdated" in line for line in river.asked if "/Observation?" in line)
    assert river.chart() == river.anew(tmp_path / "anew")


@pytest.mark.parametrize("year", [2000, 2099])
def test_30_the_mark_is_never_beyond_our_clock_nor_the_servers(river, tmp_path, year):
    """A server whose clock was wrong once, whatever it stamps, hides nothing that is written afterwards."""
    dated = {"Date": f"Sun, 22 Nov {year} 10:00:00 GMT"}
    river.front = lambda visit, request: not visit.send(Answer(200, river.sandbox.answer(request).body, dated))
    with pytest.MonkeyPatch.context() as _:
        river.population = 'ways = ["conditions"]'
        assert river.run("--dry-run").code == 0
    river.front = None
    changed = results(river)[0]
    river.change(changed, status="entered-in-error")
    assert river.run().code == 0
    assert river.chart() == river.anew(tmp_path / "anew")
    assert ref(river.sandbox.store.find("Observation", changed.partition("/")[2]).resource) == changed


def test_32_what_a_filter_by_date_leaves_out_is_noticed_by_the_list_of_all_and_read(flowing, tmp_path):
    """The server takes `_lastUpdated`, and gives too little: nothing tells of it but the list of all there is."""
    left_out = min(key for key in flowing.chart() if key.startswith("Observation/c01"))

    def forgetful(visit, request):
        if request.path != "Observation" or "_lastUpdated" not in dict(request.query):
            return False
        page = flowing.sandbox.answer(request).body
        kept = [one for one in page.get("entry", ()) if not one["fullUrl"].endswith(left_out)]
        visit.send(Answer(200, {**page, "entry": kept, "total": len(kept)}))
        return True

    flowing.front = forgetful
    flowing.change(left_out, status="entered-in-error")
    added = {**flowing.sandbox.store.find(*left_out.split("/")).resource, "id": "c01-added", "status": "final"}
    flowing.sandbox.change(added)
    assert flowing.run().code == 0
    stale = flowing.chart()[left_out]
    flowing.population = 'ways = ["conditions"]\n[source]\nreconcile_days = 0'
    ran = flowing.run("--json")
    assert ran.code == 0 and "1 resources had changed that did not come" in " ".join(json.loads(ran.out)["notes"])
    assert flowing.chart()[left_out] != stale and "Observation/c01-added" in flowing.chart()
    ran = flowing.run("--json")
    assert ran.code == 0 and json.loads(ran.out)["notes"] == []
    flowing.front, flowing.population = None, ""
    assert flowing.chart() == flowing.anew(tmp_path / "anew")
