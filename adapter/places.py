"""Where the data folders are: beside a checkout's package, or inside an installed one."""

from __future__ import annotations

from pathlib import Path

from adapter.errors import AdapterError

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder `mappings` or `profiles` that belongs to this copy of the adapter."""
    # The wheel carries the folders as _data: it comes first, lest a folder of that name in site-packages be taken.
    for home in (PACKAGE / "_data", PACKAGE.parent):
        if (home / name).is_dir():
            return home / name
    raise AdapterError(f"{PACKAGE}: no folder {name}/ inside or beside it. Install trial-adapter anew.")
