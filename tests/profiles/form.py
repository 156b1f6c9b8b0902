"""The CodeSystem of our own concepts, and the Questionnaire of what no laboratory knows."""

from __future__ import annotations

from adapter.screening.study import Text
from tests.profiles.source import (
    CONCEPTS,
    MAPPINGS,
    Resource,
    answers,
    both,
    head,
    items,
    label,
    own_lines,
    study,
)

NOT_ASSESSED = "not_assessed"
YES_NO = ("yes", "no")
SEEN = ("present", "absent", NOT_ASSESSED)
TOTAL = "sledai.total"
KINDS = {
    "finding": Text("An item of a score or of a classification, or another finding", "评分或分类标准的条目，或其他临床所见"),
    "score": Text("A score as a whole", "评分总分"),
    "attestation": Text("What a person states", "由人员陈述的内容"),
    "answer": Text("A word that answers", "回答用语"),
}

CODES_TITLE = Text("Concepts of the trial adapter", "试验适配器概念")
CODES_ABOUT = Text(
    "What no public code system names: the items of the scores, what a clinician attests, and the words that answer.",
    "公共编码体系中没有的概念：各评分的条目、临床医生的陈述以及回答用语。",
)
FORM_TITLE = Text("Screening form", "筛选表")
FORM_ABOUT = Text(
    "One visit, one form: its date is QuestionnaireResponse.authored, its author QuestionnaireResponse.author; both "
    "are needed. What is left out or not assessed stays open: it is never taken as absent, nor as no.",
    "一次就诊填写一份：评估日期为QuestionnaireResponse.authored，评估人为QuestionnaireResponse.author，二者必填。"
    "未填写或未评估的条目视为待明确，绝不视为“无”或“否”。",
)
GROUPS = {
    "sledai": Text(
        "SELENA-SLEDAI: present now or in the preceding {days} days?", "SELENA-SLEDAI：目前或近{days}天内是否存在？"
    ),
    "eular": Text("EULAR/ACR 2019: ever noted?", "2019年EULAR/ACR分类标准：是否曾经出现？"),
    "acr97": Text("ACR 1997: ever noted?", "1997年ACR分类标准：是否曾经出现？"),
    "attest": Text("Questions to the patient and the physician", "向患者及医生核实的问题"),
}


def concepts() -> Resource:
    """The CodeSystem of our own concepts, with their Chinese names."""
    lines = [_concept(line["code"], line["kind"], label(line)) for line in own_lines()]
    words = [_concept(code, "answer", text) for code, text in answers().items()]
    kinds = [_concept(code, "", text) for code, text in KINDS.items()]
    return {
        **head("CodeSystem", "concepts", CODES_TITLE, CODES_ABOUT),
        "caseSensitive": True,
        "content": "complete",
        "count": len(lines) + len(words) + len(kinds),
        "property": [
            {
                "code": "kind",
                "uri": f"{CONCEPTS}#kind",
                "description": "Whether it is asked or answered",
                "type": "code",
            }
        ],
        "concept": [*lines, *words, *kinds],
    }


def _concept(code: str, kind: str, text: Text) -> Resource:
    definition = items()[code][1] if code in items() else ""
    return {
        "code": code,
        "display": text.en,
        **({"definition": definition} if definition else {}),
        "designation": [{"language": "zh", "value": text.zh}],
        **({"property": [{"code": "kind", "valueCode": kind}]} if kind else {}),
    }


def questionnaire() -> Resource:
    """The form; a linkId is the concept that is asked for."""
    return {
        **head("Questionnaire", "screening", FORM_TITLE, FORM_ABOUT),
        "subjectType": ["Patient"],
        "item": [one for name in GROUPS for one in _section(name)],
    }


def _section(name: str) -> list[Resource]:
    """A heading and its questions, all on one level, as the answers are given."""
    days = study().parameters["sledai_descriptor_window_days"].value
    text = Text(*(one.format(days=days) for one in (GROUPS[name].en, GROUPS[name].zh)))
    read = {concept for one in study().variables.values() for concept in one.concepts}
    lines = [line for line in own_lines() if line["code"].startswith(f"{name}.") and line["code"] in read]
    asked = [_total() if line["code"] == TOTAL else _item(line["code"], label(line)) for line in lines]
    return [{"linkId": name, **both("text", text), "type": "display"}, *asked]


def _item(concept: str, text: Text) -> Resource:
    return {
        "linkId": concept,
        "code": [{"system": CONCEPTS, "code": concept, "display": text.en}],
        **both("text", text),
        "type": "choice",
        "answerOption": [{"valueCoding": _answer(code)} for code in answered_by(concept)],
    }


def _answer(code: str) -> Resource:
    return {"system": CONCEPTS, "code": code, **both("display", answers()[code])}


def answered_by(concept: str) -> tuple[str, ...]:
    """The words that answer a question: those that the study's rules ask for, in the order of the codelist."""
    if concept in items() or not concept.startswith("attest."):
        return SEEN
    compared = [rule.compare for rule in study().rules.values() if rule.compare and rule.compare.variable == concept]
    asked = {word for one in compared for word in one.words}
    if not asked:
        raise ValueError(f"{concept}: no rule of the study says how it is answered.")
    return YES_NO if asked <= {*YES_NO} else tuple(code for code in answers() if code in asked)


def _total() -> Resource:
    """A bare total: a whole number up to the sum of all weights."""
    most = sum(item.weight for item in study().scores["selena-sledai"].items)
    text = Text("SELENA-SLEDAI total, where it was scored elsewhere", "他处评定的SELENA-SLEDAI总分")
    limits = {"minValue": 0, "maxValue": most}
    url = "http://hl7.org/fhir/StructureDefinition"
    return {
        "extension": [{"url": f"{url}/{name}", "valueInteger": value} for name, value in limits.items()],
        "linkId": TOTAL,
        "code": [{"system": CONCEPTS, "code": TOTAL, "display": _called(TOTAL).en}],
        **both("text", text),
        "type": "integer",
    }


def _called(concept: str) -> Text:
    return next(label(line) for line in own_lines() if line["concept"] == concept)
