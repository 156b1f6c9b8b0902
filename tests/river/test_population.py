"""The ways to the population: by a group or list, by the clinic's own roster, by looking at every diagnosis."""

import json

import pytest

from tests.fhir_server.records import ref
from tests.river.hospital import SOME, River, ward

# A diagnosis under a code that no list has in full (c03) is found by looking, never by asking for it.
UNLISTED = "c03"


@pytest.fixture
def river(tmp_path):
    with River(tmp_path, ward(*SOME, UNLISTED)).open() as opened:
        yield opened


def population(river, ways):
    river.population = ways
    ran = river.run("--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["population"] == len(river.decisions())
    return {who.removeprefix("Patient/") for who in river.decisions()}


def only_about(river, *names):
    """Assert that nobody else's records were asked for."""
    others = {*SOME, UNLISTED} - {*names}
    return not any(f"Patient/{other}" in line for other in others for line in river.asked)


def test_by_conditions(river):
    assert population(river, 'ways = ["conditions"]') == {*SOME} and only_about(river, *SOME)


def test_by_a_scan(river):
    assert population(river, 'ways = ["scan"]') == {*SOME, UNLISTED}


def test_by_a_group(river):
    members = [{"entity": {"reference": f"Patient/{name}"}} for name in ("c01", UNLISTED)]
    group = {"resourceType": "Group", "id": "clinic", "type": "person", "actual": True, "member": members}
    river.sandbox.change(group)
    assert population(river, f'ways = ["group"]\ngroup = "{ref(group)}"') == {"c01", UNLISTED}
    assert only_about(river, "c01", UNLISTED)


def test_by_a_roster_with_one_who_opted_out(river):
    (river.folder / "roster").write_text("c01 # by id\nPatient/c13\nc14\nnobody\n")
    (river.folder / "out").write_text("c14\n")
    files = f'patients_file = "{river.folder}/roster"\nopted_out_file = "{river.folder}/out"'
    assert population(river, f'ways = ["patients"]\n{files}') == {"c01", "c13"}
    assert only_about(river, "c01", "c13", "c14")


def test_the_ways_are_joined(river):
    (river.folder / "roster").write_text(f"{UNLISTED}\n")
    ways = f'ways = ["conditions", "patients"]\npatients_file = "{river.folder}/roster"'
    assert population(river, ways) == {*SOME, UNLISTED}


def test_a_group_that_is_not_there_is_one_clear_line(river):
    river.population = 'ways = ["group"]\ngroup = "Group/nothing"'
    ran = river.run()
    assert ran.code == 12 and ran.err.count("\n") == 1 and "Group/nothing" in ran.err
