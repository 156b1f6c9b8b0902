"""From the folder of a study to a Study: read, spelt out, checked, all parameters spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from adapter.errors import StudyError, did_you_mean
from adapter.screening.bearing import bearing
from adapter.screening.study import Derivation, Parameter, Score, Study, Variable
from adapter.study import build, expand
from adapter.study.checks import Files, check, check_rule
from adapter.study.codelists import Codelists, load_codelists
from adapter.study.forms import CriterionForm, RuleForm, ScoreForm, StudyForm, ThingForm, VariableForm
from adapter.study.parameters import load_parameters, spend
from adapter.study.toml import read_form, read_list, read_toml, tables

Entries = dict[str, tuple[Path, dict[str, Any]]]  # name -> where it stands, and what stands there


@dataclass(frozen=True)
class Mapped:
    """A study with the codelists and unit factors that its facts are read by."""

    study: Study
    codelists: Codelists
    unit_factors: Mapping[tuple[str, str], Decimal]
    folder: Path
    hospital: Path | None = None


def find_study(name: str, mappings: Path) -> Path:
    """The folder of a study, by its id or by a path."""
    shipped = mappings / "studies"
    for folder in (Path(name), shipped / name):
        if (folder / "study.toml").is_file():
            return folder
    known = shipped_studies(mappings)
    raise StudyError(
        f'no study "{name}": neither a folder with study.toml nor one of {", ".join(known)}.{did_you_mean(name, known)}'
    )


def shipped_studies(mappings: Path) -> list[str]:
    """The ids of the studies that come with the adapter."""
    return sorted(path.parent.name for path in (mappings / "studies").glob("*/study.toml"))


def find_hospital(name: str | None, mappings: Path) -> Path | None:
    """The folder of a hospital's codes, by its name or by a path."""
    if name is None:
        return None
    shipped = mappings / "hospitals"
    for folder in (Path(name), shipped / name):
        if folder.exists():
            return folder
    known = sorted(path.name for path in shipped.iterdir() if path.is_dir()) if shipped.is_dir() else []
    near = did_you_mean(name, known) or f" Make mappings/hospitals/{name}/ as example/README.md there says."
    raise StudyError(f'no hospital "{name}": neither a path nor one of {", ".join(known)}.{near}')


def load_study(
    folder: Path, mappings: Path, settings: Mapping[str, str] | None = None, hospital: Path | None = None
) -> Mapped:
    """Read a study with its scores, parameters and codelists, and the hospital's own codes."""
    parameters = load_parameters(folder / "parameters.toml", settings or {})
    file = folder / "study.toml"
    head = read_form(StudyForm, spend(read_toml(file), parameters, str(file)), file, "the head")
    codelists = load_codelists([mappings / "codelists", folder / "codelists"], hospital)
    gathered = _gather(folder, mappings, head, parameters)
    study = _study(head, gathered, parameters)
    check(study, codelists, gathered.files(folder))
    study = replace(study, settlements=bearing(study))
    return Mapped(study, codelists, _factors(head, parameters, file), folder, hospital)


def _factors(head: StudyForm, parameters: Mapping[str, Parameter], file: Path) -> dict[tuple[str, str], Decimal]:
    """The unit factors that parameters choose."""
    for name in head.units:
        if name not in parameters:
            raise StudyError(f'{file}, units: no parameter "{name}".{did_you_mean(name, parameters)}')
    chosen = (unit for name, words in head.units.items() for unit in words.get(parameters[name].value, ()))
    return {(unit.concept, unit.unit): unit.factor for unit in chosen}


@dataclass
class _Gathered:
    """Everything named in the files of a study, by what it is."""

    variables: Entries
    rules: Entries
    scores: dict[str, tuple[Path, ScoreForm]]
    criteria: list[CriterionForm]
    things: list[ThingForm]

    def files(self, folder: Path) -> Files:
        """Which file each entry stands in."""
        variables, rules, scores = (
            {name: file for name, (file, _) in entries.items()} for entries in (self.variables, self.rules, self.scores)
        )
        return Files(folder, variables, rules, scores)


