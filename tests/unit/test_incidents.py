"""Failure mail to IT: one when a fault begins, one when it is over, each with what to do, whatever else is broken."""

import json
import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from adapter.database import open_database
from adapter.errors import SettingsError, SourceError
from adapter.incidents import watched
from adapter.incidents.incident import Look, Wrong, noted, to_tell, told
from adapter.incidents.ledger import file_beside
from adapter.journal import Journal
from adapter.places import folder
from adapter.settings import as_far_as_readable
from adapter.words import load_catalogue
from tests.acceptance.command import run
from tests.unit.ailing import DAY, MORNING, Site
from tests.unit.delivering import Post, listen


@pytest.fixture
def site(tmp_path):
    post = Post()
    with ExitStack() as stack:
        yield Site(tmp_path, stack.enter_context(listen(post)), post)


def test_a_failed_run_is_one_mail_when_it_begins_and_one_when_it_is_over(site):
    site.good()
    for _ in range(3):
        site.now += DAY / 2
        site.watch.after_fault(12, "https://fhir.example: nobody answers. Ask IT.")
    site.now += DAY / 2
    site.good()
    site.now += DAY
    site.good()
    assert site.subjects() == [
        "the run failed: the FHIR server cannot be reached, or refuses (exit code 12)",
        "over: the run failed: the FHIR server cannot be reached, or refuses (exit code 12)",
    ]
    began, over = (mail.get_content() for mail in site.post.mails)
    assert "Since 2026-03-17 02:00" in began and "https://fhir.example: nobody answers" in began  # Shanghai's clock
    assert "What to do: see whether the server is up" in began
    assert "Over at 2026-03-18 14:00 (since 2026-03-17 02:00)" in over


@pytest.mark.parametrize(
    ("code", "says"), [(1, "of the adapter itself"), (10, "setting"), (11, "study"), (-1, "killed")]
)
def test_every_way_to_fail_has_its_words(site, code, says):
    site.watch.after_fault(code, "what it said")
    assert says in site.subjects()[0] and "What to do: " in site.post.mails[0].get_content()


def test_another_fault_is_told_though_the_first_goes_on(site):
    site.good()
    site.watch.after_fault(12, "")
    site.watch.after_fault(10, "")
    site.watch.after_fault(12, "")
    site.now += DAY
    site.good()
    assert len(site.post.mails) == 3 and site.subjects()[2].startswith("over: ") and "and 1 more" in site.subjects()[2]


def test_a_run_that_ended_in_part_and_an_output_that_is_stuck_are_told(site):
    stuck = {"email": {"done": 0, "pending": 3, "dead": 0, "stuck": 3}}
    trouble = ("email: mail.example:25: 550 relaying denied. Check [outputs.email].",)
    site.good(troubles={"Observation": "Observation: 403"}, deliveries=stuck, trouble=trouble)
    (mail,) = site.post.mails
    assert "nobody is decided on them (exit code 13): Observation" in mail.get_content()
    assert "deliveries of outputs.email are stuck" in mail.get_content() and "550 relaying denied" in mail.get_content()
    site.now += DAY
    site.good()
    assert len(site.post.mails) == 2


def test_what_waits_for_a_day_or_has_died_is_stuck_until_it_is_gone(site):
    site.tables = {"outputs": {"email": {**site.mail, "enabled": True}}}
    site.good()
    with open_database(site.url) as database, Journal(database).transaction() as work:
        work.deliver("email", "k1", "{}", "2026-03-16T06:00:00Z")
        work.deliver("email", "k2", "{}", "2026-03-16T06:00:00Z")
        work.failed(1, "no answer", permanent=False)  # the second waits for its hour, and was never tried
    site.now += DAY / 2
    site.good()
    assert site.post.mails == []
    site.now += DAY
    site.good()
    assert len(site.post.mails) == 1 and "no answer" in site.post.mails[0].get_content()
    with open_database(site.url) as database:
        Journal(database).done(1, "2026-03-18T06:00:00Z")
    site.now += DAY / 2
    site.good()
    assert site.subjects()[1] == "over: deliveries of outputs.email are stuck or failed for good"


