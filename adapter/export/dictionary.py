"""The data dictionary: what each column and each study variable means, in both languages, with unit and source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from adapter.export.columns import VARIABLES, Tables, unit_of
from adapter.export.table import Column, Kind, Row, Table
from adapter.screening.study import Variable

NAME = "dictionary"
COLUMNS = ("table", "column", "value", "type", "cdisc", "en", "zh", "unit", "source")


def dictionary(tables: Tables, shown: Sequence[Table]) -> list[Row]:
    """Each column of each table; then, as values of the column `variable`, each variable of the study."""
    columns = [_column(table, column) for table in shown for column in table.columns]
    return [*columns, *_variables(tables)]


def as_table() -> Table:
    """The dictionary as a table of its own."""
    return Table(NAME, tuple(Column(name) for name in COLUMNS))


def as_json(tables: Tables, rows: Sequence[Row]) -> str:
    """The dictionary for a program, under the study and its registry number."""
    study = {"id": tables.study.id, "registry": tables.study.registry}
    entries = [{name: value for name, value in row.items() if value} for row in rows]
    return json.dumps({"study": study, "entries": entries}, ensure_ascii=False, indent=1) + "\n"


def _column(table: Table, column: Column) -> Row:
    return {
        "table": table.name, "column": column.name, "value": "", "type": column.kind.value, "cdisc": column.cdisc,
        "en": column.means.en, "zh": column.means.zh, "unit": column.unit, "source": column.source,
    }  # fmt: skip


def _variables(tables: Tables) -> Iterator[Row]:
    for name, variable in sorted(tables.study.variables.items()):
        unit = unit_of(tables, name)
        yield {
            "table": VARIABLES, "column": "variable", "value": name,
            "type": (Kind.NUMBER if unit else Kind.TEXT).value, "cdisc": "",
            "en": variable.label.en, "zh": variable.label.zh, "unit": unit, "source": _source(variable),
        }  # fmt: skip


def _source(variable: Variable) -> str:
    """Where it is read from: types of resources, concepts of the codelists, and which reading is picked."""
    told = (", ".join(variable.resources), ", ".join(variable.concepts), variable.pick.value)
    return "; ".join(part for part in told if part)
