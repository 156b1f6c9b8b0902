"""Scores as ranges: an unknown item gives nothing to the low end and its weight to the high end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from adapter.screening.model import Answer, Because, Fact, Finding, Pick, Quantity, ScoreRange
from adapter.screening.study import Score, ScoreItem, Study

HIGHEST = 10**6  # no score reaches it

Findings = Callable[[str], Finding]


def ranges(score_id: str, study: Study, finding: Findings, picks: Mapping[str, Pick]) -> dict[str, ScoreRange]:
    """The range of the score that owns this id, and of each of its parts."""
    score = study.score_of(score_id)
    found = [(item, finding(item.rule)) for item in score.items]
    entry = finding(score.entry).answer if score.entry else None
    low, high = span(found)
    totals = _totals(score, picks)
    # The newest total counts even where nobody can read it: neither an older one nor the items stand in for it.
    because = next((reason for total in totals if (reason := unread(total))), None)
    stated = None if because else _stated(totals)
    whole = ScoreRange(low, high, because, entry, tuple((item.id, f) for item, f in found))
    whole = whole if stated is None else _narrow(whole, *stated)
    result = {score.id: whole if because else _doubted(whole, _perhaps(score, picks))}
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


def unread(total: Fact) -> Because | None:
    """Why a stated total says nothing: it could not be read, or it is no whole number, which no sum of items can be."""
    number = total.quantity.low if total.quantity is not None and total.quantity.exact else None
    broken = total.quantity is None or (number is not None and number != int(number))
    return total.trouble or (Because.UNREADABLE if broken else None)


def _totals(score: Score, picks: Mapping[str, Pick]) -> list[Fact]:
    return [r.fact for r in picks[score.stated].readings if r.sure] if score.stated else []


def _perhaps(score: Score, picks: Mapping[str, Pick]) -> list[Fact]:
    """The totals that may be the newest: whether they are, a partial date does not tell."""
    readings = picks[score.stated].readings if score.stated else ()
    return [r.fact for r in readings if r.doubt is Because.INDETERMINATE and r.fact.doubt is None]


def _doubted(whole: ScoreRange, perhaps: Sequence[Fact]) -> ScoreRange:
    """A total that may be the newest and contradicts the rest leaves the score open, as it would for certain."""
    bounds = (_whole(total.quantity) for total in perhaps if total.quantity is not None and not unread(total))
    against = any(max(whole.low, low) > min(whole.high, high) for low, high in bounds)
    return replace(whole, because=Because.INDETERMINATE) if against and whole.because is None else whole


def _stated(totals: Sequence[Fact]) -> tuple[int, int] | None:
    """The lowest and highest total that was stated on the day that counts; None where none was.

    Two totals of one day that cannot be the same number turn the range upside down: a conflict.
    """
    bounds = [_whole(total.quantity) for total in totals if total.quantity is not None]
    return (max(low for low, _ in bounds), min(high for _, high in bounds)) if bounds else None


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
