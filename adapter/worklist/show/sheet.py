"""The form as a page: the items of the Questionnaire, what the record has already answered, and the answers as FHIR."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any
from uuid import uuid4

from adapter import places
from adapter.facts.chart.answered import PAGE
from adapter.journal.clinic.answers import IDENTIFIER, Form
from adapter.screening.decision import Decision
from adapter.screening.model import Answer, Fact, Kind
from adapter.screening.study import Score, ScoreItem
from adapter.words import Speaker

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
NOT_ASSESSED = "not_assessed"
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One question: its choices, what is chosen, what the record says, and what it weighs in its score."""

    id: str
    text: str
    choices: tuple[tuple[str, str], ...]  # code and words; none: a number
    chosen: str
    weight: int | None
    definition: str
    answered: str  # by the record: the answer's code, if it has one
    says: str  # what the record shows
    last: str  # the answer on the newest form, in words


@dataclass(frozen=True)
class Section:
    """The questions of one kind; `score` is the one that they add up to."""

    id: str
    text: str
    items: tuple[Item, ...]
    score: Score | None
    range: str
    folded: bool  # nothing in it is open, and nothing chosen


@cache
def questionnaire() -> Resource:
    """The form as it is shipped."""
    file = places.folder("profiles") / "form" / "Questionnaire-screening.json"
    form: Resource = json.loads(file.read_text(encoding="utf-8"))
    return form


@dataclass(frozen=True)
class Sheet:
    """The form for one patient: what is judged with it, what is chosen now, and what the newest form said."""

    decision: Decision
    facts: Sequence[Fact]
    speaker: Speaker
    chosen: Mapping[str, str]
    last: Mapping[str, str]

    def sections(self) -> list[Section]:
        """The questions, kind by kind: what is open first, then in the order of the form."""
        items = questionnaire()["item"]
        made = [self._section(head, items) for head in items if head["type"] == "display"]
        return sorted(made, key=lambda section: section.folded)

    def _section(self, head: Resource, items: Sequence[Resource]) -> Section:
        own = [one for one in items if one["linkId"].startswith(f"{head['linkId']}.")]
        score = _score_of([one["linkId"].partition(".")[2] for one in own], self.speaker)
        made = tuple(self._item(one, score) for one in own)
        folded = score is not None and self._settled(score) and not any(item.chosen for item in made)
        text = _said(head, "text", self.speaker.language)
        return Section(head["linkId"], text, made, score, self._range(score), folded)

    def _settled(self, score: Score) -> bool:
        """Whether no whole criterion that this score leads to is open."""
        study, findings = self.speaker.study, self.decision.findings
        asked, asking = set[str](), self._asking
        more = {name for name, rule in study.rules.items() if rule.score in {score.id, *(p.id for p in score.parts)}}
        while more := more - asked:
            asked |= more
            more = {by for name in more for by in asking.get(name, ())}
        own = [criterion for criterion in study.criteria if criterion.rule in asked and not criterion.part_of]
        return bool(own) and all(findings[criterion.id].answer is not Answer.UNKNOWN for criterion in own)

    @cached_property
    def _asking(self) -> Mapping[str, Sequence[str]]:
        """Of each rule that is asked, which rules ask it."""
        asking: dict[str, list[str]] = {}
        for name, rule in self.speaker.study.rules.items():
            for asked in rule.asks:
                asking.setdefault(asked, []).append(name)
        return asking

    def _range(self, score: Score | None) -> str:
        judged = self.decision.scores.get(score.id) if score else None
        return self.speaker.score(score.id, judged) if score and judged else ""

    def _item(self, one: Resource, score: Score | None) -> Item:
        name, language = one["linkId"], self.speaker.language
        own = next((item for item in score.items if item.id == name.partition(".")[2]), None) if score else None
        answered, says = self._answered(own, score) if own else ("", self._stated(name))
        choices = tuple((o["valueCoding"]["code"], _option(o, language)) for o in one.get("answerOption", ()))
        said = self.last.get(name, "")
        return Item(
            name, _said(one, "text", language), choices, self.chosen.get(name, ""), own.weight if own else None,
            own.definition[language] if own else "", answered, says, dict(choices).get(said, said),
        )  # fmt: skip

    def _stated(self, name: str) -> str:
        """What the hospital's own record says last of an item that is of no score."""
        theirs = [fact for fact in _in_time(self.facts) if fact.concept == name and not fact.resource.startswith(PAGE)]
        return self.speaker.reading(theirs[-1]) if theirs else ""

    def _answered(self, own: ScoreItem, score: Score | None) -> tuple[str, str]:
        """What the record says of a score item: its answer, and the facts behind it."""
        judged = self.decision.scores.get(score.id) if score else None
        finding = dict(judged.items).get(own.id) if judged else None
        if finding is None:
            return "", ""
        says = [self.speaker.evidence(piece) for piece in finding.evidence if piece.fact is not None]
        answered = {Answer.MET: "present", Answer.NOT_MET: "absent"}.get(finding.answer, "")
        return answered, self.speaker.join(dict.fromkeys(says))


