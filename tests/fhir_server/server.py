"""A HAPI FHIR R4 server: built once from its pom and two classes. The validator (validator.py) is built with it."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fhir_server.process import Server, called, made_once, started

HERE = Path(__file__).resolve().parent
POM, SOURCES = HERE / "pom.xml", (HERE / "FhirServer.java", HERE / "Validator.java")
NEEDED = ("java", "javac", "mvn")


def lacking() -> list[str]:
    """Return the programs that are needed and not on this machine."""
    return [name for name in NEEDED if shutil.which(name) is None]


def built() -> Path:
    """Return the folder with the classes and jars; built where pom or classes have changed since."""
    key = hashlib.sha256(b"".join(file.read_bytes() for file in (POM, *SOURCES))).hexdigest()[:16]
    return made_once(f"fhir-server-{key}", _build)


def _build(target: Path) -> None:
    jars, classes = target / "lib", target / "classes"
    classes.mkdir(parents=True)
    called("mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={jars}")
    compiler = ("javac", "--release", "17", "-proc:none", "-d", str(classes), "-cp", f"{jars}/*")
    called(*compiler, *map(str, SOURCES))


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start a server with empty storage that keeps its two logs in a folder; it ends with the block, or with us."""
    home, requests = built(), folder / "requests.log"
    command = ["java", "-Xmx2g", "-cp", f"{home / 'classes'}:{home / 'lib'}/*", "FhirServer", "0", str(requests)]
    with started(command, requests) as server:
        yield server
