"""What config/ gives systemd to start is a command line that the adapter understands."""

import configparser
import re
import shlex
from pathlib import Path

import pytest

from adapter.arguments import parse

CONFIG = Path(__file__).resolve().parents[2] / "config"
SERVICES = sorted(CONFIG.glob("*.service"))
TIMERS = sorted(CONFIG.glob("*.timer"))


def unit(file):
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str
    read.read_string(file.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.name)
def test_a_service_starts_a_command_that_there_is(file):
    service = unit(file)["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert program == f"{service['WorkingDirectory']}/.venv/bin/trial-adapter"
    assert parse("", words).command in {"run", "serve"}
    assert service["ReadWritePaths"].startswith(service["WorkingDirectory"])


def test_every_timer_has_its_service_and_every_run_its_timer():
    runs = {file.stem for file in SERVICES if "oneshot" in file.read_text(encoding="utf-8")}
    assert {file.stem for file in TIMERS} == runs != set()


def test_the_container_copies_what_is_there_and_starts_a_command_that_there_is():
    text = (CONFIG / "Containerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (.+) \S+$", text, flags=re.MULTILINE) for name in line.split()]
    assert copied and [name for name in copied if not (CONFIG.parent / name).exists()] == []
    assert parse("", [re.search(r'^CMD \["(\w+)"\]$', text, flags=re.MULTILINE)[1]]).command == "serve"
