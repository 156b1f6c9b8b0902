"""What a screening came to, as a few plain lines: counts, reasons, and what a site could map. No patient data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapter.facts.intake import Cohort

UNMAPPED_SHOWN = 10
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


def _type(kind: str, counts: Any) -> str:
    parts = [f"{counts['stored']} stored", f"{counts['unchanged']} unchanged"]
    parts += [f"{number} quarantined ({reason})" for reason, number in counts["quarantined"].items()]
    parts += [f"{number} ignored ({reason})" for reason, number in counts["ignored"].items()]
    return f"{kind}: {counts['received']} received = " + " + ".join(parts)


def _counted(counts: Mapping[str, Any]) -> str:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(most) - UNMAPPED_SHOWN} more" if len(most) > UNMAPPED_SHOWN else ""
    return ", ".join(f"{name} {number}" for name, number in most[:UNMAPPED_SHOWN]) + more
