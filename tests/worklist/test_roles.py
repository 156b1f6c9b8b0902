"""Every route and every role: nothing is shown across role or study, and a page without a mark to nobody."""

import pytest

from adapter.worklist.access.roles import CLINIC, EVERYBODY, OPEN, READERS, Role
from adapter.worklist.access.users import Users
from tests.river.hospital import STUDY

WHO = ("investigator", "coordinator", "monitor", "it", "elsewhere", "disabled", None)
TABLE = {
    "static": OPEN,
    "health.healthz": OPEN,
    "operation.operation": EVERYBODY,
    "operation.measured": OPEN,
    "operation.readyz": OPEN,
    "sign_in.front": OPEN,
    "sign_in.login": OPEN,
    "sign_in.enter": OPEN,
    "sign_in.language": OPEN,
    "sign_in.leave": EVERYBODY,
    "hospital.begin": OPEN,
    "hospital.come_back": OPEN,
    "hospital.leave": OPEN,
    "people.worklist": READERS,
    "patient.patient": READERS,
    "forms.form": CLINIC,
    "forms.fill_in": CLINIC,
    "acts.act": CLINIC,
    "acts.aside": CLINIC,
    "status.set_status": CLINIC,
}


def test_78_every_route_stands_in_the_table(page):
    marked = {name: getattr(view, "open_to", None) for name, view in page.view_functions.items()}
    assert marked == TABLE
    assert READERS > CLINIC


def rules(page):
    return [rule for rule in page.url_map.iter_rules() if TABLE[rule.endpoint] is not OPEN]


@pytest.mark.parametrize("who", WHO)
def test_78_a_route_is_open_to_its_roles_alone(page, browser, who):
    for rule in rules(page):
        path = rule.rule.replace("<number>", "S-0001").replace("<language>", "en")
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            one = browser(who)
            answer = one.get(path) if method == "GET" else one.post(path, {"form_token": one.form_token})
            may = who in set(Role) and Role(who) in TABLE[rule.endpoint]
            known = who not in {None, "disabled"}
            expected = {200, 303, 400, 404, 409} if may else {403} if known else {303}
            assert answer.status_code in expected, (who, method, path)
            if not may and not known:
                assert answer.headers["Location"].startswith("/login")


def test_78_a_role_that_is_taken_away_is_gone_at_once(page, browser):
    one = browser("coordinator")
    assert one.get("/worklist").status_code == 200
    users = Users(page.extensions["ward"].database)
    users.add("coordinator", Role.IT, STUDY, None, "2026-03-16T09:00:00Z")
    assert one.get("/worklist").status_code == 403
    users.disable("coordinator", "2026-03-16T09:00:00Z")
    assert one.get("/worklist").status_code == 303


def test_78_a_page_without_a_mark_is_shown_to_nobody(page, browser):
    del page.view_functions["people.worklist"].open_to
    try:
        assert [browser(who).get("/worklist").status_code for who in ("investigator", "it", None)] == [403, 403, 303]
    finally:
        page.view_functions["people.worklist"].open_to = READERS
