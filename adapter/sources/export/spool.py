"""The files of an export on this machine's disk until they are in the chart: protected, and proved whole as they come.

A file is whole when its zipped stream ends, its last line does, and it is as long as the manifest says. What cannot be
held to any of it is told apart, for a body that a proxy cut at the end of a line looks like a shorter one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from isal import isal_zlib

from adapter.errors import SettingsError, SourceError
from adapter.facts.decode import BYTE_ORDER_MARK
from adapter.facts.sieve import glance, read_head
from adapter.fhir.errors import EndedEarly, place
from adapter.fhir.export import File
from adapter.sources.pieces.lines import chunks, lines
from adapter.sources.reading import NO_COUNT

PACK = 1 << 20  # bytes that are packed at once
LATER = "Try again later; if it stays so, ask IT about proxies before the FHIR server."


@dataclass
class Held:
    """What a file holds: which types, how many lines, and how many of them are no resource."""

    types: set[str] = field(default_factory=set)
    lines: int = 0
    broken: int = 0


class Spool:
    """A folder of packed NDJSON that its owner alone may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def holds(self, name: str) -> bool:
        """Whether a file is here, whole."""
        return self._path(name).is_file()

    def hold(self, name: str, file: File, pieces: Iterable[bytes], *, compare: bool) -> Held:
        """Keep a file as it comes, or nothing of it; raise EndedEarly where it is not whole."""
        self._open()
        part, held, size = self._path(name).with_suffix(".part"), Held(), _Size()
        with _told(self.folder):
            part.unlink(missing_ok=True)
        with _packed(part, self.folder) as write:
            for number, raw in lines(size.of(pieces)):
                size.last = (raw or b"").removeprefix(BYTE_ORDER_MARK) if number == 1 else raw or b""
                kind = (read_head(size.last) or glance(size.last)).resourceType if raw else None
                held.lines += 1
                if kind:
                    held.types.add(kind)
                    write(size.last)
                else:
                    held.broken += 1
        _proved(file, held, size, compare=compare)
        with _told(self.folder):
            part.replace(self._path(name))
        return held

    def lines(self, name: str) -> Iterator[bytes]:
        """Give the lines of a file."""
        with _told(self.folder), self._path(name).open("rb") as stream:
            yield from (raw for _, raw in lines(chunks(stream)) if raw is not None)

    def clear(self) -> None:
        """Take everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name: str) -> Path:
        """Where a file lies: under a name of ours, whatever the server calls it."""
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.gz"

    def _open(self) -> None:
        with _told(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = self.folder.lstat()
        if self.folder.is_symlink() or state.st_uid != os.geteuid() or state.st_mode & 0o077:
            raise SettingsError(f"{self.folder}: files of an export are kept here, and others may come to it. "
                                "Remove it, or make it a folder of ours with mode 0700.")  # fmt: skip


class _Size:
    """How many bytes came, whether the last one ends a line, and which line was the last."""

    def __init__(self) -> None:
        self.bytes, self.ended, self.last = 0, True, b""

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            if piece:
                self.bytes, self.ended = self.bytes + len(piece), piece.endswith(b"\n")
                yield piece


def framed(headers: Mapping[str, str]) -> bool:
    """Whether the end of a body can be told from its being cut: by its length, its chunks or its packing."""
    return bool({"content-length", "transfer-encoding"} & {name.lower() for name in headers}) or "gzip" in headers.get(
        "Content-Encoding", ""
    )


def _proved(file: File, held: Held, size: _Size, *, compare: bool) -> None:
    what, to_do = "", f"{LATER} {NO_COUNT}"
    if not size.ended and read_head(size.last) is None:
        what, to_do = "the file ends in the middle of a line", LATER
    elif compare and file.count is not None and held.lines < file.count:
        what = f"{held.lines} lines came of {file.count} that the manifest names"
    elif compare and file.size is not None and size.bytes < file.size:
        what = f"{size.bytes} bytes came of {file.size} that the manifest names"
    if what:
        raise EndedEarly(place(file.url), what, to_do)


@contextmanager
def _packed(part: Path, folder: Path) -> Iterator[Callable[[bytes], None]]:
    """Give a way to write lines into a new file, which lies on the disk at the end."""
    with _told(folder):
        stream = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    packer, waiting = isal_zlib.compressobj(level=1, wbits=31), bytearray()

    def keep(packed: bytes) -> None:
        with _told(folder):
            stream.write(packed)

    def write(raw: bytes) -> None:
        waiting.extend(raw + b"\n")
        if len(waiting) > PACK:
            keep(packer.compress(waiting))
            waiting.clear()

    try:
        yield write
        keep(packer.compress(waiting) + packer.flush())
        with _told(folder):
            stream.flush()
            os.fsync(stream.fileno())
    finally:
        with suppress(OSError):
            stream.close()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say of a disk that is full or cannot be written to what it is: no fault of the network."""
    try:
        yield
    except OSError as fault:
        raise SourceError(f"{folder}: {fault.strerror or type(fault).__name__}. An export is kept there until it is "
                          "read: see to the disk, and the next run goes on.") from None  # fmt: skip
