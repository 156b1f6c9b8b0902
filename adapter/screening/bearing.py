"""What an answer bears on: the variables that it can change, and the rules and criteria that rest on them.

It is found once, when a study is read, and for every thing that may settle a patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from adapter.screening.picks import windows
from adapter.screening.picks.shelf import BIRTH
from adapter.screening.study import Rule, Settlement, Study


def bearing(study: Study) -> tuple[Settlement, ...]:
    """The study's things, each with the variables that its answers touch, and the rules and criteria on these."""
    resting = rests_on(study)
    concepts = {thing.id: _answered(thing) for thing in study.settlements}
    read_by = _read_by({name for names in concepts.values() for name in names}, study)
    everything = frozenset(study.variables)
    borne = []
    for thing in study.settlements:
        named = concepts[thing.id]
        touched = everything if BIRTH in named else frozenset[str]().union(*(read_by[name] for name in named))
        touches = tuple(name for name in study.variables if name in touched)
        rules = frozenset(rule for rule, variables in resting.items() if variables & touched)
        bears_on = tuple(criterion.id for criterion in study.criteria if criterion.rule in rules)
        borne.append(replace(thing, touches=touches, rules=rules, bears_on=bears_on))
    return tuple(borne)


def _answered(thing: Settlement) -> set[str]:
    """The concepts that an answer puts on record or takes from it."""
    return {name for h in (thing.good, thing.bad) for name in (*h.withdraw, *(fact[0] for fact in h.add))}


def _read_by(concepts: set[str], study: Study) -> dict[str, frozenset[str]]:
    """By concept the variables that look at it, themselves, through their sheet, their anchor or an equation."""
    made = {rule.concept: rule.source for rule in study.derivations}
    looking: dict[str, set[str]] = {}
    for name in study.variables:
        for pattern in _patterns(name, study, made):
            looking.setdefault(pattern, set()).add(name)
    return {
        concept: frozenset[str]().union(*(names for one, names in looking.items() if windows.wanted(concept, (one,))))
        for concept in concepts
    }


def _patterns(name: str, study: Study, made: Mapping[str, str]) -> Iterator[str]:
    variable = study.variables[name]
    yield from (*variable.concepts, *variable.among, *variable.window.anchor)
    yield from study.variables[variable.closed_by].concepts if variable.closed_by else ()
    yield from (made[concept] for concept in variable.concepts if concept in made)


def rests_on(study: Study) -> dict[str, frozenset[str]]:
    """By rule the variables that it leads to, however deep."""
    known: dict[str, frozenset[str]] = {}

    def found(name: str) -> frozenset[str]:
        if name not in known:
            rule = study.rules[name]
            known[name] = frozenset(_own(rule, study)).union(*map(found, _others(rule, study)))
        return known[name]

    return {name: found(name) for name in study.rules}


def _own(rule: Rule, study: Study) -> Iterator[str]:
    """The variables that a rule asks itself."""
    if rule.compare is not None:
        yield rule.compare.variable
    if rule.score and (stated := study.score_of(rule.score).stated):
        yield stated


def _others(rule: Rule, study: Study) -> Iterator[str]:
    """The rules that it asks."""
    yield from rule.asks
    if rule.score:
        yield from (item.rule for item in study.score_of(rule.score).items)
