"""Doses add up in any order; more drug, a longer course or a surer dose never makes a high dose less."""

from hypothesis import given
from hypothesis import strategies as st

from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Answer, PatientRecord, Person
from adapter.screening.picks.pick import pick
from tests.spec.given import drug
from tests.spec.tables import AS_OF, study_of

STUDY = study_of("""
[variables.drug]
pick = "exposure"
kinds = ["exposure"]
daily_dose = 100
at_least_days = 14
window = { days = 56 }
absence = "no"

[rules.answer]
variable = "drug"
recorded = true
""")
DEGREES = (Answer.NOT_MET, Answer.UNKNOWN, Answer.MET)
VIA = ("MedicationStatement", "MedicationAdministration")


@st.composite
def courses(draw):
    first = draw(st.one_of(st.integers(0, 80), st.just(13), st.just(56)))
    last = draw(st.integers(0, first))
    low = draw(st.sampled_from([0, 40, 50, 60, 99, 100, 120]))
    dose = draw(st.sampled_from(["", str(low), f"{low}-{low + 60}"]))
    status = draw(st.sampled_from(["completed", "active", "stopped", "unknown"]))
    ended = None if status in {"active", "stopped"} else last
    named = {"item": draw(st.sampled_from("ab")), "via": draw(st.sampled_from(VIA))}
    return (first, status), {"until": ended, "dose": dose, **named}


def answer(several):
    facts = tuple(drug(*when, **told).fact(AS_OF, number) for number, (when, told) in enumerate(several))
    found = Judgement(STUDY, pick(PatientRecord(Person("someone"), facts), STUDY, AS_OF), None).finding("answer")
    return found.answer


@given(st.lists(courses(), max_size=5), st.randoms())
def test_the_order_of_courses_does_not_matter(several, random):
    shuffled = list(several)
    random.shuffle(shuffled)
    assert answer(shuffled) is answer(several)


@given(st.lists(courses(), max_size=4), courses())
def test_one_drug_more_never_makes_it_less(several, another):
    assert DEGREES.index(answer([*several, another])) >= DEGREES.index(answer(several))


@given(st.lists(courses(), min_size=1, max_size=4))
def test_more_of_each_dose_never_makes_it_less(several):
    more = [(when, {**told, "dose": doubled(told["dose"])}) for when, told in several]
    assert DEGREES.index(answer(more)) >= DEGREES.index(answer(several))


@given(st.lists(courses(), min_size=1, max_size=4), st.sampled_from([40, 100, 120]))
def test_telling_an_unknown_dose_never_turns_an_answer_round(several, number):
    said = answer(several)
    told_now = answer([(when, {**told, "dose": told["dose"] or str(number)}) for when, told in several])
    assert said is Answer.UNKNOWN or told_now is said


def doubled(dose):
    return "-".join(str(2 * int(part)) for part in dose.split("-")) if dose else dose
