"""One probe: a few resources, and what the clinical reference says of them, sentence by sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache

from adapter import pipeline
from adapter.facts.intake import Intake
from adapter.screening.decision import Decision, decide
from adapter.screening.judging.criteria import Judgement
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import lay_out
from adapter.study.load import find_study, load_study
from tests.robustness.ward import AS_OF, ROOT, STUDY
from tests.studies.reference_a.records import Resource, bundle

SCORES = {"eular": "eular-acr-2019", "acr": "acr-1997", "sledai": "selena-sledai", "clinical": "selena-sledai-clinical"}
CONFLICTS = {"stands_against", "also_on_record"}


@dataclass(frozen=True)
class Probe:
    """Resources and the answers they must get.

    Keys of `expected`: a criterion (`I2a`), an item (`eular.fever`, `acr.renal`, `sledai.hematuria`), a score
    (`sledai`: its range), `entry`, `decision`, or `conflict I2` (whether both sides are shown). An answer may name its
    reason: `unknown: too_old`.
    """

    section: str
    says: str
    resources: list[Resource]
    expected: dict[str, object]
    settings: dict[str, str] = field(default_factory=dict)


@cache
def screen(settings: tuple[tuple[str, str], ...] = ()) -> pipeline.Screen:
    """The study as it ships, with some parameters set."""
    mappings = ROOT / "mappings"
    return pipeline.prepare(
        load_study(find_study(STUDY, mappings), mappings, dict(settings), None), mappings, "Asia/Shanghai"
    )


def decided(probe: Probe) -> Decision | None:
    """The decision; None where nobody is judged."""
    room = screen(tuple(sorted(probe.settings.items())))
    intake = Intake(room.context, room.views, room.study.registry)
    for one in bundle(probe.resources):
        intake.take(json.dumps(one, ensure_ascii=False).encode())
    records = intake.cohort(()).records
    if not records:
        return None
    shelf = lay_out(records[0], room.study, AS_OF)
    picks = pick_from(shelf, room.study, room.study.variables.values())
    return decide(records[0], Judgement(room.study, picks, records[0].person.sex), AS_OF)


def came(probe: Probe) -> dict[str, object]:
    """What came of a probe, in the words of its expectations."""
    decision = decided(probe)
    return {key: _one(decision, key, wanted) for key, wanted in probe.expected.items()}


def _one(decision: Decision | None, key: str, wanted: object) -> object:
    if decision is None:
        return "not judged"
    if key == "decision":
        return decision.standing.value
    if key == "entry":
        return str(decision.scores["eular-acr-2019"].entry)
    if key in SCORES:
        score = decision.scores[SCORES[key]]
        return (score.low, score.high)
    sheet, _, name = key.partition(".")
    if name:
        finding = dict(decision.scores[SCORES[sheet]].items)[name]
    elif key.startswith("conflict "):
        notes = {note.key for note in decision.findings[key.split()[1]].notes}
        return bool(notes & CONFLICTS)
    else:
        finding = decision.findings[key]
    because = f": {finding.because}" if finding.because and ":" in str(wanted) else ""
    return f"{finding.answer}{because}"
