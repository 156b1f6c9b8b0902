"""From the folder of a study to a Study: read, spelt out, checked, all parameters spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from adapter.errors import StudyError, did_you_mean
from adapter.screening.settle import bearing
from adapter.screening.study import Derivation, Parameter, Score, Study, Variable
from adapter.study import build, expand
from adapter.study.checks import check
from adapter.study.codelists import Codelists, load_codelists
from adapter.study.forms import CriterionForm, RuleForm, ScoreForm, StudyForm, ThingForm, VariableForm
from adapter.study.parameters import load_parameters, spend
from adapter.study.toml import read_form, read_toml

Entries = dict[str, tuple[Path, dict[str, Any]]]  # name -> where it stands, and what stands there


@dataclass(frozen=True)
class Mapped:
    """A study with the codelists and unit factors that its facts are read by."""

    study: Study
    codelists: Codelists
    unit_factors: Mapping[tuple[str, str], Decimal]
    folder: Path


def find_study(name: str, mappings: Path) -> Path:
    """The folder of a study, by its id or by a path."""
    shipped = mappings / "studies"
    for folder in (Path(name), shipped / name):
        if (folder / "study.toml").is_file():
            return folder
    known = sorted(path.parent.name for path in shipped.glob("*/study.toml"))
    raise StudyError(
        f'no study "{name}": neither a folder with study.toml nor one of {", ".join(known)}.{did_you_mean(name, known)}'
    )


def find_hospital(name: str | None, mappings: Path) -> Path | None:
    """The folder of a hospital's codes, by its name or by a path."""
    if name is None:
        return None
    shipped = mappings / "hospitals"
    for folder in (Path(name), shipped / name):
        if folder.exists():
            return folder
    known = sorted(path.name for path in shipped.iterdir() if path.is_dir()) if shipped.is_dir() else []
    raise StudyError(f'no hospital "{name}": neither a path nor one of {", ".join(known)}.{did_you_mean(name, known)}')


def load_study(
    folder: Path, mappings: Path, settings: Mapping[str, str] | None = None, hospital: Path | None = None
) -> Mapped:
    """Read a study with its scores, parameters and codelists, and the hospital's own codes."""
    parameters = load_parameters(folder / "parameters.toml", settings or {})
    file = folder / "study.toml"
    head = read_form(StudyForm, spend(read_toml(file), parameters, str(file)), file, "the head")
    codelists = load_codelists([mappings / "codelists", folder / "codelists"], hospital)
    entries = _gather(folder, mappings, head, parameters)
    study = _study(head, entries, parameters)
    check(study, codelists, folder)
    study = replace(study, settlements=tuple(bearing(thing, study) for thing in study.settlements))
    factors = {
        (unit.concept, unit.unit): unit.factor
        for name, words in head.units.items()
        for unit in words.get(parameters[name].value, ())
    }
    return Mapped(study, codelists, factors, folder)


@dataclass
class _Gathered:
    """Everything named in the files of a study, by what it is."""

    variables: Entries
    rules: Entries
    scores: dict[str, ScoreForm]
    criteria: list[CriterionForm]
    things: list[ThingForm]
    file: Path


def _gather(folder: Path, mappings: Path, head: StudyForm, parameters: Mapping[str, Parameter]) -> _Gathered:
    gathered = _Gathered({}, {}, {}, [], [], folder / "criteria.toml")
    for name in sorted({*head.scores, *_own_scores(folder)}, key=[*head.scores, *_own_scores(folder)].index):
        _gather_score(name, folder, mappings, parameters, gathered)
    variables = folder / "variables.toml"
    _add(
        gathered.variables, expand.copies(spend(read_toml(variables), parameters, str(variables)), variables), variables
    )
    _gather_criteria(gathered.file, parameters, gathered)
    settle = folder / "settle.toml"
    if settle.is_file():
        things = spend(read_toml(settle), parameters, str(settle)).get("things", [])
        gathered.things = [read_form(ThingForm, thing, settle, str(thing.get("id", "a thing"))) for thing in things]
    return gathered


def _own_scores(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("scores/*/score.toml"))


def _gather_score(
    name: str, folder: Path, mappings: Path, parameters: Mapping[str, Parameter], gathered: _Gathered
) -> None:
    file = folder / "scores" / name / "score.toml"
    if not file.is_file():
        file = mappings / "scores" / name / "score.toml"
    if not file.is_file():
        known = [path.parent.name for path in (mappings / "scores").glob("*/score.toml")]
        raise StudyError(f'{folder / "study.toml"}: no score "{name}".{did_you_mean(name, known)}')
    tree = spend(read_toml(file), parameters, str(file))
    variables, rules = tree.pop("variables", {}), tree.pop("rules", {})
    score = read_form(ScoreForm, tree, file, name)
    gathered.scores[score.id] = score
    for entries, own, spelt in zip(
        (gathered.variables, gathered.rules), (variables, rules), expand.sheet(score), strict=True
    ):
        _add(entries, expand.copies(own, file), file)
        _add(entries, spelt, file)


def _gather_criteria(file: Path, parameters: Mapping[str, Parameter], gathered: _Gathered) -> None:
    tree = spend(read_toml(file), parameters, str(file))
    for entry in tree.pop("criteria", []):
        criterion = read_form(CriterionForm, entry, file, str(entry.get("id", "a criterion")))
        gathered.criteria.append(criterion)
        own = {key: value for key, value in entry.items() if key in RuleForm.model_fields}
        _add(gathered.rules, {criterion.id: own}, file)
    _add(gathered.rules, tree.pop("rules", {}), file)
    for key in tree:
        raise StudyError(f'{file}: no such table "{key}".{did_you_mean(key, ("criteria", "rules"))}')


def _add(entries: Entries, own: Mapping[str, dict[str, Any]], file: Path) -> None:
    for name, entry in own.items():
        if name in entries:
            raise StudyError(f"{file}, {name}: stands in {entries[name][0]} too. Give one of them another name.")
        entries[name] = (file, entry)


def _study(head: StudyForm, gathered: _Gathered, parameters: Mapping[str, Parameter]) -> Study:
    rules = {
        name: build.rule(name, read_form(RuleForm, entry, file, name), parameters, file)
        for name, (file, entry) in gathered.rules.items()
    }
    variables: dict[str, Variable] = {}
    for name, (file, entry) in gathered.variables.items():
        if entry.get("concepts") or entry.get("pick") == "age":
            variables[name] = build.variable(name, read_form(VariableForm, entry, file, name))
    scores: dict[str, Score] = {score.id: build.score(score) for score in gathered.scores.values()}
    return Study(
        head.id,
        build.text(head.title),
        head.registry,
        variables,
        rules,
        scores,
        tuple(build.criterion(form) for form in gathered.criteria),
        head.flag_rule,
        tuple(build.settlement(thing) for thing in gathered.things),
        tuple(Derivation(rule.concept, rule.equation, rule.source) for rule in head.derive),
        parameters,
        head.population,
        head.reported,
        presume_absence=head.reading.absence == "presume",
        leap_birthday=head.reading.leap_birthday,
        partial_birth=head.reading.partial_birth,
    )
