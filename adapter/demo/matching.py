"""When a resource answers one search parameter: tokens, references and instants as FHIR R4 defines them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from adapter.demo.exchange import Refused, Resource
from adapter.demo.parameters import Parameter, elements, tokens

Condition = Callable[[Resource], bool]
Span = tuple[datetime, datetime]  # from the first instant to just before the second

DATE = re.compile(r"(eq|ge|gt|le|lt|sa|eb)?(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?")


def condition(parameter: Parameter, text: str, base: str) -> Condition:
    """Return the condition that one of the values between commas holds."""
    if parameter.kind == "date":
        return _date(parameter, text)
    wanted = [value for value in _split(text, ",") if value]
    if parameter.kind == "reference":
        return _reference(parameter, wanted, base)
    return _token(parameter, wanted)


def _token(parameter: Parameter, wanted: list[str]) -> Condition:
    exact: set[tuple[str, str]] = set()
    codes: set[str] = set()
    systems: set[str] = set()
    for value in wanted:
        parts = [_plain(part) for part in _split(value, "|")]
        if len(parts) == 1:
            codes.add(parts[0])
        elif parts[1]:
            exact.add((parts[0], parts[1]))
        else:
            systems.add(parts[0])

    def holds(resource: Resource) -> bool:
        return any(
            token in exact or token[1] in codes or token[0] in systems
            for path in parameter.paths
            for element in elements(resource, path)
            for token in tokens(element)
        )

    return holds


def _reference(parameter: Parameter, wanted: list[str], base: str) -> Condition:
    """A bare id means any type, or the type that the parameter is about."""
    whole = {value.removeprefix(f"{base}/") for value in map(_plain, wanted)}
    bare = {value for value in whole if "/" not in value}

    def holds(resource: Resource) -> bool:
        for path in parameter.paths:
            for element in elements(resource, path):
                named = str(element.get("reference", "")).removeprefix(f"{base}/")
                kind, _, key = named.rpartition("/")
                if parameter.target in {"", kind} and (named in whole or key in bare):
                    return True
        return False

    return holds


def _date(parameter: Parameter, text: str) -> Condition:
    prefix, (start, end) = _span(text)
    tests: dict[str, Callable[[datetime], bool]] = {
        "eq": lambda at: start <= at < end,
        "ge": lambda at: at >= start,
        "gt": lambda at: at >= end,
        "sa": lambda at: at >= end,
        "le": lambda at: at < end,
        "lt": lambda at: at < start,
        "eb": lambda at: at < start,
    }
    lies = tests[prefix]
    return lambda resource: any(
        lies(datetime.fromisoformat(value)) for path in parameter.paths for value in elements(resource, path)
    )


def _span(text: str) -> tuple[str, Span]:
    """Return the prefix and the span of a day, a second or a fraction of one; a day is UTC's."""
    found = DATE.fullmatch(text)
    try:
        if not found:
            raise ValueError(text)
        prefix, day, time, fraction, zone = found.groups()
        start = datetime.fromisoformat(f"{day}T{time or '00:00:00'}{fraction or ''}{zone or 'Z'}").astimezone(UTC)
    except ValueError:
        raise Refused(400, "invalid", f"{text}: expected a day or an instant with seconds and zone.") from None
    if not time:
        return prefix or "eq", (start, start + timedelta(days=1))
    length = 10 ** (6 - len(fraction) + 1) if fraction else 1_000_000
    return prefix or "eq", (start, start + timedelta(microseconds=length))


def _split(text: str, sign: str) -> list[str]:
    r"""Split at a sign that is not escaped as `\,` or `\|`."""
    return re.split(rf"(?<!\\){re.escape(sign)}", text)


def _plain(text: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", text)
