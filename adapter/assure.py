"""Runs a study's own cases and a hospital's: invented patients with the answers they are to get; shows differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapter.outputs.decision_line import number_of
from adapter.pipeline import Judged, Screen, judge_one, read
from adapter.progress import Progress
from adapter.sources.folder import FolderSource
from adapter.study.cases import Case, Expected


@dataclass(frozen=True)
class Difference:
    """What was expected of one case and what came."""

    case: str
    what: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.case:<34} {self.what:<26} expected {self.expected:<28} came {self.came}"


def assure(screen: Screen, cases: Sequence[Case], progress: Progress) -> list[Difference]:
    """Judge the cases; return every difference."""
    with progress.phase("assure", "cases", len(cases)):
        return [difference for case in progress.counted(cases, 1) for difference in differences(screen, case)]


def differences(screen: Screen, case: Case) -> Iterator[Difference]:
    """Compare one case with what came, in the order of its file."""
    records = read(FolderSource(case.resources), screen).records
    if len(records) != 1:
        yield Difference(case.name, "patients", "1", str(len(records)))
        return
    judged = judge_one(records[0], screen.study, case.as_of)
    for what, right, came in _compared(case.expected, judged, screen):
        if right != came:
            yield Difference(case.name, what, right, came)


def _compared(expected: Expected, judged: Judged, screen: Screen) -> Iterator[tuple[str, str, str]]:
    decision = judged.decision
    yield "decision", expected.decision, decision.standing.value
    for name, right in expected.criteria.items():
        finding = decision.findings.get(name)
        because = f": {finding.because}" if finding and finding.because and ":" in right else ""
        yield name, right, f"{finding.answer}{because}" if finding else "no such criterion"
    for name, keys in expected.notes.items():
        found = decision.findings.get(name)
        came_keys = sorted({note.key for note in found.notes}) if found else ["no such criterion"]
        yield f"{name} notes", ", ".join(sorted(keys)), ", ".join(came_keys)
    for name, (low, high) in expected.scores.items():
        score = decision.scores.get(name)
        yield name, f"[{low}, {high}]", f"[{score.low}, {score.high}]" if score else "no such score"
    for name, number in expected.variables.items():
        came = _variable(name, judged, screen)
        yield name, f"{number:.1f}", "none" if came is None else f"{came:.1f}"
    if expected.settles is not None:
        came_things = sorted(entry.thing.id for entry in judged.settles)
        yield "settles", ", ".join(sorted(expected.settles)), ", ".join(came_things)


def _variable(name: str, judged: Judged, screen: Screen) -> float | int | None:
    variable = screen.study.reported.get(name)
    return None if variable is None else number_of(judged.decision.picks[variable], screen.study.variables[variable])
