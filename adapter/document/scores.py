"""Scores in words: each item with its weight, its definition, its limits, and whether only a person can see it."""

from __future__ import annotations

from adapter.document.data import data
from adapter.document.markdown import table
from adapter.document.rules import question, reached, variables
from adapter.screening.model import Kind
from adapter.screening.study import Rule, Score, ScoreItem, Variable
from adapter.words.tongue import Tongue


def score(tongue: Tongue, told: Score) -> list[str]:
    """One score: what it is, its items, and what they are read from."""
    language, phrase = tongue.language, tongue.phrase
    counted = told.counted_in[language]
    lines = [f"### {told.label[language]}", ""]
    lines += [text for said in (told.reading[language], told.source) if said for text in (said, "")]
    for part in told.parts:
        without = tongue.listed(item.label[language] for item in told.items if item.id in part.without)
        lines += [phrase("document", "score_part", part=part.label[language], without=without), ""]
    if told.entry:
        entry = tongue.study.rules[told.entry].compare
        lines += [phrase("document", "score_entry", entry=question(tongue, entry)), ""] if entry else []
    if any(item.group for item in told.items):
        lines += [phrase("document", "score_groups"), ""]
    heads = [phrase("document", key) for key in ("item", "group", "definition", "computed")]
    lines += table([*heads[:1], counted, *heads[1:]], (_row(tongue, told, item) for item in told.items))
    return [*lines, *data(tongue, _read(tongue, told))]


def _row(tongue: Tongue, told: Score, item: ScoreItem) -> list[str]:
    rules = [tongue.study.rules[name] for name in reached(tongue.study, item.rule)]
    doubters = {name for rule in rules for name in rule.doubted_by}
    said = [
        question(tongue, rule.compare) + _aside(tongue, item, rule, doubters)
        for rule in rules
        if rule.compare is not None and tongue.study.variables[rule.compare.variable].kinds != (Kind.WORD,)
    ]
    seen = [tongue.phrase("document", "bedside")] if item.bedside else []
    definition = item.definition[tongue.language]
    group = told.groups[item.group][tongue.language] if item.group in told.groups else item.group or "–"
    return [
        item.label[tongue.language],
        str(item.weight),
        group,
        definition,
        tongue.join(dict.fromkeys([*seen, *said])),
    ]


def _aside(tongue: Tongue, item: ScoreItem, rule: Rule, doubters: set[str]) -> str:
    """What does not show the item: a diagnosis beside a bedside item, or another explanation."""
    if rule.id in doubters:
        return tongue.phrase("document", "doubt")
    hinting = item.bedside or (rule.compare is not None and rule.compare.supports == "unknown")
    return tongue.phrase("document", "hint") if hinting else ""


def _read(tongue: Tongue, told: Score) -> list[Variable]:
    rules = [name for item in told.items for name in reached(tongue.study, item.rule)]
    rules += reached(tongue.study, told.entry) if told.entry else []
    read = variables(tongue.study, list(dict.fromkeys(rules)))
    stated = [tongue.study.variables[told.stated]] if told.stated else []
    return [*stated, *(variable for variable in read if variable.kinds != (Kind.WORD,))]
