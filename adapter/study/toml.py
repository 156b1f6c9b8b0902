"""Reads the TOML files of a study; a fault names the file, the entry and the nearest right word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapter.errors import StudyError, did_you_mean
from adapter.study.forms import Form

F = TypeVar("F", bound=Form)


def read_toml(file: Path) -> dict[str, Any]:
    """Read a file, numbers exact."""
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream, parse_float=Decimal)
    except FileNotFoundError:
        raise StudyError(f"{file}: no such file.") from None
    except OSError as error:
        raise StudyError(f"{file}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise StudyError(f"{file}: not UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{file}: no TOML ({error}). Mend the line that it names.") from None


def tables(tree: Any, file: Path) -> dict[str, dict[str, Any]]:
    """Return a tree that holds nothing but named tables, or say which name does not stand for one."""
    for name, entry in tree.items() if isinstance(tree, dict) else [("rules", tree)]:
        if not isinstance(entry, dict):
            raise StudyError(f"{file}, {name}: no table. Write [{name}] and its keys below.")
    return dict(tree)


def read_list(form: type[F], entries: Any, file: Path, key: str) -> list[F]:
    """Check the entries of a list of tables, each known by its id."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise StudyError(f"{file}, {key}: no list of tables. Write [[{key}]] above each entry.")
    return [read_form(form, entry, file, str(entry.get("id", f"{key} {n}"))) for n, entry in enumerate(entries, 1)]


def read_form(form: type[F], entry: Any, file: Path, name: str) -> F:
    """Check one entry against its form."""
    try:
        return form.model_validate(entry)
    except ValidationError as error:
        # A misspelt key comes first: the key it should have been may be missed for that alone.
        details = sorted(error.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden")
        raise StudyError(f"{file}, {name}: {_fault(details[0], form)}") from None


def _fault(fault: ErrorDetails, form: type[Form]) -> str:
    where = ".".join(str(step) for step in fault["loc"])
    if not where:
        return "no table. Write its keys below a heading in brackets."
    if fault["type"] == "extra_forbidden":
        known = {key for inner in _reached(form, fault["loc"][:-1]) for key in inner.model_fields}
        return f'no such key "{where}".{did_you_mean(str(fault["loc"][-1]), known)}'
    if fault["type"] == "missing":
        return f'"{where}" is missing.'
    given = fault["input"]
    if fault["type"] in {"literal_error", "enum"}:
        words = re.findall(r"'([^']*)'", str(fault.get("ctx", {}).get("expected", "")))
        return f'{where}: "{given}" is none of {", ".join(words)}.{did_you_mean(str(given), words)}'
    expected = fault["msg"].replace("Input should be", "expected").replace("String should", "it should")
    return f"{where}: {expected}" + ("." if isinstance(given, dict | list) else f', not "{given}".')


def _reached(form: type[Form], steps: Sequence[int | str]) -> list[type[Form]]:
    """The forms that stand at the end of a way through nested entries."""
    forms = [form]
    for step in steps:
        fields = [inner.model_fields[step] for inner in forms if isinstance(step, str) and step in inner.model_fields]
        forms = [inner for field in fields for inner in _forms(field.annotation)] or forms
    return forms


def _forms(annotation: Any) -> Iterator[type[Form]]:
    if isinstance(annotation, type) and issubclass(annotation, Form):
        yield annotation
    for inner in get_args(annotation):
        yield from _forms(inner)
