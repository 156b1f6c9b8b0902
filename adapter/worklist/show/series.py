"""What was measured again and again, as points over time: what the study reads, and its scores as ranges."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from adapter.journal import StoredDecision
from adapter.screening.judging.readings import limits
from adapter.screening.model import Fact, Kind
from adapter.words import Speaker
from adapter.words.numbers import with_unit

AT_MOST = 9
FEWEST = 2  # points that make a series


@dataclass(frozen=True)
class Point:
    """A value, or a range of what it can be, on a day."""

    on: date
    low: float
    high: float


@dataclass(frozen=True)
class Series:
    """Points of one thing, the oldest first, and the newest report's own limits."""

    label: str
    unit: str
    points: tuple[Point, ...]
    limits: tuple[float | None, float | None] = (None, None)


def measured(facts: Iterable[Fact], speaker: Speaker) -> Iterator[Series]:
    """The results that the study reads and that were measured more than once, in the order of its variables."""
    by_concept: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.kind is Kind.RESULT and fact.quantity and fact.quantity.exact and fact.start and fact.start.exact:
            by_concept[fact.concept].append(fact)
    labels = {
        concept: variable.label[speaker.language]
        for variable in reversed(list(speaker.study.variables.values()))
        for concept in variable.concepts
    }
    for concept in (name for name in reversed(labels) if len(by_concept.get(name, ())) >= FEWEST):
        made = _series(labels[concept], sorted(by_concept[concept], key=_when), speaker)
        if len(made.points) >= FEWEST:
            yield made


def scored(history: Sequence[StoredDecision], speaker: Speaker) -> Iterator[Series]:
    """The scores as each decision had them."""
    points: dict[str, dict[date, Point]] = defaultdict(dict)
    for one in history:
        on = date.fromisoformat(one.as_of)
        for name, score in json.loads(one.line).get("scores", {}).items():
            points[name][on] = Point(on, float(score["low"]), float(score["high"]))
    for name, by_day in points.items():
        if len(by_day) >= FEWEST:
            yield Series(speaker.score_label(name), "", tuple(by_day[on] for on in sorted(by_day)))


def _series(label: str, facts: Sequence[Fact], speaker: Speaker) -> Series:
    by_day = {_when(fact)[0]: fact for fact in facts}  # the last of a day
    points = tuple(Point(on, _number(fact), _number(fact)) for on, fact in sorted(by_day.items()))
    last = facts[-1]
    report = limits(last, speaker.sex)
    low, high = (report.low, report.high) if report else (None, None)
    unit = with_unit(speaker, "", last.concept, last.quantity.unit if last.quantity else "").strip()
    return Series(
        label, unit, points, (float(low) if low is not None else None, float(high) if high is not None else None)
    )


def _number(fact: Fact) -> float:
    return float(fact.quantity.low) if fact.quantity and fact.quantity.low is not None else 0.0


def _when(fact: Fact) -> tuple[date, str]:
    assert fact.start is not None
    return fact.start.first, fact.time
