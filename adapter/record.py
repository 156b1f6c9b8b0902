"""What a run decided goes on record: each decision that differs from the last, its change, and whom it is to reach.

Everybody is judged first, and what moved is kept packed. Then all of it is written in one transaction: the journal is
held for moments, and not while a run thinks.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version

from adapter.journal import Change, Decided, Journal, Latest, Review, StoredStatus
from adapter.journal.picks import as_json, difference, digest
from adapter.journal.statuses import SUBJECT_OUTPUT, subject_delivery
from adapter.journal.work import Work
from adapter.outputs.decision_line import as_line
from adapter.outputs.email import mail_deliveries
from adapter.outputs.note import as_note
from adapter.outputs.subject_states import THEIRS, Deed, todo
from adapter.pipeline import Judged, Screen
from adapter.screening.decision import Standing
from adapter.settings.model import Outputs
from adapter.words import LANGUAGES

FLAGGED = frozenset({Standing.CANDIDATE.value, Standing.POTENTIAL_CANDIDATE.value})


@dataclass(frozen=True)
class Moved:
    """A decision that differs from the last one, its texts packed."""

    patient: str
    standing: str
    picks: bytes
    line: bytes
    notes: Mapping[str, bytes]  # by language
    before: Latest | None


@dataclass(frozen=True)
class Record:
    """The journal of one study, as one run writes to it; `at` is an instant, UTC, ISO 8601."""

    journal: Journal
    screen: Screen
    study_hash: str
    outputs: Outputs
    as_of: date
    at: str

    def moved(self, judged: Iterable[Judged], standings: Counter[str]) -> list[Moved]:
        """Go through everybody, count where they stand, and keep what differs from the last decision."""
        return list(self._differing(judged, standings))

    def _differing(self, judged: Iterable[Judged], standings: Counter[str]) -> Iterator[Moved]:
        latest = self.journal.latest_of_all(self.screen.study.id)
        for one in judged:
            standing, picks = one.decision.standing.value, as_json(one.decision.picks)
            standings[standing] += 1
            before = latest.get(one.decision.patient)
            same = before is not None and before.standing == standing and before.picks_digest == digest(picks)
            if not same and not one.decision.incomplete:  # what was read in part raises and lowers nobody
                yield self._packed(one, standing, picks, before)

    def _packed(self, one: Judged, standing: str, picks: str, before: Latest | None) -> Moved:
        study, sex = self.screen.study, one.record.person.sex
        line = as_line(one.decision, one.settles, study, self.screen.speaker("en", sex))
        notes = {
            language: _pack(as_note(one.decision, one.settles, study, self.screen.speaker(language, sex)))
            for language in LANGUAGES
        }
        return Moved(one.decision.patient, standing, _pack(picks), _pack(line), notes, before)

    def begin(self, work: Work) -> int:
        """Note that the run has begun; return its number."""
        return work.begin_run(
            started_at=self.at,
            as_of=self.as_of.isoformat(),
            study=self.screen.study.id,
            study_hash=self.study_hash,
            adapter_version=version("trial-adapter"),
        )

    def write(self, work: Work, run: int, moved: Iterable[Moved]) -> Counter[str]:
        """Write all decisions with their changes and deliveries; return how many changes of each kind there are."""
        kinds = (self._write_one(work, run, one) for one in moved)
        return Counter(kind for kind in kinds if kind is not None)

    def _write_one(self, work: Work, run: int, one: Moved) -> str | None:
        study, picks = self.screen.study.id, _unpack(one.picks)
        decided = Decided(
            run, one.patient, study, self.as_of.isoformat(), one.standing, picks, _unpack(one.line), self.at
        )
        made = work.record(decided)
        for language, note in one.notes.items():
            work.note(made, language, _unpack(note))
        old = one.before.standing if one.before else None
        kind = change_kind(old, one.standing, written=self._written(old, one))
        if self._asked(work, made, one):
            kind = "review"
        if kind is not None:
            moved = difference(work.decision(one.before.id).picks, picks) if one.before else []
            moved_by = json.dumps(moved, ensure_ascii=False)
            self._tell(work, Change(made, one.patient, study, kind, old, one.standing, moved_by, True, self.at))
        return kind

    def _asked(self, work: Work, decision: int, one: Moved) -> bool:
        """Ask a person to look where the decision speaks against what they said of the patient; whether it is new."""
        said = self._said.get(one.patient)
        if said is None:
            return False
        if todo(Standing(one.standing), said.status, THEIRS).deed is not Deed.REVIEW:
            work.end_review(said.study, one.patient, self.at, "data")
            return False
        return work.open_review(Review(said.study, one.patient, decision, one.standing, said.status), self.at)

    @cached_property
    def _said(self) -> Mapping[str, StoredStatus]:
        """What persons said last, as it was when the run came to write."""
        return self.journal.latest_statuses(self.screen.study.id)

    def _written(self, old: str | None, one: Moved) -> bool:
        """Whether somebody who was flagged, then open, is ruled out while a subject of ours still stands."""
        late = old == Standing.OPEN.value and one.standing == Standing.INELIGIBLE.value
        return late and self.journal.subject(self.screen.study.id, one.patient) is not None

    def _tell(self, work: Work, change: Change) -> None:
        """Give each output that is on its delivery of this change."""
        number = work.change(change)
        if self.outputs.research_subject.enabled:
            delivery = subject_delivery(change.study, change.patient, change.decision)
            work.deliver(SUBJECT_OUTPUT, *delivery, change.at)
        if self.outputs.email.enabled and change.kind != "unflagged":
            work.screening_number(change.study, change.patient, change.at)
            for key, payload in mail_deliveries(change, number, self.outputs.email):
                work.deliver("email", key, payload, change.at)


def change_kind(old: str | None, new: str, *, written: bool = False) -> str | None:
    """What an investigator would call the step from one standing to the next; None: nothing to tell.

    `written`: the hospital's record still calls the patient a candidate, from an earlier flag.
    """
    if old == new or (old not in FLAGGED and new not in FLAGGED and not written):
        return None
    if old not in FLAGGED and new in FLAGGED:
        return "flagged"
    if new in FLAGGED:
        return "moved"
    return "ruled-out" if new == Standing.INELIGIBLE.value else "unflagged"


def _pack(text: str) -> bytes:
    return zlib.compress(text.encode(), 1)


def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode()
