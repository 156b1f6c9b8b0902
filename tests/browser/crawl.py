"""Goes through the pages by their links, as a reader would, one of each kind."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Page

PATIENT = re.compile(r"S-\d{4,}|/\d+")
LEAVES = ("/logout", "/static/")


def kind(path: str) -> str:
    """What sort of page it is: that of one patient is like that of another, and a filter makes no other page."""
    return PATIENT.sub("*", urlsplit(path).path)


def pages(page: Page, start: str) -> Iterator[str]:
    """Open one page of each kind that can be reached from here; the path of each."""
    waiting, seen = [start], set[str]()
    while waiting:
        path = waiting.pop(0)
        if kind(path) in seen or path.startswith(LEAVES):
            continue
        seen.add(kind(path))
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
        yield path
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        waiting += [urldefrag(link).url for link in links if link.startswith("/")]
