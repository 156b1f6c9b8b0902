"""A backup: a folder with the journal, the adapter's own key, and what proves that both are whole.

The chart is left out: it is a cache of the hospital, and is pulled again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from adapter.database import lock, open_database, read_database
from adapter.errors import DIFFERENCES, AdapterError, UsageError
from adapter.journal.audit.guard import write_whole
from adapter.journal.audit.verify import Verified, verify
from adapter.keeping.copying import copy_journal
from adapter.outputs.base import key_file

JOURNAL, KEY, MANIFEST = "journal.db", "key", "backup.json"


class BackupError(AdapterError):
    """A backup is not what was written to it, or the journal is not fit to be one."""

    exit_code = DIFFERENCES


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, the head of the chain, and the digest of each file."""

    at: str
    entries: int
    hash: str
    files: dict[str, str]


def back_up(url: str, password: str | None, to: Path, at: str) -> Manifest:
    """Make a backup in a new folder; raises BackupError where the journal itself is not whole."""
    if to.exists():
        raise UsageError(f"backup: {to} is there already. Name a new folder, such as one with the day in its name.")
    making = to.with_name(f"{to.name}.{os.getpid()}.new")
    with lock(url, password=password):
        try:
            making.mkdir(mode=0o700, parents=True)
            made = _fill(making, url, password, at)
            making.rename(to)
        except OSError as fault:
            raise UsageError(f"backup: {to} cannot be written ({fault.strerror}). Name another folder.") from None
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return made


def _fill(folder: Path, url: str, password: str | None, at: str) -> Manifest:
    there = f"sqlite:///{folder / JOURNAL}"
    with read_database(url, password=password) as database, open_database(there) as copy:
        with database.reading() as source, copy.writing() as target:
            copy_journal(source, target)
        with copy.reading() as connection:
            found = sound(verify(connection, []), "the journal")
    if (key := key_file(url)).is_file():
        write_whole(folder / KEY, key.read_bytes())
    files = {file.name: digest_of(file) for file in sorted(folder.iterdir()) if file.name in {JOURNAL, KEY}}
    made = Manifest(at, found.entries, found.hash, files)
    write_whole(folder / MANIFEST, json.dumps(asdict(made), indent=1).encode("ascii"))
    return made


def sound(found: Verified, what: str) -> Verified:
    """Return what was found, or raise where something is not as it was written."""
    if found.faults:
        raise BackupError(f"{what} is not as it was written: {found.faults[0]}. See: trial-adapter audit verify.")
    return found


def digest_of(file: Path) -> str:
    """What tells whether a file is as it was."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup whose files are whole; raises BackupError where one is not."""
    try:
        said = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="ascii")))
        broken = [name for name, digest in said.files.items() if digest_of(folder / name) != digest]
    except (OSError, ValueError, TypeError, AttributeError) as fault:
        raise BackupError(f"{folder}: no backup, or a damaged one ({type(fault).__name__}). Name another.") from None
    if broken or JOURNAL not in said.files:
        raise BackupError(f"{folder}: {', '.join(broken) or JOURNAL} is not as it was written. Name another backup.")
    return said
