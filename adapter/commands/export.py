"""The command `export`: what is on record of the study, as files."""

from __future__ import annotations

import argparse
import os

from adapter import errors, settings, wiring
from adapter.commands.prepare import prepare
from adapter.errors import UsageError
from adapter.outputs.base import instant


def export(asked: argparse.Namespace) -> int:
    """Write what is on record of the study as files."""
    from adapter.export.export import Export, Wanted  # Arrow takes half a second to load

    if asked.identified and not (asked.author or "").strip():
        raise UsageError("export: --identified needs --author. Say who takes the patients' ids out.")
    place = settings.load(asked.config, os.environ)
    asked.study = None
    wanted = Wanted(asked.out, asked.history, asked.identified, (asked.author or "").strip())
    counts = Export(place, prepare(asked)).write(wanted, instant(wiring.now()))
    for table, rows in counts.items():
        print(f"{asked.out / table}.csv and .parquet: {rows} rows")
    print(f"{asked.out / 'dictionary'}.csv and .json: what each column and variable means")
    return errors.FINE
