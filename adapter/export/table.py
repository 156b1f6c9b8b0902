"""What a table of the export is made of: its name and its columns, each with a type and a meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from adapter.screening.study import NO_TEXT, Text

Value = str | int | float | bool | date | datetime | None
Row = Mapping[str, Value]


class Kind(StrEnum):
    """The type of a column: what Parquet keeps, and what the dictionary says."""

    TEXT = "text"
    WHOLE = "integer"
    NUMBER = "number"
    FLAG = "boolean"
    DATE = "date"
    INSTANT = "datetime"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `cdisc` is what a standard data set calls the same thing, where it has a name for it."""

    name: str
    kind: Kind = Kind.TEXT
    cdisc: str = ""
    means: Text = NO_TEXT
    unit: str = ""
    source: str = ""
    identifies: bool = False  # it says who the patient is, and is left out unless somebody asks for it


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the export."""

    name: str
    columns: tuple[Column, ...]

    def shown(self, *, identified: bool) -> Table:
        """The table as it leaves: without what says who a patient is, unless somebody asks for it."""
        return Table(self.name, tuple(column for column in self.columns if identified or not column.identifies))
