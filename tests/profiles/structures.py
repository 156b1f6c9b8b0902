"""StructureDefinitions: of what is read, from the views; of what is written and of the form, by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from fhir.resources.R4B import get_fhir_model_class

from adapter.outputs.subject.resource import BY_PERSON, EXTENSION, SCREENING
from adapter.screening.study import Text
from tests.profiles.source import BASE, MAPPINGS, Resource, head

CORE = "http://hl7.org/fhir/StructureDefinition"
CHOICE = re.compile(r"(.+)\.ofType\((\w+)\).*")
STATUSES = "http://hl7.org/fhir/ValueSet/research-subject-status|4.0.1"
# Not `element`: for that HAPI's validator (8.8.0) asks the network for a package of R4, and calls it an error offline.
CONTEXT = {"context": [{"type": "fhirpath", "expression": "ResearchSubject"}]}
CODED: Resource = {"binding": {"strength": "required", "valueSet": STATUSES}}
Path = tuple[str, ...]

READ = Text("{} as the trial adapter reads it", "试验适配器读取的{}")
READ_ABOUT = Text(
    "The elements that mappings/views/ reads are must-support: what a source leaves out of them stays unknown. "
    "Nothing is required beyond R4, and nothing is refused for what it holds besides.",
    "mappings/views/读取的元素标记为must-support：来源未提供的内容视为未知。除R4要求外无其他强制要求，多余内容不影响读取。",
)
SUBJECT = Text("ResearchSubject as the trial adapter writes it", "试验适配器写入的ResearchSubject")
SUBJECT_ABOUT = Text(
    "A patient who is worth a look. By itself the adapter writes the statuses candidate, potential-candidate and "
    "ineligible, and only onto a subject that is its own and as it last wrote it; all other statuses are a person's, "
    "and a status that a person has set on the adapter's page is written as theirs.",
    "值得研究者关注的患者。适配器自行写入的仅有candidate、potential-candidate和ineligible三种状态，且仅限于由其创建且未被他人修改的记录；"
    "其他状态由人员确定，人员在适配器页面上设定的状态按其本人的决定写入。",
)
DECISION = Text("Screening decision", "筛选结论")
DECISION_ABOUT = Text(
    "Of which day and which version of the study the status of a ResearchSubject is, and that it is the adapter's word.",
    "说明ResearchSubject的状态对应的日期和研究版本，并表明该状态由适配器给出。",
)
PERSON = Text("Status set by a person", "人员设定的状态")
PERSON_ABOUT = Text(
    "When a person set the status of a ResearchSubject on the adapter's page, by which version of the study, and to "
    "what. Who it was stands in the adapter's own record.",
    "说明人员在适配器页面上设定ResearchSubject状态的时间、所依据的研究版本以及所设定的状态。设定者记录在适配器内部。",
)
RESPONSE = Text("Answers on the screening form", "筛选表答复")
RESPONSE_ABOUT = Text(
    "A filled-in screening form: answers lapse with time, so that its date is needed, and so is who gave them.",
    "已填写的筛选表：答复有时效，因此必须注明日期和填写人。",
)


def read() -> Iterator[Resource]:
    """A light profile of each type that is read: the elements that its view reads are must-support."""
    for file in sorted((MAPPINGS / "views").glob("*.json")):
        view = json.loads(file.read_text(encoding="utf-8"))
        kind = view["resource"]
        paths = {part for path in _paths(view, ()) for part in _with_parents(path)}
        marks = [
            {"id": ".".join((kind, *path)), "path": ".".join((kind, *path)), "mustSupport": True}
            for path in sorted(paths, key=lambda path: _place(kind, path))
        ]
        title = Text(*(one.format(kind) for one in (READ.en, READ.zh)))
        yield profile(f"read-{kind.lower()}", kind, title, READ_ABOUT, [{"id": kind, "path": kind}, *marks])


def _paths(select: dict[str, Any], above: Path) -> Iterator[Path]:
    """The elements that a view's columns read."""
    each = select.get("forEach") or select.get("forEachOrNull") or next(iter(select.get("repeat", ())), "")
    here = (*above, *_elements(each))
    yield here
    for again in select.get("repeat", ())[1:]:  # from within what the first way has found
        yield (*here, *_elements(again))
    for column in select.get("column", ()):
        yield (*here, *_elements(column["path"]))
    for inner in (*select.get("select", ()), *select.get("unionAll", ())):
        yield from _paths(inner, here)


def _elements(path: str) -> Path:
    """The elements of a FHIRPath up to where it is more than a path; of a choice the element as a whole."""
    if found := CHOICE.fullmatch(path):
        return (*_elements(found[1])[:-1], f"{_elements(found[1])[-1]}[x]")
    plain = []
    for part in path.split("."):
        if not re.match(r"[a-z]\w*(\(|$)", part) or part.endswith(")"):
            break
        plain.append(part)
    return tuple(plain)


def _with_parents(path: Path) -> Iterator[Path]:
    """The path and every element above it."""
    for length in range(1, len(path) + 1):
        yield path[:length]


