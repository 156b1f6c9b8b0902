"""What falls too far at once, or may be anybody's, moves nobody until a person says so (faults 24, 39 and 54)."""

import json

import pytest

from adapter.demo.exchange import outcome, write_json
from adapter.pull.doubt import fall
from tests.river.fronts import edited, empty
from tests.river.hospital import SOME
from tests.river.test_full import removed, results
from tests.river.test_troubles import of_type, raw, state


@pytest.mark.parametrize(
    ("had", "gone", "believed"),
    [(4, 4, True), (5, 5, False), (24, 5, False), (25, 5, True), (26, 6, False), (1000, 200, True), (1000, 201, False)],
)
def test_five_are_a_fall_where_they_are_more_than_a_fifth(had, gone, believed):
    assert (fall("Observation", had, gone) is None) is believed


def population(ran):
    report = json.loads(ran.out)
    return report["population"], report["left"]


def test_54_a_population_that_is_gone_at_once_stays_until_a_person_says_so(flowing):
    before, chart = state(flowing), flowing.chart()
    flowing.front = edited(flowing, "Condition", empty)
    for _ in range(2):
        ran = flowing.run("--json")
        assert ran.code == 13 and population(ran) == (len(SOME), 0)
        (line,) = (line for line in ran.err.splitlines() if "gone at once" in line)
        assert "population: 5 of 5 are gone" in line and "--accept-fall" in line
        assert state(flowing) == before and flowing.chart().keys() == chart.keys()
    flowing.front = None
    assert flowing.run().code == 0 and flowing.chart() == chart
    flowing.front = edited(flowing, "Condition", empty)
    ran = flowing.run("--accept-fall", "--json")
    assert ran.code == 0 and population(ran) == (0, 5) and flowing.chart() == {}


def test_who_opts_out_leaves_whatever_else_is_doubted(flowing):
    (flowing.folder / "out").write_text("c01\n")
    flowing.population = f'ways = ["conditions"]\nopted_out_file = "{flowing.folder}/out"'
    flowing.front = edited(flowing, "Condition", empty)
    assert flowing.run().code == 0, "of five who were known four are left, which is no fall"
    assert flowing.chart() == {}


def test_54_results_that_are_gone_at_once_stay_until_a_person_says_so(flowing, tmp_path):
    before, chart = state(flowing), flowing.chart()
    flowing.front = of_type("Observation", edited(flowing, "Observation", empty))
    number = len([key for key in chart if key.startswith("Observation/")])
    for options in (["--full"], []):
        ran = flowing.run("--json", *options)
        assert ran.code == 13 and removed(ran) == {}
        assert f"Observation: {number} of {number} are gone at once" in ran.err and "--accept-fall" in ran.err
        assert (state(flowing), flowing.chart()) == (before, chart)
    flowing.front = None
    assert flowing.run().code == 0 and flowing.chart() == chart
    flowing.front = of_type("Observation", edited(flowing, "Observation", empty))
    ran = flowing.run("--full", "--accept-fall", "--json")
    assert ran.code == 0 and removed(ran) == {"Observation": number}
    assert flowing.chart() == flowing.anew(tmp_path / "anew")


DEEP = b'{"resourceType":"Observation","id":"odd","status":"final","x":' + b"[" * 5000 + b"]" * 5000 + b"}"


def with_deep(river, whose=b"", also=()):
    """Answer as the hospital does, with a resource among the results that nobody can read."""

    def front(visit, request):
        body = river.sandbox.answer(request).body
        page = {**body, "total": body["total"] + 1, "entry": [*body.get("entry", ()), {"resource": "deep"}, *also]}
        return raw(visit, write_json(page).replace(b'"deep"', DEEP.replace(b'"status"', whose + b'"status"')))

    return of_type("Observation", front)


def test_19_what_cannot_be_read_and_names_nobody_may_be_anybodys(flowing):
    before = state(flowing)
    flowing.front = with_deep(flowing)
    flowing.change("Patient/c01", birthDate="2015-01-01")
    for _ in range(2):
        ran = flowing.run("--json")
        assert ran.code == 13 and "Observation: a resource that cannot be read names no patient" in ran.err
        assert json.loads(ran.out)["account"]["resources"]["Observation"]["quarantined"] == {"too-deep": 1}
        assert state(flowing) == before
    flowing.front = None
    assert flowing.run().code == 0
    assert flowing.subjects()["Patient/c01"] == ["ineligible"]


def test_19_what_cannot_be_read_leaves_the_other_types_alone(flowing):
    flowing.front = with_deep(flowing, also=[{"resource": outcome("error", "incomplete", "a shard is down")}])
    ran = flowing.run("--json")
    assert ran.code == 13 and [*json.loads(ran.out)["troubles"]] == ["Observation"]


def test_23_what_cannot_be_read_of_one_patient_leaves_that_one_open_and_keeps_nobody_else(flowing):
    """One that was decided on stays where it was, and is open in what a run says, until the resource can be read."""
    before = flowing.subjects()["Patient/c13"]
    flowing.front = with_deep(flowing, b'"id":"deep-one","subject":{"reference":"Patient/c13"},')
    flowing.change("Patient/c01", birthDate="2015-01-01")
    ran = flowing.run("--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["account"]["resources"]["Observation"]["quarantined"] == {"too-deep": 1}
    assert flowing.subjects()["Patient/c01"] == ["ineligible"]
    flowing.front = None  # nothing of it comes again, and yet it is not forgotten
    ran = flowing.run("--json")
    assert ran.code == 0 and json.loads(ran.out)["decisions"]["open"] == 2
    assert flowing.subjects()["Patient/c13"] == before
    assert flowing.run("--full", "--json").code == 0
    assert flowing.decisions()["Patient/c13"]["decision"] == "potential-candidate"
    assert json.loads(flowing.run("--json").out)["decisions"]["open"] == 1


@pytest.mark.parametrize("severity", ["error", "fatal"])
def test_39_a_server_that_says_it_gave_a_part_is_believed(flowing, severity):
    before, key = state(flowing), results(flowing)[0]
    said = {"resource": outcome(severity, "incomplete", "a shard is down"), "search": {"mode": "outcome"}}
    flowing.front = edited(flowing, "Observation", lambda page: {**page, "entry": [*page.get("entry", ()), said]})
    flowing.sandbox.delete(key)
    flowing.change("Patient/c01", birthDate="2015-01-01")
    ran = flowing.run("--full")
    assert ran.code == 13 and "incomplete: a shard is down" in ran.err
    assert state(flowing) == before and key in flowing.chart()


def test_39_a_warning_is_no_trouble(flowing):
    said = {"resource": outcome("warning", "processing", "slow today"), "search": {"mode": "outcome"}}
    flowing.front = edited(flowing, "Observation", lambda page: {**page, "entry": [*page.get("entry", ()), said]})
    assert flowing.run("--full").code == 0


def test_an_entry_without_a_resource_may_be_anything(flowing):
    bare = {"fullUrl": "urn:uuid:1"}
    flowing.front = edited(flowing, "Observation", lambda page: {**page, "entry": [*page.get("entry", ()), bare]})
    ran = flowing.run()
    assert ran.code == 13 and "1 entries hold no resource" in ran.err
