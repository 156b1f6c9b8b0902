"""What the artefacts of profiles/ are made of: the shipped study with its codelists, and how FHIR writes two languages."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from adapter.screening.study import Study, Text
from adapter.study.codelists import OWN_SYSTEM, Codelists, Line
from adapter.study.load import Mapped, load_study
from adapter.study.toml import read_toml
from adapter.words import load_catalogue

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "mappings"
STUDY = "telitacicept-belimumab"
BASE = "https://trial-adapter.example/fhir"
CONCEPTS = OWN_SYSTEM
VERSION = "1.0.0"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
CHINESE = re.compile("[\u3400-\u9fff]")

Resource = dict[str, Any]


@cache
def mapped() -> Mapped:
    """The study with its codelists, every parameter at its default."""
    return load_study(MAPPINGS / "studies" / STUDY, MAPPINGS)


def study() -> Study:
    """The study."""
    return mapped().study


def codelists() -> Codelists:
    """What codes mean without a hospital's own."""
    return mapped().codelists


def own_lines() -> list[Line]:
    """The findings, scores and attestations that have a code of our own."""
    return [line for line in codelists().entries if line["system"] == CONCEPTS]


@cache
def items() -> dict[str, tuple[Text, str]]:
    """The items of the study's scores by concept: what each is called, and what the score's authors wrote of it."""
    found = {}
    for file in sorted((MAPPINGS / "scores").glob("*/score.toml")):
        form = read_toml(file)
        for item in form["items"]:
            name = f"{form['sheet']['prefix']}.{item['id']}"
            found[name] = (Text(item["label"]["en"], item["label"]["zh"]), str(item.get("definition", "")))
    return found


def label(line: Line) -> Text:
    """What a concept is called: by the score it is an item of, by its own question, by the study's variable."""
    concept = line["concept"]
    if concept in items():
        return _sentence(items()[concept][0])
    if CHINESE.search(line["note"]):
        return Text(line["display"], line["note"])
    named = [one.label for one in study().variables.values() if one.concepts == (concept,)]
    return _sentence(named[0])


@cache
def answers() -> dict[str, Text]:
    """The words that answers are given in, by their code."""
    words = load_catalogue(MAPPINGS / "sentences.toml")
    found: dict[str, Text] = {}
    for line in codelists().words:
        code, meaning = line["code"], line["value"]
        if line["system"] != CONCEPTS:
            continue
        if line["concept"]:
            found[code] = _finding(code, line)
        else:
            said = words["word"].get(meaning) or words["doubt"][meaning]
            found[code] = Text(said["en"], said["zh"])
    return found


def _finding(code: str, line: Line) -> Text:
    """A finding that is itself an answer: its English and its Chinese stand among the texts that mean the same."""
    same = [one for one in codelists().words if one["text"] and one["concept"] == line["concept"]]
    texts = [one["text"] for one in same if one["value"] == line["value"]]
    chinese = next(text for text in texts if CHINESE.search(text))
    return Text(next(text for text in texts if text.replace(" ", "_") == code), chinese)


def both(element: str, text: Text) -> Resource:
    """An element in English, with its Chinese beside it."""
    chinese = {"url": TRANSLATION, "extension": [_part("lang", "Code", "zh"), _part("content", "String", text.zh)]}
    return {element: text.en, f"_{element}": {"extension": [chinese]}}


def _part(url: str, kind: str, value: str) -> Resource:
    return {"url": url, f"value{kind}": value}


def head(kind: str, name: str, title: Text, about: Text) -> Resource:
    """What every artefact begins with, and a narrative for people in both languages."""
    return {
        "resourceType": kind,
        "id": name,
        "language": "en",
        "text": narrative(title, about),
        "url": f"{BASE}/{kind}/{name}",
        "version": VERSION,
        "name": "".join(part.capitalize() for part in re.split(r"[-_]", name)),
        **both("title", title),
        "status": "active",
        "experimental": False,
        "publisher": "trial-adapter",
        **both("description", about),
    }


def narrative(title: Text, about: Text) -> Resource:
    """A narrative that says what the title and the description say."""
    paragraphs = "".join(
        f'<p xml:lang="{tongue}" lang="{tongue}"><b>{escape(one)}</b> {escape(two)}</p>'
        for tongue, one, two in (("en", title.en, about.en), ("zh", title.zh, about.zh))
    )
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>'}


def _sentence(text: Text) -> Text:
    return Text(text.en[:1].upper() + text.en[1:], text.zh)
