"""A reading with what it says to a question, and how the readings of one moment come together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from adapter.screening.judging.logic import most_urgent, unknown
from adapter.screening.judging.readings import NOT_MET, Said, against, ask
from adapter.screening.model import Answer, Because, Evidence, Fact, Finding, Reading
from adapter.screening.study import Comparison, Variable


class Voice:
    """One reading with what it says."""

    __slots__ = ("because", "evidence", "fact", "said", "sure")

    def __init__(self, fact: Fact, said: Said, sure: bool, evidence: Evidence) -> None:
        self.fact, self.said, self.because, self.sure, self.evidence = fact, said[0], said[1], sure, evidence


def voice(reading: Reading, question: Comparison, variable: Variable, sex: str | None) -> Voice:
    """Ask one reading, with what stands against taking its answer at face value."""
    said = ask(reading.fact, question, variable, sex)
    key = "reading"
    if question.attributable and said[0] is not Answer.NOT_MET:
        if reading.fact.cause is not None:
            said, key = NOT_MET, "other_cause"
        elif question.attributable == "explicit" and reading.fact.kind != "word":
            said = (Answer.UNKNOWN, Because.INDETERMINATE)
    sure = reading.sure or (question.doubtful == "met" and _ended_some_day(reading))
    if not sure:
        said = (said[0], reading.doubt)
    return Voice(reading.fact, said, sure, _evidence(reading, question, said, variable, key))


def _ended_some_day(reading: Reading) -> bool:
    """Whether the only doubt is when it ended: it certainly was, is over, and nobody wrote down since when."""
    fact = reading.fact
    over = fact.doubt is None and fact.end is None and fact.open is False
    return over and reading.doubt in {Because.INDETERMINATE, Because.UNDATED}


def _evidence(reading: Reading, question: Comparison, said: Said, variable: Variable, key: str) -> Evidence:
    args = {"variable": variable.id, "answer": said[0].value}
    name, limit = _telling(reading.fact, question, said[0])
    args["question"] = name
    if said[1] is not None:
        args["because"] = said[1].value
    if limit is not None:
        args["limit"] = _plain(limit)
    if question.times is not None:
        args |= {"times": _plain(question.times)} | ({"reached": "yes"} if question.reached else {})
    if question.rounded:
        args["rounded"] = "yes"
    if question.days > 1:
        args["days"] = str(question.days)
    return Evidence(reading.fact, key, tuple(sorted(args.items())))


def _telling(fact: Fact, question: Comparison, said: Answer) -> tuple[str, Decimal | None]:
    """What the question asks, in the word of the catalogue; of two limits the one that gave the answer."""
    asked = [
        (name, limit)
        for name in ("at_least", "above", "at_most", "below")
        if isinstance(limit := getattr(question, name), Decimal)
    ]
    for name, limit in asked:
        above, reached = name in {"at_least", "above"}, name.startswith("at_")
        if fact.quantity is not None and against(fact.quantity, limit, above=above, reached=reached) is said:
            return name, limit
    if asked:
        return asked[0]
    if question.reference:
        return f"reference_{question.reference}", None
    return ("recorded" if question.recorded else "words"), None


def _plain(number: Decimal) -> str:
    return format(number, "f")


def preferred(voices: list[Voice], variable: Variable) -> list[Voice]:
    """Of one day the first concept that decides; the others only where it does not, and could at least be read."""
    for concept in variable.prefer:
        own = [voice for voice in voices if voice.fact.concept == concept and voice.sure]
        if any(voice.fact.trouble is not None for voice in own):
            break
        if own and all(voice.said is not Answer.UNKNOWN for voice in own):
            days = {voice.fact.start for voice in own if voice.fact.start and voice.fact.start.exact}
            return own + [v for v in voices if v not in own and not (v.sure and v.fact.start in days)]
    return voices


def agreed(voices: Sequence[Voice]) -> Finding:
    """Results of one moment must agree; what is newer but doubtful may only confirm."""
    evidence = tuple(voice.evidence for voice in voices)
    sure = [voice for voice in voices if voice.sure]
    open_ones = [voice for voice in sure if voice.said is Answer.UNKNOWN]
    if open_ones:
        return unknown(most_urgent(voice.because for voice in open_ones), evidence)
    answers = {voice.said for voice in sure}
    if len(answers) > 1:
        return unknown(Because.CONFLICT, evidence)
    doubtful = [voice for voice in voices if not voice.sure and voice.said not in answers]
    if doubtful or not answers:
        return unknown(most_urgent(voice.because for voice in doubtful), evidence)
    return Finding(answers.pop(), None, tuple(voice.evidence for voice in sure))
