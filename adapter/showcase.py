"""The demonstration: a sandbox hospital with invented patients, a mailbox, and one run over HTTP between them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from adapter.demo.hospital import SandboxHospital, read_cases
from adapter.settings import Settings

ADDRESS = "investigator@hospital.example"


@dataclass
class Mailbox:
    """A mail server on this machine that keeps what it is given."""

    letters: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one mail."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        self.letters.append(f"To: {', '.join(envelope.rcpt_tos)}\nSubject: {message['Subject']}\n\n{text}")
        return "250 OK"


@contextmanager
def open_hospital(study: Path, folder: Path, say: Callable[[str], None]) -> Iterator[tuple[Settings, Mailbox]]:
    """Open the sandbox hospital and the mailbox; give the settings of an adapter that knows both."""
    mailbox, port = Mailbox(), _free_port()
    mail = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail.start()
    try:
        with SandboxHospital(read_cases(study / "cases")).serve() as base:
            say(f"sandbox hospital: {base} (invented patients)")
            say(f"mail server: 127.0.0.1:{port} (keeps what it is given)")
            folder.mkdir(parents=True, exist_ok=True)
            database = folder / "demo.db"
            for leftover in folder.glob("demo.db*"):
                leftover.unlink()
            yield _settings(base, study, database, port), mailbox
    finally:
        mail.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _settings(base: str, study: Path, database: Path, port: int) -> Settings:
    email = {"enabled": True, "host": "127.0.0.1", "port": port, "security": "none", "from": "adapter@hospital.example"}
    return Settings.model_validate({
        "fhir": {"base_url": base},
        "study": {"id": study.name},
        "database": {"url": f"sqlite:///{database}"},
        "outputs": {"research_subject": {"enabled": True}, "email": {**email, "to": (ADDRESS,)}},
    })  # fmt: skip
