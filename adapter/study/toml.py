"""Reads the TOML files of a study; a fault names the file, the entry and the nearest right word."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError(f"{file}: no TOML ({error}). Mend the line that it names.") from None


def read_form(form: type[F], entry: Any, file: Path, name: str) -> F:
    """Check one entry against its form."""
    try:
        return form.model_validate(entry)
    except ValidationError as error:
        raise StudyError(f"{file}, {name}: {_fault(error, form)}") from None


def _fault(error: ValidationError, form: type[Form]) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in first["loc"])
    if first["type"] == "extra_forbidden":
        word = str(first["loc"][-1])
        known = form.model_fields if len(first["loc"]) == 1 else ()
        return f'no such key "{where}".{did_you_mean(word, known)}'
    if first["type"] == "missing":
        return f'"{where}" is missing.'
    given = "" if isinstance(first["input"], dict) else f' (found "{first["input"]}")'
    return f"{where}: {first['msg']}{given}."
