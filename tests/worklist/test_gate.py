"""Nobody comes in who may not: addresses, forms, sign-in, sessions, and what a browser is told."""

from types import SimpleNamespace

import pytest

from adapter.errors import UsageError
from adapter.settings.model import Worklist
from adapter.worklist.access.gate import known_host, local_path
from adapter.worklist.access.passwords import hashed, is_right
from adapter.worklist.access.sessions import LONGEST_S, Sessions
from adapter.worklist.access.throttle import Throttle
from tests.worklist.conftest import PASSWORD


class Clock:
    """Stands still until it is moved."""

    at = 1000.0

    def __call__(self):
        return self.at


def test_76_a_sign_in_opens_a_session_under_a_token_nobody_knew(browser):
    one = browser()
    one.token = "chosen-by-somebody-else"
    answer = one.post("/login", {"username": "coordinator", "password": PASSWORD})
    cookie = next(value for name, value in answer.headers.items() if name == "Set-Cookie")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/worklist")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "chosen" not in cookie
    assert one.get("/worklist").status_code == 200
    first = one.token
    one.post("/login", {"username": "coordinator", "password": PASSWORD})
    assert one.token != first
    one.token = first
    assert one.get("/worklist").status_code == 303  # the token from before is worth nothing


def test_76_behind_tls_the_cookie_is_bound_to_the_host(page, place, browser):
    gate = page.extensions["gate"]
    behind = SimpleNamespace(place=Worklist(public_url="https://screening.example.org"))
    assert (gate.cookie, gate.secure) == ("session", False)
    made = type(gate)(behind)
    assert (made.cookie, made.secure) == ("__Host-session", True)


@pytest.mark.parametrize(
    ("name", "given"),
    [("coordinator", "wrong"), ("nobody", PASSWORD), ("disabled", PASSWORD), ("", ""), ("coordinator", "x" * 5000)],
)
def test_76_whoever_is_not_let_in_learns_nothing_of_why(browser, name, given):
    answers = [browser().post("/login", {"username": name, "password": given})]
    answers.append(browser().post("/login", {"username": "monitor", "password": "wrong"}))
    assert [one.status_code for one in answers] == [401, 401]
    assert answers[0].text == answers[1].text and "Set-Cookie" not in answers[0].headers


def test_76_guessing_has_to_wait_and_a_stranger_locks_nobody_out(browser):
    codes = [browser().post("/login", {"username": "monitor", "password": "wrong"}).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    right = {"username": "monitor", "password": PASSWORD}
    late = browser().post("/login", right)
    assert late.status_code == 429 and int(late.headers["Retry-After"]) > 0
    assert browser().post("/login", right, environ_base={"REMOTE_ADDR": "127.0.0.2"}).status_code == 303


def test_76_a_wait_grows_and_ends():
    clock, waits = Clock(), []
    throttle = Throttle(clock)
    for _ in range(20):
        throttle.fail("wang", "here")
        waits.append(throttle.wait_s("wang", "here"))
        clock.at += waits[-1]
        assert throttle.wait_s("wang", "here") == 0
    assert waits[:7] == [0, 0, 0, 0, 5, 10, 20] and waits[-1] == 900
    throttle.succeed("wang", "here")
    assert throttle.wait_s("wang", "here") == 0


def test_76_idle_or_old_sessions_are_over():
    clock = Clock()
    sessions = Sessions(900, clock)
    token = sessions.begin("wang")
    clock.at += 899
    assert sessions.of(token).user == "wang"
    clock.at += 901
    assert sessions.of(token) is None
    busy, began = sessions.begin("wang"), clock.at
    while clock.at - began <= LONGEST_S - 900:
        clock.at += 890
        assert sessions.of(busy) is not None
    clock.at = began + LONGEST_S + 1
    assert sessions.of(busy) is None


def test_76_signing_out_ends_the_session(browser):
    one = browser("monitor")
    token = one.token
    assert one.send("/worklist", "/logout").headers["Location"] == "/login"
    one.token = token
    assert one.get("/worklist").status_code == 303


def test_76_who_says_to_come_from_elsewhere_is_not_believed(browser):
    forged = {"X-Forwarded-For": "10.0.0.9", "X-Forwarded-Host": "evil.example", "X-Remote-User": "investigator"}
    assert browser().get("/worklist", headers=forged).headers["Location"] == "/login?next=%2Fworklist"


def test_76_a_password_is_kept_as_argon2id_and_easy_ones_are_refused():
    kept = hashed(PASSWORD)
    assert kept.startswith("$argon2id$") and is_right(kept, PASSWORD) and not is_right(kept, PASSWORD + " ")
    assert not is_right(None, "nobody has this password")
    for easy in ("short", "aaaaaaaaaaaaaaaa"):
        with pytest.raises(UsageError, match="the password"):
            hashed(easy)


@pytest.mark.parametrize("sent", [{}, {"form_token": "guessed"}])
def test_77_a_form_that_is_not_ours_is_refused(browser, sent):
    one = browser("investigator")
    assert one.post("/logout", sent).status_code == 403
    assert one.get("/worklist").status_code == 200


@pytest.mark.parametrize(
    "said", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_77_a_form_sent_from_elsewhere_is_refused(browser, said):
    answer = browser().post("/login", {"username": "monitor", "password": PASSWORD}, headers=said)
    assert answer.status_code == 403 and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [("/worklist?page=2", "/worklist?page=2"), ("//evil.example", "/worklist"), ("/\\evil.example", "/worklist"),
     ("https://evil.example", "/worklist"), ("/a\r\nSet-Cookie: x=y", "/worklist"),
     ("javascript:alert(1)", "/worklist"),
     ("", "/worklist")],
)  # fmt: skip
def test_77_nobody_is_led_elsewhere_after_signing_in(wanted, leads):
    assert local_path(wanted) == leads


@pytest.mark.parametrize(
    ("host", "known"),
    [("127.0.0.1:8080", True), ("localhost", True), ("[::1]:8080", True), ("screening.example.org", True),
     ("evil.example", False), ("10.1.1.1:8080", False), ("screening.example.org.evil.example", False), ("", False)],
)  # fmt: skip
def test_77_only_our_own_addresses_are_answered(host, known):
    assert known_host(host, Worklist(public_url="https://screening.example.org")) is known


def test_77_a_foreign_address_is_answered_nothing_but_health(browser):
    one = browser("investigator").client
    assert one.get("/worklist", base_url="http://evil.example").status_code == 400
    assert one.get("/healthz", base_url="http://10.1.1.1").status_code == 200


def test_77_every_answer_tells_the_browser_what_this_page_never_does(browser):
    for answer in (browser().get("/login"), browser("investigator").get("/worklist"), browser().get("/nowhere")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers
