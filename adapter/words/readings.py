"""A fact of the record as a reader wants it: what it is, its value, its date."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from adapter.screening.model import Fact, Kind, Quantity
from adapter.words import numbers
from adapter.words.tongue import Tongue

OF_PERSON = "person."
# Longer texts of the record are a prescription or the definition of a code, and no name.
LONGEST_NAME = 40
LONGEST_DRUG = 24
ESTIMATE_DECIMALS = 1
MOST_DECIMALS = 6


def value(tongue: Tongue, fact: Fact) -> str:
    """The value as received, and as converted or understood where that differs."""
    received, meant = _both(tongue, fact)
    return tongue.phrase("reading", "meant", received=received, meant=meant) if meant else received


def _both(tongue: Tongue, fact: Fact) -> tuple[str, str]:
    """The value as received, and what it means where that differs."""
    if estimated(fact):
        return estimate(tongue, fact, {}), ""
    word = tongue.word(fact.word)
    if fact.received.casefold() in {"true", "false", "", fact.word}:
        return word or fact.received or numbers.canonical(tongue, fact), ""
    received = numbers.printed(tongue, fact.concept, fact.received)
    meant = word if numbers.as_received(fact) else numbers.canonical(tongue, fact) or word
    return received, "" if meant.casefold() == received.casefold() else meant


def in_words(tongue: Tongue, fact: Fact) -> tuple[str, str]:
    """The same in a sentence: a record's word in other letters is said in the reader's own."""
    word = tongue.word(fact.word)
    bare = fact.quantity is None and not any(letter.isdigit() for letter in fact.received)
    return (word, "") if word and bare and tongue.foreign(fact.received) else _both(tongue, fact)


def in_one(tongue: Tongue, fact: Fact, form: str = "meant") -> str:
    """The value of a sentence as one text."""
    received, meant = in_words(tongue, fact)
    return tongue.phrase("reading", form, received=received, meant=meant) if meant else received


def reading(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> str:
    """A fact in the words of its kind; what is said of it afterwards is not said here."""
    if estimated(fact):
        return _estimated(tongue, fact, args)
    if fact.concept.startswith(OF_PERSON):
        return tongue.phrase("reading", "of_person", label=tongue.label(args, fact), value=in_one(tongue, fact))
    if fact.kind is Kind.WORD:
        return stated(tongue, [tongue.label(args, fact)], fact, args)
    if fact.kind is Kind.RESULT:
        value, meant = in_words(tongue, fact)
        when = in_brackets(tongue, tongue.told(filter(None, [meant, dates(tongue, fact, args)])))
        return tongue.phrase("reading", "value", label=tongue.label(args, fact), value=value, when=when)
    name, aside = _name(tongue, fact, args)
    doubt = tongue.first("state", f"{fact.kind.value}_not_surely", "not_surely") if fact.doubt else ""
    course = [text for text in (aside, doubt, dates(tongue, fact, args)) if text]
    if name.endswith((")", "）")):
        return tongue.told([name, *course])
    return name + in_brackets(tongue, tongue.told(course))


def stated(tongue: Tongue, labels: list[str], fact: Fact, args: Mapping[str, str]) -> str:
    """What a person stated of one thing, or the same of several."""
    when = dates(tongue, fact, args)
    label, value = tongue.shortened(labels, 4), in_one(tongue, fact)
    return tongue.phrase("reading", "stated" if when else "stated_alone", label=label, value=value, when=when)


def dates(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> str:
    """When it was, from when to when it lasted; nothing where the sentence itself goes on to say it has no date."""
    start, end = fact.start, fact.end
    if fact.kind in {Kind.CONDITION, Kind.ALLERGY}:
        start = start or fact.recorded
    first, last = (numbers.day(tongue, span) if span else "" for span in (start, end))
    if not first and not last:
        return "" if args.get("because") == "undated" else tongue.phrase("state", "no_date")
    if fact.kind in {Kind.RESULT, Kind.WORD} or first == last:
        return first or last
    if first and last:
        return tongue.phrase("state", "from_to", start=first, end=last)
    if last:
        return tongue.phrase("state", "until", end=last)
    return tongue.phrase("state", "from", start=first) if fact.open else first


def estimated(fact: Fact) -> bool:
    """Whether an equation made this fact of another one."""
    return any(name == "equation" for name, _ in fact.extra)


def estimate(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> str:
    """An estimate with one decimal, or as many as tell it from the limit that it is held against."""
    if fact.quantity is None:
        return ""
    decimals = 0 if "rounded" in args else _telling(fact.quantity, Decimal(args.get("limit", "0")))
    shown = numbers.bounds(tongue, fact.quantity, decimals)
    return numbers.with_unit(tongue, shown, fact.concept, fact.quantity.unit)


def _telling(quantity: Quantity, limit: Decimal) -> int:
    bounds = [number for number in (quantity.low, quantity.high) if number is not None and number != limit]
    enough = (d for d in range(ESTIMATE_DECIMALS, MOST_DECIMALS) if limit not in {round(n, d) for n in bounds})
    return next(enough, MOST_DECIMALS)


def source(tongue: Tongue, fact: Fact, *, dated: bool) -> str:
    """What an estimate was made of: the study's name for it and its value."""
    concept = next((rule.source for rule in tongue.study.derivations if rule.concept == fact.concept), "")
    own = (v for v in tongue.study.variables.values() if v.concepts == (concept,))
    label = next((variable.label[tongue.language] for variable in own), fact.name)
    when = in_brackets(tongue, dates(tongue, fact, {})) if dated else ""
    received = numbers.printed(tongue, concept, fact.received)
    return tongue.phrase("reading", "value", label=label, value=received, when=when)


