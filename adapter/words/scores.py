"""A score in words: what it is, which items count with their values, and what still leaves it open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapter.screening.model import Answer, Because, Evidence, Fact, Finding, Kind, ScoreRange
from adapter.screening.study import Score, ScoreItem
from adapter.words.answers import beyond, leaning, told
from adapter.words.readings import dates, in_brackets, in_one, reading
from adapter.words.tongue import Tongue

ITEMS_NAMED = 6
BEDSIDE_NAMED = 3
EXPLAINED = 3
VALUES_OF_ONE = 2
DAYS_NAMED = 2
_SILENT = frozenset({Because.NOT_ASSESSED.value, Because.NO_RESULT.value})


def alone(tongue: Tongue, name: str, score: ScoreRange) -> str:
    """A score as one number or a range, with its entry criterion where it has one."""
    filled = {"score": tongue.score_label(name), "range": tongue.points(name, str(score.low), str(score.high))}
    if score.because is not None:
        return tongue.phrase("told", "score_doubted", because=tongue.phrase("because", score.because.value), **filled)
    if score.entry is None:
        return tongue.phrase("told", "score_alone", **filled)
    return tongue.phrase("told", "score_with_entry", entry=tongue.phrase("told", f"entry_{score.entry}"), **filled)


def explained(tongue: Tongue, piece: Evidence, finding: Finding) -> list[str]:
    """The score that a finding rests on, in a few phrases."""
    args = dict(piece.args)
    behind = [other for other in finding.evidence if other.fact is not None]
    return _Told(tongue, tongue.study.score_of(args["score"]), args, behind, finding.answer).phrases()


@dataclass(frozen=True)
class _Told:
    tongue: Tongue
    score: Score
    args: Mapping[str, str]
    behind: Sequence[Evidence]
    answer: Answer

    def phrases(self) -> list[str]:
        return [self._sum(), *self._stated(), *self._present(), *self._open()]

    def _sum(self) -> str:
        name = self.args["score"]
        label, limit = self.tongue.score_label(name), self.args["limit"]
        if self.tongue.language == "zh":
            limit = self.tongue.points(name, limit, limit)
        if self._contradicted():
            return self.tongue.phrase("told", "score_contradicted", score=label, limit=limit)
        number = self.tongue.points(name, self.args["low"], self.args["high"])
        return self.tongue.phrase("told", "score", score=label, range=number, limit=limit)

    def _contradicted(self) -> bool:
        return self.args["stated"] in {"conflict", "totals_differ"}

    def _stated(self) -> list[str]:
        """The stated total, where it does more than agree with the items."""
        stated = [e for e in self.behind if dict(e.args).get("variable") == self.score.stated and not _item(e)]
        if not stated:
            return []
        unread = [told(self.tongue, piece) for piece in stated if "because" in dict(piece.args)]
        if unread or not self.args["stated"]:
            return list(dict.fromkeys(unread))
        totals = dict.fromkeys(reading(self.tongue, e.fact, dict(e.args)) for e in stated if e.fact is not None)
        sums = self.tongue.points(self.args["score"], self.args["sum_low"], self.args["sum_high"])
        return [
            self.tongue.phrase("told", f"stated_{self.args['stated']}", reading=self.tongue.join(totals), range=sums)
        ]

    def _present(self) -> list[str]:
        items = [self._with_values(item) for item in self._items("items_present") if not self._outweighed(item)]
        return [self.tongue.phrase("told", "items_present", items=self.tongue.listed(items))] if items else []

    def _outweighed(self, item: ScoreItem) -> bool:
        """Whether another item of its group counts instead."""
        rivals = [other.weight for other in self._items("items_present") if item.group and other.group == item.group]
        return item.weight < max(rivals, default=0)

    def _with_values(self, item: ScoreItem) -> str:
        """An item with the results that show it."""
        label = item.label[self.tongue.language]
        pieces = [piece for piece in self._behind(item) if _shows(piece)]
        values = _values(self.tongue, pieces, labelled=self._several(item))
        return self.tongue.phrase("told", "item_with_values", item=label, values=values) if values else label

    def _several(self, item: ScoreItem) -> bool:
        """Whether different tests can show the item, so that a value must say which."""
        labels = {label for label, kind in self._read_by(item.rule) if kind is Kind.RESULT}
        return len(labels) > 1

    def _read_by(self, rule_id: str) -> Iterable[tuple[str, Kind]]:
        rule = self.tongue.study.rules[rule_id]
        if rule.compare is not None:
            variable = self.tongue.study.variables[rule.compare.variable]
            yield from ((variable.label[self.tongue.language], kind) for kind in variable.kinds)
        for name in rule.asks:
            yield from self._read_by(name)

    def _open(self) -> list[str]:
        """What can still change the sum: counted where the answer stands, explained where it does not."""
        items = [item for item in self._items("items_open") if self._matters(item)]
        if not items or self._contradicted():
            return []
        if self.answer is not Answer.UNKNOWN:
            return [self.tongue.phrase("told", "items_left", count=len(items))]
        return self._explained(items)

    def _matters(self, item: ScoreItem) -> bool:
        """Whether the item can raise the sum: the sum is not settled, and nothing of its group gives as much."""
        rivals = [other.weight for other in self._items("items_present") if item.group and other.group == item.group]
        return self.args["low"] != self.args["high"] and item.weight > max(rivals, default=0)

    def _explained(self, items: Sequence[ScoreItem]) -> list[str]:
        by_reasons: dict[str, list[ScoreItem]] = {}
        for item in items:
            if reasons := self._reasons(item):
                by_reasons.setdefault(reasons, []).append(item)
        chosen = dict(list(by_reasons.items())[:EXPLAINED])
        phrases = [
            self.tongue.phrase("told", "item_open", item=self._labels(named), reasons=reasons)
            for reasons, named in chosen.items()
        ]
        # The reason of an item that is not explained is still named with the others of its kind.
        done = [item for named in chosen.values() for item in named]
        return [*phrases, *self._silent([item for item in items if item not in done])]

    def _labels(self, items: Sequence[ScoreItem]) -> str:
        return self.tongue.shortened([item.label[self.tongue.language] for item in items], ITEMS_NAMED)

    def _reasons(self, item: ScoreItem) -> str:
        """What the record holds that leaves the item open; empty where it holds nothing."""
        own = self._behind(item)
        telling = [e for e in own if "because" in dict(e.args) or e.key == "no_earlier"] or [e for e in own if _met(e)]
        if all(dict(piece.args).get("because") == Because.TOO_OLD.value for piece in telling):
            return ""
        newest = self._newest(telling)
        said = dict.fromkeys(leaning(self.tongue, piece) for piece in newest)
        days = {dict(piece.args).get("days", "") for piece in newest} if len(newest) == 1 else set()
        wanting = [self.tongue.phrase("told", "needs_days", days=number) for number in days if number]
        return self.tongue.told([*said, *wanting])

    def _newest(self, pieces: Sequence[Evidence]) -> list[Evidence]:
        """The newest piece about each thing, as many things as a person reads."""
        by_label = {self.tongue.label(dict(e.args), e.fact): e for e in sorted(pieces, key=_newest_last)}
        return [piece for piece in pieces if piece in by_label.values()][:VALUES_OF_ONE]

    def _silent(self, items: Sequence[ScoreItem]) -> list[str]:
        """Items without anything to show, by reason; what is seen at the bedside is counted."""
        because = dict(zip(self.args["items_open"].split("|"), self.args["open_because"].split("|"), strict=True))
        bedside = [item for item in items if item.bedside and because[item.id] in _SILENT]
        groups: dict[str, list[ScoreItem]] = {}
        for item in items:
            if item not in bedside:
                groups.setdefault(because[item.id], []).append(item)
        return [*(self._grouped(reason, named) for reason, named in groups.items()), *self._at_the_bedside(bedside)]

    def _grouped(self, reason: str, items: Sequence[ScoreItem]) -> str:
        """Items that one reason leaves open, and of when the record is that is too old."""
        old = [e.fact for item in items for e in self._behind(item) if dict(e.args).get("because") == reason]
        days = sorted({dates(self.tongue, fact, {}) for fact in old if fact is not None})
        because = self.tongue.phrase("because", reason)
        if days and reason == Because.TOO_OLD.value:
            because += in_brackets(self.tongue, self.tongue.shortened(days, DAYS_NAMED))
        return self.tongue.phrase("told", "missing", because=because, label=self._labels(items))

    def _behind(self, item: ScoreItem) -> list[Evidence]:
        return [piece for piece in self.behind if _item(piece) == item.id]

    def _at_the_bedside(self, items: Sequence[ScoreItem]) -> list[str]:
        if not items:
            return []
        if len(items) > BEDSIDE_NAMED:
            return [self.tongue.phrase("told", "bedside_count", count=len(items))]
        return [
            self.tongue.phrase(
                "told", "bedside", items=self.tongue.listed(i.label[self.tongue.language] for i in items)
            )
        ]

    def _items(self, key: str) -> list[ScoreItem]:
        named = set(self.args[key].split("|"))
        return [item for item in self.score.items if item.id in named]


def _item(piece: Evidence) -> str:
    return dict(piece.args).get("item", "")


def _met(piece: Evidence) -> bool:
    return piece.key == "reading" and dict(piece.args).get("answer") == Answer.MET.value


def _shows(piece: Evidence) -> bool:
    """Whether a value of the record shows the item: a result or a diagnosis, and what went before it."""
    return piece.fact is not None and piece.fact.kind is not Kind.WORD and (_met(piece) or piece.key == "earlier")


def _newest_last(piece: Evidence) -> tuple[str, ...]:
    return (_day(piece), *(piece.fact.key if piece.fact else ()))


def _needed(piece: Evidence) -> int:
    """How many days show it: one, unless the rule asks for more."""
    return int(dict(piece.args).get("days", "1"))


def _day(piece: Evidence) -> str:
    when = piece.fact and (piece.fact.start or piece.fact.recorded)
    return str(when) if when else ""


def _values(tongue: Tongue, pieces: Sequence[Evidence], *, labelled: bool) -> str:
    """The newest values of each test, one date for those of one day."""
    by_test: dict[str, list[Evidence]] = {}
    for piece in sorted(pieces, key=_newest_last):
        by_test.setdefault(tongue.label(dict(piece.args), piece.fact) + piece.key, []).append(piece)
    newest = [piece for own in by_test.values() for piece in own[-_needed(own[-1]) :]]
    by_day: dict[str, dict[str, None]] = {}
    for piece in sorted(newest, key=_day, reverse=True):
        fact, args = piece.fact, dict(piece.args)
        assert fact is not None
        by_day.setdefault(dates(tongue, fact, args), {})[_bare(tongue, fact, args, piece.key, labelled)] = None
    return tongue.join(tongue.told([tongue.listed(said), when]) for when, said in by_day.items())


def _bare(tongue: Tongue, fact: Fact, args: Mapping[str, str], key: str, labelled: bool) -> str:
    """A value without its date."""
    if fact.kind is not Kind.RESULT:
        return fact.name if fact.name and not tongue.foreign(fact.name) else tongue.label(args, fact)
    label = tongue.label(args, fact) if labelled else ""
    said = tongue.set(f"{label} {in_one(tongue, fact, 'equals')}".strip())
    said = beyond(tongue, said, fact, args) if key == "reading" else said
    return tongue.phrase("told", "value_earlier", value=said) if key == "earlier" else said
