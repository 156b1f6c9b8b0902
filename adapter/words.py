"""From findings to sentences, in English and Chinese, all from one catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from adapter.screening.judging.readings import limits
from adapter.screening.model import Answer, Evidence, Fact, Finding, Kind, Quantity, ScoreRange
from adapter.screening.settle import Settles
from adapter.screening.study import Criterion, Study

LANGUAGES = ("en", "zh")
SHOWN_AT_MOST = 4
OF_PERSON = "person."

Catalogue = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Speaker:
    """Says what was found about one study's patients, in one language."""

    catalogue: Catalogue
    study: Study
    language: str
    shown_unit: Callable[[str, str], str]
    sex: str | None = None

    def phrase(self, group: str, key: str, **filled: object) -> str:
        """A phrase of the catalogue, filled in."""
        return self.catalogue[group][key][self.language].format(**filled)

    def join(self, phrases: Iterable[str]) -> str:
        """Several phrases as one."""
        return ("; " if self.language == "en" else "；").join(phrases)

    def listed(self, names: Iterable[str]) -> str:
        """Several names as one."""
        return (", " if self.language == "en" else "、").join(names)

    def sentence(self, text: str) -> str:
        """A phrase with its capital and its full stop."""
        stop = "." if self.language == "en" else "。"
        first = text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
        return first if first.endswith((".", "。")) else first + stop

    def criterion(self, criterion: Criterion, finding: Finding, parts: Mapping[str, Finding]) -> str:
        """One sentence for one criterion."""
        if criterion.parts:
            said = [f"{name} {self.phrase('answer', parts[name].answer)}" for name in criterion.parts]
            return self.sentence(self.listed(said))
        phrases = self._phrases(finding)
        notes = [self.evidence(note) for note in finding.notes]
        return self.sentence(self.join(dict.fromkeys([*phrases, *notes])))

    def _phrases(self, finding: Finding) -> list[str]:
        score = next((piece for piece in finding.evidence if piece.key == "score"), None)
        if score is not None:
            return [self.evidence(score)]
        telling = [piece for piece in finding.evidence if piece.key != "missing"]
        if finding.answer is Answer.UNKNOWN:
            telling = [piece for piece in telling if dict(piece.args).get("because")] or telling
        said = list(dict.fromkeys(self.evidence(piece) for piece in telling if piece.key != "nothing_recorded"))
        if len(said) > SHOWN_AT_MOST:
            said = [*said[:SHOWN_AT_MOST], self.phrase("told", "more", count=len(said) - SHOWN_AT_MOST)]
        missing = self._missing(finding) if finding.answer is Answer.UNKNOWN else []
        silent = [self.evidence(piece) for piece in finding.evidence if piece.key == "nothing_recorded"]
        return [*said, *missing] or list(dict.fromkeys(silent)) or [self.phrase("told", "nothing")]

    def _missing(self, finding: Finding) -> list[str]:
        """What is not there, the same reason said once."""
        reasons: dict[str, dict[str, None]] = {}
        for piece in finding.evidence:
            args = dict(piece.args)
            if piece.key == "missing":
                reasons.setdefault(args["because"], {})[self._label(args, None)] = None
        return [
            self.phrase("told", "missing", label=self.listed(labels), because=self.phrase("because", because))
            for because, labels in reasons.items()
        ]

    def evidence(self, piece: Evidence) -> str:
        """What one piece of evidence shows."""
        args = dict(piece.args)
        if piece.key == "reading":
            return self._answered(piece, args)
        filled = {
            "reading": self.reading(piece.fact, args) if piece.fact else "",
            "label": self._label(args, piece.fact),
            "because": self.phrase("because", args["because"]) if "because" in args else "",
            "cause": piece.fact.cause if piece.fact else "",
            "received": piece.fact.received if piece.fact else "",
            "number": self._span(args.get("low", ""), args.get("high", "")),
        }
        if piece.key == "score":
            return self._scored(args)
        return self.phrase("told", piece.key, **filled)

    def _answered(self, piece: Evidence, args: Mapping[str, str]) -> str:
        assert piece.fact is not None
        reading = self.reading(piece.fact, args)
        if "because" in args:
            return self.phrase("question", "unknown", reading=reading, because=self.phrase("because", args["because"]))
        question = args["question"]
        if "times" in args:
            question = "times" if args.get("reached") else "times_over"
        key = f"{question}_{args['answer']}"
        filled = {
            "limit": args.get("limit", ""),
            "times": args.get("times", ""),
            "report": self._report(piece.fact, question),
        }
        return self.phrase("question", key, reading=reading, **filled)

    def reading(self, fact: Fact, args: Mapping[str, str]) -> str:
        """A fact as a reader wants it: what it is, its value as received and as converted, its date."""
        if equation := dict(fact.extra).get("equation"):
            return self._computed(fact, equation, args)
        if fact.kind in {Kind.RESULT, Kind.WORD}:
            when = "" if fact.concept.startswith(OF_PERSON) else self._on(fact)
            return self.phrase("reading", "value", label=self._label(args, fact), value=self.value(fact), when=when)
        name = fact.name or self._label(args, fact)
        word = f" {self.phrase('word', fact.word)}" if fact.word and fact.word in self.catalogue["word"] else ""
        doubt = [self.phrase("state", "not_surely")] if fact.doubt else []
        return f"{name}{word}{self.phrase('reading', 'when', date=self.listed([*doubt, self._course(fact)]))}"

    def value(self, fact: Fact) -> str:
        """The value as received, and as converted where that differs."""
        word = self.phrase("word", fact.word) if fact.word and fact.word in self.catalogue["word"] else ""
        if fact.received.casefold() in {"true", "false", "", fact.word}:
            return word or fact.received or self._canonical(fact)
        meant = word
        if fact.quantity is not None and fact.quantity.exact and not _same(fact, fact.quantity):
            meant = self._canonical(fact)
        received = self._printed(fact)
        if not meant or meant.casefold() == received.casefold():
            return received
        return self.phrase("reading", "meant", received=received, meant=meant)

    def _printed(self, fact: Fact) -> str:
        """The value as received; a bare unit code is shown as laboratories print it."""
        unit = fact.quantity.unit if fact.quantity else ""
        bare = bool(unit) and fact.received.endswith(unit)
        return fact.received.removesuffix(unit) + self.shown_unit(fact.concept, unit) if bare else fact.received

    def _canonical(self, fact: Fact) -> str:
        if fact.quantity is None or not fact.quantity.exact:
            return ""
        return f"{_short(fact.quantity.low)} {self.shown_unit(fact.concept, fact.quantity.unit)}".strip()

    def _computed(self, fact: Fact, equation: str, args: Mapping[str, str]) -> str:
        """An estimate, by which equation and from what."""
        number = "" if fact.quantity is None else self._span(_short(fact.quantity.low), _short(fact.quantity.high))
        unit = self.shown_unit(fact.concept, fact.quantity.unit) if fact.quantity else ""
        filled = {"label": self._label(args, fact), "number": f"{number} {unit}".strip(), "source": fact.received}
        name = self.phrase("equation", equation)
        return self.phrase("reading", "computed", equation=name, when=self._on(fact), **filled)

    def score(self, name: str, score: ScoreRange) -> str:
        """A score as one number or a range."""
        filled = {"score": self._score_label(name), "range": self._range(str(score.low), str(score.high))}
        if score.entry is None:
            return self.phrase("told", "score_alone", **filled)
        return self.phrase("told", "score_with_entry", entry=self.phrase("told", f"entry_{score.entry}"), **filled)

    def settles(self, entry: Settles) -> str:
        """What to do, as one sentence."""
        if entry.do in {"repeat", "map"} and entry.do != entry.thing.do:
            return self.phrase("do", f"{entry.do}_says", what=entry.thing.what[self.language])
        return entry.thing.says[self.language]

    def _scored(self, args: Mapping[str, str]) -> str:
        text = self.phrase(
            "told",
            "score",
            score=self._score_label(args["score"]),
            range=self._range(args["low"], args["high"]),
            limit=args["limit"],
        )
        groups = [
            self.phrase("told", key, items=self.listed(self._item_labels(args[key])))
            for key in ("items_present", "items_open")
            if args.get(key)
        ]
        return self.join([text, *groups])

    def _item_labels(self, ids: str) -> list[str]:
        labels = {item.id: item.label for score in self.study.scores.values() for item in score.items}
        return [labels[name][self.language] for name in ids.split("|")]

    def _score_label(self, name: str) -> str:
        for score in self.study.scores.values():
            for part in score.parts:
                if part.id == name:
                    return part.label[self.language]
            if score.id == name:
                return score.label[self.language]
        return name

    def _label(self, args: Mapping[str, str], fact: Fact | None) -> str:
        variable = self.study.variables.get(args.get("variable", ""))
        return variable.label[self.language] if variable else (fact.name if fact else "")

    def _range(self, low: str, high: str) -> str:
        return self.phrase("told", "points" if low == high else "points_range", low=low, high=high) if low else ""

    def _span(self, low: str, high: str) -> str:
        return low if low == high else self.phrase("told", "between", low=low, high=high)

    def _report(self, fact: Fact, question: str) -> str:
        report = limits(fact, self.sex)
        limit = None if report is None else (report.low if question == "reference_below" else report.high)
        return "" if limit is None else f" {_short(limit)}"

    def _on(self, fact: Fact) -> str:
        return self.phrase("reading", "when", date=fact.start) if fact.start else self.phrase("reading", "undated")

    def _course(self, fact: Fact) -> str:
        start = fact.start or fact.recorded
        if start and fact.end:
            return str(start) if start == fact.end else self.phrase("state", "from_to", start=start, end=fact.end)
        if fact.end:
            return self.phrase("state", "until", end=fact.end)
        if start is None:
            return self.phrase("state", "no_dates")
        return self.phrase("state", "from", start=start) if fact.open else str(start)


def _short(number: Decimal | None) -> str:
    """A number with as many digits as a reader can use."""
    if number is None:
        return ""
    digits = number.normalize()
    exponent = digits.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        digits = round(number, 2 if abs(number) >= 1 else 4).normalize()
    return format(digits, "f")


def _same(fact: Fact, quantity: Quantity) -> bool:
    """Whether the converted number is the number that was received."""
    return not fact.received or _short(quantity.low) in fact.received or str(quantity.low) in fact.received


def load_catalogue(file: Path) -> Catalogue:
    """Read the catalogue of sentences."""
    with file.open("rb") as stream:
        return tomllib.load(stream)
