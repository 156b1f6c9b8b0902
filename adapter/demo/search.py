"""A FHIR search becomes conditions on resources: what is not understood is refused or named, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.demo.exchange import Pairs, Refused, Resource
from adapter.demo.matching import Condition, condition
from adapter.demo.parameters import SEARCHES

DEFAULT_COUNT, MAX_COUNT = 20, 1000
SHAPING = {"_count", "_elements", "_summary", "_sort", "_total", "_format", "_pretty"}


@dataclass(frozen=True, slots=True)
class Search:
    """What to find, and how to show it."""

    conditions: tuple[Condition, ...]
    kept: Pairs  # what was understood, for the self link
    ignored: tuple[str, ...]
    count: int
    elements: frozenset[str]
    sort: str

    def among(self, resources: list[Resource]) -> list[Resource]:
        """Return what is found, in order."""
        found = [one for one in resources if all(holds(one) for holds in self.conditions)]
        key, backwards = self.sort.removeprefix("-"), self.sort.startswith("-")
        return sorted(found, key=lambda one: _instant(one) if key == "_lastUpdated" else "", reverse=backwards)


def understand(kind: str, asked: Pairs, base: str, *, strict: bool) -> Search:
    """Read the parameters of a search; in strict mode an unknown one is refused."""
    known = SEARCHES[kind]
    ignored = tuple(name for name, _ in asked if name not in known and name not in SHAPING)
    if ignored and strict:
        raise Refused(400, "not-supported", f"{kind} has no search parameter {', '.join(ignored)} here. "
                      f"Known: {', '.join(sorted({*known, *SHAPING}))}.")  # fmt: skip
    shape = dict(pair for pair in asked if pair[0] in SHAPING)
    summary = _one_of("_summary", shape.get("_summary", "false"), "count", "false")
    return Search(
        tuple(condition(known[name], value, base) for name, value in asked if name in known and value),
        tuple(pair for pair in asked if pair[0] not in ignored),
        ignored,
        0 if summary == "count" else _count(shape.get("_count", str(DEFAULT_COUNT))),
        frozenset(filter(None, shape.get("_elements", "").split(","))),
        _one_of("_sort", shape.get("_sort", "_id"), "_id", "_lastUpdated", "-_lastUpdated"),
    )


def _one_of(name: str, value: str, *allowed: str) -> str:
    if value not in allowed:
        raise Refused(400, "not-supported", f"{name}={value} is not known here, only {', '.join(allowed)}.")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise Refused(400, "invalid", f"_count={text} is no number.")
    return min(int(text), MAX_COUNT)


def _instant(resource: Resource) -> str:
    return str(resource["meta"]["lastUpdated"])
