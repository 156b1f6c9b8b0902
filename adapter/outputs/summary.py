"""What a screening came to, as a few plain lines: counts, reasons, and what a site could map. No patient data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapter.facts.intake import Cohort
from adapter.outputs.answers import table
from adapter.report import RunReport

Criteria = Mapping[str, Mapping[str, Any]]

UNMAPPED_SHOWN, UNMAPPED_IN_TABLE = 10, 50
FILES_SHOWN = 3
LEAST_S = 0.05  # a phase that took less is not told


def summary(
    cohort: Cohort, decided: Counter[str], criteria: Criteria, passed_over: Sequence[str] = (), *, whole: bool = False
) -> str:
    """The account of one screening, `whole` with its tables; `passed_over` are the files that hold no FHIR."""
    lines = [*_lines(cohort, decided, criteria if whole else {}), *_unmapped(cohort.tally.unmapped.as_dict(), whole)]
    return "\n".join([*lines, *([_files(passed_over)] if passed_over else [])])


def _lines(cohort: Cohort, decided: Counter[str], criteria: Criteria) -> Iterator[str]:
    counts = ", ".join(f"{decided[name]} {name}" for name in sorted(decided))
    yield f"{decided.total()} patients judged: {counts or 'nobody'}"
    if cohort.not_judged:
        reasons = Counter(cohort.not_judged.values())
        yield "not judged: " + ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    yield from table(criteria)
    account = cohort.tally.as_dict()
    yield from _types(account["resources"])
    if account["repaired"]:
        yield "damaged pieces left out: " + _counted(account["repaired"])


def _files(names: Sequence[str]) -> str:
    more = f" and {len(names) - FILES_SHOWN} more" if len(names) > FILES_SHOWN else ""
    return f"no FHIR in {len(names)} files: " + ", ".join(names[:FILES_SHOWN]) + more


def told(report: RunReport, *, whole: bool = False) -> str:
    """The account of one run, `whole` with its tables."""
    if report.only_told:
        return "\n".join(_of_deliveries(report)) or "nothing waits"
    return "\n".join([*_of_run(report), *(table(report.criteria) if whole else ()), *_of_records(report, whole)])


def _of_run(report: RunReport) -> Iterator[str]:
    yield f"as of {report.as_of}" + ("; a dry run: nothing is recorded, nothing leaves" if report.dry_run else "")
    yield f"population {report.population} ({report.came} new, {report.left} left), {report.requests} requests"
    for kind, reason in report.troubles.items():
        yield f"{kind}: read in part, nobody is decided on it. {reason}"
    yield from report.notes
    for title, counts in (
        ("decisions", report.decisions),
        ("changes", report.changes),
        ("not told", report.silenced),
        ("not judged", report.not_judged),
    ):
        if counts:
            yield f"{title}: " + ", ".join(f"{count} {name}" for name, count in counts.items())
    yield from _of_deliveries(report)


def _of_deliveries(report: RunReport) -> Iterator[str]:
    for name, counts in report.deliveries.items():
        yield f"{name}: " + ", ".join(f"{count} {state}" for state, count in counts.items() if count or state == "done")
    if report.silent:
        yield f"nobody is told: {report.silent}"
    elif not report.deliveries and not report.dry_run:
        yield "nobody is told: outputs.research_subject, outputs.email and outputs.webhook are off"
    yield from report.trouble


def _of_records(report: RunReport, whole: bool) -> Iterator[str]:
    yield from _types(report.account.get("resources", {}))
    yield from _unmapped(report.unmapped, whole)
    told = f"; the server tells of them for {len(report.followed)} types" if report.followed else ""
    yield f"deletions last looked for: {report.reconciled_on or 'never for some types'}{told}"
    phases = ", ".join(f"{name} {seconds:.1f}" for name, seconds in report.seconds.items() if seconds >= LEAST_S)
    yield f"seconds: {phases or 'none'}"


def _unmapped(unmapped: Mapping[str, Any], whole: bool) -> Iterator[str]:
    """What a site could map: the most frequent codes on one line, or as a table with their displays."""
    codes = unmapped.get("unmapped_codes", {})
    if codes and whole:
        shown = list(codes.items())[:UNMAPPED_IN_TABLE]
        yield "unmapped codes, for codes.csv of the hospital:"
        for name, times in shown:
            yield f"{times:>9,}  {name}  {unmapped['unmapped_displays'].get(name, '')}".rstrip()
        more = len(codes) - len(shown) + unmapped["unmapped_codes_not_listed"]["codes"]
        yield from [f"{'and':>9}  {more:,} more"] if more else []
    elif codes:
        yield "unmapped codes: " + _counted(codes, unmapped["unmapped_codes_not_listed"]["codes"])
    if texts := unmapped.get("unmapped_texts"):
        yield "named by a text without a code: " + _counted(texts)
    if units := unmapped.get("unmapped_units"):
        yield "unmapped units: " + _counted({f"{concept} [{unit or 'none'}]": times for concept, unit, times in units})


def _types(resources: Mapping[str, Any]) -> Iterator[str]:
    """A line for each type of which anything came or left; the report for a machine has all that were asked for."""
    for kind, counts in resources.items():
        if counts["received"] or counts["removed"]:
            yield _type(kind, counts)


def _type(kind: str, counts: Any) -> str:
    parts = [f"{counts['stored']} stored", f"{counts['unchanged']} unchanged"]
    parts += [f"{number} quarantined ({reason})" for reason, number in counts["quarantined"].items()]
    parts += [f"{number} ignored ({reason})" for reason, number in counts["ignored"].items()]
    removed = f"; {counts['removed']} removed" if counts["removed"] else ""
    return f"{kind}: {counts['received']} received = " + " + ".join(parts) + removed


def _counted(counts: Mapping[str, Any], not_listed: int = 0) -> str:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    left = len(most[UNMAPPED_SHOWN:]) + not_listed
    more = f" and {left} more" if left else ""
    return ", ".join(f"{name} {number}" for name, number in most[:UNMAPPED_SHOWN]) + more
