"""Runs a study's own cases: invented patients with the answers they are to get, and shows every difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from adapter.errors import StudyError
from adapter.outputs.decision_line import number_of
from adapter.pipeline import Judged, Screen, judge_one, read
from adapter.sources.folder import FolderSource
from adapter.study.toml import read_toml


@dataclass(frozen=True)
class Difference:
    """What was expected of one case and what came."""

    case: str
    what: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.case:<34} {self.what:<26} expected {self.expected:<28} came {self.came}"


def cases(folder: Path) -> list[Path]:
    """The cases of a study: each a TOML of expectations beside a JSON of resources."""
    found = sorted((folder / "cases").glob("*.toml"))
    if not found:
        raise StudyError(
            f"{folder / 'cases'}: no case. Add NAME.json with a patient and NAME.toml with what is expected."
        )
    return found


def assure(screen: Screen, folder: Path) -> tuple[int, list[Difference]]:
    """Judge every case; return how many there are and every difference."""
    found = cases(folder)
    return len(found), [difference for file in found for difference in differences(screen, file)]


def differences(screen: Screen, file: Path) -> Iterator[Difference]:
    """Compare one case with what came, in the order of its file."""
    wanted = read_toml(file)
    expected = wanted.get("expected", {})
    records = read(FolderSource(file.with_suffix(".json")), screen).records
    if len(records) != 1:
        yield Difference(file.stem, "patients", "1", str(len(records)))
        return
    judged = judge_one(records[0], screen.study, date.fromisoformat(str(wanted["as_of"])))
    for what, right, came in _compared(expected, judged, screen):
        if right != came:
            yield Difference(file.stem, what, right, came)


def _compared(expected: dict[str, Any], judged: Judged, screen: Screen) -> Iterator[tuple[str, str, str]]:
    decision = judged.decision
    if "decision" in expected:
        yield "decision", expected["decision"], decision.standing.value
    for name, right in expected.get("criteria", {}).items():
        finding = decision.findings.get(name)
        if finding is None:
            yield name, right, "no such criterion"
            continue
        because = f": {finding.because}" if finding.because and ":" in right else ""
        yield name, right, f"{finding.answer}{because}"
    for name, (low, high) in expected.get("scores", {}).items():
        score = decision.scores.get(name)
        yield name, f"[{low}, {high}]", f"[{score.low}, {score.high}]" if score else "no such score"
    speaker = screen.speaker("en")
    for name, right in expected.get("variables", {}).items():
        came = _variable(name, judged, screen)
        yield name, f"{float(right):.1f}", "none" if came is None else f"{float(came):.1f}"
    if "settles" in expected:
        whats = [entry.thing.id for entry in judged.settles]
        yield "settles", speaker.listed(sorted(expected["settles"])), speaker.listed(sorted(whats))


def _variable(name: str, judged: Judged, screen: Screen) -> float | int | None:
    variable = screen.study.reported.get(name)
    return None if variable is None else number_of(judged.decision.picks[variable], screen.study.variables[variable])
