"""Questions to a series: on how many days, and whether it is new or has risen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from adapter.screening.judging.logic import most_urgent, unique, unknown
from adapter.screening.judging.readings import against
from adapter.screening.judging.voices import Voice, agreed
from adapter.screening.model import Answer, Because, Evidence, Fact, Finding, Pick, Reading, Span
from adapter.screening.picks.windows import newest
from adapter.screening.study import Comparison

SHOWN = 3


def occasions(question: Comparison, voices: Sequence[Voice]) -> Finding:
    """On so many distinct days; one abnormal day and no second one leaves it open."""
    sure = [voice for voice in voices if voice.sure]
    met = [voice for voice in sure if voice.said is Answer.MET]
    if _surely_enough(_days(met), question):
        return Finding(Answer.MET, None, tuple(voice.evidence for voice in met))
    abnormal = [voice for voice in voices if voice.said is not Answer.NOT_MET]
    shown = tuple(voice.evidence for voice in abnormal or voices)
    if _perhaps_enough(abnormal, question):
        return unknown(_doubt(abnormal), shown)
    alone = len(_days(sure)) < question.days or question.apart_days > 0
    if not sure or (question.single_is == "unknown" and abnormal and alone):
        return unknown(_doubt(abnormal if sure else voices), shown)
    return Finding(Answer.NOT_MET, None, tuple(voice.evidence for voice in voices)[-SHOWN:])


def _doubt(voices: Sequence[Voice]) -> Because:
    """Why an occasion is missing: a doubt of its own, or that there was no second one."""
    reasons = [voice.because for voice in voices if voice.because is not None]
    return most_urgent(reasons) if reasons else Because.INDETERMINATE


def _days(voices: Sequence[Voice]) -> list[Span]:
    """Days that cannot be the same one: of partial dates those that do not overlap."""
    days: list[Span] = []
    spans = {voice.fact.start for voice in voices if voice.fact.start is not None}
    for span in sorted(spans, key=lambda span: (span.last, span.first)):
        if not days or span.first > days[-1].last:
            days.append(span)
    return days


def _surely_enough(days: Sequence[Span], question: Comparison) -> bool:
    return len(days) >= question.days and (days[-1].first - days[0].last).days >= question.apart_days


def _perhaps_enough(voices: Sequence[Voice], question: Comparison) -> bool:
    spans = [voice.fact.start for voice in voices if voice.fact.start is not None]
    possible = sum(1 for _ in set(spans)) + sum(1 for span in set(spans) if not span.exact and spans.count(span) > 1)
    if possible < question.days:
        return False
    return (max(span.last for span in spans) - min(span.first for span in spans)).days >= question.apart_days


def risen(question: Comparison, pick: Pick, voices: Sequence[Voice]) -> Finding:
    """New above the limit, or risen by more than so much against the newest earlier value of the same kind."""
    found = [_since_before(question, pick, voice, voices) for voice in voices]
    pairs = zip(voices, found, strict=True)
    said = [(v, (f.answer, f.because if v.sure else v.because)) for v, f in pairs]
    together = agreed([Voice(voice.fact, what, voice.sure, voice.evidence) for voice, what in said])
    return replace(together, evidence=unique(piece for finding in found for piece in finding.evidence))


def _since_before(question: Comparison, pick: Pick, now: Voice, voices: Sequence[Voice]) -> Finding:
    """What one value says: against its own kind alone, and whatever it may be where that already denies it."""
    if now.said is Answer.NOT_MET:
        return Finding(now.said, None, (now.evidence,))
    own = [v.fact for v in voices if v is not now and v.fact.concept == now.fact.concept and v.fact.doubt is None]
    before = [r for r in pick.earlier if r.fact.concept == now.fact.concept and r.fact.quantity is not None]
    same_day = all(fact.start == now.fact.start and fact.start and fact.start.exact for fact in own)
    if not same_day or not all(reading.sure for reading in before):
        # A partial date: which of them came first is not known.
        return unknown(now.because or Because.INDETERMINATE, (now.evidence,))
    if before and now.fact.quantity is not None:
        found = _against_earlier(question, now, before)
        if now.said is Answer.MET or found.answer is Answer.NOT_MET:
            return found
    if now.said is Answer.UNKNOWN:
        return unknown(now.because or Because.INDETERMINATE, (now.evidence,))
    return unknown(Because.INDETERMINATE, (Evidence(now.fact, "no_earlier", now.evidence.args),))


def _against_earlier(question: Comparison, present: Voice, before: Sequence[Reading]) -> Finding:
    recent = [r.fact for r in before if _within(r.fact, present.fact, question.back_days)]
    if question.against == "lowest_recent":
        return _against_recent(question, present, recent)
    latest = newest([reading.fact for reading in before], date.max)
    shown = (present.evidence, *(Evidence(fact, "earlier", present.evidence.args) for fact in latest))
    rises = {_rise(question, fact, present.fact) for fact in latest}
    rise = rises.pop() if len(rises) == 1 else Answer.UNKNOWN
    if rise is Answer.NOT_MET and any(_rise(question, f, present.fact) is not Answer.NOT_MET for f in recent):
        rise = Answer.UNKNOWN
    return Finding(rise, Because.INDETERMINATE if rise is Answer.UNKNOWN else None, shown)


def _against_recent(question: Comparison, present: Voice, recent: Sequence[Fact]) -> Finding:
    """Against the lowest value of the days before: the one from which it has risen most."""
    rises: dict[Answer, Fact] = {}
    for fact in recent:
        rise = _rise(question, fact, present.fact)
        surely = _within(fact, present.fact, question.back_days, surely=True)
        rises.setdefault(rise if surely or rise is Answer.NOT_MET else Answer.UNKNOWN, fact)
    for answer in (Answer.MET, Answer.UNKNOWN, Answer.NOT_MET):
        if answer in rises:
            shown = (present.evidence, Evidence(rises[answer], "earlier", present.evidence.args))
            return Finding(answer, Because.INDETERMINATE if answer is Answer.UNKNOWN else None, shown)
    return unknown(Because.INDETERMINATE, (Evidence(present.fact, "no_earlier", present.evidence.args),))


def _rise(question: Comparison, before: Fact, now: Fact) -> Answer:
    """New above the limit, or higher by more than the step; unknown where an interval does not tell."""
    assert question.above is not None and question.risen_by is not None
    assert before.quantity is not None and now.quantity is not None
    was = against(before.quantity, question.above, above=True, reached=False)
    if was is not Answer.MET:
        return Answer.MET if was is Answer.NOT_MET else Answer.UNKNOWN
    least = _less(now.quantity.low, before.quantity.high)
    most = _less(now.quantity.high, before.quantity.low)
    if least is not None and least > question.risen_by:
        return Answer.MET
    return Answer.NOT_MET if most is not None and most <= question.risen_by else Answer.UNKNOWN


def _less(minuend: Decimal | None, subtrahend: Decimal | None) -> Decimal | None:
    return None if minuend is None or subtrahend is None else minuend - subtrahend


def _within(fact: Fact, now: Fact, days: int, *, surely: bool = False) -> bool:
    """Whether one may lie in so many days before the other, or surely does."""
    if not fact.start or not now.start:
        return False
    apart = now.start.last - fact.start.first if surely else now.start.first - fact.start.last
    return apart.days <= days
