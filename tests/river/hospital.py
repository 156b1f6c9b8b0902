"""A hospital with its mail server, and the command that is run on it; what each of them saw can be asked."""

import contextlib
import copy
import email.policy
import json
import random
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

from adapter.database import open_database
from adapter.demo.hospital import SandboxHospital
from adapter.facts.chart import Chart
from adapter.facts.intake import Kept
from adapter.journal import Journal
from tests.acceptance.command import Ran, run
from tests.fhir_server.records import Resource, cases, patient

STUDY = "telitacicept-belimumab"
AS_OF = "2026-03-16"
SENDER = "adapter@hospital.example"
READER = "investigator@hospital.example"
WITNESSES = (READER, "second@hospital.example")
# A candidate, two potential candidates, one open and one ruled out: all that can become of a patient, in little time.
SOME = ("c01", "c13", "c14", "c30", "c35")
FLAGGED = {"Patient/c01", "Patient/c13", "Patient/c14"}

SETTINGS = """
[fhir]
base_url = "{base}"
patience_s = 1
[study]
id = "{study}"
[database]
url = "{database}"
[population]
{population}
[outputs.research_subject]
enabled = true
[outputs.email]
enabled = true
host = "127.0.0.1"
port = {port}
security = "none"
from = "{sender}"
to = ["{reader}"]
[[outputs.email.recipients]]
address = "{reader}"
language = "en"
"""


def ward(*names: str) -> list[Resource]:
    """Return the resources of a few cases, and the Medications, which belong to nobody."""
    wanted = {f"Patient/{name}" for name in names}
    return [one for one in cases() if patient(one) in wanted or one["resourceType"] == "Medication"]


def _closed_port() -> int:
    """A port that nobody is given by chance while it is closed: it lies below those that the kernel hands out."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 50):
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Post:
    """A mail server that keeps what it is given; it may be closed for a while."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = _closed_port()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name that aiosmtpd looks for
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        door = Controller(self, hostname="127.0.0.1", port=self.port)
        door.start()
        try:
            yield
        finally:
            door.stop()

    @property
    def texts(self) -> list[str]:
        """Each mail with its headers, readable."""
        return ["\n".join(f"{k}: {v}" for k, v in one.items()) + "\n" + one.get_content() for one in self.mails]


class River:
    """The hospital's records, which are a day old, its door, its post, and the adapter's own folder."""

    def __init__(self, folder: Path, resources: Sequence[Resource]) -> None:
        self.folder, self.resources, self.post = folder, resources, Post()
        self._behind = timedelta(days=1)
        self.sandbox = SandboxHospital(resources, lambda: datetime.now(UTC) - self._behind)
        self._behind = timedelta()
        self.front: Callable[..., bool] | None = None  # who answers instead of the hospital
        self.base, self.population = "", ""
        self.elsewhere: str | None = None  # the address of a database that is no file of the folder
        self.settled: dict[str, str] = {}  # settings that are otherwise here: what stands there, what is to stand there

    @contextlib.contextmanager
    def open(self) -> Iterator["River"]:
        with self.sandbox.serve(front=lambda *visit: bool(self.front and self.front(*visit))) as self.base:
            yield self

    @property
    def database(self) -> str:
        """The address of the adapter's database."""
        return self.elsewhere or f"sqlite:///{self.folder}/adapter.db"

    @property
    def settings(self) -> Path:
        """The settings file, as it stands now."""
        file = self.folder / "adapter.toml"
        said = {"study": STUDY, "sender": SENDER, "reader": READER, "port": self.post.port, "base": self.base}
        text = SETTINGS.format(**said, database=self.database, population=self.population)
        for before, after in self.settled.items():
            assert before in text
            text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")
        return file

    def run(self, *options: str, post: bool = True) -> Ran:
        """Run the adapter once, with the mail server open or closed."""
        self.sandbox.asked.clear()
        with self.post.open() if post else contextlib.nullcontext():
            return run("run", "--config", self.settings, "--as-of", AS_OF, *options)

    @property
    def asked(self) -> list[str]:
        """What the hospital was asked in the last run."""
        return list(self.sandbox.asked)

    @property
    def pulled(self) -> list[str]:
        """What was asked for beyond ids."""
        return [line for line in self.asked if "_elements=id&" not in line and "_elements=id,link&" not in line]

    @property
    def writes(self) -> list[str]:
        """What was written to the hospital in the last run."""
        return [line for line in self.asked if not line.startswith("GET") and "/_search" not in line]

    def chart(self) -> dict[str, Kept]:
        """All that the adapter holds of the hospital, by key, but for what it has written there itself."""
        with open_database(self.database) as database:
            chart = Chart(database)
            owned = [one for _, own in chart.by_patient() for one in own]
            return {one.key: one for one in (*owned, *chart.shared("Medication")) if one.type != "ResearchSubject"}

    def anew(self, folder: Path) -> dict[str, Kept]:
        """What an adapter holds that comes to the hospital for the first time."""
        folder.mkdir()
        twin = copy.copy(self)
        twin.folder = folder
        assert twin.run("--dry-run").code == 0
        return twin.chart()

    @contextlib.contextmanager
    def journal(self) -> Iterator[Journal]:
        with open_database(self.database) as database:
            yield Journal(database)

    def decisions(self) -> dict[str, Resource]:
        """The latest decision of each patient, as a line."""
        with self.journal() as journal:
            return {who: json.loads(journal.latest(STUDY, who).line) for who in journal.latest_of_all(STUDY)}

    def changes(self) -> list[tuple[str, str]]:
        with self.journal() as journal:
            return [(change.patient, change.kind) for change in journal.changes(STUDY)]

    def pending(self, output: str = "email") -> int:
        with self.journal() as journal:
            return len(journal.pending(output))

    def subjects(self) -> dict[str, list[str]]:
        """The statuses of the ResearchSubjects at the hospital, by patient."""
        found: dict[str, list[str]] = {}
        for one in self.sandbox.store.all("ResearchSubject"):
            found.setdefault(one["individual"]["reference"], []).append(one["status"])
        return found

    def unseal(self) -> None:
        """Let the adapter believe a chart that a test has written to."""
        (self.folder / "adapter.db.seal").unlink()

    @contextlib.contextmanager
    def late(self) -> Iterator[None]:
        """Let the hospital stamp what it writes now as if it had been written a day ago."""
        self._behind = timedelta(days=1)
        yield
        self._behind = timedelta()

    def change(self, reference: str, **elements: object) -> None:
        """Let the ward change a resource."""
        kind, key = reference.split("/")
        self.sandbox.change({**self.sandbox.store.find(kind, key).resource, **elements})


def screened(folder: Path, resources: Sequence[Resource]) -> dict[str, Resource]:
    """What `screen` says of the same resources."""
    source = folder / "files"
    source.mkdir()
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in resources)
    (source / "all.ndjson").write_text(lines, encoding="utf-8")
    ran = run("screen", "--study", STUDY, "--source", source, "--as-of", AS_OF)
    assert ran.code == 0, ran.err
    found = (json.loads(line) for line in ran.out.splitlines())
    return {line["patient"]: line for line in found}


def content(decision: Resource) -> Resource:
    """Return a decision without the versions of the resources, which each server gives in its own way."""
    return json.loads(json.dumps(decision), object_hook=_without_version)


def _without_version(one: Resource) -> Resource:
    return {name: value for name, value in one.items() if name != "version"}
