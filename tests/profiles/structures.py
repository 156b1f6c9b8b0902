"""StructureDefinitions: of what is read, from the views; of what is written and of the form, by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from fhir.resources.R4B import get_fhir_model_class

from adapter.outputs.subject_states import EXTENSION, SCREENING
from adapter.screening.study import Text
from tests.profiles.source import BASE, MAPPINGS, Resource, head

CORE = "http://hl7.org/fhir/StructureDefinition"
CHOICE = re.compile(r"(.+)\.ofType\((\w+)\).*")
STATUSES = "http://hl7.org/fhir/ValueSet/research-subject-status|4.0.1"
# Not `element`: for that HAPI's validator (8.8.0) asks the network for a package of R4, and calls it an error offline.
CONTEXT = {"context": [{"type": "fhirpath", "expression": "ResearchSubject"}]}
Path = tuple[str, ...]

READ = Text("{} as the trial adapter reads it", "试验适配器读取的{}")
READ_ABOUT = Text(
    "The elements that mappings/views/ reads are must-support: what a source leaves out of them stays unknown. "
    "Nothing is required beyond R4, and nothing is refused for what it holds besides.",
    "mappings/views/读取的元素标记为must-support：来源未提供的内容视为未知。除R4要求外无其他强制要求，多余内容不影响读取。",
)
SUBJECT = Text("ResearchSubject as the trial adapter writes it", "试验适配器写入的ResearchSubject")
SUBJECT_ABOUT = Text(
    "A patient who is worth a look. The adapter writes the statuses candidate, potential-candidate and ineligible, "
    "and only onto a subject that is its own and as it last wrote it; all other statuses are a person's.",
    "值得研究者关注的患者。适配器仅写入candidate、potential-candidate和ineligible三种状态，且仅限于由其创建且未被他人修改的记录；其他状态由人员确定。",
)
DECISION = Text("Screening decision", "筛选结论")
DECISION_ABOUT = Text(
    "Of which day and which version of the study the status of a ResearchSubject is, and that it is the adapter's word.",
    "说明ResearchSubject的状态对应的日期和研究版本，并表明该状态由适配器给出。",
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
    """The extension that a written status carries."""
    coded = {"binding": {"strength": "required", "valueSet": STATUSES}}
    parts = [*_part("asOf", "date"), *_part("studyVersion", "string"), *_part("status", "code", **coded)]
    elements = [
        {"id": "Extension", "path": "Extension", "short": DECISION.en, "definition": DECISION_ABOUT.en},
        {"id": "Extension.extension", "path": "Extension.extension", "min": 3},
        *parts,
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": EXTENSION},
        {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"},
    ]
    return profile(EXTENSION.rpartition("/")[2], "Extension", DECISION, DECISION_ABOUT, elements)


def _part(name: str, kind: str, **more: Resource) -> Iterator[Resource]:
    here, path = f"Extension.extension:{name}", "Extension.extension"
    yield {"id": here, "path": path, "sliceName": name, "min": 1, "max": "1"}
    yield {"id": f"{here}.extension", "path": f"{path}.extension", "max": "0"}
    yield {"id": f"{here}.url", "path": f"{path}.url", "fixedUri": name}
    yield {"id": f"{here}.value[x]", "path": f"{path}.value[x]", "min": 1, "type": [{"code": kind}], **more}


def subject() -> Resource:
    """The ResearchSubject that is written."""
    own = f"identifier.where(system = '{SCREENING}').count() = 1"
    elements = [
        {"id": "ResearchSubject", "path": "ResearchSubject", "constraint": [
            {"key": "adapter-1", "severity": "error", "human": "One identifier is the adapter's own.",
             "expression": own, "source": f"{BASE}/StructureDefinition/screening-subject"}]},
        {"id": "ResearchSubject.extension", "path": "ResearchSubject.extension",
         "slicing": {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}, "min": 1},
        {"id": "ResearchSubject.extension:decision", "path": "ResearchSubject.extension", "sliceName": "decision",
         "min": 1, "max": "1", "type": [{"code": "Extension", "profile": [EXTENSION]}]},
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
