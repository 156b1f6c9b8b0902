"""The open choices of a protocol: their defaults, what `--set` may make of them, and where files name them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from adapter.errors import StudyError, did_you_mean
from adapter.screening.study import Parameter, Text
from adapter.study.forms import ParameterForm
from adapter.study.toml import read_form, read_toml

_NAMED = re.compile(r"^\$(?P<name>[a-z0-9_]+)(?:\|(?P<otherwise>[0-9.]+))?$")


def load_parameters(file: Path, settings: Mapping[str, str]) -> dict[str, Parameter]:
    """Read the parameters of a study and set those that the caller sets."""
    known = {}
    for name, entry in (read_toml(file) if file.is_file() else {}).items():
        form = read_form(ParameterForm, entry, file, name)
        check(f"{file}, {name}, default", form.default, form.accepts)
        value = settings.get(name, form.default)
        check(f"--set {name}", value, form.accepts)
        means, instead, source = (Text(said.en, said.zh) for said in (form.means, form.alternatives, form.source))
        known[name] = Parameter(
            name, value, form.default, form.accepts, form.criterion, means, instead, source, form.confirmed
        )
    for name in settings:
        if name not in known:
            raise StudyError(f'--set {name}: the study has no parameter "{name}".{did_you_mean(name, known)}')
    return known


def parse_settings(pairs: list[str]) -> dict[str, str]:
    """Split `NAME=VALUE` as given on a command line."""
    settings = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise StudyError(f"--set {pair}: write it as PARAMETER=VALUE.")
        settings[name.strip()] = value.strip()
    return settings


def check(place: str, value: str, accepts: str) -> None:
    """Raise unless the value is one that the parameter accepts."""
    if accepts.startswith("list:"):
        words = accepts.removeprefix("list:").split("|")
        for word in listed(value):
            _known_word(place, word, words)
        return
    words = accepts.split("|")
    if "number" in words and _number(value) is not None:
        return
    _known_word(place, value, words)


def listed(value: str) -> list[str]:
    """Split a comma list."""
    return [word.strip() for word in value.split(",") if word.strip()]


def spend(tree: Any, parameters: Mapping[str, Parameter], where: str) -> Any:
    """Put the value of every `$name` in its place."""
    if isinstance(tree, dict):
        return {key: spend(value, parameters, f"{where}, {key}") for key, value in tree.items()}
    if isinstance(tree, list):
        return [spend(value, parameters, where) for value in tree]
    named = _NAMED.match(tree) if isinstance(tree, str) else None
    if named is None:
        return tree
    name = named["name"]
    if name not in parameters:
        raise StudyError(f'{where}: no parameter "{name}".{did_you_mean(name, parameters)}')
    return _value(parameters[name], named["otherwise"])


def chosen(parameter: Parameter, options: Mapping[str, str]) -> tuple[str, ...]:
    """The options that a parameter's value chooses: `number` stands for any number, each word of a list for itself."""
    words = listed(parameter.value) if parameter.accepts.startswith("list:") else [parameter.value]
    if _number(parameter.value) is not None:
        words.append("number")
    return tuple(dict.fromkeys(options[word] for word in words if word in options))


def _value(parameter: Parameter, otherwise: str | None) -> Any:
    if parameter.accepts.startswith("list:"):
        return listed(parameter.value)
    number = _number(parameter.value)
    if number is None and otherwise is not None:
        return Decimal(otherwise)
    if number is not None and "number" in parameter.accepts.split("|"):
        return int(number) if number == number.to_integral_value() else number
    return {"true": True, "false": False}.get(parameter.value, parameter.value)


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < Decimal(10) ** 9 and len(value) < 20 else None


def _known_word(place: str, word: str, words: list[str]) -> None:
    if word not in words:
        accepted = ", ".join("a number" if known == "number" else known for known in words)
        raise StudyError(f'{place}: "{word}" is not accepted, only {accepted}.{did_you_mean(word, words)}')
