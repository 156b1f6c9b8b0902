"""After `--full` the chart is the server: what is gone there is gone here, and what was missed has come."""

import json
import subprocess
import sys

import pytest

from adapter.demo.exchange import Answer
from tests.acceptance.command import ROOT
from tests.river.hospital import AS_OF, FLAGGED, River, ward
from tests.river.test_troubles import of_type, state, status


def results(river, who="Patient/c01"):
    """The results of a patient that the chart holds."""
    return sorted(key for key, one in river.chart().items() if (one.type, one.patient) == ("Observation", who))


def removed(ran):
    lines = json.loads(ran.out)["account"]["resources"]
    return {kind: line["removed"] for kind, line in lines.items() if line["removed"]}


def late(river, *resources):
    """Write resources that were committed too late to be seen as new."""
    with river.late():
        river.sandbox.store.load(resources)


def without(key):
    """Answer as the hospital does, but for one resource, the first time somebody asks."""
    told = []

    def front(river):
        def answer(visit, request):
            said = river.sandbox.answer(request)
            if told or said.status != 200 or not said.body.get("entry"):
                return False
            left = [entry for entry in said.body["entry"] if entry["resource"]["id"] != key]
            told.append(len(left) < len(said.body["entry"]))
            visit.send(Answer(200, {**said.body, "entry": left}))
            return True

        return answer

    return front, told


def test_what_is_gone_leaves_and_what_was_missed_comes(flowing, tmp_path):
    first, second, *_ = results(flowing)
    (drug, *_) = sorted(key for key in flowing.chart() if key.startswith("MedicationStatement/"))
    for key in (first, second, drug):
        flowing.sandbox.delete(key)
    kept = flowing.sandbox.store.find("Observation", results(flowing)[2].partition("/")[2]).resource
    late(flowing, {**kept, "id": "came-late"}, *ward("c02"))
    assert flowing.run().code == 0
    before = flowing.chart()
    assert first in before and "Observation/came-late" not in before, "nothing tells an incremental run of these"
    ran = flowing.run("--full", "--json")
    assert ran.code == 0 and removed(ran) == {"MedicationStatement": 1, "Observation": 2}
    assert flowing.chart() == flowing.anew(tmp_path / "anew")
    assert "Observation/came-late" in flowing.chart() and drug not in flowing.chart()


def test_the_summary_names_what_was_removed(flowing):
    flowing.sandbox.delete(results(flowing)[0])
    (line,) = (line for line in flowing.run("--full").err.splitlines() if line.startswith("Observation: "))
    assert line.endswith("; 1 removed")
    assert "removed" not in flowing.run("--full").err


