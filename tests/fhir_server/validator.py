"""HAPI's FhirInstanceValidator in a process of its own: offline, and it knows the artefacts of one folder."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from tests.fhir_server.records import Resource
from tests.fhir_server.server import built

READY = "READY"


class Issue(NamedTuple):
    """One thing that the validator says of a resource."""

    severity: str
    id: str | None
    at: str | None
    says: str


@dataclass(frozen=True)
class Validator:
    """A running validator."""

    asked: IO[str]
    answers: IO[str]

    def issues(self, resource: Resource, *profiles: str) -> list[Issue]:
        """Return what is said of a resource, against R4 and the profiles that are named by url."""
        self.asked.write(json.dumps({"resource": resource, "profiles": profiles}) + "\n")
        self.asked.flush()
        return [Issue(**one) for one in json.loads(self.answers.readline())]

    def errors(self, resource: Resource, *profiles: str) -> list[Issue]:
        """Return what makes a resource invalid."""
        return errors(self.issues(resource, *profiles))


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues that make a resource invalid."""
    return [one for one in issues if one.severity in {"error", "fatal"}]


@contextmanager
def validating(folder: Path, artefacts: Path) -> Iterator[Validator]:
    """Start a validator that knows the artefacts and logs into a folder; it ends with the block, or with us."""
    home = built()
    command = ["java", "-Xmx1g", "-cp", f"{home / 'classes'}:{home / 'lib'}/*", "Validator", str(artefacts)]
    log = folder / "validator.log"
    with (
        log.open("wb") as sink,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink, encoding="utf-8") as java,
    ):
        assert java.stdin and java.stdout
        try:
            if not any(line.strip() == READY for line in iter(java.stdout.readline, "")):
                raise RuntimeError(f"The validator did not start:\n{log.read_text(errors='replace')[-3000:]}")
            yield Validator(java.stdin, java.stdout)
        finally:
            java.kill()
