"""The words of results: which text or code says positive, absent, trace or low, whole words only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from adapter.errors import StudyError, did_you_mean
from adapter.facts.results.ranges import Interval, number_of
from adapter.facts.results.units import plain_text, read_rows

COLUMNS = ("text", "word", "system", "code", "unit", "value")
AFFIRMING = frozenset({"positive", "present", "yes"})
DENYING = frozenset({"negative", "absent", "no"})
ANSWERS = frozenset({"indeterminate", "trace", "adequate", "inadequate", "intolerance", "relapse"})
DIRECTIONS = frozenset({"low", "high", "normal"})
SIGNS = frozenset({"<", "<=", ">", ">="})
UNCLEAR = "unclear"  # not, without, a question mark: what stands beside it cannot be taken at its word
WORDS = AFFIRMING | DENYING | ANSWERS | DIRECTIONS | SIGNS | {UNCLEAR}
FLAGS = {"present": "positive", "yes": "positive", "absent": "negative", "no": "negative", "trace": "indeterminate"}
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SYSTEMS = {
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "urn:oid:2.16.840.1.113883.6.1": "http://loinc.org",
    "urn:oid:2.16.840.1.113883.5.83": INTERPRETATION,
    "http://hl7.org/fhir/v3/ObservationInterpretation": INTERPRETATION,
    "http://terminology.hl7.org/CodeSystem/v2-0078": INTERPRETATION,
    "http://hl7.org/fhir/v2/0078": INTERPRETATION,
    "urn:oid:2.16.840.1.113883.12.78": INTERPRETATION,
}
EMPTY_BRACKETS = re.compile(r"[(\[]\s*[)\]]")
SYMBOLS = frozenset("0123456789+-±/() ")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of words.csv: a text or a code, its word, and what it counts as in a unit (`0`, `>0 <1`)."""

    text: str
    word: str
    unit: str = ""
    value: Interval | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What a text or a set of codes says in words, and what is left of the text without them."""

    word: str | None = None
    flag: str | None = None
    value: Interval | None = None
    rest: str = ""
    contradictory: bool = False


def plain_system(system: object) -> str:
    """Return a code system's address in the one spelling that words.csv uses."""
    address = str(system or "").strip().split("|")[0].rstrip("/").replace("https://", "http://")
    return SYSTEMS.get(address, address)


def camp(word: str) -> str:
    """Return what a word agrees with: positive, present and yes say the same."""
    return "positive" if word in AFFIRMING else "negative" if word in DENYING else word


