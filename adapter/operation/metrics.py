"""The metrics, in the text form of Prometheus: counts and instants. A label is a word of ours, never of a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapter.operation.state import State
from adapter.screening.decision import Standing

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Reasons and phases are sentences of the program; what is not of their form may be anything, and is counted as `other`.
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9 _.,()-]{0,79}")
_OTHER = "other"


def metrics(state: State, now: datetime) -> bytes:
    """Everything that is counted of one study's service."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(state, now))
    return generate_latest(registry)


class _Counted(Collector):
    """Gives what the state holds as metrics."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    def collect(self) -> Iterator[Metric]:
        """Yield each metric."""
        yield _gauge("info", "The adapter that answers.", ["version"], [((version("trial-adapter"),), 1)])
        yield from self._runs()
        yield from self._patients()
        yield from self._records()
        waiting = (((output, kept), count) for (output, kept), count in self._state.deliveries.items())
        yield _gauge("deliveries", "Deliveries by output and state.", ["output", "state"], waiting)
        oldest = (((output,), self._age(at)) for output, at in self._state.oldest_pending.items())
        yield _gauge("oldest_pending_seconds", "How long the oldest pending delivery waits.", ["output"], oldest)

    def _runs(self) -> Iterator[Metric]:
        runs = CounterMetricFamily("trial_adapter_runs", "Runs on record by exit code.", labels=["exit_code"])
        for code, number in self._state.ended.items():
            runs.add_metric([str(code)], number)
        yield runs
        last = self._state.runs[0].ended_at if self._state.runs else None
        for name, means, at in (
            ("last_run_age_seconds", "Since the last run on record ended.", last),
            ("last_good_run_age_seconds", "Since a run ended with exit code 0.", self._state.last_good),
        ):
            yield _gauge(name, means, [], [((), self._age(at))] if at else [])
        seconds = self._state.report.get("seconds", {}).items()
        yield _gauge("run_seconds", "Seconds of the last run, in all and by phase.", ["phase"], _one_label(seconds))

    def _patients(self) -> Iterator[Metric]:
        report = self._state.report
        yield _gauge("population", "Patients asked about in the last run.", [], [((), report.get("population", 0))])
        decided = report.get("decisions", {})
        counts = (((standing.value,), decided.get(standing.value, 0)) for standing in Standing)
        yield _gauge("patients", "Patients judged in the last run, by decision.", ["decision"], counts)
        not_judged = _one_label(report.get("not_judged", {}).items())
        yield _gauge("patients_not_judged", "Patients not judged in the last run.", ["reason"], not_judged)
        shares = (((name,), share) for name, share in self._state.coverage.items())
        means = "Share of patients for whom the last run could decide a criterion."
        yield _gauge("criterion_coverage_ratio", means, ["criterion"], shares)
        fallen = (((one.criterion,), one.before - one.now) for one in self._state.drift)
        yield _gauge("criterion_coverage_fall", "How far a coverage fell.", ["criterion"], fallen)

    def _records(self) -> Iterator[Metric]:
        troubles = _one_label((kind, 1) for kind in self._state.report.get("troubles", {}))
        yield _gauge("incomplete_types", "Types that the last run read in part.", ["type"], troubles)
        asked = {
            kind for kind, line in self._state.report.get("account", {}).get("resources", {}).items() if "asked" in line
        }
        counts: dict[tuple[str, ...], float] = {}
        for one in self._state.quarantined:
            label = (one.type if one.type in asked else _OTHER, _word(one.reason))
            counts[label] = counts.get(label, 0) + one.count
        yield _gauge(
            "quarantined", "Resources that cannot be read, by type and reason.", ["type", "reason"], counts.items()
        )

    def _age(self, at: str) -> float:
        return max(0.0, (self._now - datetime.fromisoformat(at)).total_seconds())


def _gauge(
    name: str, means: str, labels: list[str], samples: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"trial_adapter_{name}", means, labels=labels)
    for values, number in samples:
        family.add_metric(list(values), number)
    return family


def _one_label(counts: Iterable[tuple[str, Any]]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Counts under one label, those under odd words together."""
    known: dict[str, float] = {}
    for name, count in counts:
        known[_word(name)] = known.get(_word(name), 0) + count
    return (((name,), count) for name, count in known.items())


def _word(text: str) -> str:
    return text if _WORDS.fullmatch(text) else _OTHER
