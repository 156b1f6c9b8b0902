"""What a result says: a quantity, a word, the laboratory's judgement and limits, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapter.facts.results.ranges import TITRE_UNIT, Interval, Printed, read_numbers, read_titres, reference_ranges
from adapter.facts.results.units import Scale, Units, trustworthy
from adapter.facts.results.wordings import Wording, Words, camp
from adapter.screening.model import Because, Quantity, ReferenceRange

ValueWord = Callable[[str | None, str | None, str | None], str | None]
RANGE = "{range}"  # the alias that says what a printed range without a unit counts
LONGEST_TEXT = 200
FAILED = {"error", "not-a-number", "negative-infinity", "positive-infinity", "as-text"}
GIVEN = ("integer", "ratio_numerator", "ratio_denominator", "range_low", "range_high")
SAID = ("number", "string", "text", "boolean", "date")


@dataclass(frozen=True, slots=True)
class Measured:
    """One result as it could be read.

    `trouble`: `unmapped` (the unit or the code is in no table), `unreadable` (damaged, contradictory, implausible),
    `no_result` (nothing is there). A word or a flag that could be read stands beside it.
    """

    quantity: Quantity | None = None
    word: str | None = None
    flag: str | None = None
    ranges: tuple[ReferenceRange, ...] = ()
    trouble: Because | None = None
    received: str = ""
    comparator: str = ""  # `<` before a number whose unit is in no table


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number of a result: the ways to read it, or its quantity and scale, or what is wrong with it."""

    ways: tuple[Printed, ...] = ()
    quantity: Quantity | None = None
    scale: Scale | None = None
    trouble: Because | None = None

    @property
    def sign(self) -> str:
        """`<` where every way to read the number has an upper bound alone."""
        return "<" if self.ways and all(way.interval.low is None for way in self.ways) else ""


def read_value(
    concept: str,
    row: Mapping[str, Any],
    units: Units,
    words: Words,
    *,
    unit_hint: str | None = None,
    value_word: ValueWord | None = None,
) -> Measured:
    """Read a result from the columns of its view; no input raises."""
    reader = _Reader(concept, row, units, words, unit_hint)
    own_word = reader.site_word(value_word) if value_word else None
    said = Wording(own_word) if own_word else reader.said()
    numbers = reader.numbers(said)
    flag = words.flag_of(row.get("interpretations"), row.get("interpretation_texts"))
    trouble = None if own_word else numbers.trouble
    if said.contradictory:
        trouble = Because.UNREADABLE
    elif not trouble and numbers.quantity is None and said.word is None:
        trouble = None if said.flag or flag else reader.silence()
    ranges = reference_ranges(row.get("ranges"), units, numbers.scale, words.rest_of) if numbers.scale else ()
    below = numbers.sign if trouble is Because.UNMAPPED else ""
    return Measured(numbers.quantity, said.word, flag or said.flag, ranges, trouble, reader.received(), below)


