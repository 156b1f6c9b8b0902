"""A ViewDefinition: its elements are checked with their place, then compiled to the closures that make its rows.

The whole ShareableViewDefinition profile is covered, with `repeat` and `%rowIndex` of version 2.1.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapter.errors import ViewError, did_you_mean
from adapter.facts.views.fhirpath import Moment, Path, Scope, compile_path
from adapter.facts.views.rows import (
    Cell,
    Elements,
    Part,
    Row,
    Rows,
    Several,
    iterated,
    product,
    repeated,
    several,
    single,
)

URL: Final = "https://sql-on-fhir.org/ig/StructureDefinition/ViewDefinition"
_NAME: Final = re.compile(r"[A-Za-z]\w*", re.ASCII)
_ITERATIONS: Final = ("forEach", "forEachOrNull", "repeat")
_ANY_ELEMENT: Final = ("id", "extension", "modifierExtension", "type", "description")
_SELECT_KEYS: Final = ("column", "select", "unionAll", *_ITERATIONS)
_COLUMN_KEYS: Final = ("name", "path", "type", "description", "collection", "tag")
_MOMENTS: Final = ("valueDate", "valueDateTime", "valueInstant", "valueTime")
_CONSTANTS: Final = (
    "valueBase64Binary", "valueBoolean", "valueCanonical", "valueCode", "valueDecimal", "valueId", "valueInteger",
    "valueInteger64", "valueMarkdown", "valueOid", "valuePositiveInt", "valueString", "valueUnsignedInt", "valueUri",
    "valueUrl", "valueUuid", *_MOMENTS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompiledView:
    """A view ready to be read: its resource type, its columns in order, and the closures that make the rows.

    `digest` tells one definition from another: rows made by another one are to be made anew.
    """

    resource: str
    digest: str
    columns: tuple[str, ...]
    _wheres: tuple[tuple[str, Path], ...]
    _rows: Rows

    def rows(self, resource: Mapping[str, Any]) -> list[Row]:
        """Return the rows of one resource; none when it is of another type or a where does not hold."""
        if not isinstance(resource, dict) or resource.get("resourceType") != self.resource:
            return []
        scope = Scope(resource)
        if not all(_holds(at, path, resource, scope) for at, path in self._wheres):
            return []
        return self._rows(resource, scope)


def run(view: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of any ViewDefinition over any resources, columns in the order they are declared."""
    compiled = compile_view(view)
    return [row for resource in resources for row in compiled.rows(resource)]


def refuse_several(where: str, values: list[Any]) -> Any:
    """Refuse a column that has several values, as the standard asks."""
    raise ViewError(f"{where}: {len(values)} values where one belongs. Set `collection` to true or narrow the path.")


def compile_view(view: Mapping[str, Any], on_several: Several = refuse_several) -> CompiledView:
    """Check and compile a ViewDefinition.

    `on_several` is called with the column's place and its values where a resource has several and the column is no
    collection; what it returns becomes the cell. A reader of dirty data can count the piece and keep the row.
    """
    if not isinstance(view, Mapping):
        raise ViewError("view: must be an object. Give it the elements `resource` and `select`.")
    at = f'view "{view["name"]}"' if isinstance(view.get("name"), str) else "view"
    if view.get("resourceType", URL) not in (URL, "ViewDefinition"):
        raise ViewError(f'{at}: resourceType is {view["resourceType"]!r}. Write "{URL}" or leave it out.')
    resource = view.get("resource")
    if not isinstance(resource, str) or not resource:
        raise ViewError(f"{at}: `resource` is missing. Name the resource type, as in Observation.")
    compiler = _Compiler(_constants(view, at), on_several)
    part = compiler.product(view, "select", at)
    _refuse_twice(part.columns, at)
    wheres = tuple(compiler.where(entry, place) for entry, place in _entries(view, "where", at))
    digest = hashlib.sha256(json.dumps(view, sort_keys=True, default=repr).encode()).hexdigest()
    return CompiledView(resource, digest, part.columns, wheres, part.rows)


def _holds(at: str, path: Path, resource: Any, scope: Scope) -> bool:
    values = path.collect(resource, scope)
    if len(values) > 1 or not all(isinstance(value, bool) for value in values):
        raise ViewError(f"{at}: path {path.text!r} is not boolean. Compare it, or add .exists().")
    return values == [True]


def _refuse_twice(columns: Sequence[str], at: str) -> None:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise ViewError(f"{at}: the column name {', '.join(twice)} is given twice. Rename one.")


def _entries(holder: Mapping[str, Any], key: str, at: str) -> list[tuple[Mapping[str, Any], str]]:
    """Return the objects of a list element, each with its place for error messages."""
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise ViewError(f"{at}.{key}: must be a list of objects.")
    return [(item, f"{at}.{key}[{number}]") for number, item in enumerate(value)]


def _known(entry: Mapping[str, Any], keys: Sequence[str], at: str) -> None:
    for key in entry:
        if key not in keys and key not in _ANY_ELEMENT and not key.startswith("_"):
            guess = did_you_mean(key, keys)
            raise ViewError(f'{at}: "{key}" has no meaning here. It may hold {", ".join(keys)}.{guess}')


def _name(entry: Mapping[str, Any], at: str) -> str:
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ViewError(f"{at}: `name` is {name!r}. Give a name of letters, digits and underscores.")
    return name


