"""What a screening came to, as a few plain lines: counts, reasons, and what a site could map. No patient data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from adapter.facts.intake import Cohort

UNMAPPED_SHOWN = 10


def summary(cohort: Cohort, decided: Counter[str]) -> str:
    """The account of one screening."""
    return "\n".join(_lines(cohort, decided))


def _lines(cohort: Cohort, decided: Counter[str]) -> Iterator[str]:
    counts = ", ".join(f"{decided[name]} {name}" for name in sorted(decided))
    yield f"{decided.total()} patients judged: {counts or 'nobody'}"
    if cohort.not_judged:
        yield "not judged: " + ", ".join(f"{count} {reason}" for reason, count in sorted(cohort.not_judged.items()))
    account = cohort.tally.as_dict()
    for kind, counts_of_type in account["resources"].items():
        yield _type(kind, counts_of_type)
    if account["repaired"]:
        yield "damaged pieces left out: " + _counted(account["repaired"])
    for what in ("unmapped_codes", "unmapped_units"):
        if account[what]:
            yield f"{what.replace('_', ' ')}: " + _counted(account[what])


def _type(kind: str, counts: Any) -> str:
    parts = [f"{counts['stored']} stored", f"{counts['unchanged']} unchanged"]
    parts += [f"{number} quarantined ({reason})" for reason, number in counts["quarantined"].items()]
    parts += [f"{number} ignored ({reason})" for reason, number in counts["ignored"].items()]
    return f"{kind}: {counts['received']} received = " + " + ".join(parts)


def _counted(counts: Mapping[str, Any]) -> str:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(most) - UNMAPPED_SHOWN} more" if len(most) > UNMAPPED_SHOWN else ""
    return ", ".join(f"{name} {number}" for name, number in most[:UNMAPPED_SHOWN]) + more
