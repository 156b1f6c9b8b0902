"""Turns the spec's tables into the reference pages of picks and rules."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping, Sequence
from types import ModuleType

from tests.spec.tables import AS_OF, Row, Table

PICKS = (
    "latest",
    "earliest",
    "any",
    "extremes",
    "occasions",
    "change",
    "exposure",
    "age",
    "derived",
    "windows",
    "absence",
    "statuses",
)
RULES = ("limits", "reports", "words", "shades", "logic", "record_and_word", "notes", "scores", "choices")
HOW_TO_READ = f"""
Each table is a set of tests. Above it stands what a study's files would hold; labels are left out, so is the concept of
a variable that bears its name. A row gives facts and the answer of the rule `answer`, with the reason of an unknown.
`day -90` is 90 days before the index date, which is {AS_OF} unless the row names another. *came* means that the source
held something of this type, *came in part* that it was not read whole.
"""


def pages() -> dict[str, str]:
    """The pages by name, without their first line."""
    return {
        "picks.md": page("Picks: from facts to study variables", "picks", PICKS),
        "rules.md": page("Rules: from study variables to findings", "rules", RULES),
    }


def page(title: str, folder: str, names: Sequence[str]) -> str:
    """One page of all modules of a folder."""
    modules = [importlib.import_module(f"tests.spec.{folder}.test_{name}") for name in names]
    return "\n".join([f"# {title}", HOW_TO_READ, *(_module(m, n) for m, n in zip(modules, names, strict=True))])


def _module(module: ModuleType, name: str) -> str:
    parts = [f"## {name.replace('_', ' ').capitalize()}", "", inspect.getdoc(module) or "", ""]
    shown = ""
    for table in module.TABLES:
        parts += [f"**{table.says.rstrip('.')}.**", ""]
        if table.study != shown:
            parts += ["```toml", table.study.strip(), "```", ""]
            shown = table.study
        parts += [*_rows(table), ""]
    return "\n".join(parts)


def _rows(table: Table) -> list[str]:
    split = bool(table.parts) and all(isinstance(row.given, Mapping) for row in table.rows)
    named = list(dict.fromkeys(name for row in table.rows for name in row.given)) if split else []
    heads = [*(named or ["given"]), table.score or "answer", "why"]
    lines = [[*_given(row, named), row.answer, _why(row)] for row in table.rows]
    if not any(line[-1] for line in lines):
        heads, lines = heads[:-1], [line[:-1] for line in lines]
    return grid(heads, lines)


def _given(row: Row, named: Sequence[str]) -> list[str]:
    return [str(row.given.get(name, "")) for name in named] if isinstance(row.given, Mapping) and named else [str(row)]


def _why(row: Row) -> str:
    return "; ".join(part for part in (row.why, f"NOT YET SO: {row.fails}" if row.fails else "") if part)


def grid(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    """A table of Markdown."""
    return [_line(heads), _line(["---"] * len(heads)), *(_line(line) for line in lines)]


def _line(cells: Sequence[str]) -> str:
    plain = (cell.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ") for cell in cells)
    return "| " + " | ".join(plain) + " |"
