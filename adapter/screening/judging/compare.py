"""One question to one variable: its readings answer, and the pick says how their answers come together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapter.screening.judging.logic import most_urgent, unknown
from adapter.screening.judging.readings import compare
from adapter.screening.judging.series import occasions, risen
from adapter.screening.judging.voices import Voice, agreed, preferred, voice
from adapter.screening.model import Answer, Because, Evidence, Finding, Kind, Pick
from adapter.screening.study import Comparison, PickKind, Rule, Variable

_ONE_MOMENT = frozenset({PickKind.LATEST, PickKind.EARLIEST, PickKind.CHANGE})


def answer(rule: Rule, pick: Pick, variable: Variable, sex: str | None) -> Finding:
    """Ask the rule's question of what was picked."""
    question = rule.compare
    assert question is not None
    found = _answer(question, pick, variable, sex)
    if found.answer is Answer.MET and question.supports == "unknown":
        return unknown(Because.INDETERMINATE, found.evidence)
    if found.answer is Answer.NOT_MET and question.never == "unknown":
        return unknown(Because.INDETERMINATE, found.evidence)
    return replace(found, notes=(*found.notes, *_on_trust(found))) if found.answer is Answer.MET else found


def _on_trust(found: Finding) -> list[Evidence]:
    """What a fact does not say and is taken for granted: that it was confirmed, that it goes on."""
    pieces = [(piece, piece.fact) for piece in found.evidence if piece.fact is not None]
    return [
        Evidence(fact, f"{name}_missing", piece.args)
        for piece, fact in pieces
        for name, taken in (("verification", True), ("clinical", fact.open))
        if taken and (name, "missing") in fact.extra
    ]


def _answer(question: Comparison, pick: Pick, variable: Variable, sex: str | None) -> Finding:
    if pick.number is not None:
        return _of_number(question, pick)
    if not pick.readings:
        return _of_nothing(pick, variable)
    voices = [voice(reading, question, variable, sex) for reading in pick.readings]
    if question.risen_by is not None:
        return risen(question, pick, preferred(voices, variable))
    if question.days > 1:
        return occasions(question, voices)
    if variable.pick in _ONE_MOMENT or _inward(question, variable):
        return agreed(preferred(voices, variable))
    return _any(question, voices)


def _of_number(question: Comparison, pick: Pick) -> Finding:
    """A computed number, such as an age."""
    assert pick.number is not None
    said = compare(pick.number, question)
    args = (("high", str(pick.number.high)), ("low", str(pick.number.low)), ("variable", pick.variable))
    evidence = tuple(Evidence(reading.fact, "number", args) for reading in pick.readings) or (
        Evidence(None, "number", args),
    )
    return Finding(said, Because.INDETERMINATE if said is Answer.UNKNOWN else None, evidence)


def _of_nothing(pick: Pick, variable: Variable) -> Finding:
    """Nothing to read: the study takes it for a no, or it is what is missing."""
    if pick.presumed_absent:
        return Finding(Answer.NOT_MET, None, (Evidence(None, "nothing_recorded", (("variable", variable.id),)),))
    because = pick.because or variable.absent_because
    args = (("because", because.value), ("variable", variable.id))
    left_out = tuple(Evidence(fact, "left_out", args) for fact in pick.left_out)
    return unknown(because, left_out or (Evidence(None, "missing", args),))


def _any(question: Comparison, voices: Sequence[Voice]) -> Finding:
    """Met by one; not met when everything readable says no; a doubtful or unreadable one leaves it open."""
    met = [voice for voice in voices if voice.sure and voice.said is Answer.MET]
    against_it = [voice for voice in voices if voice.sure and voice.said is Answer.NOT_MET]
    if met:
        # A normal result is no answer to an abnormal one of another day; a person's no is one to a yes.
        stated = [voice.evidence for voice in against_it if voice.fact.kind is Kind.WORD]
        notes = tuple(Evidence(piece.fact, "stands_against", piece.args) for piece in stated)
        return Finding(Answer.MET, None, tuple(voice.evidence for voice in met), notes)
    open_ones = [
        voice for voice in voices
        if voice.said is Answer.UNKNOWN or (not voice.sure and (voice.said is Answer.MET or not against_it))
    ]  # fmt: skip
    if open_ones:
        return unknown(most_urgent(v.because for v in open_ones), (voice.evidence for voice in open_ones))
    read = {voice.fact.concept for voice in against_it}
    if not set(question.needs_all) <= read:
        return unknown(Because.NO_RESULT, (voice.evidence for voice in against_it))
    return Finding(Answer.NOT_MET, None, tuple(voice.evidence for voice in against_it[-3:]))


def _inward(question: Comparison, variable: Variable) -> bool:
    """Whether the extreme itself must pass the limit: the highest below it, the lowest above it."""
    above = question.above is not None or question.at_least is not None
    below = question.below is not None or question.at_most is not None
    return (variable.pick is PickKind.HIGHEST and below) or (variable.pick is PickKind.LOWEST and above)
