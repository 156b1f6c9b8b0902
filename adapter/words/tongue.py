"""One language: its phrases filled in, joined, and set the way that language is printed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapter.screening.model import Answer, Fact
from adapter.screening.study import Criterion, Study

LANGUAGES = ("en", "zh")
# Chinese is set without blanks around its letters and marks, and with brackets of its own width.
_WIDE_LETTER = r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]"
_GAP = re.compile(rf"(?<={_WIDE_LETTER}) (?! )|(?<! ) (?={_WIDE_LETTER})")
_WIDE = str.maketrans("()", "（）")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]")

Catalogue = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Tongue:
    """The catalogue and the study's own texts in one language."""

    catalogue: Catalogue
    study: Study
    language: str
    shown_unit: Callable[[str, str], str]
    sex: str | None = None

    def phrase(self, group: str, key: str, **filled: object) -> str:
        """A phrase of the catalogue, filled in."""
        return self.set(self.catalogue[group][key][self.language].format(**filled))

    def first(self, group: str, *keys: str, **filled: object) -> str:
        """The first of these phrases that the catalogue has."""
        return self.phrase(group, next(key for key in keys if key in self.catalogue[group]), **filled)

    def set(self, text: str) -> str:
        """A text as it is printed."""
        return _GAP.sub("", text.translate(_WIDE)) if self.language == "zh" else text

    def join(self, phrases: Iterable[str]) -> str:
        """Several phrases as one."""
        return ("; " if self.language == "en" else "；").join(phrases)

    def listed(self, names: Iterable[str]) -> str:
        """Several names as one."""
        return (", " if self.language == "en" else "、").join(names)

    def told(self, details: Iterable[str]) -> str:
        """Several details of one thing as one."""
        return (", " if self.language == "en" else "，").join(details)

    def shortened(self, names: list[str], at_most: int) -> str:
        """Several names as one, no more than a person reads."""
        if len(names) <= at_most + 1:
            return self.listed(names)
        return self.phrase("told", "and_more", names=self.listed(names[:at_most]), count=len(names) - at_most)

    def sentence(self, text: str) -> str:
        """A phrase with its capital and its full stop."""
        if self.language == "zh":
            return text if text.endswith("。") else text + "。"
        plain = text[1:2].islower() or text[1:2] in {" ", "-"}
        first = text[:1].upper() + text[1:] if plain else text
        return first if first.endswith((".", "。")) else first + "."

    def answer(self, criterion: Criterion, answer: Answer) -> str:
        """An answer as a reader of that criterion takes it: an exclusion that is not met is good news."""
        key = answer.value if criterion.category == "inclusion" else f"{criterion.category}_{answer.value}"
        return self.phrase("answer", key)

    def label(self, args: Mapping[str, str], fact: Fact | None = None) -> str:
        """What the study calls a variable."""
        variable = self.study.variables.get(args.get("variable", ""))
        return variable.label[self.language] if variable else (fact.name if fact else "")

    def score_label(self, name: str) -> str:
        """What a score or a part of one is called."""
        labels = {score.id: score.label for score in self.study.scores.values()}
        labels |= {part.id: part.label for score in self.study.scores.values() for part in score.parts}
        return labels[name][self.language] if name in labels else name

    def word(self, word: str | None) -> str:
        """A word of an answer, where the catalogue has it."""
        return self.phrase("word", word) if word and word in self.catalogue["word"] else ""

    def foreign(self, text: str) -> bool:
        """Whether a text of the record is in letters that this reader need not know."""
        if self.language == "en":
            return bool(_CHINESE.search(text))
        return not _CHINESE.search(text) and bool(_LETTER.search(text))

    def span(self, low: str, high: str) -> str:
        """A number, or from one to another."""
        return low if low == high else self.phrase("told", "between", low=low, high=high)

    def points(self, score: str, low: str, high: str) -> str:
        """So many points, or whatever the score is counted in."""
        counted = self.study.score_of(score).counted_in[self.language]
        if self.language == "en" and low == high == "1":
            counted = counted.removesuffix("s")
        return self.phrase("told", "points" if low == high else "points_range", low=low, high=high, counted=counted)


def load_catalogue(file: Path) -> Catalogue:
    """Read the catalogue of sentences."""
    with file.open("rb") as stream:
        return tomllib.load(stream)
