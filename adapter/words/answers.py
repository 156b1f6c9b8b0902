"""One piece of evidence in words: what was read, what it was held against, what leaves it open."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.screening.judging.readings import limits
from adapter.screening.model import Because, Evidence, Fact, Kind
from adapter.screening.study import PickKind
from adapter.words import numbers
from adapter.words.readings import OF_PERSON, estimated, in_one, reading, source
from adapter.words.tongue import Tongue


def told(tongue: Tongue, piece: Evidence) -> str:
    """What one piece of evidence shows."""
    args = dict(piece.args)
    if piece.fact is not None and piece.key in {"reading", "left_out"}:
        return _answered(tongue, piece.fact, args)
    filled = {
        "reading": reading(tongue, piece.fact, args) if piece.fact else "",
        "label": tongue.label(args, piece.fact),
        "because": tongue.phrase("because", args["because"]) if "because" in args else "",
        "cause": piece.fact.cause if piece.fact else "",
        "received": piece.fact.received if piece.fact else "",
        "number": tongue.span(args.get("low", ""), args.get("high", "")),
    }
    return tongue.first("told", *_keys(piece), **filled)


def _keys(piece: Evidence) -> list[str]:
    """The most fitting phrase first: one for the kind of fact, then one for any."""
    return [f"{piece.fact.kind.value}_{piece.key}", piece.key] if piece.fact else [piece.key]


def _answered(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> str:
    if fact.concept.startswith(OF_PERSON) and "because" in args and _is_age(tongue, args):
        return tongue.first("told", f"birth_{args['because']}", "birth_unreadable", received=fact.received)
    if "because" in args:
        return open_reading(tongue, fact, args)
    question, limit = args.get("question", "recorded"), args.get("limit", "")
    if limit and fact.quantity is None:
        question = "words"  # a word decided, and no number was held against the limit
    if "times" in args:
        question = "times" if args.get("reached") else "times_over"
    key = f"{question}_{args.get('answer', 'met')}"
    held = _held_against(tongue, fact, question, args)
    return tongue.phrase("question", key, reading=reading(tongue, fact, args), **held)


def _held_against(tongue: Tongue, fact: Fact, question: str, args: Mapping[str, str]) -> dict[str, str]:
    """What the question holds the reading against: a limit of the study, or so many times one of the report."""
    if not question.startswith(("times", "reference")):
        return {"limit": _in_unit(tongue, fact, args["limit"])} if "limit" in args else {}
    times = args.get("times", "1")
    multiple = tongue.first("multiple", times, "any", times=times)
    return {"multiple": multiple, "report": _report(tongue, fact, question)}


def open_reading(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> str:
    """A reading and what keeps it from deciding."""
    if estimated(fact) and fact.quantity is None:
        args = {**args, "because": (fact.trouble or Because.UNREADABLE).value}
        made_of = tongue.phrase(
            "question", "unknown", reading=source(tongue, fact, dated=True), doubt=_doubt(tongue, fact, args)
        )
        return tongue.phrase("reading", "not_computed", label=tongue.label(args, fact), source=made_of)
    said, doubt = reading(tongue, fact, args), _doubt(tongue, fact, args)
    return tongue.phrase("question", "unknown", reading=said, doubt=doubt)


def _doubt(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> str:
    because, unit = args["because"], numbers.unit_of(fact.received)
    keys = [f"{fact.kind.value}_{because}", because]
    if because == Because.UNMAPPED.value and unit:
        keys.insert(0, "unmapped_unit")
    if because == Because.INDETERMINATE.value and _lacks_range(tongue, fact, args):
        keys.insert(0, "no_range")
    return tongue.first("doubt", *keys, unit=unit)


def _lacks_range(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> bool:
    """Whether a number cannot be told normal or not, because its report says nothing of what is."""
    question, variable = args.get("question", ""), tongue.study.variables.get(args.get("variable", ""))
    by_range = question == "words" and variable is not None and variable.scale.by == "range" and not fact.flag
    exact = fact.quantity is not None and fact.quantity.exact
    return exact and (by_range or question.startswith("reference_")) and not _limit(tongue, fact, question)


def _report(tongue: Tongue, fact: Fact, question: str) -> str:
    """The report's own limit in brackets; nothing where the laboratory gave a flag alone."""
    limit = _limit(tongue, fact, question)
    key = "lower_limit" if question == "reference_below" else "upper_limit"
    return tongue.phrase("reading", key, limit=_in_unit(tongue, fact, limit)) if limit else ""


def _limit(tongue: Tongue, fact: Fact, question: str) -> str:
    report = limits(fact, tongue.sex)
    if report is None:
        return ""
    return numbers.short(report.low if question == "reference_below" else report.high)


def _in_unit(tongue: Tongue, fact: Fact, limit: str) -> str:
    unit = fact.quantity.unit if fact.quantity else tongue.study.units.get(fact.concept, "")
    return numbers.with_unit(tongue, limit, fact.concept, unit)


def _is_age(tongue: Tongue, args: Mapping[str, str]) -> bool:
    variable = tongue.study.variables.get(args.get("variable", ""))
    return variable is not None and variable.pick is PickKind.AGE


def same_word(tongue: Tongue, piece: Evidence) -> tuple[str, str] | None:
    """By what several statements can be said as one: the same answer of the same day."""
    fact = piece.fact
    if piece.key != "reading" or fact is None or fact.kind is not Kind.WORD or fact.concept.startswith(OF_PERSON):
        return None
    if "because" in dict(piece.args):
        return None
    return in_one(tongue, fact), str(fact.start)
