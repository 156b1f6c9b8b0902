"""From a TOML file and the environment to Settings, or to one line that says which key is wrong."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from adapter.errors import SettingsError, did_you_mean
from adapter.settings.model import Settings

PREFIX = "TRIAL_ADAPTER_"
CONFIG = "TRIAL_ADAPTER_CONFIG"
DEFAULT = Path("config/adapter.toml")
TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
PLAINLY = {
    "Input should be": "expected",
    "String should": "it should",
    "an object": "a table",
    "a valid array": "a list",
}


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings file, lay the environment over it and check every key."""
    file = path or Path(environ.get(CONFIG) or DEFAULT)
    named = path is not None or bool(environ.get(CONFIG))
    values = _read(file) if named or file.exists() else {}
    _refuse_secrets(values, file)
    from_environment = _overlay(values, environ)
    try:
        # JSON mode knows paths and tuples, and stays strict: port = "25" or enabled = 1 is a mistake in a file.
        return Settings.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        # A misspelt key comes first: the key it should have been may be missed for that alone.
        details = sorted(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        lines = [_says(detail, file, from_environment) for detail in details]
        more = f" (and {len(lines) - 1} more)" if lines[1:] else ""
        raise SettingsError(lines[0] + more) from None


def as_far_as_readable(path: Path | None, environ: Mapping[str, str]) -> Settings | None:
    """The settings without the tables that are wrong; None where nothing can be read.

    Whoever is to hear of a mistake in the settings may stand in them.
    """
    try:
        return load(path, environ)
    except SettingsError:
        file = path or Path(environ.get(CONFIG) or DEFAULT)
    try:
        values = _read(file) if file.exists() else {}
        _overlay(values, environ)
    except SettingsError:
        return None
    kept = Settings()
    for table, value in values.items():
        with suppress(ValidationError):
            kept = kept.model_copy(update=_table(table, value))
    return kept


def _table(name: str, value: object) -> dict[str, Any]:
    """One table of the settings by itself."""
    alone = Settings.model_validate_json(json.dumps({name: value}, default=str))
    return {name: getattr(alone, name)}


def where(path: Path | None, environ: Mapping[str, str]) -> str:
    """Where settings are read from, as a message says it."""
    file = path or Path(environ.get(CONFIG) or DEFAULT)
    return str(file) if file.exists() else f"the environment (there is no {file} in {Path.cwd()})"


def secret(value: SecretStr | None, file: Path | None, key: str) -> str:
    """Return a secret that the environment holds, else the content of the file that the settings name."""
    if value is not None:
        return value.get_secret_value()
    if file is None:
        raise SettingsError(f"{key} is needed. Set {key}_file, or {_variable(key)} in the environment.")
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise SettingsError(
            f"{file}, named by {key}_file: cannot be read ({reason}). Relative paths start at {Path.cwd()}."
        ) from None


def database_password(settings: Settings) -> str | None:
    """Return the password of the database, where it has one."""
    place = settings.database
    if place.password is None and place.password_file is None:
        return None
    return secret(place.password, place.password_file, "database.password")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}). Name another with --config.") from None
    except ValueError as error:
        raise SettingsError(f"{file}: not a TOML file ({error}). Text stands in double quotes.") from None


def _known(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every setting with its dotted name, and the tables on the way to it."""
    for name, field in model.model_fields.items():
        dotted = above + (field.alias or name)
        yield dotted, field
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _known(inner, dotted + ".")


KNOWN = dict(_known(Settings))


def _variable(dotted: str) -> str:
    return PREFIX + dotted.upper().replace(".", "__")


def _refuse_secrets(values: dict[str, Any], file: Path) -> None:
    for dotted, field in KNOWN.items():
        written = _at(values, dotted)
        if written is not None and SecretStr in get_args(field.annotation):
            raise SettingsError(
                f"{file}, {dotted}: a secret does not belong in the settings file. "
                f"Put it in a file of its own, named by {dotted}_file, or in {_variable(dotted)}."
            )
        if dotted == "database.url" and isinstance(written, str) and urlsplit(written).password:
            raise SettingsError(
                f"{file}, {dotted}: a password does not belong in the settings file. "
                f"Put it in a file of its own, named by database.password_file, or in {_variable('database.password')}."
            )


def _at(values: dict[str, Any], dotted: str) -> Any:
    found: Any = values
    for key in dotted.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Put what the environment sets over what the file says; return the variable behind each such setting."""
    variables = {_variable(dotted): dotted for dotted in KNOWN}
    used: dict[str, str] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG:
            continue
        if name not in variables:
            raise SettingsError(f"environment, {name}: no such setting.{did_you_mean(name, variables)}")
        if any("\ud800" <= character <= "\udfff" for character in environ[name]):  # bytes that were no UTF-8
            raise SettingsError(f"environment, {name}: holds bytes that are no text")
        dotted = variables[name]
        kind = KNOWN[dotted].annotation
        # An empty variable is how a container file says "not set"; only a list can be empty on purpose.
        if environ[name].strip() or get_origin(kind) is tuple:
            _put(values, dotted, _converted(environ[name].strip(), kind))
            used[dotted] = name
    return used


def _put(values: dict[str, Any], dotted: str, value: object) -> None:
    *tables, key = dotted.split(".")
    for name in tables:
        inner = values.setdefault(name, {})
        if not isinstance(inner, dict):
            return  # the file holds no table here, and the check that follows says so
        values = inner
    values[key] = value


def _converted(text: str, kind: object) -> object:
    """Give a variable's text the type that its setting has; what does not fit is left for the check to name."""
    if get_origin(kind) is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind is bool:
        return TRUTH.get(text.lower(), text)
    if kind in {int, float}:
        try:
            return float(text) if kind is float else int(text)
        except ValueError:
            return text
    return text


def _says(error: ErrorDetails, file: Path, from_environment: Mapping[str, str]) -> str:
    dotted = ".".join(str(key) for key in error["loc"] if not isinstance(key, int))
    where = f"environment, {from_environment[dotted]}" if dotted in from_environment else f"{file}, {dotted}"
    if error["type"] == "extra_forbidden":
        return f"{where}: no such setting.{did_you_mean(dotted, KNOWN)}"
    if error["type"] == "missing":
        return f"{where}: must be set"
    if error["type"] == "value_error":  # one of our own sentences; the value is not repeated, it may hold a password
        return f"{where}: {error['msg'].removeprefix('Value error, ')}"
    expected = error["msg"]
    for pydantic_says, we_say in PLAINLY.items():
        expected = expected.replace(pydantic_says, we_say)
    # Only a single value is repeated: a whole table might hold a secret.
    got = error["input"]
    return f"{where}: {expected}" + (
        "" if isinstance(got, dict | list) else f", not {json.dumps(got, ensure_ascii=False)}"
    )
