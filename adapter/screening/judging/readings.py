"""What one reading says to one question: a number against a limit, a word, a report's own range."""

from __future__ import annotations

from decimal import Decimal

from adapter.screening import equations
from adapter.screening.model import Answer, Because, Fact, Quantity, ReferenceRange
from adapter.screening.study import Comparison, Variable

POSITIVE = frozenset({"positive", "present", "yes"})
NEGATIVE = frozenset({"negative", "absent", "no"})
_SAME = {**dict.fromkeys(POSITIVE, "positive"), **dict.fromkeys(NEGATIVE, "negative")}

Said = tuple[Answer, Because | None]
MET: Said = (Answer.MET, None)
NOT_MET: Said = (Answer.NOT_MET, None)
INDETERMINATE: Said = (Answer.UNKNOWN, Because.INDETERMINATE)


def ask(fact: Fact, question: Comparison, variable: Variable, sex: str | None) -> Said:
    """Answer a question from one fact alone."""
    if question.recorded:
        return MET
    if fact.trouble is not None and not _undetected(fact, variable):
        return Answer.UNKNOWN, fact.trouble
    if question.words:
        return _word(fact, question, variable, sex)
    if question.reference is not None:
        return _against_report(fact, question, sex)
    return _against_limit(fact, question, variable, sex)


def limits(fact: Fact, sex: str | None) -> ReferenceRange | None:
    """The report's range for this patient; None where there is none or several that differ."""
    own = [r for r in fact.ranges if r.sex is not None and r.sex == sex] or [r for r in fact.ranges if r.sex is None]
    return own[0] if len(set(own)) == 1 else None


def outcome(fact: Fact, variable: Variable, sex: str | None) -> str | None:
    """Read a result as positive, negative or another word: a person's first, then the laboratory's, then numbers."""
    if fact.word is not None:
        return _SAME.get(fact.word, fact.word)
    if fact.flag in {"positive", "negative", "indeterminate"}:
        return fact.flag
    if _undetected(fact, variable):
        return "negative"
    if fact.quantity is None:
        return {"high": "positive", "normal": "negative"}.get(fact.flag or "")
    return _word_of_number(fact, fact.quantity, variable, sex)


def against(quantity: Quantity, limit: Decimal, *, above: bool, reached: bool) -> Answer:
    """Is the quantity above (or below) the limit, or at it when `reached`; unknown when its interval straddles."""
    if above:
        bound, other, bound_open, other_open = quantity.low, quantity.high, quantity.low_open, quantity.high_open
    else:
        bound, other = _minus(quantity.high), _minus(quantity.low)
        bound_open, other_open, limit = quantity.high_open, quantity.low_open, -limit
    if bound is not None and (bound > limit or (bound == limit and (reached or bound_open))):
        return Answer.MET
    if other is not None and (other < limit or (other == limit and (not reached or other_open))):
        return Answer.NOT_MET
    return Answer.UNKNOWN


def _word(fact: Fact, question: Comparison, variable: Variable, sex: str | None) -> Said:
    said = outcome(fact, variable, sex)
    if said is None or said == "indeterminate":
        return INDETERMINATE
    return MET if said in {_SAME.get(word, word) for word in question.words} else NOT_MET


def _word_of_number(fact: Fact, quantity: Quantity, variable: Variable, sex: str | None) -> str | None:
    scale, report = variable.scale, limits(fact, sex)
    if scale.by == "flag":
        return None
    if scale.by == "detectable":
        return _detectable(quantity, report)
    if report is not None and report.high is not None:
        return _split(quantity, report.high, report.high)
    if fact.flag in {"high", "normal"}:
        return "positive" if fact.flag == "high" else "negative"
    if variable.unit not in {None, quantity.unit}:
        return None  # the study's own limits hold on the variable's scale only
    if scale.by == "above" and scale.above is not None:
        return _split(quantity, scale.above, scale.above)
    if scale.by == "limits" and scale.positive_from is not None and scale.negative_below is not None:
        return _split(quantity, scale.positive_from, scale.negative_below, reached=True)
    return None


def _detectable(quantity: Quantity, report: ReferenceRange | None) -> str | None:
    """A viral load: less than the limit of the test is not detected."""
    if quantity.low is None:
        return "negative"
    limit = report.high if report is not None and report.high is not None else Decimal(0)
    return _split(quantity, limit, limit)


def _undetected(fact: Fact, variable: Variable) -> bool:
    """Whether a result below the limit of the test came without its unit: not detected in any unit."""
    below = fact.trouble is Because.UNMAPPED and ("comparator", "<") in fact.extra
    return below and variable.scale.by == "detectable"


def _split(quantity: Quantity, positive: Decimal, negative: Decimal, *, reached: bool = False) -> str | None:
    if against(quantity, positive, above=True, reached=reached) is Answer.MET:
        return "positive"
    if against(quantity, negative, above=False, reached=not reached) is Answer.MET:
        return "negative"
    return None


def _against_report(fact: Fact, question: Comparison, sex: str | None) -> Said:
    """Below or above the report's own limit, or so many times the limit."""
    above = question.reference == "above"
    report = limits(fact, sex)
    limit = None if report is None else (report.high if above else report.low)
    if fact.quantity is not None and limit is not None:
        times = question.times or Decimal(1)
        return _said(against(fact.quantity, limit * times, above=above, reached=question.reached))
    return _by_flag(fact, question, above)


def _by_flag(fact: Fact, question: Comparison, above: bool) -> Said:
    """The laboratory's own judgement where it gave no limit."""
    flag = fact.flag or {"positive": "high", "negative": "normal"}.get(outcome_word(fact) or "")
    if flag in {"low", "normal", "high"}:
        crossed = flag == ("high" if above else "low")
        if not crossed or question.times is None:
            return MET if crossed else NOT_MET
    if fact.quantity is not None and question.without_reference is not None:
        answer = against(fact.quantity, question.without_reference, above=above, reached=False)
        return MET if answer is Answer.MET else INDETERMINATE
    return INDETERMINATE


def outcome_word(fact: Fact) -> str | None:
    """The word that came with the result, if any."""
    return None if fact.word is None else _SAME.get(fact.word, fact.word)


def _against_limit(fact: Fact, question: Comparison, variable: Variable, sex: str | None) -> Said:
    """Against a fixed limit, which holds on the concept's own scale only."""
    if fact.quantity is None or (variable.unit is not None and fact.quantity.unit != variable.unit):
        return _without_number(outcome(fact, variable, sex), question)
    return _said(compare(equations.rounded(fact.quantity) if question.rounded else fact.quantity, question))


def compare(quantity: Quantity, question: Comparison) -> Answer:
    """Against whichever limits the question names; both must hold where it names two."""
    answers = [
        against(quantity, limit, above=above, reached=reached)
        for limit, above, reached in (
            (question.below, False, False),
            (question.at_most, False, True),
            (question.above, True, False),
            (question.at_least, True, True),
        )
        if limit is not None
    ]
    for answer in (Answer.NOT_MET, Answer.UNKNOWN):
        if answer in answers:
            return answer
    return Answer.MET


def _without_number(word: str | None, question: Comparison) -> Said:
    if word == "negative" and question.negative_word == "not_met":
        return NOT_MET
    if word == "positive" and question.positive_word == "met":
        return MET
    return INDETERMINATE


def _said(answer: Answer) -> Said:
    return answer, Because.INDETERMINATE if answer is Answer.UNKNOWN else None


def _minus(number: Decimal | None) -> Decimal | None:
    return None if number is None else -number
