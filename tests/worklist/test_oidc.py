"""The hospital's own sign-in: whom the authority names comes in, and nobody by a token with a fault."""

import logging
import time

import pytest
from joserfc.jwk import ECKey, OctKey

from adapter.reception import ward_of
from adapter.settings.sign_in import Oidc
from adapter.worklist import create_app
from adapter.worklist.access.oidc.known import claim
from adapter.worklist.access.oidc.pending import AT_MOST, LASTS_S, Pending
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.river.hospital import STUDY
from tests.worklist.authority import CLIENT, SECRET, Authority
from tests.worklist.browser import Browser

AT = "2026-03-16T08:00:00Z"
BEGIN = "/login/hospital?next=%2Fworklist%2FS-0001"


@pytest.fixture
def authority():
    made = Authority()
    made.claims = {"preferred_username": "wang"}
    yield made
    made.close()


@pytest.fixture
def made(place, screen, authority, tmp_path):
    """Make the page with the authority as the hospital's own sign-in, and `wang`, who has no password."""
    opened = []
    (tmp_path / "secret").write_text(SECRET + "\n")

    def page(**said):
        oidc = Oidc.model_validate({
            "issuer": authority.issuer, "client_id": CLIENT, "client_secret_file": tmp_path / "secret", **said,
        })  # fmt: skip
        worklist = place.worklist.model_copy(update={"oidc": oidc})
        ward = ward_of(place.model_copy(update={"worklist": worklist}), screen, lambda: {"status": "ok"})
        opened.append(ward)
        if "wang" not in {user.name for user in Users(ward.database).listed()}:
            Users(ward.database).add("wang", Role.COORDINATOR, STUDY, None, AT)
        return create_app(ward)

    yield page
    for ward in opened:
        ward.database.close()


def signed_in(page, authority, begin=BEGIN):
    """Somebody who goes there and comes back; their browser and the last answer."""
    one = Browser(page)
    sent = one.get(begin)
    assert sent.status_code == 303 and sent.headers["Location"].startswith(authority.issuer + "/auth?")
    return one, one.get(authority.visit(sent.headers["Location"]).removeprefix("http://127.0.0.1:8080"))


def entries(page):
    with page.extensions["ward"].database.reading() as connection:
        return [
            (row.kind, row.who, row.what)
            for row in connection.exec_driver_sql("SELECT kind, who, what FROM journal_audit ORDER BY id")
        ]


