"""A mass fall among those who are worth a look freezes them and withdraws nobody, until a person says it is true."""

import json

import pytest

from adapter.pull.doubt import lowered
from tests.fhir_server.records import renamed
from tests.river.hospital import AS_OF, STUDY, River, content, ward

WHO = [f"Patient/c14{ending}" for ending in ("", "-b", "-c", "-d", "-e", "-f")]


@pytest.fixture
def many(tmp_path):
    """A hospital with six patients who are worth a look, and a first run behind it."""
    own = [one for one in ward("c14") if one["resourceType"] != "Medication"]
    others = [one for ending in ("-b", "-c", "-d", "-e", "-f") for one in renamed(own, ending)]
    with River(tmp_path, [*ward("c14"), *others]).open() as river:
        assert river.run().code == 0
        assert {who for who, _ in river.changes()} == {*WHO}
        yield river


def spoil(river, patients, birth="2015-01-01"):
    for one in patients:
        river.change(one, birthDate=birth)


def as_told(river):
    """What people and the hospital's record know."""
    decided = {patient: content(decision) for patient, decision in river.decisions().items()}
    return river.subjects(), decided, river.changes(), len(river.post.mails)


@pytest.mark.parametrize(
    ("had", "gone", "believed"), [(5, 4, True), (6, 5, False), (25, 5, True), (26, 6, False), (1000, 201, False)]
)
def test_five_who_fall_at_once_are_too_many_where_they_are_more_than_a_fifth(had, gone, believed):
    assert (lowered(had, gone) is None) is believed


def test_a_mass_fall_lowers_nobody_tells_it_and_leaves_no_trace_once_the_data_are_back(many):
    born = many.sandbox.store.find("Patient", "c14").resource["birthDate"]
    before = as_told(many)
    spoil(many, WHO)
    for _ in range(2):
        ran = many.run("--json")
        report = json.loads(ran.out)
        assert (ran.code, report["held"], report["changes"]) == (13, 6, {})
        assert "6 of 6 would be worth a look no longer" in ran.err and "--accept-fall" in ran.err
        assert many.writes == []
    spoil(many, WHO, born)
    assert many.run().code == 0
    assert as_told(many) == before


def test_a_mass_fall_that_is_true_is_let_go_once(many):
    spoil(many, WHO)
    assert many.run().code == 13
    ran = many.run("--accept-fall", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["held"] == 0
    assert {tuple(statuses) for statuses in many.subjects().values()} == {("ineligible",)}
    assert many.run().code == 0


def test_a_few_may_fall_at_any_time_and_the_raised_are_not_held(many):
    spoil(many, WHO[:4])
    ran = many.run("--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["held"] == 0
    assert [many.subjects()[one] for one in WHO[:4]] == [["ineligible"]] * 4
    with many.journal() as journal:
        assert journal.latest(STUDY, WHO[0]).as_of == AS_OF
