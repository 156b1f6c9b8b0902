"""The service where runs hang, signals come and another one is at work: it ends in time, and never runs two."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import pytest

from adapter.schedule import Runs, Service, notify
from adapter.settings.model import Database, Settings
from tests.unit.test_schedule import ROOT, Clock, answers, ending, free_port, until

WAITING = "import sys, time; print('up', sys.argv[1:], flush=True); time.sleep(60)"


def at_work(runs, caplog, begin=None):
    caplog.set_level("INFO")
    thread = threading.Thread(target=begin or runs.once)
    thread.start()
    until(lambda: any(one.startswith("run: up") for one in caplog.messages))
    return thread


def test_71_a_run_that_hangs_is_ended_told_and_followed_by_another(caplog):
    """Fault 71: at work for five times the interval; no second one beside it, and a watchdog that ends it."""
    clock, killed = Clock(), []
    runs = Runs([sys.executable, "-c", WAITING], 60, clock, longest_s=300, killed=killed.append)
    thread = at_work(runs, caplog)
    clock.at = 300
    assert not runs.hung
    runs.once()
    assert caplog.messages.count("a run is still at work; no second one begins") == 1
    clock.at = 301
    assert runs.hung
    runs.end("it hangs")
    thread.join(5)
    assert killed == ["ended by SIGTERM"] and not runs.hung
    thread = at_work(runs, caplog)
    runs.stop()
    thread.join(5)


@pytest.mark.slow
def test_68_71_a_run_that_was_stopped_is_killed_in_time(caplog):
    runs = Runs([sys.executable, "-c", WAITING], 60)
    thread = at_work(runs, caplog)
    os.kill(runs._child.pid, signal.SIGSTOP)  # it hears nothing any more, not even SIGTERM
    began = time.monotonic()
    runs.stop()
    thread.join(5)
    assert runs.last.exit_code in {-signal.SIGTERM, -signal.SIGKILL}  # kernels differ in what a stopped process hears
    assert time.monotonic() - began < 10


def test_a_full_run_waits_for_the_one_at_work(caplog):
    slow = "import sys, time; print('up', sys.argv[1:], flush=True); time.sleep(0 if sys.argv[1:] else 0.5)"
    runs = Runs([sys.executable, "-c", slow], 60)
    thread = at_work(runs, caplog)
    runs.after("--full")
    thread.join(5)
    assert [one for one in caplog.messages if one.startswith("run: ")] == ["run: up []", "run: up ['--full']"]


def test_a_full_run_that_waits_ends_with_the_service(caplog):
    runs = Runs([sys.executable, "-c", WAITING], 60)
    thread = at_work(runs, caplog)
    waiting = threading.Thread(target=runs.after, args=("--full",))
    waiting.start()
    runs.stop()
    thread.join(5)
    waiting.join(5)
    assert not waiting.is_alive() and "run: up ['--full']" not in caplog.messages


def test_a_run_that_only_tells_does_not_count_as_one_that_screens():
    clock = Clock()
    runs = Runs(ending(0), 60, clock)
    clock.at = 200
    runs.after("--only-tell")
    assert runs.last is None and runs.late and runs.overdue


def test_what_persons_did_while_a_run_is_at_work_is_told_once_after_it(caplog):
    slow = "import sys, time; print('up', sys.argv[1:], flush=True); time.sleep(0 if sys.argv[1:] else 0.5)"
    runs = Runs([sys.executable, "-c", slow], 60)
    thread = at_work(runs, caplog)
    for _ in range(3):
        runs.soon()
    thread.join(5)
    until(lambda: caplog.messages.count("run: up ['--only-tell']") == 1 and not runs._one.locked())
    runs.soon()
    until(lambda: caplog.messages.count("run: up ['--only-tell']") == 2)
    runs.stop()


def test_the_service_has_jobs_for_runs_full_runs_and_digests(tmp_path):
    outputs = {"email": {"enabled": True, "recipients": [{"address": "a@x", "digest": "08:00"}]}}
    service = Service(Settings.model_validate({"outputs": outputs}, strict=False), ending(0))
    assert {job.id for job in service._scheduler.get_jobs()} == {"run", "--full", "--only-tell"}


def test_systemd_hears_how_the_service_is(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify("READY=1")
        assert systemd.recv(100) == b"READY=1"
    notify("WATCHDOG=1")  # it has gone, and that is no fault
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify("READY=1")


def test_69_a_clock_that_was_set_back_does_not_keep_runs_from_beginning(tmp_path, caplog):
    """The scheduler waits for an hour that lies ahead again; the guard counts by a clock that nobody sets."""
    settings = Settings(database=Database(url=f"sqlite:///{tmp_path}/adapter.db"))
    service, clock = Service(settings, ending(0)), Clock()
    service.runs = Runs(ending(0), 60, clock)
    service.look()
    clock.at = 121
    service.look()
    until(lambda: service.runs.last is not None)
    assert service.runs.last.exit_code == 0 and service.runs.last.ended_at <= datetime.now(UTC)
    assert any("clock may have been set back" in message for message in caplog.messages)


@pytest.mark.slow
def test_68_sighup_ends_the_service_and_a_stopped_run_within_ten_seconds(tmp_path):
    with socket.socket() as silent:  # takes connections and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port, file = free_port(), tmp_path / "adapter.toml"
        place = f'[fhir]\nbase_url = "http://127.0.0.1:{silent.getsockname()[1]}/fhir"\n[worklist]\nport = {port}\n'
        file.write_text(
            f'{place}[study]\nid = "telitacicept-belimumab"\n[database]\nurl = "sqlite:///{tmp_path}/a.db"\n'
        )
        log = (tmp_path / "log").open("w")
        command = [sys.executable, "-m", "adapter", "serve", "--config", str(file)]
        service = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            silent.settimeout(60)
            connection, _ = silent.accept()
            until(lambda: answers(port), 60)
            service.send_signal(signal.SIGSTOP)
            time.sleep(0.5)
            service.send_signal(signal.SIGCONT)
            assert answers(port)["status"] == "ok"
            (child,) = _children(service.pid)
            os.kill(child, signal.SIGSTOP)
            began = time.monotonic()
            service.send_signal(signal.SIGHUP)
            assert service.wait(10) == 0 and time.monotonic() - began < 10
            assert not os.path.exists(f"/proc/{child}")  # noqa: PTH110 - of the kernel
            connection.close()
        finally:
            service.kill()


def _children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as listed:  # noqa: PTH123
        found = listed.read().split()
    threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - a thread has begun it
    for thread in threads:
        with open(f"/proc/{pid}/task/{thread}/children") as listed:  # noqa: PTH123
            found += listed.read().split()
    return sorted({int(one) for one in found})
