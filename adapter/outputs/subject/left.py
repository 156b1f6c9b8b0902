"""What the server does not take is left as a file: a transaction Bundle that the site may post, or look at.

Each entry holds only for what was seen (ifNoneExist, ifMatch), so that it may be posted twice, or late.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path

import msgspec

from adapter.database import dialect
from adapter.errors import AdapterError
from adapter.outputs.subject import resource as form
from adapter.outputs.subject.pen import Write
from adapter.outputs.subject.register import Register
from adapter.outputs.subject.resource import Resource
from adapter.private import keep_private

_encode = msgspec.json.Encoder().encode


def left_file(database_url: str, study: str) -> Path:
    """Return where the file of a study lies: in a folder of its own beside the database, or in var/."""
    file = dialect.sqlite_file(dialect.read_url(database_url))
    folder = file.with_name(f"{file.name}.outbox") if file else Path("var/outbox")
    return folder / f"research-subjects-{study}.json"


def leave(file: Path, register: Register, writes: Iterable[Write]) -> None:
    """Write the file anew, for its owner's eyes alone; where nothing waits, take it away."""
    waiting = sorted(writes, key=lambda one: one.patient)
    if waiting:
        keep_private(file, msgspec.json.format(_encode(_bundle(register, waiting)), indent=2) + b"\n")
    else:
        file.unlink(missing_ok=True)


def _bundle(register: Register, waiting: list[Write]) -> Resource:
    study, made = _study(register)
    entries = [*made, *(_entry(register, study, one) for one in waiting)]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _study(register: Register) -> tuple[str, list[Resource]]:
    """The study that the subjects are of, and the entry that makes it where the server has none."""
    try:
        known = register.study_known()
    except AdapterError:  # the server shows no studies: the entry makes it unless it is there
        known = register.configured
    if known is not None:
        return known, []
    address = _address(register.study_condition)
    request = {"method": "POST", "url": "ResearchStudy", "ifNoneExist": register.study_condition}
    return address, [{"fullUrl": address, "resource": register.study_resource(), "request": request}]


def _entry(register: Register, study: str, write: Write) -> Resource:
    if write.now is not None:
        name = form.named(write.now.resource)
        request = {"method": "PUT", "url": name} | ({"ifMatch": write.now.etag} if write.now.etag else {})
        body = msgspec.Raw(form.changed(write.now.raw, write.said))
        return {"fullUrl": f"{register.client.home.base}/{name}", "resource": body, "request": request}
    identifier = register.identifier(write.patient)
    own = f"identifier={form.SCREENING}|{identifier}"
    # Another's counts too; of a study that is made in the same Bundle nobody can have one.
    condition = own if study.startswith("urn:") else f"individual={write.patient}&study={study}"
    subject = form.built(identifier, study, write.patient, write.said, write.start)
    request = {"method": "POST", "url": "ResearchSubject", "ifNoneExist": condition}
    return {"fullUrl": _address(own), "resource": subject, "request": request}


def _address(condition: str) -> str:
    """An address within the Bundle, the same whenever it is made."""
    return uuid.uuid5(uuid.NAMESPACE_URL, condition).urn
