"""Real Chromium, at a hospital that is up: nearest patient, why, bedside items, unknown turns to met, in screening."""

import json

import pytest

from tests.browser.chromium import reader
from tests.browser.conftest import sign_in
from tests.browser.story import walk
from tests.river.hospital import STUDY


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("zh", False)])
def test_a_patient_is_found_understood_examined_and_marked(standing, chromium, language, scripts):
    with reader(chromium, standing.base, language, java_script_enabled=scripts) as page:
        sign_in(page, "investigator")
        seen = walk(page, scripts=scripts)
        assert (seen.before, seen.after) == ("open", "good")
        assert "investigator" in page.locator("#status .trail").inner_text()
    patient = standing.patient(seen.number)
    ran = standing.river.run()
    assert ran.code == 0, ran.err
    assert standing.river.subjects()[patient] == ["screening"]
    with standing.river.journal() as journal:
        (said,) = journal.statuses_of(STUDY, patient)
        form = json.loads(journal.latest(STUDY, patient).line)
    assert (said.status, said.author) == ("screening", "investigator")
    assert form["scores"]["selena-sledai"]["low"] >= 14
    audit = standing.audit()
    assert {"page-viewed", "form", "status"} <= {kind for kind, who in audit if who == "investigator"}, audit


def test_the_keyboard_alone_is_enough(standing, chromium):
    with reader(chromium, standing.base, "en") as page:
        page.goto("/login")
        page.wait_for_function("document.activeElement.id === 'username'")
        page.keyboard.type("investigator")
        page.keyboard.press("Tab")
        page.keyboard.type(standing.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/worklist")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # skip to the content
        to(page, "table.roster th a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/worklist/S-*")
        to(page, "a[href$='/form']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/form")
        to(page, "input[type=radio]")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.checked")
        to(page, "button[name=show]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator(".running .chip").is_visible()
        assert page.locator("input[type=radio]:checked:not([value=''])").count() == 1


def to(page, selector, at_most=120):
    """Press Tab until what is meant has the focus, which can be seen."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{selector}: the focus is not to be seen"
            return
    raise AssertionError(f"{selector} is not reached by Tab")
