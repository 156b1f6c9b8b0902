"""Rules in words: what makes a criterion met, not met or unknown, as the study's files have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from adapter.document.data import window
from adapter.document.markdown import code, codes
from adapter.screening.study import Comparison, PickKind, Rule, Study, Variable
from adapter.words.numbers import short, with_unit
from adapter.words.readings import in_brackets
from adapter.words.tongue import Tongue

_LIMITS = ("below", "at_most", "above", "at_least")


def reached(study: Study, rule_id: str) -> list[str]:
    """The rules that a criterion rests on, itself first; what other criteria and scores rest on is told there."""
    parts = {*(criterion.id for criterion in study.criteria), *_items(study)} - {rule_id}
    found: dict[str, None] = {}

    def walk(name: str) -> None:
        if name in found or name in parts:
            return
        found[name] = None
        for asked in _asks(study.rules[name]):
            walk(asked)

    walk(rule_id)
    return list(found)


def rests_on(study: Study, rule_id: str) -> set[str]:
    """Every variable that can move a rule, through other criteria and scores as well."""
    seen: set[str] = set()
    found: set[str] = set()

    def walk(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        rule = study.rules[name]
        found.update({rule.compare.variable} if rule.compare else ())
        score = study.score_of(rule.score) if rule.score else None
        found.update({score.stated} if score and score.stated else ())
        for asked in (*_asks(rule), *(item.rule for item in (score.items if score else ()))):
            walk(asked)

    walk(rule_id)
    return found


def _asks(rule: Rule) -> tuple[str, ...]:
    """What a rule asks; one that counts no answer of another is switched off."""
    return () if rule.form == "reads" and not rule.counts else rule.asks


def _items(study: Study) -> dict[str, str]:
    """The rules of score items, each with its score."""
    return {item.rule: score.id for score in study.scores.values() for item in score.items}


def variables(study: Study, rule_ids: list[str]) -> list[Variable]:
    """What these rules read, each once."""
    compared = (study.rules[name].compare for name in rule_ids)
    return [study.variables[name] for name in dict.fromkeys(c.variable for c in compared if c is not None)]


@dataclass
class Outline:
    """The rule of one criterion as a list of lists; what was told above is not told again."""

    tongue: Tongue
    root: str
    told: set[str] = field(default_factory=set)

    def lines(self) -> list[str]:
        """One line for each rule, indented under the rule that asks it."""
        return [*self._rule(self.root, 0, ""), ""]

    def _rule(self, name: str, depth: int, before: str) -> Iterator[str]:
        rule, study = self.tongue.study.rules[name], self.tongue.study
        if name != self.root and any(criterion.id == name for criterion in study.criteria):
            yield _line(depth, before + name)
        elif name in _items(study):
            yield _line(depth, before + self._item(name))
        elif rule.chosen_by and len(rule.of) == 1:
            parameter = study.parameters[rule.chosen_by]
            chosen = self.tongue.phrase("rule", "chosen", name=code(parameter.id), value=code(parameter.value))
            yield from self._rule(rule.of[0], depth, f"{before}{chosen} ")
        elif rule.compare is not None:
            yield _line(depth, before + comparison(self.tongue, rule.compare))
        elif rule.form == "reads" and not rule.counts:
            yield _line(depth, before + self.tongue.phrase("rule", "off"))
        elif rule.form == "score":
            yield _line(depth, before + self._score(rule))
        elif name in self.told:
            yield _line(depth, before + self.tongue.phrase("rule", "again", name=code(name)))
        else:
            self.told.add(name)
            yield from self._over_others(rule, depth, before)

    def _over_others(self, rule: Rule, depth: int, before: str) -> Iterator[str]:
        first = before if rule.id == self.root else f"{before}{code(rule.id)}: "
        for number, (key, asked) in enumerate(_questions(rule)):
            answers = self.tongue.listed(self.tongue.phrase("answer", answer) for answer in rule.counts)
            said = self.tongue.phrase("rule", key, answers=answers, enough=rule.enough_absent)
            yield _line(depth, said if number else first + said)
            for one in asked:
                yield from self._rule(one, depth + 1, "")

    def _item(self, name: str) -> str:
        score = self.tongue.study.score_of(_items(self.tongue.study)[name])
        label = next(item.label for item in score.items if item.rule == name)[self.tongue.language]
        return self.tongue.phrase("rule", "item", item=label, score=score.label[self.tongue.language])

    def _score(self, rule: Rule) -> str:
        counted = self.tongue.study.score_of(rule.score).counted_in[self.tongue.language]
        label = self.tongue.score_label(rule.score)
        return self.tongue.phrase("rule", "score", score=label, limit=rule.at_least, counted=counted)


def _line(depth: int, text: str) -> str:
    return f"{'  ' * depth}- {text.strip()}"


def _questions(rule: Rule) -> list[tuple[str, tuple[str, ...]]]:
    """What a rule asks of other rules, under which words."""
    if rule.form == "table":
        asked = [("met_when", rule.met_when), ("not_met_when", rule.not_met_when)]
        return [(key, names) for key, names in asked if names]
    if rule.form == "word":
        return [("stated_wins" if rule.word_wins else "stated", (rule.word,)), ("record", (rule.record,))]
    if rule.form == "doubted":
        return [("doubted", (rule.record,)), ("doubted_by", rule.doubted_by)]
    if rule.form == "reads":
        return [("reads", (rule.record,))]
    return [("any_of_enough" if rule.enough_absent else rule.form, rule.of)]


def comparison(tongue: Tongue, asked: Comparison) -> str:
    """One question to one variable, with what bends it."""
    return tongue.join([question(tongue, asked), *_asides(tongue, asked)])


def question(tongue: Tongue, asked: Comparison) -> str:
    """One question to one variable, with how old its answer may be."""
    variable = tongue.study.variables[asked.variable]
    fresh = "" if variable.window.anchor else tongue.told(window(tongue, variable.window))
    filled: dict[str, object] = {"label": variable.label[tongue.language] + in_brackets(tongue, fresh)}
    limit = next((name for name in _LIMITS if getattr(asked, name) is not None), "")
    if asked.reference:
        multiple = tongue.first("multiple", short(asked.times or Decimal(1)), "any", times=short(asked.times))
        key = "times_reached" if asked.reached else f"reference_{asked.reference}"
        return tongue.phrase("rule", key, multiple=multiple, **filled)
    if asked.risen_by is not None:
        by, days = _in_unit(tongue, variable, asked.risen_by), asked.back_days
        key = "risen" if asked.against == "newest_earlier" else "risen_lowest"
        return tongue.phrase("rule", key, limit=_in_unit(tongue, variable, asked.above), by=by, days=days, **filled)
    if limit:
        return tongue.phrase("rule", limit, limit=_in_unit(tongue, variable, getattr(asked, limit)), **filled)
    if asked.words:
        words = tongue.listed(tongue.word(word) or word for word in asked.words)
        return tongue.phrase("rule", "words", words=words, **filled)
    return tongue.phrase("rule", "recorded", **filled)


def _asides(tongue: Tongue, asked: Comparison) -> list[str]:
    limited = any(getattr(asked, name) is not None for name in _LIMITS)
    lacking = _in_unit(tongue, tongue.study.variables[asked.variable], asked.without_reference)
    keys = {
        "days": asked.days > 1,
        "apart_days": asked.apart_days > 0,
        f"single_{asked.single_is}": asked.days > 1,
        "negative_word": limited and asked.negative_word == "not_met",
        "positive_word": limited and asked.positive_word == "met",
        f"attributable_{asked.attributable}": bool(asked.attributable),
        "needs_all": bool(asked.needs_all),
        "supports_unknown": asked.supports == "unknown",
        "never_unknown": asked.never == "unknown",
        "rounded": asked.rounded,
        "doubtful": asked.doubtful == "met",
        "without_reference": asked.without_reference is not None,
    }
    filled = {"days": asked.days, "apart": asked.apart_days, "concepts": codes(asked.needs_all), "limit": lacking}
    return [tongue.phrase("rule", key, **filled) for key, holds in keys.items() if holds]


def _in_unit(tongue: Tongue, variable: Variable, number: Decimal | None) -> str:
    if number is None:
        return ""
    if variable.pick is PickKind.AGE:
        return tongue.phrase("rule", "years", number=short(number))
    concept = next(iter(variable.concepts), "")
    return with_unit(tongue, short(number), concept, variable.unit or tongue.study.units.get(concept, ""))
