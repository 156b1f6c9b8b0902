"""One question to one variable: its readings answer, and the pick says how their answers come together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from adapter.screening.judging.logic import most_urgent, unknown
from adapter.screening.judging.readings import NOT_MET, Said, against, ask, compare
from adapter.screening.model import Answer, Because, Evidence, Fact, Finding, Pick, Reading
from adapter.screening.study import Comparison, PickKind, Rule, Variable


def answer(rule: Rule, pick: Pick, variable: Variable, sex: str | None) -> Finding:
    """Ask the rule's question of what was picked."""
    question = rule.compare
    assert question is not None
    found = _answer(question, pick, variable, sex)
    if found.answer is Answer.MET and question.supports == "unknown":
        return unknown(Because.INDETERMINATE, found.evidence)
    if found.answer is Answer.NOT_MET and question.never == "unknown":
        return unknown(Because.INDETERMINATE, found.evidence)
    return found


def _answer(question: Comparison, pick: Pick, variable: Variable, sex: str | None) -> Finding:
    if pick.number is not None:
        return _of_number(question, pick)
    if not pick.readings:
        return _of_nothing(pick, variable)
    voices = [_voice(reading, question, variable, sex) for reading in pick.readings]
    if question.risen_by is not None:
        return _risen(question, pick, voices, variable)
    if question.days > 1:
        return _occasions(question, voices)
    if variable.pick in {PickKind.LATEST, PickKind.EARLIEST, PickKind.CHANGE}:
        return _agreed(_preferred(voices, variable))
    return _any(question, voices)


class Voice:
    """One reading with what it says."""

    __slots__ = ("because", "evidence", "fact", "said", "sure")

    def __init__(self, fact: Fact, said: Said, sure: bool, evidence: Evidence) -> None:
        self.fact, self.said, self.because, self.sure, self.evidence = fact, said[0], said[1], sure, evidence


def _voice(reading: Reading, question: Comparison, variable: Variable, sex: str | None) -> Voice:
    said = ask(reading.fact, question, variable, sex)
    key = "reading"
    if question.attributable and said[0] is not Answer.NOT_MET:
        if reading.fact.cause is not None:
            said, key = NOT_MET, "other_cause"
        elif question.attributable == "explicit" and reading.fact.kind != "word":
            said = (Answer.UNKNOWN, Because.INDETERMINATE)
    sure = reading.sure or (question.doubtful == "met" and reading.doubt in {Because.INDETERMINATE, Because.UNDATED})
    if not sure:
        said = (said[0], reading.doubt)
    return Voice(reading.fact, said, sure, _evidence(reading, question, said, variable, key))


def _evidence(reading: Reading, question: Comparison, said: Said, variable: Variable, key: str) -> Evidence:
    args = {"variable": variable.id, "answer": said[0].value, "question": _question_word(question)}
    if said[1] is not None:
        args["because"] = said[1].value
    limit = next(
        (x for x in (question.below, question.at_most, question.above, question.at_least) if x is not None), None
    )
    if limit is not None:
        args["limit"] = _plain(limit)
    if question.times is not None:
        args |= {"times": _plain(question.times)} | ({"reached": "yes"} if question.reached else {})
    if question.words:
        args["words"] = "|".join(question.words)
    return Evidence(reading.fact, key, tuple(sorted(args.items())))


def _question_word(question: Comparison) -> str:
    for name in ("below", "at_most", "above", "at_least"):
        if getattr(question, name) is not None:
            return name
    if question.reference:
        return f"reference_{question.reference}"
    return "recorded" if question.recorded else "words"


def _plain(number: Decimal) -> str:
    return format(number, "f")


def _of_number(question: Comparison, pick: Pick) -> Finding:
    """A computed number, such as an age."""
    assert pick.number is not None
    said = compare(pick.number, question)
    args = (("high", str(pick.number.high)), ("low", str(pick.number.low)), ("variable", pick.variable))
    evidence = (Evidence(None, "number", args),)
    return Finding(said, Because.INDETERMINATE if said is Answer.UNKNOWN else None, evidence)


def _of_nothing(pick: Pick, variable: Variable) -> Finding:
    """Nothing to read: the study takes it for a no, or it is what is missing."""
    if pick.presumed_absent:
        return Finding(Answer.NOT_MET, None, (Evidence(None, "nothing_recorded", (("variable", variable.id),)),))
    because = pick.because or variable.absent_because
    args = (("because", because.value), ("variable", variable.id))
    return unknown(because, (Evidence(None, "missing", args),))


def _preferred(voices: list[Voice], variable: Variable) -> list[Voice]:
    """Of one day the first concept that decides; the others only where it does not."""
    for concept in variable.prefer:
        own = [voice for voice in voices if voice.fact.concept == concept and voice.sure]
        if own and all(voice.said is not Answer.UNKNOWN for voice in own):
            return own + [voice for voice in voices if not voice.sure]
    return voices


