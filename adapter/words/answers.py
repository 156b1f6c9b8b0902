"""One piece of evidence in words: what was read, what it was held against, what leaves it open."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

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


def leaning(tongue: Tongue, piece: Evidence) -> str:
    """The same where the finding is open: what speaks for it without settling it, or what else may explain it."""
    args, fact = dict(piece.args), piece.fact
    yes = piece.key == "reading" and args.get("answer") == "met" and "because" not in args
    if fact is None or not yes or fact.concept.startswith(OF_PERSON):
        return told(tongue, piece)
    if args.get("variable", "") in _explaining(tongue):
        return tongue.phrase("told", "explaining", reading=reading(tongue, fact, args))
    if args.get("question") in {"recorded", "words"} and fact.kind is not Kind.WORD:
        return tongue.phrase("told", "leaning", reading=told(tongue, piece))
    return told(tongue, piece)


def _explaining(tongue: Tongue) -> set[str]:
    """The variables that are asked only because they may explain what was found."""
    rules = tongue.study.rules
    asked = [rules[name] for rule in rules.values() for name in rule.doubted_by]
    asked += [rules[rule.record] for rule in asked if rule.record]
    return {rule.compare.variable for rule in asked if rule.compare is not None}


def beyond(tongue: Tongue, value: str, fact: Fact, args: Mapping[str, str]) -> str:
    """A value with the limit of its own report that it lies beyond; the value alone where the report has none."""
    question = "reference_above" if args.get("question") == "words" else args.get("question", "")
    if not question.startswith("reference") or fact.quantity is None or not fact.quantity.exact or "times" in args:
        return value
    number, limit = fact.quantity.low, _bound(tongue, fact, question)
    below = question == "reference_below"
    if number is None or limit is None or not (number < limit if below else number > limit):
        return value
    return tongue.phrase("reading", "below_lower" if below else "above_upper", value=value, limit=numbers.short(limit))


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
    if question == "words" and _is_bare_number(fact) and _asks_for_positive(tongue, args):
        question = "read_as"
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
    return numbers.short(_bound(tongue, fact, question))


def _bound(tongue: Tongue, fact: Fact, question: str) -> Decimal | None:
    report = limits(fact, tongue.sex)
    if report is None:
        return None
    return report.low if question == "reference_below" else report.high


def _is_bare_number(fact: Fact) -> bool:
    """Whether the record gives a number and no word for what it means."""
    return fact.kind is Kind.RESULT and fact.word is None and any(sign.isdigit() for sign in fact.received)


def _asks_for_positive(tongue: Tongue, args: Mapping[str, str]) -> bool:
    """Whether a number of this variable is read as positive or negative, as the study's rules ask for nothing else."""
    name = args.get("variable", "")
    asked = [rule.compare for rule in tongue.study.rules.values() if rule.compare is not None]
    return {words for c in asked if c.variable == name for words in c.words} == {"positive"}


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
