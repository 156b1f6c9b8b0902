"""Files that their owner alone may read: private keys, and what holds patients' ids."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from adapter.errors import SettingsError

LARGEST = 1 << 16  # bytes; no key is longer, and a device never ends


def read_private(file: Path, setting: str, to_do: str) -> bytes:
    """Return what a file holds, or raise SettingsError where it is not there or others may read it too."""
    try:
        with file.open("rb") as stream:
            state = os.fstat(stream.fileno())  # of what was opened, whatever takes its name meanwhile
            content = stream.read(LARGEST) if stat.S_ISREG(state.st_mode) else b""
    except OSError as fault:
        raise SettingsError(f"{setting}: {file} cannot be read ({fault.strerror}). {to_do}") from None
    if state.st_mode & 0o077:
        mode = stat.S_IMODE(state.st_mode)
        raise SettingsError(f"{setting}: others may read {file} (mode {mode:04o}). Run: chmod 600 {file}")
    return content


def make_private(file: Path, content: bytes) -> None:
    """Write a new file that its owner alone may read; raise SettingsError where there is one, or no place for one."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise SettingsError(
            f"{file}: cannot be made ({fault.strerror}). Name a new file in a folder of yours."
        ) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def keep_private(file: Path, content: bytes) -> None:
    """Write a file, or write it anew, in a folder that its owner alone may enter: it is whole or as it was."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)  # of a process that died and had this one's number
    make_private(fresh, content)
    fresh.replace(file)