def _place(kind: str, path: Path) -> tuple[int, ...]:
    """Where an element stands in its resource: a differential keeps R4's own order."""
    places, model = [], get_fhir_model_class(kind)
    for name in path:
        bare = name.removesuffix("[x]")
        order = [_bare(one, bare) if name.endswith("[x]") else one for one in model.elements_sequence()]
        places.append(order.index(bare))
        model = _model_of(model, bare)
    return tuple(places)


def _bare(name: str, choice: str) -> str:
    return choice if re.fullmatch(f"{choice}[A-Z].*", name) else name


def _model_of(model: Any, name: str) -> Any:
    """The model of an element, or None where it holds a primitive."""
    named = [one for key, one in model.model_fields.items() if (one.alias or key) == name]
    leaves = (leaf for field in named for leaf in _leaves(field.annotation))
    return next((one.get_model_klass() for one in leaves if hasattr(one, "get_model_klass")), None)


def _leaves(annotation: Any) -> Iterator[Any]:
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for one in inner:
        yield from _leaves(one)


def profile(name: str, kind: str, title: Text, about: Text, elements: list[Resource]) -> Resource:
    """A constraint of a resource type or of Extension."""
    return {
        **head("StructureDefinition", name, title, about),
        "fhirVersion": "4.0.1",
        "kind": "complex-type" if kind == "Extension" else "resource",
        "abstract": False,
        **(CONTEXT if kind == "Extension" else {}),
        "type": kind,
        "baseDefinition": f"{CORE}/{kind}",
        "derivation": "constraint",
        "differential": {"element": elements},
    }


def decision() -> Resource:
    """The extension that a status of the machine's carries."""
    parts = [*_part("asOf", "date"), *_part("studyVersion", "string"), *_part("status", "code", **CODED)]
    return _extension(EXTENSION, DECISION, DECISION_ABOUT, [*parts, *_part("writer", "string")])


def by_person() -> Resource:
    """The extension that a status carries which a person set on our page."""
    parts = [*_part("at", "instant"), *_part("studyVersion", "string"), *_part("status", "code", **CODED)]
    return _extension(BY_PERSON, PERSON, PERSON_ABOUT, parts)


def _extension(url: str, title: Text, about: Text, parts: list[Resource]) -> Resource:
    """An extension of several parts, each of them there once."""
    elements = [
        {"id": "Extension", "path": "Extension", "short": title.en, "definition": about.en},
        {"id": "Extension.extension", "path": "Extension.extension", "min": sum("sliceName" in one for one in parts)},
        *parts,
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": url},
        {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"},
    ]
    return profile(url.rpartition("/")[2], "Extension", title, about, elements)


def _part(name: str, kind: str, **more: Resource) -> Iterator[Resource]:
    here, path = f"Extension.extension:{name}", "Extension.extension"
    yield {"id": here, "path": path, "sliceName": name, "min": 1, "max": "1"}
    yield {"id": f"{here}.extension", "path": f"{path}.extension", "max": "0"}
    yield {"id": f"{here}.url", "path": f"{path}.url", "fixedUri": name}
    yield {"id": f"{here}.value[x]", "path": f"{path}.value[x]", "min": 1, "type": [{"code": kind}], **more}


def subject() -> Resource:
    """The ResearchSubject that is written."""
    own = f"identifier.where(system = '{SCREENING}').count() = 1"
    said = f"extension('{EXTENSION}').exists() or extension('{BY_PERSON}').exists()"
    here = f"{BASE}/StructureDefinition/screening-subject"
    elements = [
        {"id": "ResearchSubject", "path": "ResearchSubject", "constraint": [
            {"key": "adapter-1", "severity": "error", "human": "One identifier is the adapter's own.",
             "expression": own, "source": here},
            {"key": "adapter-2", "severity": "error", "human": "It is said whose word the status is.",
             "expression": said, "source": here}]},
        {"id": "ResearchSubject.extension", "path": "ResearchSubject.extension",
         "slicing": {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}, "min": 1},
        {"id": "ResearchSubject.extension:decision", "path": "ResearchSubject.extension", "sliceName": "decision",
         "max": "1", "type": [{"code": "Extension", "profile": [EXTENSION]}]},
        {"id": "ResearchSubject.extension:person", "path": "ResearchSubject.extension", "sliceName": "person",
         "max": "1", "type": [{"code": "Extension", "profile": [BY_PERSON]}]},
        {"id": "ResearchSubject.identifier", "path": "ResearchSubject.identifier", "min": 1},
        {"id": "ResearchSubject.period", "path": "ResearchSubject.period", "min": 1},
        {"id": "ResearchSubject.period.start", "path": "ResearchSubject.period.start", "min": 1},
    ]  # fmt: skip
    return profile("screening-subject", "ResearchSubject", SUBJECT, SUBJECT_ABOUT, elements)


def response() -> Resource:
    """The answers on the form: of whom, when and by whom."""
    needed = ("questionnaire", "subject", "authored", "author")
    kind = "QuestionnaireResponse"
    to_patient = {"type": [{"code": "Reference", "targetProfile": [f"{CORE}/Patient"]}]}
    elements = [
        {"id": f"{kind}.{one}", "path": f"{kind}.{one}", "min": 1, **(to_patient if one == "subject" else {})}
        for one in needed
    ]
    return profile("screening-response", kind, RESPONSE, RESPONSE_ABOUT, [{"id": kind, "path": kind}, *elements])
