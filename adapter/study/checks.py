"""Every name in a study must lead somewhere; a wrong one is named with its file's entry and the nearest right word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapter.errors import StudyError, did_you_mean
from adapter.screening.picks.windows import wanted
from adapter.screening.study import Comparison, Parameter, Rule, Study
from adapter.study.codelists import Codelists
from adapter.study.forms import RuleForm

_QUESTIONS = ("words", "reference", "below", "at_most", "above", "at_least")
_WITH_RECORD = ("word", "doubted_by", "counts")
_NOTHING: tuple[object, ...] = (None, ())
_ANYWHERE = frozenset({"notes", "hints"})
# The keys that open a rule, and what may stand beside each.
_FORMS: Mapping[str, frozenset[str]] = {
    "choose": frozenset({"options"}),
    "variable": frozenset(Comparison.__dataclass_fields__),
    "score": frozenset({"at_least"}),
    "met_when": frozenset({"not_met_when", "because"}),
    "not_met_when": frozenset({"met_when", "because"}),
    "record": frozenset({*_WITH_RECORD, "word_wins"}),
    "all_of": frozenset(),
    "any_of": frozenset({"enough_absent"}),
    "none_of": frozenset(),
}
# Concepts that no codelist holds: what the person and the own study say.
_PERSON = frozenset({"person.birth", "person.sex", "other_study", "this_study"})


@dataclass(frozen=True)
class Files:
    """Which file each entry of a study stands in."""

    folder: Path
    variables: Mapping[str, Path]
    rules: Mapping[str, Path]
    scores: Mapping[str, Path]

    def head(self, entry: str) -> str:
        """The place of an entry of study.toml."""
        return f"{self.folder / 'study.toml'}, {entry}"

    def criterion(self, name: str) -> str:
        """The place of a criterion."""
        return f"{self.folder / 'criteria.toml'}, {name}"

    def thing(self, name: str) -> str:
        """The place of a thing to obtain."""
        return f"{self.folder / 'settle.toml'}, {name}"

    def variable(self, name: str) -> str:
        """The place of a variable."""
        return f"{self.variables[name]}, {name}"

    def rule(self, name: str) -> str:
        """The place of a rule."""
        return f"{self.rules[name]}, {name}"


def check(study: Study, codelists: Codelists, files: Files) -> None:
    """Raise for the first name that leads nowhere, and for rules that go in a circle."""
    if not study.criteria:
        raise StudyError(
            f"{files.folder / 'criteria.toml'}: no criterion. Write [[criteria]] with id, category and so on."
        )
    for place, kind, name in _names(study, files):
        if kind == "variable" and name in files.variables and name not in study.variables:
            raise StudyError(f"{files.variable(name)}: has no concepts, and {place.split(', ')[-1]} asks for it.")
        known: Iterable[str] = _known(study, kind)
        if name not in known:
            raise StudyError(f'{place}: no {kind} "{name}".{did_you_mean(name, known)}')
    _parts(study, files)
    _groups(study, files)
    _concepts(study, codelists, files)
    _circles(study, files)


def _known(study: Study, kind: str) -> list[str]:
    if kind == "score":
        return [name for score in study.scores.values() for name in (score.id, *(part.id for part in score.parts))]
    if kind == "criterion":
        return [criterion.id for criterion in study.criteria]
    return list(study.variables if kind == "variable" else study.rules)


def _names(study: Study, files: Files) -> Iterator[tuple[str, str, str]]:
    """Every name that stands in an entry: the place of the entry, what kind of thing it names, and the name."""
    for rule in study.rules.values():
        if rule.compare is not None:
            yield files.rule(rule.id), "variable", rule.compare.variable
        if rule.score:
            yield files.rule(rule.id), "score", rule.score
        yield from ((files.rule(rule.id), "rule", name) for name in rule.asks)
    for score in study.scores.values():
        place = f"{files.scores[score.id]}, {score.id}"
        yield from ((f"{place}, {item.id}", "rule", item.rule) for item in score.items)
        yield from ((place, "variable", score.stated) for _ in score.stated[:1])
        yield from ((place, "rule", score.entry) for _ in score.entry[:1])
    for criterion in study.criteria:
        named = (*criterion.parts, *((criterion.part_of,) if criterion.part_of else ()))
        yield from ((files.criterion(criterion.id), "criterion", name) for name in named)
    for thing in study.settlements:
        yield from ((files.thing(thing.id), "rule", name) for name in thing.when)
    for variable in study.variables.values():
        if variable.closed_by:
            yield files.variable(variable.id), "variable", variable.closed_by
    yield from ((files.head("reported"), "variable", name) for name in study.reported.values())
    yield from ((files.head("flag_rule"), "rule", study.flag_rule) for _ in study.flag_rule[:1])


def _parts(study: Study, files: Files) -> None:
    """A part that its whole does not list would never be reported, one that names no whole would be twice."""
    parts = {name: criterion.id for criterion in study.criteria for name in criterion.parts}
    for criterion in study.criteria:
        whole = parts.get(criterion.id, "")
        if whole != criterion.part_of:
            wrong = f'part_of = "{criterion.part_of}", but' if criterion.part_of else "no part_of, but"
            listed = f"{whole} lists it among its parts" if whole else f"{criterion.part_of} does not list it in parts"
            raise StudyError(f"{files.criterion(criterion.id)}: {wrong} {listed}.")


def _groups(study: Study, files: Files) -> None:
    """A part takes a group whole or leaves it: of a stated total nobody can tell which item of a group gave points."""
    for score in study.scores.values():
        groups = {item.id: item.group for item in score.items if item.group}
        for part in score.parts:
            kept = {groups[name] for name in groups if name not in part.without}
            for name in part.without:
                if groups.get(name) in kept:
                    place = f"{files.scores[score.id]}, {score.id}, {part.id}"
                    raise StudyError(f'{place}: leaves out "{name}" but not all of its group "{groups[name]}".')


def _concepts(study: Study, codelists: Codelists, files: Files) -> None:
    known = {*codelists.names.values(), *_PERSON, *(rule.concept for rule in study.derivations)}
    for place, concept in _named_concepts(study, files):
        pattern = "*" in concept and any(wanted(name, (concept,)) for name in known)
        if concept not in known and not pattern:
            raise StudyError(f'{place}: no concept "{concept}".{did_you_mean(concept, known)}')


def _named_concepts(study: Study, files: Files) -> Iterator[tuple[str, str]]:
    for variable in study.variables.values():
        for concept in (*variable.concepts, *variable.among, *variable.window.anchor, *variable.prefer):
            yield files.variable(variable.id), concept
    for thing in study.settlements:
        supposed = (fact[0] for hypothesis in (thing.good, thing.bad) for fact in hypothesis.add)
        yield from ((files.thing(thing.id), concept) for concept in (*thing.watches, *thing.good.withdraw, *supposed))
    yield from ((files.head("population"), concept) for concept in study.population)
    yield from ((files.head("derive"), rule.source) for rule in study.derivations)


def _circles(study: Study, files: Files) -> None:
    """A rule that asks itself through others could never be answered."""
    done: set[str] = set()

    def walk(name: str, asking: tuple[str, ...]) -> None:
        if name in asking:
            way = " → ".join((*asking[asking.index(name) :], name))
            raise StudyError(f"{files.rule(name)}: asks itself ({way}). Take one of these rules out of the circle.")
        if name not in done:
            rule = study.rules[name]
            for other in (*rule.asks, *of_score(rule, study)):
                walk(other, (*asking, name))
            done.add(name)

    for name in study.rules:
        walk(name, ())


def of_score(rule: Rule, study: Study) -> list[str]:
    """The rules of the items of the score that a rule asks."""
    return [item.rule for item in study.score_of(rule.score).items] if rule.score else []


def check_rule(
    name: str, form: RuleForm, file: Path, parameters: Mapping[str, Parameter], rules: Mapping[str, object]
) -> None:
    """Raise unless the rule asks one thing, whole, and every option of it leads to a rule."""
    place = f"{file}, {name}"
    key = next((key for key in _FORMS if getattr(form, key)), None)
    if key is None:
        raise StudyError(f"{place}: says nothing. Give it one of {', '.join(_FORMS)}.")
    for stray in sorted(form.model_fields_set - {key} - _FORMS[key] - _ANYWHERE):
        raise StudyError(f'{place}: "{stray}" has no place beside "{key}". Make it a rule of its own.')
    if key == "choose":
        _options(place, form, parameters, rules)
    if key == "variable" and not form.recorded and all(getattr(form, question) in _NOTHING for question in _QUESTIONS):
        raise StudyError(f'{place}: asks nothing of "{form.variable}". Add recorded or one of {", ".join(_QUESTIONS)}.')
    if key == "score" and form.at_least is None:
        raise StudyError(f'{place}: asks nothing of the score "{form.score}". Add at_least.')
    given = [each for each in _WITH_RECORD if each in form.model_fields_set]
    if key == "record" and len(given) != 1:
        raise StudyError(f"{place}: a record goes with one of {', '.join(_WITH_RECORD)}, not {len(given)} of them.")


def _options(place: str, form: RuleForm, parameters: Mapping[str, Parameter], rules: Mapping[str, object]) -> None:
    parameter = parameters.get(form.choose)
    if parameter is None:
        raise StudyError(f'{place}: no parameter "{form.choose}".{did_you_mean(form.choose, parameters)}')
    accepted = parameter.accepts.removeprefix("list:").split("|")
    _each_known(place, f"word of {form.choose}", form.options, accepted)
    _each_known(place, "rule", form.options.values(), rules)
    for word in accepted:
        if word not in form.options:
            raise StudyError(f'{place}: no option for {form.choose} = "{word}". Add it to options.')


def _each_known(place: str, kind: str, words: Iterable[str], known: Collection[str]) -> None:
    for word in words:
        if word not in known:
            raise StudyError(f'{place}: no {kind} "{word}".{did_you_mean(word, known)}')
