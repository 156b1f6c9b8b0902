"""The product's weekly runs over one patient: read, pick, judge, stand, for every setting of the flag at once.

The criteria do not depend on the flag's two numbers, so they are judged once a run and the flag for each setting. Only
runs are judged before which the record changed or at which something leaves a window; in between nothing can move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from adapter import pipeline
from adapter.screening.bearing import rests_on
from adapter.screening.decision import bad_news, of_parts
from adapter.screening.judging.criteria import Judgement
from adapter.screening.judging.logic import all_of, any_of
from adapter.screening.model import Answer, Finding, PatientRecord
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import Shelf, lay_out
from adapter.screening.study import Variable
from adapter.study.load import find_study, load_study
from tests.flag.course import FIRST_RUN, ORIGIN, WEEKS
from tests.population.writing import Charts

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
STUDY = "telitacicept-belimumab"
DEFAULT = (90, 4)
GRID = tuple(product((60, 90, 180), (2, 4, 6, 8)))
SIGNS = {
    "laboratory points": ("laboratory_points",),
    "stated total": ("stated_total_six",),
    "treatment or nephritis begun": ("therapy_begun", "nephritis_newly_coded"),
}
POINTS_RULES = frozenset({"laboratory_points", "sign_of_activity", "flag_when"})
WINDOWS = tuple(sorted({window for window, _ in GRID}))
ALL = frozenset({0, *WINDOWS})


@dataclass
class Watched:
    """What the runs said of one patient, one entry for each run."""

    flags: dict[str, list[bool]]  # by setting or variant
    why_not: list[str]  # at the usual setting, empty where flagged
    signs: list[tuple[str, ...]]  # which signs are met at the usual setting


@dataclass
class Seen:
    """What the last judged run found."""

    usual: Judgement = None  # type: ignore[assignment]
    ruled_out: bool | None = None  # asked only where a setting flags
    flags: dict[str, bool] = field(default_factory=dict)  # the flag's rule is met and nothing rules out


def name_of(window: int, points: int) -> str:
    """A setting's name."""
    return f"{window} days, {points} points"


@cache
def screen(window: int, points: int) -> pipeline.Screen:
    """The study as this setting makes it."""
    settings = {"flag_window_days": str(window), "flag_min_points": str(points)}
    mapped = load_study(find_study(STUDY, MAPPINGS), MAPPINGS, settings)
    return pipeline.prepare(mapped, MAPPINGS, "Asia/Shanghai")


@cache
def read_by_flag() -> tuple[Variable, ...]:
    """The variables that the flag rests on, however deep."""
    study = screen(*DEFAULT).study
    waiting, rules = [study.flag_rule], {}
    while waiting:
        rule = study.rules[waiting.pop()]
        if rule.id not in rules:
            rules[rule.id] = rule
            items = study.score_of(rule.score).items if rule.score else ()
            waiting += [*rule.asks, *(item.rule for item in items)]
    return tuple(
        {r.compare.variable: study.variables[r.compare.variable] for r in rules.values() if r.compare}.values()
    )


@cache
def moved_by(window: int) -> tuple[Variable, ...]:
    """The variables that this window changes."""
    usual, other = (screen(days, DEFAULT[1]).study.variables for days in (DEFAULT[0], window))
    return tuple(variable for name, variable in other.items() if variable != usual[name])


@cache
def rules_in(window: int) -> frozenset[str]:
    """The rules that may answer otherwise in this window or with other points."""
    touched = {variable.id for variable in moved_by(window)}
    resting = rests_on(screen(window, DEFAULT[1]).study)
    return POINTS_RULES | {name for name, variables in resting.items() if variables & touched}


def record_of(resources: list[dict[str, Any]]) -> PatientRecord:
    """One patient, read as the product reads."""
    return pipeline.read(Charts(resources), screen(*DEFAULT)).records[0]


def run_on(run: int) -> date:
    """The Monday of a run."""
    return ORIGIN + timedelta(7 * (FIRST_RUN + run))


def watch(record: PatientRecord, grid: tuple[tuple[int, int], ...] = GRID) -> Watched:
    """All weekly runs over one patient."""
    watched = Watched({name: [] for name in [*(name_of(*one) for one in grid), *_variants()]}, [], [])
    due, seen = _due(record), Seen()
    for run in range(WEEKS - FIRST_RUN):
        if run in due:
            _judge(record, run_on(run), grid, due[run], seen)
        for name, flagged in seen.flags.items():
            watched.flags[name].append(flagged and not seen.ruled_out)
        watched.why_not.append(_why_not(seen))
        watched.signs.append(_signs(seen.usual))
    return watched


