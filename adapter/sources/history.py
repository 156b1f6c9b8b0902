"""A server's history of a type, where it tells what was deleted and nothing that is not ours to see.

The history of a type is that of the whole hospital. So it is followed only where the server says that it has one, and
gives ids alone when it is asked for ids; the first look at it is for one entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import msgspec

from adapter.facts.sieve import NOT_TAKEN
from adapter.fhir import pages
from adapter.fhir.capability import Capability
from adapter.fhir.client import Client, Params
from adapter.fhir.errors import Trouble

INTERACTION = "history-type"
MANY = 1000  # entries a page
BARE = frozenset({"resourceType", "id", "meta"})
ADDRESS = re.compile(r"(?:^|/)([A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?/?$")

_read_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class History:
    """Asks one server what was deleted."""

    def __init__(self, client: Client, able: Callable[[], Capability], written: Callable[[datetime], str]) -> None:
        self._client, self._able, self._written = client, able, written
        self._seen, self._fit = False, True  # whether something was seen of it, and gave ids alone
        self.followed: set[str] = set()  # the types

    def deleted(self, kind: str, since: datetime) -> set[str]:
        """The keys of what was deleted since then, as far as the server tells; each may have been made again."""
        if not self._fit or INTERACTION not in self._able().of(kind).interactions:
            return set()
        try:
            found = self._told(kind, {"_since": self._written(since), "_elements": "id"})
        except Trouble:  # what it does not tell is found when all is held to the server
            return set()
        self.followed |= {kind} if found is not None else set()
        return found or set()

    def _told(self, kind: str, params: Params) -> set[str] | None:
        """What was deleted; None where the history shows more than what things are called."""
        found = set[str]()
        for size in (MANY,) if self._seen else (1, MANY):
            for page in pages.search(self._client, f"{kind}/_history", params, count=size):
                self._seen = self._seen or bool(page.entries)
                if not all(map(_is_bare, page.entries)):
                    self._fit = False
                    return None
                found |= {key for key in map(_key, page.deleted) if key.startswith(f"{kind}/")}
                if size == 1:
                    break
        return found


def _key(address: str) -> str:
    match = ADDRESS.search(address)
    return match[1] if match else ""


def _is_bare(raw: bytes) -> bool:
    """Whether a resource shows nothing but what it is called."""
    try:
        return _read_names(raw).keys() <= BARE
    except NOT_TAKEN:
        return False
