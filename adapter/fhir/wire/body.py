"""A body is read to its proven end, inflated as it comes, and never held beyond the measure."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from isal import isal_zlib
from urllib3.response import BaseHTTPResponse

from adapter.fhir.errors import EndedEarly, NotFhir, TimedOut, TooLarge

CHUNK = 1 << 16
PACKED_CHUNK = 1 << 14  # deflate grows at most a thousandfold: 16 MiB at once, whatever the server sends
GZIP = b"\x1f\x8b"
GZIP_WINDOW, ZLIB_WINDOW, BARE_WINDOW = 31, 15, -15
PACKED = {"gzip": GZIP_WINDOW, "x-gzip": GZIP_WINDOW, "deflate": ZLIB_WINDOW}


@dataclass(frozen=True, slots=True)
class Measure:
    """How large a body may be, and how many bytes of it have to come in each stretch of seconds."""

    max_bytes: int
    least_bytes_s: float = 0.0
    stretch_s: float = 20.0


def read(raw: BaseHTTPResponse, where: str, measure: Measure) -> tuple[bytes, int]:
    """Return the inflated body and how many bytes came over the wire."""
    flow = Flow(raw, where, measure)
    body = bytearray()
    for piece in flow:
        body += piece
    return bytes(body), flow.wire.bytes


class Flow:
    """An inflated body as it comes, piece by piece: for what is too large to be held."""

    def __init__(self, raw: BaseHTTPResponse, where: str, measure: Measure) -> None:
        encoding = raw.headers.get("Content-Encoding", "identity").strip().lower()
        self._window = PACKED.get(encoding)
        if self._window is None and encoding not in {"", "identity"}:
            raise NotFhir(where, "the answer is packed in a way that was not asked for", "Have the server send gzip.")
        self._where, self._limit = where, measure.max_bytes
        self.wire = _Wire(raw, where, measure, CHUNK if self._window is None else PACKED_CHUNK)
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.wire if self._window is None else _inflated(self.wire, self._where, self._window):
            self.bytes += len(piece)
            if self.bytes > self._limit:
                raise _too_large(self._where, self._limit)
            yield piece


class _Wire:
    """The bytes as they come, counted, and given up when they come too slowly: silence alone is not what drips."""

    def __init__(self, raw: BaseHTTPResponse, where: str, measure: Measure, chunk: int) -> None:
        self._raw, self._where, self._measure, self._chunk = raw, where, measure, chunk
        self._began, self._before = time.monotonic(), 0
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._raw.read1(self._chunk, decode_content=False):  # what is there, without waiting for more
            self.bytes += len(chunk)
            if self.bytes > self._measure.max_bytes:
                raise _too_large(self._where, self._measure.max_bytes)
            self._keep_pace()
            yield chunk

    def _keep_pace(self) -> None:
        """Hold each stretch of the body to the least rate; a body shorter than one stretch is held to nothing."""
        now = time.monotonic()
        passed = now - self._began
        if passed < self._measure.stretch_s:
            return
        rate = (self.bytes - self._before) / passed
        if rate < self._measure.least_bytes_s:
            raise _too_slow(self._where, rate)
        self._began, self._before = now, self.bytes


def _inflated(chunks: _Wire, where: str, window: int) -> Iterator[bytes]:
    """Yield the contents of every member; an end without end-of-stream mark, or more after it, is no whole body."""
    engine, members = None, 0
    for chunk in chunks:
        rest = chunk
        while rest:
            if engine is None:
                if members and (window != GZIP_WINDOW or not rest.startswith(GZIP[: len(rest)])):
                    raise _cut(where, "the packed body goes on after its end")
                engine = isal_zlib.decompressobj(wbits=_as_sent(window, rest))
            try:
                yield engine.decompress(rest)
            except isal_zlib.IsalError:  # type: ignore[misc] # isal's stub declares an instance
                raise _cut(where, "the packed body is damaged") from None
            rest = engine.unused_data if engine.eof else b""
            if engine.eof:
                engine, members = None, members + 1
    if engine is not None:
        raise _cut(where, "the packed body ended early")


def _as_sent(window: int, start: bytes) -> int:
    """Some servers send deflate without the frame that HTTP wants around it: its first byte tells them apart."""
    return BARE_WINDOW if window == ZLIB_WINDOW and start[0] & 0x0F != 8 else window


def _too_slow(where: str, rate: float) -> TimedOut:
    return TimedOut(
        where, f"the answer drips ({rate:.0f} bytes a second) and was given up",
        "Try again later; if it stays so, ask IT about the FHIR server and the network.",
    )  # fmt: skip


def _cut(where: str, what: str) -> EndedEarly:
    return EndedEarly(where, what, "Try again later; if it stays so, ask IT about proxies before the FHIR server.")


def _too_large(where: str, limit: int) -> TooLarge:
    return TooLarge(
        where, f"the answer is larger than {limit >> 20} MiB", "Ask for fewer at once, or have IT look at what is sent."
    )
