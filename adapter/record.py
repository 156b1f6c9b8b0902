"""What a run decided goes on record: each decision that differs from the last, its change, and whom it is to reach.

Everybody is judged first, and what moved is kept packed. Then all of it is written in one transaction: the journal is
held for moments, and not while a run thinks.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.metadata import version

from adapter.journal import Change, Decided, Journal, Latest, Review, StoredStatus
from adapter.journal.clinic.outlook import Outlook, keep, priced
from adapter.journal.picks import as_json, difference, digest
from adapter.journal.statuses import SUBJECT_OUTPUT, subject_delivery
from adapter.journal.work import Work
from adapter.outputs.alerts.audience import hearers
from adapter.outputs.alerts.kinds import FLAGGED, REVIEW, change_kind
from adapter.outputs.alerts.telling import Stand, Telling
from adapter.outputs.decision_line import as_line
from adapter.outputs.note import as_note
from adapter.outputs.subject.states import THEIRS, Deed, todo
from adapter.pipeline import Judged, Screen
from adapter.screening.decision import Standing
from adapter.settings.model import Outputs
from adapter.words import LANGUAGES


@dataclass(frozen=True)
class Moved:
    """A decision that differs from the last one, its texts packed."""

    patient: str
    standing: str
    picks: bytes
    line: bytes
    notes: Mapping[str, bytes]  # by language
    outlook: tuple[int, str]
    before: Latest | None


@dataclass
class Gathered:
    """Everybody who was judged: what moved, who stands as before, and whose data came in part."""

    moved: list[Moved] = field(default_factory=list)
    still: list[Latest] = field(default_factory=list)
    unclear: set[str] = field(default_factory=set)

    @property
    def flagged(self) -> int:
        """How many were worth a look by the last decision."""
        before = [one.before for one in self.moved if one.before] + self.still
        return sum(one.standing in FLAGGED for one in before)

    @property
    def lowered(self) -> list[Moved]:
        """Who was worth a look, and is no longer."""
        return [
            one for one in self.moved if one.before and one.before.standing in FLAGGED and one.standing not in FLAGGED
        ]

    def hold(self) -> None:
        """Leave those who would be lowered as they are: their data are doubted."""
        held = {one.patient for one in self.lowered}
        self.moved = [one for one in self.moved if one.patient not in held]
        self.unclear |= held


@dataclass(frozen=True)
class Record:
    """The journal of one study, as one run writes to it; `at` is an instant, UTC, ISO 8601."""

    journal: Journal
    screen: Screen
    study_hash: str
    outputs: Outputs
    as_of: date
    at: str

    def gather(self, judged: Iterable[Judged], standings: Counter[str]) -> Gathered:
        """Go through everybody, count where they stand, and keep what differs from the last decision."""
        latest, gathered = self.journal.latest_of_all(self.screen.study.id), Gathered()
        for one in judged:
            standing, picks = one.decision.standing.value, as_json(one.decision.picks)
            standings[standing] += 1
            before = latest.get(one.decision.patient)
            if one.decision.incomplete:  # what was read in part raises and lowers nobody
                gathered.unclear.add(one.decision.patient)
            elif before is not None and before.standing == standing and before.picks_digest == digest(picks):
                gathered.still.append(before)
            else:
                gathered.moved.append(self._packed(one, standing, picks, before))
        return gathered

    def _packed(self, one: Judged, standing: str, picks: str, before: Latest | None) -> Moved:
        study, sex = self.screen.study, one.record.person.sex
        line = as_line(one.decision, one.settles, study, self.screen.speaker("en", sex))
        notes = {
            language: _pack(as_note(one.decision, one.settles, study, self.screen.speaker(language, sex)))
            for language in LANGUAGES
        }
        outlook = priced(one.settles)
        return Moved(one.decision.patient, standing, _pack(picks), _pack(line), notes, outlook, before)

    def begin(self, work: Work) -> int:
        """Note that the run has begun; return its number."""
        return work.begin_run(
            started_at=self.at,
            as_of=self.as_of.isoformat(),
            study=self.screen.study.id,
            study_hash=self.study_hash,
            adapter_version=version("trial-adapter"),
        )

    def write(self, work: Work, run: int, gathered: Gathered, telling: Telling) -> Counter[str]:
        """Write all decisions with their changes and deliveries; return how many changes of each kind there are."""
        latest = work.latest(self.screen.study.id)
        moved = [one for one in gathered.moved if latest.get(one.patient) == one.before]
        # Where a person's act had a patient judged meanwhile, it was on newer forms and all that this run has pulled.
        overtaken = [latest[one.patient] for one in gathered.moved if latest.get(one.patient) != one.before]
        stands = [self._write_one(work, run, one, telling) for one in moved]
        kinds = Counter(stand.moved for stand in stands if stand.moved is not None)
        stands += [Stand(one.patient, one.standing, one.id) for one in (*gathered.still, *overtaken)]
        telling.tell(work, hearers(self.outputs), stands, gathered.unclear)
        if self._was_silent(run) and telling.silence is None:
            self._catch_up(work, stands)
        return kinds

    def decide(self, work: Work, judged: Judged, telling: Telling) -> bool:
        """Put one patient's decision on record because of a person's act; tell whether it differs from the last.

        It belongs to the run whose data it rests on, or to one of its own where the study has changed since. Where
        something was read in part nothing is recorded: the next run that reads it whole decides, on the act too.
        """
        study, standing, picks = self.screen.study.id, judged.decision.standing.value, as_json(judged.decision.picks)
        before = work.latest_of(study, judged.decision.patient)
        same = before is not None and (before.standing, before.picks_digest) == (standing, digest(picks))
        if same or judged.decision.incomplete:
            return False
        last = self.journal.last_run(study)
        own = last is not None and last.study_hash == self.study_hash
        run = last.id if last is not None and own else self.begin(work)
        self._write_one(work, run, self._packed(judged, standing, picks, before), telling)
        if not own:
            work.end_run(run, ended_at=self.at, report="{}", exit_code=0)
        return True

    def _write_one(self, work: Work, run: int, one: Moved, telling: Telling) -> Stand:
        study, picks = self.screen.study.id, _unpack(one.picks)
        decided = Decided(
            run, one.patient, study, self.as_of.isoformat(), one.standing, picks, _unpack(one.line), self.at
        )
        made = work.record(decided)
        cost, things = one.outlook
        as_of = self.as_of.isoformat()
        keep(work.connection, Outlook(made, study, one.patient, one.standing, as_of, self.at, cost, things))
        for language, note in one.notes.items():
            work.note(made, language, _unpack(note))
        if one.standing in FLAGGED:
            work.screening_number(study, one.patient, self.at)
        old = one.before.standing if one.before else None
        kind = change_kind(old, one.standing, written=self._written(old, one))
        if (noted := REVIEW if self._asked(work, made, one) else kind) is not None:
            moved = difference(work.decision(one.before.id).picks, picks) if one.before else []
            moved_by = json.dumps(moved, ensure_ascii=False)
            work.change(Change(made, one.patient, study, noted, old, one.standing, moved_by, True, self.at))
            if telling.silence is None:
                self._write_back(work, one.patient, made)
        return Stand(one.patient, one.standing, made, fresh=True, moved=kind)

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

    def _write_back(self, work: Work, patient: str, decision: int) -> None:
        """Have the hospital's record say where the patient stands, where that is switched on."""
        if self.outputs.research_subject.enabled:
            work.deliver(SUBJECT_OUTPUT, *subject_delivery(self.screen.study.id, patient, decision), self.at)

    def _catch_up(self, work: Work, stands: Iterable[Stand]) -> None:
        """Have the hospital's record say how those stand who were flagged while nothing was written."""
        for stand in stands:
            if stand.standing in FLAGGED:
                self._write_back(work, stand.patient, stand.decision)

    def _was_silent(self, run: int) -> bool:
        """Whether the run before this one wrote nothing back: it was to be silent, or the output was off."""
        before = self.journal.last_run(self.screen.study.id, before=run)
        report = json.loads(before.report) if before and before.report else {}
        return "spoke" in report and SUBJECT_OUTPUT not in report["spoke"]


def _pack(text: str) -> bytes:
    return zlib.compress(text.encode(), 1)


def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode()