class Words:
    """The vocabulary of results."""

    def __init__(self, entries: Iterable[Entry], codes: Mapping[tuple[str, str], Entry]) -> None:
        self._entries = tuple(entries)
        self._codes = dict(codes)
        self._readers: dict[str, tuple[re.Pattern[str], re.Pattern[str], dict[str, Entry]]] = {}

    @classmethod
    def load(cls, path: Path) -> Words:
        """Read words.csv; a row names a text, or a system and a code."""
        entries: list[Entry] = []
        codes: dict[tuple[str, str], Entry] = {}
        for where, row in read_rows(path, COLUMNS):
            if row["word"] not in WORDS:
                raise StudyError(f'{where}: no word "{row["word"]}".{did_you_mean(row["word"], WORDS)}')
            entry = Entry(_key(row["text"]), row["word"], row["unit"], _value(where, row["value"]))
            if bool(row["text"]) == bool(row["system"] and row["code"]):
                raise StudyError(f"{where}: a row names either a text or a system and a code")
            if entry.text:
                entries.append(entry)  # of two rows for one text and unit the later holds
            elif codes.setdefault((plain_system(row["system"]), row["code"].casefold()), entry) != entry:
                raise StudyError(f'{where}: code "{row["code"]}" already has a word')
        return cls(entries, codes)

    def of_text(self, text: str) -> str | None:
        """Return the word that a text says; None where it says none, or two that contradict each other."""
        return self.read(text).word

    def read(self, text: str, unit: str = "") -> Wording:
        """Return what a text says; rows for the concept's unit come before rows for every unit."""
        letters, symbols, known = self._reader(unit)
        found: list[Entry] = []

        def take(match: re.Match[str]) -> str:
            # a letter that folds to two (İ) matches a row and has no key: then the text is not clear
            found.append(known.get(_key(match.group()), Entry("", UNCLEAR)))
            return " "

        rest = symbols.sub(take, letters.sub(take, self.plain(text)))
        return _agreed(found, rest)

    def rest_of(self, text: str, unit: str = "") -> str:
        """Return a text without its words and without the brackets that they leave empty."""
        rest = EMPTY_BRACKETS.sub(" ", self.read(text, unit).rest).strip(" ,;:、。")
        return rest[1:-1].strip() if rest.startswith("(") and rest.endswith(")") else rest

    def read_codings(self, codings: object, unit: str = "") -> Wording:
        """Return what the codes say; what a code counts as holds in its own unit alone."""
        entries = [self._coded(coding) for coding in codings] if isinstance(codings, list) else []
        found = [entry if entry.unit in {"", unit} else Entry("", entry.word) for entry in entries if entry]
        return _agreed(found, "")

    def flag_of(self, codings: object, texts: object) -> str | None:
        """Return the laboratory's judgement; None where it gives none or contradicts itself."""
        flags = set()
        for coding in codings if isinstance(codings, list) else []:
            coded = self._coded(coding) or self._interpreted(
                coding.get("display") if isinstance(coding, Mapping) else 0
            )
            flags.add(coded.word if coded else None)
        for text in texts if isinstance(texts, list) else [texts]:
            said = self._interpreted(text)
            flags.add(said.word if said else None)
        return _one_flag({FLAGS.get(word, word) for word in flags if word})

    def plain(self, text: str) -> str:
        """Return text in one spelling, comparators before a number as signs: 小于 5 is <5."""
        return self._comparators.sub(lambda found: self._signs.get(_key(found.group()), "?"), plain_text(text))

    @cached_property
    def _signs(self) -> dict[str, str]:
        return {entry.text: entry.word for entry in self._entries if entry.word in SIGNS}

    @cached_property
    def _comparators(self) -> re.Pattern[str]:
        spelled = sorted(self._signs, key=len, reverse=True)
        return re.compile(rf"(?<![a-z]){_either([_spaced(text) for text in spelled])}(?=\s*\d)", re.IGNORECASE)

    def _coded(self, coding: object) -> Entry | None:
        if not isinstance(coding, Mapping) or not isinstance(coding.get("code"), str):
            return None
        return self._codes.get((plain_system(coding.get("system")), coding["code"].strip().casefold()))

    def _interpreted(self, text: object) -> Entry | None:
        if not isinstance(text, str) or len(text) > 80:
            return None
        if code := self._codes.get((INTERPRETATION, text.strip().casefold())):
            return code
        said = self.read(text)
        word = None if said.contradictory else said.flag or said.word
        return Entry(text, word) if word else None

    def _reader(self, unit: str) -> tuple[re.Pattern[str], re.Pattern[str], dict[str, Entry]]:
        if unit not in self._readers:
            usable = [entry for entry in self._entries if entry.unit in {"", unit} and entry.word not in SIGNS]
            known = {entry.text: entry for entry in sorted(usable, key=lambda entry: bool(entry.unit))}
            longest = sorted(known, key=lambda text: (-len(text), text))
            letters = [_bounded(text, known[text]) for text in longest if not SYMBOLS.issuperset(text)]
            symbols = [re.escape(text) for text in longest if SYMBOLS.issuperset(text)]
            alone = rf"(?:^|(?<=[\s(\[,;:])){_either(symbols)}(?=\s*(?:$|[()\[\],;]))"
            self._readers[unit] = (re.compile(_either(letters), re.IGNORECASE), re.compile(alone), known)
        return self._readers[unit]


def _either(patterns: list[str]) -> str:
    return f"(?:{'|'.join(patterns) or '(?!)'})"


def _key(text: str) -> str:
    return " ".join(plain_text(text).casefold().split())


def _spaced(text: str) -> str:
    return r"\s+".join(map(re.escape, text.split()))


def _bounded(text: str, entry: Entry) -> str:
    if text.isascii() and text[0].isalnum():
        return rf"(?<![a-z0-9])(?:{_spaced(text)})(?![a-z0-9])"
    if len(text) == 1 and text.isalpha() and entry.word != UNCLEAR:
        return rf"(?<!\w){re.escape(text)}(?!\w)"
    return _spaced(text)


def _value(where: str, text: str) -> Interval | None:
    if not text:
        return None
    parts = [re.fullmatch(r"([<>]=?)?(\d+)", part) for part in text.split()]
    sides = [Interval.of(part[1], number_of(part[2])) for part in parts if part]
    if len(sides) != len(parts) or len(sides) > 2:
        raise StudyError(f'{where}: "{text}" is not a number, a limit (>5) or two limits (>0 <1)')
    first, last = sides[0], sides[-1]
    return Interval(first.low, last.high, first.low_open, last.high_open)


def _agreed(found: list[Entry], rest: str) -> Wording:
    words = [entry.word for entry in found if entry.word not in DIRECTIONS]
    flags = {entry.word for entry in found if entry.word in DIRECTIONS}
    values = {entry.value for entry in found if entry.value}
    flag = flags.pop() if len(flags) == 1 else None
    if UNCLEAR in words or len({camp(word) for word in words}) > 1:
        return Wording(rest=rest, contradictory=True)
    return Wording(words[0] if words else None, flag, values.pop() if len(values) == 1 else None, rest)


def _one_flag(flags: set[str]) -> str | None:
    for said, kept in (({"positive", "high"}, "positive"), ({"positive", "low"}, "positive")):
        if flags == said:
            return kept
    if flags == {"negative", "normal"}:
        return "negative"
    return flags.pop() if len(flags) == 1 else None