def test_76_whom_the_authority_names_is_signed_in_under_a_new_token(made, authority):
    page = made()
    one = Browser(page)
    assert "/login/hospital?next=/worklist/S-0001" in one.get("/login?next=/worklist/S-0001").text
    one.token = "chosen-by-somebody-else"
    sent = one.get(BEGIN)
    begun = sent.headers["Set-Cookie"]
    assert "HttpOnly" in begun and "SameSite=Lax" in begun
    back = authority.visit(sent.headers["Location"])
    answer = one.get(back.removeprefix("http://127.0.0.1:8080"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/worklist/S-0001")
    assert one.get("/worklist/S-0001").status_code == 200 and one.token != "chosen-by-somebody-else"
    cookies = " ".join(answer.headers.getlist("Set-Cookie")) + begun
    kept = next(iter(authority.exchanged))
    assert not any(secret in cookies for secret in ("canary", kept["code_verifier"], "eyJ"))


@pytest.mark.parametrize("begin", ["/login/hospital?next=https://evil.example/", "/login/hospital?next=//evil.example"])
def test_76_nobody_is_led_elsewhere_by_the_hospital_s_sign_in(made, authority, begin):
    assert signed_in(made(), authority, begin)[1].headers["Location"] == "/worklist"


SOON = int(time.time())
FAULTS = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"exp": SOON - 3600, "iat": SOON - 7200}},
    "without end": {"claims": {"exp": None}},
    "of the future": {"claims": {"iat": SOON + 7200, "nbf": SOON + 7200}},
    "for another client": {"claims": {"aud": "another"}},
    "for others too, and made for another": {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
    "of another issuer": {"claims": {"iss": "https://evil.example"}},
    "no signature": {"header": {"alg": "none"}},
    "signed with the shared secret": {"header": {"alg": "HS256"}, "key": OctKey.import_key(SECRET)},
    "signed by another key": {"key": ECKey.generate_key("P-256", {"kid": "one"})},
    "by a key that is not published": {"header": {"kid": "two"}},
    "of another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "no id_token": {"token": {"id_token": None}},
    "not a token": {"token": {"id_token": "canary"}},
    "no name": {"claims": {"preferred_username": None}},
    "a name that is none": {"claims": {"preferred_username": {"$ne": ""}}},
    "a stranger": {"claims": {"preferred_username": "stranger-canary"}},
    "answered by another": {"answer": {"iss": "https://evil.example"}},
    "another state": {"answer": {"state": "another"}},
    "an error in place of a code": {"answer": {"code": "", "error": "access_denied", "error_description": "canary"}},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_76_a_token_with_a_fault_lets_nobody_in_and_says_nothing(made, authority, caplog, fault):
    page = made()
    for name, wrong in FAULTS[fault].items():
        setattr(authority, name, {**getattr(authority, name), **wrong} if isinstance(wrong, dict) else wrong)
    with caplog.at_level(logging.DEBUG):
        one, answer = signed_in(page, authority)
    assert answer.status_code == 401 and one.token is None
    assert one.get("/worklist").status_code == 303
    kind, who, what = entries(page)[-1]
    assert (kind, who) == ("sign-in-failed", "nobody known") and '"way":"hospital"' in what
    said = answer.text + what + "".join(r.getMessage() for r in caplog.records if r.name.startswith("adapter"))
    assert "canary" not in said and "evil" not in said


def test_76_an_answer_is_good_once_and_in_the_browser_that_asked(made, authority):
    page = made()
    one, other = Browser(page), Browser(page)
    back = authority.visit(one.get(BEGIN).headers["Location"]).removeprefix("http://127.0.0.1:8080")
    other.get(BEGIN)
    assert other.get(back).status_code == 401 and other.token is None
    assert one.get(back).status_code == 303
    assert one.get(back).status_code == 401


def test_76_a_sign_in_that_was_begun_is_kept_for_a_while_alone():
    class Clock:
        at = 0.0

        def __call__(self):
            return self.at

    clock = Clock()
    pending = Pending(clock)
    first = pending.begin("/")
    clock.at = LASTS_S + 1
    assert pending.take(first.state, first.browser) is None
    many = [pending.begin("/") for _ in range(AT_MOST + 1)]
    assert pending.take(many[0].state, many[0].browser) is None
    assert pending.take(many[-1].state, many[-1].browser) == many[-1]


def test_76_a_disabled_user_stays_out_whatever_the_authority_says(made, authority):
    page = made(roles={"investigator": ("doctors",)})
    Users(page.extensions["ward"].database).disable("wang", AT)
    authority.claims["groups"] = ["doctors"]
    assert signed_in(page, authority)[1].status_code == 401


@pytest.mark.parametrize(
    ("groups", "role"),
    [(["doctors"], "investigator"), (["nurses", "doctors", 7], "investigator"), ("nurses", "coordinator"),
     (["strangers"], None), ([], None), (None, None)],
)  # fmt: skip
def test_78_groups_of_the_authority_map_to_roles_and_nothing_else_does(made, authority, groups, role):
    page = made(roles={"investigator": ("doctors",), "coordinator": ("nurses",)})
    authority.claims = {"preferred_username": "zhao", "groups": groups}
    one, answer = signed_in(page, authority)
    user = Users(page.extensions["ward"].database).named("zhao")
    if role is None:
        assert answer.status_code == 401 and user is None
    else:
        assert one.get("/worklist").status_code == 200
        assert user.roles == {STUDY: Role(role)} and user.password is None


def test_78_who_has_lost_the_group_has_lost_the_page(made, authority):
    page = made(roles={"investigator": ("doctors",)})
    authority.claims["groups"] = []
    assert signed_in(page, authority)[1].status_code == 401


def test_78_a_claim_may_lie_within_another():
    claims = {"realm_access": {"roles": ["a"]}, "https://x.example/groups": ["b"], "odd": "text"}
    assert claim(claims, "realm_access.roles") == ["a"]
    assert claim(claims, "https://x.example/groups") == ["b"]
    assert claim(claims, "odd.roles") is None and claim(claims, "none") is None


def test_76_an_authority_that_is_away_or_another_is_told_of_without_detail(made, authority):
    page = made()
    authority.status = 503
    for _ in range(3):
        away = Browser(page).get(BEGIN, headers={"Accept-Language": "en"})
        assert away.status_code == 503 and "cannot be reached" in away.text
    assert len(authority.http.asked) == 1  # nobody waits for it again at once
    authority.status, page = 200, made()
    authority.said = {"issuer": "https://evil.example"}
    assert Browser(page).get(BEGIN).status_code == 401
    authority.said = {"authorization_endpoint": "http://login.example/auth"}
    assert Browser(page).get(BEGIN).status_code == 401


def test_a_file_of_authorities_that_is_not_there_keeps_people_out_and_says_nothing(made, authority, tmp_path):
    authority.issuer = authority.issuer.replace("http:", "https:")
    page = made(ca_file=tmp_path / "none.pem")
    assert Browser(page).get(BEGIN).status_code == 503


def test_76_signing_out_leads_on_to_the_authority_for_whoever_wants(made, authority):
    page = made()
    one, _ = signed_in(page, authority)
    token = one.token
    left = one.send("/worklist", "/logout")
    assert "/login/hospital/leave" in one.get(left.headers["Location"]).text
    there = one.get("/login/hospital/leave").headers["Location"]
    assert there.startswith(authority.issuer + "/end?client_id=screening-page&post_logout_redirect_uri=http")
    one.token = token
    assert one.get("/worklist").status_code == 303
    assert [kind for kind, _, _ in entries(page) if kind.startswith("sign")][-2:] == ["signed-in", "signed-out"]


def test_without_an_issuer_there_is_no_such_sign_in(browser):
    assert [browser().get(path).status_code for path in ("/login/hospital", "/login/hospital/return")] == [404, 404]
    assert "/login/hospital" not in browser().get("/login").text


def test_every_sign_in_and_view_of_a_form_is_on_the_chain(page, browser):
    one = browser()
    one.post("/login", {"username": "coordinator", "password": "wrong"})
    one.post("/login", {"username": "a password typed here", "password": "wrong"})
    one.post("/login", {"username": "coordinator", "password": "correct horse battery"})
    one.get("/worklist/S-0001/form")
    one.send("/worklist", "/logout")
    told = [(kind, who) for kind, who, _ in entries(page) if kind.startswith("sign") or kind == "page-viewed"]
    assert told == [
        ("sign-in-failed", "coordinator"), ("sign-in-failed", "nobody known"), ("signed-in", "coordinator"),
        ("page-viewed", "coordinator"), ("page-viewed", "coordinator"), ("signed-out", "coordinator"),
    ]  # fmt: skip
    assert any(what and '"page":"form"' in what for _, _, what in entries(page))
