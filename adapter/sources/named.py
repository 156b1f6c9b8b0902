"""What a resource is known by at the hospital, read here again: a server may not heed what it was asked for."""

from __future__ import annotations

import msgspec

from adapter.facts.sieve import NOT_TAKEN, patient_key

MERGED = frozenset({"replaced-by", "replaces"})


def codes_in(raw: bytes) -> set[str]:
    """The codes of a Condition without their systems, in small letters; none where it shows none."""
    try:
        coded = _read_coded(raw).code
    except NOT_TAKEN:
        return set()
    return {one.code.casefold() for one in (coded.coding if coded else None) or () if one.code}


def numbers_in(raw: bytes) -> set[str]:
    """The hospital numbers that a Patient carries, in small letters, bare and as tokens with their system."""
    try:
        said = _read_identified(raw).identifier or []
    except NOT_TAKEN:
        return set()
    numbers = {(one.system or "", one.value.strip()) for one in said if one.value}
    return {form.casefold() for system, value in numbers for form in (value, f"|{value}", f"{system}|{value}")}


def links_in(raw: bytes) -> set[str]:
    """The records that a Patient has replaced or is replaced by, as `Patient/x`."""
    try:
        said = _read_linked(raw).link or []
    except NOT_TAKEN:
        return set()
    others = (one.other.reference for one in said if one.type in MERGED and one.other and one.other.reference)
    return {key for key in map(patient_key, others) if key}


class _Token(msgspec.Struct, gc=False):
    system: str | None = None
    code: str | None = None
    value: str | None = None


class _Concept(msgspec.Struct, gc=False):
    coding: list[_Token] | None = None


class _Coded(msgspec.Struct, gc=False):
    code: _Concept | None = None


class _Identified(msgspec.Struct, gc=False):
    identifier: list[_Token] | None = None


class _Reference(msgspec.Struct, gc=False):
    reference: str | None = None


class _Link(msgspec.Struct, gc=False):
    type: str | None = None
    other: _Reference | None = None


class _Linked(msgspec.Struct, gc=False):
    link: list[_Link] | None = None


_read_coded = msgspec.json.Decoder(_Coded).decode
_read_identified = msgspec.json.Decoder(_Identified).decode
_read_linked = msgspec.json.Decoder(_Linked).decode
