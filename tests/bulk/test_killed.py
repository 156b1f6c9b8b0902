"""A run of its own process that is killed, or too short for an export: the next one goes on with the same job."""

import signal
import subprocess
import sys
from threading import Timer

import pytest

from tests.acceptance.command import run
from tests.bulk.test_check import SETTINGS

EXPORT = 'level = "system"\nwait_minutes = {minutes}'
MAIL = """
[outputs.email]
enabled = true
host = "127.0.0.1"
port = 1
security = "none"
from = "adapter@hospital.example"
it_to = ["it@hospital.example"]
"""


@pytest.fixture
def settings(ward, tmp_path):
    def file(minutes=1, more=""):
        path = tmp_path / "adapter.toml"
        export = EXPORT.format(minutes=minutes)
        path.write_text(SETTINGS.format(base=ward.base, folder=tmp_path, export=export) + more)
        return path

    return file


@pytest.mark.slow
def test_47_a_run_that_is_killed_after_its_order_is_gone_on_with(ward, settings, reader, twin):
    words = [sys.executable, "-m", "adapter", "run", "--dry-run", "--config", str(settings())]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        ward.twist = lambda asked, reply: (
            process.kill() if "/file/" in asked.target and len(ward.asked("/file/")) == 2 else None
        )
        assert process.wait(120) == -9
    ward.twist = None
    assert reader.job() is not None and reader.spool.exists() and reader.spool.stat().st_mode & 0o777 == 0o700
    ran = run("run", "--dry-run", "--config", settings())
    assert ran.code == 0, ran.err
    assert len(ward.kick_offs) == 1 and reader.facts() == twin() and reader.job() is None and not reader.spool.exists()
    assert len(ward.asked("/file/1/0")) == 1, "what was fetched is not fetched again"


@pytest.mark.slow
def test_68_a_run_that_is_ended_while_an_export_is_made_leaves_the_next_one_its_job(ward, settings, reader, twin):
    ward.looks, ward.retry_after = 1, "60"
    words = [sys.executable, "-m", "adapter", "run", "--dry-run", "--config", str(settings(5))]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        ward.twist = lambda asked, reply: Timer(0.3, process.terminate).start() if "/status/" in asked.target else None
        assert process.wait(120) == -signal.SIGTERM
    ward.twist = None
    assert reader.job() is not None and reader.facts() == {}
    ran = run("run", "--dry-run", "--config", settings(5))
    assert ran.code == 0, ran.err
    assert len(ward.kick_offs) == 1 and reader.facts() == twin() and reader.job() is None


@pytest.mark.slow
def test_an_export_that_outlasts_a_run_is_13_and_no_fault_that_it_is_told_of(ward, settings, reader):
    ward.looks = 99
    ran = run("run", "--config", settings(0, MAIL))
    assert ran.code == 13 and "the export is still running" in ran.err and "The next run goes on with it" in ran.err
    assert "IT was not told" not in ran.err, "nothing is to be told, so the mail server that is not there is not asked"
    assert reader.job() is not None and reader.facts() == {}
