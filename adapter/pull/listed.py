"""All that a server has of a type, listed without content and held to the chart: what is gone, and what never came.

A server may leave out some of what changed, for its index is late or its filter wrong, and nothing tells of that but
the whole list. Of what the chart does not hold, most was passed over when it came; so only what is newer than the last
list can have been missed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapter.facts.intake import EPOCH, MICROSECOND, UNSAID, Door
from adapter.facts.sieve import glance, read_head
from adapter.pull.caught import key_in
from adapter.sources.reading import Read

Newness = tuple[int, int]


@dataclass
class Listed:
    """What is on the list of one type, with how new each is."""

    door: Door
    there: dict[str, Newness] = field(default_factory=dict)

    def take(self, raw: bytes) -> None:
        """Put one on the list."""
        head = read_head(raw) or glance(raw)
        self.there[key_in(head)] = self.door.newness(head)

    def missed(self, here: Mapping[str, Newness], left: Collection[str], last: datetime | None) -> set[str]:
        """Those that are otherwise than what is here, or that are not here and newer than the last list."""
        limit = _micros(last) if last else 0
        return {
            key
            for key, new in self.there.items()
            if key not in left and (_differ(here[key], new) if key in here else limit <= new[0])
        }

    def late(self, missed: Collection[str], began: datetime | None) -> int:
        """How many of those missed should have come when what changed was asked for; all where nobody knows when."""
        return sum(began is None or self.there[key][0] < _micros(began) for key in missed)


@dataclass
class Changes:
    """What was read of patients who are known, to find out what changed about them."""

    reads: list[Read]
    there: Collection[str] | None = None  # the keys of all there is of them; None: that was not asked
    late: int = 0  # what had changed and did not come when it was asked for


def _differ(one: Newness, other: Newness) -> bool:
    """Whether two say that they are not one version; what is not said tells nothing."""
    return any(a != b for a, b in zip(one, other, strict=True) if UNSAID not in {a, b})


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
