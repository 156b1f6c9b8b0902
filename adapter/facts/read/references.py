"""Which resource a reference means: an id is its server's own, and equals nobody else's.

A reference by a whole address is brought home: where the address is the source's own, `Type/id` is left of it. Where it
is another's, the id wears the address (`Patient/1@https%3A%2F%2Fother.example`), which no id of ours does. So every
reader of a reference finds what is ours, and never takes another server's `Patient/1` for it. Within a Bundle it is
`fullUrl` that a reference names. Nothing is ever fetched because a reference names it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote, urlsplit

WORN = "@"
OF_ANOTHER_SERVER = "of another server"
OF_ANOTHER_PATIENT = "of another patient"

# Whatever is more than Type/id, which most are: those are passed over at once.
_REFERENCE = re.compile(rb'("reference"\s*+:\s*+)"(?![A-Za-z]++/[A-Za-z0-9.-]++")([^"]*+)"')
_VERSION = re.compile(r"/_history/[^/]*+$")
_PORTS = {"http": 80, "https": 443}


class Bases:
    """The addresses under which a source names its own resources, and those of others that it named."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        self.own = frozenset(map(normal, own))
        self.declared: set[str] = set()  # by the fullUrl of an entry
        self.others: Counter[str] = Counter()

    def bring_home(self, raw: bytes, full_urls: Mapping[str, str] | None = None) -> bytes:
        """Return a resource's bytes with its references as they are meant here; `full_urls`: those of its Bundle."""

        def meant(found: re.Match[bytes]) -> bytes:
            text = _unescaped(found[2])
            here = text if text is None else self.meant(text, full_urls or {})
            return found[0] if here is None or here == text else found[1] + json.dumps(here).encode()

        return _REFERENCE.sub(meant, raw)

    def declare(self, full_url: str, key: str) -> None:
        """Take note of the address that an entry gives its resource."""
        if full_url.endswith(f"/{key}"):
            self.declared.add(normal(full_url.removesuffix(f"/{key}")))

    def meant(self, text: str, full_urls: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return a reference as it is meant here."""
        plain = _VERSION.sub("", text.strip().rstrip("/"))
        if plain in full_urls:
            return full_urls[plain]
        base, kind, name = (["", "", *plain.split("/")] if plain.count("/") < 2 else plain.rsplit("/", 2))[-3:]
        if ":" not in base and not plain.startswith("//"):
            return text
        if normal(base) in self.own:
            return f"{kind}/{name}"
        self.others[normal(base)] += 1
        return f"{kind}/{name}{WORN}{quote(normal(base), safe='')}"


def normal(base: str) -> str:
    """Return a base address in the one form in which two can be compared."""
    try:
        parts = urlsplit(base)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return base
    named = "" if port in {None, _PORTS.get(parts.scheme)} else f":{port}"
    return f"{parts.scheme}://{host}{named}{parts.path.rstrip('/')}" if parts.scheme in _PORTS and host else base


def base_of(key: str | None) -> str | None:
    """Return the address of the other server that a key names, or None for one of ours."""
    return unquote(key.partition(WORN)[2]) if key and WORN in key else None


def not_asked(key: str | None) -> str:
    """Say why a resource of somebody who was not asked for is left aside."""
    return OF_ANOTHER_PATIENT if base_of(key) is None else OF_ANOTHER_SERVER


def adopted(patients: Iterable[str | None], declared: Iterable[str]) -> frozenset[str]:
    """Return the addresses that turn out to be the source's own once all of it is read.

    Those that it declares, by the `fullUrl` of its entries; else the only one there is, where every reference to a
    patient is by that address: a server that exports so means itself.
    """
    own = frozenset(map(normal, declared))
    if len(own) == 1:
        return own
    named = {base_of(patient) for patient in patients if patient}
    return frozenset(base for base in named if base) if len(named) == 1 else frozenset()


def at_home(value: Any, own: Iterable[str]) -> Any:
    """Return a key, or rows with keys in them, without the addresses that are the source's own."""
    worn = tuple(f"{WORN}{quote(base, safe='')}" for base in own)

    def bare(value: Any) -> Any:
        if isinstance(value, str):
            return value[: value.index(WORN)] if value.endswith(worn) else value
        if isinstance(value, Mapping):
            return {key: bare(inner) for key, inner in value.items()}
        return type(value)(map(bare, value)) if isinstance(value, list | tuple) else value

    return bare(value)


def _unescaped(raw: bytes) -> str | None:
    """Return what a JSON string says; None for one that a look at its quotes does not understand."""
    try:
        text = json.loads(b'"%b"' % raw)
    except (ValueError, UnicodeDecodeError):
        return None
    return text if isinstance(text, str) else None