def stated(facts: Iterable[Fact]) -> dict[str, str]:
    """What persons stated last of each item, wherever they did: to be looked at and said again."""
    return allowed({fact.concept: fact.word or "" for fact in _in_time(facts)})


def _in_time(facts: Iterable[Fact]) -> list[Fact]:
    """What was stated in words, the oldest first."""
    said = [fact for fact in facts if fact.kind is Kind.WORD and fact.start is not None and fact.word]
    return sorted(said, key=lambda fact: (fact.start.first if fact.start else date.min, fact.time))


def answers_in(form: Form) -> dict[str, str]:
    """The answers of a form on record, by item."""
    return {item["linkId"]: _plain(item["answer"][0]) for item in form.resource["item"]}


def response(patient: str, author: str, authored: str, chosen: Mapping[str, str]) -> str:
    """The answers as a QuestionnaireResponse; what was not touched is not in it, and so was not assessed."""
    form, given = questionnaire(), [one for one in questionnaire()["item"] if chosen.get(one["linkId"])]
    items = [
        {"linkId": one["linkId"], "text": one["text"], "answer": [_coded(one, chosen[one["linkId"]])]} for one in given
    ]
    made = {
        "resourceType": "QuestionnaireResponse", "identifier": {"system": IDENTIFIER, "value": str(uuid4())},
        "questionnaire": f"{form['url']}|{form['version']}",
        "status": "completed", "subject": {"reference": patient}, "authored": authored,
        "author": {"display": author}, "item": items,
    }  # fmt: skip
    return json.dumps(made, ensure_ascii=False)


def allowed(form: Mapping[str, str]) -> dict[str, str]:
    """Of what a browser sent, the answers that the form has."""
    kept: dict[str, str] = {}
    for one in questionnaire()["item"]:
        name, given = one["linkId"], form.get(one["linkId"], "")
        if one["type"] == "integer":
            if given.isascii() and given.isdecimal() and len(given) <= 3:
                kept[name] = str(int(given))
        elif given in _codes(one):
            kept[name] = given
    return kept


def _score_of(items: Sequence[str], speaker: Speaker) -> Score | None:
    """The score that has the most of these items, and more than half of them."""
    wanted = set(items)
    best = max(speaker.study.scores.values(), key=lambda s: len(wanted & {i.id for i in s.items}), default=None)
    return best if best and 2 * len(wanted & {item.id for item in best.items}) > len(wanted) else None


def _said(element: Resource, name: str, language: str) -> str:
    """A text of the form, in the reader's language where it has it."""
    if language == "zh":
        for extension in element.get(f"_{name}", {}).get("extension", ()):
            if extension["url"] == TRANSLATION:
                return str(next(part["valueString"] for part in extension["extension"] if part["url"] == "content"))
    return str(element[name])


def _option(option: Resource, language: str) -> str:
    return _said(option["valueCoding"], "display", language)


def _codes(one: Resource) -> set[str]:
    return {option["valueCoding"]["code"] for option in one.get("answerOption", ())}


def _coded(one: Resource, given: str) -> dict[str, Any]:
    if one["type"] == "integer":
        return {"valueInteger": int(given)}
    coding = next(o["valueCoding"] for o in one["answerOption"] if o["valueCoding"]["code"] == given)
    return {"valueCoding": {name: coding[name] for name in ("system", "code", "display")}}


def _plain(answer: Resource) -> str:
    return str(answer["valueInteger"]) if "valueInteger" in answer else str(answer["valueCoding"]["code"])
