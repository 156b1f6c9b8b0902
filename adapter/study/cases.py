"""The cases of a study: invented patients, and the answers they are to get."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from adapter.errors import StudyError
from adapter.study.forms import Form, TextForm
from adapter.study.toml import read_form, read_toml

Expectation = Annotated[str, StringConstraints(pattern=r"^(met|not_met|unknown)(: [a-z_]+)?$")]


class Expected(Form):
    """What a case is to come to. A criterion may name the reason: `unknown: too_old`."""

    decision: Literal["candidate", "potential-candidate", "open", "ineligible"]
    why: str = ""
    criteria: dict[str, Expectation] = Field(default={})
    notes: dict[str, tuple[str, ...]] = Field(default={})  # criterion -> keys of what it remarks
    scores: dict[str, tuple[int, int]] = Field(default={})
    variables: dict[str, float] = Field(default={})
    settles: tuple[str, ...] | None = None


class CaseForm(Form):
    """One case as its file has it."""

    as_of: date
    story: TextForm
    expected: Expected = Field()


@dataclass(frozen=True)
class Case:
    """A case, and where its resources are."""

    name: str
    as_of: date
    story: TextForm
    expected: Expected
    resources: Path


def load_cases(folder: Path) -> list[Case]:
    """Read all cases of a study, sorted by name."""
    files = sorted((folder / "cases").glob("*.toml"))
    if not files:
        where = folder / "cases"
        raise StudyError(f"{where}: no case. Add NAME.json with a patient and NAME.toml with what is expected.")
    return [_load(file) for file in files]


def site_cases(hospital: Path, study: str) -> list[Case]:
    """Read the cases that a hospital adds in its own folder, in its own codes: cases/STUDY beside its codes.csv."""
    cases = (_load(file) for file in sorted((hospital / "cases" / study).glob("*.toml")))
    return [replace(case, name=f"{hospital.name}/{case.name}") for case in cases]


def _load(file: Path) -> Case:
    form = read_form(CaseForm, read_toml(file), file, file.stem)
    resources = file.with_suffix(".json")
    if not resources.is_file():
        raise StudyError(f"{file}: no {resources.name} beside it. Add the patient's resources as a Bundle.")
    return Case(file.stem, form.as_of, form.story, form.expected, resources)
