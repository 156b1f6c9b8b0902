"""What is asked and what is answered, apart from how it travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

Resource = dict[str, Any]
Pairs = tuple[tuple[str, str], ...]

FHIR_JSON = "application/fhir+json;charset=UTF-8"

# Numbers stay as they were written: 0.50 is not 0.5 to a laboratory.
read_json = msgspec.json.Decoder(float_hook=Decimal).decode
write_json = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the address `base`; `path` is what follows it, headers are in lower case."""

    base: str
    method: str
    path: str = ""
    query: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, base: str, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Request:
        """Take a target such as `Patient?_id=p1` apart."""
        path, _, query = target.partition("?")
        return cls(base, method, unquote(path).strip("/"), _pairs(query), headers, body)

    @property
    def form(self) -> Pairs:
        """The parameters of a search sent by POST: those of the address, then those of the body."""
        return self.query + _pairs(self.body.decode("utf-8", "replace"))

    @property
    def strict(self) -> bool:
        """Tell whether an unknown parameter is to be refused rather than left aside."""
        return "handling=strict" in self.headers.get("prefer", "").replace(" ", "")

    def line(self) -> str:
        """Return it as the hospital's log has it: `GET /Patient?_id=p1`."""
        asked = self.form if self.path.endswith("/_search") else self.query
        parameters = "&".join(f"{name}={value}" for name, value in asked)
        return f"{self.method} /{self.path}{'?' if parameters else ''}{parameters}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; a body of None is an empty one."""

    status: int
    body: Resource | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - an answer more than an error
    """A request cannot be fulfilled: the status, the kind of issue and the words for it."""

    def __init__(self, status: int, code: str, says: str) -> None:
        super().__init__(says)
        self.status, self.code, self.says = status, code, says

    def answer(self) -> Answer:
        """Return it as an OperationOutcome."""
        return Answer(self.status, outcome("error", self.code, self.says))


def outcome(severity: str, code: str, says: str) -> Resource:
    """Return an OperationOutcome with one issue."""
    issue = {"severity": severity, "code": code, "diagnostics": says}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def parse(body: bytes) -> Resource:
    """Return the JSON object of a body."""
    try:
        value = read_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused(400, "structure", f"The body is no JSON: {fault}") from None
    if not isinstance(value, dict):
        raise Refused(400, "structure", "The body is no JSON object.")
    return value


def _pairs(query: str) -> Pairs:
    return tuple(parse_qsl(query, keep_blank_values=True))
