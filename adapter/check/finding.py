"""What is found at one door, and how all of it is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from adapter import errors
from adapter.errors import AdapterError

GRAVEST_FIRST = (errors.SETTINGS, errors.STUDY, errors.OUR_FAULT, errors.SOURCE, errors.OUTPUT, errors.PARTIAL)


@dataclass(frozen=True)
class Finding:
    """What was found at one door; an exit code other than 0 keeps a run from working."""

    about: str
    says: str
    to_do: str = ""
    exit_code: int = errors.FINE
    counts: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        mark = "FAULT" if self.exit_code else "note " if self.to_do else "fine "
        return f"{mark} {self.about}: {self.says}" + (f" {self.to_do}" if self.to_do else "")


def fault_of(about: str, fault: AdapterError, code: int | None = None) -> Finding:
    """Return what was raised as a finding: it says itself what to do."""
    return Finding(about, str(fault), exit_code=fault.exit_code if code is None else code)


def told(findings: Iterable[Finding], *, as_json: bool) -> int:
    """Print each finding as it comes, or all as one JSON object; return the exit code."""
    found: list[Finding] = []
    for finding in findings:
        found.append(finding)
        if not as_json:
            _say(str(finding))
    codes = {finding.exit_code for finding in found}
    code = next((one for one in GRAVEST_FIRST if one in codes), errors.FINE)
    if as_json:
        whole = {"exit_code": code, "findings": [asdict(finding) for finding in found]}
        _say(json.dumps(whole, ensure_ascii=False))
    else:
        _say("ready: a run would work" if code == errors.FINE else f"not ready: mend each FAULT (exit code {code})")
    return code


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()  # the next door may take a minute