@dataclass(frozen=True, slots=True)
class _Reader:
    concept: str
    row: Mapping[str, Any]
    units: Units
    words: Words
    hint: str | None

    def value(self, name: str) -> Any:
        return self.row.get(f"value_{name}")

    @property
    def unit(self) -> str:
        return self.units.canonical(self.concept)

    @property
    def codings(self) -> list[Mapping[str, Any]]:
        given = self.value("codings")
        return [coding for coding in given if isinstance(coding, Mapping)] if isinstance(given, list) else []

    def texts(self) -> list[str]:
        """Return what is written out; a text too long for a result is none."""
        written = [self.value("string"), self.value("text")]
        if isinstance(number := self.value("number"), str) and number.strip():
            sign = self._sign(self.value("comparator"))
            written.append(number if sign == "" else f"{sign or '?'}{number}")
        return [text for text in written if isinstance(text, str) and text.strip() and len(text) <= LONGEST_TEXT]

    def site_word(self, value_word: ValueWord) -> str | None:
        """Return the hospital's own meaning of a code, a text or a bare number; a number of a unit is a measurement."""
        asked: list[tuple[str | None, str | None, str | None]] = []
        for coding in self.codings:
            system, code, display = (_text(coding.get(key)) for key in ("system", "code", "display"))
            asked += [(system, code, display)] if code or display else []
        bare = [str(number) for name in ("integer", "number") if isinstance(number := self.value(name), (Decimal, int))]
        written = [text.strip() for text in [*self.texts(), *bare]]
        measured = self.hint or self.value("unit") or self.value("unit_code")
        asked += [(None, None, text) for text in written if not (measured and _number(text) is not None)]
        return next((word for key in asked if (word := value_word(*key))), None)

    def said(self) -> Wording:
        """Return what codes, texts and yes/no say together; a known code outranks a text that is unclear."""
        coded = self.words.read_codings(self.codings, self.unit)
        written = [self.read(text) for text in self.texts()]
        if not coded.word:
            shown = [_text(coding.get("display")) for coding in self.codings]
            written += [self.read(text) for text in shown if text and len(text) <= LONGEST_TEXT]
        if isinstance(self.value("boolean"), bool):
            written.append(Wording("yes" if self.value("boolean") else "no"))
        told = [coded] + [one for one in written if not (coded.word and one.contradictory)]
        return _together(told)

    def read(self, text: str) -> Wording:
        """Return the words of one text; a titre's 1:320 is none of them."""
        if self.titre:
            text = read_titres(self.words.plain(text))[1]
        return self.words.read(text, self.unit)

    @property
    def titre(self) -> Scale | None:
        return self.units.named(self.concept, TITRE_UNIT)

    def numbers(self, said: Wording) -> Numbers:
        """Return the number of the result, from where it should stand or from its text."""
        if any(self.value(name) is not None for name in GIVEN) or not isinstance(
            self.value("number"), (str, type(None))
        ):
            return self._on_scale(self._given())
        for text in self.texts():
            found = self._in_text(text, said)
            # ++ (1.0 g/L): the word counts in the canonical unit, the number is on a scale of its own
            if found.ways and not (said.value and found.scale and found.scale.own):
                return found
        scale = self.units.named(self.concept, self.unit) if said.value and self.unit else None
        return Numbers(quantity=said.value.on(scale), scale=scale) if said.value and scale else Numbers()

    def _given(self) -> tuple[Printed, ...]:
        number, whole = self.value("number"), self.value("integer")
        if number is not None and not isinstance(number, str):
            return self._exact(number, self._sign(self.value("comparator")))
        if whole is not None:
            return self._exact(whole, "")
        if self.value("range_low") is not None or self.value("range_high") is not None:
            return self._between()
        return self._ratio()

    def _sign(self, given: object) -> str | None:
        """Return a comparator as a sign, empty where there is none, None where it cannot be read."""
        if given is None:
            return ""
        sign = self.words.plain(f"{given}0")[:-1].strip() if isinstance(given, str) and len(given) < 20 else "?"
        return sign if sign in {"", "<", "<=", ">", ">="} else None

    def _exact(self, number: object, sign: str | None) -> tuple[Printed, ...]:
        value = _number(number)
        return () if value is None or sign is None else (Printed(Interval.of(sign, value)),)

    def _between(self) -> tuple[Printed, ...]:
        bounds = [_bound(self.value(name)) for name in ("range_low", "range_high")]
        numbers = [_number(number) for number, _ in bounds if number is not None]
        if None in numbers or (len(numbers) == 2 and numbers[0] > numbers[1]):  # type: ignore[operator]
            return ()
        low, high = (None if number is None else _number(number) for number, _ in bounds)
        return (Printed(Interval(low, high), bounds[0][1] or bounds[1][1]),)

    def _ratio(self) -> tuple[Printed, ...]:
        ends = self.value("ratio_numerator"), self.value("ratio_denominator")
        (above, unit), (below, per) = map(_bound, ends)
        signs = [self._sign(end.get("comparator")) if isinstance(end, Mapping) else "" for end in ends]
        first, second = _number(above), _number(below)
        if self.titre:
            usable = first == 1 and second and signs[0] == "" and signs[1] is not None
            return (Printed(Interval.of(signs[1], second), TITRE_UNIT),) if usable and second else ()
        if first is None or second != 1 or not per or signs != ["", ""]:
            return ()
        return (Printed(Interval.of("", first), f"{unit}/{per}"),)

    def _printed(self, text: str) -> tuple[Printed, ...]:
        """Return the ways to read the number that a text holds beside its words."""
        plain = self.words.plain(text)
        titre = read_titres(plain)[0] if self.titre else None
        if titre:
            return (Printed(titre, TITRE_UNIT),)
        return read_numbers(self.words.rest_of(plain, self.unit))

    def _in_text(self, text: str, said: Wording) -> Numbers:
        ways = self._printed(text)
        found = self._on_scale(ways) if ways else Numbers()
        # a word that could be read is the result, whatever scale the number beside it has
        return Numbers() if said.word and found.trouble is Because.UNMAPPED else found

    def _on_scale(self, ways: tuple[Printed, ...]) -> Numbers:
        if not ways:
            return Numbers(trouble=Because.UNREADABLE)
        for way in ways:
            if scale := self._scale(way):
                quantity = way.interval.on(scale)
                return Numbers(ways, quantity, scale, None if quantity else Because.UNREADABLE)
        return Numbers(ways, trouble=Because.UNMAPPED)

    def _scale(self, way: Printed) -> Scale | None:
        if way.unit:
            return self.units.named(self.concept, way.unit)
        text, code, system = (_text(self.value(name)) for name in ("unit", "unit_code", "unit_system"))
        if scale := self.units.find(self.concept, text, code, system, self.hint):
            return scale
        interval = way.interval
        two_sided = interval.low is not None and interval.high is not None and interval.low != interval.high
        return self.units.named(self.concept, RANGE) if two_sided and not (text or code or self.hint) else None

    def silence(self) -> Because:
        """Return why a result without a number or a word says nothing."""
        if any(self.value(name) is not None for name in SAID):
            return Because.UNREADABLE
        if self.value("codings"):
            return Because.UNMAPPED
        reasons = self.row.get("absent_reason_codings")
        given = [one for one in reasons if isinstance(one, Mapping)] if isinstance(reasons, list) else []
        failed = any(one.get("code") in FAILED for one in given if isinstance(one.get("code"), str))
        return Because.UNREADABLE if failed else Because.NO_RESULT

    def received(self) -> str:
        """Return the value as it came."""
        unit = _shown(self.value("unit")) or _shown(self.value("unit_code"))
        parts = [_shown(self.value("comparator")) + _shown(self.value("number")), _shown(self.value("integer"))]
        parts.append(_pair(self.value("ratio_numerator"), ":", self.value("ratio_denominator")))
        parts.append(_pair(self.value("range_low"), "-", self.value("range_high")))
        parts += [unit, *(_shown(self.value(name)) for name in SAID[1:])]
        if not any(parts):
            parts = [_shown(coding.get("display")) or _shown(coding.get("code")) for coding in self.codings]
        return " ".join(part for part in parts if part)[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _together(told: list[Wording]) -> Wording:
    words = [one.word for one in told if one.word]
    values = {one.value for one in told if one.value}
    flags = {one.flag for one in told if one.flag}
    if any(one.contradictory for one in told) or len({camp(word) for word in words}) > 1:
        return Wording(contradictory=True)
    value = values.pop() if len(values) == 1 else None
    return Wording(words[0] if words else None, flags.pop() if len(flags) == 1 else None, value)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        return None
    if isinstance(value, str):
        ways = read_numbers(value) if len(value) <= LONGEST_TEXT else ()
        return next((way.interval.low for way in ways if not way.unit and way.interval.low == way.interval.high), None)
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**40 else None
    return value if trustworthy(value) else None


def _bound(value: object) -> tuple[object, str]:
    """Return number and unit of one end of a range or ratio, which may be a Quantity or a bare number."""
    if not isinstance(value, Mapping):
        return value, ""
    return value.get("value"), _text(value.get("unit")) or _text(value.get("code")) or ""


def _text(value: object) -> str | None:
    """Return text as it is; a thing that is no text is a text no table knows."""
    return value if value is None or isinstance(value, str) else type(value).__name__


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and -20 < value.adjusted() < 20 else str(value)[:LONGEST_TEXT]
    if isinstance(value, int):
        return str(value) if abs(value) < 10**40 else "a number of more than 40 digits"
    return value.strip()[:LONGEST_TEXT] if isinstance(value, str) else ""


def _pair(first: object, sign: str, second: object) -> str:
    one, other = (" ".join(filter(None, (_shown(number), unit))) for number, unit in (_bound(first), _bound(second)))
    return f"{one}{sign}{other}" if one or other else ""
