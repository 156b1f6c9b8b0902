"""The face of a way out: it is given what is pending, and says of each delivery how it went."""

from __future__ import annotations

import os
import secrets
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from adapter.database import DatabaseError, dialect
from adapter.errors import AdapterError, SettingsError
from adapter.fhir import errors
from adapter.journal import Delivery, Review

Clock = Callable[[], datetime]
ALL_ALIKE = {401, 403, 405, 501}  # a server says it of every write, not of one patient's
# It would be the same for all that else is to be written.
AWAY = (
    errors.Unreachable,
    errors.TimedOut,
    errors.Throttled,
    errors.Stopped,
    errors.Refused,
    errors.Untrusted,
    errors.NotFhir,
    errors.NotFound,
)


class State(StrEnum):
    """Where a delivery stands, in the journal's words."""

    DONE = "done"
    PENDING = "pending"
    DEAD = "dead"


class FailedForGood(AdapterError):  # noqa: N818 - an answer more than an error
    """What was to be delivered will never be taken: it is not tried again."""


class TryLater(AdapterError):  # noqa: N818 - an answer more than an error
    """It cannot be taken now."""


class WaitsForPerson(AdapterError):  # noqa: N818 - an answer more than an error
    """It cannot go well before a person has done something; it is tried again in every run."""


@dataclass(frozen=True, slots=True)
class Told:
    """How it went for deliveries that went together; `stuck`: pending until a person has done something.

    `looked_at`: the study and the patient whose standing was compared with what a person says; a `review` came of it,
    or one that was open is over.
    """

    deliveries: tuple[Delivery, ...]
    state: State
    trouble: str = ""
    stuck: bool = False
    review: Review | None = None
    looked_at: tuple[str, str] | None = None


class Output(Protocol):
    """One way out. Nothing that goes wrong with one delivery keeps it from the others."""

    @property
    def name(self) -> str:
        """The name by which deliveries are addressed to it."""

    def deliver(self, pending: Sequence[Delivery]) -> Iterable[Told]:
        """Try what is pending, oldest first; give each result as soon as it is known."""


def attempt(together: Sequence[Delivery], act: Callable[[], Told]) -> Told:
    """Act, or say what kept us from it: temporary, permanent, or a fault of our own in one delivery."""
    try:
        return act()
    except DatabaseError:
        raise  # nothing can be noted any more
    except FailedForGood as fault:
        return Told(tuple(together), State.DEAD, str(fault))
    except AdapterError as fault:
        stuck = isinstance(fault, errors.Permanent | WaitsForPerson)
        return Told(tuple(together), State.PENDING, str(fault), stuck=stuck)
    except Exception as fault:  # noqa: BLE001 - the other patients are not to suffer from what one brings to light
        return Told(tuple(together), State.PENDING, _ours(fault), stuck=True)


def checked(resource: dict[str, Any], model: type[BaseModel], wrong: Iterable[str]) -> dict[str, Any]:
    """Return a resource that is R4, with nothing else `wrong`; raises AdapterError, which names the places alone."""
    places = [*wrong]
    try:
        model.model_validate(resource)
    except ValidationError as error:  # its own words hold values
        places += [".".join(map(str, detail["loc"])) for detail in error.errors(include_input=False)]
    if places:
        raise AdapterError(f"{resource['resourceType']}: what was to be written is no valid R4 ({', '.join(places)}).")
    return resource


def instant(moment: datetime) -> str:
    """An instant as the journal keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def key_file(database_url: str) -> Path:
    """Return where the adapter's own key lies: beside the database, or in var/ where that is on another machine."""
    file = dialect.sqlite_file(dialect.read_url(database_url))
    return file.with_name(f"{file.name}.key") if file else Path("var/screening.key")


def read_key(file: Path) -> bytes:
    """Return the key, made at the first start. It is backed up: without it what we wrote looks like another's."""
    if not file.exists():
        _make_key(file)
    text = file.read_text(encoding="ascii", errors="replace").strip()
    if len(text) < 64 or file.stat().st_mode & 0o077:
        raise SettingsError(f"{file}: no key of 64 signs that its owner alone can read. Restore it from the backup.")
    return text.encode()


def _make_key(file: Path) -> None:
    own = file.with_name(f"{file.name}.{os.getpid()}.new")
    dialect.make_file(own)
    try:
        with own.open("w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):  # another was first
            file.hardlink_to(own)
    except OSError as fault:
        raise SettingsError(
            f"{file}: cannot be made ({fault.strerror}). Make room, or give the right to write."
        ) from None
    finally:
        own.unlink()


def _ours(fault: Exception) -> str:
    """Name a fault of our own by its place: its words may hold what must not be logged."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    return f"{type(fault).__name__} in {place}: a fault of the adapter. Report it; the delivery is tried again."
