"""From findings to the decision: only here is an exclusion that is met bad news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Answer, Because, Fact, Finding, PatientRecord, Pick, ScoreRange, SetAside
from adapter.screening.study import Criterion, Study


class Standing(StrEnum):
    """What the machine says of a patient. `eligible` is a human's word."""

    CANDIDATE = "candidate"
    POTENTIAL_CANDIDATE = "potential-candidate"
    OPEN = "open"
    INELIGIBLE = "ineligible"


@dataclass(frozen=True, slots=True)
class Decision:
    """One patient's standing with every criterion's finding, the scores, and the picks it all rests on."""

    patient: str
    study: str
    as_of: date
    standing: Standing
    findings: Mapping[str, Finding]
    scores: Mapping[str, ScoreRange]
    picks: Mapping[str, Pick]
    incomplete: tuple[str, ...] = ()
    flagged_by: Finding | None = None
    set_aside: tuple[tuple[SetAside, tuple[Fact, ...]], ...] = ()  # each with the facts it holds back; none: no longer


def decide(record: PatientRecord, judgement: Judgement, as_of: date) -> Decision:
    """Judge every criterion and say where the patient stands."""
    study = judgement.study
    findings = {criterion.id: of_parts(criterion, judgement) for criterion in study.criteria}
    flag = judgement.finding(study.flag_rule) if study.flag_rule else None
    standing = Standing.OPEN if record.incomplete else stand(study.criteria, findings, flag)
    scores = {name: judgement.score(name) for name in score_names(study)}
    return Decision(
        record.person.id, study.id, as_of, standing, findings, scores, judgement.picks, record.incomplete, flag,
        _set_aside(record, as_of),
    )  # fmt: skip


def _set_aside(record: PatientRecord, as_of: date) -> tuple[tuple[SetAside, tuple[Fact, ...]], ...]:
    due = (by for by in record.set_aside if by.due(as_of))
    return tuple((by, tuple(fact for fact in record.facts if by.holds(fact, as_of))) for by in due)


def score_names(study: Study) -> list[str]:
    """The scores and their parts, in the order of the study."""
    return [
        name
        for score in study.scores.values()
        if score.reported
        for name in (score.id, *(part.id for part in score.parts))
    ]


def stand(criteria: Sequence[Criterion], findings: Mapping[str, Finding], flag: Finding | None) -> Standing:
    """A definite failure outranks unknowns; a candidate has nothing open."""
    whole = [criterion for criterion in criteria if not criterion.part_of]
    if any(findings[criterion.id].answer is bad_news(criterion) for criterion in whole):
        return Standing.INELIGIBLE
    if all(findings[criterion.id].answer is not Answer.UNKNOWN for criterion in whole):
        return Standing.CANDIDATE
    flagged = flag is not None and flag.answer is Answer.MET
    return Standing.POTENTIAL_CANDIDATE if flagged else Standing.OPEN


def bad_news(criterion: Criterion) -> Answer:
    """The answer that rules a patient out."""
    return Answer.NOT_MET if criterion.category == "inclusion" else Answer.MET


def of_parts(criterion: Criterion, judgement: Judgement) -> Finding:
    """A criterion with reported parts is unknown because a part is."""
    finding = judgement.finding(criterion.rule)
    if criterion.parts and finding.answer is Answer.UNKNOWN and finding.because is not Because.SOURCE_INCOMPLETE:
        return Finding(finding.answer, Because.PART_UNKNOWN, finding.evidence, finding.notes)
    return finding
