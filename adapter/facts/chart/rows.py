"""A resource as a row of the database and back: every number comes back with the digits it came with."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Row

from adapter.facts.decode import Untrusted
from adapter.facts.intake import Kept

DECIMAL, UNTRUSTED = "$decimal", "$untrusted"


def row_of(kept: Kept, name: str, word: str) -> dict[str, Any]:
    """The resource as a row; `name` is its id and `word` its digest."""
    updated, number = kept.newness
    fixed = {"type": kept.type, "id": name, "patient": kept.patient, "updated": updated, "version_number": number}
    return {**fixed, "last_word": word, "rows": as_text(kept.rows)}


def kept_of(row: Row[Any]) -> Kept:
    """The resource that a row holds."""
    rows = tuple(from_text(row.rows))
    return Kept(row.type, f"{row.type}/{row.id}", row.patient, (row.updated, row.version_number), rows)


def digest(kept: Kept) -> str:
    """What tells whether anything about an equally new resource has changed."""
    said = f"{kept.patient}\n{kept.last_word}"
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def bare(kind: str, key: str) -> str:
    """The id in a key; an id stays itself."""
    return key.removeprefix(f"{kind}/")


def as_text(rows: object) -> str:
    """Rows as JSON; what JSON has no word for is tagged."""
    return json.dumps(rows, default=_tagged, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Any:
    """Rows as they were."""
    return json.loads(text, object_hook=_untagged if '"$' in text else None)


def _tagged(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {DECIMAL: str(value)}
    if isinstance(value, Untrusted):
        return {UNTRUSTED: value.text}
    raise TypeError(f"no row holds a {type(value).__name__}")


def _untagged(found: dict[str, Any]) -> Any:
    match found:
        case {"$decimal": str(digits), **rest} if not rest:
            try:
                return Decimal(digits)
            except InvalidOperation:
                return found  # the hospital's own object, odd as it is
        case {"$untrusted": str(text), **rest} if not rest:
            return Untrusted(text)
    return found
