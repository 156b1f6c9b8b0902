"""The first thing a newcomer starts says which server, who was flagged and why, where the mail is, and what to try."""

import os
import re
import shlex
import signal
import subprocess
import sys

import pytest

from tests.acceptance.command import ROOT, run

BROKEN = "[nonsense]\n"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What the demonstration says, in a folder whose own settings are broken."""
    home = tmp_path_factory.mktemp("newcomer")
    (home / "config").mkdir()
    (home / "config" / "adapter.toml").write_text(BROKEN)
    words = [sys.executable, "-m", "adapter", "demo", "--once"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(words, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    return home, ran.stdout


def test_it_names_the_server_and_how_many_patients(shown):
    patients = len(list((ROOT / "mappings" / "studies" / "telitacicept-belimumab" / "cases").glob("*.json")))
    assert re.search(
        rf"^sandbox hospital: http://127.0.0.1:\d+/fhir, .*{patients} invented patients$", shown[1], re.MULTILINE
    )


def test_everybody_flagged_has_one_line_with_a_reason(shown):
    flagged = int(re.search(r"changes: (\d+) flagged", shown[1])[1])
    lines = re.findall(r"^  S-\d{4}  (candidate|potential-candidate) +(\S.+)$", shown[1], re.MULTILINE)
    assert len(lines) == flagged > 20
    reasons = {why for standing, why in lines if standing == "potential-candidate"}
    assert reasons and all(re.match(r"\d+ unknown; to settle: \S", why) for why in reasons)


def test_the_mails_are_where_it_says_one_in_each_language(shown):
    home, said = shown
    mails = [(home / name).read_text(encoding="utf-8") for name in re.findall(r"kept as (\S+):", said)]
    assert len(mails) == 2 and sum("泰它西普" in mail for mail in mails) == 1
    assert all("S-0001" in mail for mail in mails)


def test_what_it_says_to_try_works(shown, monkeypatch):
    home, said = shown
    monkeypatch.chdir(home)
    commands = re.findall(r"^  trial-adapter (.+)$", said, re.MULTILINE)
    assert len(commands) == 2
    for line in commands:
        ran = run(*shlex.split(line))
        assert (ran.code, "S-0001" in ran.out) == (0, True), ran.err


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    ran = run("demo", "--once", "--folder", tmp_path / "file" / "var")
    assert ran.code == 2 and ran.err.startswith(f"trial-adapter: --folder {tmp_path}/file/var: Not a directory.")


def _at_a_terminal():
    """Hear Ctrl-C also where the tests themselves run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_is_one_line_and_130(tmp_path):
    words = [sys.executable, "-m", "adapter", "demo", "--once"]
    with subprocess.Popen(
        words, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=_at_a_terminal,  # noqa: PLW1509
    ) as started:  # fmt: skip
        assert started.stdout.readline().startswith("sandbox hospital: ")
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=30)
    assert said == "trial-adapter: interrupted. Nothing is recorded by halves; run it again.\n"
    assert started.returncode == 130
