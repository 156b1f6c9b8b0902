"""A person whose records are merged keeps one subject, whichever of the records it was made for."""

from adapter.outputs.deliver import Count
from tests.unit.delivering import AT, foreign, subjects, writes

OLD, NEW = "Patient/p1", "Patient/p2"


def merge(desk, survivor=NEW):
    with desk.journal.transaction() as work:
        work.merged(OLD, survivor, AT)


def found(hospital):
    return [(one["individual"]["reference"], one["status"]) for one in subjects(hospital)]


def test_44_the_subject_of_the_record_that_was_replaced_goes_on_as_the_survivors(desk, hospital):
    desk.write("potential-candidate", patient=OLD)
    merge(desk)
    desk.write("candidate", patient=NEW, as_of="2026-03-20")
    desk.write("ineligible", patient=NEW, as_of="2026-03-21")
    assert found(hospital) == [(OLD, "ineligible")]


def test_44_what_still_waits_for_the_record_that_was_replaced_is_not_written(desk, hospital):
    desk.decide("candidate", patient=OLD)
    merge(desk)
    assert desk.deliver().counts["research_subject"] == Count(done=1) and writes(hospital) == []


def test_44_a_persons_word_on_the_record_that_was_replaced_stands_for_the_survivor(desk, hospital):
    hospital.change(foreign("screening"))
    merge(desk)
    desk.decide("ineligible", patient=NEW)
    told = desk.deliver()
    assert found(hospital) == [(OLD, "screening")] and [one.found for one in told.reviews] == ["screening"]


def test_44_two_that_were_made_before_the_merge_are_named_and_no_third_is_made(desk, hospital):
    desk.write("candidate", patient=OLD)
    desk.write("candidate", patient=NEW)
    merge(desk)
    desk.decide("ineligible", patient=NEW, as_of="2026-03-20")
    told = desk.deliver()
    assert "for one patient" in told.trouble[0] and len(subjects(hospital)) == 2


def test_44_after_a_merge_was_undone_each_record_has_its_own(desk, hospital):
    desk.write("candidate", patient=OLD)
    merge(desk)
    merge(desk, survivor=None)
    desk.write("candidate", patient=NEW, as_of="2026-03-20")
    assert sorted(found(hospital)) == [(OLD, "candidate"), (NEW, "candidate")]
