"""Medplum's router as a second FHIR server, in an own way: 412, uuids for versions, 404 for what was deleted.

Its packages are fetched once by npm, held to the hashes of package-lock.json; no script of theirs is run.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fhir_server.process import Server, called, made_once, started

HERE = Path(__file__).resolve().parent
FILES = ("package.json", "package-lock.json", "front.mjs")
NEEDED = ("node", "npm")


def lacking() -> list[str]:
    """Return the programs that are needed and not on this machine."""
    return [name for name in NEEDED if shutil.which(name) is None]


def built() -> Path:
    """Return the folder with the front and its packages; made anew where one of our files has changed."""
    key = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()[:16]
    return made_once(f"medplum-{key}", _build)


def _build(target: Path) -> None:
    target.mkdir()
    for name in FILES:
        shutil.copy(HERE / name, target)
    called("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=target)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start an empty server that keeps its log in a folder; it ends with the block, or with us."""
    home, requests = built(), folder / "requests.log"
    with started(["node", str(home / "front.mjs"), str(requests)], requests) as server:
        yield server
