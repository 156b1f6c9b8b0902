"""A decision as the outward face has it: one JSON object, the same bytes for the same input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from adapter.screening.decision import Decision
from adapter.screening.model import Evidence, Fact, Finding, Pick, ScoreRange, SetAside
from adapter.screening.settle import Settles
from adapter.screening.study import Criterion, Study, Variable
from adapter.words import Speaker


def as_line(decision: Decision, settles: Sequence[Settles], study: Study, speaker: Speaker) -> str:
    """The decision as one line of JSON."""
    return json.dumps(as_object(decision, settles, study, speaker), ensure_ascii=False)


def as_object(decision: Decision, settles: Sequence[Settles], study: Study, speaker: Speaker) -> dict[str, Any]:
    """The decision with every criterion, its evidence in words, the scores and what would settle it."""
    whole: dict[str, Any] = {
        "patient": decision.patient,
        "study": decision.study,
        "as_of": decision.as_of.isoformat(),
        "decision": decision.standing.value,
    }
    if decision.incomplete:
        whole["incomplete"] = incomplete_types(decision.incomplete, study)
    whole["criteria"] = [_criterion(c, decision, study, speaker) for c in study.criteria if not c.part_of]
    whole["scores"] = {name: _score(score) for name, score in decision.scores.items()}
    whole["variables"] = {
        name: number_of(decision.picks[variable], study.variables[variable])
        for name, variable in study.reported.items()
    }
    whole["settles"] = [_settles(entry, speaker) for entry in settles]
    if decision.set_aside:
        whole["set_aside"] = [_set_aside(by, facts, speaker) for by, facts in decision.set_aside]
    return whole


def incomplete_types(types: Sequence[str], study: Study) -> list[str]:
    """The types that may be incomplete; where none could be told apart, all that the study reads."""
    if "*" not in types:
        return sorted(types)
    return sorted({name for variable in study.variables.values() for name in variable.resources} | {*types} - {"*"})


def _criterion(criterion: Criterion, decision: Decision, study: Study, speaker: Speaker) -> dict[str, Any]:
    finding = decision.findings[criterion.id]
    entry: dict[str, Any] = {
        "id": criterion.id,
        "category": criterion.category,
        "answer": finding.answer.value,
        "because": finding.because.value if finding.because else None,
        "says": speaker.criterion(criterion, finding, decision.findings),
        "evidence": _evidence(finding, speaker),
    }
    if finding.notes:
        entry["notes"] = [speaker.evidence(note) for note in finding.notes]
    parts = [part for part in study.criteria if part.id in criterion.parts]
    if parts:
        entry["parts"] = [_criterion(part, decision, study, speaker) for part in parts]
    return entry


def _evidence(finding: Finding, speaker: Speaker) -> list[dict[str, Any]]:
    shown = {id(piece): piece for piece in (*finding.evidence, *finding.notes) if piece.fact is not None}
    entries = [_piece(piece, speaker) for piece in shown.values()]
    return list({json.dumps(entry, sort_keys=True): entry for entry in entries}.values())


def _piece(piece: Evidence, speaker: Speaker) -> dict[str, Any]:
    fact = piece.fact
    assert fact is not None
    when = fact.start or fact.recorded or fact.end
    return {
        "resource": fact.resource,
        "version": fact.version,
        "on": str(when) if when else None,
        "value": speaker.value(fact) or None,
        "says": speaker.evidence(piece),
    }


def _score(score: ScoreRange) -> dict[str, Any]:
    entry: dict[str, Any] = {"low": score.low, "high": score.high}
    if score.entry is not None:
        entry["entry"] = score.entry.value
    if score.because is not None:
        entry["because"] = score.because.value
    return entry


def number_of(pick: Pick, variable: Variable) -> float | int | None:
    """A variable's one number; None where it has none, several or a range."""
    if pick.number is not None:
        return int(pick.number.low) if pick.number.exact and pick.number.low is not None else None
    for concept in variable.prefer or variable.concepts:
        quantities = {
            r.fact.quantity for r in pick.readings if r.fact.concept == concept and r.sure and r.fact.quantity
        }
        exact = [quantity.low for quantity in quantities if quantity.exact and quantity.low is not None]
        if len(quantities) == 1 and exact:
            return round(float(exact[0]), 2)
    return None


def _set_aside(by: SetAside, facts: Sequence[Fact], speaker: Speaker) -> dict[str, Any]:
    return {
        "resource": by.resource,
        "value": by.received,
        "reason": by.reason,
        "author": by.author,
        "since": by.since.isoformat(),
        "until": by.until.isoformat() if by.until else None,
        "applies": bool(facts),
        "says": speaker.set_aside(by, facts),
    }


def _settles(entry: Settles, speaker: Speaker) -> dict[str, Any]:
    return {
        "do": entry.do,
        "what": entry.thing.what[speaker.language],
        "criteria": list(entry.criteria),
        "rules_out": entry.rules_out,
        "says": speaker.settles(entry),
    }
