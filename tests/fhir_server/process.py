"""A FHIR server in a process of its own: made once into a cache, started on a free port, ended with us."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

START_LIMIT_S = 600  # of the clock: a machine that does much else besides needs minutes
READY = "READY "


@dataclass(frozen=True)
class Server:
    """A running server, and what it was asked for."""

    base_url: str
    log: Path
    pid: int

    def asked(self, since: int = 0) -> list[str]:
        """Return the requests after a mark, decoded: `GET /Observation?code=x`; those in a bundle end so."""
        return [unquote_plus(line) for line in self.log.read_text(encoding="utf-8").splitlines()[since:]]

    def mark(self) -> int:
        """Return how many requests the server has taken up."""
        return len(self.asked())


def cache() -> Path:
    """Return the folder that keeps what is made once."""
    named = os.environ.get("TRIAL_ADAPTER_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "trial-adapter"


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of that name in the cache; where it is not there, it is made beside it and put in its place."""
    done = cache() / name
    if not done.is_dir():
        done.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=done.parent, prefix="building-") as folder:
            make(Path(folder) / "made")
            _put(Path(folder) / "made", done)
    return done


def _put(made: Path, done: Path) -> None:
    try:
        made.rename(done)
    except OSError:  # another test run was quicker
        if not done.is_dir():
            raise


def called(*command: str, cwd: Path | None = None) -> None:
    """Run a program to its end; raise with its words where it fails."""
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if ran.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}")


@contextmanager
def started(command: Sequence[str], requests: Path) -> Iterator[Server]:
    """Start a server that says READY with its address and logs each request; it ends with the block, or with us."""
    errors = requests.with_name("errors.log")
    with (
        errors.open("wb") as sink,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink, text=True) as process,
    ):
        try:
            yield Server(_ready(process, errors), requests, process.pid)
        finally:
            process.kill()


def _ready(process: subprocess.Popen[str], errors: Path) -> str:
    """Return the base address once the server says it; a start that takes too long is ended and reported."""
    limit = threading.Timer(START_LIMIT_S, process.kill)
    limit.start()
    try:
        for line in process.stdout or ():
            if line.startswith(READY):
                return line.removeprefix(READY).strip()
    finally:
        limit.cancel()
    said = errors.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise RuntimeError(f"The FHIR server did not start within {START_LIMIT_S} s:\n{said}")
