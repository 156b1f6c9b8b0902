"""The few marks of Markdown that the document needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    """A table, or nothing where it would have no line."""
    rows = [_row(line) for line in lines]
    return [_row(heads), _row(["---"] * len(heads)), *rows, ""] if rows else []


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def code(text: str) -> str:
    """A name of the study's files."""
    return f"`{text}`"


def codes(names: Iterable[str]) -> str:
    """Several names."""
    return ", ".join(map(code, names))


def bullets(items: Iterable[str]) -> list[str]:
    """A list, or nothing where it would be empty."""
    lines = [f"- {item}" for item in items]
    return [*lines, ""] if lines else []
