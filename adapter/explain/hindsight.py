"""What was decided on a past day, held against what would be decided now: which answers differ, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapter.journal import StoredDecision
from adapter.journal.picks import as_json, difference
from adapter.outputs.decision_line import as_line
from adapter.pipeline import Judged, Screen, judge_one
from adapter.screening.model import PatientRecord


@dataclass(frozen=True)
class Hindsight:
    """A decision on record, and the same patient judged by the record and the study of today."""

    then: StoredDecision
    now: Judged
    study_changed: bool

    def lines(self, screen: Screen, language: str) -> Iterator[str]:
        """What would be decided now, each answer that differs, and what made the difference."""
        speaker = screen.speaker(language, self.now.record.person.sex)
        here = json.loads(as_line(self.now.decision, (), screen.study, speaker))
        standing = speaker.phrase("since", here["decision"])
        yield speaker.phrase("since", "now", date=here["as_of"], standing=standing)
        before, after = _answers(json.loads(self.then.line)), _answers(here)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                then, now = (speaker.phrase("since", one.get(name, "absent")) for one in (before, after))
                yield speaker.phrase("since", "answer", id=name, then=then, now=now)
        moved = [one["variable"] for one in difference(self.then.picks, as_json(self.now.decision.picks))]
        if moved:
            yield speaker.phrase("since", "moved", variables=speaker.listed(moved))
        if self.study_changed:
            yield speaker.phrase("since", "study")
        if not moved and not self.study_changed:
            yield speaker.phrase("since", "same")


def look_back(then: StoredDecision, record: PatientRecord, screen: Screen, today: date, *, changed: bool) -> Hindsight:
    """Judge the patient by what is known today; nothing is recorded."""
    return Hindsight(then, judge_one(record, screen.study, today), changed)


def _answers(line: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["answer"] for one in line.get("criteria", ())}