def test_a_mail_of_a_stuck_output_is_followed_by_its_end_when_the_last_of_it_is_closed(site, tmp_path):
    site.tables = {"outputs": {"email": {**site.mail, "enabled": True}}}
    with open_database(site.url) as database, Journal(database).transaction() as work:
        for number in (1, 2):
            work.deliver("email", f"k{number}", "{}", "2026-03-16T06:00:00Z")
            work.failed(number, "550: no such box for Patient/canary-1", permanent=True)
    site.good()
    (began,) = site.post.mails
    assert "550: no such box for a patient" in began.get_content() and "canary" not in began.as_string()
    assert "`trial-adapter deliveries`" in began.get_content()
    file, port = tmp_path / "adapter.toml", site.mail["port"]
    mail = f'[outputs.email]\nenabled = true\nport = {port}\nsecurity = "none"\nfrom = "a@hospital.example"\n'
    to = 'it_to = ["it@example.org"]\nit_language = "en"\n'
    file.write_text(f'[study]\nid = "s"\n[database]\nurl = "{site.url}"\n{mail}{to}', encoding="utf-8")
    for number, mails in ((1, 1), (2, 2)):
        assert run("deliveries", "--config", file, "--drop", number, "--author", "Li").code == 0
        assert len(site.post.mails) == mails
    assert site.subjects()[1] == "over: deliveries of outputs.email are stuck or failed for good"
    assert [one.ended_at is None for one in site.known()] == [False]


def test_closing_what_was_tried_once_begins_no_fault(site):
    site.tables = {"outputs": {"email": {**site.mail, "enabled": True}}}
    site.good()
    with open_database(site.url) as database, Journal(database).transaction() as work:
        work.deliver("email", "k1", "{}", "2026-03-16T06:00:00Z")
        work.failed(1, "no answer", permanent=False)
    site.watch.after_settling()
    assert (site.post.mails, site.known()) == ([], [])


def test_no_good_run_for_too_long_is_told_by_the_service_while_it_lasts(site):
    site.good()
    site.now += 2.5 * DAY
    site.watch.while_waiting()
    site.watch.while_waiting()
    (mail,) = site.post.mails
    assert "no run has come to a good end" in mail["Subject"] and "Since 2026-03-18 14:00" in mail.get_content()
    site.good()
    assert site.subjects()[1].startswith("over: no run has come to a good end") and len(site.post.mails) == 2


def test_where_cron_is_off_the_next_run_tells_how_long(site):
    site.good()
    site.now += 2 * DAY
    site.good()
    assert site.post.mails == []
    site.now += 5 * DAY
    site.good()
    (mail,) = site.post.mails
    assert "Over at 2026-03-23 14:00 (since 2026-03-20 14:00)" in mail.get_content()
    site.good()
    assert len(site.post.mails) == 1


def test_a_failing_run_tells_that_it_has_been_failing_for_long(site):
    site.good()
    site.now += 3 * DAY
    site.watch.after_fault(12, "")
    assert "and 1 more" in site.subjects()[0]


def test_before_the_database_can_be_opened_mail_goes_all_the_same_and_once(site):
    site.good()
    broken = site.folder / "adapter.db"
    kept = broken.read_bytes()
    broken.write_bytes(b"this is no database at all" * 40)
    for _ in range(3):
        site.now += DAY / 4
        site.watch.after_fault(10, "file is not a database")
    assert len(site.post.mails) == 1
    assert file_beside(site.url).stat().st_mode & 0o077 == 0
    for leftover in site.folder.glob("adapter.db*"):
        if not leftover.name.endswith(".incidents"):
            leftover.unlink()
    broken.write_bytes(kept)
    site.now += DAY / 4
    site.good()
    assert [subject.split(":")[0] for subject in site.subjects()] == ["the run failed", "over"]
    assert not file_beside(site.url).exists()
    assert [(one.about, one.began_at) for one in site.known()] == [("10", "2026-03-16T12:00:00Z")]


