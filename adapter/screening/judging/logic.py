"""Kleene's strong logic over findings: unknown is an answer, and evidence travels with the answer it decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapter.screening.model import Answer, Because, Evidence, Finding

# The reason a reader can do most about comes first.
_URGENCY = (
    Because.SOURCE_INCOMPLETE,
    Because.CONFLICT,
    Because.UNREADABLE,
    Because.UNMAPPED,
    Because.NOT_FINAL,
    Because.INDETERMINATE,
    Because.TOO_OLD,
    Because.UNDATED,
    Because.PART_UNKNOWN,
    Because.NO_RESULT,
    Because.NOT_ASSESSED,
)
_OPPOSITE = {Answer.MET: Answer.NOT_MET, Answer.NOT_MET: Answer.MET, Answer.UNKNOWN: Answer.UNKNOWN}


def any_of(findings: Sequence[Finding], enough_absent: int = 0) -> Finding:
    """Met if one is met; not met only if every one is not met, or `enough_absent` of them; otherwise unknown."""
    absent = [finding for finding in findings if finding.answer is Answer.NOT_MET]
    if 0 < enough_absent <= len(absent) and all(finding.answer is not Answer.MET for finding in findings):
        return _together(Answer.NOT_MET, absent, findings)
    return _first_that_speaks(findings, (Answer.MET, Answer.UNKNOWN, Answer.NOT_MET))


def all_of(findings: Sequence[Finding]) -> Finding:
    """Not met if one is not met; met only if every one is met; otherwise unknown."""
    return _first_that_speaks(findings, (Answer.NOT_MET, Answer.UNKNOWN, Answer.MET))


def none_of(findings: Sequence[Finding]) -> Finding:
    """Met only if every one is not met; not met if one is met; otherwise unknown."""
    return negate(any_of(findings))


def negate(finding: Finding) -> Finding:
    """Met becomes not met and the other way round; unknown stays, with its reason."""
    return Finding(_OPPOSITE[finding.answer], finding.because, finding.evidence, finding.notes)


def unknown(because: Because, evidence: Iterable[Evidence] = (), notes: Iterable[Evidence] = ()) -> Finding:
    """An unknown with its reason."""
    return Finding(Answer.UNKNOWN, because, tuple(evidence), tuple(notes))


def most_urgent(reasons: Iterable[Because | None]) -> Because:
    """Of several reasons the one to name; no reason at all is a missing result."""
    known = [reason for reason in reasons if reason is not None]
    return min(known, key=_URGENCY.index, default=Because.NO_RESULT)


def unique(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The same evidence once, in the order of its first showing."""
    return tuple(dict.fromkeys(evidence))


def notes_of(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    """What a reader should be told of these findings whatever they answer."""
    return unique(note for finding in findings for note in finding.notes)


def _first_that_speaks(findings: Sequence[Finding], order: Sequence[Answer]) -> Finding:
    if not findings:
        raise ValueError("all_of and any_of need at least one finding")
    for answer in order:
        speaking = [finding for finding in findings if finding.answer is answer]
        if speaking:
            return _together(answer, speaking, findings)
    raise AssertionError("an answer is one of three")


def _together(answer: Answer, speaking: Sequence[Finding], asked: Sequence[Finding]) -> Finding:
    because = most_urgent(finding.because for finding in speaking) if answer is Answer.UNKNOWN else None
    evidence = unique(piece for finding in speaking for piece in finding.evidence)
    return Finding(answer, because, evidence, notes_of(asked))
