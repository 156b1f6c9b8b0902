"""What one pull came to: who is in the population, what went wrong by type, and what the server does otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from adapter.fhir.errors import Trouble

READ_WHOLE = "it is read in full for everybody in each run"


@dataclass
class Pulled:
    """What one pull came to."""

    population: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    troubles: dict[str, Trouble] = field(default_factory=dict)  # by type
    followed: tuple[str, ...] = ()  # the types whose deletions the server told
    notes: list[str] = field(default_factory=list)  # what the server does otherwise, and what is done about it

    def unheeded(self, what: str, parameters: Iterable[str]) -> None:
        """Note what the server left aside of what it was asked."""
        for name in sorted(parameters):
            instead = READ_WHOLE if name == "_lastUpdated" else "what was not asked for is left aside here"
            self.notes.append(f"{what}: the server does not heed {name}; {instead}")
