"""The hospital's own sign-in before anybody comes: what the settings say, and what the authority says of itself."""

import pytest
from joserfc.jwk import OctKey

from adapter.check.page import page_sign_in
from adapter.errors import SettingsError
from adapter.settings import load
from adapter.settings.sign_in import Oidc
from adapter.worklist.access.oidc.authority import AWAY_S, NotLetIn
from adapter.worklist.access.oidc.authority import Authority as Asking
from tests.wire.scripted import Timepiece
from tests.worklist.authority import CLIENT, SECRET, Authority


@pytest.fixture
def authority():
    made = Authority()
    yield made
    made.close()


def test_76_an_authority_that_was_away_is_asked_again_after_a_while(authority):
    clock = Timepiece()
    asked = Asking(Oidc(issuer=authority.issuer, client_id=CLIENT), clock.clock)
    authority.status = 503
    with pytest.raises(NotLetIn):
        asked.ready()
    authority.status = 200
    with pytest.raises(NotLetIn):
        asked.ready()
    clock.now += AWAY_S
    assert asked.ready() == 1


FAULTY = {
    "away": ({"status": 503}, "does not say where it is (503)", 14),
    "another": ({"said": {"issuer": "https://evil.example"}}, "names another issuer than the settings", 14),
    "in the clear": ({"said": {"token_endpoint": "http://login.example/token"}}, "names no safe token_endpoint", 14),
    "without a key": ({"published": OctKey.import_key(SECRET)}, "publishes no key of a kind that is taken", 14),
    "as it should be": ({}, "answers, with 1 key that tokens may be signed by", 0),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_check_says_what_keeps_everybody_from_signing_in(place, authority, fault):
    wrong, says, code = FAULTY[fault]
    for name, value in wrong.items():
        setattr(authority, name, value)
    worklist = {"oidc": Oidc(issuer=authority.issuer, client_id=CLIENT), "public_url": "https://page.example"}
    (found,) = page_sign_in(place.model_copy(update={"worklist": place.worklist.model_copy(update=worklist)}))
    assert (found.exit_code, bool(found.to_do)) == (code, bool(code))
    assert says in found.says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('issuer = "http://login.example.org"\nclient_id = "x"', "plain http is for this machine alone"),
        ('issuer = "https://login.example.org"', "client_id must be set"),
        ('scope = "profile"', 'scope must hold "openid"'),
        ('client_secret = "x"', "a secret does not belong in the settings file"),
    ],
)
def test_settings_of_the_sign_in_that_are_wrong_are_named(tmp_path, text, says):
    file = tmp_path / "adapter.toml"
    file.write_text(f"[worklist.oidc]\n{text}\n")
    with pytest.raises(SettingsError, match=r"worklist\.oidc") as caught:
        load(file, {})
    assert says in str(caught.value)