def _estimated(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> str:
    filled = {"label": tongue.label(args, fact), "when": dates(tongue, fact, {})}
    equation = tongue.phrase("equation", dict(fact.extra)["equation"])
    made_of = source(tongue, fact, dated=False)
    number = estimate(tongue, fact, args)
    return tongue.phrase("reading", "computed", number=number, source=made_of, equation=equation, **filled)


def _name(tongue: Tongue, fact: Fact, args: Mapping[str, str]) -> tuple[str, str]:
    """What to call a thing, and the record's own text for it where that is in other letters."""
    label = tongue.label(args, fact)
    if fact.item in tongue.study.names:
        return _drug(tongue, fact), _what_it_did(tongue, fact)
    if fact.kind is Kind.ENROLMENT:
        listed = fact.word is not None and fact.word in tongue.catalogue["enrolment"]
        status = tongue.phrase("enrolment", str(fact.word)) if listed else ""
        return label, tongue.told(filter(None, [fact.name, status]))
    if not fact.name or tongue.foreign(fact.name):
        known = fact.name and fact.name != label and len(fact.name) <= LONGEST_NAME
        return label, fact.name if known else ""
    return fact.name, _what_it_did(tongue, fact)


def _drug(tongue: Tongue, fact: Fact) -> str:
    """A drug by the record's own name where the reader's letters spell it, else by its name in the codelist."""
    own = fact.received
    usable = tongue.language == "zh" and own and not tongue.foreign(own) and len(own) <= LONGEST_DRUG
    return own if usable else tongue.study.names[fact.item][tongue.language]


def _what_it_did(tongue: Tongue, fact: Fact) -> str:
    if fact.kind is Kind.ALLERGY:
        return tongue.word(fact.word) or tongue.phrase("word", "allergy_or_intolerance")
    return tongue.word(fact.word) if fact.kind is Kind.RESPONSE else ""


def in_brackets(tongue: Tongue, text: str) -> str:
    """A text in brackets; nothing where there is none."""
    return tongue.phrase("reading", "brackets", text=text) if text else ""
