"""What most commands begin with: the study, read with the hospital's codes, and the day they judge for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from adapter import pipeline, places, settings
from adapter.errors import AdapterError, SettingsError, UsageError
from adapter.study.load import Mapped, find_hospital, find_study, load_study, shipped_studies
from adapter.study.parameters import parse_settings


def prepare(asked: argparse.Namespace) -> pipeline.Screen:
    """Return the study and the words, ready to screen with."""
    return mapped_of(asked)[1]


def mapped_of(
    asked: argparse.Namespace, place: settings.Settings | None = None, *, with_hospital: bool = True
) -> tuple[Mapped, pipeline.Screen]:
    """Return the study that is asked for, or that the settings name: as data, and ready to screen with."""
    mappings = places.folder("mappings")
    configured = place or settings.load(asked.config, os.environ)
    name = asked.study or configured.study.id
    if name is None:
        raise _no_study(asked, shipped_studies(mappings))
    codes_of = (asked.hospital or configured.hospital.name) if with_hospital else None
    hospital = find_hospital(codes_of, mappings)
    mapped = load_study(find_study(name, mappings), mappings, parse_settings(asked.set), hospital)
    return mapped, pipeline.prepare(mapped, mappings, configured.hospital.time_zone)


def _no_study(asked: argparse.Namespace, known: Sequence[str]) -> AdapterError:
    """What to do where neither the command line nor the settings name a study."""
    where = settings.where(asked.config, os.environ)
    if asked.command in {"screen", "explain"}:
        return UsageError(f"{asked.command}: --study is missing, and study.id is not set by {where}.")
    return SettingsError(f"study.id is not set by {where}. Name one of {', '.join(known)}, or a folder.")


def as_of(asked: argparse.Namespace) -> date:
    """Return the index date: the day asked for, or today at the hospital."""
    if asked.as_of is not None:
        day: date = asked.as_of
        return day
    zone = settings.load(asked.config, os.environ).hospital.time_zone
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def tell(line: str) -> None:
    """Say it to whoever started the command."""
    print(f"trial-adapter: {line}", file=sys.stderr)