def _variants() -> list[str]:
    return [f"only {name}" for name in SIGNS] + [f"without {name}" for name in SIGNS]


def _due(record: PatientRecord) -> dict[int, set[int]]:
    """The runs at which something may move, each with the windows it may move in; 0 stands for the criteria."""
    due: dict[int, set[int]] = {0: {*ALL}}
    for fact in record.facts:
        edges = {fact.start.first: ALL} if fact.start else {}
        if fact.end:
            edges |= {fact.end.first + timedelta(1): ALL, fact.end.first + timedelta(366): {0}}
        if fact.start:
            edges |= {fact.start.first + timedelta(days + 1): {days} for days in WINDOWS}
            edges[fact.start.first + timedelta(91)] = {0, 90}
            if fact.concept == "sledai.total":
                edges[fact.start.first + timedelta(31)] = {0}
        for day, windows in edges.items():
            run = math.ceil((day - run_on(0)).days / 7)
            if run >= 0:
                due.setdefault(run, set()).update(windows)
    return due


def _judge(record: PatientRecord, as_of: date, grid: tuple[tuple[int, int], ...], due: set[int], seen: Seen) -> None:
    """Judge what may have moved since the last run.

    Nobody becomes a candidate here: whether a patient is willing is only ever stated.
    """
    study = screen(*DEFAULT).study
    shelf = lay_out(record, study, as_of)
    if due & {0, DEFAULT[0]}:
        picks = pick_from(shelf, study, read_by_flag())
        seen.usual, seen.ruled_out = Judgement(study, picks, record.person.sex), None
        seen.flags |= _by_sign(seen.usual)
        due = due | ALL
    for window in sorted({one for one, _ in grid} & due):
        flags = _flags(shelf, window, [points for days, points in grid if days == window], seen.usual)
        seen.flags |= {name_of(window, points): flag.answer is Answer.MET for points, flag in flags.items()}
    if seen.ruled_out is None and any(seen.flags.values()):
        judgement = Judgement(study, pick_from(shelf, study, study.variables.values()), record.person.sex)
        seen.ruled_out = any(
            of_parts(criterion, judgement).answer is bad_news(criterion)
            for criterion in study.criteria
            if not criterion.part_of
        )


def _flags(shelf: Shelf, window: int, wanted: list[int], usual: Judgement) -> dict[int, Finding]:
    """The flag's finding for each number of points, what the setting does not touch being judged once."""
    flags, before, touched = {}, usual, rules_in(window)
    picks = usual.picks | pick_from(shelf, screen(window, DEFAULT[1]).study, moved_by(window))
    for points in wanted:
        study = screen(window, points).study
        judgement = Judgement(study, picks, usual.sex)
        judgement._findings = {name: found for name, found in before._findings.items() if name not in touched}
        judgement._scores = {} if before is usual else dict(before._scores)
        flags[points] = judgement.finding(study.flag_rule)
        before, touched = judgement, POINTS_RULES
    return flags


def _signs(usual: Judgement) -> tuple[str, ...]:
    return tuple(name for name, rules in SIGNS.items() if any_of(usual.findings(rules)).answer is Answer.MET)


def _by_sign(usual: Judgement) -> dict[str, bool]:
    """The flag of the usual setting with one sign alone, and without one."""
    others = [rule for rule in usual.study.rules[usual.study.flag_rule].of if rule != "sign_of_activity"]
    flags = {}
    for name in SIGNS:
        for variant, wanted in ((f"only {name}", {name}), (f"without {name}", {*SIGNS} - {name})):
            rules = [rule for sign in SIGNS if sign in wanted for rule in SIGNS[sign]]
            finding = all_of([*usual.findings(others), any_of(usual.findings(rules))])
            flags[variant] = finding.answer is Answer.MET
    return flags


def _why_not(seen: Seen) -> str:
    """Why the usual setting does not flag; empty where it does."""
    if seen.usual.finding("sign_of_activity").answer is not Answer.MET:
        return "no sign of activity on record"
    if seen.usual.finding("flag_when").answer is not Answer.MET:
        return "earlier treatment or age not on record"
    return "ruled out by the record" if seen.ruled_out else ""
