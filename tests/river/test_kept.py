"""What a hospital's journal comes to in use is whole, and stays so from run to run."""

from adapter.private import make_private
from tests.acceptance.command import run
from tests.river.hospital import AS_OF


def test_all_that_runs_and_people_do_is_on_the_chain(flowing, tmp_path):
    """The second run finds a database that others have written to, and goes through all of it."""
    head = tmp_path / "heads"
    settings = flowing.settings
    settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[audit]\nhead_file = "{head}"\n', encoding="utf-8")
    password = tmp_path / "password"
    make_private(password, b"correct horse battery")
    added = ("user", "add", "wang", "--role", "investigator", "--password-file", password, "--config", settings)
    assert run(*added).code == 0
    again = run("run", "--config", settings, "--as-of", AS_OF, "--json")
    assert again.code == 0, again.err
    assert '"notes": []' in again.out
    verified = run("audit", "verify", "--config", settings)
    assert verified.code == 0, verified.err
    assert "held to 1 heads" in verified.out
