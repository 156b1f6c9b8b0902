"""Fault 74: what a hospital's record or a person's words hold is text on every page: nothing in it runs or is drawn."""

from datetime import date

import pytest

from adapter.reception import ward_of
from adapter.settings import load
from adapter.worklist import create_app
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.browser.chromium import reader
from tests.browser.conftest import at, sign_in
from tests.browser.crawl import pages
from tests.fhir_server.records import patient
from tests.river.hospital import AS_OF, SOME, STUDY, River, ward

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Zq{{7*7}}Zq",
    "javascript:alert(1)",
    "</textarea></td><iframe srcdoc='<p>x'></iframe>",
)
ALL = " ".join(HOSTILE)
FLAGGED = SOME[:3]
CANDIDATE = "Patient/c01"  # with a result that cannot be read they would be open, and not on the list
ALIVE = (
    "img, iframe, object, embed, base, meta[http-equiv], script:not([src^='/static/']), "
    "[onerror], [onload], [onclick], [href^='javascript' i], [action^='javascript' i]"
)
COUNT = f"() => document.querySelectorAll({ALIVE!r}).length"
LISTEN = "window.refused = []; document.addEventListener('securitypolicyviolation', e => refused.push(e.blockedURI))"


def hostile(value):
    """Return a piece of FHIR with the corpus in every display and in the words of a concept."""
    if isinstance(value, list):
        return [hostile(one) for one in value]
    if not isinstance(value, dict):
        return value
    told = {"display"} | ({"text"} if "coding" in value else set())
    return {key: ALL if key in told else hostile(one) for key, one in value.items()}


def planted(resource):
    """Return a resource that carries the corpus wherever a text may stand, and leaves the codes as they are."""
    more = {"text": {"status": "generated", "div": f"<div>{ALL}</div>"}, "note": [{"text": ALL}]}
    if resource["resourceType"] != "Patient":
        return {**hostile(resource), **more}
    one = HOSTILE[FLAGGED.index(resource["id"]) % len(HOSTILE)]
    person = {"name": [{"text": one}], "identifier": [{"system": ALL, "value": one}]}
    return {**resource, **person, "text": more["text"]}


def odd(resource):
    """Yield results beside a result: one in a unit that is none, and one of words."""
    if "valueQuantity" not in resource:
        return
    bare = {key: value for key, value in resource.items() if key != "valueQuantity"}
    for number, unit in enumerate(HOSTILE):
        yield {**bare, "id": f"{resource['id']}-u{number}", "valueQuantity": {"value": 5, "unit": unit, "code": unit}}
    yield {**bare, "id": f"{resource['id']}-w", "valueString": ALL}


def hospital():
    records = ward(*FLAGGED)
    own = [planted(one) for one in records if patient(one)]
    results = [one for one in own if "valueQuantity" in one and patient(one) != CANDIDATE]
    last = {(patient(one), str(one["code"]["coding"][0]["code"])): one for one in results}
    return [*own, *(one for result in list(last.values())[::4] for one in odd(result))]


@pytest.fixture
def address(tmp_path, screen, password):
    """The page of a hospital whose records hold the corpus, its names among them."""
    with River(tmp_path, hospital()).open() as river:
        river.settled["[database]"] = "[worklist]\nnames = true\n[database]"
        ran = river.run()
        assert ran.code == 0, ran.err
        made = ward_of(load(river.settings, {}), screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
        Users(made.database).add("investigator", Role.INVESTIGATOR, STUDY, password, "2026-03-16T08:00:00Z")
        with at(create_app(made)) as base:
            yield base
        made.database.close()


def write(page):
    """Say the corpus wherever the patient's page takes words: a note, a refusal, a status, a fact set aside."""
    for field in ("#note", "#refused"):
        page.fill(field, ALL)
        page.locator(f"form:has({field}) button").click()
        page.wait_for_load_state()
    page.locator("#new-status").select_option("screening")
    page.fill("#reason", ALL)
    page.locator("#status form button.main").click()
    page.wait_for_load_state()
    for folded in page.locator("table.matrix details:not(.aside) > summary").all():
        folded.click()
    first = page.locator("details.aside").first
    first.locator("summary").click()
    first.locator("[name=reason]").fill(ALL)
    first.locator("button").click()
    page.wait_for_url("**done=aside*")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_74_what_the_record_or_a_person_says_is_inert_text(address, chromium, language):
    seen, dialogs = "", []
    with reader(chromium, address, language) as page:
        page.on("dialog", lambda one: (dialogs.append(one.message), one.dismiss()))
        page.add_init_script(LISTEN)
        sign_in(page, "investigator")
        page.goto("/worklist?show=all")
        patients = page.eval_on_selector_all("table.roster th a", "all => all.map(one => one.getAttribute('href'))")
        assert len(patients) == len(FLAGGED)
        page.goto(patients[0])
        write(page)
        page.goto("/worklist?show=all")
        page.fill("input[type=search]", ALL[:60])
        page.keyboard.press("Enter")
        page.wait_for_url("**q=*")
        for path in [page.url, *pages(page, "/worklist?show=all"), *patients, f"{patients[0]}/form?take=1"]:
            page.goto(path)
            assert page.evaluate(COUNT) == 0, path
            assert page.evaluate("refused") == [], path
            seen += page.evaluate("document.documentElement.textContent")
    assert dialogs == []
    assert [one for one in HOSTILE if one not in seen] == []
    assert "Zq49Zq" not in seen
