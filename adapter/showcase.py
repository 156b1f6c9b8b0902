"""The demonstration: a sandbox hospital with invented patients, a mailbox, and one run over HTTP between them."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from adapter import errors, places, wiring
from adapter.database import read_database
from adapter.demo.hospital import SandboxHospital, read_cases
from adapter.errors import UsageError
from adapter.journal import Journal
from adapter.outputs.alerts.kinds import FLAGGED
from adapter.outputs.alerts.news import needs
from adapter.outputs.summary import told
from adapter.pipeline import Screen
from adapter.reception import ward_of
from adapter.run import Run, Ways
from adapter.screening.decision import Standing
from adapter.settings import Settings, load
from adapter.study.cases import load_cases
from adapter.study.load import Mapped
from adapter.worklist import create_app, listening
from adapter.worklist.access.invitation import invite
from adapter.worklist.access.passwords import hashed
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users

NEEDS_SHOWN = 2
TO_WHOM = {"zh": "investigator@hospital.example", "en": "coordinator@hospital.example"}
SETTINGS = """# Written by `trial-adapter demo`: the sandbox hospital as a run knows it, while it is up.
[fhir]
base_url = {base}

[study]
id = {study}

[database]
url = {database}

[outputs.research_subject]
enabled = true

[outputs.email]
enabled = true
host = "127.0.0.1"
port = {port}
security = "none"
from = "adapter@hospital.example"
recipients = [{recipients}]

[worklist]
port = {page}
names = true
"""
VISITOR = "demo"
WORKLIST = """
The investigators' page is up: open

  http://{address}{link}

It signs you in once; later: http://{address}, user {user}, password {password}.
Click first on the patient at the top of the list: nearest to decided, with what is missing and who can say it.
The button at the top right changes to Chinese. All stays up until Ctrl-C.
"""

Say = Callable[[str], None]


@dataclass
class Mailbox:
    """A mail server on this machine that keeps what it is given, each mail as a file."""

    folder: Path
    say: Say
    kept: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one mail."""
        self.kept += 1
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        file, to = self.folder / f"demo-mail-{self.kept}.txt", ", ".join(envelope.rcpt_tos)
        file.write_text(f"To: {to}\nSubject: {message['Subject']}\n\n{text}", encoding="utf-8")
        self.say(f"a mail to {to} came and is kept as {file}: {message['Subject']}")
        return "250 OK"


def show(mapped: Mapped, screen: Screen, folder: Path, say: Say, *, once: bool) -> int:
    """One run against the sandbox hospital, and what it came to; unless `once`, all stays up until Ctrl-C."""
    as_of = load_cases(mapped.folder)[0].as_of
    with open_hospital(mapped.folder, folder, say) as file:
        place = load(file, {})
        say(f"one run begins, as of {as_of}, the day of these cases")
        with wiring.client_of(place) as client:
            outputs, progress = wiring.outputs_of(place, screen, client), wiring.progress(None)
            report = Run(place, mapped, screen, client, outputs, Ways(as_of, wiring.now()), progress).do()
        say("\nWhat came, and what became of it\n")
        say("\n".join(f"  {line}" for line in told(report).splitlines()))
        say("\nWho is worth a look, and why\n")
        say("\n".join(f"  {line}" for line in flagged(place, screen)))
        say(_next(file, place, as_of, once=once))
        if not once and report.exit_code == errors.FINE:
            _stay(place, screen, as_of, say)
    return report.exit_code


def _stay(place: Settings, screen: Screen, as_of: date, say: Say) -> None:
    """Keep the page of this hospital open until Ctrl-C, for one invented user."""
    ward, password = ward_of(place, screen, lambda: {"status": "ok"}, lambda: as_of), secrets.token_urlsafe(9)
    Users(ward.database).add(VISITOR, Role.INVESTIGATOR, screen.study.id, hashed(password), ward.at())
    app = create_app(ward)
    link = invite(app, VISITOR)
    with listening(app, place.worklist) as address, contextlib.suppress(KeyboardInterrupt):
        say(WORKLIST.format(address=address, link=link, user=VISITOR, password=password))
        threading.Event().wait()


