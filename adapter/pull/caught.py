"""What a reading of one type of resources brought: what counts, what does not, and about whom something came at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from adapter.facts.chart import Work
from adapter.facts.intake import EPOCH, MICROSECOND, UNSAID, Door, Unread
from adapter.facts.read.references import not_asked
from adapter.facts.sieve import Head, glance, read_head
from adapter.pull.pile import Pile


@dataclass
class Caught:
    """What a reading of one type brought: what counts, and the keys of what does not, or no more."""

    door: Door
    kind: str
    members: frozenset[str] | None  # whose resources were asked for; None: those of nobody
    step: Callable[[], None]  # told of each resource
    kept: Pile
    keys: set[str] = field(default_factory=set)  # of what counts
    left: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)  # the patients about whom something came that is not kept
    unread: set[Unread] = field(default_factory=set)  # what could not be read

    def take(self, raw: bytes) -> None:
        """Let in one resource; what belongs to somebody who was not asked for is accounted for and left."""
        self.step()
        head = read_head(raw) or glance(raw)
        one = self.door.read(raw, head)
        self.unread |= {*self._just_quarantined()}
        if one is not None and (self.members is None or one.patient in self.members):
            self.kept.add(one)
            self.keys.add(one.key)
            return
        if one is not None:
            self.door.tally.ignore(one.type, not_asked(one.patient))
        elif self.members is not None and (patient := head.patient_key()) in self.members:
            self.seen.add(patient)
        self.left |= {key_in(head)} if head.resourceType == self.kind else set()

    def _just_quarantined(self) -> list[Unread]:
        unread, self.door.unread = self.door.unread, []
        return [one for one in unread if self.members is None or one.patient in self.members]

    def quarantine(self, work: Work, at: str) -> None:
        """Put on record what could not be read."""
        for one in sorted(self.unread):
            work.quarantine(self.kind, one.reason, one.key, at, one.patient)

    def older_than(self, moment: datetime, patients: Collection[str]) -> bool:
        """Whether something about these patients came that is older than what was asked for."""
        limit = (moment - EPOCH) // MICROSECOND
        return any(UNSAID < one.newness[0] < limit and one.patient in patients for one in self.kept)

    def only(self, keys: Collection[str]) -> Callable[[bytes], None]:
        """Take these alone; what else comes was taken before."""

        def take(raw: bytes) -> None:
            if key_of(raw) in keys:
                self.take(raw)

        return take


def key_of(raw: bytes) -> str:
    """The key of a resource, as `Observation/x`."""
    return key_in(read_head(raw) or glance(raw))


def key_in(head: Head) -> str:
    """The key of the resource that a head is of."""
    return f"{head.resourceType}/{(head.id or '').strip()}"
