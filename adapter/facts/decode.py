"""The bytes of one resource become a plain dict: tolerant of odd data, and nothing is trusted before it is measured.

Numbers keep the digits they came with (Decimal, or int); one that is out of all proportion becomes `Untrusted`, so that
only this piece is lost. A key that comes twice: the last one wins, as everywhere in Python. Half a surrogate pair
(`\\ud800`) and the NUL character, which no output can carry, become U+FFFD and are counted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_BYTES = 16 * 1024 * 1024  # one resource; the largest real ones carry a scanned letter
MAX_DEPTH = 100  # FHIR needs about 20; the parsers of Python 3.11 to 3.14 fail at different depths, all above this
MAX_DIGITS = 40
MAX_EXPONENT = 30
KEPT = 60  # characters of an untrusted number that are kept to show to a person

NOT_JSON = "not-json"
NOT_UTF8 = "not-utf8"
TOO_DEEP = "too-deep"
TOO_LARGE = "too-large"
NOT_AN_OBJECT = "not-an-object"
NO_RESOURCE_TYPE = "no-resource-type"
NO_ID = "no-id"

REPLACED = "replaced-character"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The closing quote is optional and the quantifiers possessive: one pass over any input, also over a cut string.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[][{},:]', re.DOTALL)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS = re.compile(rb'(?:[^][{}"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)*+([\[{]++|[]}]++)', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)|\x00")
_UNPRINTABLE = re.compile("[\ud800-\udfff\x00]")
_SPACE = re.compile(rb"[ \t\r\n]*")


class Unreadable(ValueError):  # noqa: N818 - it says what the piece is
    """A piece of input that is no resource; `reason` is one of the stable words above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Untrusted:
    """Stands where a number was that nobody should compute with: its first characters, as they were written."""

    text: str


def decode(raw: bytes | memoryview, repairs: Counter[str] | None = None) -> dict[str, Any]:
    """Return one resource as a dict, or raise Unreadable; `repairs` counts the characters that had to be replaced."""
    resource = parse(raw, repairs=repairs)
    if not isinstance(resource, dict):
        raise Unreadable(NOT_AN_OBJECT)
    if not isinstance(resource.get("resourceType"), str) or not resource["resourceType"]:
        raise Unreadable(NO_RESOURCE_TYPE)
    if not isinstance(resource.get("id"), str) or not resource["id"]:
        raise Unreadable(NO_ID)
    return resource


def parse(raw: bytes | memoryview, *, limit: int = MAX_BYTES, repairs: Counter[str] | None = None) -> object:
    """Return any JSON value, guarded in size, depth and digits, or raise Unreadable."""
    raw = bytes(raw).removeprefix(BYTE_ORDER_MARK)
    if len(raw) > limit:
        raise Unreadable(TOO_LARGE)
    if too_deep(raw):
        raise Unreadable(TOO_DEEP)
    try:
        value = _JSON.decode(raw.decode())
    except UnicodeDecodeError:
        raise Unreadable(NOT_UTF8) from None
    except RecursionError:
        raise Unreadable(TOO_DEEP) from None
    except ValueError:
        raise Unreadable(NOT_JSON) from None
    if (b"\\u" in raw or b"\0" in raw) and _SUSPECT.search(raw):
        return _printable(value, Counter() if repairs is None else repairs)
    return value


def too_deep(raw: bytes) -> bool:
    """Whether arrays and objects lie in each other deeper than MAX_DEPTH; brackets inside strings do not count."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _STRING.sub(b"", raw).translate(None, _NO_BRACKETS):
        depth += _STEP[bracket]
        if depth > MAX_DEPTH:
            return True
    return False


def members(raw: bytes, start: int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield key, start and end of each member of the object or array at `start`: for input that no parser takes.

    It looks at brackets, commas and quotes alone, so depth, odd bytes and odd numbers do not disturb it; whether
    the whole is JSON is for the caller to find out. Where the text ends early, what is there of the last member is
    yielded before Unreadable is raised.
    """
    if raw[start : start + 1] not in (b"{", b"["):
        return
    key, begin, end = "", start + 1, start + 1
    while token := _TOKEN.search(raw, end):
        sign, end = token.group(), token.end()
        if sign in (b"{", b"["):
            end = _past(raw, token.start())
        elif sign == b":":
            key, begin = string(raw[begin : token.start()]) or "", end
        elif sign in (b",", b"}", b"]"):
            yield key, *_trimmed(raw, begin, token.start())
            key, begin = "", end
            if sign != b",":
                return
    yield key, *_trimmed(raw, begin, len(raw))
    raise Unreadable(NOT_JSON)


def _past(raw: bytes, start: int) -> int:
    """Where the object or array at `start` ends; many brackets in a row count at once, for depth may be endless."""
    depth, end = 0, start
    while run := _BRACKETS.match(raw, end):  # not a search, which would look into a string that is cut off
        begin, end = run.span(1)
        if raw[begin] in b"[{":
            depth += end - begin
        elif depth > end - begin:
            depth -= end - begin
        else:
            return begin + depth
    return len(raw)


def string(raw: bytes) -> str | None:
    """Return what a piece of JSON says if it is a string, else None."""
    try:
        value = parse(raw)
    except Unreadable:
        return None
    return value if isinstance(value, str) else None


def _trimmed(raw: bytes, begin: int, end: int) -> tuple[int, int]:
    space = _SPACE.match(raw, begin, end)
    return (space.end() if space else begin), end


def _decimal(text: str) -> Decimal | Untrusted:
    if len(text) > 2 * MAX_DIGITS:
        return Untrusted(text[:KEPT])
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        return Untrusted(text[:KEPT])
    if abs(number.adjusted()) > MAX_EXPONENT or (len(text) > MAX_DIGITS and len(number.as_tuple().digits) > MAX_DIGITS):
        return Untrusted(text[:KEPT])
    return number


def _integer(text: str) -> int | Untrusted:
    return int(text) if len(text.removeprefix("-")) <= MAX_DIGITS else Untrusted(text[:KEPT])


def _printable(value: object, repairs: Counter[str]) -> object:  # MAX_DEPTH bounds the recursion
    if isinstance(value, str):
        value, replaced = _UNPRINTABLE.subn("\ufffd", value)
        repairs[REPLACED] += replaced
        return value
    if isinstance(value, dict):
        return {_printable(key, repairs): _printable(inner, repairs) for key, inner in value.items()}
    if isinstance(value, list):
        return [_printable(inner, repairs) for inner in value]
    return value


# strict=False: a bare tab inside a string is no JSON, but it is in real reports and means what it says.
_JSON = json.JSONDecoder(parse_float=_decimal, parse_int=_integer, parse_constant=Untrusted, strict=False)
