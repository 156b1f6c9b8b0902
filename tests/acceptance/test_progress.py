"""Bars on a terminal and plain lines elsewhere; neither changes what standard output says."""

import os
import pty
import subprocess
import sys
import threading

import pytest

from tests.acceptance.command import NO_SETTINGS, ROOT, TOY, run, start

SCREEN = ("screen", "--study", TOY, "--source", TOY / "cases", "--as-of", "2026-03-16")


def on_a_terminal(*argv: object) -> tuple[int, str, str]:
    """Run with a terminal for standard error; give the exit code, standard output and what the terminal got."""
    master, slave = pty.openpty()
    seen: list[bytes] = []

    def follow() -> None:
        while True:
            try:
                came = os.read(master, 4096)
            except OSError:  # Linux says so when the last who writes has gone
                return
            if not came:
                return
            seen.append(came)

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    words = [sys.executable, "-m", "adapter", *map(str, argv)]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TRIAL_ADAPTER_")}
    ran = subprocess.run(
        words, cwd=ROOT, env=environment | NO_SETTINGS, stdout=subprocess.PIPE, stderr=slave, check=False, timeout=120
    )
    os.close(slave)
    reader.join(timeout=20)
    os.close(master)
    return ran.returncode, ran.stdout.decode(), b"".join(seen).decode()


@pytest.mark.parametrize(
    ("argv", "bars"),
    [(SCREEN, ("read:", "judge:")), (("assure", TOY), ("assure:",)), ((*SCREEN, "--workers", "2"), ())],
)
def test_a_terminal_shows_bars_and_standard_output_is_the_same(argv, bars):
    code, out, seen = on_a_terminal(*argv)
    assert (code, out) == (0, run(*argv).out) and out
    frames = [frame for frame in seen.replace("\r\n", "\n").split("\r") if frame]
    assert all(any(frame.startswith(bar) for frame in frames) for bar in bars)
    assert "Patient/" not in seen


def test_a_terminal_shows_the_table_of_criteria():
    assert "criterion" in on_a_terminal(*SCREEN)[2]


def test_elsewhere_nothing_returns_to_the_start_of_the_line():
    ran = start(*SCREEN)
    assert ran.returncode == 0 and b"\r" not in ran.stderr and b"criterion" not in ran.stderr


def test_the_table_comes_when_it_is_asked_for():
    lines = run(*SCREEN, "--summary").err.splitlines()
    table = [line.split() for line in lines[lines.index(next(line for line in lines if "criterion" in line)) :]]
    assert [row[0] for row in table[1:4]] == ["I1", "I2", "E1"]