def _constants(view: Mapping[str, Any], at: str) -> dict[str, Any]:
    constants: dict[str, Any] = {}
    for entry, place in _entries(view, "constant", at):
        name = _name(entry, place)
        if name in constants or name == "rowIndex":
            raise ViewError(f"{place}: the constant {name} is taken. Give it another name.")
        constants[name] = _constant(entry, f'{place} "{name}"')
    return constants


def _constant(entry: Mapping[str, Any], at: str) -> Any:
    given = [key for key in entry if key.startswith("value")]
    if len(given) != 1:
        raise ViewError(f"{at}: has {len(given)} values. Give exactly one, as in valueString.")
    key = given[0]
    value = entry[key]
    if key not in _CONSTANTS:
        raise ViewError(f"{at}: {key} cannot be a constant.{did_you_mean(key, _CONSTANTS)}")
    if value is None or isinstance(value, dict | list):
        raise ViewError(f"{at}: {key} must be a single value.")
    return Moment(value) if key in _MOMENTS and isinstance(value, str) else value


class _Compiler:
    """Compiles the selects of one view, with its constants and its answer to several values."""

    def __init__(self, constants: Mapping[str, Any], on_several: Several) -> None:
        self.constants = constants
        self.on_several = on_several

    def path(self, holder: Mapping[str, Any], key: str, at: str) -> Path:
        """Compile the path under a key."""
        return self._text(holder.get(key), f"{at}.{key}")

    def _text(self, text: Any, at: str) -> Path:
        if not isinstance(text, str) or not text.strip():
            raise ViewError(f"{at}: must be a FHIRPath expression, not {text!r}.")
        try:
            return compile_path(text, self.constants)
        except ViewError as error:
            raise ViewError(f"{at}: {error}") from None

    def where(self, entry: Mapping[str, Any], at: str) -> tuple[str, Path]:
        """Compile one filter of the view."""
        return at, self.path(entry, "path", at)

    def product(self, holder: Mapping[str, Any], key: str, at: str) -> Part:
        """Compile sibling selects: every row of one is joined with every row of the others."""
        entries = _entries(holder, key, at)
        if not entries:
            raise ViewError(f"{at}: `{key}` is missing or empty. Give at least one select with columns.")
        return product([self.select(entry, place) for entry, place in entries])

    def select(self, entry: Mapping[str, Any], at: str) -> Part:
        """Compile one select: its columns, then its selects, then its union, once for each element it iterates."""
        _known(entry, _SELECT_KEYS, at)
        parts: list[Part] = []
        if "column" in entry:
            parts.append(self._columns(entry, at))
        if "select" in entry:
            parts.append(self.product(entry, "select", at))
        if "unionAll" in entry:
            parts.append(self._union(entry, at))
        iterations = [key for key in _ITERATIONS if entry.get(key) is not None]
        if len(iterations) > 1:
            raise ViewError(f"{at}: {' and '.join(iterations)} exclude each other. Keep one, nest the other.")
        found = self._elements(entry, iterations[0], at) if iterations else None
        if not parts:
            raise ViewError(f"{at}: selects nothing. Give it column, select or unionAll.")
        part = product(parts)
        return part if found is None else Part(part.columns, iterated(part.rows, found))

    def _elements(self, entry: Mapping[str, Any], key: str, at: str) -> Elements:
        """Return what a select iterates over; None stands for the missing element of forEachOrNull."""
        if key == "repeat":
            texts = entry[key]
            if not isinstance(texts, list) or not texts:
                raise ViewError(f'{at}.repeat: must be a list of paths, as in ["item"].')
            return repeated([self._text(text, f"{at}.repeat[{n}]") for n, text in enumerate(texts)])
        collect = self.path(entry, key, at).collect
        if key == "forEach":
            return collect
        return lambda node, scope: collect(node, scope) or [None]

    def _columns(self, entry: Mapping[str, Any], at: str) -> Part:
        cells = [self._column(column, place) for column, place in _entries(entry, "column", at)]
        names = tuple(name for name, _ in cells)
        return Part(names, lambda node, scope: [{name: read(node, scope) for name, read in cells}])

    def _column(self, column: Mapping[str, Any], at: str) -> tuple[str, Cell]:
        name = _name(column, at)
        place = f'{at} "{name}"'
        _known(column, _COLUMN_KEYS, place)
        path = self.path(column, "path", place)
        collection = column.get("collection", False)
        if not isinstance(collection, bool):
            raise ViewError(f"{place}: `collection` must be true or false, not {collection!r}.")
        return name, several(path) if collection else single(path, place, self.on_several)

    def _union(self, entry: Mapping[str, Any], at: str) -> Part:
        branches = [self.select(branch, place) for branch, place in _entries(entry, "unionAll", at)]
        if not branches:
            raise ViewError(f"{at}.unionAll: is empty. Give it at least one select.")
        columns = branches[0].columns
        for number, branch in enumerate(branches):
            if branch.columns != columns:
                ours, first = ", ".join(branch.columns), ", ".join(columns)
                raise ViewError(f"{at}.unionAll[{number}]: has the columns {ours}, the first has {first}. Align them.")
        return Part(columns, lambda node, scope: [row for branch in branches for row in branch.rows(node, scope)])
