"""How the criteria came out over all patients: of how many was there what was needed, and what was missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from adapter.screening.decision import Decision
from adapter.screening.model import Answer

DECIDED = (Answer.MET.value, Answer.NOT_MET.value)


def answers_of(decision: Decision) -> dict[str, str]:
    """Return for each criterion and part: met, not_met, or why it is unknown."""
    return {
        name: finding.because.value if finding.because and finding.answer is Answer.UNKNOWN else finding.answer.value
        for name, finding in decision.findings.items()
    }


class Answers:
    """Counts the answers to each criterion, in the order of the study."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, answers: Mapping[str, str]) -> None:
        """Count one patient's answers."""
        for name, answer in answers.items():
            self._counts.setdefault(name, Counter())[answer] += 1

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Return for each criterion how often it was met, not met, and unknown for which reason."""
        return {
            name: {
                **{answer: counts[answer] for answer in DECIDED},
                "unknown": {reason: counts[reason] for reason in sorted(counts.keys() - {*DECIDED})},
            }
            for name, counts in self._counts.items()
        }


def table(criteria: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Say it as lines of a table, from what `Answers.as_dict` gave."""
    if not criteria:
        return
    width = max(9, *map(len, criteria))
    yield f"{'criterion':{width}} {'met':>7} {'not met':>7} {'unknown':>7} {'decided':>7}  unknown because"
    for name, counts in criteria.items():
        reasons = sorted(counts["unknown"].items(), key=lambda item: (-item[1], item[0]))
        decided, unknown = sum(counts[answer] for answer in DECIDED), sum(number for _, number in reasons)
        share = f"{100 * decided // (decided + unknown)} %"
        why = ", ".join(f"{number} {reason}" for reason, number in reasons)
        line = f"{name:{width}} {counts['met']:>7} {counts['not_met']:>7} {unknown:>7} {share:>7}  {why}"
        yield line.rstrip()
