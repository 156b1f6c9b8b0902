"""One run at a time."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from adapter.database import DatabaseUrlError, lock
from adapter.errors import LOCKED, LockedError

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from adapter.database import lock
with lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""
TRY = """
import sys
from adapter.database import lock
from adapter.errors import AdapterError
try:
    with lock(sys.argv[1]):
        pass
except AdapterError as error:
    sys.exit(error.exit_code)
"""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/var/adapter.db"


@pytest.fixture
def holder(url):
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_ends_with_75(url):
    with lock(url):
        ran = subprocess.run([sys.executable, "-c", TRY, url], cwd=ROOT, check=False)
    assert ran.returncode == LOCKED == 75


def test_the_holder_is_named(url, holder, tmp_path):
    with pytest.raises(LockedError) as caught, lock(url):
        pass
    assert str(caught.value).startswith(f"{tmp_path}/var/adapter.db.lock: another run is at work, process {holder.pid}")


def test_one_who_is_refused_takes_nothing_from_the_holder(url, holder):
    for _ in range(3):
        with pytest.raises(LockedError, match=str(holder.pid)), lock(url):
            pass


def test_the_lock_of_one_that_was_killed_is_free_at_once(url, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with lock(url):
        pass


def test_a_lock_may_be_held_again_and_again(url):
    for _ in range(3):
        with lock(url), pytest.raises(LockedError), lock(url):
            pass


def test_an_error_frees_it(url):
    with pytest.raises(ZeroDivisionError), lock(url):
        _ = 1 / 0
    with lock(url):
        pass


def test_two_databases_have_two_locks(url, tmp_path):
    with lock(url), lock(f"sqlite:///{tmp_path}/other.db"):
        pass


def test_the_lock_file_is_its_owners(url, tmp_path):
    with lock(url):
        pass
    assert stat.S_IMODE((tmp_path / "var" / "adapter.db.lock").stat().st_mode) == 0o600


def test_a_lock_that_cannot_be_made_is_a_wrong_setting():
    with pytest.raises(DatabaseUrlError), lock("sqlite:////proc/nowhere/adapter.db"):
        pass
