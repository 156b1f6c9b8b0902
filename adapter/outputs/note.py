"""A decision as a colleague's note: where the patient stands, why, and what would settle it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from adapter.outputs.decision_line import incomplete_types
from adapter.screening.decision import Decision, Standing, bad_news
from adapter.screening.model import Evidence
from adapter.screening.settle import Settles
from adapter.screening.study import Criterion, Study
from adapter.words import Speaker

LINE = 110


def as_note(decision: Decision, settles: Sequence[Settles], study: Study, speaker: Speaker) -> str:
    """The whole note, lines ended."""
    return "\n".join(_lines(decision, settles, study, speaker)) + "\n"


def _lines(decision: Decision, settles: Sequence[Settles], study: Study, speaker: Speaker) -> Iterator[str]:
    on = speaker.phrase("heading", "on", date=decision.as_of.isoformat())
    yield f"{decision.patient} · {study.title[speaker.language]} · {on}"
    yield _standing(decision, study, speaker)
    if decision.scores:
        yield ""
        yield from _scores(decision, speaker)
    for category in ("inclusion", "exclusion"):
        yield ""
        yield speaker.phrase("heading", category)
        for criterion in study.criteria:
            if criterion.category == category:
                yield from _criterion(criterion, decision, speaker)
    if settles:
        yield ""
        yield speaker.phrase("heading", "settles")
        yield from (_settles(number, entry, speaker) for number, entry in enumerate(settles, 1))
    if decision.set_aside:
        yield ""
        yield speaker.phrase("heading", "set_aside")
        yield from (f"  {speaker.set_aside(by, facts)}" for by, facts in decision.set_aside)


def _standing(decision: Decision, study: Study, speaker: Speaker) -> str:
    if decision.incomplete:
        types = speaker.listed(incomplete_types(decision.incomplete, study))
        return speaker.phrase("standing", "incomplete", types=types)
    failed = [c for c in study.criteria if not c.part_of and decision.findings[c.id].answer is bad_news(c)]
    if decision.standing is Standing.INELIGIBLE:
        named = [
            speaker.phrase("standing", f"failed_{c.category}", id=c.id, sentence=c.sentence[speaker.language])
            for c in failed
        ]
        return speaker.phrase("standing", "ineligible", criteria=speaker.listed(named))
    return speaker.phrase("standing", decision.standing.value)


def _scores(decision: Decision, speaker: Speaker) -> Iterator[str]:
    yield speaker.phrase("heading", "scores")
    for name, score in decision.scores.items():
        yield f"  {speaker.score(name, score)}"


def _criterion(criterion: Criterion, decision: Decision, speaker: Speaker) -> Iterator[str]:
    finding = decision.findings[criterion.id]
    answer = speaker.answer(criterion, finding.answer)
    indent = "    " if criterion.part_of else "  "
    yield f"{indent}{criterion.id}  [{answer}] {criterion.sentence[speaker.language]}"
    said = speaker.criterion(criterion, finding, decision.findings)
    if criterion.parts:
        # The parts say it all, except where something else decided.
        own = speaker.beyond_parts(criterion, finding, decision.findings)
        said = speaker.sentence(speaker.join(own)) if own else ""
    if said:
        yield f"{indent}     {said}"
        yield from (f"{indent}       {line}" for line in _sources((*finding.evidence, *finding.notes)))


def _sources(evidence: Sequence[Evidence]) -> list[str]:
    """The resources behind a sentence, each with its version, on lines of a readable length."""
    facts = [piece.fact for piece in evidence if piece.fact is not None]
    named = dict.fromkeys(f"{f.resource}{f'/_history/{f.version}' if f.version else ''}" for f in facts)
    lines = textwrap.wrap(", ".join(named), LINE, break_long_words=False, break_on_hyphens=False)
    return [("← " if number == 0 else "  ") + line for number, line in enumerate(lines)]


def _settles(number: int, entry: Settles, speaker: Speaker) -> str:
    key = "line_rules_out" if entry.rules_out else "line"
    line = speaker.phrase("do", key, says=speaker.settles(entry), criteria=speaker.listed(entry.criteria))
    return f"  {number}. {line}"
