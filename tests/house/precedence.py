"""Writes docs/reference/precedence.md: where a study reads silence as a no, and where one thing outranks another.

These are the exceptions that `tests/properties/test_variable_laws.py` allows; everywhere else a value that becomes
known changes no definite answer, and one that is taken away leaves the answer as it was or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapter.document.rules import rests_on
from adapter.screening.study import Rule, Study
from adapter.study.load import load_study, shipped_studies
from tests.spec.document import grid

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
INTRODUCTION = """# Silence and precedence

A value that becomes known turns an unknown answer into a definite one and leaves a definite one alone. A value that is
taken away leaves the answer as it was, or unknown. The exceptions are below, each because the study says so; tests hold
that there is no other."""
RANKS = {
    "word": "A person's word against the record. A record that turns positive outranks a no, a yes outranks a record"
    " that is negative; what the record leaves open the word decides.",
    "form": "The clinician's word on the form of the score outranks what is measured, both ways.",
    "table": "Lines that say met outrank lines that say not met.",
    "enough": "One that is met outranks those that were enough to deny it.",
    "reads": "Counts only while another rule gives one of these answers.",
    "doubted": "What is met becomes unknown while another condition may explain it.",
    "total": "A stated total that contradicts its own items leaves the answer unknown.",
}


def precedence() -> str:
    """The page, for every shipped study."""
    parts = [INTRODUCTION, ""]
    for name in shipped_studies(MAPPINGS):
        study = load_study(MAPPINGS / "studies" / name, MAPPINGS).study
        parts += [f"## {name}", "", "### Silence read as a no", "", *_silence(study)]
        parts += ["### Closed by a later negative result", "", *_closed(study)]
        parts += ["### One thing outranks another", "", *_ranked(study)]
    return "\n".join(parts)


def _silence(study: Study) -> Iterator[str]:
    lines = [
        [f"`{one.id}`", one.label.en, {"no": "always"}.get(one.absence, "with `absence_policy = presume`"), where]
        for one in study.variables.values()
        if one.absence != "unknown" and (where := _criteria(study, {one.id}))
    ]
    yield from (*grid(["variable", "nothing on record of", "is a no", "for"], lines), "")


def _closed(study: Study) -> Iterator[str]:
    lines = [
        [f"`{one.id}`", one.label.en, f"`{one.closed_by}`", _criteria(study, {one.id})]
        for one in study.variables.values()
        if one.closed_by
    ]
    yield from (*grid(["variable", "what", "closed by", "for"], lines), "")


def _ranked(study: Study) -> Iterator[str]:
    kinds: dict[str, list[str]] = {kind: [] for kind in RANKS}
    for rule in study.rules.values():
        kind = _kind(rule, study)
        if kind and _criteria(study, rests_on(study, rule.id)):
            kinds[kind].append(f"`{rule.id}`")
    for kind, rules in kinds.items():
        if rules:
            yield from (f"- {RANKS[kind]} {', '.join(rules)}", "")


def _kind(rule: Rule, study: Study) -> str | None:
    if rule.form == "word":
        return "form" if rule.word_wins else "word"
    if rule.form == "score":
        return "total" if study.score_of(rule.score).stated else None
    return "enough" if rule.enough_absent else rule.form if rule.form in RANKS else None


def _criteria(study: Study, variables: set[str]) -> str:
    """The criteria that rest on any of these, the narrowest alone."""
    found = [one for one in study.criteria if not one.parts and variables & rests_on(study, one.rule)]
    return ", ".join(one.id for one in found)
