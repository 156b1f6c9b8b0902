"""Says what was found about one study's patients: criteria, scores and what would settle them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapter.screening.model import Answer, Because, Evidence, Fact, Finding, ScoreRange, SetAside
from adapter.screening.settle import Settles
from adapter.screening.study import Criterion
from adapter.words import answers, readings, scores
from adapter.words.tongue import Tongue

SHOWN_AT_MOST = 4
LABELS_AT_MOST = 7


@dataclass(frozen=True)
class Speaker(Tongue):
    """Says what was found about one study's patients, in one language."""

    def criterion(self, criterion: Criterion, finding: Finding, parts: Mapping[str, Finding]) -> str:
        """One sentence for one criterion."""
        if not criterion.parts:
            phrases = self._phrases(finding)
            return self.sentence(self.join(dict.fromkeys([*phrases, *self._remarks(finding, self.join(phrases))])))
        said = [self.set(f"{name} {self.answer(criterion, parts[name].answer)}") for name in criterion.parts]
        return self.sentence(self.join([self.listed(said), *self.beyond_parts(criterion, finding, parts)]))

    def beyond_parts(self, criterion: Criterion, finding: Finding, parts: Mapping[str, Finding]) -> list[str]:
        """What a criterion rests on besides its parts."""
        of_parts = {piece for name in criterion.parts for piece in parts[name].evidence}
        own = tuple(piece for piece in finding.evidence if piece not in of_parts and piece.fact is not None)
        return self._read(Finding(finding.answer, finding.because, own)) if own else []

    def evidence(self, piece: Evidence) -> str:
        """What one piece of evidence shows."""
        return answers.told(self, piece)

    def value(self, fact: Fact) -> str:
        """The value as received, and as converted where that differs."""
        return readings.value(self, fact)

    def reading(self, fact: Fact) -> str:
        """What a fact shows, under the name of what asks for it."""
        asking = [variable.id for variable in self.study.variables.values() if fact.concept in variable.concepts]
        return readings.reading(self, fact, {"variable": asking[0]} if asking else {})

    def score(self, name: str, score: ScoreRange) -> str:
        """A score as one number or a range."""
        return scores.alone(self, name, score)

    def settles(self, entry: Settles) -> str:
        """What to do, as one sentence."""
        if entry.do in {"repeat", "map"} and entry.do != entry.thing.do:
            return self.phrase("do", f"{entry.do}_says", what=entry.thing.what[self.language])
        return entry.thing.says[self.language]

    def set_aside(self, by: SetAside, facts: Sequence[Fact]) -> str:
        """What a person has marked as not to be used, and whether that still holds."""
        said = {name: getattr(by, name) for name in ("resource", "reason", "author")} | {"since": by.since.isoformat()}
        if not facts:
            return self.phrase("set_aside", "changed", what=by.received, **said)
        what = self.reading(facts[0])
        if by.until is None:
            return self.phrase("set_aside", "held", what=what, **said)
        return self.phrase("set_aside", "held_until", what=what, until=by.until.isoformat(), **said)

    def _phrases(self, finding: Finding) -> list[str]:
        totals = [piece for piece in finding.evidence if piece.key == "score"]
        if totals:
            return [
                *(said for piece in totals for said in scores.explained(self, piece, finding)),
                *self._besides(finding),
            ]
        said = self._read(finding)
        if said and finding.because is Because.CONFLICT:
            said.append(self.phrase("told", "contradictory"))
        missing = self._missing(finding) if finding.answer is Answer.UNKNOWN else []
        silent = [self.evidence(piece) for piece in finding.evidence if piece.key == "nothing_recorded"]
        return [*said, *missing] or list(dict.fromkeys(silent)) or [self.phrase("told", "nothing")]

    def _remarks(self, finding: Finding, said: str) -> list[str]:
        """What a reader should know besides; a reading that was named is not named again."""
        remarks = []
        for note in finding.notes:
            again = note.fact is not None and readings.reading(self, note.fact, dict(note.args)) in said
            if again and f"{note.key}_again" in self.catalogue["told"]:
                remarks.append(self.phrase("told", f"{note.key}_again"))
            elif not (again and note.key == "also_on_record"):
                remarks.append(self.evidence(note))
        return self._shortened(list(dict.fromkeys(remarks)))

    def _besides(self, finding: Finding) -> list[str]:
        """What a finding rests on besides a score and its items."""
        named = {dict(e.args)["score"] for e in finding.evidence if e.key == "score"}
        totals = {self.study.score_of(name).stated for name in named}
        items = {piece.fact for piece in finding.evidence if "item" in dict(piece.args)}
        own = [e for e in finding.evidence if "item" not in dict(e.args) and e.fact is not None and e.fact not in items]
        own = [piece for piece in own if dict(piece.args).get("variable") not in totals]
        return self._read(Finding(finding.answer, finding.because, tuple(own))) if own else []

    def _read(self, finding: Finding) -> list[str]:
        """What was read, as much of it as a person reads."""
        opens = finding.answer is Answer.UNKNOWN and finding.because is not Because.CONFLICT
        one = answers.leaning if opens else answers.told
        return self._shortened(list(dict.fromkeys(self._grouped(_telling(finding), one))))

    def _shortened(self, said: list[str]) -> list[str]:
        if len(said) <= SHOWN_AT_MOST + 1:
            return said
        return [*said[:SHOWN_AT_MOST], self.phrase("told", "more", count=len(said) - SHOWN_AT_MOST)]

    def _grouped(self, pieces: Sequence[Evidence], one: Callable[[Tongue, Evidence], str]) -> list[str]:
        """One phrase for each piece; the same statement of one day about several things is said once."""
        groups: dict[object, list[Evidence]] = {}
        for number, piece in enumerate(pieces):
            groups.setdefault(answers.same_word(self, piece) or number, []).append(piece)
        return [self._together(group, one) for group in groups.values()]

    def _together(self, group: Sequence[Evidence], one: Callable[[Tongue, Evidence], str]) -> str:
        first = group[0]
        labels = list(dict.fromkeys(self.label(dict(piece.args), piece.fact) for piece in group))
        if len(labels) == 1 or first.fact is None:
            return one(self, first)
        return readings.stated(self, labels, first.fact, dict(first.args))

    def _missing(self, finding: Finding) -> list[str]:
        """What is not there, each thing and each reason said once."""
        reasons: dict[str, dict[str, None]] = {}
        for piece in finding.evidence:
            args = dict(piece.args)
            if piece.key == "missing":
                reasons.setdefault(args["because"], {})[self.label(args)] = None
        asked = reasons.get(Because.NOT_ASSESSED.value, {})
        plain = {because: [label for label in labels if not _said(label, asked)] for because, labels in reasons.items()}
        named = {because: self.shortened(labels, LABELS_AT_MOST) for because, labels in _once(plain).items()}
        return [self.phrase("told", "missing", label=n, because=self.phrase("because", b)) for b, n in named.items()]


def _telling(finding: Finding) -> list[Evidence]:
    """Of an unknown what leaves it open and what speaks for it; who the patient is comes last."""
    pieces = [piece for piece in finding.evidence if piece.key not in {"missing", "nothing_recorded", "score"}]
    if finding.answer is Answer.UNKNOWN and finding.because is not Because.CONFLICT:
        pieces = [e for e in pieces if "because" in dict(e.args) or dict(e.args).get("answer") == "met"] or pieces
    return sorted(pieces, key=lambda e: e.fact is not None and e.fact.concept.startswith(readings.OF_PERSON))


def _said(label: str, asked: Iterable[str]) -> bool:
    """Whether what a person is asked says the same and more: "dialysis" where "dialysis in this month" is asked."""
    return any(label != other and label in other for other in asked)


def _once(groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Each label under its first reason only."""
    seen: set[str] = set()
    kept: dict[str, list[str]] = {}
    for because, labels in groups.items():
        new = [label for label in labels if label not in seen]
        seen.update(new)
        if new:
            kept[because] = new
    return kept
