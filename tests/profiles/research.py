"""The study as FHIR says it: ResearchStudy, the Group that may be enrolled, and the CodeSystem of its criteria."""

from __future__ import annotations

from adapter.outputs.subject.register import STUDY_SYSTEM
from adapter.screening.study import Criterion, Text
from tests.profiles.source import BASE, STUDY, VERSION, Resource, both, head, narrative, study

CRITERIA = f"{STUDY}-criteria"
SYSTEM = f"{BASE}/CodeSystem/{CRITERIA}"
TITLE = Text("Criteria: {}", "入排标准：{}")
ABOUT = Text(
    "Inclusion and exclusion criteria of {}. How each is answered stands in the study's criteria.toml.",
    "{}的入选与排除标准。各条标准的判定规则见该研究的criteria.toml。",
)


def codes() -> Resource:
    """The criteria and their parts as codes."""
    children: dict[str, list[Criterion]] = {}
    for one in study().criteria:
        children.setdefault(one.part_of, []).append(one)
    return {
        **head("CodeSystem", CRITERIA, _filled(TITLE), _filled(ABOUT)),
        "caseSensitive": True,
        "hierarchyMeaning": "part-of",
        "content": "complete",
        "count": len(study().criteria),
        "concept": [_code(one, children) for one in children[""]],
    }


def _code(one: Criterion, children: dict[str, list[Criterion]]) -> Resource:
    parts = [_code(part, children) for part in children.get(one.id, ())]
    return {
        "code": one.id,
        "display": one.sentence.en,
        "designation": [{"language": "zh", "value": one.sentence.zh}],
        **({"concept": parts} if parts else {}),
    }


def group() -> Resource:
    """Who may be enrolled: every inclusion criterion, and none of the exclusion criteria."""
    whole = [one for one in study().criteria if not one.part_of]
    return {
        "resourceType": "Group",
        "id": CRITERIA,
        "language": "en",
        "text": narrative(_filled(TITLE), Text(_listed(whole, "en"), _listed(whole, "zh"))),
        "active": True,
        "type": "person",
        "actual": False,
        **both("name", _filled(TITLE)),
        "characteristic": [_characteristic(one) for one in whole],
    }


def _characteristic(one: Criterion) -> Resource:
    coding = {"system": SYSTEM, "version": VERSION, "code": one.id, "display": one.sentence.en}
    return {
        "code": {"coding": [coding], **both("text", one.sentence)},
        "valueBoolean": True,
        "exclude": one.category == "exclusion",
    }


def research_study() -> Resource:
    """The study itself, found by its registry number, which is how the adapter looks for it too."""
    return {
        "resourceType": "ResearchStudy",
        "id": STUDY,
        "language": "en",
        "text": narrative(study().title, Text(study().registry, study().registry)),
        "identifier": [{"system": STUDY_SYSTEM, "value": study().registry}],
        **both("title", study().title),
        "status": "active",
        "enrollment": [{"reference": f"Group/{CRITERIA}", **both("display", _filled(TITLE))}],
    }


def _listed(criteria: list[Criterion], tongue: str) -> str:
    return "; ".join(f"{one.id} {getattr(one.sentence, tongue)}" for one in criteria)


def _filled(text: Text) -> Text:
    title = study().title
    return Text(text.en.format(title.en), text.zh.format(title.zh))
