"""The study's cases and how they are read: what all tests of this folder share."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from adapter import pipeline
from adapter.study.load import Mapped, find_hospital, find_study, load_study

ROOT = Path(__file__).resolve().parents[2]
STUDY = "telitacicept-belimumab"
AS_OF = date(2026, 3, 16)
CASES = sorted((ROOT / "mappings" / "studies" / STUDY / "cases").glob("*.json"))
SYNTHEA = ROOT / "tests" / "data" / "synthea"
SYNTHEA_AS_OF = date(2026, 11, 1)


@cache
def mapped() -> Mapped:
    """Read the study once in each process."""
    mappings = ROOT / "mappings"
    return load_study(find_study(STUDY, mappings), mappings, {}, find_hospital(None, mappings))


@cache
def screen() -> pipeline.Screen:
    """Prepare the study once in each process."""
    return pipeline.prepare(mapped(), ROOT / "mappings", "Asia/Shanghai")


@cache
def resources(case: Path) -> tuple[dict[str, Any], ...]:
    """Return the resources of one case."""
    return tuple(entry["resource"] for entry in json.loads(case.read_text(encoding="utf-8"))["entry"])


def patient(case: Path) -> str:
    """Return the id of the patient of one case."""
    return next(one["id"] for one in resources(case) if one["resourceType"] == "Patient")
