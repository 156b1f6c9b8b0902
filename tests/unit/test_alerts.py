"""Who is told of what: the difference between what they were told and what is; the rest is counted with its reason."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from adapter.journal import Decided, Review
from adapter.outputs.alerts.audience import Hearer, hearers, silence
from adapter.outputs.alerts.news import news_of
from adapter.outputs.alerts.telling import ENDED, QUIET, TOLD_BEFORE, Stand, Telling
from adapter.settings.model import Email, Outputs, Recipient
from adapter.settings.model import Study as StudySettings
from tests.unit.delivering import AT, STUDY, journal_in, settles

LI = Hearer("email", "li@example.org")
WAITS, DECIDABLE = settles("igg", "will"), settles("will", "beds")
DAY = date(2026, 3, 16)


@pytest.fixture
def journal(tmp_path):
    with journal_in(tmp_path) as journal:
        yield journal


class Ward:
    """Patients whose standing a test sets, run by run."""

    def __init__(self, journal, *told):
        self.journal, self.told, self.stands, self.runs = journal, told or (LI,), {}, 0

    def run(self, silence=None, told=None, unclear=(), days=1, **standings):
        """One run: who is named stands there now, the others as before; give the kinds told and what was not."""
        self.runs += days
        at = (datetime.fromisoformat(AT) + timedelta(self.runs)).isoformat().replace("+00:00", "Z")
        telling = Telling("s", at, timedelta(30), silence)
        with self.journal.transaction() as work:
            before = {one.id for one in work.deliveries("email")}
            moved = [self.decide(work, name, *said) for name, said in standings.items()]
            named = {stand.patient for stand in moved}
            still = [stand for name, stand in self.stands.items() if name not in named and name not in unclear]
            telling.tell(work, told or self.told, [*moved, *still], unclear)
            self.stands |= {one.patient: Stand(one.patient, one.standing, one.decision) for one in moved}
            fresh = [json.loads(one.payload) for one in work.deliveries("email") if one.id not in before]
        return Counter((said["to"][:2], said["patient"], said["kind"]) for said in fresh), dict(telling.silenced)

    def decide(self, work, patient, standing, settled=WAITS, moved=None):
        line = json.dumps({"settles": settled})
        number = work.record(Decided(1, patient, "s", "2026-03-16", standing, "{}", line, AT))
        return Stand(patient, standing, number, fresh=True, moved=moved)


def test_a_flag_is_told_once_and_each_move_of_it(journal):
    ward = Ward(journal)
    assert ward.run(a=("potential-candidate", WAITS, "flagged"), b=("open",)) == ({("li", "a", "flagged"): 1}, {})
    assert ward.run() == ({}, {})
    assert ward.run(a=("candidate", [], "moved")) == ({("li", "a", "moved"): 1}, {})
    assert ward.run(a=("ineligible", [], "ruled-out")) == ({("li", "a", "ruled-out"): 1}, {})
    assert ward.run(b=("ineligible", [])) == ({}, {})


def test_decidable_is_told_once(journal):
    ward = Ward(journal)
    ward.run(a=("potential-candidate", WAITS, "flagged"))
    assert ward.run(a=("potential-candidate", DECIDABLE)) == ({("li", "a", "decidable"): 1}, {})
    assert ward.run(a=("potential-candidate", WAITS)) == ({}, {})
    assert ward.run(a=("potential-candidate", DECIDABLE)) == ({}, {})
    assert ward.run(b=("potential-candidate", DECIDABLE, "flagged"))[0] == {("li", "b", "flagged"): 1}
    assert ward.run() == ({}, {})


def test_what_comes_and_goes_is_told_again_after_its_days_alone(journal):
    ward = Ward(journal)
    ward.run(a=("potential-candidate", WAITS, "flagged"))
    assert ward.run(a=("open", WAITS, "unflagged")) == ({}, {QUIET: 1})
    assert ward.run(a=("potential-candidate", WAITS, "flagged")) == ({}, {TOLD_BEFORE: 1})
    ward.run(a=("open", WAITS, "unflagged"))
    assert ward.run(days=27, a=("potential-candidate", WAITS, "flagged")) == ({("li", "a", "flagged"): 1}, {})


@pytest.mark.parametrize("first", [LI, Hearer("email", "zhang@example.org")])
def test_who_is_told_later_begins_with_today(journal, first):
    """A recipient who is new, or an output that was off: one digest of how things stand, and no replay."""
    ward = Ward(journal, first)
    ward.run(silence="off", a=("potential-candidate", WAITS, "flagged"), b=("candidate", [], "flagged"))
    ward.run(silence="off", a=("candidate", [], "moved"), b=("ineligible", [], "ruled-out"))
    ward.run(silence="off", c=("potential-candidate", WAITS, "flagged"))
    ward.run(silence="off", c=("open", WAITS, "unflagged"))
    assert ward.run(told=[LI]) == ({("li", "a", "flagged"): 1}, {})


def test_a_silent_study_is_counted_once_and_told_at_its_end(journal):
    ward = Ward(journal)
    ward.run(a=("potential-candidate", WAITS, "flagged"))
    assert ward.run(silence="paused", a=("candidate", [], "moved")) == ({}, {"paused": 1})
    assert ward.run(silence="paused", b=("candidate", [], "flagged")) == ({}, {"paused": 1})
    assert ward.run(silence="paused") == ({}, {})
    assert ward.run() == ({("li", "a", "moved"): 1, ("li", "b", "flagged"): 1}, {})


def test_each_hears_of_the_studies_and_kinds_that_they_asked_for(journal):
    only = Hearer("email", "zhang@example.org", kinds=("candidate",))
    other = Hearer("email", "wu@example.org", studies=("another",))
    ward = Ward(journal, LI, only, other)
    told, silenced = ward.run(a=("potential-candidate", WAITS, "flagged"))
    assert told == {("li", "a", "flagged"): 1}
    assert silenced == {"a kind not asked for": 1, "a study not asked for": 1}
    told, silenced = ward.run(a=("candidate", [], "moved"))
    assert told == {("li", "a", "moved"): 1, ("zh", "a", "flagged"): 1} and silenced == {"a study not asked for": 1}


def test_what_waits_is_taken_back_when_screening_ends_and_kept_while_data_are_in_part(journal):
    ward = Ward(journal)
    ward.run(a=("potential-candidate", WAITS, "flagged"), b=("candidate", [], "flagged"))
    assert ward.run(unclear=("a",)) == ({}, {})
    del ward.stands["b"]
    assert ward.run() == ({}, {ENDED: 1})
    assert [json.loads(one.payload)["patient"] for one in journal.pending("email")] == ["a"]


def test_a_review_is_told_once_and_instead_of_all_else(journal):
    ward = Ward(journal)
    ward.run(a=("potential-candidate", WAITS, "flagged"))
    asked = Review("s", "a", 1, "ineligible", "eligible")
    with journal.transaction() as work:
        work.open_review(asked, AT)
    assert ward.run(a=("ineligible", [], "ruled-out")) == ({}, {})
    for _ in range(2):
        with journal.transaction() as work:
            Telling("s", AT, timedelta(30)).tell_reviews(work, [LI])
    said = [json.loads(one.payload) for one in journal.pending("email")]
    assert [one["kind"] for one in said] == ["flagged", "review"]
    assert [one.kind for one in news_of(journal.pending("email"), STUDY, journal, AT)] == ["review"]
    with journal.transaction() as work:
        work.open_review(replace(asked, standing="candidate"), AT)
        silent = Telling("s", AT, timedelta(30), "paused")
        silent.tell_reviews(work, [LI])
    assert silent.silenced == {"paused": 1} and len(journal.pending("email")) == 2


@pytest.mark.parametrize(
    ("steps", "kinds"),
    [
        ((("potential-candidate", "flagged"), ("candidate", "moved")), ["flagged"]),
        ((("potential-candidate", "flagged"), ("ineligible", "ruled-out")), []),
        ((("candidate", "flagged"), ("ineligible", "ruled-out"), ("candidate", "flagged")), ["flagged"]),
    ],
)
def test_what_came_and_went_before_the_hour_is_no_news(journal, steps, kinds):
    ward = Ward(journal)
    for standing, moved in steps:
        ward.run(a=(standing, WAITS, moved))
    found = news_of(journal.pending("email"), STUDY, journal, AT)
    assert [one.kind for one in found] == kinds


@pytest.mark.parametrize(
    ("said", "enrolled", "why"),
    [
        ({}, 99, None),
        ({"paused": True}, 0, "paused"),
        ({"recruiting_from": DAY}, 0, None),
        ({"recruiting_from": DAY + timedelta(1)}, 0, "recruitment has not begun"),
        ({"recruiting_until": DAY}, 0, None),
        ({"recruiting_until": DAY - timedelta(1)}, 0, "recruitment has ended"),
        ({"target": 30}, 29, None),
        ({"target": 30}, 30, "the study has everybody it wants"),
    ],
)
def test_when_a_study_is_silent(said, enrolled, why):
    assert silence(StudySettings(**said), DAY, enrolled) == why


def test_everybody_is_told_in_the_way_they_described():
    people = (Recipient(address="li@example.org", kinds=("review",), studies=("s",)),)
    mail = Email(enabled=True, to=("li@example.org", "wu@example.org"), recipients=people)
    assert hearers(Outputs(email=mail)) == (
        Hearer("email", "li@example.org", ("s",), ("review",)),
        Hearer("email", "wu@example.org"),
    )
    assert hearers(Outputs()) == ()
