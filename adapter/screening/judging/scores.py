"""Scores as ranges: an unknown item gives nothing to the low end and its weight to the high end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from adapter.screening.model import Answer, Because, Finding, Pick, Quantity, ScoreRange
from adapter.screening.study import Score, ScoreItem, Study

HIGHEST = 10**6  # no score reaches it

Findings = Callable[[str], Finding]


def ranges(score_id: str, study: Study, finding: Findings, picks: Mapping[str, Pick]) -> dict[str, ScoreRange]:
    """The range of the score that owns this id, and of each of its parts."""
    score = study.score_of(score_id)
    found = [(item, finding(item.rule)) for item in score.items]
    entry = finding(score.entry).answer if score.entry else None
    low, high = span(found)
    stated = _stated(score, picks)
    whole = ScoreRange(low, high, None, entry, tuple((item.id, f) for item, f in found))
    result = {score.id: whole if stated is None else _narrow(whole, *stated)}
    for part in score.parts:
        result[part.id] = _part(found, part.without, result[score.id], stated, entry)
    return result


def span(found: Sequence[tuple[ScoreItem, Finding]]) -> tuple[int, int]:
    """The lowest and highest sum; of a group only the highest item counts."""
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    for item, finding in found:
        group = item.group or item.id
        if finding.answer is Answer.MET:
            low[group] = max(low.get(group, 0), item.weight)
        if finding.answer is not Answer.NOT_MET:
            high[group] = max(high.get(group, 0), item.weight)
    return sum(low.values()), sum(high.values())


def _stated(score: Score, picks: Mapping[str, Pick]) -> tuple[int, int] | None:
    """The lowest and highest total that was stated on the day that counts; None where none was.

    Two totals of one day that cannot be the same number turn the range upside down: a conflict.
    """
    if not score.stated:
        return None
    totals = {_whole(r.fact.quantity) for r in picks[score.stated].readings if r.sure and r.fact.quantity is not None}
    if not totals:
        return None
    return max(low for low, _ in totals), min(high for _, high in totals)


def _whole(total: Quantity) -> tuple[int, int]:
    """The lowest and highest whole number that a stated total allows."""
    low = 0 if total.low is None else math.floor(total.low) + 1 if total.low_open else math.ceil(total.low)
    high = HIGHEST if total.high is None else math.ceil(total.high) - 1 if total.high_open else math.floor(total.high)
    return low, high


def _narrow(computed: ScoreRange, low: int, high: int) -> ScoreRange:
    """A stated total and the sum of the items must be able to be the same number; else it is a conflict."""
    both = max(computed.low, low), min(computed.high, high)  # both upside down where two totals differ
    if both[0] > both[1]:
        return ScoreRange(computed.low, computed.high, Because.CONFLICT, computed.entry, computed.items)
    return ScoreRange(*both, None, computed.entry, computed.items)


def _part(
    found: Sequence[tuple[ScoreItem, Finding]],
    without: Sequence[str],
    whole: ScoreRange,
    stated: tuple[int, int] | None,
    entry: Answer | None,
) -> ScoreRange:
    """The score without some items: from its own items, and from the whole less what the left-out ones can be."""
    kept = [(item, finding) for item, finding in found if item.id not in without]
    low, high = span(kept)
    items = tuple((item.id, finding) for item, finding in kept)
    if stated is None or whole.because is not None:
        return ScoreRange(low, high, whole.because, entry, items)
    out_low, out_high = span([(item, finding) for item, finding in found if item.id in without])
    return ScoreRange(max(low, whole.low - out_high), min(high, whole.high - out_low), None, entry, items)