def test_a_mail_that_does_not_go_goes_later_and_a_watch_never_fails_a_run(site, caplog):
    site.good()
    site.post.to_data = "451 later"
    site.watch.after_fault(12, "gone")
    assert "IT was not told" in caplog.text and "451" in caplog.text
    site.post.to_data = "250 fine"
    site.now += DAY / 24
    site.watch.after_fault(12, "gone")
    site.watch.after_fault(12, "gone")
    assert len(site.post.mails) == 1
    site.mail["from"] = None
    site.now += DAY
    site.good()
    assert "outputs.email.from must be set" in caplog.text


def test_what_comes_and_goes_is_told_of_four_times_a_day_at_most(site):
    site.good()
    for _ in range(48):  # it fails and works by turns, twice an hour
        site.now += timedelta(minutes=15)
        site.watch.after_fault(12, "")
        site.now += timedelta(minutes=15)
        site.good()
    assert 2 <= len(site.post.mails) <= 8


def test_nobody_to_be_told_is_on_record_all_the_same(site):
    site.mail["it_to"] = []
    site.good()
    site.watch.after_fault(12, "gone")
    assert site.post.mails == [] and [one.kind for one in site.known()] == ["run"]


def test_63_a_run_under_watch_raises_what_it_raised_and_tells_it(site, tmp_path):
    file = tmp_path / "adapter.toml"
    mail = json.dumps(site.mail["it_to"])
    place, port = f'[study]\nid = "s"\n[database]\nurl = "{site.url}"\n', site.mail["port"]
    file.write_text(f'{place}[outputs.email]\nport = {port}\nsecurity = "none"\nfrom = "a@hospital.example"\n'
                    f'it_language = "zh"\nit_to = {mail}\n')  # fmt: skip
    with pytest.raises(SourceError), watched(file, lambda: MORNING):
        raise SourceError("nobody answers")
    with pytest.raises(ZeroDivisionError), watched(file, lambda: MORNING):
        raise ZeroDivisionError("Patient/canary")
    file.write_text(file.read_text() + "[hospital]\ntime_zone = 'Nowhere'\n")
    with pytest.raises(SettingsError), watched(file, lambda: MORNING):
        raise SettingsError("time_zone")
    texts = [mail.get_content() for mail in site.post.mails]
    assert [("退出码" + code in text) for text, code in zip(texts, ("12", "1", "10"), strict=True)] == [True] * 3
    assert "ZeroDivisionError" in texts[1] and "canary" not in "".join(texts)


def test_settings_are_read_as_far_as_they_can_be(tmp_path):
    file = tmp_path / "adapter.toml"
    file.write_text('[outputs.email]\nit_to = ["it@example.org"]\n[fhir]\nbase_ulr = "x"\n')
    assert as_far_as_readable(file, {}).outputs.email.it_to == ("it@example.org",)
    file.write_text("[outputs\n")
    assert as_far_as_readable(file, {}) is None


def test_looks_are_pure():
    known = noted([], Look([Wrong("run", "12", "x")], ()), "s", "2026-03-16T06:00:00Z")
    assert noted(known, Look([Wrong("run", "12", "y")], ()), "s", "2026-03-17T06:00:00Z") == known
    assert noted(known, Look([], ("partial",)), "s", "2026-03-17T06:00:00Z") == known
    ended = noted(known, Look([]), "s", "2026-03-17T06:00:00Z")
    assert ended == [replace(known[0], ended_at="2026-03-17T06:00:00Z")]
    assert to_tell(ended, "2026-03-17T06:00:00Z") == []  # nobody had heard of it
    heard = told(known, known, "2026-03-16T06:00:00Z")
    assert to_tell(heard, "2026-03-16T06:00:00Z") == []
    assert len(to_tell(noted(heard, Look([]), "s", "2026-03-17T06:00:00Z"), "2026-03-17T06:00:00Z")) == 1


def test_the_words_are_there_in_both_languages():
    mail = load_catalogue(folder("mappings") / "sentences.toml")["it_mail"]
    assert all(set(entry) == {"en", "zh"} for entry in mail.values())
    kinds = {name for name in mail if re.fullmatch(r"run_[a-z0-9]+|partial|output|stale|expiry", name)}
    assert {f"{name}_do" for name in kinds} == {name for name in mail if name.endswith("_do")} and len(kinds) == 9
