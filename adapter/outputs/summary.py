"""What a screening came to, as a few plain lines: counts, reasons, and what a site could map. No patient data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from adapter.facts.intake import Cohort

UNMAPPED_SHOWN = 10


class Report(Protocol):
    """As much of a run's report as is told."""

    population: int
    came: int
    left: int
    requests: int
    troubles: dict[str, str]
    decisions: dict[str, int]
    changes: dict[str, int]
    not_judged: dict[str, int]
    deliveries: dict[str, dict[str, int]]
    trouble: tuple[str, ...]
    account: dict[str, Any]


FILES_SHOWN = 3


def summary(cohort: Cohort, decided: Counter[str], passed_over: Sequence[str] = ()) -> str:
    """The account of one screening; `passed_over` are the files that hold no FHIR."""
    lines = [*_lines(cohort, decided), *([_files(passed_over)] if passed_over else [])]
    return "\n".join(lines)


def _lines(cohort: Cohort, decided: Counter[str]) -> Iterator[str]:
    counts = ", ".join(f"{decided[name]} {name}" for name in sorted(decided))
    yield f"{decided.total()} patients judged: {counts or 'nobody'}"
    if cohort.not_judged:
        reasons = Counter(cohort.not_judged.values())
        yield "not judged: " + ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    account = cohort.tally.as_dict()
    for kind, counts_of_type in account["resources"].items():
        yield _type(kind, counts_of_type)
    if account["repaired"]:
        yield "damaged pieces left out: " + _counted(account["repaired"])
    for what in ("unmapped_codes", "unmapped_units"):
        if account[what]:
            yield f"{what.replace('_', ' ')}: " + _counted(account[what])


def _files(names: Sequence[str]) -> str:
    more = f" and {len(names) - FILES_SHOWN} more" if len(names) > FILES_SHOWN else ""
    return f"no FHIR in {len(names)} files: " + ", ".join(names[:FILES_SHOWN]) + more


def told(report: Report) -> str:
    """The account of one run."""
    return "\n".join(_of_run(report))


def _of_run(report: Report) -> Iterator[str]:
    yield f"population {report.population} ({report.came} new, {report.left} left), {report.requests} requests"
    for kind, reason in report.troubles.items():
        yield f"{kind}: read in part, nobody is decided on it. {reason}"
    for title, counts in (
        ("decisions", report.decisions),
        ("changes", report.changes),
        ("not judged", report.not_judged),
    ):
        if counts:
            yield f"{title}: " + ", ".join(f"{count} {name}" for name, count in counts.items())
    for name, counts in report.deliveries.items():
        yield f"{name}: " + ", ".join(f"{count} {state}" for state, count in counts.items() if count or state == "done")
    yield from report.trouble
    for kind, counts_of_type in report.account.get("resources", {}).items():
        yield _type(kind, counts_of_type)
    for what in ("unmapped_codes", "unmapped_units"):
        if report.account.get(what):
            yield f"{what.replace('_', ' ')}: " + _counted(report.account[what])


def _type(kind: str, counts: Any) -> str:
    parts = [f"{counts['stored']} stored", f"{counts['unchanged']} unchanged"]
    parts += [f"{number} quarantined ({reason})" for reason, number in counts["quarantined"].items()]
    parts += [f"{number} ignored ({reason})" for reason, number in counts["ignored"].items()]
    return f"{kind}: {counts['received']} received = " + " + ".join(parts)


def _counted(counts: Mapping[str, Any]) -> str:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(most) - UNMAPPED_SHOWN} more" if len(most) > UNMAPPED_SHOWN else ""
    return ", ".join(f"{name} {number}" for name, number in most[:UNMAPPED_SHOWN]) + more
