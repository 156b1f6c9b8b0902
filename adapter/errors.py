"""What can go wrong, each with its exit code: an error says what, where and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FINE = 0
OUR_FAULT = 1
USAGE = 2
SETTINGS = 10
STUDY = 11
SOURCE = 12
PARTIAL = 13
OUTPUT = 14
DIFFERENCES = 15
LOCKED = 75
INTERRUPTED = 130  # as a shell counts it: 128 and the number of the signal


class AdapterError(Exception):
    """A fault that a person can mend; printed as one line without a traceback."""

    exit_code = OUR_FAULT


class UsageError(AdapterError):
    """The command line does not say what to do."""

    exit_code = USAGE


class SettingsError(AdapterError):
    """A setting is missing, misspelt or of the wrong form."""

    exit_code = SETTINGS


class StudyError(AdapterError):
    """A file under mappings/ names something that is not there or makes no sense."""

    exit_code = STUDY


class ViewError(StudyError):
    """A ViewDefinition is not valid."""


class SourceError(AdapterError):
    """The source of FHIR resources cannot be reached, is empty or refuses."""

    exit_code = SOURCE


class LockedError(AdapterError):
    """Another run is at work on the same database."""

    exit_code = LOCKED


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "x"?` for the nearest known word, or nothing when none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f' Did you mean "{near[0]}"?' if near else ""
