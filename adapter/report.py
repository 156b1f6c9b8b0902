"""What a run came to, for people, for machines and for the journal: counts and reasons, no patient data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from adapter import errors


@dataclass
class RunReport:
    """What a run came to: counts and reasons, no patient data."""

    as_of: str
    dry_run: bool = False
    legal_basis: str | None = None  # by which patients are screened, as the site names it
    only_told: bool = False  # nobody was pulled or judged
    population: int = 0
    came: int = 0
    left: int = 0
    troubles: dict[str, str] = field(default_factory=dict)  # by type
    notes: tuple[str, ...] = ()  # what the server does otherwise, and what is done about it
    followed: tuple[str, ...] = ()  # types of which the server told what was deleted in between
    reconciled_on: str | None = None  # since when deletions of no type were missed; None: some were never looked for
    not_judged: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    facts_removed: int = 0  # of how many patients, who left longer ago than their facts are kept
    held: int = 0  # who would be worth a look no longer, and stay as they were: too many at once
    enrolled: int = 0  # whom the study has, or has had
    silent: str | None = None  # why nobody is told of the study now
    silenced: dict[str, int] = field(default_factory=dict)  # alerts that nobody was given, by reason
    spoke: tuple[str, ...] = ()  # the outputs that were on
    deliveries: dict[str, dict[str, int]] = field(default_factory=dict)
    trouble: tuple[str, ...] = ()
    reviews: int = 0  # a person's word on the server stands against the newest decision
    criteria: dict[str, dict[str, Any]] = field(default_factory=dict)  # how often each was met, not met, unknown
    account: dict[str, Any] = field(default_factory=dict)
    unmapped: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)  # in all, and by phase
    requests: int = 0
    exit_code: int = errors.FINE

    def as_json(self) -> str:
        """The report for a machine."""
        said = {name: value for name, value in vars(self).items() if name != "unmapped"}
        return json.dumps(said | self.unmapped, ensure_ascii=False, default=list)
