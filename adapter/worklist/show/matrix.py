"""The criteria as a matrix: the protocol's sentence, the answer, our sentence, and the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapter.screening.decision import Decision, bad_news
from adapter.screening.model import Answer, Evidence, Fact, Finding
from adapter.screening.study import Criterion
from adapter.words import Speaker
from adapter.words.numbers import as_received, canonical


@dataclass(frozen=True)
class Shown:
    """A fact as a reader checks it: what it says, its day, its value as received and as converted, where it is from."""

    says: str
    on: str
    received: str
    converted: str
    resource: str
    version: str
    fact: Fact


@dataclass(frozen=True)
class Line:
    """One criterion; `state` is good, bad or open, whatever its category."""

    id: str
    sentence: str
    answer: str
    state: str
    says: str
    facts: tuple[Shown, ...]
    parts: tuple[Line, ...]


def matrix(decision: Decision, speaker: Speaker) -> dict[str, list[Line]]:
    """All criteria by state: what rules out, what is open, what is settled."""
    criteria = [c for c in speaker.study.criteria if not c.part_of]
    lines = [_line(criterion, decision, speaker) for criterion in criteria]
    return {state: [line for line in lines if line.state == state] for state in ("bad", "open", "good")}


def shown(piece: Evidence, fact: Fact, speaker: Speaker) -> Shown:
    """One fact."""
    when = fact.start or fact.recorded or fact.end
    converted = "" if as_received(fact) else canonical(speaker, fact)
    return Shown(
        speaker.evidence(piece), str(when or ""), fact.received, converted, fact.resource, fact.version or "", fact
    )


def _line(criterion: Criterion, decision: Decision, speaker: Speaker) -> Line:
    finding = decision.findings[criterion.id]
    parts = [part for name in criterion.parts for part in speaker.study.criteria if part.id == name]
    return Line(
        criterion.id,
        criterion.sentence[speaker.language],
        speaker.answer(criterion, finding.answer),
        _state(criterion, finding.answer),
        speaker.criterion(criterion, finding, decision.findings),
        tuple(_facts(finding, speaker)) if not parts else (),
        tuple(_line(part, decision, speaker) for part in parts),
    )


def _state(criterion: Criterion, answer: Answer) -> str:
    if answer is Answer.UNKNOWN:
        return "open"
    return "bad" if answer is bad_news(criterion) else "good"


def _facts(finding: Finding, speaker: Speaker) -> Iterator[Shown]:
    """Each fact once."""
    seen: set[tuple[Sequence[str], str]] = set()
    for piece in (*finding.evidence, *finding.notes):
        if piece.fact is None:
            continue
        one = shown(piece, piece.fact, speaker)
        if (piece.fact.key, one.says) not in seen:
            seen.add((piece.fact.key, one.says))
            yield one