def _agreed(voices: Sequence[Voice]) -> Finding:
    """Results of one moment must agree; what is newer but doubtful may only confirm."""
    evidence = tuple(voice.evidence for voice in voices)
    sure = [voice for voice in voices if voice.sure]
    open_ones = [voice for voice in sure if voice.said is Answer.UNKNOWN]
    if open_ones:
        return unknown(most_urgent(voice.because for voice in open_ones), evidence)
    answers = {voice.said for voice in sure}
    if len(answers) > 1:
        return unknown(Because.CONFLICT, evidence)
    doubtful = [voice for voice in voices if not voice.sure and voice.said not in answers]
    if doubtful or not answers:
        return unknown(most_urgent(voice.because for voice in doubtful), evidence)
    return Finding(answers.pop(), None, tuple(voice.evidence for voice in sure))


def _any(question: Comparison, voices: Sequence[Voice]) -> Finding:
    """Met by one; not met when everything readable says no; a doubtful or unreadable one leaves it open."""
    met = [voice for voice in voices if voice.sure and voice.said is Answer.MET]
    if met:
        return Finding(Answer.MET, None, tuple(voice.evidence for voice in met))
    against_it = [voice for voice in voices if voice.sure and voice.said is Answer.NOT_MET]
    open_ones = [
        voice for voice in voices
        if voice.said is Answer.UNKNOWN or (not voice.sure and (voice.said is Answer.MET or not against_it))
    ]  # fmt: skip
    if open_ones:
        return unknown(most_urgent(v.because for v in open_ones), (voice.evidence for voice in open_ones))
    read = {voice.fact.concept for voice in against_it}
    if not set(question.needs_all) <= read:
        return unknown(Because.NO_RESULT, (voice.evidence for voice in against_it))
    return Finding(Answer.NOT_MET, None, tuple(voice.evidence for voice in against_it[-3:]))


def _occasions(question: Comparison, voices: Sequence[Voice]) -> Finding:
    """On so many distinct days; one abnormal day and no second one leaves it open."""
    sure_days = _days(voices, Answer.MET, sure=True)
    if _enough(sure_days, question):
        return Finding(Answer.MET, None, tuple(v.evidence for v in voices if v.sure and v.said is Answer.MET))
    abnormal = tuple(voice.evidence for voice in voices if voice.said is not Answer.NOT_MET)
    possible = _days(voices, None, sure=False)
    if _enough(possible, question):
        return unknown(most_urgent(v.because for v in voices if v.said is Answer.UNKNOWN or not v.sure), abnormal)
    measured = {voice.fact.start for voice in voices if voice.fact.start is not None}
    single = question.single_is == "unknown" and abnormal and (len(measured) < question.days or question.apart_days)
    if single:
        return unknown(Because.INDETERMINATE, abnormal)
    return Finding(Answer.NOT_MET, None, tuple(voice.evidence for voice in voices)[-3:])


def _days(voices: Sequence[Voice], said: Answer | None, *, sure: bool) -> list[date]:
    """The distinct days of readings that say so, or (for None) that do not say the opposite."""
    return sorted({
        voice.fact.start.first
        for voice in voices
        if voice.fact.start is not None
        and (voice.said is said if said else voice.said is not Answer.NOT_MET)
        and (not sure or (voice.sure and voice.fact.start.exact))
    })  # fmt: skip


def _enough(days: Sequence[date], question: Comparison) -> bool:
    apart = bool(days) and (days[-1] - days[0]).days >= question.apart_days
    return len(days) >= question.days and apart


def _risen(question: Comparison, pick: Pick, voices: list[Voice], variable: Variable) -> Finding:
    """New above the limit, or risen by more than so much against the newest earlier value of the same kind."""
    now = _agreed(_preferred(voices, variable))
    if now.answer is not Answer.MET:
        return now
    assert question.above is not None and question.risen_by is not None
    present = next(v for v in _preferred(voices, variable) if v.said is Answer.MET)
    before = [r for r in pick.earlier if r.fact.concept == present.fact.concept and r.fact.quantity is not None]
    if not before:
        return unknown(Because.INDETERMINATE, (Evidence(present.fact, "no_earlier", present.evidence.args),))
    return _against_earlier(question, present, before)


def _against_earlier(question: Comparison, present: Voice, before: Sequence[Reading]) -> Finding:
    latest = before[0].fact
    shown = (present.evidence, Evidence(latest, "earlier", present.evidence.args))
    rise = _rise(question, latest, present.fact)
    if rise is Answer.NOT_MET:
        recent = [r.fact for r in before[1:] if _within(r.fact, present.fact, question.back_days)]
        if any(_rise(question, fact, present.fact) is not Answer.NOT_MET for fact in recent):
            rise = Answer.UNKNOWN
    return Finding(rise, Because.INDETERMINATE if rise is Answer.UNKNOWN else None, shown)


def _rise(question: Comparison, before: Fact, now: Fact) -> Answer:
    """New above the limit, or higher by more than the step; unknown where an interval does not tell."""
    assert question.above is not None and question.risen_by is not None
    assert before.quantity is not None and now.quantity is not None
    was = against(before.quantity, question.above, above=True, reached=False)
    if was is Answer.NOT_MET:
        return Answer.MET
    if was is Answer.UNKNOWN or now.quantity.low is None or before.quantity.high is None:
        return Answer.UNKNOWN
    return Answer.MET if now.quantity.low - before.quantity.high > question.risen_by else Answer.NOT_MET


def _within(fact: Fact, now: Fact, days: int) -> bool:
    return bool(fact.start and now.start and (now.start.last - fact.start.first).days <= days)
