"""Compiling a path: from the syntax tree to closures, with a short cut for plain chains of elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from adapter.errors import ViewError, did_you_mean
from adapter.facts.views.fhirpath import elements, functions
from adapter.facts.views.fhirpath.functions import Collect, Scope
from adapter.facts.views.fhirpath.syntax import Call, Constant, Index, Literal, Member, Node, Operation, This, parse

Quick: TypeAlias = Callable[[Any], Any]

UNSURE: Final = object()


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path: `collect` gives every value; `quick`, where there is one, the only value, None or UNSURE."""

    text: str
    collect: Collect
    quick: Quick | None


def compile_path(text: str, constants: Mapping[str, Any]) -> Path:
    """Compile a FHIRPath expression; an undefined constant or an unknown function is a ViewError."""
    node = parse(text)
    try:
        collect = _Builder(constants).build(node)
    except ViewError as error:
        raise ViewError(f"path {text!r}: {error}") from None
    steps = _steps(node)
    return Path(text, collect, _quick(steps) if steps else None)


class _Builder:
    """Turns nodes into closures, for one path with its view's constants."""

    def __init__(self, constants: Mapping[str, Any]) -> None:
        self.constants = constants

    def build(self, node: Node | None) -> Collect:
        """Compile any node; None and `$this` are the element the path stands on."""
        match node:
            case None | This():
                return lambda focus, scope: elements.listed(focus)
            case Literal():
                found = elements.listed(node.value)
                return lambda focus, scope: found
            case Constant():
                return self._constant(node.name)
            case Member():
                return self._member(node)
            case Index():
                return self._index(node)
            case Operation():
                return functions.operation(node.operator, self.build(node.left), self.build(node.right))
            case Call():
                return functions.call(node, self.build)

    def _constant(self, name: str) -> Collect:
        if name == "rowIndex":
            return lambda focus, scope: [scope.row_index]
        if name not in self.constants:
            guess = did_you_mean(name, [*self.constants, "rowIndex"])
            raise ViewError(f"the constant %{name} is not defined. Add it to the view's constants.{guess}")
        found = [self.constants[name]]
        return lambda focus, scope: found

    def _member(self, node: Member) -> Collect:
        if _names_type(node):
            kind = node.name
            return lambda focus, scope: [focus] if isinstance(focus, dict) and focus.get("resourceType") == kind else []
        take = elements.choice_step(node.name) if _is_choice(node) else elements.step(node.name)
        if node.of is None:
            return lambda focus, scope: take(focus)
        before = self.build(node.of)
        return lambda focus, scope: [value for item in before(focus, scope) for value in take(item)]

    def _index(self, node: Index) -> Collect:
        of, at = self.build(node.of), self.build(node.at)

        def one(focus: Any, scope: Scope) -> list[Any]:
            places = at(focus, scope)
            place = places[0] if len(places) == 1 else None
            if not isinstance(place, int) or isinstance(place, bool) or place < 0:
                return []
            return of(focus, scope)[place : place + 1]

        return one


def _names_type(node: Member) -> bool:
    return node.of is None and node.name[:1].isupper()


def _is_choice(node: Member) -> bool:
    # ofType leads to a data type, and in those `value` is an element of its own.
    return node.name in elements.CHOICES and not (isinstance(node.of, Call) and node.of.name == "ofType")


def _steps(node: Node | None) -> list[tuple[str, ...]] | None:
    """Return each step of a plain chain of elements: its key and the others its value might stand under.

    None for any other path.
    """
    keys: tuple[str, ...]
    if isinstance(node, Member) and not _is_choice(node) and not _names_type(node):
        keys, of = (node.name,), node.of
    elif isinstance(node, Call) and node.name == "ofType" and isinstance(node.of, Member) and _is_choice(node.of):
        keys = (*elements.choice_keys(node.of.name, functions.type_argument(node)), node.of.name)
        of = node.of.of
    else:
        return None
    before = [] if of is None else _steps(of)
    return None if before is None else [*before, keys]


def _quick(steps: list[tuple[str, ...]]) -> Quick:
    """Return a reader of one value that makes no lists: most columns of most resources need no more."""
    chain = [(keys[0], keys[1:]) for keys in steps]

    def quick(node: Any) -> Any:
        for key, others in chain:
            if not isinstance(node, dict):
                return None
            for other in others:
                if other in node:
                    return UNSURE
            node = node.get(key)
            if isinstance(node, list):
                if len(node) != 1 or isinstance(node[0], list):
                    return UNSURE
                node = node[0]
            if node is None:
                return None
        return node

    return quick