@pytest.mark.slow
@pytest.mark.parametrize("number", [403, 500])
def test_a_type_read_in_part_removes_nothing_and_the_next_run_does(flowing, tmp_path, number):
    """Faults 24, 42, 46."""
    first, before = results(flowing)[0], state(flowing)
    (statement, *_) = sorted(key for key in flowing.chart() if key.startswith("MedicationStatement/"))
    for key in (first, statement):
        flowing.sandbox.delete(key)
    flowing.front = of_type("Observation", status(number))
    ran = flowing.run("--full", "--json")
    assert ran.code == 13 and removed(ran) == {"MedicationStatement": 1}
    assert first in flowing.chart() and statement not in flowing.chart()
    assert state(flowing) == before
    flowing.front = None
    ran = flowing.run("--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}
    assert flowing.chart() == flowing.anew(tmp_path / "anew")


def test_a_trouble_on_looking_twice_removes_nothing(flowing):
    first, asked = results(flowing)[0], []
    flowing.sandbox.delete(first)

    def second_time(visit, request):
        asked.append(request)
        return len(asked) > 1 and status(403)(visit, request)

    flowing.front = of_type("Observation", second_time)
    ran = flowing.run("--full", "--json")
    assert ran.code == 13 and removed(ran) == {} and len(asked) == 2
    assert first in flowing.chart()


def test_what_one_reading_misses_and_the_next_one_has_is_not_gone(flowing):
    """Fault 27: a row that one reading missed."""
    key = results(flowing)[0]
    front, told = without(key.partition("/")[2])
    before = flowing.chart()
    flowing.front = of_type("Observation", front(flowing))
    ran = flowing.run("--full", "--json")
    assert ran.code == 0 and told == [True], ran.err
    assert removed(ran) == {} and flowing.chart() == before


def test_a_full_run_that_dies_half_way_loses_nothing(flowing, tmp_path):
    before, decided = flowing.chart(), state(flowing)
    gone = results(flowing)[0]
    flowing.sandbox.delete(gone)
    words = [sys.executable, "-m", "adapter", "run", "--config", str(flowing.settings), "--as-of", AS_OF, "--full"]

    def killing(visit, request):
        process.kill()
        return True

    flowing.front = of_type("Observation", killing)
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.wait(60) == -9
    assert (flowing.chart(), state(flowing)) == (before, decided)
    flowing.front = None
    ran = flowing.run("--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}, "the next run ends what this one began"
    assert flowing.chart() == flowing.anew(tmp_path / "anew")


def test_a_result_that_turns_out_to_be_another_test_leaves_at_once(flowing, tmp_path):
    key = results(flowing)[0]
    flowing.change(key, code={"coding": [{"system": "http://loinc.org", "code": "8302-2"}]})
    ran = flowing.run("--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}
    assert flowing.chart() == flowing.anew(tmp_path / "anew")


def test_a_result_that_is_given_to_another_patient_leaves_the_first(flowing, tmp_path):
    key = results(flowing)[0]
    flowing.change(key, subject={"reference": "Patient/c13"})
    assert flowing.run().code == 0
    assert key not in results(flowing) and key in results(flowing, "Patient/c13")
    flowing.change(key, subject={"reference": "Patient/nobody-we-know"})
    ran = flowing.run("--full", "--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}
    assert flowing.chart() == flowing.anew(tmp_path / "anew")


def test_a_medication_that_is_gone_leaves(tmp_path):
    with River(tmp_path, ward("c17")).open() as river:
        (tmp_path / "roster").write_text("Patient/c17\n")
        river.population = f'ways = ["patients"]\npatients_file = "{tmp_path}/roster"'
        assert river.run().code == 0
        assert "Medication/c17-drug" in river.chart()
        river.sandbox.delete("Medication/c17-drug")
        ran = river.run("--json")
        assert ran.code == 0 and removed(ran) == {"Medication": 1}
        assert river.chart() == river.anew(tmp_path / "anew")


def test_a_deleted_patient_leaves_the_population_with_all_facts(flowing, tmp_path):
    """Fault 45: gone at the server."""
    flowing.sandbox.delete("Patient/c01")  # the Conditions stay, and still name the patient
    ran = flowing.run("--json")
    report = json.loads(ran.out)
    assert ran.code == 0 and (report["population"], report["left"]) == (4, 1)
    assert not any(one.patient == "Patient/c01" for one in flowing.chart().values())
    assert removed(ran)["Patient"] == 1 and flowing.chart() == flowing.anew(tmp_path / "anew")
    assert {who for who, kind in flowing.changes()} == FLAGGED, "nobody is told anything new"


def test_who_leaves_and_comes_back_is_read_in_full(flowing):
    """Fault 45: consent withdrawn, and given again."""
    before = flowing.chart()
    flowing.population = f'ways = ["conditions"]\nopted_out_file = "{flowing.folder}/out"'
    (flowing.folder / "out").write_text("c01\n")
    assert flowing.run().code == 0
    assert flowing.chart() == {key: one for key, one in before.items() if one.patient != "Patient/c01"}
    (flowing.folder / "out").write_text("# nobody\n")
    assert flowing.run().code == 0
    assert flowing.chart() == before


def test_a_merged_patient_gets_no_decision_until_unmerged(river):
    """Fault 44: merged and unmerged."""
    merged = {"link": [{"other": {"reference": "Patient/c13"}, "type": "replaced-by"}]}
    river.change("Patient/c01", **merged)
    ran = river.run()
    assert ran.code == 0 and "not judged: 1 replaced by another record" in ran.err
    assert "Patient/c01" not in river.decisions() and "Patient/c01" not in river.subjects()
    river.change("Patient/c01", link=[{"other": {"reference": "Patient/c13"}, "type": "seealso"}])
    assert river.run().code == 0
    assert river.subjects()["Patient/c01"] == ["candidate"]


def test_who_is_merged_later_keeps_the_old_decision_and_gets_no_new_one(flowing):
    """Fault 44: merged after a decision."""
    before, before_results = state(flowing), results(flowing)
    flowing.change("Patient/c01", link=[{"other": {"reference": "Patient/c13"}, "type": "replaced-by"}])
    flowing.change("Patient/c01", birthDate="2015-01-01")
    for one in ward("c01"):  # the ward moves the results to the record that stays
        if one["resourceType"] == "Observation":
            flowing.change(f"Observation/{one['id']}", subject={"reference": "Patient/c13"})
    ran = flowing.run()
    assert ran.code == 0 and "replaced by another record" in ran.err
    assert state(flowing)[0]["Patient/c01"] == before[0]["Patient/c01"]
    assert results(flowing) == []
    assert {key for key in before_results if key not in results(flowing, "Patient/c13")} == set()
