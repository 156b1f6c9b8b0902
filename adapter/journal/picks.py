"""Picks as text that can be kept and compared: the same picks are the same bytes, and two tell what moved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from adapter.screening.model import Pick, Span

VERSIONS = ("version", "updated")  # servers raise them without a word changed
OF_A_PICK = ("because", "number", "presumed_absent")
OF_A_FACT = ("concept", "resource", "version", "start", "end", "received", "word", "flag", "doubt", "trouble", "cause")


def as_json(picks: Mapping[str, Pick]) -> str:
    """All picks of one patient; what a pick or a fact does not say is left out."""
    return _text({name: _plain(pick) for name, pick in picks.items()})


def difference(old: str, new: str) -> list[dict[str, Any]]:
    """What moved between two sets of picks: each variable with its old and new reading; None where it was not there.

    A new version of a resource that says the same moves nothing.
    """
    before, after = json.loads(old), json.loads(new)
    return [
        {"variable": name, "old": _short(before.get(name)), "new": _short(after.get(name))}
        for name in sorted({*before, *after})
        if _said(before.get(name)) != _said(after.get(name))
    ]


def digest(text: str) -> str:
    """What tells whether two sets of picks are the same without having both."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> Any:
    if value is None or type(value) in {str, bool}:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Span | Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    if is_dataclass(value) and not isinstance(value, type):
        said = ((name, getattr(value, name), default) for name, default in _fields(type(value)))
        return {name: _plain(inner) for name, inner, default in said if inner != default}
    return value


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    """Names and defaults; MISSING, which no value equals, stands where a field has none."""
    return tuple((one.name, one.default) for one in fields(kind))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _said(value: Any) -> Any:
    """A pick without the versions of its resources."""
    if isinstance(value, dict):
        return {key: _said(inner) for key, inner in value.items() if key not in VERSIONS}
    if isinstance(value, list):
        return sorted((_said(inner) for inner in value), key=_text)
    return value


def _short(pick: dict[str, Any] | None) -> dict[str, Any] | None:
    """A pick as far as a person needs it to see what moved."""
    if pick is None:
        return None
    kept: dict[str, Any] = {key: pick[key] for key in OF_A_PICK if key in pick}
    if readings := [_reading(one) for one in pick.get("readings", ())]:
        kept["readings"] = readings
    return kept


def _reading(reading: dict[str, Any]) -> dict[str, Any]:
    fact = reading["fact"]
    doubt = {"doubt": reading["doubt"]} if "doubt" in reading else {}
    return {key: fact[key] for key in OF_A_FACT if key in fact} | doubt
