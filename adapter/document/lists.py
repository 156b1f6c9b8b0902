"""The codelists that a study reads, in a compact form: each concept with its codes, each class with its drugs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from adapter.document.markdown import code, table
from adapter.study.codelists import OWN_SYSTEM, Codelists, Drug, Line, system_key
from adapter.words.tongue import Tongue

_SHORT = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://www.cms.gov/Medicare/Coding/ICD10": "ICD-10-PCS",
    "http://id.who.int/icd/release/11/mms": "ICD-11",
    "icd-10-china": "ICD-10 (China)",
    "icd-9-cm-3-china": "ICD-9-CM-3 (China)",
    "http://www.whocc.no/atc": "ATC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
}


def codelists(tongue: Tongue, lists: Codelists) -> list[str]:
    """Two tables: concepts with their codes, classes of drugs with their drugs."""
    wanted = sorted(set(chain.from_iterable(v.concepts for v in tongue.study.variables.values())))
    coded = ((name, _codes(tongue, lists, name)) for name in wanted if name not in lists.classes)
    classes = [name for name in wanted if name in lists.classes]
    heads = [tongue.phrase("document", key) for key in ("concept", "codes", "class", "drugs")]
    return [
        *table(heads[:2], ([code(name), said] for name, said in coded if said)),
        *table(heads[2:], ([code(name), _drugs(tongue, lists, name)] for name in classes)),
    ]


def _codes(tongue: Tongue, lists: Codelists, concept: str) -> str:
    by_system: dict[str, list[Line]] = {}
    for line in lists.entries:
        if line["concept"] == concept and line["system"] != OWN_SYSTEM:
            by_system.setdefault(line["system"], []).append(line)
    known = sorted(by_system, key=lambda system: ([*_SHORT, system].index(system), system))
    return tongue.join(
        f"{_SHORT.get(name, name)} {', '.join(sorted(_spelt(lists, by_system[name])))}" for name in known
    )


def _spelt(lists: Codelists, lines: list[Line]) -> Iterator[str]:
    """The codes of one system; where it is matched by prefix, a code speaks for all that begin with it."""
    prefixed = system_key(lines[0]["system"]) in lists.prefixed
    plain = {line["code"] for line in lines if not line["text"]}
    for line in lines:
        covered = any(line["code"].startswith(other) and line["code"] != other for other in plain)
        if not (prefixed and covered):
            yield line["code"] + (f" ({line['text']})" if line["text"] else "")


def _drugs(tongue: Tongue, lists: Codelists, name: str) -> str:
    return tongue.join(_drug(tongue, lists.drugs[drug]) for drug in lists.classes[name])


def _drug(tongue: Tongue, drug: Drug) -> str:
    by_system: dict[str, list[str]] = {}
    for system, value in drug.codes:
        by_system.setdefault(_SHORT.get(system, system), []).append(value)
    first = drug.chinese if tongue.language == "zh" else drug.name
    names = [name.replace("*", "…") for name in dict.fromkeys((drug.name, *drug.names)) if name != first]
    told = [*names, *(f"{system} {' '.join(values)}" for system, values in by_system.items())]
    return f"**{first}**" + (f" ({', '.join(told)})" if told else "")
