"""A stream of bytes becomes lines: bounded in memory, unzipped, and never taken for whole when it was cut.

A zipped stream is whole when every member has its end-of-stream mark. Python's readers either raise before they hand
out what they have, or say nothing; here every line before the cut is given, and then Cut is raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from isal import isal_zlib

from adapter.facts.decode import BYTE_ORDER_MARK, MAX_BYTES
from adapter.facts.sieve import read_head

GZIP = b"\x1f\x8b"
CHUNK = 1 << 17  # what is split at once stays in the processor's cache
ZIPPED_CHUNK = 1 << 14  # deflate grows at most a thousandfold: 16 MiB in memory, whatever the file says


class Cut(Exception):  # noqa: N818 - an event more than an error
    """The stream ended before its contents did; the text is the reason."""


def lines(stream: Iterator[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not blank with their numbers; None for one beyond all measure, which is not kept."""
    number, rest, beyond = 1, b"", False
    try:
        for chunk in stream:
            *ended, rest = (rest + chunk).split(b"\n")
            for line in ended:
                text = line.strip()
                if beyond or text:
                    yield number, None if beyond else text
                beyond = False
                number += 1
            if len(rest) > MAX_BYTES:
                rest, beyond = b"", True
    except Cut:
        if not beyond and read_head(rest):  # it is whole, only its line end is missing
            yield number, rest
        raise
    if beyond or rest.strip():
        yield number, None if beyond else rest.strip()


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the contents without byte order mark, unzipped where they are zipped, whatever the name says."""
    start = file.read(len(BYTE_ORDER_MARK))
    named_zip = str(file.name).lower().endswith(".gz")
    if start.startswith(GZIP) or (named_zip and GZIP.startswith(start)):
        yield from _unzipped(file, start)
        return
    yield start.removeprefix(BYTE_ORDER_MARK)
    while chunk := file.read(CHUNK):
        yield chunk


def _unzipped(file: BinaryIO, start: bytes) -> Iterator[bytes]:
    """Yield the contents of every member, then raise Cut where an end-of-stream mark is missing or more follows."""
    engine, whole_members = None, 0
    chunk = start + file.read(ZIPPED_CHUNK)
    while chunk:
        if engine is None and whole_members:
            chunk = chunk.lstrip(b"\0")  # padding, as tapes have it
        if chunk:
            engine = engine or _next_member(chunk, whole_members)
            try:
                yield engine.decompress(chunk)
            except isal_zlib.IsalError:  # type: ignore[misc] # isal's stub declares an instance
                raise Cut("damaged") from None
            chunk = b""
            if engine.eof:
                chunk = engine.unused_data
                engine, whole_members = None, whole_members + 1
        chunk = chunk or file.read(ZIPPED_CHUNK)
    if engine is not None or not whole_members:
        raise Cut("ended-early")


def _next_member(chunk: bytes, whole_members: int) -> isal_zlib.Decompress:
    if whole_members and not chunk.startswith(GZIP[: len(chunk)]):
        raise Cut("trailing-garbage")  # perhaps a member with a damaged head: it may have held anything
    return isal_zlib.decompressobj(wbits=31)
