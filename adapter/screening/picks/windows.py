"""Where in time a fact lies: certainly inside a window, perhaps, or not."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from adapter.screening.model import Because, Fact, Kind, Span
from adapter.screening.study import Window

EVER = date.min


def begun(fact: Fact, as_of: date) -> bool:
    """Whether the fact is not wholly in the future; an undated one has no place there."""
    when = dated(fact)
    return when is None or when.first <= as_of


def dated(fact: Fact, by: str = "start") -> Span | None:
    """The day that counts: the start (of a session its end); of a diagnosis, without an onset, the recorded day."""
    if by == "end" and fact.end is not None:
        return fact.end
    if by == "newest" and fact.start and fact.recorded:
        return max(fact.start, fact.recorded)
    fallback = fact.kind in {Kind.CONDITION, Kind.ALLERGY} and ("onset", "unreadable") not in fact.extra
    return fact.start or (fact.recorded if fallback else None)


def cut(span: Span, as_of: date) -> Span:
    """A partial date that reaches past the index date ends on it."""
    return Span(min(span.first, as_of), min(span.last, as_of))


def is_open(fact: Fact, as_of: date) -> bool | None:
    """Whether it goes on: an end in the past closes it whatever its status says, an end to come leaves it open."""
    if fact.end is None:
        return fact.open
    if fact.end.first > as_of:
        return True
    # The last day of a period belongs to it; a diagnosis that abated today is over.
    over = fact.end.last <= as_of if fact.kind is Kind.CONDITION else fact.end.last < as_of
    if over:
        return False
    return True if fact.kind is not Kind.CONDITION and fact.end.first >= as_of else None


def on_course(fact: Fact, course: str, as_of: date) -> bool:
    """Whether the fact is at this point of its course."""
    if course == "open":
        return is_open(fact, as_of) is not False
    if course == "in_progress":
        return fact.open is True and is_open(fact, as_of) is not False
    if course == "no_end":
        return fact.end is None and fact.open is not True
    return course == "any" or (fact.end is not None and fact.end.first <= as_of)


def window_start(window: Window, as_of: date, anchor: Span) -> date:
    """The first day of the window, which is counted back from the last day that its anchor can have."""
    if window.years is not None:
        start = _years_before(as_of, window.years)
    elif window.days is None:
        return EVER
    else:
        start = anchor.last - timedelta(days=window.days)
    return start if window.inclusive else start + timedelta(days=1)


def place(span: Span | None, start: date, as_of: date, oldest: date | None) -> tuple[bool, Because | None]:
    """Say whether a date is kept, and what doubt it carries.

    `start` opens the window; `oldest` opens the wider one in which a fact supports an unknown.
    """
    if span is None:
        return start == EVER, None if start == EVER else Because.UNDATED
    when = cut(span, as_of)
    if when.first >= start:
        return True, None
    if when.last >= start:
        return True, Because.INDETERMINATE
    return oldest is not None and when.last >= oldest, Because.TOO_OLD


def oldest_day(window: Window, start: date, as_of: date, anchor: Span) -> date | None:
    """The first day of the wider window, or None where there is none: an anchor of a partial date makes one, too."""
    if window.unknown_days is None:
        return EVER
    if not anchor.exact:
        return start - (anchor.last - anchor.first)
    return as_of - timedelta(days=window.unknown_days) if window.unknown_days and start != EVER else None


def newest(facts: Sequence[Fact], as_of: date, by: str = "start", *, each_concept: bool = False) -> list[Fact]:
    """The facts that may be the newest: of one day the latest instant, and those whose partial date may be later.

    With `each_concept` the latest instant is found for each concept: on one day something else than time prevails.
    """
    whens = {id(fact): cut(when, as_of) for fact in facts if (when := dated(fact, by)) is not None}
    if not whens:
        return []
    bar = max(when.first for when in whens.values())
    level: dict[str, list[Fact]] = {}
    for fact in facts:
        if id(fact) in whens and whens[id(fact)].last >= bar:
            level.setdefault(fact.concept if each_concept else "", []).append(fact)
    return [fact for group in level.values() for fact in _latest_instant(group)]


def wanted(concept: str, patterns: Iterable[str]) -> bool:
    """Whether a concept is one of a list in which `sheet.*` stands for all items of a sheet."""
    return any(concept == pattern or fnmatch.fnmatchcase(concept, pattern) for pattern in patterns)


def _latest_instant(facts: list[Fact]) -> list[Fact]:
    """Of readable facts of one day with a time of day only the last; what has no time or no value stays beside it."""
    last = max((fact.time for fact in facts if _timed(fact)), default="")
    return [fact for fact in facts if not _timed(fact) or fact.time == last]


def _timed(fact: Fact) -> bool:
    return bool(fact.time and fact.trouble is None and fact.start and fact.start.exact)


def anchor_days(window: Window, as_of: date, facts: Sequence[Fact]) -> Span:
    """The first and the last day that the anchor can have: the newest usable fact within its own age, else as_of.

    They differ where a partial date leaves open which fact is the newest, or whether it is too old.
    """
    limit = as_of - timedelta(days=window.anchor_days)
    spans = [cut(f.start, as_of) for f in facts if window.anchor and usable(f) and f.start and f.start.first <= as_of]
    sure = [span for span in spans if span.first >= limit]
    perhaps = [span for span in spans if span.last >= limit]
    latest = max((span.last for span in perhaps), default=as_of) if sure else as_of
    if sure:
        return Span(max(span.first for span in sure), latest)
    return Span(min((max(span.first, limit) for span in perhaps), default=as_of), latest)


def usable(fact: Fact) -> bool:
    """Whether a fact counts by its status and could be read."""
    return counts(fact) and fact.trouble is None


def counts(fact: Fact) -> bool:
    """Whether a result or a word counts by its status, read or not."""
    return fact.doubt is None and fact.kind in {Kind.RESULT, Kind.WORD}


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 3, 1)
