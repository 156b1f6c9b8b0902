"""From the journal to rows: what was decided of each patient, by screening number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from adapter.export.columns import as_name
from adapter.export.held import By, Screened
from adapter.export.table import Row, Value
from adapter.journal import StoredDecision
from adapter.outputs.alerts.kinds import FLAGGED
from adapter.screening.decision import bad_news
from adapter.screening.study import Study

SEX = "sex"


def log_row(one: Screened, study: Study, runs: Mapping[int, By]) -> Row:
    """The patient's row of the screening log."""
    line, run = json.loads(one.last.line), runs[one.last.run]
    failed = [c for c in study.criteria if not c.part_of and answers(line).get(c.id) == bad_news(c).value]
    flagged = [decision.as_of for decision in one.decisions if decision.standing in FLAGGED]
    return (
        _subject(one)
        | {
            "age": line["variables"].get("age"),
            "sex": _words(json.loads(one.last.picks).get(SEX, {})),
            "screened_on": _day(one.decisions[0].as_of),
            "judged_on": _day(one.last.as_of),
            "judgements": len(one.decisions),
            "flagged_on": _day(flagged[0]) if flagged else None,
            "decision": one.last.standing,
            "ruled_out_by": "; ".join(c.id for c in failed) or None,
            "ruled_out_by_en": "; ".join(c.sentence.en for c in failed) or None,
            "ruled_out_by_zh": "；".join(c.sentence.zh for c in failed) or None,
            "unknown": "; ".join(name for name, answer in answers(line).items() if answer == "unknown") or None,
            "study_hash": run.study_hash,
            "adapter_version": run.adapter_version,
        }
        | _status(one)
    )


def decision_row(one: Screened, decision: StoredDecision, runs: Mapping[int, By]) -> Row:
    """One decision: the scores, each criterion's answer, and the numbers that the study reports."""
    line, run = json.loads(decision.line), runs[decision.run]
    row: dict[str, Value] = _subject(one) | _which(decision) | {
        "decided_at": datetime.fromisoformat(decision.decided_at),
        "run": decision.run,
        "study_hash": run.study_hash,
        "adapter_version": run.adapter_version,
        "decision": decision.standing,
    }  # fmt: skip
    for name, score in line["scores"].items():
        row |= {f"{as_name(name)}_{key}": score.get(key) for key in ("low", "high", "because")}
    for criterion in criteria(line):
        row |= {criterion["id"]: criterion["answer"], f"{criterion['id']}_because": criterion["because"]}
    return row | {as_name(name): number for name, number in line["variables"].items()}


def variable_rows(one: Screened, decision: StoredDecision) -> Iterator[Row]:
    """Each variable of one decision, in the order of their names."""
    for name, pick in sorted(json.loads(decision.picks).items()):
        yield _subject(one) | _which(decision) | {"variable": name} | reading_of(pick)


def reading_of(pick: Mapping[str, Any]) -> dict[str, Value]:
    """What a pick comes to: one number or its bounds, its words, and the newest day known exactly."""
    facts = [reading["fact"] for reading in pick.get("readings", ())]
    days = [fact["start"] for fact in facts if "/" not in fact.get("start", "/")]
    return _number(pick, facts) | {
        "word": _words(pick),
        "on": _day(max(days)) if days else None,
        "readings": len(facts),
        "because": pick.get("because"),
        "presumed_absent": pick.get("presumed_absent", False),
    }


def criteria(line: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each criterion of a line, followed by its parts."""
    for criterion in line["criteria"]:
        yield criterion
        yield from criterion.get("parts", ())


def answers(line: Mapping[str, Any]) -> dict[str, str]:
    """The answer to each criterion and part."""
    return {criterion["id"]: criterion["answer"] for criterion in criteria(line)}


def _subject(one: Screened) -> dict[str, Value]:
    return {"study": one.last.study, "screening_number": one.number, "patient": one.last.patient}


def _status(one: Screened) -> dict[str, Value]:
    """What a person said last of where the patient stands."""
    if (said := one.status) is None:
        return {}
    at = datetime.fromisoformat(said.at)
    return {
        "status": said.status, "status_reason": said.reason or None, "status_by": said.author or None, "status_at": at,
        "status_from": said.origin,
    }  # fmt: skip


def _which(decision: StoredDecision) -> dict[str, Value]:
    return {"decision_id": decision.id, "as_of": _day(decision.as_of)}


def _number(pick: Mapping[str, Any], facts: Sequence[Mapping[str, Any]]) -> dict[str, Value]:
    """The number, where all readings say the same one, and its bounds; nothing where their units differ."""
    said = [pick["number"]] if "number" in pick else [fact["quantity"] for fact in facts if "quantity" in fact]
    units = {quantity.get("unit", "") for quantity in said}
    if len(units) != 1:
        return dict.fromkeys(("number", "low", "high", "unit"))
    low, high = _bound(said, "low", min), _bound(said, "high", max)
    return {"number": low if low == high else None, "low": low, "high": high, "unit": units.pop() or None}


def _bound(said: Sequence[Mapping[str, Any]], key: str, outermost: Any) -> float | None:
    """The outermost bound; None where one of them is open to that side."""
    bounds = [float(quantity[key]) for quantity in said if quantity.get(key) is not None]
    return float(outermost(bounds)) if len(bounds) == len(said) else None


def _words(pick: Mapping[str, Any]) -> str | None:
    words = {reading["fact"].get("word") for reading in pick.get("readings", ())} - {None}
    return "; ".join(sorted(words)) or None


def _day(text: str) -> date:
    return date.fromisoformat(text)
