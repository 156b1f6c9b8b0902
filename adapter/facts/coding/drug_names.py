"""Drugs named in free text, Chinese or Latin: whole names, the longest first, so that no name is found in another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapter.study.codelists import Drug, fold


class NameFinder:
    """Finds drugs by name: whole names, the longest first, and no letter belongs to two names."""

    def __init__(self, drugs: Iterable[Drug]) -> None:
        named = [(fold(name), drug) for drug in drugs for name in {drug.name, *drug.names}]
        self._names = sorted((n for n in named if not n[0].startswith("*")), key=lambda n: (-len(n[0]), n[0]))
        self._endings = [(_ending(name), drug) for name, drug in named if name.startswith("*")]

    def find(self, text: str) -> list[tuple[str, str]]:
        """Return id and name of every drug that the text names, in the order of the text."""
        rest = fold(text)
        found: list[tuple[int, str, str]] = []
        for name, drug in self._names:
            if name in rest:
                whole = _whole(name)
                found += [(hit.start(), drug.id, drug.name) for hit in whole.finditer(rest)]
                # What one name has taken, no shorter one may take again.
                rest = whole.sub("\0" * len(name), rest)
        for ending, drug in self._endings:
            found += [(hit.start(), drug.id, hit.group()) for hit in ending.finditer(rest)]
        return [(drug_id, name) for _, drug_id, name in sorted(found)]


def _whole(name: str) -> re.Pattern[str]:
    head = r"(?<![a-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    tail = r"(?![a-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    return re.compile(head + re.escape(name) + tail)


def _ending(name: str) -> re.Pattern[str]:
    letters, tail = (r"[a-z-]", r"(?![a-z0-9])") if name.isascii() else (r"[\u3400-\u9fff]", "")
    # Begun at the first letter of a word only: from each letter of a long one it would take for ever.
    return re.compile(f"(?<!{letters}){letters}*{re.escape(name[1:])}{tail}")
