"""`serve` begins runs at the times set, never two at once, says how they go, and ends when told to."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapter.demo.exchange import read_json
from adapter.demo.hospital import SandboxHospital
from adapter.schedule import Runs, Service
from adapter.settings.model import Schedule, Settings
from adapter.timetable import interval_s, trigger_of

STUDY = "telitacicept-belimumab"
ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 3, 16, 0, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def ending(code, says="said"):
    return [sys.executable, "-c", f"import sys; print({says!r}); sys.exit({code})"]


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def asked(port, path="healthz"):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()) if path == "healthz" else None


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def scheduled(**said):
    return Settings(schedule=Schedule(**said))


@pytest.mark.parametrize(
    ("times", "following"),
    [
        (("06:00",), ["16 22:00", "17 22:00"]),  # Shanghai is eight hours ahead
        (("mon-fri 06:00",), ["16 22:00", "17 22:00", "18 22:00", "19 22:00", "22 22:00"]),
        (("sun 06:00",), ["21 22:00", "28 22:00"]),
        (("06:00", "12:30"), ["16 04:30", "16 22:00", "17 04:30"]),
    ],
)
def test_runs_begin_by_the_hospitals_clock_and_calendar(times, following):
    trigger, moment, found = trigger_of(scheduled(times=times)), MONDAY, []
    for _ in following:
        moment = trigger.get_next_fire_time(None, moment + timedelta(seconds=1))
        found.append(moment.astimezone(UTC).strftime("%d %H:%M"))
    assert found == following


@pytest.mark.parametrize(
    ("said", "hours"),
    [({}, 24), ({"every_minutes": 30}, 0.5), ({"times": ("mon-fri 06:00",)}, 72), ({"times": ("06:00", "18:00")}, 12)],
)
def test_the_interval_is_the_longest_time_between_two_runs(said, hours):
    assert interval_s(trigger_of(scheduled(**said)), MONDAY) == hours * 3600


@pytest.mark.parametrize("wrong", ["25:00", "6:00", "0 06:00", "1-5 06:00", "fri-mon 06:00", "06:00\n", "", "* 06:00"])
def test_a_time_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="expected a time"):
        Schedule(times=(wrong,))


@pytest.mark.parametrize("wrong", [{"times": ()}, {"every_minutes": 0}])
def test_a_schedule_without_a_run_is_refused(wrong):
    with pytest.raises(ValueError, match="Schedule"):
        Schedule(**wrong)


@pytest.mark.parametrize(
    ("code", "failing", "good"),
    [(0, False, True), (13, False, True), (14, False, True), (75, False, False),
     (1, True, False), (10, True, False), (11, True, False), (12, True, False)],
)  # fmt: skip
def test_what_an_exit_code_means(code, failing, good):
    clock = Clock()
    runs = Runs(ending(code), 60, clock)
    clock.at = 200
    runs.once()
    assert (runs.last.exit_code, runs.failing, runs.late) == (code, failing, not good)
    assert not runs.overdue


def test_what_a_run_says_is_logged(caplog):
    caplog.set_level("INFO")
    Runs(ending(12, "nobody answers"), 60).once()
    assert "run: nobody answers" in caplog.messages
    assert any("exit code 12" in one.message and one.levelname == "ERROR" for one in caplog.records)


def test_69_without_a_run_in_twice_the_interval_one_is_overdue():
    clock = Clock()
    runs = Runs(ending(0), 60, clock)
    clock.at = 120
    assert not (runs.overdue or runs.late)
    clock.at = 121
    assert runs.overdue and runs.late


def test_67_two_runs_are_never_at_work_at_once_and_stop_ends_the_one(caplog):
    runs = Runs([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"], 60)
    caplog.set_level("INFO")
    thread = threading.Thread(target=runs.once)
    thread.start()
    until(lambda: "run: up" in caplog.messages)
    runs.once()
    assert caplog.messages.count("a run begins") == 1
    runs.stop()
    thread.join(5)
    assert not thread.is_alive() and runs.last.exit_code == -signal.SIGTERM
    runs.once()
    assert caplog.messages.count("a run begins") == 1


@pytest.mark.slow
def test_68_a_run_that_does_not_hear_is_killed(caplog):
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    runs = Runs([sys.executable, "-c", deaf], 60)
    caplog.set_level("INFO")
    thread = threading.Thread(target=runs.once)
    thread.start()
    until(lambda: "run: up" in caplog.messages)
    began = time.monotonic()
    runs.stop()
    thread.join(5)
    assert runs.last.exit_code == -signal.SIGKILL and time.monotonic() - began < 9


@pytest.mark.parametrize(("code", "status"), [(None, "ok"), (0, "ok"), (12, "failing")])
def test_health_says_how_the_last_run_went(code, status):
    service = Service(Settings(), ending(code or 0))
    if code is not None:
        service.runs.once()
    said = service.health()
    assert (said["status"], said["last_exit_code"]) == (status, code)
    assert (said["last_run_ended_at"] is None) is (code is None)


@pytest.fixture
def serving(tmp_path):
    """Give a function that starts the service on a hospital; it returns the process and the port."""
    started = []

    def start(base):
        port, file = free_port(), tmp_path / "adapter.toml"
        place = f'[fhir]\nbase_url = "{base}"\npatience_s = 60\n[study]\nid = "{STUDY}"\n[worklist]\nport = {port}\n'
        file.write_text(f'{place}[database]\nurl = "sqlite:///{tmp_path}/adapter.db"\n[schedule]\nevery_minutes = 60\n')
        command = [sys.executable, "-m", "adapter", "serve", "--config", str(file)]
        log = (tmp_path / "log").open("w")
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))
        return started[-1], port

    yield start
    for one in started:
        one.kill()
        one.wait()


def answers(port):
    try:
        return asked(port)[1]
    except OSError:
        return {}


@pytest.mark.slow
def test_the_service_runs_at_its_start_answers_and_ends_on_sigterm(serving, tmp_path):
    files = sorted((ROOT / "mappings" / "studies" / STUDY / "cases").glob("*.json"))[:4]
    few = [entry["resource"] for file in files for entry in read_json(file.read_bytes())["entry"]]
    with SandboxHospital(few).serve() as base:
        process, port = serving(base)
        until(lambda: answers(port).get("last_exit_code") is not None, 28)
    status, said = asked(port)
    assert (status, said["status"], said["last_exit_code"]) == (200, "ok", 0)
    assert said["next_run_at"] > said["last_run_ended_at"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    log = (tmp_path / "log").read_text()
    assert log.count("a run begins") == 1 and "run: population" in log


@pytest.mark.slow
def test_68_sigterm_ends_the_service_and_the_run_at_work(serving, tmp_path):
    with socket.socket() as silent:  # takes connections and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        process, port = serving(f"http://127.0.0.1:{silent.getsockname()[1]}/fhir")
        silent.settimeout(20)
        connection, _ = silent.accept()
        assert answers(port)["status"] == "ok"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0 and time.monotonic() - began < 10
        connection.close()
    assert "stopping the run at work" in (tmp_path / "log").read_text()
