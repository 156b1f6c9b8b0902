"""A body is read to its proven end, inflated as it comes, and never held beyond the measure."""

from __future__ import annotations

from collections.abc import Iterator

from isal import isal_zlib
from urllib3.response import BaseHTTPResponse

from adapter.fhir.errors import EndedEarly, NotFhir, TooLarge

CHUNK = 1 << 16
ZIPPED_CHUNK = 1 << 14  # deflate grows at most a thousandfold: 16 MiB at once, whatever the server sends
GZIP = b"\x1f\x8b"


def read(raw: BaseHTTPResponse, where: str, limit: int) -> tuple[bytes, int]:
    """Return the inflated body and how many bytes came over the wire."""
    encoding = raw.headers.get("Content-Encoding", "identity").strip().lower()
    zipped = encoding in {"gzip", "x-gzip"}
    if not zipped and encoding not in {"", "identity"}:
        raise NotFhir(where, "the answer is packed in a way that was not asked for", "Have the server send gzip.")
    wire = _Wire(raw, where, limit, ZIPPED_CHUNK if zipped else CHUNK)
    body = bytearray()
    for piece in _inflated(wire, where) if zipped else wire:
        body += piece
        if len(body) > limit:
            raise _too_large(where, limit)
    return bytes(body), wire.bytes


class _Wire:
    """The bytes as they come, counted."""

    def __init__(self, raw: BaseHTTPResponse, where: str, limit: int, chunk: int) -> None:
        self._raw, self._where, self._limit, self._chunk = raw, where, limit, chunk
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._raw.read(self._chunk, decode_content=False):
            self.bytes += len(chunk)
            if self.bytes > self._limit:
                raise _too_large(self._where, self._limit)
            yield chunk


def _inflated(chunks: _Wire, where: str) -> Iterator[bytes]:
    """Yield the contents of every member; an end without end-of-stream mark, or more after it, is no whole body."""
    engine, members = None, 0
    for chunk in chunks:
        rest = chunk
        while rest:
            if engine is None:
                if members and not rest.startswith(GZIP[: len(rest)]):
                    raise _cut(where, "the packed body goes on after its end")
                engine = isal_zlib.decompressobj(wbits=31)
            try:
                yield engine.decompress(rest)
            except isal_zlib.IsalError:  # type: ignore[misc] # isal's stub declares an instance
                raise _cut(where, "the packed body is damaged") from None
            rest = engine.unused_data if engine.eof else b""
            if engine.eof:
                engine, members = None, members + 1
    if engine is not None:
        raise _cut(where, "the packed body ended early")


def _cut(where: str, what: str) -> EndedEarly:
    return EndedEarly(where, what, "Try again later; if it stays so, ask IT about proxies before the FHIR server.")


def _too_large(where: str, limit: int) -> TooLarge:
    return TooLarge(
        where, f"the answer is larger than {limit >> 20} MiB", "Ask for fewer at once, or have IT look at what is sent."
    )
