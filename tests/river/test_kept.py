"""What a hospital's journal comes to in use is whole, and stays so from run to run."""

import pytest

from adapter.private import make_private
from tests.acceptance.command import STUDY as FOLDER
from tests.acceptance.command import changed, run
from tests.river.hospital import AS_OF, FLAGGED, STUDY


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


def test_73_nothing_is_told_twice_by_a_journal_that_was_restored(flowing, tmp_path):
    """A patient who is flagged after the backup was told of, and is not again; one who is flagged later, is."""
    backup = tmp_path / "backup"
    assert run("backup", backup, "--config", flowing.settings).code == 0
    flowing.change("Patient/c35", birthDate="1993-08-21")
    assert flowing.run().code == 0
    told, subjects = len(flowing.post.mails), flowing.subjects()
    assert "Patient/c35" in subjects and told == 2
    assert run("restore", backup, "--config", flowing.settings).code == 0
    again = flowing.run("--json")
    assert again.code == 0, again.err
    assert "may have been told before the journal was restored" in again.out
    assert (len(flowing.post.mails), flowing.subjects()) == (told, subjects)
    assert flowing.run().code == 0
    assert len(flowing.post.mails) == told
    flowing.change("Patient/c01", birthDate="2015-01-01")
    assert flowing.run().code == 0
    assert len(flowing.post.mails) == told + 1
    assert run("audit", "verify", "--config", flowing.settings).code == 0


@pytest.mark.slow
def test_the_river_is_the_same_on_postgresql(river, postgres, monkeypatch):
    monkeypatch.chdir(river.folder)
    river.elsewhere = postgres.fresh(empty=True)
    first, again = river.run(), river.run()
    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert {patient: len(subjects) for patient, subjects in river.subjects().items()} == dict.fromkeys(FLAGGED, 1)
    assert (len(river.post.mails), river.pending()) == (1, 0)
    verified = run("audit", "verify", "--config", river.settings)
    assert verified.code == 0, verified.err


def test_a_past_decision_is_held_against_what_would_be_decided_now(flowing):
    """The decision stays what it was; below it stands what the record of today makes of the patient, and why."""
    flowing.change("Patient/c01", birthDate="2015-01-01")
    assert flowing.run("--dry-run").code == 0
    then = run("explain", "c01", "--as-of", AS_OF, "--config", flowing.settings)
    assert then.code == 0, then.err
    decided, _, since = then.out.partition("Judged on ")
    assert "Candidate: every inclusion is met" in decided
    assert "by the record as it is now: not eligible." in since
    assert "I1: met then, not met now." in since
    assert "is another for:" in since and "age" in since
    chinese = run("explain", "c01", "--as-of", AS_OF, "--lang", "zh", "--config", flowing.settings)
    assert "当时符合，现在不符合" in chinese.out
    assert "Judged on" not in run("explain", "c01", "--config", flowing.settings).out


def test_who_would_move_by_another_version_of_the_study_is_listed_before_it_is_taken_live(flowing, tmp_path):
    stricter = changed(tmp_path, "parameters.toml", 'default = "18"', 'default = "90"', study=FOLDER)
    before = flowing.decisions()
    listed = run("study", "diff", stricter, "--as-of", AS_OF, "--config", flowing.settings)
    assert listed.code == 0, listed.err
    assert "Patient/c01: candidate -> ineligible" in listed.out
    assert "5 judged by both, " in listed.out
    same = run("study", "diff", STUDY, "--as-of", AS_OF, "--config", flowing.settings)
    assert "5 judged by both, 0 would move" in same.out and "rule for rule" in same.out
    assert flowing.decisions() == before
