"""Deletions are found by the ids alone every few days, and a run knows of each patient what `screen` knows."""

import json

import pytest

from adapter.database import open_database
from adapter.facts.chart import Chart
from tests.acceptance.command import run as command
from tests.river.fronts import edited, short
from tests.river.hospital import AS_OF, STUDY, River, content, ward
from tests.river.test_full import removed, results
from tests.river.test_troubles import of_type, state


def every(river, days):
    river.population = f'ways = ["conditions"]\n[source]\nreconcile_days = {days}'
    return river


def test_42_a_deletion_is_found_by_the_ids_alone(flowing, tmp_path):
    gone = results(flowing)[0]
    flowing.sandbox.delete(gone)
    ran = flowing.run("--json")
    assert removed(ran) == {} and not any("_elements=id" in line for line in flowing.asked if "/Observation" in line)
    ran = every(flowing, 0).run("--json")
    assert ran.code == 0 and removed(ran) == {"Observation": 1}
    own = [line for line in flowing.asked if "/Observation?" in line and "_lastUpdated" not in line]
    assert "_elements=id" in own[0] and len(own) == 2, "the ids of all, then in full who lacks something"
    assert "c01" in own[1] and "c13" not in own[1]
    flowing.population = ""
    assert flowing.chart() == flowing.anew(tmp_path / "anew")


def test_the_report_says_when_deletions_were_last_looked_for(flowing):
    with open_database(f"sqlite:///{flowing.folder}/adapter.db") as database:
        chart = Chart(database)
        mark = chart.watermark("Observation")
        with chart.transaction() as work:
            work.move_watermark(
                "Observation", type(mark)(mark.instant, mark.asked, mark.read_at, True, "2026-01-02T03:00+00:00")
            )
    flowing.unseal()
    last = json.loads(every(flowing, 366).run("--json").out)["reconciled_on"]
    assert last == "2026-01-02"
    flowing.sandbox.delete(results(flowing)[0])
    ran = every(flowing, 7).run("--json")
    assert removed(ran) == {"Observation": 1} and json.loads(ran.out)["reconciled_on"] > last


def test_28_ids_that_came_in_part_remove_nothing(flowing):
    before, gone = state(flowing), results(flowing)[0]
    flowing.sandbox.delete(gone)
    flowing.front = of_type("Observation", edited(flowing, "Observation", short))
    ran = every(flowing, 0).run("--json")
    assert ran.code == 13 and removed(ran) == {} and "that the server counts" in ran.err
    assert gone in flowing.chart() and state(flowing) == before


@pytest.mark.parametrize("policy", ["open", "presume"])
def test_a_patient_with_unwanted_drugs_alone_is_judged_as_by_screen(tmp_path, policy):
    mine = [one for one in ward("c01") if one["resourceType"] in {"Patient", "Condition"}]
    vitamin = {"coding": [{"system": "http://www.whocc.no/atc", "code": "A11CC05"}]}
    about = {"resourceType": "MedicationStatement", "id": "vitamin", "subject": {"reference": "Patient/c01"}}
    drug = {**about, "status": "active", "effectiveDateTime": "2026-01-01", "medicationCodeableConcept": vitamin}
    chosen, lines = ("--set", f"absence_policy={policy}"), {}
    for name, resources in (("with", [*mine, drug]), ("without", mine)):
        (tmp_path / name).mkdir()
        with River(tmp_path / name, resources).open() as river:
            assert river.run(*chosen).code == 0
            lines[name] = content(river.decisions()["Patient/c01"])
        files = tmp_path / name / "all.ndjson"
        files.write_text("".join(json.dumps(one) + "\n" for one in resources), encoding="utf-8")
        ran = command("screen", "--study", STUDY, "--source", tmp_path / name, "--as-of", AS_OF, *chosen)
        assert ran.code == 0 and content(json.loads(ran.out)) == lines[name], ran.err
    assert (lines["with"] != lines["without"]) is (policy == "presume"), "that something is prescribed says something"


def test_the_report_has_what_was_asked_and_what_came_for_each_type(flowing):
    flowing.sandbox.store.load(ward("c02"))
    resources = json.loads(flowing.run("--full", "--json").out)["account"]["resources"]
    drugs, none = resources["Observation"], resources["MedicationAdministration"]
    assert drugs["asked"] == 6 and drugs["pages"] >= 1 and drugs["expected"] == drugs["received"] > 0
    assert none["asked"] == 6 and none["expected"] == none["received"] == 0
    settled = drugs["stored"] + drugs["unchanged"] + sum(drugs["quarantined"].values()) + sum(drugs["ignored"].values())
    assert settled == drugs["received"]
