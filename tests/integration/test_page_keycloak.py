"""The page's sign-in at a Keycloak: there and back as a browser goes, by its own forms, and out again."""

import html
import re
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from adapter.check.page import page_sign_in
from adapter.reception import ward_of
from adapter.settings.sign_in import Oidc
from adapter.worklist import create_app
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from tests.integration.keycloak import PAGE, PAGE_SECRET
from tests.river.hospital import AS_OF, STUDY
from tests.worklist.browser import BASE, Browser
from tests.worklist.conftest import hospital, place, screen  # noqa: F401 - fixtures

BEGIN = "/login/hospital?next=%2Fworklist%2FS-0001"
PEOPLE = {"zhao": "doctors", "qian": "nurses", "sun": "porters"}
ROLES = {"investigator": ("doctors",), "coordinator": ("nurses",)}


@pytest.fixture(scope="module")
def realm(keycloak):
    """The realm with the page registered in it, a second program, and somebody of each group."""
    keycloak.admit(BASE, PEOPLE)
    return keycloak


@pytest.fixture
def settings(place, realm, tmp_path):  # noqa: F811
    """The settings of a page that asks the realm who somebody is."""
    (tmp_path / "oidc").write_text(PAGE_SECRET + "\n")
    oidc = Oidc.model_validate({
        "issuer": realm.issuer, "client_id": PAGE, "client_secret_file": tmp_path / "oidc", "roles": ROLES,
    })  # fmt: skip
    return place.model_copy(update={"worklist": place.worklist.model_copy(update={"oidc": oidc})})


@pytest.fixture
def page(settings, screen):  # noqa: F811
    ward = ward_of(settings, screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
    yield create_app(ward)
    ward.database.close()


class Person:
    """Somebody at two places with one browser: the page, and the hospital's sign-in."""

    def __init__(self, page, realm):
        self.at_page, self.there = Browser(page), requests.Session()
        self.realm = realm

    def begin(self, **otherwise):
        """Where the page sends them, but for what somebody has put otherwise in the address."""
        sent = self.at_page.get(BEGIN).headers["Location"]
        assert sent.startswith(f"{self.realm.issuer}/protocol/openid-connect/auth?")
        where, _, asked = sent.partition("?")
        return f"{where}?{urlencode({**dict(parse_qsl(asked)), **otherwise})}"

    def known(self, address, name, password=None):
        """Fill in the form there; the address to go back to, or nothing where they are not let in."""
        shown = self._go("GET", address)
        answer = shown if shown.is_redirect else self._send(shown, username=name, password=password or f"{name}-word")
        return answer.headers.get("Location", "").removeprefix(BASE)

    def sign_in(self, name, **otherwise):
        """There and back; the page's answer."""
        return self.at_page.get(self.known(self.begin(**otherwise), name))

    def leave(self):
        """Sign out of the page, and there too."""
        left = self.at_page.send("/worklist", "/logout")
        assert "/login/hospital/leave" in self.at_page.get(left.headers["Location"]).text
        there = self.at_page.get("/login/hospital/leave").headers["Location"]
        return self._send(self._go("GET", there), confirmLogout="Logout").headers["Location"]

    def _send(self, shown, **filled):
        form = re.search(r'<form[^>]*action="([^"]+)".*?</form>', shown.text, re.DOTALL)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        address = requests.compat.urljoin(shown.url, html.unescape(form[1]))
        return self._go("POST", address, data={**hidden, **filled})

    def _go(self, method, address, **more):
        answer = self.there.request(method, address, allow_redirects=False, timeout=60, **more)
        for (
            cookie
        ) in self.there.cookies:  # they are for https, or for this machine, which browsers know and Python does not
            cookie.secure = False
        return answer


@pytest.fixture
def person(page, realm):
    return lambda: Person(page, realm)


def refusals(page):
    with page.extensions["ward"].database.reading() as connection:
        asked = "SELECT what FROM journal_audit WHERE kind = 'sign-in-failed' ORDER BY id"
        return [row.what for row in connection.exec_driver_sql(asked)]


@pytest.mark.parametrize(("name", "role"), [("zhao", Role.INVESTIGATOR), ("qian", Role.COORDINATOR)])
def test_76_whoever_keycloak_knows_comes_in_with_the_role_of_their_group(page, person, name, role):
    one = person()
    answer = one.sign_in(name)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/worklist/S-0001")
    assert one.at_page.get("/worklist/S-0001").status_code == 200
    user = Users(page.extensions["ward"].database).named(name)
    assert user.roles == {STUDY: role} and user.password is None


def test_76_who_signs_out_is_asked_for_the_password_anew(person):
    one = person()
    one.sign_in("zhao")
    again = one.known(one.begin(), "nobody")  # signed in there, nobody is asked
    assert urlsplit(again).path == "/login/hospital/return"
    assert one.leave() == f"{BASE}/login"
    assert one.at_page.get("/worklist").status_code == 303
    assert one.known(one.begin(), "zhao", "wrong") == ""
    assert one.sign_in("zhao").status_code == 303


def test_78_who_is_in_no_group_that_has_a_role_is_refused(page, person):
    one = person()
    assert one.sign_in("sun").status_code == 401 and one.at_page.token is None
    assert Users(page.extensions["ward"].database).named("sun") is None
    assert "no group that has a role" in refusals(page)[-1]


def test_76_a_token_for_another_sign_in_or_another_program_lets_nobody_in(page, person):
    assert person().sign_in("zhao", nonce="another").status_code == 401
    assert "InvalidClaimError" in refusals(page)[-1]
    assert person().sign_in("zhao", client_id="another").status_code == 401  # a code that another program was given
    assert "OAuthError" in refusals(page)[-1]
    proof = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of somebody else's word
    assert person().sign_in("zhao", code_challenge=proof).status_code == 401
    assert person().sign_in("zhao", state="another").status_code == 401


def test_check_says_whether_anybody_could_come_in_by_keycloak(settings, realm):
    (found,) = page_sign_in(settings)
    assert found.exit_code == 0 and "answers, with 1 key that tokens may be signed by" in found.says
    assert found.to_do.startswith("Set worklist.public_url")


def test_a_secret_that_keycloak_does_not_know_is_named_in_the_log_alone(settings, screen, realm, tmp_path, caplog):  # noqa: F811
    (tmp_path / "oidc").write_text("wrong\n")
    ward = ward_of(settings, screen, lambda: {"status": "ok"})
    assert Person(create_app(ward), realm).sign_in("zhao").status_code == 401
    ward.database.close()
    assert "the authority does not know this client by its secret" in caplog.text
