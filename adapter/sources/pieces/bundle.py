"""What lies together in a Bundle refers to each other by `fullUrl`, which is resolved within the Bundle and no further.

A Bundle that was to be sent as a transaction names its entries by `urn:uuid:…`, and they may have no id of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from adapter.facts.read.references import Bases
from adapter.facts.sieve import glance, read_head
from adapter.sources.base import Entry

URN = re.compile(r"urn:uuid:([0-9A-Za-z.-]{1,64})")
VERSION = re.compile(r"/_history/[^/]*+$")


def within(entries: Iterable[Entry], bases: Bases) -> Iterator[bytes]:
    """Yield the resources of a Bundle with ids, and with references that name each other by `Type/id`."""
    named = [_named(entry) for entry in entries]
    full_urls: dict[str, str] = {}
    twice: set[str] = set()
    for full_url, key, _ in named:
        if full_url and key:
            twice |= {full_url} if full_urls.setdefault(full_url, key) != key else set()
            bases.declare(full_url, key)
    sure = {full_url: key for full_url, key in full_urls.items() if full_url not in twice}
    for _, _, raw in named:
        yield bases.bring_home(raw, sure)


def _named(entry: Entry) -> tuple[str, str, bytes]:
    """Return where an entry stands, its key and its bytes; one without an id takes it from its `urn:uuid`."""
    raw = bytes(entry.resource)
    if not entry.fullUrl:
        return "", "", raw
    head, full_url = read_head(raw) or glance(raw), VERSION.sub("", entry.fullUrl)
    urn = URN.fullmatch(full_url)
    if head.resourceType and not head.id and urn:
        raw = b'{"id":"%b",' % urn[1].encode() + raw.partition(b"{")[2]
        return full_url, f"{head.resourceType}/{urn[1]}", raw
    return full_url, f"{head.resourceType}/{head.id}" if head.resourceType and head.id else "", raw
