"""A HAPI FHIR R4 server in a process of its own: built once into a cache, started on a free port, ended with us.

The validator (validator.py) is built with it.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

HERE = Path(__file__).resolve().parent
POM, SOURCES = HERE / "pom.xml", (HERE / "FhirServer.java", HERE / "Validator.java")
NEEDED = ("java", "javac", "mvn")
START_LIMIT_S = 180
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


def lacking() -> list[str]:
    """Return the programs that are needed and not on this machine."""
    return [name for name in NEEDED if shutil.which(name) is None]


def built() -> Path:
    """Return the folder with the classes and jars; built where pom or classes have changed since."""
    key = hashlib.sha256(b"".join(file.read_bytes() for file in (POM, *SOURCES))).hexdigest()[:16]
    done = _cache() / f"fhir-server-{key}"
    if not done.is_dir():
        done.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=done.parent, prefix="building-") as folder:
            _build(Path(folder) / "server")
            _put(Path(folder) / "server", done)
    return done


def _cache() -> Path:
    named = os.environ.get("TRIAL_ADAPTER_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "trial-adapter"


def _build(target: Path) -> None:
    jars, classes = target / "lib", target / "classes"
    classes.mkdir(parents=True)
    maven = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
    compiler = ["javac", "--release", "17", "-proc:none", "-d", str(classes), "-cp", f"{jars}/*", *map(str, SOURCES)]
    for command in (maven, compiler):
        ran = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if ran.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}")


def _put(made: Path, done: Path) -> None:
    try:
        made.rename(done)
    except OSError:  # another test run was quicker
        if not done.is_dir():
            raise


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start a server with empty storage that keeps its two logs in a folder; it ends with the block, or with us."""
    home = built()
    requests, errors = folder / "requests.log", folder / "errors.log"
    command = ["java", "-Xmx2g", "-cp", f"{home / 'classes'}:{home / 'lib'}/*", "FhirServer", "0", str(requests)]
    with (
        errors.open("wb") as sink,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink, text=True) as java,
    ):
        try:
            yield Server(_ready(java, errors), requests, java.pid)
        finally:
            java.kill()


def _ready(java: subprocess.Popen[str], errors: Path) -> str:
    """Return the base address once the server says it; a start that takes too long is ended and reported."""
    limit = threading.Timer(START_LIMIT_S, java.kill)
    limit.start()
    try:
        for line in java.stdout or ():
            if line.startswith(READY):
                return line.removeprefix(READY).strip()
    finally:
        limit.cancel()
    said = errors.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise RuntimeError(f"The FHIR server did not start within {START_LIMIT_S} s:\n{said}")
