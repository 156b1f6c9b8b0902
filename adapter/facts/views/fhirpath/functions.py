"""The functions and operators of the FHIRPath subset, each made into a closure once and called for every element."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from adapter.errors import ViewError, did_you_mean
from adapter.facts.views.fhirpath import elements
from adapter.facts.views.fhirpath.syntax import Call, Literal, Member, Node
from adapter.facts.views.fhirpath.values import Moment, boundary, calculate, compare, equal, reference_key, resource_key


class Scope(NamedTuple):
    """Where a path is read: the whole resource, and the row's place in its iteration."""

    resource: Any
    row_index: int = 0


Collect: TypeAlias = Callable[[Any, Scope], list[Any]]
Compile: TypeAlias = Callable[[Node | None], Collect]

_ORDERS: Final[Mapping[str, Callable[[int], bool]]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def truth(values: list[Any]) -> bool | None:
    """Read a collection as true, false or unknown; one value that is no boolean is true by FHIRPath's rule."""
    if len(values) != 1:
        return None
    return values[0] if isinstance(values[0], bool) else True


def operation(operator: str, left: Collect, right: Collect) -> Collect:
    """Return the closure of one binary operator."""
    if operator in ("and", "or"):
        return _logic(left, right, decisive=operator == "or")
    if operator in ("=", "!="):
        return _equality(left, right, wanted=operator == "=")
    return _pairwise(left, right, _order(operator) if operator in _ORDERS else _sum(operator))


def _logic(left: Collect, right: Collect, decisive: bool) -> Collect:
    """Three-valued and/or: the decisive value wins over unknown, which wins over the other."""

    def decide(focus: Any, scope: Scope) -> list[Any]:
        first = truth(left(focus, scope))
        if first is decisive:
            return [decisive]
        second = truth(right(focus, scope))
        if second is decisive:
            return [decisive]
        return [] if first is None or second is None else [not decisive]

    return decide


def _equality(left: Collect, right: Collect, wanted: bool) -> Collect:
    def decide(focus: Any, scope: Scope) -> list[Any]:
        ours, theirs = left(focus, scope), right(focus, scope)
        if not ours or not theirs:
            return []
        if len(ours) != len(theirs):
            return [not wanted]
        answers = [equal(a, b) for a, b in zip(ours, theirs, strict=True)]
        if False in answers:
            return [not wanted]
        return [] if None in answers else [wanted]

    return decide


def _pairwise(left: Collect, right: Collect, apply: Callable[[Any, Any], Any]) -> Collect:
    def decide(focus: Any, scope: Scope) -> list[Any]:
        ours, theirs = left(focus, scope), right(focus, scope)
        return _present([apply(ours[0], theirs[0])]) if len(ours) == len(theirs) == 1 else []

    return decide


def _order(operator: str) -> Callable[[Any, Any], bool | None]:
    holds = _ORDERS[operator]

    def ordered(left: Any, right: Any) -> bool | None:
        order = compare(left, right)
        return None if order is None else holds(order)

    return ordered


def _sum(operator: str) -> Callable[[Any, Any], Any]:
    return lambda left, right: calculate(operator, left, right)


def _present(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def call(node: Call, build: Compile) -> Collect:
    """Return the closure of one function call."""
    if node.name not in _FUNCTIONS:
        guess = did_you_mean(node.name, _FUNCTIONS)
        raise ViewError(f"no function {node.name}(). Supported are {', '.join(sorted(_FUNCTIONS))}.{guess}")
    least, most, make = _FUNCTIONS[node.name]
    if not least <= len(node.arguments) <= most:
        allowed = str(most) if least == most else f"{least} or {most}"
        raise ViewError(f"{node.name}() takes {allowed} arguments, not {len(node.arguments)}.")
    return make(node, build)


def _where(node: Call, build: Compile) -> Collect:
    of, test = build(node.of), build(node.arguments[0])
    return lambda focus, scope: [item for item in of(focus, scope) if truth(test(item, scope)) is True]


def _exists(node: Call, build: Compile) -> Collect:
    of = _where(node, build) if node.arguments else build(node.of)
    return lambda focus, scope: [bool(of(focus, scope))]


def _empty(node: Call, build: Compile) -> Collect:
    of = build(node.of)
    return lambda focus, scope: [not of(focus, scope)]


def _first(node: Call, build: Compile) -> Collect:
    of = build(node.of)
    return lambda focus, scope: of(focus, scope)[:1]


def _not(node: Call, build: Compile) -> Collect:
    of = build(node.of)

    def opposite(focus: Any, scope: Scope) -> list[Any]:
        value = truth(of(focus, scope))
        return [] if value is None else [not value]

    return opposite


def type_argument(node: Call) -> str:
    """Return the type that a call such as ofType(Quantity) names."""
    argument = node.arguments[0]
    if not isinstance(argument, Member):
        raise ViewError(f"{node.name}() takes the name of a type, as in {node.name}(Patient).")
    return elements.SPELLINGS.get(argument.name, argument.name)


def _of_type(node: Call, build: Compile) -> Collect:
    kind = type_argument(node)
    holder = node.of.name if isinstance(node.of, Member) else ""
    if kind not in elements.TYPES and holder not in elements.RESOURCE_HOLDERS:
        raise ViewError(f'FHIR has no type "{kind}".{did_you_mean(kind, elements.TYPES)}')
    if isinstance(node.of, Member) and holder in elements.CHOICES:
        before, take = build(node.of.of), elements.typed_step(holder, kind)
        return lambda focus, scope: [value for item in before(focus, scope) for value in take(item)]
    of = build(node.of)
    return lambda focus, scope: [item for item in of(focus, scope) if elements.fits(item, kind)]


def _extension(node: Call, build: Compile) -> Collect:
    url, of, step = build(node.arguments[0]), build(node.of), elements.step("extension")
    # A primitive's extensions stand beside it: those of birthDate under _birthDate.
    beside = build(Member("_" + node.of.name, node.of.of)) if isinstance(node.of, Member) else None

    def extensions(focus: Any, scope: Scope) -> list[Any]:
        wanted = url(focus, scope)
        items = of(focus, scope) + (beside(focus, scope) if beside else [])
        found = [one for item in items for one in step(item) if isinstance(one, dict)]
        return [one for one in found if [one.get("url")] == wanted]

    return extensions


def _join(node: Call, build: Compile) -> Collect:
    of, separator = build(node.of), build(node.arguments[0] if node.arguments else Literal(""))

    def joined(focus: Any, scope: Scope) -> list[Any]:
        between = [item for item in separator(focus, scope) if isinstance(item, str)]
        texts = [item for item in of(focus, scope) if isinstance(item, str)]
        return [(between[0] if between else "").join(texts)]

    return joined


def _boundary(node: Call, build: Compile) -> Collect:
    of, high, kind = build(node.of), node.name == "highBoundary", _date_kind(node.of)

    def bound(focus: Any, scope: Scope) -> list[Any]:
        values = of(focus, scope)
        return _present([boundary(values[0], high, kind)]) if len(values) == 1 else []

    return bound


def _date_kind(node: Node | None) -> str | None:
    """Return "date" where the expression says that its value is a date and no dateTime."""
    if isinstance(node, Member):
        return "date" if node.name in elements.DATES else None
    if isinstance(node, Literal):
        return "date" if isinstance(node.value, Moment) and "T" not in node.value else None
    if isinstance(node, Call):
        return type_argument(node) if node.name == "ofType" else _date_kind(node.of)
    return None


def _resource_key(node: Call, build: Compile) -> Collect:
    of = build(node.of)
    return lambda focus, scope: _present(resource_key(item) for item in of(focus, scope))


def _reference_key(node: Call, build: Compile) -> Collect:
    of, kind = build(node.of), type_argument(node) if node.arguments else None
    return lambda focus, scope: _present(reference_key(item, kind, scope.resource) for item in of(focus, scope))


# name: least and most arguments, and how its closure is made
_FUNCTIONS: Final[Mapping[str, tuple[int, int, Callable[[Call, Compile], Collect]]]] = {
    "where": (1, 1, _where),
    "exists": (0, 1, _exists),
    "empty": (0, 0, _empty),
    "first": (0, 0, _first),
    "not": (0, 0, _not),
    "ofType": (1, 1, _of_type),
    "extension": (1, 1, _extension),
    "join": (0, 1, _join),
    "lowBoundary": (0, 0, _boundary),
    "highBoundary": (0, 0, _boundary),
    "getResourceKey": (0, 0, _resource_key),
    "getReferenceKey": (0, 1, _reference_key),
}
