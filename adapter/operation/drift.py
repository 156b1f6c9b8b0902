"""Drift: a criterion of which fewer patients are decided than lately tells of an interface that changed.

Coverage is the share of patients for whom a criterion is met or not met. The run is held against the median of the runs
before it that judged by the same study: one bad run is no measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Report = Mapping[str, Any]  # as RunReport.as_json has it

RUNS = 10  # the run is held against so many
RUNS_AT_LEAST = 3
PATIENTS_AT_LEAST = 10  # of fewer, one patient more or less moves too much
FELL_BY = 0.2  # of all patients


@dataclass(frozen=True, slots=True)
class Drift:
    """A criterion whose coverage fell: the shares before and now, and which reason of an unknown grew most."""

    criterion: str
    before: float
    now: float
    because: str


def coverage(report: Report) -> dict[str, float]:
    """Of each criterion the share of patients for whom it is decided; none where nobody was judged."""
    shares = {name: _share(counts) for name, counts in report.get("criteria", {}).items()}
    return {name: share for name, share in shares.items() if share is not None}


def drift(report: Report, earlier: Sequence[Report], fell_by: float = FELL_BY) -> list[Drift]:
    """The criteria whose coverage fell against the runs before, the deepest fall first; `earlier`: the newest first."""
    known = [one for one in earlier if _judged(one) >= PATIENTS_AT_LEAST][:RUNS]
    if len(known) < RUNS_AT_LEAST or _judged(report) < PATIENTS_AT_LEAST:
        return []
    fallen = (one for one in _against(report, known) if one.before - one.now >= fell_by)
    return sorted(fallen, key=lambda one: (one.now - one.before, one.criterion))


def _against(report: Report, known: Sequence[Report]) -> Iterator[Drift]:
    before = [coverage(one) for one in known]
    for name, now in coverage(report).items():
        shares = [shares[name] for shares in before if name in shares]
        if shares:
            yield Drift(name, median(shares), now, _grew_most(name, report, known))


def _grew_most(name: str, report: Report, known: Sequence[Report]) -> str:
    """The reason of an unknown whose share grew most; "" where none did."""
    now, before = _reasons(report, name), [_reasons(one, name) for one in known]
    grown = {reason: share - median(one.get(reason, 0.0) for one in before) for reason, share in now.items()}
    most = max(sorted(grown), key=lambda reason: grown[reason], default="")
    return most if grown.get(most, 0.0) > 0 else ""


def _reasons(report: Report, name: str) -> dict[str, float]:
    counts = report.get("criteria", {}).get(name, {"unknown": {}})
    patients = _patients(counts)
    return {reason: times / patients for reason, times in counts["unknown"].items()} if patients else {}


def _share(counts: Mapping[str, Any]) -> float | None:
    patients = _patients(counts)
    return (counts["met"] + counts["not_met"]) / patients if patients else None


def _patients(counts: Mapping[str, Any]) -> int:
    return int(counts.get("met", 0) + counts.get("not_met", 0) + sum(counts["unknown"].values()))


def _judged(report: Report) -> int:
    """How many patients the run judged: as many as any criterion was asked of."""
    return max(map(_patients, report.get("criteria", {}).values()), default=0)
