"""Which records are one person: where a hospital merges records, links between its Patients say so.

The record that is left is the survivor, and the facts of those it has replaced count for it. A record that says
`replaced-by` is believed; one that is only named by another's `replaces` is believed to be replaced unless it is called
active, for so it stands after a merge was undone on one side. Links in a circle have a survivor too, always the same
one. Where a record is replaced by several that are not one person, or by one that is not there, nobody can say whose
its facts are: they count for nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Persons:
    """The records that others have replaced, each with the survivor (None: nobody can say), and the other way round."""

    survivors: Mapping[str, str | None] = field(default_factory=dict)
    replaced: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def is_replaced(self, patient: str) -> bool:
        """Whether another record stands for this one."""
        return patient in self.survivors

    def replaced_by(self, survivor: str) -> tuple[str, ...]:
        """The records that this one stands for besides itself, in order."""
        return tuple(self.replaced.get(survivor, ()))


def persons_of(rows: Iterable[Row]) -> Persons:
    """Read rows of the Patient view; their order does not matter."""
    people = {str(row["key"]): row for row in rows}
    steps = _steps(people)
    survivors = {patient: _survivor(patient, steps, people) for patient in sorted(steps)}
    survivors = {patient: last for patient, last in survivors.items() if last != patient}
    replaced: dict[str, list[str]] = {}
    for patient, last in survivors.items():
        if last is not None:
            replaced.setdefault(last, []).append(patient)
    return Persons(survivors, replaced)


def links_of(row: Row) -> set[str]:
    """The records that a Patient's own links call the same person, by replacing or being replaced."""
    return {*_keys(row, "replaced_by"), *_keys(row, "replaces")} - {str(row["key"])}


def _steps(people: Mapping[str, Row]) -> dict[str, set[str]]:
    """Of each replaced record, by which ones."""
    steps = {key: _keys(row, "replaced_by") for key, row in people.items() if row.get("replaced_by")}
    for key, row in sorted(people.items()):
        for old in _keys(row, "replaces") - {key}:
            if old in people and people[old].get("active") is not True:
                steps.setdefault(old, set()).add(key)
    return steps


def _survivor(patient: str, steps: Mapping[str, set[str]], people: Mapping[str, Row]) -> str | None:
    """Where all ways from a record lead: to one that nobody replaces, or into one circle."""
    rings = [reached([one], steps) for one in sorted(reached([patient], steps))]
    ring = min(rings, key=len)
    if not (ring <= people.keys() and all(ring <= other for other in rings)):
        return None
    return min(ring, key=lambda one: (people[one].get("active") is not True, one))


def reached(patients: Iterable[str], steps: Mapping[str, Iterable[str]]) -> set[str]:
    """These records and all to which their steps lead, however many there are on the way."""
    found, waiting = set[str](), [*patients]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += steps.get(one, ())
    return found


def _keys(row: Row, column: str) -> set[str]:
    return {key for key in row.get(column) or () if isinstance(key, str) and key}
