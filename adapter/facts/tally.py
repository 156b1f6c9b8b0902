"""The account of a run: every resource received is stored, unchanged, quarantined or ignored, and the sums agree.

Counts only: no ids, no names, no values of patients.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from adapter.errors import AdapterError
from adapter.facts.coding.unmapped import Unmapped

UNKNOWN_TYPE = "?"  # a piece whose resource type could not be read
TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}")


@lru_cache(maxsize=1000)
def type_name(resource_type: str | None) -> str:
    """Return the type if it looks like one; whatever else stands there may be anything, also a name."""
    return resource_type if resource_type and TYPE_NAME.fullmatch(resource_type) else UNKNOWN_TYPE


class Tally:
    """What became of the resources received, by type; mergeable, and equal whatever the order of input."""

    def __init__(self, unmapped: Unmapped | None = None) -> None:
        self._received: Counter[str] = Counter()
        self._stored: Counter[str] = Counter()
        self._unchanged: Counter[str] = Counter()
        self._quarantined: Counter[tuple[str, str]] = Counter()
        self._ignored: Counter[tuple[str, str]] = Counter()
        self._removed: Counter[str] = Counter()
        self._repaired: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        self._expected: Counter[str] = Counter()
        self.unmapped = unmapped or Unmapped()

    def receive(self, resource_type: str | None, times: int = 1) -> None:
        """Count a piece that came in."""
        self._received[type_name(resource_type)] += times

    def store(self, resource_type: str | None, times: int = 1) -> None:
        """Count a resource whose facts were kept."""
        self._stored[type_name(resource_type)] += times

    def leave_unchanged(self, resource_type: str | None, times: int = 1) -> None:
        """Count a resource that was known already, in the same version."""
        self._unchanged[type_name(resource_type)] += times

    def quarantine(self, resource_type: str | None, reason: str, times: int = 1) -> None:
        """Count a piece that could not be read."""
        self._quarantined[type_name(resource_type), reason] += times

    def ignore(self, resource_type: str | None, reason: str, times: int = 1) -> None:
        """Count a resource that the study does not ask for."""
        self._ignored[type_name(resource_type), reason] += times

    def remove(self, resource_type: str | None, times: int = 1) -> None:
        """Count a resource that was known and that the source no longer has."""
        if times:
            self._removed[type_name(resource_type)] += times

    def repair(self, what: str, times: int = 1) -> None:
        """Count a repair within a resource: a replaced character, a number that nobody should trust."""
        self._repaired[what] += times

    def read(self, resource_type: str, asked: int, pages: int, expected: int | None) -> None:
        """Say of a server how many were asked about, in how many pages it answered, and how many it counts itself."""
        self._asked[resource_type] += asked
        self._pages[resource_type] += pages
        if expected is not None:
            self._expected[resource_type] += expected

    def merge(self, other: Tally) -> None:
        """Add the account of another process or another file."""
        for name, count in vars(self).items():
            count.update(getattr(other, name))

    def balanced(self) -> None:
        """Hold the account to its law: received = stored + unchanged + quarantined + ignored, for each type."""
        accounted = self._stored + self._unchanged + _by_type(self._quarantined) + _by_type(self._ignored)
        for resource_type in sorted(self._received.keys() | accounted.keys()):
            received, settled = self._received[resource_type], accounted[resource_type]
            if received != settled:
                raise AdapterError(
                    f"{resource_type}: {received} received, but {settled} accounted for as stored, unchanged, "
                    "quarantined or ignored. This is a fault of the adapter; please report it with this line."
                )

    def as_dict(self) -> dict[str, dict[str, object]]:
        """Return the account for the run report, sorted."""
        return {
            "resources": {kind: self._line(kind) for kind in sorted({*self._received, *self._removed, *self._asked})},
            "repaired": dict(sorted(self._repaired.items())),
        }

    def _line(self, kind: str) -> dict[str, object]:
        return {
            "received": self._received[kind],
            "stored": self._stored[kind],
            "unchanged": self._unchanged[kind],
            "quarantined": _reasons(self._quarantined, kind),
            "ignored": _reasons(self._ignored, kind),
            "removed": self._removed[kind],
        } | (self._reading(kind) if kind in self._asked else {})

    def _reading(self, kind: str) -> dict[str, object]:
        return {"asked": self._asked[kind], "pages": self._pages[kind], "expected": self._expected.get(kind)}


def _by_type(reasons: Counter[tuple[str, str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (kind, _), number in reasons.items():
        counts[kind] += number
    return counts


def _reasons(reasons: Counter[tuple[str, str]], kind: str) -> dict[str, int]:
    return {reason: number for (owner, reason), number in sorted(reasons.items()) if owner == kind}
