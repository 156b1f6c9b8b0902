"""Making rows: the closures that read one cell, join the rows of sibling selects and walk what a select iterates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapter.facts.views.fhirpath import UNSURE, Path, Scope

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = Callable[[Any, Scope], list[Row]]
Elements: TypeAlias = Callable[[Any, Scope], list[Any]]
Cell: TypeAlias = Callable[[Any, Scope], Any]
Several: TypeAlias = Callable[[str, list[Any]], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a view: the columns it adds, and its rows for one element."""

    columns: tuple[str, ...]
    rows: Rows


def single(path: Path, at: str, on_several: Several) -> Cell:
    """Return the reader of a column that holds one value at most."""
    collect, quick = path.collect, path.quick

    def read(node: Any, scope: Scope) -> Any:
        values = collect(node, scope)
        if len(values) > 1:
            return on_several(at, values)
        return values[0] if values else None

    if quick is None:
        return read

    def read_quickly(node: Any, scope: Scope) -> Any:
        value = quick(node)
        return read(node, scope) if value is UNSURE else value

    return read_quickly


def several(path: Path) -> Cell:
    """Return the reader of a collection column: a list of its own for every row."""
    collect, quick = path.collect, path.quick
    if quick is None:
        # A copy, because a literal's list is shared by all its rows.
        return lambda node, scope: [*collect(node, scope)]

    def read(node: Any, scope: Scope) -> list[Any]:
        value = quick(node)
        if value is UNSURE:
            return collect(node, scope)
        return [] if value is None else [value]

    return read


def product(parts: Sequence[Part]) -> Part:
    """Join parts side by side: each row of one with each row of the others."""
    columns = tuple(name for part in parts for name in part.columns)
    first, *others = [part.rows for part in parts]
    if not others:
        return Part(columns, first)

    def joined(node: Any, scope: Scope) -> list[Row]:
        rows = first(node, scope)
        for other in others:
            if not rows:
                return rows
            more = other(node, scope)
            rows = [{**row, **extra} for row in rows for extra in more]
        return rows

    return Part(columns, joined)


def iterated(rows: Rows, found: Elements) -> Rows:
    """Make the rows once for every element found, which stands at its own %rowIndex."""

    def each(node: Any, scope: Scope) -> list[Row]:
        items = enumerate(found(node, scope))
        return [row for place, item in items for row in rows(item, Scope(scope.resource, place))]

    return each


def repeated(paths: Sequence[Path]) -> Elements:
    """Return the walk of repeat: every element reached by any path from here or from one reached before, in order."""

    def walk(node: Any, scope: Scope) -> list[Any]:
        reached: list[Any] = []
        # A stack instead of recursion: a questionnaire may nest deeper than Python does.
        waiting = _children(paths, node, scope)
        while waiting:
            item = waiting.pop()
            reached.append(item)
            waiting.extend(_children(paths, item, scope))
        return reached

    return walk


def _children(paths: Sequence[Path], node: Any, scope: Scope) -> list[Any]:
    found = [item for path in paths for item in path.collect(node, scope) if isinstance(item, dict)]
    # An element that a path such as $this finds again in itself would be walked for ever.
    return [item for item in reversed(found) if item is not node]