@contextmanager
def open_hospital(study: Path, folder: Path, say: Say) -> Iterator[Path]:
    """Open the sandbox hospital and the mailbox; give the settings file of an adapter that knows both."""
    _cleared(folder)
    mail = Controller(Mailbox(folder, say), hostname="127.0.0.1", port=_free_port())
    mail.start()
    try:
        resources = read_cases(study / "cases")
        patients = Counter(resource["resourceType"] for resource in resources)["Patient"]
        with SandboxHospital(resources).serve() as base:
            say(f"sandbox hospital: {base}, a FHIR R4 server with {patients} invented patients")
            say(f"mail server: 127.0.0.1:{mail.port}, which sends nothing on")
            yield _written(folder, base, study, int(mail.port))
    finally:
        mail.stop()


def flagged(place: Settings, screen: Screen) -> Iterator[str]:
    """Each patient whom the last run thinks worth a look, with the reason, on one line."""
    speaker = screen.speaker("en")
    with read_database(place.database.url) as database:
        journal = Journal(database)
        found = [one for one in journal.latest_of_all(screen.study.id).values() if one.standing in FLAGGED]
        for one in sorted(found, key=lambda one: (one.standing, one.patient)):
            line = json.loads(journal.decision(one.id).line)
            wants = [f"{speaker.phrase('do', need.do)} {need.thing.what['en']}" for need in needs(line, screen.study)]
            more = [f"{len(wants) - NEEDS_SHOWN} more"] if len(wants) > NEEDS_SHOWN else []
            unknown = sum(criterion["answer"] == "unknown" for criterion in line["criteria"])
            why = f"{unknown} unknown; to settle: {', '.join([*wants[:NEEDS_SHOWN], *more])}"
            sure = one.standing == Standing.CANDIDATE
            number = journal.screening_number(screen.study.id, one.patient) or one.patient
            yield f"{number}  {one.standing:19}  {'every inclusion is met and no exclusion is' if sure else why}"


def _next(file: Path, place: Settings, as_of: date, *, once: bool) -> str:
    """What to try, most telling first; what needs the sandbox only while it is up."""
    command = f"  {sys.argv[0] if sys.argv[0].endswith('trial-adapter') else 'trial-adapter'}"
    config = f"--config {file}"
    base = place.fhir.base_url
    lines = ["", "What to try next" + (", in another terminal" if not once else ""), "",
             f"{command} explain S-0001 {config}",
             f"{command} explain S-0001 {config} --lang zh"]  # fmt: skip
    if once:
        return "\n".join(
            [*lines, "", "The sandbox is closed now; `make run` (without ONCE=1) keeps it open, for more to try."]
        )
    return "\n".join([
        *lines,
        f"{command} check {config}",
        f"{command} run {config} --as-of {as_of}    # again: nothing changed, so nobody is told",
        f"  curl '{base}/ResearchSubject?_count=1'    # what was written back",
        "",
        "With your own server: docs/how-to/run-at-a-hospital.md.",
    ])  # fmt: skip


def _cleared(folder: Path) -> None:
    """Make the folder, and take away what an earlier demonstration left."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in (*folder.glob("demo.db*"), *folder.glob("demo-mail-*.txt")):
            leftover.unlink()
        (folder / "demo.toml").touch()
    except OSError as error:
        raise UsageError(f"--folder {folder}: {error.strerror}. Name a folder that you may write to.") from None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _written(folder: Path, base: str, study: Path, port: int) -> Path:
    """Write the settings file; JSON's strings are TOML's, too."""
    shipped = study.parent == places.folder("mappings") / "studies"
    named = study.name if shipped else str(study.absolute())
    file, said = folder / "demo.toml", {"base": base, "study": named, "database": f"sqlite:///{folder}/demo.db"}
    people = [f'{{ address = "{address}", language = "{language}" }}' for language, address in TO_WHOM.items()]
    quoted = {name: json.dumps(text, ensure_ascii=False) for name, text in said.items()}
    filled = SETTINGS.format(**quoted, port=port, page=_free_port(), recipients=", ".join(people))
    file.write_text(filled, encoding="utf-8")
    return file
