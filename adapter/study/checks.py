"""Every name in a study must lead somewhere; a wrong one is named with its file's entry and the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from adapter.errors import StudyError, did_you_mean
from adapter.screening.study import Rule, Study
from adapter.study.codelists import Codelists

# Concepts that no codelist holds: what the person and the own study say.
_PERSON = frozenset({"birth", "person.sex", "other_study", "this_study"})


def check(study: Study, codelists: Codelists, folder: Path) -> None:
    """Raise for the first name that leads nowhere, and for rules that go in a circle."""
    for entry, kind, name in _names(study):
        known: Iterable[str] = _known(study, kind)
        if name not in known:
            raise StudyError(f'{folder}, {entry}: no {kind} "{name}".{did_you_mean(name, known)}')
    _concepts(study, codelists, folder)
    _circles(study, folder)


def _known(study: Study, kind: str) -> list[str]:
    if kind == "score":
        return [name for score in study.scores.values() for name in (score.id, *(part.id for part in score.parts))]
    if kind == "criterion":
        return [criterion.id for criterion in study.criteria]
    return list(study.variables if kind == "variable" else study.rules)


def _names(study: Study) -> Iterator[tuple[str, str, str]]:
    """Every name that stands in an entry: the entry, what kind of thing it names, and the name."""
    for rule in study.rules.values():
        if rule.compare is not None:
            yield rule.id, "variable", rule.compare.variable
        if rule.score:
            yield rule.id, "score", rule.score
        yield from ((rule.id, "rule", name) for name in rule.asks)
    for score in study.scores.values():
        yield from ((f"{score.id}, {item.id}", "rule", item.rule) for item in score.items)
        yield from ((score.id, "variable", score.stated) for _ in score.stated[:1])
        yield from ((score.id, "rule", score.entry) for _ in score.entry[:1])
    for criterion in study.criteria:
        named = (*criterion.parts, *((criterion.part_of,) if criterion.part_of else ()))
        yield from ((criterion.id, "criterion", name) for name in named)
    for thing in study.settlements:
        yield from ((f"things, {thing.id}", "rule", name) for name in thing.when)
    for variable in study.variables.values():
        if variable.closed_by:
            yield variable.id, "variable", variable.closed_by
    yield from (("reported", "variable", name) for name in study.reported.values())
    yield from (("flag_rule", "rule", study.flag_rule) for _ in study.flag_rule[:1])


def _concepts(study: Study, codelists: Codelists, folder: Path) -> None:
    known = {*codelists.names.values(), *_PERSON, *(rule.concept for rule in study.derivations)}
    for variable in study.variables.values():
        for concept in (*variable.concepts, *variable.among, *variable.window.anchor, *variable.prefer):
            if "*" not in concept and concept not in known:
                raise StudyError(f'{folder}, {variable.id}: no concept "{concept}".{did_you_mean(concept, known)}')
    for concept in study.population:
        if concept not in known:
            raise StudyError(f'{folder}, population: no concept "{concept}".{did_you_mean(concept, known)}')


def _circles(study: Study, folder: Path) -> None:
    """A rule that asks itself through others could never be answered."""
    done: set[str] = set()

    def walk(name: str, asking: tuple[str, ...]) -> None:
        if name in asking:
            raise StudyError(f"{folder}, {name}: asks itself, through {', '.join(asking)}.")
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
