"""The command `user`: who may sign in, with which role, by which password."""

import pytest

from adapter.cli import main
from adapter.worklist.access.passwords import is_right
from adapter.worklist.access.users import Users
from tests.river.hospital import STUDY


@pytest.fixture
def desk(tmp_path):
    """Give the command on an empty database, and a password file."""
    config, secret = tmp_path / "adapter.toml", tmp_path / "secret"
    config.write_text(f'[study]\nid = "{STUDY}"\n[database]\nurl = "sqlite:///{tmp_path}/adapter.db"\n')
    secret.write_text("correct horse battery\n")
    secret.chmod(0o600)
    return lambda *words: main(["user", *words, "--config", str(config)]), secret


def test_a_user_is_added_listed_changed_and_kept_out(desk, capsys):
    user, secret = desk
    assert user("add", "wang", "--role", "investigator", "--password-file", str(secret)) == 0
    assert user("add", "li", "--role", "it", "--no-password") == 0
    assert user("add", "wang", "--role", "coordinator", "--study", "other") == 0
    assert user("disable", "li") == 0
    capsys.readouterr()
    assert user("list") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"li  it of {STUDY}  (disabled since 2")
    assert said[1] == f"wang  coordinator of other, investigator of {STUDY}  (password)"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["add", "wang"], "--role is missing"),
        (["add", "--role", "it"], "the name is missing"),
        (["add", "wang", "--role", "it"], "--password-file is missing"),
        (["add", "a b", "--role", "it", "--no-password"], "is no name of a user"),
        (["disable", "nobody"], 'there is no user "nobody"'),
        (["add", "wang", "--role", "king"], "invalid choice"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(desk, capsys, words, says):
    assert desk[0](*words) == 2
    assert says in capsys.readouterr().err


def test_a_password_that_others_may_read_is_refused(desk, capsys):
    user, secret = desk
    secret.chmod(0o644)
    assert user("add", "wang", "--role", "it", "--password-file", str(secret)) == 10
    assert "chmod 600" in capsys.readouterr().err


def test_the_password_is_what_the_file_says_without_its_line_end(desk, page):
    kept = Users(page.extensions["ward"].database).named("monitor")
    assert is_right(kept.password, "correct horse battery") and not is_right(kept.password, "correct horse battery\n")
