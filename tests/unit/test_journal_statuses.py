"""What persons say of a patient is kept in its order, tells the server once, and settles what was asked of them."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from adapter.database import DatabaseError
from adapter.database.tables import journal_review, journal_status
from adapter.errors import AdapterError
from adapter.journal import Decided, Origin, PersonStatus, Review, StoredReview, StoredStatus
from adapter.journal.statuses import MACHINES, STATUSES, TAKEN_ON, furthest, news_of
from tests.unit.delivering import AT, journal_in

LATER = "2026-03-17T09:00:00Z"
SAID = PersonStatus("s", "Patient/p1", "screening", "seen today", "Dr Wang", AT, 1, "v1")
SEEN = replace(SAID, status="withdrawn", reason="", author="", decision=None, origin=Origin.SERVER)
ASKED = Review("s", "Patient/p1", 1, "ineligible", "screening")


@pytest.fixture
def journal(tmp_path):
    with journal_in(tmp_path) as journal:
        with journal.transaction() as work:
            work.record(Decided(1, "Patient/p1", "s", "2026-03-16", "candidate", "{}", "{}", AT))
        yield journal


def say(journal, *said, tell_server=True):
    with journal.transaction() as work:
        return [work.set_status(one, tell_server=tell_server) for one in said]


def ask(journal, *reviews, at=AT):
    with journal.transaction() as work:
        return [work.open_review(one, at) for one in reviews]


def test_a_status_is_kept_and_the_last_one_counts(journal):
    corrected = replace(SAID, status="eligible", at=LATER)
    assert say(journal, SAID, corrected, replace(SAID, patient="Patient/p0"), replace(SAID, study="t")) == [1, 2, 3, 4]
    first, second = journal.statuses_of("s", "Patient/p1")
    assert first == StoredStatus("s", "Patient/p1", "screening", "seen today", "Dr Wang", AT, 1, "v1", "page", 1)
    assert (second.id, second.status, second.at) == (2, "eligible", LATER)
    latest = journal.latest_statuses("s")
    assert {patient: one.status for patient, one in latest.items()} == {
        "Patient/p0": "screening", "Patient/p1": "eligible",
    }  # fmt: skip


def test_each_status_is_one_delivery_to_the_server_where_it_is_to_be_told(journal):
    say(journal, SAID, replace(SAID, status="eligible"))
    say(journal, replace(SAID, status="on-study"), tell_server=False)
    pending = journal.pending("research_subject")
    assert [one.key for one in pending] == [f"research_subject:s:Patient/p1:status-{n}" for n in (1, 2)]
    assert pending[1].payload == '{"study": "s", "patient": "Patient/p1", "status": 2}'


def test_what_the_server_says_is_kept_apart_and_tells_nobody(journal):
    with journal.transaction() as work:
        work.saw_status(SEEN)
    say(journal, SAID, tell_server=False)
    assert journal.latest_statuses("s")["Patient/p1"].status == "screening"
    assert journal.latest_statuses("s", Origin.SERVER)["Patient/p1"].status == "withdrawn"
    assert journal.pending("research_subject") == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"status": "on study"}, 'status "on study": R4 has no such code. Did you mean "on-study"?'),
        ({"author": " "}, "Name its author"),
    ],
)
def test_a_word_that_is_none_is_refused(journal, wrong, says):
    with pytest.raises(AdapterError, match=says):
        say(journal, replace(SAID, **wrong))
    assert journal.statuses_of("s", "Patient/p1") == []


def test_a_review_is_asked_once_until_a_person_has_said_something(journal):
    assert ask(journal, ASKED, replace(ASKED)) == [True, False]
    assert journal.open_reviews("s") == [StoredReview("s", "Patient/p1", 1, "ineligible", "screening", 1, AT)]
    assert journal.open_reviews("t") == []
    say(journal, replace(SAID, status="withdrawn", at=LATER))
    assert journal.open_reviews("s") == []
    assert ask(journal, ASKED, at=LATER) == [True]


def test_another_question_of_the_same_patient_takes_the_place_of_the_first(journal):
    assert ask(journal, ASKED, replace(ASKED, found="eligible")) == [True, True]
    (one,) = journal.open_reviews("s")
    assert (one.found, one.id) == ("eligible", 2)
    with journal.transaction() as work:
        assert work.end_review("s", "Patient/p1", LATER, "data")
        assert not work.end_review("s", "Patient/p1", LATER, "data")
    assert journal.open_reviews("s") == []


@pytest.mark.parametrize(
    "attack",
    [
        delete(journal_status),
        update(journal_status).values(status="candidate"),
        delete(journal_review),
        update(journal_review).values(found="eligible"),
    ],
    ids=str,
)
def test_what_a_person_said_stays(journal, attack):
    say(journal, SAID)
    ask(journal, ASKED)
    with pytest.raises(DatabaseError, match="append-only"), journal._database.writing() as connection:
        connection.execute(attack)


def test_who_takes_a_patient_on_or_off_the_study_ends_the_machines_work():
    assert {"withdrawn", "off-study", "follow-up", "on-study-intervention", "on-study-observation",
                        "on-study", "pending-on-study"} == TAKEN_ON  # fmt: skip
    assert len(STATUSES) == len(set(STATUSES)) == 13 and set(STATUSES) > MACHINES


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        ((), ""),
        (("perhaps",), ""),
        (("candidate", "withdrawn", "on-study"), "withdrawn"),
        (("eligible", "?"), "eligible"),
    ],
)
def test_of_several_statuses_the_furthest_counts(words, counts):
    assert furthest(words) == counts


@pytest.mark.parametrize(
    ("status", "known", "news"),
    [
        ("", None, False),
        ("candidate", None, False),  # the machine's own
        ("withdrawn", None, True),
        ("withdrawn", "withdrawn", False),
        ("", "withdrawn", False),  # the subject was deleted: the word stands
        ("candidate", "withdrawn", True),  # a person has taken it back
        ("screening", "withdrawn", True),
    ],
)
def test_a_word_on_the_server_is_news_where_no_row_says_it(status, known, news):
    before = StoredStatus("s", "Patient/p1", known, "", "", AT, None, "v1", "server", 1) if known else None
    assert news_of(status, before) is news
