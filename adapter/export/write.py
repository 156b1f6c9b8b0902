"""Tables as files: CSV for a spreadsheet, Parquet with types; the same rows are the same bytes.

CSV is RFC 4180 with a byte order mark, by which spreadsheets know UTF-8. A text that a spreadsheet would take for a
formula is given an apostrophe before it; Parquet keeps it as it is.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from adapter.export.table import Column, Kind, Row, Table, Value

ROWS_AT_ONCE = 20_000
TYPES = {
    Kind.TEXT: pa.string(),
    Kind.WHOLE: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("s", tz="UTC"),
}
# A sign that begins a formula, in either width, also behind blanks and what is not seen.
_UNSEEN = "\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x20\x7f-\xa0"
_FORMULA = re.compile(f"[{_UNSEEN}]*[=+\\-@|%＝＋－＠]|[\\t\\r\\n]")
_BREAK = re.compile("[\\r\\n\\v\\f\\x1c-\\x1e\\x85\u2028\u2029]+")


def write(folder: Path, table: Table, rows: Iterable[Row]) -> int:
    """Write a table as CSV and as Parquet; return how many rows it has."""
    count, left = 0, iter(rows)
    with ExitStack() as files:
        text = files.enter_context(_new(folder / f"{table.name}.csv"))
        book = _Csv(text, table.columns)
        kept = files.enter_context(_new(folder / f"{table.name}.parquet"))
        schema = pa.schema([(column.name, TYPES[column.kind]) for column in table.columns])
        columns = files.enter_context(pq.ParquetWriter(kept, schema, compression="zstd"))
        while some := list(islice(left, ROWS_AT_ONCE)):
            book.add(some)
            columns.write_table(pa.Table.from_pylist([_typed(row, table) for row in some], schema))
            count += len(some)
    return count


def write_text(file: Path, text: str) -> None:
    """Write a file of text."""
    with _new(file) as stream:
        stream.write(text.encode())


def as_cell(value: Value) -> str:
    """A value as a spreadsheet may have it: numbers as they are, a text never as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        said = _BREAK.sub(" ", value)
        return f"'{said}" if _FORMULA.match(value) else said
    if isinstance(value, float):
        return f"{value:.15g}"
    return value.isoformat() if not isinstance(value, int) else str(value)


class _Csv:
    """A table as CSV, as far as it has come."""

    def __init__(self, stream: IO[bytes], columns: Iterable[Column]) -> None:
        self._stream, self._names = stream, [column.name for column in columns]
        stream.write("\ufeff".encode())
        self._lines([self._names])

    def add(self, rows: Iterable[Row]) -> None:
        self._lines([as_cell(row.get(name)) for name in self._names] for row in rows)

    def _lines(self, cells: Iterable[list[str]]) -> None:
        writer = csv.writer(_Encoded(self._stream), lineterminator="\r\n")
        writer.writerows(cells)


class _Encoded:
    """Takes text for a file of bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode())


def _typed(row: Row, table: Table) -> dict[str, Any]:
    return {column.name: row.get(column.name) for column in table.columns}


@contextmanager
def _new(file: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone that takes its name once it is whole."""
    making = file.with_name(f".{file.name}.{os.getpid()}.new")
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)