def _gather(folder: Path, mappings: Path, head: StudyForm, parameters: Mapping[str, Parameter]) -> _Gathered:
    gathered = _Gathered({}, {}, {}, [], [])
    for name in sorted({*head.scores, *_own_scores(folder)}, key=[*head.scores, *_own_scores(folder)].index):
        _gather_score(name, folder, mappings, parameters, gathered)
    variables = folder / "variables.toml"
    own = tables(spend(read_toml(variables), parameters, str(variables)), variables)
    _add(gathered.variables, expand.copies(own, variables), variables)
    _gather_criteria(folder / "criteria.toml", parameters, gathered)
    _gather_things(folder / "settle.toml", parameters, gathered)
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
    variables, rules = (tables(tree.pop(key, {}), file) for key in ("variables", "rules"))
    score = read_form(ScoreForm, tree, file, name)
    if score.id in gathered.scores:
        raise StudyError(_twice(file, score.id, gathered.scores[score.id][0]))
    gathered.scores[score.id] = (file, score)
    for entries, own, spelt in zip(
        (gathered.variables, gathered.rules), (variables, rules), expand.sheet(score), strict=True
    ):
        _add(entries, expand.copies(own, file), file)
        _add(entries, spelt, file)


def _gather_criteria(file: Path, parameters: Mapping[str, Parameter], gathered: _Gathered) -> None:
    tree = _only(("criteria", "rules"), spend(read_toml(file), parameters, str(file)), file)
    entries = tree.get("criteria", [])
    gathered.criteria = read_list(CriterionForm, entries, file, "criteria")
    for criterion, entry in zip(gathered.criteria, entries, strict=True):
        own = {key: value for key, value in entry.items() if key in RuleForm.model_fields}
        _add(gathered.rules, {criterion.id: own}, file)
    _add(gathered.rules, tables(tree.get("rules", {}), file), file)


def _gather_things(file: Path, parameters: Mapping[str, Parameter], gathered: _Gathered) -> None:
    if not file.is_file():
        return
    tree = _only(("things",), spend(read_toml(file), parameters, str(file)), file)
    gathered.things = read_list(ThingForm, tree.get("things", []), file, "things")
    seen: set[str] = set()
    for thing in gathered.things:
        if thing.id in seen:
            raise StudyError(_twice(file, thing.id, file))
        seen.add(thing.id)


def _only(known: tuple[str, ...], tree: dict[str, Any], file: Path) -> dict[str, Any]:
    for key in tree:
        if key not in known:
            raise StudyError(f'{file}: no such table "{key}".{did_you_mean(key, known)}')
    return tree


def _add(entries: Entries, own: Mapping[str, dict[str, Any]], file: Path) -> None:
    for name, entry in own.items():
        if name in entries:
            raise StudyError(_twice(file, name, entries[name][0]))
        entries[name] = (file, entry)


def _twice(file: Path, name: str, other: Path) -> str:
    where = "stands there twice" if file == other else f"stands in {other} too"
    return f"{file}, {name}: {where}. Give one of the two another name."


def _study(head: StudyForm, gathered: _Gathered, parameters: Mapping[str, Parameter]) -> Study:
    rules = {}
    for name, (file, entry) in gathered.rules.items():
        form = read_form(RuleForm, entry, file, name)
        check_rule(name, form, file, parameters, gathered.rules)
        rules[name] = build.rule(name, form, parameters)
    variables: dict[str, Variable] = {}
    for name, (file, entry) in gathered.variables.items():
        if entry.get("concepts") or entry.get("pick") == "age":
            variables[name] = build.variable(name, read_form(VariableForm, entry, file, name))
    scores: dict[str, Score] = {score.id: build.score(score) for _, score in gathered.scores.values()}
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
        lenient_statuses=build.lenient_statuses(head.reading),
    )
