"""The decisions of a patient, the newest first, each with what moved it away from the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapter.journal import StoredDecision
from adapter.journal.picks import difference
from adapter.words import Speaker

AT_MOST = 12


@dataclass(frozen=True)
class Step:
    """One variable that moved: what it was, and what it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Past:
    """A decision on record."""

    standing: str
    as_of: str
    decided_at: str
    steps: tuple[Step, ...]
    more: int


def past(history: Sequence[StoredDecision], speaker: Speaker) -> list[Past]:
    """The newest decisions with the difference to the one before each."""
    recent = history[-AT_MOST - 1 :]
    pairs = list(zip([None, *recent[:-1]], recent, strict=True))
    told = pairs if len(recent) <= AT_MOST else pairs[1:]
    return [_past(before, one, speaker) for before, one in reversed(told)]


def _past(before: StoredDecision | None, one: StoredDecision, speaker: Speaker) -> Past:
    moved = difference(before.picks, one.picks) if before else []
    steps = [_step(entry, speaker) for entry in moved if entry["variable"] in speaker.study.variables]
    # Variables of a study often read the same facts: what reads the same is said once.
    different = tuple(dict.fromkeys(step for step in steps if step.before != step.after))
    return Past(one.standing, one.as_of, one.decided_at, different[:AT_MOST], max(0, len(different) - AT_MOST))


def _step(entry: Mapping[str, Any], speaker: Speaker) -> Step:
    label = speaker.study.variables[entry["variable"]].label[speaker.language]
    return Step(label, _reading(entry["old"], speaker), _reading(entry["new"], speaker))


def _reading(pick: Mapping[str, Any] | None, speaker: Speaker) -> str:
    """The facts of a pick in a few words; why there are none."""
    readings = (pick or {}).get("readings", ())
    if not readings:
        because = str((pick or {}).get("because"))
        return speaker.phrase("because", because) if because in speaker.catalogue["because"] else "–"
    said = [_fact(fact, speaker) for fact in readings[:2]]
    return speaker.listed(said) + (" …" if len(readings) > len(said) else "")


def _fact(fact: Mapping[str, Any], speaker: Speaker) -> str:
    what = speaker.word(fact.get("word")) or fact.get("received") or fact.get("flag") or "✓"
    return f"{what} ({fact['start']})" if fact.get("start") else str(what)
