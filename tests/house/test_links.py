"""Links between the project's own pages lead somewhere, and docs/README.md knows every page of docs/."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:")
OWN = ("*.md", "docs/**/*.md", "mappings/**/*.md", "profiles/**/*.md", "tests/**/*.md", "config/**/*.md")


def pages():
    return sorted({file.relative_to(ROOT) for pattern in OWN for file in ROOT.glob(pattern)})


def anchors(file):
    """The names under which the headings of a page can be reached, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def dead(page):
    """Links of a page that lead nowhere."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        if ELSEWHERE.match(target):
            continue
        name, _, anchor = target.partition("#")
        there = ((ROOT / page).parent / name) if name else ROOT / page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield target


@pytest.mark.parametrize("page", pages(), ids=str)
def test_links_lead_somewhere(page):
    assert list(dead(page)) == []


def test_docs_readme_links_to_every_page_of_docs():
    linked = set(LINK.findall((ROOT / "docs" / "README.md").read_text(encoding="utf-8")))
    there = {str(file.relative_to(ROOT / "docs")) for file in (ROOT / "docs").rglob("*.md")} - {"README.md"}
    assert there - linked == set()


def test_a_dead_link_is_seen(tmp_path, monkeypatch):
    (tmp_path / "a.md").write_text("# One thing\n[a](b.md) [b](#one-thing) [c](#two) `[d](e)` [f](https://x.example)\n")
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    assert list(dead("a.md")) == ["b.md", "#two"]
