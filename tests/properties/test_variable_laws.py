"""Laws on what a patient's variables hold: an answer that was definite changes for a reason that the study names.

Each rule that changed is looked at. Where a rule under it changed too, the reason is looked for there; what is left
must have a form in which one thing outranks another, or must read silence as a no: `precedence.py` says which.
The patients are those of the committed seeds 1 to 4, drawn and shrunk by hypothesis.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.pipeline import read
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Answer, Because, Fact, Kind, Pick, Quantity, Reading, ReferenceRange, Span
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import Shelf, lay_out
from adapter.screening.study import Rule, Study, Variable
from tests.population.whole import whole
from tests.population.writing import Charts
from tests.properties.precedence import reads_silence_as_no, yields_to_nothing, yields_to_something
from tests.robustness.ward import AS_OF, screen

SEEDS, EACH = (1, 2, 3, 4), 25
TODAY = Span(AS_OF, AS_OF)
LAWS = settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
MET, NOT_MET, UNKNOWN = Answer.MET, Answer.NOT_MET, Answer.UNKNOWN


def study() -> Study:
    return screen().study


@cache
def shelves() -> list[Shelf]:
    """The records of 25 patients of each seed, laid out."""
    resources = [one for seed in SEEDS for number in range(EACH) for one in whole(seed, number)]
    return [lay_out(record, study(), AS_OF) for record in read(Charts(resources), screen()).records]


@cache
def judged(number: int) -> Judgement:
    shelf = shelves()[number]
    judgement = Judgement(study(), pick_from(shelf, study(), study().variables.values()), shelf.person.sex)
    judgement.findings(list(study().rules))
    return judgement


def answers(judgement: Judgement) -> dict[str, Answer]:
    return {name: judgement.finding(name).answer for name in study().rules}


def beneath(rule: Rule) -> set[str]:
    """The rules that a rule rests on directly, those of its score's items among them."""
    score = study().score_of(rule.score) if rule.score else None
    return {*rule.asks, *((item.rule for item in score.items) if score else ())}


def moved(before: Judgement, after: Judgement) -> Iterator[tuple[Rule, Answer, Answer]]:
    """The rules that were definite, say something else now, and do not merely pass on what a rule beneath them says."""
    was, now = answers(before), answers(after)
    changed = {name for name in was if was[name] is not UNKNOWN and now[name] is not was[name]}
    for name in sorted(changed):
        if not beneath(study().rules[name]) & changed:
            yield study().rules[name], was[name], now[name]


def values(variable: Variable) -> list[Fact]:
    """What the variable might hold: words, and numbers around every limit that a rule asks it about."""
    asked = [rule.compare for rule in study().rules.values() if rule.compare and rule.compare.variable == variable.id]
    words = {word for one in asked for word in one.words} | {"positive", "negative", "yes", "no", "indeterminate"}
    limits = {getattr(one, name) for one in asked for name in ("below", "at_most", "above", "at_least")} - {None}
    kind = variable.kinds[0] if variable.kinds else Kind.RESULT
    fact = Fact((variable.concepts or ("",))[0], kind, "Given/1", start=TODAY, time="~")
    ranged = replace(fact, ranges=(ReferenceRange(min(limits, default=1), max(limits, default=2)),))
    numbers = sorted({limit + step for limit in limits or {1} for step in (-1, 0, 1)})
    measured = [replace(ranged, quantity=Quantity(number, number, variable.unit or "")) for number in numbers]
    said = [replace(fact, word=word) for word in sorted(words)]
    return [*said, *measured, fact, replace(fact, trouble=Because.UNREADABLE)]


def unknown_variables(judgement: Judgement) -> list[Variable]:
    """Those that hold nothing and that nobody takes for a no."""
    picks = judgement.picks.items()
    return [study().variables[name] for name, one in picks if not one.readings and not one.presumed_absent]


@pytest.mark.slow
@LAWS
@given(st.data())
def test_an_unknown_variable_that_gets_a_value_changes_no_definite_answer(data):
    """Except where the study lets one thing outrank another: each such rule is in `precedence.py`."""
    before = judged(data.draw(st.integers(0, len(shelves()) - 1), "patient"))
    variable = data.draw(st.sampled_from(unknown_variables(before)), "variable")
    fact = data.draw(st.sampled_from(values(variable)), "value")
    doubt = data.draw(st.sampled_from([None, None, Because.NOT_FINAL]), "doubt")
    given_one = Pick(variable.id, (Reading(fact, doubt),))
    after = Judgement(study(), {**before.picks, variable.id: given_one}, before.sex)
    for rule, was, now in moved(before, after):
        assert yields_to_something(rule, was, now, study()), (variable.id, rule.id, was, now)
    for name, score in before._scores.items():
        now_one = after.score(name)
        narrower = score.low <= now_one.low <= now_one.high <= score.high
        outranked = any(UNKNOWN is not dict(score.items)[i].answer is not f.answer for i, f in now_one.items)
        assert narrower or outranked or Because.CONFLICT in {score.because, now_one.because}, (variable.id, name)


@pytest.mark.slow
@LAWS
@given(st.data())
def test_what_rests_on_a_variable_whose_facts_are_taken_away_is_unknown_or_as_it_was(data):
    """Except where the study reads silence as a no, or what is left was outranked: each is in `precedence.py`."""
    number = data.draw(st.integers(0, len(shelves()) - 1), "patient")
    before, shelf = judged(number), shelves()[number]
    held = [study().variables[name] for name, one in before.picks.items() if one.readings and name != "age"]
    variable = data.draw(st.sampled_from(held), "variable")
    gone = {fact.key for fact in shelf.of(variable)}
    kept = {concept: [f for f in facts if f.key not in gone] for concept, facts in shelf.by_concept.items()}
    left = Shelf(shelf.person, AS_OF, {name: facts for name, facts in kept.items() if facts}, shelf.seen)
    after = Judgement(study(), pick_from(left, study(), study().variables.values()), before.sex)
    for rule, was, now in moved(before, after):
        if now is UNKNOWN:
            continue
        silent = rule.compare is not None and silence_speaks(rule.compare.variable, before, after, gone)
        assert silent or yields_to_nothing(rule, was, now), (variable.id, rule.id, was, now)


def silence_speaks(name: str, before: Judgement, after: Judgement, gone: set) -> bool:
    """Is nothing left in the variable and read as a no, or something that another fact had outdone or closed?"""
    variable, was, now = study().variables[name], before.picks[name], after.picks[name]
    if now.presumed_absent:
        assert reads_silence_as_no(variable, study())
        return True
    outdone = {reading.fact.key for reading in was.readings} != {reading.fact.key for reading in now.readings}
    return bool(now.readings) and (outdone or bool(variable.closed_by))
