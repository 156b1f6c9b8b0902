"""What is asked for and what was granted, in the words of SMART: `system/Observation.rs`, before 2.0 `….read`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ALL = "cruds"
_GRANT = re.compile(r"system/(\*|[A-Z][A-Za-z]*)\.(read|write|\*|[cruds]+)")
_OLD = {"read": "rs", "write": "cud", "*": ALL}


@dataclass(frozen=True, slots=True)
class Need:
    """What is done with one type: letters of create, read, update, delete, search."""

    kind: str
    rights: str


def as_scope(needs: Iterable[Need], *, old: bool = False) -> str:
    """Return the least scope that these needs can be met with, sorted; `old`: in the words of SMART 1."""
    words = set[str]()
    for need in needs:
        if old:
            words |= {f"system/{need.kind}.{word}" for word in ("read", "write") if set(_OLD[word]) & set(need.rights)}
        else:
            words.add(f"system/{need.kind}.{''.join(one for one in ALL if one in need.rights)}")
    return " ".join(sorted(words))


def names_types(scope: str) -> bool:
    """Tell whether a scope is in SMART's words at all."""
    return any(_GRANT.fullmatch(word) for word in scope.split())


def allows(scope: str, need: Need, asked: str) -> bool:
    """Tell whether a granted scope lets everything be done that is needed.

    A grant narrowed by the server (`system/Observation.rs?category=laboratory`) would make a part look like the whole:
    it counts only where the settings ask for it in the same words.
    """
    rights = set[str]()
    for word in scope.split():
        plain = word.partition("?")[0] if word in asked.split() else word
        found = _GRANT.fullmatch(plain)
        if found and found[1] in {"*", need.kind}:
            rights |= set(_OLD.get(found[2], found[2]))
    return set(need.rights) <= rights
