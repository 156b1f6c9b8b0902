"""A score's range always holds what the score turns out to be, and only narrows as items are answered."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from adapter.screening.judging.scores import ranges, span
from adapter.screening.model import Answer, Because, Fact, Finding, Kind, Pick, Quantity, Reading
from adapter.screening.study import Score, ScoreItem, ScorePart, Study, Text
from tests.spec.given import span as days
from tests.spec.tables import AS_OF

NO_TEXT = Text("", "")
MET, NOT_MET = Finding(Answer.MET), Finding(Answer.NOT_MET)
OPEN = Finding(Answer.UNKNOWN, Because.NO_RESULT)


@dataclass(frozen=True)
class Patient:
    """What is true of a patient, and what is known of it."""

    items: tuple[ScoreItem, ...]
    truth: tuple[Finding, ...]
    known: tuple[Finding, ...]

    def sum(self, *, without: frozenset[str] = frozenset()) -> int:
        return span([pair for pair in zip(self.items, self.truth, strict=True) if pair[0].id not in without])[0]


@st.composite
def patients(draw):
    size = draw(st.integers(1, 6))
    groups = draw(st.lists(st.sampled_from(["", "", "g", "h"]), min_size=size, max_size=size))
    weights = draw(st.lists(st.integers(1, 8), min_size=size, max_size=size))
    items = tuple(
        ScoreItem(f"i{n}", w, f"i{n}", NO_TEXT, g) for n, (w, g) in enumerate(zip(weights, groups, strict=True))
    )
    truth = tuple(draw(st.sampled_from([MET, NOT_MET])) for _ in items)
    return Patient(items, truth, tuple(draw(st.sampled_from([finding, OPEN])) for finding in truth))


def ranged(patient, total=None):
    """The ranges of the whole and of its part without the items that belong to no group."""
    left_out = tuple(item.id for item in patient.items if not item.group)
    parts = (ScorePart("part", NO_TEXT, left_out),)
    score = Score("whole", NO_TEXT, patient.items, parts, "total" if total is not None else "")
    study = Study("laws", NO_TEXT, "", {}, {}, {"whole": score}, (), "")
    known = dict(zip((item.id for item in patient.items), patient.known, strict=True))
    found = ranges("whole", study, known.__getitem__, {} if total is None else {"total": stated(total)})
    return found["whole"], found["part"], frozenset(left_out)


def stated(total):
    fact = Fact("total", Kind.RESULT, "Given/0", start=days(0, AS_OF), quantity=Quantity(total, total))
    return Pick("total", (Reading(fact),))


@given(patients())
def test_the_range_holds_the_truth(patient):
    whole, part, left_out = ranged(patient)
    assert whole.low <= patient.sum() <= whole.high
    assert part.low <= patient.sum(without=left_out) <= part.high


@given(patients())
def test_a_true_total_contradicts_nothing(patient):
    whole, part, left_out = ranged(patient, patient.sum())
    assert (whole.low, whole.high, whole.because) == (patient.sum(), patient.sum(), None)
    assert part.low <= patient.sum(without=left_out) <= part.high


@given(patients(), st.integers(0, 60))
def test_whatever_total_is_stated_no_range_is_upside_down(patient, total):
    whole, part, _ = ranged(patient, total)
    assert whole.low <= whole.high
    assert part.low <= part.high


@given(patients(), st.data())
def test_an_answered_item_only_narrows(patient, data):
    item = data.draw(st.integers(0, len(patient.items) - 1))
    known = list(zip(patient.items, patient.known, strict=True))
    before = span(known)
    known[item] = (patient.items[item], patient.truth[item])
    after = span(known)
    assert before[0] <= after[0] <= after[1] <= before[1]


@given(patients(), st.randoms())
def test_the_order_of_items_does_not_matter(patient, random):
    known = list(zip(patient.items, patient.known, strict=True))
    assert span(random.sample(known, len(known))) == span(known)
