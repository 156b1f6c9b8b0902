"""What was decided and told: only ever added to, together or not at all, each thing told once."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from adapter.database import DatabaseError, open_database
from adapter.database.tables import (
    journal_change,
    journal_decision,
    journal_delivery,
    journal_note,
    journal_run,
    journal_screening_number,
)
from adapter.errors import AdapterError
from adapter.journal import Change, Decided, Journal, Latest, Run, Subject
from adapter.journal.picks import digest

AT, LATER = "2026-03-16T01:00:00Z", "2026-03-17T01:00:00Z"
RUN = {"started_at": AT, "as_of": "2026-03-16", "study": "s", "study_hash": "h", "adapter_version": "0.1.0"}
DECIDED = Decided(1, "Patient/p1", "s", "2026-03-16", "open", '{"age":{}}', '{"patient": "Patient/p1"}', AT)
CHANGE = Change(1, "Patient/p1", "s", "flagged", None, "candidate", "[]", True, AT)
SUBJECT = Subject("s", "Patient/p1", "ResearchSubject/1", "candidate", "2026-03-16", "[]", 'W/"1"', AT)


@pytest.fixture
def journal(database_url):
    with open_database(database_url) as database:
        journal = Journal(database)
        with journal.transaction() as work:
            assert work.begin_run(**RUN) == 1
        yield journal


def record(journal, *decisions):
    with journal.transaction() as work:
        return [work.record(decision) for decision in decisions]


def test_a_run_ends_once(journal):
    assert journal.last_run("s") == Run(1, **RUN)
    assert journal.last_run("other") is None
    with journal.transaction() as work:
        work.end_run(1, ended_at=LATER, report="{}", exit_code=0)
    assert journal.last_run("s") == Run(1, **RUN, ended_at=LATER, report="{}", exit_code=0)
    with pytest.raises(AdapterError, match="run 1: there is none that has not ended"), journal.transaction() as work:
        work.end_run(1, ended_at=AT, report="{}", exit_code=1)


def test_the_latest_decision_is_the_last_recorded(journal):
    moved = replace(DECIDED, standing="candidate", decided_at=LATER)
    elsewhere = replace(DECIDED, patient="Patient/p0"), replace(DECIDED, study="t")
    assert record(journal, DECIDED, moved, *elsewhere) == [1, 2, 3, 4]
    latest = journal.latest("s", "Patient/p1")
    assert (latest.id, latest.standing, latest.picks, latest.line) == (2, "candidate", moved.picks, moved.line)
    assert [decision.id for decision in journal.history("s", "Patient/p1")] == [1, 2]
    assert journal.decision(1) == journal.history("s", "Patient/p1")[0]
    assert (journal.latest("s", "Patient/p9"), journal.history("s", "Patient/p9")) == (None, [])


def test_the_latest_decision_of_a_day_is_the_last_whose_index_date_is_not_later(journal):
    record(journal, DECIDED, replace(DECIDED, as_of="2026-03-20"), replace(DECIDED, as_of="2026-03-18"))
    days = ("2026-03-15", "2026-03-16", "2026-03-19", "2026-03-20")
    found = [journal.latest("s", "Patient/p1", day) for day in days]
    assert [one and one.id for one in found] == [None, 1, 3, 3]


def test_the_words_of_a_decision_are_kept_as_they_were_said(journal):
    record(journal, DECIDED)
    with journal.transaction() as work:
        work.note(1, "en", "Open.\n")
        work.note(1, "zh", "待定。\n")
    assert [journal.note(1, language) for language in ("en", "zh")] == ["Open.\n", "待定。\n"]
    assert (journal.note(1, "fr"), journal.note(2, "en"), journal.run(1)) == (None, None, Run(1, **RUN))


def test_a_screening_number_leads_to_its_patient(journal):
    with journal.transaction() as work:
        for patient in ("Patient/p1", "Patient/p2"):
            work.screening_number("s", patient, AT)
    assert journal.patient_of("s", "S-0002") == "Patient/p2"
    assert {journal.patient_of(*asked) for asked in (("t", "S-0002"), ("s", "S-0003"), ("s", "2"), ("s", "S-２"))} == {
        None
    }


def test_everybodys_latest_decision_tells_whether_the_picks_are_the_same(journal):
    record(journal, DECIDED, replace(DECIDED, patient="Patient/p0"), replace(DECIDED, picks="{}"))
    with journal.transaction() as work:
        latest = work.latest("s")
        whole = work.decision(latest["Patient/p1"].id)
    assert latest == journal.latest_of_all("s")
    assert list(latest) == ["Patient/p0", "Patient/p1"]
    assert latest["Patient/p1"] == Latest(3, "Patient/p1", "2026-03-16", "open", digest("{}"), AT)
    assert whole.picks == "{}"


def test_decisions_changes_and_deliveries_are_there_together_or_not_at_all(journal):
    def interrupted():
        with journal.transaction() as work:
            work.change(replace(CHANGE, decision=work.record(DECIDED)))
            work.deliver("email", "k1", "{}", AT)
            work.screening_number("s", "Patient/p1", AT)
            work.wrote(SUBJECT)
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert (journal.latest_of_all("s"), journal.changes("s"), journal.pending("email")) == ({}, [], [])
    assert (journal.screening_number("s", "Patient/p1"), journal.subject("s", "Patient/p1")) == (None, None)


def test_a_decision_belongs_to_a_run(journal):
    with pytest.raises(DatabaseError, match=r"(?i)foreign key"):
        record(journal, replace(DECIDED, run=7))


def test_changes_come_in_their_order(journal):
    record(journal, DECIDED)
    with journal.transaction() as work:
        for patient in ("Patient/p2", "Patient/p1", "Patient/p2"):
            work.change(replace(CHANGE, patient=patient))
    assert [change.patient for change in journal.changes("s")] == ["Patient/p2", "Patient/p1", "Patient/p2"]
    assert [change.id for change in journal.changes("s", "Patient/p2", after=1)] == [3]
    assert journal.changes("s", "Patient/p1")[0].material is True


@pytest.mark.parametrize(
    "attack",
    [
        delete(journal_run),
        delete(journal_decision),
        delete(journal_note),
        update(journal_note).values(note=""),
        update(journal_decision).values(standing="candidate"),
        delete(journal_change),
        update(journal_change).values(material=False),
        delete(journal_delivery),
        delete(journal_screening_number),
        update(journal_screening_number).values(number=7),
    ],
    ids=str,
)
def test_what_is_written_stays(journal, attack):
    with journal.transaction() as work:
        work.change(replace(CHANGE, decision=work.record(DECIDED)))
        work.note(1, "en", "Open.")
        work.deliver("email", "k1", "{}", AT)
        work.screening_number("s", "Patient/p1", AT)
    with pytest.raises(DatabaseError, match="append-only"), journal.transaction() as work:
        work.connection.execute(attack)


def test_a_delivery_is_made_once_for_its_key(journal):
    with journal.transaction() as work:
        assert work.deliver("email", "k1", '{"changes": [1]}', AT)
        assert not work.deliver("email", "k1", '{"changes": [2]}', LATER)
    with journal.transaction() as work:
        assert not work.deliver("research_subject", "k1", "{}", LATER)
        assert work.deliver("email", "k2", "{}", LATER)
    assert [(one.key, one.payload) for one in journal.pending("email")] == [("k1", '{"changes": [1]}'), ("k2", "{}")]
    assert journal.pending("research_subject") == []


def test_a_delivery_is_tried_until_it_arrives(journal):
    with journal.transaction() as work:
        work.deliver("email", "k1", "{}", AT)
    journal.failed(1, "no answer", permanent=False, next_try_at=LATER)
    (waiting,) = journal.pending("email")
    assert (waiting.attempts, waiting.last_error, waiting.next_try_at) == (1, "no answer", LATER)
    journal.done(1, LATER)
    (done,) = journal.deliveries("email", "done")
    assert (done.state, done.attempts, done.done_at, done.next_try_at) == ("done", 2, LATER, None)
    with pytest.raises(AdapterError, match="none that is pending"):
        journal.failed(1, "late", permanent=True)
    with journal.transaction() as work:
        assert not work.deliver("email", "k1", "{}", LATER)


def test_a_delivery_that_failed_for_good_stays_to_be_seen(journal):
    with journal.transaction() as work:
        work.deliver("email", "k1", "{}", AT)
    journal.failed(1, "no such address", permanent=True)
    assert journal.pending("email") == []
    assert [one.last_error for one in journal.deliveries("email", "dead")] == ["no such address"]


def test_a_screening_number_is_given_once(journal):
    with journal.transaction() as work:
        given = [work.screening_number("s", f"Patient/{name}", AT) for name in "abab"]
        assert work.screening_number("t", "Patient/b", AT) == "S-0001"
    assert given == ["S-0001", "S-0002", "S-0001", "S-0002"]
    with journal.transaction() as work:
        assert work.screening_number("s", "Patient/c", LATER) == "S-0003"
    assert journal.screening_number("s", "Patient/b") == "S-0002"


def test_what_we_last_wrote_is_kept(journal):
    for subject in (SUBJECT, replace(SUBJECT, status="ineligible", etag=None, written_at=LATER)):
        with journal.transaction() as work:
            work.wrote(subject)
        assert journal.subject("s", "Patient/p1") == subject
    assert journal.subject("s", "Patient/p2") is None


def test_a_reader_is_not_kept_waiting(journal):
    record(journal, DECIDED)
    with journal.transaction() as work:
        work.record(replace(DECIDED, standing="candidate"))
        assert journal.latest("s", "Patient/p1").standing == "open"
    assert journal.latest("s", "Patient/p1").standing == "candidate"
