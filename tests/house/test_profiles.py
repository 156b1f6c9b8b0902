"""profiles/ says what the study's data say today, and the form asks for all that the study reads of a person."""

import re

import pytest

from adapter.study.codelists import OWN_SYSTEM
from tests.profiles.source import codelists, study
from tests.profiles.write import PROFILES, artefacts, files

NAMES = sorted(files())
TEXTS = ("title", "description", "text", "display")
CODED = re.compile(r"\.(code|coding|property)\[\d+\]$")


@pytest.fixture(scope="module")
def fresh():
    return files()


@pytest.mark.parametrize("name", NAMES)
def test_an_artefact_is_fresh(name, fresh):
    file = PROFILES / name
    assert file.is_file() and file.read_text(encoding="utf-8") == fresh[name], f"{name} is stale: run `make docs`"


def test_the_folder_holds_the_artefacts_and_their_page_alone(fresh):
    there = {str(file.relative_to(PROFILES)) for file in PROFILES.rglob("*") if file.is_file()}
    assert there == {*fresh, "README.md"}


def test_the_page_names_every_folder():
    page = (PROFILES / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name.partition('/')[0]}/`" in page for name in NAMES)


def test_the_form_asks_for_every_item_and_every_attestation():
    (form,) = (one for _, one in artefacts() if one["resourceType"] == "Questionnaire")
    asked = {item["linkId"] for item in form["item"] if item["type"] != "display"}
    own = {line["code"] for line in codelists().entries if line["system"] == OWN_SYSTEM}
    read = {concept for one in study().variables.values() for concept in one.concepts}
    assert asked == {one for one in own & read if one.partition(".")[0] in {"sledai", "eular", "acr97", "attest"}}
    assert sum(one.startswith("sledai.") for one in asked) == 25  # 24 descriptors and the total
    assert {one for one in own if one.startswith("attest.")} <= asked


def test_every_text_has_its_chinese():
    assert [(name, at) for name, one in artefacts() for at in untranslated(one)] == []


def untranslated(node, at=""):
    """Yield where an English text of ours stands alone; a code is translated in its CodeSystem."""
    if isinstance(node, list):
        for number, one in enumerate(node):
            yield from untranslated(one, f"{at}[{number}]")
    elif isinstance(node, dict):
        designated = any(one["language"] == "zh" for one in node.get("designation", ()))
        texts = [name for name in TEXTS if isinstance(node.get(name), str) and f"_{name}" not in node]
        if not (designated or CODED.search(at)):
            yield from (f"{at}.{name}" for name in texts)
        for name, one in node.items():
            yield from untranslated(one, f"{at}.{name}")
