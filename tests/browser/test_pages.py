"""Every page, in both languages: nothing keeps a person out, or runs off a narrow screen; no browser complains."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.chromium import reader
from tests.browser.crawl import kind, pages

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NARROW = {"width": 320, "height": 800}  # 1280 at 400 %, as WCAG asks of text that flows
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HOME = {"investigator": "/worklist", "monitor": "/worklist", "it": "/operation"}
CHINESE = "document.body.innerText.match(/[\\u3400-\\u9fff]/g)?.length ?? 0"


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("who", HOME)
def test_no_page_keeps_anybody_out(visit, who, language):
    with visit(who, language) as page:
        for path in pages(page, HOME[who]):
            assert violations(page) == [], path
            assert page.get_attribute("html", "lang") == {"en": "en", "zh": "zh-CN"}[language]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sign_in_keeps_nobody_out(chromium, base, language):
    with reader(chromium, base, language) as page:
        page.goto("/login")
        assert violations(page) == []
        page.fill("input[name=username]", "nobody")
        page.fill("input[name=password]", "wrong")


def test_text_flows_on_a_narrow_screen(visit):
    with visit(
        "investigator",
        "en",
    ) as page:
        page.set_viewport_size(NARROW)
        for path in pages(page, "/worklist"):
            assert page.evaluate(OVERFLOW) == 0, path


def test_a_reader_of_chinese_is_left_with_no_english_page(visit):
    with visit("investigator", "zh") as page:
        for path in pages(page, "/worklist"):
            assert page.evaluate(CHINESE) > 40, path


def test_everybody_sees_the_pages_of_their_role_alone(visit):
    with visit("it", "en") as page:
        assert {kind(path) for path in pages(page, "/operation")} == {"/operation"}
