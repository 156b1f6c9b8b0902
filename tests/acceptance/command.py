"""Runs the command as a person would, and keeps what it said; the settings of this machine do not count."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapter.cli import main

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "mappings" / "studies" / "telitacicept-belimumab"
TOY = ROOT / "tests" / "studies" / "diabetes"
NO_SETTINGS = {"TRIAL_ADAPTER_CONFIG": os.devnull}


@dataclass(frozen=True)
class Ran:
    """The exit code and both streams of one command."""

    code: int | str | None
    out: str
    err: str


@contextlib.contextmanager
def plain_environment() -> Iterator[None]:
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("TRIAL_ADAPTER_")]:
        del os.environ[name]
    os.environ.update(NO_SETTINGS)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(*argv: object) -> Ran:
    """Run the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with plain_environment(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(word) for word in argv])
        except SystemExit as ended:  # --help and --version
            code = ended.code
    return Ran(code, out.getvalue(), err.getvalue())


def start(*argv: object) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m adapter` in a process of its own."""
    words = [sys.executable, "-m", "adapter", *map(str, argv)]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TRIAL_ADAPTER_")}
    return subprocess.run(words, cwd=ROOT, env=environment | NO_SETTINGS, capture_output=True, check=False, timeout=120)


def refused(ran: Ran, code: int, *said: str) -> None:
    """Assert that a command ended with one clear line, and that the line says this."""
    assert ran.code == code, ran
    assert ran.err.startswith("trial-adapter: ") and ran.err.count("\n") == 1, ran.err
    assert not ran.out
    for words in said:
        assert words in ran.err


def changed(folder: Path, file: str, old: str, new: str, study: Path = TOY) -> Path:
    """Copy a study and change one place of one file; nothing old means that the new is added at the end."""
    copy = shutil.copytree(study, folder / "study")
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    return copy


def load(study: Path) -> Ran:
    """Only load a study."""
    return run("screen", "--study", study, "--parameters")
