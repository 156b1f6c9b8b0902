"""A server's history of a type, where it tells what was deleted and nothing that is not ours to see.

The history of a type is that of the whole hospital. So it is followed only where the server says that it has one, and
gives ids alone when it is asked for ids; the first look at it is for one entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
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

    def announced(self, kinds: Iterable[str]) -> list[str]:
        """Those of these types that the server says it has a history of."""
        return [kind for kind in kinds if INTERACTION in self._able().of(kind).interactions]

    def looked(self, kind: str, since: datetime) -> bool | None:
        """Look at one entry since then: whether it shows ids alone; None where there is none."""
        page = next(pages.search(self._client, f"{kind}/_history", self._asked(since), count=1))
        self._seen = self._seen or bool(page.entries)
        self._fit = self._fit and all(map(_is_bare, page.entries))
        return self._fit if page.entries or page.deleted else None

    def deleted(self, kind: str, since: datetime) -> set[str]:
        """The keys of what was deleted since then, as far as the server tells; each may have been made again."""
        if not self._fit or not self.announced([kind]):
            return set()
        try:
            found = self._told(kind, since)
        except Trouble:  # what it does not tell is found when all is held to the server
            return set()
        self.followed |= {kind} if found is not None else set()
        return found or set()

    def _asked(self, since: datetime) -> Params:
        return {"_since": self._written(since), "_elements": "id"}

    def _told(self, kind: str, since: datetime) -> set[str] | None:
        """What was deleted; None where the history shows more than what things are called."""
        if not self._seen:
            self.looked(kind, since)
        found = set[str]()
        for page in pages.search(self._client, f"{kind}/_history", self._asked(since), count=MANY) if self._fit else ():
            self._seen = self._seen or bool(page.entries)
            if not all(map(_is_bare, page.entries)):
                self._fit = False
                break
            found |= {key for key in map(_key, page.deleted) if key.startswith(f"{kind}/")}
        return found if self._fit else None


def _key(address: str) -> str:
    match = ADDRESS.search(address)
    return match[1] if match else ""


def _is_bare(raw: bytes) -> bool:
    """Whether a resource shows nothing but what it is called."""
    try:
        return _read_names(raw).keys() <= BARE
    except NOT_TAKEN:
        return False
