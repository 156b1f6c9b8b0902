"""A status set on our page becomes the subject's, onto whatever is there, and never over what somebody said since."""

import json
from dataclasses import replace

import pytest

from adapter.journal import Origin, PersonStatus
from adapter.journal.statuses import STATUSES
from adapter.outputs.deliver import Count
from adapter.outputs.subject import resource as form
from tests.unit.delivering import edit, foreign, subjects, writes

AT, LATER = "2026-03-16T10:00:00Z", "2026-03-17T10:00:00Z"
SAID = PersonStatus("s", "Patient/p1", "screening", "seen today", "Dr Wang", AT, None, "v1")


def say(desk, status, **more):
    with desk.journal.transaction() as work:
        return work.set_status(replace(SAID, status=status, **more), tell_server=True)


def saw(desk, status):
    with desk.journal.transaction() as work:
        work.saw_status(replace(SAID, status=status, author="", origin=Origin.SERVER))


def statuses(hospital):
    return [one["status"] for one in subjects(hospital)]


def test_it_is_written_where_there_is_no_subject_yet(desk, hospital):
    say(desk, "screening")
    assert desk.deliver().counts == {"research_subject": Count(done=1)}
    (one,) = subjects(hospital)
    assert (one["status"], one["period"]) == ("screening", {"start": "2026-03-16"})
    assert one["extension"] == [form.by_person(desk.journal.statuses_of("s", "Patient/p1")[0])]
    assert "Wang" not in json.dumps(one) and "seen" not in json.dumps(one)


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_goes_onto_our_subject_and_the_machine_leaves_it_then(desk, hospital, status):
    desk.write("potential-candidate")
    say(desk, status)
    desk.deliver()
    assert statuses(hospital) == [status]
    before = subjects(hospital)
    for standing in ("candidate", "ineligible", "open", "potential-candidate"):
        desk.write(standing, as_of="2026-04-01")
    assert subjects(hospital) == before


def test_it_is_written_once(desk, hospital):
    say(desk, "screening")
    desk.deliver()
    before = len(writes(hospital))
    assert desk.deliver().counts == {"research_subject": Count()}
    say(desk, "screening")
    desk.deliver()
    assert len(writes(hospital)) == before


def test_a_correction_takes_the_place_of_what_the_page_said_before(desk, hospital):
    for status in ("on-study", "withdrawn", "screening"):
        say(desk, status)
        desk.deliver()
        assert statuses(hospital) == [status]
    assert len(desk.journal.statuses_of("s", "Patient/p1")) == 3


def test_of_several_that_wait_the_last_is_written(desk, hospital):
    for status in ("screening", "eligible", "on-study"):
        say(desk, status)
    desk.decide("ineligible")
    assert desk.deliver().counts == {"research_subject": Count(done=4)}
    assert statuses(hospital) == ["on-study"]


def test_it_goes_onto_the_hospitals_own_subject_where_its_author_knew_of_the_status_there(desk, hospital):
    hospital.change(foreign("screening", consent={"reference": "Consent/1"}))
    saw(desk, "screening")
    say(desk, "on-study")
    desk.deliver()
    (one,) = subjects(hospital)
    assert (one["id"], one["status"], one["consent"]) == ("theirs", "on-study", {"reference": "Consent/1"})


@pytest.mark.parametrize("found", sorted({*STATUSES} - {"candidate", "potential-candidate", "ineligible", "eligible"}))
def test_a_status_that_another_person_set_since_stands_and_a_person_is_asked(desk, hospital, found):
    desk.write("candidate")
    edit(hospital, status=found)
    say(desk, "eligible")
    told = desk.deliver()
    assert told.counts == {"research_subject": Count(done=1)} and statuses(hospital) == [found]
    assert [(one.standing, one.found) for one in desk.journal.open_reviews("s")] == [("eligible", found)]


@pytest.mark.parametrize("found", ["candidate", "potential-candidate", "ineligible"])
@pytest.mark.parametrize(("at", "status"), [("2020-01-01T00:00:00Z", None), ("2030-01-01T00:00:00Z", "on-study")])
def test_of_a_status_that_no_row_tells_of_the_later_one_counts(desk, hospital, found, at, status):
    hospital.change(foreign(found))
    desk.decide("candidate")
    say(desk, "on-study", at=at)
    desk.deliver()
    assert statuses(hospital) == [status or found]
    assert len(desk.journal.open_reviews("s")) == (0 if status else 1)


@pytest.mark.parametrize("number", range(8))
def test_a_colleagues_edit_between_any_two_requests_stands(desk, hospital, front, number):
    desk.write("candidate")
    asked = []

    def before(visit, request):
        asked.append(request)
        if len(asked) == number + 1:
            edit(hospital, status="withdrawn")
        return False

    front.before = before
    say(desk, "on-study")
    desk.deliver()
    assert statuses(hospital) == ["withdrawn" if len(asked) > number else "on-study"]


@pytest.mark.parametrize("first", ["none", "candidate"])
def test_55_its_answer_is_lost_and_it_is_found_again(desk, hospital, front, first):
    if first != "none":
        desk.write(first)
    lost = []

    def before(visit, request):
        if request.method not in {"POST", "PUT"} or lost:
            return False
        lost.append(hospital.answer(request))
        visit.close_connection = True
        return True

    front.before = before
    say(desk, "on-study")
    assert desk.deliver().counts["research_subject"] == Count(done=1)
    assert statuses(hospital) == ["on-study"] and len(lost) == 1


def test_a_word_written_before_the_end_of_the_process_is_no_word_of_another(desk, hospital):
    """The first was written and the journal does not know it, as after a SIGKILL; then its author says another."""
    say(desk, "screening")
    desk.deliver()
    with desk.journal._database.writing() as connection:
        connection.exec_driver_sql("UPDATE journal_delivery SET state = 'pending'")
    say(desk, "on-study")
    desk.deliver()
    assert statuses(hospital) == ["on-study"] and desk.journal.open_reviews("s") == []


def test_two_subjects_of_a_patient_are_named_and_neither_is_written(desk, hospital):
    hospital.change(foreign("candidate"))
    hospital.change(foreign("candidate", id="twin"))
    say(desk, "on-study")
    told = desk.deliver()
    assert told.counts == {"research_subject": Count(pending=1, stuck=1)}
    assert "ResearchSubject/theirs, ResearchSubject/twin" in told.trouble[0]
    assert statuses(hospital) == ["candidate", "candidate"]


def test_what_was_said_while_the_server_was_not_told_is_respected_later(desk, hospital):
    with desk.journal.transaction() as work:
        work.set_status(replace(SAID, status="screening"), tell_server=False)
    desk.write("candidate")
    assert subjects(hospital) == []
    told = desk.write("ineligible")
    assert subjects(hospital) == [] and [one.found for one in told.reviews] == ["screening"]


def test_a_deleted_subject_is_made_anew_where_a_person_says_so(desk, hospital):
    desk.write("candidate")
    hospital.delete(form.named(subjects(hospital)[0]))
    say(desk, "on-study")
    desk.deliver()
    assert statuses(hospital) == ["on-study"]


def test_a_withdrawn_patient_stays_withdrawn_over_many_runs_whatever_is_decided(desk, hospital):
    desk.write("candidate")
    say(desk, "withdrawn")
    desk.deliver()
    before = len(writes(hospital))
    for day in range(1, 25):
        desk.write(("candidate", "ineligible", "potential-candidate", "open")[day % 4], as_of=f"2026-04-{day:02}")
    assert statuses(hospital) == ["withdrawn"] and len(writes(hospital)) == before
